import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import { firstKnown } from '../../../src/domain/evaluation/known-at.ts';
import { standingOf } from '../../../src/services/predictions/standing.ts';
import { termsOf } from '../../../src/services/settling/settlement.ts';
import { type Claim, loadTimeline } from '../../../src/services/settling/timelines.ts';
import { makeChance } from '../../support/history.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, read } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/** Prices in US dollars per million tokens, as two catalogues list them over two weeks: they move, now and then a thousandfold. */
const moments: number[] = [];
let world: World;
beforeAll(async () => {
  world = await openWorld();
  const chance = makeChance(11);
  const prices = new Map<string, number>();
  for (let poll = 0; poll < 14; poll += 1) {
    world.clock.advance(hours([6, 25, 49][Math.floor(chance() * 3)] ?? 6));
    moments.push(world.clock.now());
    for (const id of oldModels) if (chance() < 0.2) prices.set(id, [1, 2, 40, 4000][Math.floor(chance() * 4)] ?? 1);
    const priced = (perDollar: number) =>
      Object.fromEntries(oldModels.map((id) => [id, { price: (prices.get(id) ?? 1) * perDollar }]));
    await read(world, 'litellm', litellm(priced(1e-6)));
    if (chance() < 0.7) await read(world, 'models-dev', modelsDev(priced(1)));
  }
});
afterAll(() => world.close());

type Priced = Extract<EventLeaf, { op: 'attribute' }>;

function priced(vendor: string, family: string, is: Priced['is'], by?: string): Priced {
  const model = { vendor, family, tier: 'any' } as const;
  return { op: 'attribute', model, name: 'input_usd_per_mtok', is, ...(by === undefined ? {} : { by }) };
}

const criteria: readonly Criterion[] = [
  priced('any', 'any', { gte: 3000 }),
  priced('any', 'any', { gte: 1e6 }),
  { op: 'not', of: priced('any', 'any', { gt: 2, lt: 100 }, '2025-01-08') },
  priced('openai', 'any', { eq: 40 }),
  priced('any', 'claude', { lte: 1 }),
  { op: 'any', of: [priced('any', 'any', { gte: 3000 }), priced('openai', 'gpt', { eq: 2 })] },
  {
    op: 'precedes',
    first: priced('openai', 'any', { gte: 3000 }),
    second: { op: 'released', model: { vendor: 'any', family: 'claude', tier: 'any' } },
  },
];

/** Everything that is answered of a claim, but for when to look again: a timer of a model that does not matter is no loss. */
async function answers(claim: Claim, how: 'needed' | 'whole', at: number) {
  const timeline = await loadTimeline(world.db.sql, world.deps, [claim], at, how);
  const terms = termsOf(world.deps, { ...claim, evidencePolicy: null });
  const { recheckAt: _recheckAt, ...evaluation } = evaluate(claim.criterion, timeline, at, terms);
  const { verdict } = evaluation;
  const known = verdict === 'undetermined' ? null : firstKnown(claim.criterion, timeline, at, terms, { verdict });
  const standing = standingOf(
    { criterion: claim.criterion, polarity: 'decidable', evidencePolicy: null },
    timeline,
    at,
  );
  return { evaluation, knownAt: known?.knownAt ?? null, standing };
}

test('a claim about models of any vendor is decided by those that state such a number', async () => {
  const verdicts = new Set<string>();
  for (const criterion of criteria) {
    const claim = { criterion, madeFrom: instantOf('2025-01-02') };
    for (const at of moments.filter((_, index) => index % 3 === 1)) {
      const needed = await answers(claim, 'needed', at);
      expect(needed).toEqual(await answers(claim, 'whole', at));
      verdicts.add(needed.evaluation.verdict);
    }
  }
  expect([...verdicts].sort()).toEqual(['no', 'undetermined', 'yes']);
});

test('the others are not even loaded', async () => {
  const at = moments.at(-1) ?? 0;
  const names = async (criterion: Criterion, how?: 'whole') => {
    const claim = { criterion, madeFrom: instantOf('2025-01-02') };
    const { sightings } = await loadTimeline(world.db.sql, world.deps, [claim], at, how);
    return new Set(sightings.map((sighting) => sighting.name)).size;
  };
  expect(await names(priced('any', 'any', { gte: 1e6 }))).toBe(0);
  expect(await names(priced('any', 'any', { gte: 1e6 }), 'whole')).toBe(oldModels.length);
  const some = await names(priced('any', 'any', { gte: 3000 }));
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(oldModels.length);
});
