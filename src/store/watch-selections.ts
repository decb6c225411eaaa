import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp, timestampTexts } from './postgres-types.ts';

/** Parts of statements that select the predictions to evaluate again, as rows of `prediction_id`. */

export type WatchedFamily = { readonly vendor: string; readonly family: string };

/** A span of time that excludes `after` and includes `until`. */
export type Span = { readonly after: Instant; readonly until: Instant };

/**
 * Predictions that watch any of the families; with `facts`, only those that depend on stated facts, or whose document shows
 * the observations that a person has to weigh.
 */
export function selectWatching(db: Sql, touched: readonly WatchedFamily[], what: 'releases' | 'facts') {
  // A family is watched by name or by wildcard: four index look-ups, whatever the number of predictions.
  const pairs = touched.flatMap(({ vendor, family }) => [
    { vendor, family },
    { vendor, family: 'any' },
    { vendor: 'any', family },
    { vendor: 'any', family: 'any' },
  ]);
  return db`
    select w.prediction_id from prediction_watches w
    join (select distinct t.vendor, t.family
      from unnest(${pairs.map((pair) => pair.vendor)}::text[], ${pairs.map((pair) => pair.family)}::text[]) as t(vendor, family)) t
      on w.vendor = t.vendor and w.family = t.family
    ${
      what === 'facts'
        ? db`where w.facts or exists (select from predictions p where p.id = w.prediction_id and p.state in ('proposed', 'disputed'))`
        : db``
    }`;
}

/**
 * Predictions with a coverage edge of a vendor in any of the spans. Resolved predictions are included: an archive may show
 * that the same outcome was known earlier.
 */
export function selectEdgesCrossed(db: Sql, vendors: readonly string[] | 'any', spans: readonly Span[]) {
  return db`
    select e.prediction_id
    from unnest(${timestampTexts(spans.map((span) => span.after))}::timestamptz[],
      ${timestampTexts(spans.map((span) => span.until))}::timestamptz[]) as s(after_at, until_at)
    join prediction_edges e on e.edge_at > s.after_at and e.edge_at <= s.until_at
      ${vendors === 'any' ? db`` : db`and e.vendor = any(${vendors})`}`;
}

/** Predictions that watch families with an item first listed after a moment: earlier reads bound the dates of such items. */
export function selectSeenAfter(db: Sql, vendors: readonly string[] | 'any', after: Instant) {
  return db`
    select w.prediction_id from (
      select distinct r.vendor, r.family from sightings s
      join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key and r.outcome = 'model'
      where s.seen_from > ${timestamp(after)} ${vendors === 'any' ? db`` : db`and r.vendor = any(${vendors})`}) r
    join prediction_watches w on w.vendor in (r.vendor, 'any') and w.family in (r.family, 'any')`;
}

/** Predictions that watch families with new observations from a feed in a span. */
export function selectNewsBetween(db: Sql, feedId: string, { after, until }: Span) {
  return db`
    select w.prediction_id from (
      select distinct r.vendor, r.family from observations o
      join item_readings r on r.feed_id = o.feed_id and r.item_key = o.item_key and r.outcome = 'model'
      where o.feed_id = ${feedId} and o.observed_at > ${timestamp(after)} and o.observed_at <= ${timestamp(until)}) r
    join prediction_watches w on w.vendor in (r.vendor, 'any') and w.family in (r.family, 'any')`;
}
