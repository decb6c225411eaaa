import { createHash } from 'node:crypto';
import type { FeedItem } from '../../domain/feeds/item.ts';
import { parseModelId } from '../../domain/identity/parse.ts';
import { type Instant, parseDate } from '../../domain/instant.ts';
import type { FeedRow } from '../../store/feeds.ts';
import type { NewReading } from '../../store/readings.ts';
import type { Deps } from '../deps.ts';

/** When the evidence became visible to a reader of the feed: the poll, or the publication time that the item carries; of a day, its end. */
export function knowledgeTime(item: Pick<FeedItem, 'publishedAt'>, observedAt: Instant): Instant {
  const published = item.publishedAt === undefined ? null : parseDate(item.publishedAt);
  if (published === null) return observedAt;
  return Math.min(published.precision === 'instant' ? published.interval.from : published.interval.to, observedAt);
}

/** What a feed item's name means under the current identity data. */
export function readItem(
  deps: Pick<Deps, 'identity'>,
  feed: Pick<FeedRow, 'id' | 'adapter'>,
  item: Pick<FeedItem, 'key' | 'name' | 'host'>,
): NewReading {
  const identity = parseModelId(deps.identity, item.name, { feed: feed.adapter, host: item.host });
  const base = { feedId: feed.id, itemKey: item.key, name: item.name, identityVersion: deps.identity.version };
  if (identity.outcome === 'none') {
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
  };
}

/** Whether two readings say the same of a name, in whatever words they were met. */
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

/** Facts, in canonical order: what is only there for people to inspect does not make an item changed. */
export function hashItem(item: FeedItem): string {
  const { raw: _raw, ...facts } = item;
  return createHash('sha256').update(canonicalJson(facts)).digest('hex').slice(0, 32);
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The facts of an item that can move a release: a changed price touches no prediction about releases. */
export function releaseFacts(item: FeedItem | undefined): string {
  return item === undefined
    ? ''
    : canonicalJson([item.released, item.stage, item.trust, item.publishedAt, item.name, item.host]);
}
