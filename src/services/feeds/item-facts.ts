import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { FeedItem } from '../../domain/feeds/item.ts';
import { type Instant, parseDate } from '../../domain/instant.ts';

/**
 * When the evidence became visible to a reader of the feed: the time of the poll, or the item's own publication time
 * (for a day, its end).
 */
export function knowledgeTime(item: Pick<FeedItem, 'publishedAt'>, observedAt: Instant): Instant {
  const published = item.publishedAt === undefined ? null : parseDate(item.publishedAt);
  if (published === null) return observedAt;
  return Math.min(published.precision === 'instant' ? published.interval.from : published.interval.to, observedAt);
}

/** The facts in canonical order. The raw row, which is stored for people, does not make an item changed. */
export function hashItem(item: FeedItem): string {
  const { raw: _raw, ...facts } = item;
  return createHash('sha256').update(canonicalJson(facts)).digest('hex').slice(0, 32);
}

/** The facts of an item that state an end or a successor, or that there is none. */
export function endFacts(item: FeedItem | undefined): string {
  return canonicalJson([item?.shutdown, item?.end, item?.isActive, item?.successor]);
}

/** The facts of an item that can change a release. A price change affects no prediction about releases. */
export function releaseFacts(item: FeedItem | undefined): string {
  return item === undefined
    ? ''
    : canonicalJson([item.released, item.stage, item.trust, item.publishedAt, item.name, item.host]);
}
