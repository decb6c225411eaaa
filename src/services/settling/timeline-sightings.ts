import type { ItemVersion, Sighting, Timeline } from '../../domain/evidence/timeline.ts';
import { lowerTrust } from '../../domain/feeds/trust.ts';
import type { ModelId } from '../../domain/identity/model-id.ts';
import { type IdentityTable, marksPreviews } from '../../domain/identity/table.ts';
import type { Sql } from '../../store/db.ts';
import type { FeedRow } from '../../store/feeds.ts';
import {
  type ItemRef,
  listItemVersions,
  listSightings,
  type SightingRow,
  type VersionRow,
  type Wanted,
} from '../../store/sightings.ts';
import { type StageByData, stageByData, undatedWhileLimited, versionsAtEdges } from './limited-rows.ts';
import { loadReadsAround } from './timeline-reads.ts';

/**
 * The sightings of the wanted models with their versions, oldest first, in bounded pages: neither a statement nor the
 * joining of its rows delays other requests for long.
 */
export async function loadSightings(
  db: Sql,
  identity: IdentityTable,
  feeds: readonly FeedRow[],
  wanted: Wanted,
): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  for (let after: ItemRef | null = null; ; ) {
    const { rows, last } = await listSightings(db, wanted, after);
    const versions = await listItemVersions(db, wanted, { after, last });
    sightings.push(...(await joinPage(db, identity, feeds, { rows, versions })));
    if (last === null) break;
    after = last;
  }
  // The pages are sorted by item, and the sort is stable.
  return sightings.sort((a, b) => a.seenFrom - b.seenFrom);
}

async function joinPage(
  db: Sql,
  identity: IdentityTable,
  feeds: readonly FeedRow[],
  page: { readonly rows: readonly SightingRow[]; readonly versions: readonly VersionRow[] },
): Promise<Sighting[]> {
  const { versions } = page;
  const rows = page.rows.map((row) => ({ row, ...stageByData(identity, feeds, row) }));
  const changing = rows.filter(({ edges }) => edges.length > 0);
  if (changing.length === 0) return joinVersions(identity, rows, versions, new Map());
  const vendors = new Set(changing.map(({ row }) => row.vendor));
  const asks = changing.flatMap(({ row: { feedId, vendor }, edges }) => edges.map((at) => ({ feedId, vendor, at })));
  const reads = await loadReadsAround(db, [...vendors].sort(), asks);
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
    ...(row.isActive === true && { isActive: row.isActive }),
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

/** Deprecated, suspended and retired rows say nothing about the stage at release; the id does. */
function statedStage(stage: string | null): ItemVersion['stage'] | null {
  return stage === 'announced' || stage === 'limited' || stage === 'preview' || stage === 'general' ? stage : null;
}
