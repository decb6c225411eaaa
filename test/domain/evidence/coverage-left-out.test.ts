import { describe, expect, it } from 'vitest';
import type { ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { leaveModelsOut } from '../../../src/domain/evidence/coverage-left-out.ts';
import { readCoverageTable } from '../../../src/domain/evidence/coverage-table.ts';
import { coverageModel, coverageRow } from '../../support/coverage.ts';
import { at } from '../../support/timelines.ts';

const keys = [
  'openai/gpt-4.1',
  'openai/gpt-5',
  'openai/gpt-5-mini',
  'openai/gpt-oss-120b',
  'openai/o3',
  'openai/o3-pro',
];
const row = coverageRow({ models: keys.map((key) => coverageModel(key, 0)) });
const table = readCoverageTable({
  format: 'outturn-coverage/1',
  version: '1',
  computed_at: '2026-01-01',
  notes: [],
  rows: [row],
});

function left(pattern: Partial<ModelPattern>, madeFrom = at('2000-01-01')): string[] {
  const patterns: ModelPattern[] = [{ vendor: 'openai', family: 'gpt', tier: null, ...pattern }];
  const kept = leaveModelsOut(table, { patterns, madeFrom, styleOf: () => 'components' });
  const models = kept.find(row.origin, 'openai', 'listing')?.models.map(({ model }) => model) ?? [];
  expect(kept.rows[0]?.models.map(({ model }) => model)).toEqual(models);
  return keys.filter((key) => !models.includes(key));
}

describe('the table without the models that a claim is about', () => {
  it.each<[Partial<ModelPattern>, string[]]>([
    [{ version: '5' }, ['openai/gpt-5']],
    [{ version: '5', tier: 'any' }, ['openai/gpt-5', 'openai/gpt-5-mini']],
    [{ version: { lt: '5' } }, ['openai/gpt-4.1']],
    [{ family: 'gpt-oss', tier: ['120b'] }, ['openai/gpt-oss-120b']],
    [{ family: 'o', version: '3' }, ['openai/o3']],
    [{ family: 'o', version: '3', tier: ['pro'] }, ['openai/o3-pro']],
    [{ vendor: 'google', version: '5' }, []],
  ])('leaves out what %j matches', (pattern, expected) => expect(left(pattern)).toEqual(expected));

  it('keeps a model that was released before the claim was made', () => {
    expect(left({ version: '5' }, at('2100-01-01'))).toEqual([]);
  });

  it('keeps the version, because it is the same measurement', () => {
    const kept = leaveModelsOut(table, { patterns: [], madeFrom: 0, styleOf: () => 'components' });
    expect(kept.version).toBe(table.version);
    expect(kept.find('nobody', 'openai', 'listing')).toBeNull();
  });
});
