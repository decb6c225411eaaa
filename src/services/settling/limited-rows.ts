import { firstReadFrom, type Timeline } from '../../domain/evidence/timeline.ts';
import { parseReleaseText } from '../../domain/feeds/stated-date.ts';
import { limitEdges } from '../../domain/identity/limited.ts';
import type { ModelId } from '../../domain/identity/model-id.ts';
import { parseModelId } from '../../domain/identity/parse.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import type { Instant } from '../../domain/instant.ts';
import type { FeedRow } from '../../store/feeds.ts';
import type { SightingRow, VersionRow } from '../../store/sightings.ts';

/** The stage that the identity data gives a row's model at a moment, and when it changes. */
export type StageByData = {
  readonly stageAt: (at: Instant) => ModelId['stage'];
  readonly edges: readonly Instant[];
};

/** Only a limited model has different stages at different times. */
export function stageByData(
  identity: IdentityTable,
  feeds: readonly Pick<FeedRow, 'id' | 'adapter'>[],
  row: SightingRow,
): StageByData {
  const adapter = feeds.find(({ id }) => id === row.feedId)?.adapter;
  if (row.stage !== 'limited' || adapter === undefined) return { stageAt: () => row.stage, edges: [] };
  const { vendor, family, modelVersion: version, tier } = row;
  const stageAt = (at: Instant): ModelId['stage'] => {
    const model = parseModelId(identity, row.name, { feed: adapter, host: row.host, at });
    return model.outcome === 'model' ? model.stage : row.stage;
  };
  return { stageAt, edges: limitEdges(identity.limits, { vendor, family, version, tier }) };
}

/**
 * The versions of a row, and an additional one from the first accepted read after each edge that still shows the row
 * unchanged: the publisher states nothing new, but the meaning of the row has changed.
 */
export function versionsAtEdges(
  reads: Timeline['reads'],
  row: Pick<SightingRow, 'feedId' | 'vendor' | 'goneAt'>,
  versions: readonly VersionRow[],
  edges: readonly Instant[],
): VersionRow[] {
  return versions.flatMap((version, index) => {
    const end = Math.min(
      versions[index + 1]?.observedAt ?? Number.POSITIVE_INFINITY,
      row.goneAt ?? Number.POSITIVE_INFINITY,
    );
    const later = edges
      .filter((edge) => edge > version.observedAt)
      .map((edge) => firstReadFrom({ reads }, row.feedId, row.vendor, edge))
      .filter((read): read is Instant => read !== null && read < end);
    return [version, ...[...new Set(later)].map((observedAt) => ({ ...version, observedAt }))];
  });
}

/**
 * A version of a row that is evidence of a release, without a release date on which only approved customers could call
 * the model.
 */
export function undatedWhileLimited(version: VersionRow, { stageAt, edges }: StageByData): VersionRow {
  if (edges.length === 0 || version.releasedText === null || stageAt(version.observedAt) === 'limited') return version;
  const date = parseReleaseText(version.releasedText);
  const limited = date !== null && stageAt(date.interval.to - 1) === 'limited';
  return limited ? { ...version, releasedText: null } : version;
}
