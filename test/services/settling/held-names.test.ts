import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { createIdentityAddition } from '../../../src/services/identity/curation.ts';
import { checkCriterion } from '../../../src/services/predictions/criteria.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** Names in a vendor's own namespace that nobody can read in full yet, and models for approved customers. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-08-01', feeds: catalogues }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const both = (more: readonly string[]) => ({
  litellm: litellm([...oldModels, ...more]),
  'models-dev': modelsDev([...oldModels, ...more]),
});
const claim: Criterion = {
  op: 'released',
  model: { vendor: 'openai', family: 'gpt', version: '7', tier: 'any' },
  by: '2026-10-31',
};

async function play(more: readonly string[], from = '2026-10-02'): Promise<void> {
  await readAt(world, '2026-08-01', both(from < '2026-08-02' ? more : []));
  world.clock.set('2026-08-02');
  await record(world, 'seven', claim, { madeAt: '2026-08-02' });
  await readAt(world, '2026-08-03', both(from < '2026-08-02' ? more : []));
  for (const day of ['2026-10-02', '2026-10-20', '2026-11-20']) await readAt(world, day, both(more));
}

test('without such a name the claim resolves to no', async () => {
  await play([]);
  expect(await resolutions(world, 'seven')).toHaveLength(1);
});

test('an unknown tier holds the NO back and is named', async () => {
  await play(['gpt-7-argon']);
  const { status, leaning } = await view(world, 'seven');
  expect([status, leaning?.outcome, leaning?.reason]).toEqual(['proposed', 'yes', 'may_match']);
  const { evaluation } = await getPredictionExplanation(world.deps, 'seven', null);
  expect(evaluation.explanation.text).toContain('"argon"');
  expect(evaluation.explanation.witnesses.map((witness) => witness.name)).toContain('gpt-7-argon');
});

test('a name that was listed before the window opened does not hold it back', async () => {
  await play(['gpt-7-argon'], '2026-08-01');
  expect((await resolutions(world, 'seven')).map((text) => text.split(' ')[0])).toEqual(['no']);
});

test('a name of another version or family does not hold it back', async () => {
  await play(['gpt-6-argon', 'o7-argon']);
  expect((await resolutions(world, 'seven')).map((text) => text.split(' ')[0])).toEqual(['no']);
});

describe('the warning of unread names', () => {
  const argon = 'gpt-7-argon of openai (listed by litellm, models-dev)';
  const warning = {
    code: 'unread_names',
    pointer: '#/criterion',
    detail: expect.stringContaining(`: ${argon}. Define`),
  };
  const unreadOf = async (criterion: Criterion, madeAt = '2026-08-02') => {
    const { warnings } = await checkCriterion(world.deps, { criterion, madeAt, asOf: null });
    return warnings.filter(({ code }) => code === 'unread_names');
  };

  test('is part of the prediction, of a check and of a new prediction, with vendor and feeds', async () => {
    await play(['gpt-7-argon']);
    expect((await view(world, 'seven')).warnings).toEqual([warning]);
    expect((await view(world, 'seven', '2026-09-01')).warnings).toEqual([]);
    expect(await unreadOf(claim)).toEqual([warning]);
    const again = await record(world, 'again', claim, { madeAt: '2026-08-02' });
    expect(again.warnings).toEqual([warning]);
  });

  test('points to the open leaf that a name holds', async () => {
    await play(['gpt-7-argon']);
    const old: Criterion = { ...claim, model: { ...claim.model, version: '4' } };
    expect(await unreadOf({ op: 'any', of: [old, { op: 'not', of: claim }] })).toMatchObject([
      { pointer: '#/criterion/of/1/of' },
    ]);
  });

  test.each([
    ['a name that is older than the window', claim, '2026-08-01', ['gpt-7-argon']],
    ['a name of another version', claim, '2026-10-02', ['gpt-6-argon']],
    ['a claim without a deadline', { op: claim.op, model: claim.model }, '2026-10-02', ['gpt-7-argon']],
  ] as [string, Criterion, string, string[]][])('is not given for %s', async (_what, criterion, from, more) => {
    await play(more, from);
    expect(await unreadOf(criterion)).toEqual([]);
  });

  test('lists at most 20 names and counts the others', async () => {
    await play(Array.from({ length: 23 }, (_, index) => `gpt-7-zz${String.fromCharCode(97 + index)}`));
    const [only, ...rest] = (await view(world, 'seven')).warnings;
    expect(rest).toEqual([]);
    expect(only?.detail.match(/of openai/g)).toHaveLength(20);
    expect(only?.detail).toContain('; 3 more. Define');
  });

  test('ends when a curator has defined the name', async () => {
    await play(['gpt-7-argon']);
    const entry = { kind: 'alias' as const, id: 'gpt-7-argon', reason: 'codename' as const };
    const input = { entry, supersedes: null, reason: 'Reviewed.', sourceUrl: null };
    const expected = world.deps.identity.version;
    await createIdentityAddition(world.deps, input, { decidedBy: 'key_1', expected });
    expect((await view(world, 'seven')).warnings).toEqual([]);
  });
});
