import { type Instant, parseDate } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type BacktestPolicy, backtestPolicies } from '../../domain/scores/backtest.ts';
import { findFeed } from '../../store/feeds.ts';
import { findPoll, type PollRow } from '../../store/polls.ts';
import type { Deps } from '../deps.ts';
import { createFeed, type FeedInput } from '../feeds/feeds.ts';
import { createFeedSnapshot } from '../feeds/snapshots.ts';
import { createPrediction } from '../predictions/predictions.ts';
import { resolveDue } from '../settling/resolver.ts';
import { orderPayloads, type ReplayOrder } from './order.ts';
import { type BacktestProof, startProof } from './proof.ts';
import { type BacktestClaim, type BacktestRow, reportClaims } from './rows.ts';

/** One archived payload of a feed, as its publisher served it at `observedAt`. Its file is only read when it is replayed. */
export type BacktestPayload = {
  readonly feed: string;
  readonly observedAt: Instant;
  readonly name: string;
  readonly read: () => Uint8Array;
};

export type BacktestInput = {
  readonly feeds: readonly FeedInput[];
  readonly payloads: readonly BacktestPayload[];
  readonly claims: readonly BacktestClaim[];
  readonly policies: readonly BacktestPolicy[];
  /** In which order the payloads are imported. Default: by time. */
  readonly order?: ReplayOrder | undefined;
  /** Whether to verify during the replay that incremental evaluation misses nothing and that `as_of` results never change. */
  readonly verify?: boolean;
};

/** The result of ingesting one payload. */
export type BacktestReading = {
  readonly feed: string;
  readonly name: string;
  readonly observedAt: Instant;
  readonly result: string;
  readonly items: number;
  readonly lost: number;
  readonly detail: string | null;
};

export type Backtest = {
  readonly readings: readonly BacktestReading[];
  readonly rows: readonly BacktestRow[];
  readonly proof: BacktestProof | null;
};

/** The clock of a replay, set to the time of each payload. */
export type ReplayClock = { set(at: Instant): void };

/**
 * Replays dated payloads in order on a separate database and returns for every claim when it was proposed and resolved, and on
 * what evidence. A claim is recorded when the clock reaches its `made_at`.
 */
export async function replayPayloads(
  given: Deps,
  clock: ReplayClock,
  input: BacktestInput,
  onProgress: (done: number, total: number) => void,
): Promise<Backtest> {
  const deps = { ...given, settleCallMsMax: Number.POSITIVE_INFINITY };
  const order = input.order ?? 'time';
  const byTime = [...input.payloads].sort((a, b) => a.observedAt - b.observedAt || (a.name < b.name ? -1 : 1));
  const [first] = byTime;
  const last = byTime.at(-1);
  if (first === undefined || last === undefined)
    throw new Refusal('validation_failed', 'there is no dated payload to replay');
  const payloads = orderPayloads(byTime, order);
  // Archives that are imported out of order are all imported after the newest payload.
  const clockAt = (payload: BacktestPayload): Instant => (order === 'time' ? payload.observedAt : last.observedAt);
  clock.set(clockAt(first));
  for (const feed of input.feeds) await createFeed(deps, { ...feed, url: null });
  const waiting = [...input.claims].sort((a, b) => madeFrom(a) - madeFrom(b));
  const readings: BacktestReading[] = [];
  const proof = input.verify === true ? startProof(deps) : null;
  for (const [done, payload] of payloads.entries()) {
    clock.set(clockAt(payload));
    await recordMade(deps, input.policies, waiting, clockAt(payload));
    readings.push(await replayPayload(deps, payload));
    await resolveDue(deps);
    await proof?.check(payload.name);
    onProgress(done + 1, payloads.length);
  }
  // Claims made after the last payload are evaluated too.
  clock.set(Math.max(last.observedAt, ...waiting.map(madeFrom)));
  await recordMade(deps, input.policies, waiting, Number.POSITIVE_INFINITY);
  const recorded = input.claims.flatMap((claim) =>
    input.policies.map((policy) => ({ claim, policy, slug: slugUnder(claim, policy) })),
  );
  const readAt = readings.filter(({ result }) => result === 'ok').map(({ observedAt }) => observedAt);
  const rows = await reportClaims(deps, recorded, readAt);
  return { readings, rows, proof: proof === null ? null : await proof.end() };
}

/** A claim under the default policy keeps its slug. */
function slugUnder(claim: BacktestClaim, policy: BacktestPolicy): string {
  return policy === 'default' ? claim.slug : `${claim.slug}-under-${policy}`;
}

function madeFrom(claim: BacktestClaim): Instant {
  return parseDate(claim.madeAt)?.interval.from ?? Number.NEGATIVE_INFINITY;
}

/** Records the claims that were made by now and removes them from `waiting`. */
async function recordMade(
  deps: Deps,
  policies: readonly BacktestPolicy[],
  waiting: BacktestClaim[],
  now: Instant,
): Promise<void> {
  for (let claim = waiting[0]; claim !== undefined && madeFrom(claim) <= now; claim = waiting[0]) {
    const { statement, madeAt, criterion } = claim;
    for (const policy of policies) {
      const evidencePolicy = backtestPolicies[policy];
      await createPrediction(deps, { slug: slugUnder(claim, policy), statement, madeAt, criterion, evidencePolicy });
    }
    waiting.shift();
  }
}

async function replayPayload(deps: Deps, payload: BacktestPayload): Promise<BacktestReading> {
  const { feed, name, observedAt } = payload;
  const row = await findFeed(deps.db.sql, feed);
  if (row === null) throw new Refusal('not_found', `${name} belongs to the feed ${feed}, which is not configured`);
  const poll = await importPayload(deps, row.id, payload);
  if (poll instanceof Refusal)
    return { feed, name, observedAt, result: 'failed', items: 0, lost: 0, detail: poll.message };
  return {
    feed,
    name,
    observedAt,
    result: poll?.result ?? 'failed',
    items: poll?.items ?? 0,
    lost: poll?.lostItems ?? 0,
    detail: poll?.suspectReason ?? null,
  };
}

/** Ingests a payload and returns its poll, or the refusal. */
async function importPayload(
  deps: Deps,
  feedId: string,
  { observedAt, read }: BacktestPayload,
): Promise<PollRow | Refusal | null> {
  try {
    const report = await createFeedSnapshot(deps, feedId, observedAt, read());
    return await findPoll(deps.db.sql, report.poll.id);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
