import { payloadBytesMax } from '../../domain/feeds/adapter.ts';
import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { findFeed, lockFeed } from '../../store/feeds.ts';
import { findLatestReading, findPoll, insertRunningPoll, type PollRow } from '../../store/polls.ts';
import type { Deps } from '../deps.ts';
import { settleRead } from './after-read.ts';
import { ingestMsMax, type ReadingReport } from './polls.ts';
import { hashBytes, noValidators, readBefore, readPayload } from './readings.ts';

/**
 * Ingests one archived payload as its publisher served it at `observedAt`. Payloads of a feed are chronological: an
 * earlier time than the newest is refused, and the same time with the same bytes changes nothing.
 */
export async function createFeedSnapshot(
  deps: Deps,
  idOrSlug: string,
  observedAt: Instant,
  bytes: Uint8Array,
): Promise<ReadingReport> {
  const poll = await ingestFeedSnapshot(deps, idOrSlug, observedAt, bytes);
  return { poll, ...(await settleRead(deps, poll)) };
}

/** The first part of `createFeedSnapshot`: `settleRead` then settles the predictions that the payload affects. */
export async function ingestFeedSnapshot(
  deps: Deps,
  idOrSlug: string,
  observedAt: Instant,
  bytes: Uint8Array,
): Promise<PollRow> {
  if (observedAt > deps.now()) {
    const detail = 'observed_at must not be in the future';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/observed_at' }]);
  }
  const pollId = deps.newId('poll');
  const ended = await deps.db.begin((tx) => ingestSnapshot(tx, deps, { idOrSlug, observedAt, bytes, pollId }), {
    msMax: ingestMsMax,
    repeatable: true,
  });
  const poll = await findPoll(deps.db.sql, ended.pollId);
  if (poll === null) throw new Refusal('not_found', 'the poll was deleted');
  return ended.repeated ? { ...poll, newItems: 0, changedItems: 0, vanishedItems: 0 } : poll;
}

async function ingestSnapshot(
  tx: Sql,
  deps: Deps,
  ask: { idOrSlug: string; observedAt: Instant; bytes: Uint8Array; pollId: string },
): Promise<{ pollId: string; repeated: boolean }> {
  const found = await findFeed(tx, ask.idOrSlug);
  const feed = found === null ? null : await lockFeed(tx, found.id);
  if (feed === null) throw new Refusal('not_found', `there is no feed ${ask.idOrSlug}`);
  const { bytesMax = payloadBytesMax } = findAdapter(feed.adapter) ?? {};
  if (ask.bytes.byteLength > bytesMax) {
    const size = ask.bytes.byteLength;
    throw new Refusal(
      'body_too_large',
      `a payload of ${feed.adapter} must have at most ${bytesMax} bytes; this one has ${size}`,
    );
  }
  const latest = await findLatestReading(tx, feed.id);
  if (latest !== null && latest.observedAt !== null && latest.observedAt >= ask.observedAt) {
    const repeated = latest.observedAt === ask.observedAt && latest.bytesHash === hashBytes(ask.bytes);
    if (repeated) return { pollId: latest.id, repeated: true };
    const newest = new Date(latest.observedAt).toISOString();
    const what =
      latest.observedAt === ask.observedAt
        ? 'already has a different payload for that time'
        : 'was already read at a later time';
    throw new Refusal(
      'conflict',
      `feed ${feed.slug} ${what} (newest: ${newest}); import older archives into a separate feed with the same origin`,
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
    throw new Refusal('conflict', `feed ${feed.slug} is being polled; try again when the poll has finished`);
  const { observedAt, bytes, pollId } = ask;
  const crossedTo = await readBefore(tx, feed);
  await readPayload(tx, deps, {
    feed,
    pollId,
    observedAt,
    crossedTo,
    bytes,
    httpStatus: null,
    validators: noValidators,
  });
  return { pollId: ask.pollId, repeated: false };
}
