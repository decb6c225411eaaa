import { canonicalJson } from '../../domain/canonical-json.ts';
import type { FeedItem } from '../../domain/feeds/item.ts';
import type { Identity } from '../../domain/identity/model-id.ts';
import { parseModelId } from '../../domain/identity/parse.ts';
import type { FeedRow } from '../../store/feeds.ts';
import type { NewReading, PartialReading } from '../../store/readings.ts';
import type { Deps } from '../deps.ts';

/** The model that a feed item's name means under the current identity data. */
export function readItem(
  deps: Pick<Deps, 'identity'>,
  feed: Pick<FeedRow, 'id' | 'adapter'>,
  item: Pick<FeedItem, 'key' | 'name' | 'host'>,
): NewReading {
  const identity = parseModelId(deps.identity, item.name, { feed: feed.adapter, host: item.host });
  const base = { feedId: feed.id, itemKey: item.key, name: item.name, identityVersion: deps.identity.version };
  if (identity.outcome !== 'model') {
    return {
      ...base,
      outcome: 'none',
      reason: identity.reason,
      vendor: identity.vendor,
      family: null,
      modelVersion: null,
      tier: null,
      stage: null,
      snapshotDay: null,
      own: false,
      partial: partialOf(identity),
    };
  }
  const { vendor, family, version, tier, stage, snapshotDay, own } = identity;
  return {
    ...base,
    outcome: 'model',
    reason: null,
    vendor,
    family,
    modelVersion: version,
    tier,
    stage,
    snapshotDay,
    own,
    partial: null,
  };
}

/** Only for a vendor's own rows: what others list under its name is not a statement of the vendor. */
function partialOf(identity: Identity): PartialReading | null {
  if (identity.outcome !== 'partial' || !identity.own) return null;
  const { name, family, version, tiers, unknown } = identity;
  return { name, family, version, tiers, unknown };
}

/** Whether two readings of a name are equal, whatever the wording of their reasons. */
export function statesSameModel(a: NewReading, b: NewReading): boolean {
  const facts = ({
    outcome,
    reason,
    vendor,
    family,
    modelVersion,
    tier,
    stage,
    snapshotDay,
    own,
  }: NewReading): string =>
    JSON.stringify([outcome, reason, vendor, family, modelVersion, tier, stage, snapshotDay, own]);
  return facts(a) === facts(b);
}

/** Whether two readings name the same model, whatever the stage and the owner of the row. */
export function namesSameModel(a: NewReading, b: NewReading): boolean {
  return a.vendor === b.vendor && a.family === b.family && a.modelVersion === b.modelVersion && a.tier === b.tier;
}

/** Whether two partial readings are equal, or neither is partial. */
export function statesSamePart(a: NewReading, b: NewReading): boolean {
  return canonicalJson(a.partial) === canonicalJson(b.partial);
}
