import type { Criterion } from '../../src/domain/criterion/criterion.ts';
import { hourMs } from '../../src/domain/instant.ts';
import { pollFeed, type ReadingReport } from '../../src/services/feeds/polls.ts';
import { createPrediction, getPrediction, type PredictionInput } from '../../src/services/predictions/predictions.ts';
import { listPredictionResolutions } from '../../src/services/predictions/resolutions.ts';
import type { PredictionView } from '../../src/services/predictions/views.ts';
import { resolveDue } from '../../src/services/settling/resolver.ts';
import type { SettleCounts } from '../../src/services/settling/settlement.ts';
import { findFeed, listFeeds } from '../../src/store/feeds.ts';
import { served } from './wire.ts';
import { instantOf, type World } from './world.ts';

/** Steps that tests of the services share. */

/** Makes a feed serve a payload, and polls the feed now. */
export async function read(world: World, slug: string, payload: unknown): Promise<ReadingReport> {
  const feed = await findFeed(world.db.sql, slug);
  if (feed === null || feed.url === null) throw new Error(`the world has no feed ${slug} with a url`);
  world.wire.answer(feed.url, served(payload));
  return await pollFeed(world.deps, slug);
}

/** Moves the clock to a time and polls feeds that serve the given payloads then, in the given order. */
export async function readAt(world: World, time: string, payloads: Readonly<Record<string, unknown>>): Promise<void> {
  world.clock.set(time);
  for (const [slug, payload] of Object.entries(payloads)) await read(world, slug, payload);
}

/**
 * Moves the clock to a time, polls again every feed that has a watermark (each serves its last payload), and settles
 * what is due.
 */
export async function readAgain(world: World, time: string): Promise<SettleCounts | null> {
  world.clock.set(time);
  for (const feed of await listFeeds(world.db.sql))
    if (feed.url !== null && feed.watermark !== null && feed.enabled) await pollFeed(world.deps, feed.slug);
  return await resolveDue(world.deps);
}

/** Like `readAgain`, a number of hours later. */
export async function readLater(world: World, count: number): Promise<SettleCounts | null> {
  return await readAgain(world, new Date(world.clock.now() + hours(count)).toISOString());
}

/** Records a prediction under a slug. */
export async function record(
  world: World,
  slug: string,
  criterion: Criterion,
  more: { madeAt?: string; evidencePolicy?: PredictionInput['evidencePolicy'] } = {},
): Promise<PredictionView> {
  const { madeAt = '2025-01-01', evidencePolicy } = more;
  const input = { slug, statement: `The statement of ${slug}.`, madeAt, criterion, evidencePolicy };
  return (await createPrediction(world.deps, input)).view;
}

export async function view(world: World, slug: string, asOf?: string): Promise<PredictionView> {
  return await getPrediction(world.deps, slug, asOf === undefined ? null : instantOf(asOf));
}

/** Every resolution of a prediction, oldest first: its outcome, `effective_at`, `known_at` and who decided it. */
export async function resolutions(world: World, slug: string): Promise<string[]> {
  const rows = await listPredictionResolutions(world.deps, slug);
  return rows.map((row) => `${row.outcome} ${row.effectiveAt} known ${iso(row.knownAt)} by ${row.decidedBy}`);
}

/** The events of a prediction, oldest first, with their data. */
export async function events(world: World, slug: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const rows = await world.db.sql<{ type: string; body: string }[]>`
    select e.type, e.body from events e join predictions p on p.id = e.prediction_id where p.slug = ${slug} order by e.sequence`;
  return rows.map((row) => ({ type: row.type, data: JSON.parse(row.body).data }));
}

export async function eventTypes(world: World, slug: string): Promise<string[]> {
  return (await events(world, slug)).map((event) => event.type);
}

/** Resolutions without exactly one event of the right type that names what they superseded. There should be none. */
export async function misreported(world: Pick<World, 'db'>): Promise<object[]> {
  return await world.db.sql`
    select r.id, r.outcome, array_agg(e.type) as types from resolutions r
    left join resolutions s on s.id = r.supersedes
    left join events e on e.resolution_id = r.id and e.type <> 'prediction.disputed'
    group by r.id, r.outcome, s.id, s.outcome
    having count(e.id) <> 1
      or min(e.type) <> case when s.id is not null then 'prediction.resolution.amended'
        when r.outcome = 'annulled' then 'prediction.annulled' else 'prediction.resolved' end
      or min(e.body)::json->'data'->'resolution'->>'outcome' <> r.outcome
      or min(e.body)::json->'data'->'superseded'->>'id' is distinct from s.id
      or min(e.body)::json->'data'->'superseded'->>'outcome' is distinct from s.outcome
    order by r.id`;
}

/** The watermark of a feed, as text. */
export async function watermark(world: World, slug: string): Promise<string | null> {
  const feed = await findFeed(world.db.sql, slug);
  return feed === null || feed.watermark === null ? null : iso(feed.watermark);
}

/** The result and counts of a feed's polls, oldest first. */
export async function pollResults(world: World, slug: string): Promise<string[]> {
  const rows = await world.db.sql<{ result: string }[]>`
    select p.result from polls p join feeds f on f.id = p.feed_id where f.slug = ${slug} order by p.started_at, p.id`;
  return rows.map((row) => row.result);
}

export function iso(at: number): string {
  return new Date(at).toISOString().replace(':00.000Z', 'Z').replace('.000Z', 'Z');
}

export const hours = (count: number): number => count * hourMs;
