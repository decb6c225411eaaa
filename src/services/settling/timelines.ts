import type { Criterion } from '../../domain/criterion/criterion.ts';
import type { VersionStyleOf } from '../../domain/criterion/pattern.ts';
import { needsOf } from '../../domain/criterion/stated-ask.ts';
import { type Watch, watchesOf } from '../../domain/criterion/watch.ts';
import { readAsksOf, vendorsOf } from '../../domain/evaluation/read-asks.ts';
import type { CoverageTable } from '../../domain/evidence/coverage-table.ts';
import {
  announcedFor,
  type FeedFacts,
  type ItemVersion,
  readsKey,
  type Sighting,
  type Timeline,
} from '../../domain/evidence/timeline.ts';
import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import { lowerTrust } from '../../domain/feeds/trust.ts';
import type { ModelId } from '../../domain/identity/model-id.ts';
import { type IdentityTable, marksPreviews, versionStyle } from '../../domain/identity/table.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { type FeedRow, listFeeds } from '../../store/feeds.ts';
import { listReads } from '../../store/polls.ts';
import {
  listItemVersions,
  listSightings,
  type SightingRow,
  type VersionRow,
  type Wanted,
} from '../../store/sightings.ts';
import { listModelsStating } from '../../store/stated-numbers.ts';
import { loadUnread, narrowUnread } from '../identity/unread-names.ts';
import { type StageByData, stageByData, undatedWhileLimited, versionsAtEdges } from './limited-rows.ts';

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
  const { families, stated } = needsOf(claims.map((claim) => claim.criterion));
  const wanted =
    how === 'whole'
      ? { families: distinctWatches(claims), models: [] }
      : { families, models: await listModelsStating(db, stated) };
  const feedRows = await listFeeds(db);
  const feeds = feedRows.map(feedFacts);
  const nothing = wanted.families.length === 0 && wanted.models.length === 0;
  const sightings = nothing ? [] : await loadSightings(db, tables.identity, feedRows, wanted);
  const styleOf: VersionStyleOf = (vendor, family) => versionStyle(tables.identity, vendor, family);
  const unread = await loadUnread(db, distinctWatches(claims), at);
  const readsFor = async (known: Timeline['reads']): Promise<Timeline['reads']> => {
    const seen = { sightings, reads: known, unread };
    const vendors = vendorsOf(claims, sightings);
    return groupReads(await listReads(db, vendors, readAsksOf({ criteria: claims, feeds, seen, at, styleOf })));
  };
  const first = await readsFor(new Map());
  const announced = sightings.some((sighting) => sighting.versions.some((version) => announcedFor(version) !== null));
  return {
    feeds: new Map(feeds.map((feed) => [feed.id, feed])),
    sightings,
    reads: announced ? await readsFor(first) : first,
    coverage: tables.coverage,
    unread,
  };
}

function groupReads(rows: Awaited<ReturnType<typeof listReads>>): Timeline['reads'] {
  const reads = new Map<string, Instant[]>();
  for (const row of rows) {
    const key = readsKey(row.feedId, row.vendor);
    const times = reads.get(key);
    if (times === undefined) reads.set(key, [row.readAt]);
    else times.push(row.readAt);
  }
  return reads;
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

export function feedFacts(feed: FeedRow): FeedFacts {
  const adapter = findAdapter(feed.adapter);
  const { publishes = [], witnesses } = adapter?.options?.declare(feed.options) ?? adapter ?? {};
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

async function loadSightings(
  db: Sql,
  identity: IdentityTable,
  feeds: readonly FeedRow[],
  wanted: Wanted,
): Promise<Sighting[]> {
  const found = await listSightings(db, wanted);
  const rows = found.map((row) => ({ row, ...stageByData(identity, feeds, row) }));
  const versions = await listItemVersions(db, wanted);
  const changing = rows.filter(({ edges }) => edges.length > 0);
  if (changing.length === 0) return joinVersions(identity, rows, versions, new Map());
  const vendors = new Set(changing.map(({ row }) => row.vendor));
  const asks = changing.flatMap(({ row: { feedId, vendor }, edges }) => edges.map((at) => ({ feedId, vendor, at })));
  const reads = groupReads(await listReads(db, [...vendors].sort(), asks));
  return joinVersions(identity, rows, versions, reads);
}

function joinVersions(
  identity: IdentityTable,
  rows: readonly (StageByData & { readonly row: SightingRow })[],
  versions: readonly VersionRow[],
  reads: Timeline['reads'],
): Sighting[] {
  const byItem = new Map<string, VersionRow[]>();
  for (const version of versions) {
    const key = `${version.feedId}|${version.itemKey}`;
    const earlier = byItem.get(key);
    if (earlier === undefined) byItem.set(key, [version]);
    else earlier.push(version);
  }
  return rows.map(({ row, ...byData }) => ({
    feedId: row.feedId,
    itemKey: row.itemKey,
    name: row.name,
    host: row.host,
    model: {
      vendor: row.vendor,
      family: row.family,
      version: row.modelVersion,
      tier: row.tier,
      own: row.own,
      snapshotDay: row.snapshotDay,
    },
    seenFrom: row.seenFrom,
    absentAt: row.absentAt,
    goneAt: row.goneAt,
    versions: versionsAtEdges(reads, row, byItem.get(`${row.feedId}|${row.itemKey}`) ?? [], byData.edges).map(
      (version) =>
        itemVersion(undatedWhileLimited(version, byData), byData.stageAt(version.observedAt), {
          own: row.own,
          marksPreviews: marksPreviews(identity, row.vendor, row.family),
        }),
    ),
  }));
}

function itemVersion(
  row: VersionRow,
  stage: ModelId['stage'],
  model: { readonly own: boolean; readonly marksPreviews: boolean },
): ItemVersion {
  const isStated = statedStage(row.statedStage) !== null;
  return {
    stageBasis: isStated ? 'stated' : model.marksPreviews ? 'inferred' : 'unmarked',
    observationId: row.observationId,
    observedAt: row.observedAt,
    // A row of another vendor's model is a host's row, even in a vendor's own list.
    itemTrust: model.own ? row.itemTrust : lowerTrust('aggregator', row.itemTrust ?? 'aggregator'),
    stage: stage === 'limited' && row.statedStage !== 'announced' ? stage : (statedStage(row.statedStage) ?? stage),
    ...statedLifecycle(row.statedStage),
    ...(row.shutdown === null ? {} : { shutdown: row.shutdown }),
    ...(row.end === null ? {} : { end: row.end }),
    ...(row.attributes === null ? {} : { attributes: row.attributes }),
    released:
      row.releasedText === null || row.releasedWeight === null
        ? null
        : { text: row.releasedText, weight: row.releasedWeight, ...slackOf(row) },
  };
}

function slackOf({ releasedSlackDays: slackDays }: VersionRow): { slackDays?: number } {
  return slackDays === null ? {} : { slackDays };
}

function statedLifecycle(stage: string | null): Pick<ItemVersion, 'lifecycle'> {
  return stage === 'deprecated' || stage === 'suspended' || stage === 'retired' ? { lifecycle: stage } : {};
}

/** Deprecated, suspended and retired rows say nothing of the stage at release; the id does. */
function statedStage(stage: string | null): ItemVersion['stage'] | null {
  return stage === 'announced' || stage === 'limited' || stage === 'preview' || stage === 'general' ? stage : null;
}
