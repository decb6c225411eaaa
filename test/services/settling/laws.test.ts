import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/domain/instant.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { getPrediction } from '../../../src/services/predictions/predictions.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { claims, makeChance, makeHistory, type Served } from '../../support/history.ts';
import { findCountDifferences } from '../../support/kept-counts.ts';
import { findDocumentDifferences } from '../../support/kept-documents.ts';
import { iso, read, record, resolutions } from '../../support/play.ts';
import { samples } from '../../support/samples.ts';
import { toBytes } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const seeds = [1, 2, 4].slice(0, samples(3, 1));
const pollsPerHistory = 24;
const made = { madeAt: '2024-12-20' };

async function recordClaims(): Promise<void> {
  for (const { slug, criterion, evidencePolicy } of claims)
    await record(world, slug, criterion, { ...made, evidencePolicy });
}

/** Runs the resolver at every moment at which it would have found something due, up to a time. */
async function passTime(to: Instant): Promise<void> {
  for (;;) {
    const [due] = await world.db.sql<{ at: number | null }[]>`select min(recheck_at) as at from predictions`;
    if (due?.at == null || due.at > to) break;
    world.clock.advance(Math.max(0, due.at - world.clock.now()));
    await resolveDue(world.deps);
  }
  world.clock.advance(to - world.clock.now());
}

async function states(): Promise<object[]> {
  return await world.db.sql<object[]>`
    select slug, state, state_detail, outcome, recheck_at, resolutions from predictions order by slug`;
}

/** Everything that an answer as of a moment says, but for the prediction's own row, which is of today. */
async function answers(at: Instant): Promise<object[]> {
  const views = await Promise.all(claims.map((claim) => getPrediction(world.deps, claim.slug, at)));
  return views.map(({ prediction, ...view }) => ({ slug: prediction.slug, ...view }));
}

type Life = {
  /** What looking at everything changed after looking at what changed. */
  readonly missed: object[];
  /** Documents that were not what an evaluation gives, and counts that were not those of the predictions. */
  readonly differing: object[];
  readonly recordedAnswers: Map<Instant, object[]>;
  readonly outcomes: string[];
};

/** Polls through a history, minute by minute where something is due, and asks at each step what is known. */
async function live(history: readonly Served[]): Promise<Life> {
  await world.reset();
  await recordClaims();
  const missed: object[] = [];
  const differing: object[] = [];
  const recordedAnswers = new Map<Instant, object[]>();
  for (const { slug, at, payload } of history) {
    await passTime(at);
    await read(world, slug, payload);
    differing.push(...(await findDocumentDifferences(world)), ...(await findCountDifferences(world)));
    const before = await states();
    const counts = await resolveEverything(world.deps);
    const after = await states();
    if (JSON.stringify(before) !== JSON.stringify(after)) missed.push({ at: iso(at), slug, before, after, counts });
    recordedAnswers.set(at, await answers(at));
    differing.push(...(await findDocumentDifferences(world)));
  }
  return { missed, differing, recordedAnswers, outcomes: await outcomes() };
}

describe.each(seeds)('over history %i', (seed) => {
  const history = makeHistory(seed, pollsPerHistory);
  let life: Life;
  beforeAll(async () => {
    life = await live(history);
  });

  test('evaluating only what changed gives the same result as evaluating everything', () => {
    expect(life.missed).toEqual([]);
    expect(life.recordedAnswers.size).toBe(history.length);
  });

  test('the kept documents say what an evaluation says', () => expect(life.differing).toEqual([]));

  test('every resolution has one event, and something was resolved', async () => {
    const rows = await world.db.sql<{ id: string; events: number }[]>`
      select r.id, (select count(*)::int from events e where e.resolution_id = r.id and e.type <> 'prediction.disputed') as events
      from resolutions r order by r.seq`;
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toEqual(rows.map((row) => ({ id: row.id, events: 1 })));
  });

  test('later evidence never changes an answer as of a moment', async () => {
    for (const [at, before] of life.recordedAnswers)
      expect({ at: iso(at), answers: await answers(at) }).toEqual({ at: iso(at), answers: before });
  });

  test('ingesting the same payload twice changes nothing', async () => {
    const last = history.at(-1);
    const before = [await states(), await world.db.sql`select id from observations order by seq`];
    await read(world, last?.slug ?? '', last?.payload);
    expect([await states(), await world.db.sql`select id from observations order by seq`]).toEqual(before);
  });

  test('archives imported at once give the outcomes that polling gave, known no earlier', async () => {
    const end = iso(world.clock.now());
    for (const order of [
      ['claims', 'litellm', 'models-dev'],
      ['litellm', 'models-dev', 'claims'],
    ]) {
      await world.reset({ now: end });
      for (const what of order) {
        if (what === 'claims') await recordClaims();
        else await importAll(history.filter((served) => served.slug === what));
      }
      // Settled on the way, a bracket may stay wider than what the rest of the archive would have made of it.
      const shown = (row: string) => withoutKnown(order.at(-1) === 'claims' ? row : withoutEffective(row));
      const recordedAnswers = await outcomes();
      expect({ order, outcomes: recordedAnswers.map(shown) }).toEqual({ order, outcomes: life.outcomes.map(shown) });
      // Nobody looked between two payloads: a row has lasted when the next one shows it, not when 24 hours were over.
      for (const [index, row] of recordedAnswers.entries())
        expect(knownIn(row) >= knownIn(life.outcomes[index] ?? ''), `${order}: ${row}`).toBe(true);
    }
  });

  test('two archives give the same outcomes however they are interleaved, even with repeated payloads', async () => {
    const end = iso(world.clock.now());
    const chance = makeChance(history.length);
    await world.reset({ now: end });
    await recordClaims();
    const left = ['litellm', 'models-dev'].map((slug) => history.filter((served) => served.slug === slug));
    while (left.some((queue) => queue.length > 0)) {
      const queue = left[chance() < 0.5 ? 0 : 1] ?? [];
      const served = queue.shift();
      if (served !== undefined) await importAll(chance() < 0.3 ? [served, served] : [served]);
    }
    const shown = (row: string) => withoutKnown(withoutEffective(row));
    expect((await outcomes()).map(shown)).toEqual(life.outcomes.map(shown));
  });
});

test('an archive never changes an answer as of a moment before it was imported', async () => {
  const history = makeHistory(seeds[0] ?? 1, pollsPerHistory);
  await world.reset({ now: '2026-01-01' });
  await recordClaims();
  const recordedAnswers = new Map<Instant, object[]>();
  for (const served of history) {
    await importAll([served]);
    recordedAnswers.set(served.at, await answers(served.at));
  }
  for (const [at, before] of recordedAnswers)
    expect({ at: iso(at), answers: await answers(at) }).toEqual({ at: iso(at), answers: before });
});

function knownIn(row: string): string {
  return / known (\S+)/.exec(row)?.[1] ?? '';
}

function withoutKnown(row: string): string {
  return row.replace(/ known \S+/, '');
}

async function importAll(history: readonly Served[]): Promise<void> {
  for (const { slug, at, payload } of history) {
    await createFeedSnapshot(world.deps, slug, at, toBytes(payload));
    await resolveDue(world.deps);
  }
}

function withoutEffective(row: string): string {
  return row.replace(/ \S+ known /, ' known ');
}

/** The last word on each claim; one that is disputed was settled by what was known first, whatever came of it later. */
async function outcomes(): Promise<string[]> {
  const rows: string[] = [];
  for (const { slug } of claims) rows.push(`${slug}: ${(await resolutions(world, slug)).at(-1) ?? 'open'}`);
  return rows;
}
