import { z } from 'zod';
import { readInput } from '../../domain/input.ts';
import { Refusal } from '../../domain/refusal.ts';
import { clearDeliveryLeases } from '../../store/delivery-queue.ts';
import { clearFeedLeases, insertFeed, listFeeds } from '../../store/feeds.ts';
import { abortLostPolls } from '../../store/polls.ts';
import type { Deps } from '../deps.ts';
import { type FeedInput, feedFrom } from './feeds.ts';

const feedsFile = z.strictObject({
  format: z.literal('outturn-feeds/1'),
  feeds: z
    .array(
      z.strictObject({
        slug: z
          .string()
          .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
          .max(100),
        adapter: z.string(),
        url: z.string().max(2000).nullable().optional(),
        trust: z.enum(['first_party', 'curated', 'aggregator', 'community']).optional(),
        origin: z.string().min(1).max(100).optional(),
        covers: z.union([z.literal('any'), z.array(z.string().min(1).max(64)).max(200)]).optional(),
        settlement_lag: z.string().optional(),
        enabled: z.boolean().optional(),
        package: z.string().optional(),
        options: z.record(z.string().max(64), z.unknown()).nullable().optional(),
      }),
    )
    .max(1000),
});

/** Parses a file of feeds (docs/feeds.md). Refuses with pointers. */
export function readFeedsFile(json: unknown): FeedInput[] {
  const { data, errors } = readInput(feedsFile, json, { name: 'the file', pointer: '#' });
  if (errors !== undefined) {
    throw new Refusal(
      'validation_failed',
      'not a file of feeds in the format outturn-feeds/1; see docs/feeds.md',
      errors,
    );
  }
  return data.feeds.map(({ settlement_lag: settlementLag, package: _package, ...feed }) => ({
    ...feed,
    settlementLag,
  }));
}

/** Creates the feeds that do not exist yet. Existing feeds keep the operator's settings. */
export async function ensureFeeds(deps: Deps, inputs: readonly FeedInput[]): Promise<number> {
  const known = new Set((await listFeeds(deps.db.sql)).map((feed) => feed.slug));
  let added = 0;
  for (const input of inputs) {
    if (!known.has(input.slug) && (await insertFeed(deps.db.sql, feedFrom(deps, input)))) added += 1;
  }
  return added;
}

/**
 * Aborts what a crashed process left running. The single process of an embedded database need not wait for leases to
 * expire.
 */
export async function recoverAfterCrash(deps: Deps): Promise<number> {
  if (deps.db.kind === 'embedded') {
    await clearFeedLeases(deps.db.sql);
    await clearDeliveryLeases(deps.db.sql);
  }
  return await abortLostPolls(deps.db.sql, deps.now());
}
