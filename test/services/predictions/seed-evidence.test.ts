import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readSeed, seedOnce } from '../../../src/services/predictions/seed.ts';
import { withdrawPrediction } from '../../../src/services/predictions/withdrawals.ts';
import { findPrediction } from '../../../src/store/predictions.ts';
import { insertStartingEvidence, listStartingEvidence } from '../../../src/store/starting-evidence.ts';
import { openAgain, openWorld, type World } from '../../support/world.ts';

/** The evidence of the shipped seed, in a database that a version without evidence has seeded. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-11-22T12:00:00Z', feeds: [] }));
afterAll(() => world.close());

const item = (paraphrase: string) => ({ url: null, locator: 'section I', paraphrase, stance: 'for' as const });
const claim = (slug: string) => ({
  slug,
  statement: `The claim ${slug}.`,
  made_at: '2025-01',
  criterion: { op: 'judged', question: 'Was it?' },
});
const slugs = ['first', 'second', 'third', 'fourth'];

function seedOf(evidence: Readonly<Record<string, readonly object[]>>) {
  const predictions = slugs.map((slug) => ({ ...claim(slug), evidence: evidence[slug] ?? [] }));
  return readSeed({ format: 'outturn-seed/1', sources: [], predictors: [], predictions });
}

/** Seeds as a version without evidence did, which left no mark about it. */
async function seedWithout(): Promise<void> {
  await seedOnce(world.deps, seedOf({}));
  await world.db.sql`delete from settings where name = 'seed_evidence'`;
}

async function idOf(slug: string): Promise<string> {
  const row = await findPrediction(world.db.sql, slug);
  if (row === null) throw new Error(`there is no ${slug}`);
  return row.id;
}

const wordsOf = async (slug: string): Promise<string[]> =>
  (await listStartingEvidence(world.db.sql, await idOf(slug))).map(({ paraphrase }) => paraphrase);

test('is added once, by one of two nodes that start at once, and never again', async () => {
  await seedWithout();
  const other = await openAgain(world.db);
  const seed = seedOf({ first: [item('One.'), item('Two.')], second: [item('Three.')] });
  const nodes = [world.deps, world.node('node_b', other)];
  expect(await Promise.all(nodes.map((node) => seedOnce(node, seed)))).toEqual([null, null]);
  expect(await Promise.all(slugs.map(wordsOf))).toEqual([['One.', 'Two.'], ['Three.'], [], []]);
  await seedOnce(world.deps, seedOf({ first: [item('Four.')], third: [item('Five.')] }));
  expect(await Promise.all(slugs.map(wordsOf))).toEqual([['One.', 'Two.'], ['Three.'], [], []]);
  await other.close();
});

test('is not added to claims that have some, that say something else under the slug, or that were withdrawn', async () => {
  await seedWithout();
  await insertStartingEvidence(world.db.sql, await idOf('first'), [item('My own.')], world.clock.now());
  await world.db.sql`update predictions set statement = 'Another claim.' where slug = 'second'`;
  await withdrawPrediction(world.deps, 'third', null);
  await seedOnce(world.deps, seedOf(Object.fromEntries(slugs.map((slug) => [slug, [item('Shipped.')]]))));
  expect(await Promise.all(slugs.map(wordsOf))).toEqual([['My own.'], [], [], ['Shipped.']]);
});

test('is not added again to a new database, which has it from the start', async () => {
  await seedOnce(world.deps, seedOf({ first: [item('One.')] }));
  await seedOnce(world.deps, seedOf({ second: [item('Two.')] }));
  expect(await Promise.all(slugs.map(wordsOf))).toEqual([['One.'], [], [], []]);
});
