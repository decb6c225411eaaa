import type { Criterion } from '../../domain/criterion/criterion.ts';
import type { VersionStyleOf } from '../../domain/criterion/pattern.ts';
import { needsOf } from '../../domain/criterion/stated-ask.ts';
import { type Watch, watchesOf } from '../../domain/criterion/watch.ts';
import type { CoverageTable } from '../../domain/evidence/coverage-table.ts';
import type { FeedFacts, Timeline } from '../../domain/evidence/timeline.ts';
import type { Adapter } from '../../domain/feeds/adapter.ts';
import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import { type IdentityTable, versionStyle } from '../../domain/identity/table.ts';
import type { Instant } from '../../domain/instant.ts';
import type { EvidenceFeed } from '../../store/claim-context.ts';
import type { Sql } from '../../store/db.ts';
import { listFeeds, type ReadFeedRow } from '../../store/feeds.ts';
import { listModelsStating } from '../../store/stated-numbers.ts';
import { loadUnread, narrowUnread } from '../identity/unread-names.ts';
import { lastReadsOf, loadReadsOf } from './timeline-reads.ts';
import { loadAliasSightings, loadSightings } from './timeline-sightings.ts';

/** Nothing was seen and nothing was read. */
export const emptyTimeline: Timeline = { feeds: new Map(), sightings: [], reads: new Map() };

/** The identity data, and the table of measured coverage. */
export type Tables = { readonly identity: IdentityTable; readonly coverage: CoverageTable };

/** A criterion to evaluate, with the start of its default window. */
export type Claim = { readonly criterion: Criterion; readonly madeFrom: Instant };

/**
 * Loads what the evaluation of some claims needs for any moment up to `at`: the sightings of the families that they
 * watch, and the reads around every relevant moment. Claims that watch the same families share a timeline. If a claim
 * only bounds a number for models of any vendor, models that never stated such a number are omitted, unless `whole`
 * requests all.
 */
export async function loadTimeline(
  db: Sql,
  tables: Tables,
  claims: readonly Claim[],
  at: Instant,
  how: 'needed' | 'whole' = 'needed',
): Promise<Timeline> {
  return (await loadEvidence(db, tables, claims, at, how)).timeline;
}

/**
 * The same, with the rows of all feeds.
 *
 * Other transactions may commit between the statements, so their order matters: a read whose names were not loaded would
 * witness that a model is absent that it lists. Reads later than the last one that the first statement sees are therefore
 * left out. A name that is recognised meanwhile is loaded as unread, as a model, or as both, but never as neither.
 */
export async function loadEvidence(
  db: Sql,
  tables: Tables,
  claims: readonly Claim[],
  at: Instant,
  how: 'needed' | 'whole',
): Promise<{ timeline: Timeline; feeds: readonly ReadFeedRow[] }> {
  const { families, stated } = needsOf(claims.map((claim) => claim.criterion));
  const wanted =
    how === 'whole'
      ? { families: distinctWatches(claims), models: [] }
      : { families, models: await listModelsStating(db, stated) };
  const feedRows = await listFeeds(db);
  const feeds = feedRows.map(feedFacts);
  const unread = await loadUnread(db, distinctWatches(claims), at);
  const nothing = wanted.families.length === 0 && wanted.models.length === 0;
  const sightings = nothing ? [] : await loadSightings(db, tables.identity, feedRows, wanted);
  const styleOf: VersionStyleOf = (vendor, family) => versionStyle(tables.identity, vendor, family);
  const lastReads = lastReadsOf(feedRows);
  const { reads } = await loadReadsOf(db, {
    criteria: claims,
    feeds,
    lastReads,
    seen: { sightings, unread },
    at,
    styleOf,
  });
  const timeline = {
    feeds: new Map(feeds.map((feed) => [feed.id, feed])),
    sightings,
    reads,
    coverage: tables.coverage,
    unread,
  };
  return { timeline, feeds: feedRows };
}

/** The rows of a vendor's aliases of changing models, without reads: what ends of them are stated. */
export async function loadAliases(db: Sql, { identity }: Pick<Tables, 'identity'>, vendor: string): Promise<Timeline> {
  const rows = await listFeeds(db);
  return {
    feeds: new Map(rows.map((row) => [row.id, feedFacts(row)])),
    sightings: await loadAliasSightings(db, identity, rows, vendor),
    reads: new Map(),
  };
}

/**
 * One timeline for each set of watched families, by `timelineKey`. Claims about the same vendors are loaded together,
 * so that the number of statements does not grow with the number of claims.
 */
export async function loadTimelines(
  db: Sql,
  tables: Tables,
  claims: readonly Claim[],
  at: Instant,
): Promise<Map<string, Timeline>> {
  const byVendors = new Map<string, Claim[]>();
  for (const claim of claims) {
    const key = [...new Set(watchesOf(claim.criterion).map((watch) => watch.vendor))].sort().join(' ');
    byVendors.set(key, [...(byVendors.get(key) ?? []), claim]);
  }
  const timelines = new Map<string, Timeline>();
  for (const sharing of byVendors.values()) {
    const whole = await loadTimeline(db, tables, sharing, at);
    for (const claim of sharing) {
      const key = timelineKey(claim);
      if (!timelines.has(key)) timelines.set(key, narrowTimeline(whole, watchesOf(claim.criterion)));
    }
  }
  return timelines;
}

function narrowTimeline(whole: Timeline, watches: readonly Watch[]): Timeline {
  const families = new Set(watches.map((watch) => `${watch.vendor}/${watch.family}`));
  const sightings = whole.sightings.filter(({ model: { vendor, family } }) =>
    [`${vendor}/${family}`, `${vendor}/any`, `any/${family}`, 'any/any'].some((key) => families.has(key)),
  );
  return { ...whole, sightings, unread: narrowUnread(whole.unread ?? [], watches) };
}

/** The same key means the same timeline. */
export function timelineKey(claim: Claim): string {
  return watchesOf(claim.criterion)
    .map((watch) => `${watch.vendor}/${watch.family}`)
    .sort()
    .join(' ');
}

function distinctWatches(claims: readonly Claim[]): Watch[] {
  const byKey = new Map<string, Watch>();
  for (const claim of claims)
    for (const watch of watchesOf(claim.criterion)) byKey.set(`${watch.vendor}/${watch.family}`, watch);
  return [...byKey.values()];
}

/** A feed whose options cannot be read witnesses nothing. */
function declarationOf(
  { options }: Pick<EvidenceFeed, 'options'>,
  adapter: Adapter | null,
): Pick<Adapter, 'publishes' | 'witnesses'> {
  if (adapter?.options === undefined) return adapter ?? {};
  return options === null ? { publishes: [], witnesses: [] } : adapter.options.declare(options);
}

export function feedFacts(feed: Omit<EvidenceFeed, 'lastReadAt'>): FeedFacts {
  const adapter = findAdapter(feed.adapter);
  const { publishes = [], witnesses } = declarationOf(feed, adapter);
  const { ends, reviewed } = adapter ?? {};
  return {
    id: feed.id,
    slug: feed.slug,
    trust: feed.trust,
    origin: feed.origin,
    covers: feed.coversAny ? 'any' : feed.covers,
    settlementLagMs: feed.settlementLagMs,
    publishes,
    ...(witnesses === undefined ? {} : { witnesses }),
    ...(ends === undefined ? {} : { ends }),
    ...(reviewed === undefined ? {} : { reviewed }),
  };
}
