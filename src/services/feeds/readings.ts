import { createHash } from 'node:crypto';
import { coverageSteps } from '../../domain/evidence/coverage-table.ts';
import { showsService } from '../../domain/evidence/in-service.ts';
import { seasoningMs } from '../../domain/evidence/timeline.ts';
import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import type { ParsedPayload } from '../../domain/feeds/item.ts';
import { type Instant, parseDate } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { listFamiliesEndingBetween } from '../../store/ends.ts';
import { advanceWatermark, type FeedRow, type Validators } from '../../store/feeds.ts';
import {
  type FamilyKey,
  listModelsNewsBetween,
  listModelsSeenAfter,
  type ModelKey,
  markFamiliesTouched,
} from '../../store/model-families.ts';
import { finishPoll, listLastReads } from '../../store/polls.ts';
import { listOwnVendors } from '../../store/readings.ts';
import { markAffected } from '../../store/settle-queue.ts';
import type { TouchedModel } from '../../store/watch-selections.ts';
import type { Deps, LastPayload } from '../deps.ts';
import { lockIdentity } from '../identity/identity.ts';
import { announceUnreadNames } from '../identity/name-events.ts';
import { listFamiliesOfNames, partialNames } from '../identity/unread-names.ts';
import { distinctFamilies } from '../models/families.ts';
import { feedFacts } from '../settling/timelines.ts';
import { noteAdvance } from './health.ts';
import { type Ingested, ingestPayload } from './ingest.ts';
import { findUnchanged, rememberPayload } from './last-payloads.ts';

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

/** Ingests one payload and marks the predictions and models that it affects. */
export async function readPayload(tx: Sql, given: Deps, payload: Payload): Promise<void> {
  const deps = await lockIdentity(tx, given);
  const { feed, pollId, bytes } = payload;
  const bytesHash = hashBytes(bytes);
  const unchanged = findUnchanged(deps, feed, bytesHash);
  if (unchanged !== null) return await readUnchanged(tx, deps, payload, unchanged);
  const parsed = parseSafely(feed, bytes);
  const observedAt = parsed instanceof Refusal ? payload.observedAt : knownThrough(parsed, payload.observedAt);
  const base = { observedAt, bytes: bytes.byteLength, bytesHash, httpStatus: payload.httpStatus };
  if (parsed instanceof Refusal) {
    const end = {
      ...base,
      result: 'suspect',
      suspectReason: parsed.message.slice(0, 500),
      errorCode: parsed.code,
      finishedAt: deps.now(),
    } as const;
    await finishPoll(tx, pollId, end);
    return;
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
    return;
  }
  await finishPoll(tx, pollId, { ...counts, result: 'ok', frozenVendors: assessment.frozenVendors });
  // A frozen vendor is only accepted when it is listed again a day later, so the next responses must be complete.
  const validators = assessment.frozenVendors.length === 0 ? payload.validators : noValidators;
  await advanceWatermark(tx, feed.id, observedAt, { pollId, validators });
  await noteAdvance(tx, deps, feed, assessment.confirmed);
  await markAfter(tx, deps, { ...payload, observedAt }, ingested);
  await announceUnreadNames(tx, deps, feed, ingested.listed);
  // A reviewed document and one with frozen vendors are compared in full each time.
  if (parsed.reviewedThrough !== undefined || assessment.frozenVendors.length > 0) return;
  rememberPayload(deps, feed, { pollId, bytesHash, items, lostItems: parsed.lost.length });
}

/** A payload of the same bytes as the last accepted one: an accepted read without a change. */
async function readUnchanged(tx: Sql, deps: Deps, payload: Payload, last: LastPayload): Promise<void> {
  const { feed, pollId, observedAt, bytes, httpStatus, validators } = payload;
  const { bytesHash, items, lostItems } = last;
  await finishPoll(tx, pollId, {
    result: 'ok',
    observedAt,
    finishedAt: deps.now(),
    items,
    lostItems,
    bytes: bytes.byteLength,
    bytesHash,
    httpStatus,
  });
  await advanceWatermark(tx, feed.id, observedAt, { pollId, validators });
  await noteAdvance(tx, deps, feed, false);
  await markAfter(tx, deps, payload, null);
  rememberPayload(deps, feed, { pollId, bytesHash, items, lostItems });
}

/** The watermark of a reviewed document is the day of its review: reading it again later adds nothing for that day. */
function knownThrough(payload: ParsedPayload, readAt: Instant): Instant {
  const reviewed = payload.reviewedThrough === undefined ? null : parseDate(payload.reviewedThrough);
  return reviewed === null ? readAt : Math.min(readAt, reviewed.interval.to);
}

function parseSafely(feed: FeedRow, bytes: Uint8Array): ParsedPayload | Refusal {
  const adapter = findAdapter(feed.adapter);
  if (adapter === null) return new Refusal('feed_unparsable', `there is no adapter ${feed.adapter}`);
  if (adapter.options !== undefined && feed.options === null)
    return new Refusal('feed_unparsable', 'the stored options of the feed cannot be read: replace them with PATCH');
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
 * Marks the predictions that a read affects: those about families with changes or about partially read names, those with a
 * deadline that the watermark passed, those that watch rows which this read seasons and, since absence is evidence too,
 * those about models that other feeds first listed after this read (an archive, or a slow poll). They are settled once the
 * read is committed. The models that it affects in the same way are marked, too.
 */
export async function markAfter(
  tx: Sql,
  deps: Deps,
  read: Pick<Payload, 'feed' | 'pollId' | 'observedAt' | 'crossedTo'>,
  ingested: Ingested | null,
): Promise<void> {
  const { feed, pollId, observedAt, crossedTo } = read;
  const unread =
    ingested === null ? [] : await listFamiliesOfNames(tx, partialNames(ingested.listed.map((row) => row.reading)));
  const vendors = await vendorsWithEdges(tx, feed);
  const span = seasonedSpan(read);
  const seasoned = span === null ? [] : await listModelsNewsBetween(tx, feed.id, span);
  const endings = await listFamiliesToProve(tx, feed, { after: crossedTo, until: observedAt });
  const later = vendors.length === 0 ? [] : await listModelsSeenAfter(tx, vendors, observedAt);
  const moved = [...seasoned, ...later];
  const spans = spansCrossed(feed, { after: crossedTo, until: observedAt });
  const affected = {
    releases: [...(ingested?.touched ?? []), ...unread, ...moved.map(toTouched)],
    facts: ingested?.touchedFacts ?? [],
    edges: vendors.length === 0 ? null : { vendors, spans },
  };
  // A read is evidence too: it seasons rows, and shows what is absent.
  const evidenceFrom = Math.min(ingested?.evidenceFrom ?? observedAt, observedAt);
  const now = deps.now();
  await markAffected(tx, affected, { pollId, evidenceFrom, evidenceTo: now, markedAt: now });
  const from = Math.min(evidenceFrom, span === null ? observedAt : span.after);
  const families = [...(ingested?.touchedModels ?? []), ...moved, ...endings];
  await markFamiliesTouched(tx, distinctFamilies(families), { from, to: now });
}

/** The families of models whose stated end passed before this read: it shows whether the vendor's list still has their ids. */
async function listFamiliesToProve(
  tx: Sql,
  feed: FeedRow,
  span: { after: Instant; until: Instant },
): Promise<FamilyKey[]> {
  return showsService(feedFacts(feed)) ? await listFamiliesEndingBetween(tx, feed.id, span) : [];
}

function toTouched({ vendor, family, version, tier }: ModelKey): TouchedModel {
  return { vendor, family, model: { version, tier } };
}

/**
 * The vendors whose deadlines matter to a feed: those that it covers and, if it can show that models are in service,
 * those whose own models it lists.
 */
async function vendorsWithEdges(tx: Sql, feed: FeedRow): Promise<'any' | readonly string[]> {
  if (feed.coversAny) return 'any';
  if (!showsService(feedFacts(feed))) return feed.covers;
  return [...new Set([...feed.covers, ...(await listOwnVendors(tx, feed.id))])];
}

/** An edge counts as passed after each step of patience (for absence), and after the feed's lag (for its own facts). */
function spansCrossed(
  feed: FeedRow,
  { after, until }: { after: Instant; until: Instant },
): { after: Instant; until: Instant }[] {
  return [...coverageSteps, feed.settlementLagMs].map((step) => ({ after: after - step, until: until - step }));
}

/**
 * The listing times of rows that are seasoned by this read and were not by the previous one; null before the second
 * read.
 */
function seasonedSpan({
  feed: { watermark },
  observedAt,
}: Pick<Payload, 'feed' | 'observedAt'>): { after: Instant; until: Instant } | null {
  return watermark === null ? null : { after: watermark - seasoningMs, until: observedAt - seasoningMs };
}

/** The moment up to which the feed has already passed edges. It may be earlier for a vendor that was frozen. */
export async function readBefore(tx: Sql, feed: FeedRow): Promise<Instant> {
  if (feed.watermark === null) return 0;
  const vendors = await vendorsWithEdges(tx, feed);
  const lastReads = await listLastReads(tx, feed.id, vendors === 'any' ? [vendors] : vendors);
  const reads = lastReads.map((row) => row.observedAt ?? 0);
  const earlier = reads.filter((at) => at < (feed.watermark ?? 0));
  return Math.min(feed.watermark, ...earlier);
}
