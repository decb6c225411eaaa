import { createHash } from 'node:crypto';
import { findAdapter } from '../domain/feeds/adapters.ts';
import type { ParsedPayload } from '../domain/feeds/item.ts';
import { dayMs, type Instant, parseDate } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Sql } from '../store/db.ts';
import {
  advanceWatermark,
  type FeedRow,
  findFeed,
  leaseDueFeed,
  leaseFeed,
  listFeeds,
  lockFeed,
  settleFeed,
  type Validators,
} from '../store/feeds.ts';
import {
  abortLostPolls,
  findLatestReading,
  findPoll,
  finishPoll,
  insertRunningPoll,
  listLastReads,
  type PollKind,
  type PollRow,
} from '../store/polls.ts';
import { listEdgesCrossed, listWatching } from '../store/predictions.ts';
import type { Deps, FetchedPayload } from './deps.ts';
import { type Ingested, ingestPayload } from './ingest.ts';
import { settlePredictions } from './settle.ts';

/** A poll that has not ended by then is taken to be lost; longer than any fetch with its limits. */
export const pollLeaseMs = 180_000;
/** First and longest wait after failures; each failure in a row doubles it. */
export const backOffMinMs = 15 * 60_000;
export const backOffMaxMs = dayMs;
/** Reading one payload into the evidence may take so long. */
const ingestMsMax = 120_000;

export type PollOrder = { readonly kind: Exclude<PollKind, 'snapshot'>; readonly tick: Instant | null };

/** What came of one payload, for whoever sent it. */
export type ReadingReport = { readonly poll: PollRow; readonly resolutions: number };

/**
 * Polls every feed that is due at a tick: builtin files first, since they are free, then the network all at once,
 * so that one slow feed delays none of the others. Any number of nodes may run the same tick; each feed is read once.
 */
export async function pollDueFeeds(
  deps: Deps,
  tick: Instant,
): Promise<{ polled: number; failed: number; resolved: number }> {
  await abortLostPolls(deps.db.sql, deps.now());
  const feeds = (await listFeeds(deps.db.sql)).filter(
    (feed) => feed.enabled && feed.url !== null && feed.nextPollAt <= tick,
  );
  const reports: (ReadingReport | null)[] = [];
  for (const feed of feeds.filter(isBuiltin)) reports.push(await pollQuietly(deps, feed, tick));
  reports.push(
    ...(await Promise.all(feeds.filter((feed) => !isBuiltin(feed)).map((feed) => pollQuietly(deps, feed, tick)))),
  );
  const done = reports.filter((report) => report !== null);
  return {
    polled: done.length,
    failed: done.filter((report) => report.poll.result === 'failed').length,
    resolved: done.reduce((sum, report) => sum + report.resolutions, 0),
  };
}

function isBuiltin(feed: FeedRow): boolean {
  return feed.url?.startsWith('builtin:') ?? false;
}

async function pollQuietly(deps: Deps, feed: FeedRow, tick: Instant): Promise<ReadingReport | null> {
  try {
    return await pollFeed(deps, feed, { kind: 'scheduled', tick });
  } catch (error) {
    deps.log.error({ feed: feed.slug, error: String(error) }, 'poll failed unexpectedly');
    return null;
  }
}

/** Polls a feed now, whether it is due or not. Refuses with `conflict` while it is being read. */
export async function pollFeedNow(deps: Deps, idOrSlug: string): Promise<ReadingReport> {
  const feed = await findFeed(deps.db.sql, idOrSlug);
  if (feed === null) throw new Refusal('not_found', `there is no feed ${idOrSlug}`);
  if (feed.url === null) throw new Refusal('conflict', `feed ${feed.slug} has no url: it is fed by snapshots only`);
  await abortLostPolls(deps.db.sql, deps.now());
  const report = await pollFeed(deps, feed, { kind: 'manual', tick: null });
  if (report === null)
    throw new Refusal('conflict', `feed ${feed.slug} is being read; try again when that poll has ended`);
  return report;
}

/** One poll: lease, fetch with no transaction open, parse, then everything it changes in one transaction. Null when another node has it. */
async function pollFeed(deps: Deps, feed: FeedRow, order: PollOrder): Promise<ReadingReport | null> {
  const pollId = deps.newId('poll');
  const startedAt = deps.now();
  const opened = await deps.db.begin(async (tx) => {
    const lease = { holder: deps.nodeId, leaseMs: pollLeaseMs };
    const leased =
      order.tick === null
        ? await leaseFeed(tx, feed.id, lease)
        : await leaseDueFeed(tx, feed.id, { ...lease, tick: order.tick });
    if (!leased) return false;
    const inserted = await insertRunningPoll(tx, {
      id: pollId,
      feedId: feed.id,
      kind: order.kind,
      scheduledFor: order.tick,
      startedAt,
    });
    if (!inserted) await settleFeed(tx, feed.id, deps.nodeId, { failures: feed.failures, nextPollAt: null });
    return inserted;
  });
  if (!opened) return null;
  const fetched = await fetchSafely(deps, feed);
  const observedAt = deps.now();
  const resolutions = await deps.db.begin((tx) => endPoll(tx, deps, { feedId: feed.id, pollId, observedAt, fetched }), {
    msMax: ingestMsMax,
  });
  const poll = await findPoll(deps.db.sql, pollId);
  return poll === null ? null : { poll, resolutions };
}

async function fetchSafely(deps: Deps, feed: FeedRow): Promise<FetchedPayload> {
  const { adapter, url, etag, lastModified, knownVersion } = feed;
  try {
    return await deps.fetchPayload({ adapter, url: url ?? '', etag, lastModified, knownVersion });
  } catch (error) {
    deps.log.error({ feed: feed.slug, error: String(error) }, 'fetching threw');
    return {
      kind: 'failed',
      reason: 'internal',
      detail: 'the fetch ended unexpectedly; the log has more',
      status: null,
      retryAfterMs: null,
    };
  }
}

type Ending = {
  readonly feedId: string;
  readonly pollId: string;
  readonly observedAt: Instant;
  readonly fetched: FetchedPayload;
};

async function endPoll(tx: Sql, deps: Deps, ending: Ending): Promise<number> {
  const feed = await lockFeed(tx, ending.feedId);
  if (feed === null) return 0;
  const { fetched, pollId, observedAt } = ending;
  if (fetched.kind === 'failed') return await endFailed(tx, deps, feed, pollId, fetched);
  await settleFeed(tx, feed.id, deps.nodeId, { failures: 0, nextPollAt: null });
  const crossedTo = await readBefore(tx, feed);
  if (fetched.kind === 'not_modified') {
    const last = await findLatestReading(tx, feed.id);
    const end = {
      result: 'not_modified',
      observedAt,
      finishedAt: deps.now(),
      items: last?.items ?? 0,
      httpStatus: fetched.status,
    } as const;
    if (!(await finishPoll(tx, pollId, { ...end, frozenVendors: last?.frozenVendors ?? [] }))) return 0;
    await advanceWatermark(tx, feed.id, observedAt, null);
    return await settleAfter(tx, deps, { feed, observedAt, crossedTo }, null);
  }
  const { status, etag, lastModified, knownVersion } = fetched;
  const validators = { etag, lastModified, knownVersion };
  return await readPayload(tx, deps, {
    feed,
    pollId,
    observedAt,
    crossedTo,
    bytes: fetched.bytes,
    httpStatus: status,
    validators,
  });
}

async function endFailed(
  tx: Sql,
  deps: Deps,
  feed: FeedRow,
  pollId: string,
  fetched: Extract<FetchedPayload, { kind: 'failed' }>,
): Promise<number> {
  const failures = feed.failures + 1;
  const wait = Math.max(backOffMs(failures), Math.min(fetched.retryAfterMs ?? 0, backOffMaxMs));
  const finishedAt = deps.now();
  await finishPoll(tx, pollId, {
    result: 'failed',
    observedAt: null,
    finishedAt,
    errorCode: fetched.reason,
    errorDetail: fetched.detail,
    httpStatus: fetched.status,
  });
  await settleFeed(tx, feed.id, deps.nodeId, { failures, nextPollAt: finishedAt + wait });
  return 0;
}

/** 15 minutes, doubled with each failure in a row, a day at most. The first failure waits no longer than a tick. */
export function backOffMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(backOffMaxMs, backOffMinMs * 2 ** Math.min(failures - 2, 10));
}

type Payload = {
  readonly feed: FeedRow;
  readonly pollId: string;
  readonly observedAt: Instant;
  /** Deadlines up to here were already crossed by this feed. */
  readonly crossedTo: Instant;
  readonly bytes: Uint8Array;
  readonly httpStatus: number | null;
  readonly validators: Validators;
};

/** A snapshot came with none: a later answer "not modified" would speak of another payload. */
const noValidators: Validators = { etag: null, lastModified: null, knownVersion: null };

/** Reads one payload into the evidence and settles what it touches. Answers how many predictions it resolved. */
async function readPayload(tx: Sql, deps: Deps, payload: Payload): Promise<number> {
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
  const ingested = await ingestPayload(tx, deps, { feed, pollId, observedAt, ingestedAt: deps.now(), payload: parsed });
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
  const ended = await finishPoll(tx, pollId, { ...counts, result: 'ok', frozenVendors: assessment.frozenVendors });
  if (!ended)
    throw new Refusal('conflict', 'the poll was ended by a sweep while it was being read; nothing of it was kept');
  await advanceWatermark(tx, feed.id, observedAt, payload.validators);
  return await settleAfter(tx, deps, { ...payload, observedAt }, ingested);
}

/** A reviewed document is known as far as it was reviewed: reading it again on a later day teaches nothing of that day. */
function knownThrough(payload: ParsedPayload, readAt: Instant): Instant {
  const reviewed = payload.reviewedThrough === undefined ? null : parseDate(payload.reviewedThrough);
  return reviewed === null ? readAt : Math.min(readAt, reviewed.interval.to);
}

function parseSafely(feed: FeedRow, bytes: Uint8Array): ParsedPayload | Refusal {
  const adapter = findAdapter(feed.adapter);
  if (adapter === null) return new Refusal('feed_unparsable', `there is no adapter ${feed.adapter}`);
  try {
    return adapter.parse(bytes);
  } catch (error) {
    if (error instanceof Refusal && error.code === 'feed_unparsable') return error;
    throw error;
  }
}

export function hashBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Looks again at what a reading touched: the families with news, and the deadlines that the watermark crossed. */
async function settleAfter(
  tx: Sql,
  deps: Deps,
  read: Pick<Payload, 'feed' | 'observedAt' | 'crossedTo'>,
  ingested: Ingested | null,
): Promise<number> {
  const { feed, observedAt, crossedTo } = read;
  const touched = ingested === null || ingested.touched.length === 0 ? [] : await listWatching(tx, ingested.touched);
  const crossed = await listEdgesCrossed(
    tx,
    feed.coversAny ? 'any' : feed.covers,
    crossedTo,
    observedAt - feed.settlementLagMs,
  );
  const ids = [...new Set([...touched, ...crossed])].sort();
  const counts = await settlePredictions(tx, deps, ids, {
    now: deps.now(),
    evidenceFrom: ingested?.evidenceFrom ?? null,
  });
  return counts.resolved + counts.amended;
}

/** Up to where edges were already crossed by this feed: a vendor that was frozen may lie further back than the watermark. */
async function readBefore(tx: Sql, feed: FeedRow): Promise<Instant> {
  if (feed.watermark === null) return 0;
  const vendors = feed.coversAny ? [] : feed.covers;
  const reads = (await listLastReads(tx, feed.id, vendors)).map((row) => row.observedAt ?? 0);
  const earlier = reads.filter((at) => at < (feed.watermark ?? 0));
  return Math.min(feed.watermark, ...earlier) - feed.settlementLagMs;
}

/**
 * Ingests one archived payload as its publisher served it at `observedAt`. Chronological per feed: an earlier time than the
 * newest is refused, the same time with the same bytes changes nothing.
 */
export async function postSnapshot(
  deps: Deps,
  idOrSlug: string,
  observedAt: Instant,
  bytes: Uint8Array,
): Promise<ReadingReport> {
  if (observedAt > deps.now()) {
    const detail = 'observed_at lies in the future: a payload can only have been observed in the past';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/observed_at' }]);
  }
  const pollId = deps.newId('poll');
  const ended = await deps.db.begin((tx) => ingestSnapshot(tx, deps, { idOrSlug, observedAt, bytes, pollId }), {
    msMax: ingestMsMax,
  });
  const poll = await findPoll(deps.db.sql, ended.pollId);
  if (poll === null) throw new Refusal('not_found', 'the poll is gone');
  return {
    poll: ended.repeated ? { ...poll, newItems: 0, changedItems: 0, vanishedItems: 0 } : poll,
    resolutions: ended.resolutions,
  };
}

async function ingestSnapshot(
  tx: Sql,
  deps: Deps,
  ask: { idOrSlug: string; observedAt: Instant; bytes: Uint8Array; pollId: string },
): Promise<{ pollId: string; resolutions: number; repeated: boolean }> {
  const found = await findFeed(tx, ask.idOrSlug);
  const feed = found === null ? null : await lockFeed(tx, found.id);
  if (feed === null) throw new Refusal('not_found', `there is no feed ${ask.idOrSlug}`);
  const latest = await findLatestReading(tx, feed.id);
  if (latest !== null && latest.observedAt !== null && latest.observedAt >= ask.observedAt) {
    const repeated = latest.observedAt === ask.observedAt && latest.bytesHash === hashBytes(ask.bytes);
    if (repeated) return { pollId: latest.id, resolutions: 0, repeated: true };
    const newest = new Date(latest.observedAt).toISOString();
    const what =
      latest.observedAt === ask.observedAt
        ? 'has another payload at that very time'
        : 'was already read at a later time';
    throw new Refusal(
      'conflict',
      `feed ${feed.slug} ${what} (newest: ${newest}); import older archives into a feed of the same origin of their own`,
    );
  }
  const poll = {
    id: ask.pollId,
    feedId: feed.id,
    kind: 'snapshot',
    scheduledFor: null,
    startedAt: deps.now(),
  } as const;
  if (!(await insertRunningPoll(tx, poll)))
    throw new Refusal('conflict', `feed ${feed.slug} is being read; try again when that poll has ended`);
  const { observedAt, bytes, pollId } = ask;
  const crossedTo = await readBefore(tx, feed);
  const resolutions = await readPayload(tx, deps, {
    feed,
    pollId,
    observedAt,
    crossedTo,
    bytes,
    httpStatus: null,
    validators: noValidators,
  });
  return { pollId: ask.pollId, resolutions, repeated: false };
}
