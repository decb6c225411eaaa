import { aliasFamily } from '../../domain/ends/end.ts';
import type { ItemVersion, Sighting, Timeline } from '../../domain/evidence/timeline.ts';
import { lowerTrust } from '../../domain/feeds/trust.ts';
import type { ModelId } from '../../domain/identity/model-id.ts';
import { readPlace } from '../../domain/identity/place.ts';
import { type IdentityTable, marksPreviews } from '../../domain/identity/table.ts';
import type { Sql } from '../../store/db.ts';
import type { FeedRow } from '../../store/feeds.ts';
import {
  type ItemPage,
  type ItemRef,
  type ItemRow,
  listAliasItems,
  listItems,
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
  feeds: readonly Pick<FeedRow, 'id' | 'adapter'>[],
  wanted: Wanted,
): Promise<Sighting[]> {
  const sightings: Sighting[] = [];
  for (let after: ItemRef | null = null; ; ) {
    const { rows, last }: ItemPage = await listItems(db, wanted, after);
    sightings.push(...(await sightingsOfPage(db, identity, feeds, rows)));
    if (last === null) break;
    after = last;
  }
  // The pages are sorted by item, and the sort is stable.
  return sightings.sort((a, b) => a.seenFrom - b.seenFrom);
}

/** The sightings of a vendor's aliases of changing models. Where a row is listed decides whether it is the vendor's own. */
export async function loadAliasSightings(
  db: Sql,
  identity: IdentityTable,
  feeds: readonly Pick<FeedRow, 'id' | 'adapter'>[],
  vendor: string,
): Promise<Sighting[]> {
  const adapters = new Map(feeds.map(({ id, adapter }) => [id, adapter]));
  const items = (await listAliasItems(db, vendor)).map((item): ItemRow => {
    const feed = adapters.get(item.feedId) ?? '';
    const { owner } = readPlace(identity, item.name, { feed, host: item.sightings[0]?.host ?? null });
    return { ...item, family: aliasFamily, own: owner?.vendor === vendor };
  });
  const sightings = await sightingsOfPage(db, identity, feeds, items);
  return sightings.sort((a, b) => a.seenFrom - b.seenFrom);
}

type Row = StageByData & { readonly row: SightingRow; readonly versions: readonly VersionRow[] };

async function sightingsOfPage(
  db: Sql,
  identity: IdentityTable,
  feeds: readonly Pick<FeedRow, 'id' | 'adapter'>[],
  items: readonly ItemRow[],
): Promise<Sighting[]> {
  const rows: Row[] = [];
  for (const item of items)
    for (const sighting of item.sightings) {
      const row = sightingRow(item, sighting);
      const { stageAt, edges } = stageByData(identity, feeds, row);
      rows.push({ row, versions: item.versions, stageAt, edges });
    }
  const changing = rows.filter(({ edges }) => edges.length > 0);
  if (changing.length === 0) return rows.map((row) => sightingOf(identity, row, new Map()));
  const vendors = new Set(changing.map(({ row }) => row.vendor));
  const asks = changing.flatMap(({ row: { feedId, vendor }, edges }) => edges.map((at) => ({ feedId, vendor, at })));
  const reads = await loadReadsAround(db, [...vendors].sort(), asks);
  return rows.map((row) => sightingOf(identity, row, reads));
}

/** Written out, because spreading two objects into one makes an object that is slow to read. */
function sightingRow(item: ItemRow, { host, seenFrom, absentAt, goneAt }: ItemRow['sightings'][number]): SightingRow {
  const { feedId, itemKey, name, vendor, family, modelVersion, tier, stage, snapshotDay, own } = item;
  return {
    feedId,
    itemKey,
    name,
    host,
    seenFrom,
    absentAt,
    goneAt,
    vendor,
    family,
    modelVersion,
    tier,
    stage,
    snapshotDay,
    own,
  };
}

function sightingOf(identity: IdentityTable, { row, versions, ...byData }: Row, reads: Timeline['reads']): Sighting {
  const { feedId, itemKey, name, host, vendor, family, tier, own, snapshotDay, seenFrom, absentAt, goneAt } = row;
  const model = { own, marksPreviews: marksPreviews(identity, vendor, family) };
  return {
    feedId,
    itemKey,
    name,
    host,
    model: { vendor, family, version: row.modelVersion, tier, own, snapshotDay },
    seenFrom,
    absentAt,
    goneAt,
    versions: versionsAtEdges(reads, row, versions, byData.edges).map((version) =>
      itemVersion(undatedWhileLimited(version, byData), byData.stageAt(version.observedAt), model),
    ),
  };
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
    ...(row.successor === null ? {} : { successor: row.successor }),
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
