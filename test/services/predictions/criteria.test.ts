import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Criterion, Released } from '../../../src/domain/criterion/criterion.ts';
import { updateFeed } from '../../../src/services/feeds/feeds.ts';
import { checkCriterion, hashCriterion, readCriterion } from '../../../src/services/predictions/criteria.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAgain, readAt, record } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
  const more = [...oldModels, 'gpt-5'];
  await readAt(world, '2025-01-10', { litellm: litellm(more), 'models-dev': modelsDev(more) });
  await readAgain(world, '2025-02-01');
});
afterAll(() => world.close());

const judged: Criterion = { op: 'judged', question: 'Was it wise?' };
const laterGpt: Released = {
  op: 'released',
  model: { vendor: 'openai', family: 'gpt', version: { gt: '4' }, tier: 'any' },
  from: '2025-02-01',
  by: '2026-01-01',
};

async function warnings(criterion: unknown, madeAt = '2025-01-01', asOf: string | null = null): Promise<string[]> {
  const check = await checkCriterion(world.deps, { criterion, madeAt, asOf: asOf === null ? null : instantOf(asOf) });
  return check.warnings.map((warning) => warning.code);
}

describe('a dry run', () => {
  test.each<[string, Criterion, string[]]>([
    ['can never be answered no', gptReleased('6'), ['never_refutable', 'matches_nothing_seen']],
    ['can never be answered yes', { op: 'not', of: gptReleased('6') }, ['never_confirmable', 'matches_nothing_seen']],
    ['names a model that no feed has listed yet', gptReleased('6', { by: '2026-01-01' }), ['matches_nothing_seen']],
    ['can be answered both ways', laterGpt, []],
    ['only a person can decide', judged, ['needs_a_person']],
    ['a person must decide in part', { op: 'all', of: [laterGpt, judged] }, ['needs_a_person']],
    [
      'has a deadline before the claim was made',
      { ...laterGpt, by: '2024-12-31', from: undefined },
      ['deadline_before_made_at'],
    ],
    [
      'needs a fact that no feed publishes',
      { op: 'attribute', model: laterGpt.model, name: 'parameters', is: { gt: 1e12 }, by: '2026-01-01' },
      ['no_never_settles'],
    ],
  ])('warns of a criterion that %s', async (_name, criterion, expected) => {
    expect(await warnings(criterion)).toEqual(expected);
  });

  test('warns of a claim that current evidence already decides', async () => {
    expect(await warnings(gptReleased('5', { by: '2026-01-01' }), '2024-12-01')).toEqual(['already_decided']);
    expect(await warnings(gptReleased('5', { by: '2026-01-01' }), '2024-12-01', '2025-01-09')).toEqual([
      'matches_nothing_seen',
    ]);
  });

  test('ignores disabled feeds', async () => {
    await updateFeed(world.deps, 'litellm', { enabled: false }, null);
    expect(await warnings(laterGpt)).toEqual(['no_never_settles']);
    await updateFeed(world.deps, 'litellm', { enabled: true }, null);
    expect(await warnings(laterGpt)).toEqual([]);
  });

  test('names the tiers of the requested version', async () => {
    const criterion = { ...laterGpt, model: { ...laterGpt.model, version: '4', tier: ['mini'] } };
    const { warnings: found } = await checkCriterion(world.deps, { criterion, madeAt: '2025-01-01', asOf: null });
    expect(found).toEqual([
      {
        code: 'matches_nothing_seen',
        detail: expect.stringContaining('listed tiers of that version: null, "turbo"'),
        pointer: '#/criterion',
      },
    ]);
  });

  test('warns of a model that was released before the window opened', async () => {
    const check = await checkCriterion(world.deps, {
      criterion: gptReleased('5', { by: '2026-01-01' }),
      madeAt: '2025-01-20',
      asOf: null,
    });
    expect(check.evaluation).toMatchObject({
      verdict: 'undetermined',
      leaning: { outcome: null, reason: 'already_before_window' },
    });
    expect(check.warnings).toMatchObject([
      { code: 'already_decided', detail: expect.stringContaining('before the window opened') },
    ]);
  });

  test('stores nothing', async () => {
    await warnings(gptReleased('5'));
    expect(await world.db.sql`select id from predictions`).toEqual([]);
  });

  test('gives the same result as recording', async () => {
    const criterion = gptReleased('5', { by: '2026-01-01' });
    const { evaluation } = await checkCriterion(world.deps, { criterion, madeAt: '2024-12-01', asOf: null });
    const recorded = await record(world, 'same', criterion, { madeAt: '2024-12-01' });
    expect(evaluation.verdict).toBe('yes');
    expect(recorded).toMatchObject({
      status: 'resolved',
      resolution: { outcome: 'yes', effectiveAt: evaluation.effectiveAt },
    });
    // What was read meanwhile may have missed the new prediction: it is looked at once more, and nothing comes of it.
    world.clock.advance(10 * 60_000);
    expect(await resolveDue(world.deps)).toMatchObject({ evaluated: 1, resolved: 0, amended: 0 });
  });
});

describe('a criterion', () => {
  test.each<[string, unknown, string, string]>([
    [
      'without a tier',
      { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5' } },
      'validation_failed',
      '#/criterion/model/tier',
    ],
    ['with an unknown operator', { op: 'rumoured' }, 'validation_failed', '#/criterion/op'],
    ['inside another', { op: 'not', of: { op: 'released' } }, 'validation_failed', '#/criterion/of/model'],
    [
      'without a tier in the second of two parts',
      { op: 'any', of: [gptReleased('5'), { op: 'retired', model: { vendor: 'openai', family: 'gpt' } }] },
      'validation_failed',
      '#/criterion/of/1/model/tier',
    ],
  ])('%s is rejected with a pointer', (_name, value, code, pointer) => {
    expect(() => readCriterion(value)).toThrowError(
      expect.objectContaining({ code, errors: expect.arrayContaining([expect.objectContaining({ pointer })]) }),
    );
  });

  test('has the same hash whatever the order of its keys', () => {
    const { op, model } = gptReleased('5') as Extract<Criterion, { op: 'released' }>; // gptReleased makes no other
    expect(hashCriterion({ model, op })).toBe(hashCriterion({ op, model }));
    expect(hashCriterion(gptReleased('6'))).not.toBe(hashCriterion({ op, model }));
  });
});
