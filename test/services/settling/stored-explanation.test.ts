import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Evaluation } from '../../../src/domain/evaluation/evaluate.ts';
import { type ExplanationNode, nodesOf } from '../../../src/domain/evaluation/explanation.ts';
import { explanationTextCharsMax, storedEntriesMax } from '../../../src/domain/evaluation/limit-explanation.ts';
import { resolutionFrom } from '../../../src/services/settling/settlement.ts';
import { insertResolution, listPredictionResolutions } from '../../../src/store/resolutions.ts';
import { gptReleased } from '../../support/listings.ts';
import { record } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const witness = {
  observation_id: 'obs_a',
  feed: 'a',
  origin: 'a',
  trust: 'aggregator' as const,
  name: 'gpt-5',
  model: 'openai/gpt-5',
  observed_at: '2025-08-07T00:00:00Z',
  source_as_of: null,
};
const leaf: ExplanationNode = {
  op: 'released',
  verdict: 'yes',
  reason: 'released_in_window',
  text: 'x'.repeat(explanationTextCharsMax + 1),
  effective_at: '2025-08-07',
  witnesses: Array.from({ length: 24 }, () => witness),
  watermarks: [],
  absence: null,
  of: [],
};

/** Stores a resolution with as many leaves and reads it back. */
async function storeLeaves(count: number): Promise<ExplanationNode> {
  const { prediction } = await record(world, 'gpt-5', gptReleased('5'));
  const evaluation: Evaluation = {
    verdict: 'yes',
    leaning: null,
    contradicted: false,
    recheckAt: null,
    effectiveAt: '2025-08-07',
    explanation: { ...leaf, op: 'all', witnesses: [], of: Array.from({ length: count }, () => leaf) },
    evidence: ['obs_a'],
    trust: 'aggregator',
    missChance: null,
  };
  const now = world.clock.now();
  const settling = {
    tx: world.db.sql,
    deps: world.deps,
    cause: { now, evidenceFrom: null },
    evaluatedWith: '',
    counts: { resolved: 0, amended: 0, proposed: 0, disputed: 0, evaluated: 0 },
  } as unknown as Parameters<typeof resolutionFrom>[0]; // Only `deps` and `cause` are read.
  const known = { evaluation, knownAt: now };
  const row = resolutionFrom(settling, prediction, 'yes', known, { supersedes: null, reasonCode: null });
  await insertResolution(world.db.sql, row);
  const [stored] = await listPredictionResolutions(world.db.sql, prediction.id, null);
  if (stored?.explanation == null) throw new Error('no explanation was stored');
  return stored.explanation;
}

const witnessesOf = (node: ExplanationNode): number =>
  nodesOf(node).reduce((sum, { witnesses }) => sum + witnesses.length, 0);

test('a resolution stores a bounded explanation, which says how much it leaves out', async () => {
  const leaves = 100;
  const stored = await storeLeaves(leaves);
  expect(witnessesOf(stored)).toBe(storedEntriesMax);
  expect(stored).toMatchObject({ omitted: { witnesses: leaves * 24 - storedEntriesMax, watermarks: 0, origins: 0 } });
  expect(stored.of).toHaveLength(leaves);
  expect(Math.max(...nodesOf(stored).map(({ text }) => text.length))).toBe(explanationTextCharsMax);
});

test('a resolution stores a short explanation as a whole', async () => {
  const stored = await storeLeaves(3);
  expect(witnessesOf(stored)).toBe(3 * 24);
  expect(stored).not.toHaveProperty('omitted');
});
