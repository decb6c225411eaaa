import { createHash } from 'node:crypto';
import { coverageSteps } from '../../domain/evidence/coverage-table.ts';
import { seasoningMs } from '../../domain/evidence/timeline.ts';
import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import type { ParsedPayload } from '../../domain/feeds/item.ts';
import { type Instant, parseDate } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { advanceWatermark, type FeedRow, type Validators } from '../../store/feeds.ts';
import { listFamiliesNewsBetween, listFamiliesSeenAfter } from '../../store/model-families.ts';
import { finishPoll, listLastReads } from '../../store/polls.ts';
import { listEdgesCrossed, listWatching, listWatchingNewsBetween, listWatchingSeenAfter } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { lockIdentity } from '../identity/identity.ts';
import { announceUnreadNames } from '../identity/name-events.ts';
import { listWatchingNames, partialNames } from '../identity/unread-names.ts';
import { updateModels } from '../models/states.ts';
import { settlePredictions } from '../settling/settle.ts';
import { noteAdvance } from './health.ts';
import { type Ingested, ingestPayload } from './ingest.ts';

/** A payload to ingest. */
export type Payload = {
  readonly feed: FeedRow;
  readonly pollId: string;
  readonly observedAt: Instant;
  /** The feed has already passed the deadlines up to this moment. */
  readonly crossedTo: Instant;
  readonly bytes: Uint8Array;
  readonly httpStatus: number | null;
  readonly validators: Validators;
};

/** A snapshot has no validators; with older ones, "not modified" would refer to another payload. */
export const noValidators: Validators = { etag: null, lastModified: null, knownVersion: null };

/** Ingests one payload and settles the predictions that it affects. Returns how many it resolved. */
export async function readPayload(tx: Sql, given: Deps, payload: Payload): Promise<number> {
  const deps = await lockIdentity(tx, given);
  const { feed, pollId, bytes } = payload;
  const parsed = parseSafely(feed, bytes);
  const observedAt = parsed instanceof Refusal ? payload.observedAt : knownThrough(parsed, payload.observedAt);
  const base = { observedAt, bytes: bytes.byteLength, bytesHash: hashBytes(bytes), httpStatus: payload.httpStatus };
  if (parsed instanceof Refusal) {
    const end = {
      ...base,
      result: 'suspect',
      suspectReason: parsed.message.slice(0, 500),
      errorCode: parsed.code,
      finishedAt: deps.now(),
    } as const;
    await finishPoll(tx, pollId, end);
    return 0;
  }
  const times = { observedAt, readAt: payload.observedAt, ingestedAt: deps.now() };
  const ingested = await ingestPayload(tx, deps, { feed, pollId, ...times, payload: parsed });
  const { items, newItems, changedItems, vanishedItems, assessment } = ingested;
  const counts = {
    ...base,
    items,
    newItems,
    changedItems,
    vanishedItems,
    lostItems: parsed.lost.length,
    finishedAt: deps.now(),
  };
  if (assessment.kind === 'suspect') {
    await finishPoll(tx, pollId, { ...counts, result: 'suspect', suspectReason: assessment.reason });
    return 0;
  }
  await finishPoll(tx, pollId, { ...counts, result: 'ok', frozenVendors: assessment.frozenVendors });
  // A frozen vendor is only accepted when it is listed again a day later, so the next responses must be complete.
  const validators = assessment.frozenVendors.length === 0 ? payload.validators : noValidators;
  await advanceWatermark(tx, feed.id, observedAt, validators);
  await noteAdvance(tx, deps, feed, assessment.confirmed);
  const resolved = await settleAfter(tx, deps, { ...payload, observedAt }, ingested);
  await announceUnreadNames(tx, deps, feed, ingested.listed);
  return resolved;
}

/** The watermark of a reviewed document is the day of its review: reading it again later adds nothing for that day. */
function knownThrough(payload: ParsedPayload, readAt: Instant): Instant {
  const reviewed = payload.reviewedThrough === undefined ? null : parseDate(payload.reviewedThrough);
  return reviewed === null ? readAt : Math.min(readAt, reviewed.interval.to);
}

function parseSafely(feed: FeedRow, bytes: Uint8Array): ParsedPayload | Refusal {
  const adapter = findAdapter(feed.adapter);
  if (adapter === null) return new Refusal('feed_unparsable', `there is no adapter ${feed.adapter}`);
  try {
    return adapter.parse(bytes, feed.options);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'feed_unparsable') return error;
    throw error;
  }
}

export function hashBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Evaluates the predictions that a read affects: those about families with changes or about partially read names, those
 * with a deadline that the watermark passed, those that watch rows which this read seasons and, since absence is
 * evidence too, those about models that other feeds first listed after this read (an archive, or a slow poll).
 */
export async function settleAfter(
  tx: Sql,
  deps: Deps,
  read: Pick<Payload, 'feed' | 'observedAt' | 'crossedTo'>,
  ingested: Ingested | null,
): Promise<number> {
  const { feed, observedAt, crossedTo } = read;
  const touched = ingested === null ? [] : await listWatching(tx, ingested.touched);
  const priced = ingested === null ? [] : await listWatching(tx, ingested.touchedFacts, 'facts');
  const unread =
    ingested === null ? [] : await listWatchingNames(tx, partialNames(ingested.listed.map((row) => row.reading)));
  const vendors = feed.coversAny ? 'any' : feed.covers;
  const covers = vendors === 'any' || vendors.length > 0;
  const crossed = covers
    ? await listEdgesCrossed(tx, vendors, spansCrossed(feed, { after: crossedTo, until: observedAt }))
    : [];
  const lasted = await listLasted(tx, read);
  const later = covers ? await listWatchingSeenAfter(tx, vendors, observedAt) : [];
  const ids = [...new Set([...touched, ...priced, ...unread, ...crossed, ...lasted, ...later])].sort();
  // A read is evidence too: it seasons rows, and shows what is absent.
  const evidenceFrom = Math.min(ingested?.evidenceFrom ?? observedAt, observedAt);
  const counts = await settlePredictions(tx, deps, ids, { now: deps.now(), evidenceFrom });
  await keepTouchedModels(tx, deps, read, ingested);
  return counts.resolved + counts.amended;
}

/**
 * Updates the models that a read affects: those with changes, those whose rows it seasons, and those that other feeds
 * first listed after it.
 */
async function keepTouchedModels(
  tx: Sql,
  deps: Deps,
  read: Pick<Payload, 'feed' | 'observedAt'>,
  ingested: Ingested | null,
): Promise<void> {
  const { feed, observedAt } = read;
  const span = lastedSpan(read);
  const lasted = span === null ? [] : await listFamiliesNewsBetween(tx, feed.id, span);
  const covered = feed.coversAny ? 'any' : feed.covers;
  const later = covered.length === 0 ? [] : await listFamiliesSeenAfter(tx, covered, observedAt);
  const from = Math.min(ingested?.evidenceFrom ?? observedAt, observedAt, span === null ? observedAt : span.after);
  await updateModels(tx, deps, [...(ingested?.touchedModels ?? []), ...lasted, ...later], from);
}

/** An edge counts as passed after each step of patience (for absence), and after the feed's lag (for its own facts). */
function spansCrossed(
  feed: FeedRow,
  { after, until }: { after: Instant; until: Instant },
): { after: Instant; until: Instant }[] {
  return [...coverageSteps, feed.settlementLagMs].map((step) => ({ after: after - step, until: until - step }));
}

/**
 * Predictions that watch a row which this read seasons: a day old now, and younger at the previous read. Only reads
 * season rows.
 */
async function listLasted(tx: Sql, read: Pick<Payload, 'feed' | 'observedAt'>): Promise<string[]> {
  const span = lastedSpan(read);
  return span === null ? [] : await listWatchingNewsBetween(tx, read.feed.id, span);
}

/**
 * The listing times of rows that are seasoned by this read and were not by the previous one; null before the second
 * read.
 */
function lastedSpan({
  feed: { watermark },
  observedAt,
}: Pick<Payload, 'feed' | 'observedAt'>): { after: Instant; until: Instant } | null {
  return watermark === null ? null : { after: watermark - seasoningMs, until: observedAt - seasoningMs };
}

/** The moment up to which the feed has already passed edges. It may be earlier for a vendor that was frozen. */
export async function readBefore(tx: Sql, feed: FeedRow): Promise<Instant> {
  if (feed.watermark === null) return 0;
  const vendors = feed.coversAny ? ['any'] : feed.covers;
  const reads = (await listLastReads(tx, feed.id, vendors)).map((row) => row.observedAt ?? 0);
  const earlier = reads.filter((at) => at < (feed.watermark ?? 0));
  return Math.min(feed.watermark, ...earlier);
}
