import { pollLeaseMs } from '../../domain/feeds/poll.ts';
import { dayMs, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import {
  advanceWatermark,
  expireLease,
  type FeedRow,
  findFeed,
  leaseDueFeed,
  leaseFeed,
  listFeeds,
  lockFeed,
  releaseFeed,
} from '../../store/feeds.ts';
import {
  abortLostPolls,
  findLastAccepted,
  findPoll,
  finishPoll,
  insertRunningPoll,
  lockRunningPoll,
  type PollKind,
  type PollRow,
} from '../../store/polls.ts';
import { cleanUp } from '../cleanup.ts';
import type { Deps, FetchedPayload } from '../deps.ts';
import { type Settled, settleRead } from './after-read.ts';
import { findKeyMissing } from './feeds.ts';
import { noteAdvance } from './health.ts';
import { markAfter, readBefore, readPayload } from './readings.ts';

/** Minimum and maximum delay after failures; each consecutive failure doubles it. */
export const backOffMinMs = 15 * 60_000;
export const backOffMaxMs = dayMs;
/** Time limit for ingesting one payload. */
export const ingestMsMax = 120_000;

export type PollOrder = { readonly kind: Exclude<PollKind, 'snapshot'>; readonly tick: Instant | null };

/** The result of one payload. */
export type ReadingReport = Settled & { readonly poll: PollRow };

export type FeedFailure = { readonly feed: string; readonly detail: string };

export type PollCounts = {
  readonly polled: number;
  readonly failed: number;
  readonly resolved: number;
  /** Predictions that the polls affect and that still wait to be settled. */
  readonly settling: number;
  /** The failed polls, and those that ended unexpectedly. */
  readonly failures: readonly FeedFailure[];
};

/**
 * Polls every feed that is due at a tick. Builtin files come first, because they cost nothing; then the others are
 * fetched concurrently, so that a slow feed does not delay the others. Any number of nodes may run the same tick; each
 * feed is polled once.
 */
export async function pollDueFeeds(deps: Deps, tick: Instant): Promise<PollCounts> {
  await abortLostPolls(deps.db.sql, deps.now());
  const feeds = (await listFeeds(deps.db.sql)).filter(
    (feed) => feed.enabled && feed.url !== null && isDue(feed, tick, deps.now()) && findKeyMissing(deps, feed) === null,
  );
  const reports: (ReadingReport | FeedFailure | null)[] = [];
  for (const feed of feeds.filter(isBuiltin)) reports.push(await pollQuietly(deps, feed, tick));
  reports.push(
    ...(await Promise.all(feeds.filter((feed) => !isBuiltin(feed)).map((feed) => pollQuietly(deps, feed, tick)))),
  );
  const slugs = new Map(feeds.map((feed) => [feed.id, feed.slug]));
  const done = reports.filter((report) => report !== null && 'poll' in report);
  const failed = done.filter((report) => report.poll.result === 'failed');
  return {
    polled: done.length,
    failed: failed.length,
    resolved: done.reduce((sum, report) => sum + report.resolutions, 0),
    settling: done.reduce((sum, report) => sum + report.settling, 0),
    failures: [
      ...failed.map(({ poll }) => ({ feed: slugs.get(poll.feedId) ?? poll.feedId, detail: failureText(poll) })),
      ...reports.filter((report) => report !== null && 'detail' in report),
    ],
  };
}

/** Why a poll failed, in words for a person. */
export function failureText({ errorDetail, errorCode }: PollRow): string {
  return errorDetail ?? errorCode ?? 'the reason is unknown';
}

function isBuiltin(feed: FeedRow): boolean {
  return feed.url?.startsWith('builtin:') ?? false;
}

async function pollQuietly(deps: Deps, feed: FeedRow, tick: Instant): Promise<ReadingReport | FeedFailure | null> {
  try {
    return await runPoll(deps, feed, { kind: 'scheduled', tick });
  } catch (error) {
    deps.log.error({ feed: feed.slug, error: String(error) }, 'poll failed unexpectedly');
    return { feed: feed.slug, detail: String(error) };
  }
}

/** Polls a feed now, whether it is due or not. Refuses with `conflict` while it is being polled. */
export async function pollFeed(deps: Deps, idOrSlug: string): Promise<ReadingReport> {
  const feed = await findFeed(deps.db.sql, idOrSlug);
  if (feed === null) throw new Refusal('not_found', `there is no feed ${idOrSlug}`);
  if (feed.url === null) throw new Refusal('conflict', `feed ${feed.slug} has no url; it receives snapshots only`);
  const keyMissing = findKeyMissing(deps, feed);
  if (keyMissing !== null)
    throw new Refusal(
      'conflict',
      `feed ${feed.slug} is disabled until ${keyMissing} is set in the environment of this node`,
    );
  await abortLostPolls(deps.db.sql, deps.now());
  const report = await runPoll(deps, feed, { kind: 'manual', tick: null });
  if (report === null)
    throw new Refusal('conflict', `feed ${feed.slug} is being polled; try again when the poll has finished`);
  return report;
}

/**
 * One poll: lease, fetch with no transaction open, parse, then all evidence in one transaction, then settle what it affects.
 * Null when another node has the lease.
 */
async function runPoll(deps: Deps, feed: FeedRow, order: PollOrder): Promise<ReadingReport | null> {
  const pollId = deps.newId('poll');
  const startedAt = deps.now();
  const opened = await openPoll(deps, feed, { pollId, order, startedAt });
  if (!opened) return null;
  const fetched = await fetchSafely(deps, feed).catch(async (error: unknown) => {
    await abandonPoll(deps, feed.id, pollId, error);
    throw new Refusal('service_unavailable', 'this node is stopping; the feed is polled again at the next tick');
  });
  const observedAt = deps.now();
  await endOrAbandon(deps, { feedId: feed.id, pollId, observedAt, fetched });
  const poll = await findPoll(deps.db.sql, pollId);
  return poll === null ? null : { poll, ...(await settleRead(deps, poll)) };
}

/** Leases the feed for a poll and inserts the poll; false if another poll has the lease. */
async function openPoll(
  deps: Deps,
  feed: FeedRow,
  { pollId, order, startedAt }: { pollId: string; order: PollOrder; startedAt: Instant },
): Promise<boolean> {
  const open = async (tx: Sql): Promise<boolean> => {
    // The lease belongs to the poll, not to the node: a poll that was aborted must not release the lease of the next
    // one.
    const lease = { holder: pollId, leaseMs: pollLeaseMs };
    const leased =
      order.tick === null
        ? await leaseFeed(tx, feed.id, lease)
        : await leaseDueFeed(tx, feed.id, {
            ...lease,
            tick: order.tick,
            strandedAfter: strandedAfter(feed, startedAt),
          });
    if (!leased) return false;
    const inserted = await insertRunningPoll(tx, {
      id: pollId,
      feedId: feed.id,
      kind: order.kind,
      scheduledFor: order.tick,
      startedAt,
    });
    if (!inserted) await releaseFeed(tx, feed.id, pollId, { failures: feed.failures, nextPollAt: null });
    return inserted;
  };
  try {
    return await deps.db.begin(open, { repeatable: true });
  } catch (error) {
    await abandonPoll(deps, feed.id, pollId, error);
    throw error;
  }
}

async function endOrAbandon(deps: Deps, ending: Ending): Promise<void> {
  try {
    await deps.db.begin((tx) => endPoll(tx, deps, ending), { msMax: ingestMsMax, repeatable: true });
  } catch (error) {
    await abandonPoll(deps, ending.feedId, ending.pollId, error);
    throw error;
  }
}

/** Releases the lease of a poll that failed with `cause`, so that the feed can be polled again at the next tick. */
async function abandonPoll(deps: Deps, feedId: string, pollId: string, cause: unknown): Promise<void> {
  const run = async (): Promise<void> => {
    await expireLease(deps.db.sql, feedId, pollId);
    await abortLostPolls(deps.db.sql, deps.now());
  };
  await cleanUp(deps, cause, { name: 'release the feed of a failed poll', msMax: pollLeaseMs, run });
}

/** Rejects only if the process stops. */
async function fetchSafely(deps: Deps, feed: FeedRow): Promise<FetchedPayload> {
  const { adapter, url, etag, lastModified, knownVersion } = feed;
  try {
    return await deps.fetchPayload({ adapter, url: url ?? '', etag, lastModified, knownVersion });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    deps.log.error({ feed: feed.slug, error: String(error) }, 'fetching threw');
    return {
      kind: 'failed',
      reason: 'internal',
      detail: 'the fetch failed unexpectedly; see the log',
      status: null,
      retryAfterMs: null,
    };
  }
}

/** How far the clocks of nodes may differ. */
const skewMsMax = 5 * 60_000;

/** After this time no poll is planned now; a later one was planned before the clock was set back. */
function strandedAfter({ failures }: FeedRow, now: Instant): Instant {
  return now + skewMsMax + (failures === 0 ? 0 : backOffMaxMs);
}

/** A tick may be older than now, if it was missed; another node may then have polled for a later one. */
function isDue(feed: FeedRow, tick: Instant, now: Instant): boolean {
  return feed.nextPollAt <= tick || feed.nextPollAt > strandedAfter(feed, now);
}

type Ending = {
  readonly feedId: string;
  readonly pollId: string;
  readonly observedAt: Instant;
  readonly fetched: FetchedPayload;
};

async function endPoll(tx: Sql, deps: Deps, ending: Ending): Promise<void> {
  const feed = await lockFeed(tx, ending.feedId);
  const { fetched, pollId, observedAt } = ending;
  // The poll was aborted meanwhile, so nothing is stored.
  if (feed === null || !(await lockRunningPoll(tx, pollId))) return;
  if (fetched.kind === 'failed') return await endFailed(tx, deps, feed, pollId, fetched);
  await releaseFeed(tx, feed.id, pollId, { failures: 0, nextPollAt: null });
  const crossedTo = await readBefore(tx, feed);
  if (fetched.kind === 'not_modified') {
    const last = await findLastAccepted(tx, feed.id);
    const end = {
      result: 'not_modified',
      observedAt,
      finishedAt: deps.now(),
      items: last?.items ?? 0,
      httpStatus: fetched.status,
    } as const;
    await finishPoll(tx, pollId, { ...end, frozenVendors: last?.frozenVendors ?? [] });
    await advanceWatermark(tx, feed.id, observedAt, null);
    await noteAdvance(tx, deps, feed, false);
    return await markAfter(tx, deps, { feed, pollId, observedAt, crossedTo }, null);
  }
  const { status, etag, lastModified, knownVersion } = fetched;
  const validators = { etag, lastModified, knownVersion };
  await readPayload(tx, deps, {
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
): Promise<void> {
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
  await releaseFeed(tx, feed.id, pollId, { failures, nextPollAt: finishedAt + wait });
}

/**
 * The delay after failures: none after the first, so that the next tick polls again; 15 minutes after the second,
 * doubled by each further one, at most a day.
 */
export function backOffMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(backOffMaxMs, backOffMinMs * 2 ** Math.min(failures - 2, 10));
}
