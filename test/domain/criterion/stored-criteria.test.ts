import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criterionSchema } from '../../../src/domain/criterion/criterion.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { anyCriterion, anyOrder, anyTree, anyUnit } from '../../support/random-criteria.ts';
import { samples } from '../../support/samples.ts';

/** As the database returns it: the result of the grammar, through JSON. */
function stored(criterion: unknown): unknown {
  return JSON.parse(JSON.stringify(criterionSchema.parse(criterion)));
}

// A stored criterion that the grammar refuses counts as malformed, so the grammar must accept its own results.
test('the grammar accepts every criterion that it has accepted, unchanged', () => {
  fc.assert(
    fc.property(fc.oneof(anyCriterion, anyTree, anyOrder, anyUnit), (criterion) => {
      const once = stored(criterion);
      expect(stored(once)).toEqual(once);
    }),
    { numRuns: samples(1000, 200) },
  );
});

test('so it does those of the shipped article', () => {
  const seed = JSON.parse(readFileSync(join(packageRoot(), 'data', 'seed', 'article.json'), 'utf8'));
  expect(seed.predictions.length).toBeGreaterThan(30);
  for (const { criterion } of seed.predictions) expect(stored(stored(criterion))).toEqual(stored(criterion));
});
