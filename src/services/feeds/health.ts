import { reasonBytesMax } from '../../domain/events/event-data.ts';
import { clipText, feedLinks } from '../../domain/events/event-fields.ts';
import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import { type CronFields, lastTicks } from '../../domain/feeds/cron.ts';
import { countDisagreements, type Disagreement, type Statement } from '../../domain/feeds/disagreement.ts';
import { accessAt } from '../../domain/feeds/key-access.ts';
import { pollLeaseMs } from '../../domain/feeds/poll.ts';
import { dayMs, formatInstant, type Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import {
  countTroubledPolls,
  listLostItems,
  listSilentFeeds,
  listStatements,
  recordAdvance,
  recordSilence,
  type SilentFeed,
  type StatedRow,
} from '../../store/feed-health.ts';
import type { FeedRow } from '../../store/feeds.ts';
import { listPolls } from '../../store/polls.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';

/** A feed that has not advanced for this many expected polls is unhealthy. */
export const expectedPollsMissedMax = 3;

/** The most statements that are compared; further ones are ignored. */
const statementsMax = 50_000;

/** The health of a feed, besides its last poll. */
export type FeedCondition = {
  /** Counts of polls in the last 24 hours. */
  readonly suspectPolls: number;
  readonly failedPolls: number;
  /** Number of rows of the last payload that could not be read. */
  readonly lostItems: number;
  readonly disagreement: Disagreement;
};

/**
 * Marks as unhealthy every feed that has accepted nothing in its last `expectedPollsMissedMax` expected polls, allowing
 * each poll its full time limit, and records the event in the same transaction. Any number of nodes may check; each
 * feed is marked once.
 */
export async function watchFeeds(deps: Deps, expected: CronFields): Promise<{ unhealthy: number }> {
  const now = deps.now();
  const ticks = lastTicks(expected, now - pollLeaseMs, expectedPollsMissedMax);
  const before = ticks[expectedPollsMissedMax - 1];
  if (before === undefined) return { unhealthy: 0 };
  let unhealthy = 0;
  for (const feed of await listSilentFeeds(deps.db.sql, before)) {
    // Without its key a feed is not polled on this node. If no node has ever polled it, no poll is expected.
    if (feed.advancedAt === null && lacksKey(deps, feed)) continue;
    if (await deps.db.begin((tx) => tellUnhealthy(tx, deps, feed, { before, now }))) unhealthy += 1;
  }
  return { unhealthy };
}

function lacksKey(deps: Deps, feed: SilentFeed): boolean {
  const access = accessAt(findAdapter(feed.adapter), feed.url);
  return access !== null && !deps.hasKey(access.variable);
}

async function tellUnhealthy(
  tx: Sql,
  deps: Deps,
  feed: SilentFeed,
  { before, now }: { before: Instant; now: Instant },
): Promise<boolean> {
  if (!(await recordSilence(tx, feed.id, { before, now }))) return false;
  const [last] = await listPolls(tx, feed.id, { before: null, limit: 1 });
  const why = last?.suspectReason ?? last?.errorDetail ?? 'it was not polled';
  await recordEvent(tx, deps, {
    type: 'feed.unhealthy',
    occurredAt: now,
    feedId: feed.id,
    data: {
      feed: { id: feed.id, slug: feed.slug },
      reason: clipText(`no payload was accepted in ${expectedPollsMissedMax} expected polls: ${why}`, reasonBytesMax),
      advanced_at: feed.advancedAt === null ? null : formatInstant(feed.advancedAt),
      links: feedLinks(feed.slug),
    },
  });
  return true;
}

/**
 * Records an accepted payload, in the transaction that accepts it and with the feed locked. A single event reports the
 * recovery: after an unhealthy period, after a confirmed suspect listing, or after both.
 */
export async function noteAdvance(tx: Sql, deps: Deps, feed: FeedRow, confirmed: boolean): Promise<void> {
  const now = deps.now();
  await recordAdvance(tx, feed.id, now);
  if (feed.unhealthySince === null && !confirmed) return;
  const silent = feed.unhealthySince === null ? [] : ['it is read again'];
  const believed = confirmed ? ['a suspect listing was confirmed by a poll at least 24 hours later'] : [];
  await recordEvent(tx, deps, {
    type: 'feed.recovered',
    occurredAt: now,
    feedId: feed.id,
    data: {
      feed: { id: feed.id, slug: feed.slug },
      reason: [...silent, ...believed].join('; '),
      unhealthy_since: feed.unhealthySince === null ? null : formatInstant(feed.unhealthySince),
      links: feedLinks(feed.slug),
    },
  });
}

export const noCondition: FeedCondition = {
  suspectPolls: 0,
  failedPolls: 0,
  lostItems: 0,
  disagreement: { compared: 0, differing: 0 },
};

/** The health of every feed, by id. */
export async function loadConditions(deps: Deps): Promise<(feedId: string) => FeedCondition> {
  const { sql } = deps.db;
  const troubled = new Map((await countTroubledPolls(sql, deps.now() - dayMs)).map((row) => [row.feedId, row]));
  const lost = new Map((await listLostItems(sql)).map((row) => [row.feedId, row.lost]));
  const differing = countDisagreements((await listStatements(sql, statementsMax)).flatMap(statementsOf));
  return (feedId) => ({
    suspectPolls: troubled.get(feedId)?.suspect ?? 0,
    failedPolls: troubled.get(feedId)?.failed ?? 0,
    lostItems: lost.get(feedId) ?? 0,
    disagreement: differing.get(feedId) ?? noCondition.disagreement,
  });
}

function statementsOf({ feedId, origin, model, released, shutdown, input, output }: StatedRow): Statement[] {
  const stated = [
    { what: 'released', kind: 'date', text: released },
    { what: 'shutdown', kind: 'date', text: shutdown },
    { what: 'input', kind: 'number', text: input },
    { what: 'output', kind: 'number', text: output },
  ] as const;
  return stated.flatMap(({ what, kind, text }) =>
    text === null ? [] : [{ feedId, origin, subject: `${what} ${model}`, kind, text }],
  );
}
