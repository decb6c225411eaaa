import { durationMs } from '../../domain/duration.ts';
import { adapterNames, findAdapter } from '../../domain/feeds/adapters/registry.ts';
import { accessAt, type KeyVariable } from '../../domain/feeds/key-access.ts';
import type { Trust } from '../../domain/feeds/trust.ts';
import { hourMs, type Instant, startOfMinute } from '../../domain/instant.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import {
  deleteUnreadFeed,
  type FeedChange,
  type FeedRow,
  findFeed,
  insertFeed,
  listFeeds as listFeedRows,
  updateFeed as updateFeedRow,
} from '../../store/feeds.ts';
import { listLatestPolls, listPolls, type PollRow } from '../../store/polls.ts';
import { incrementSetting } from '../../store/settings.ts';
import type { Deps, FeedConfig } from '../deps.ts';
import { type FeedCondition, loadConditions, noCondition } from './health.ts';
import { checkFeedOptions, patchFeedOptions } from './options.ts';

/** A feed without an accepted payload for this long is stale: it has missed four hourly polls. */
export const staleAfterMs = 4 * hourMs;

export type FeedHealth = 'ok' | 'suspect' | 'stale' | 'failing' | 'never';

export type FeedView = {
  readonly feed: FeedRow;
  readonly health: FeedHealth;
  /** The missing key without which this node does not poll the feed; null when none is missing. */
  readonly keyMissing: KeyVariable | null;
  readonly lastPoll: PollRow | null;
  readonly condition: FeedCondition;
  /** Time since a payload was last accepted; null when none ever was. */
  readonly ageMs: number | null;
};

export type FeedInput = {
  readonly slug: string;
  readonly adapter: string;
  readonly url?: string | null | undefined;
  readonly trust?: Trust | undefined;
  readonly origin?: string | undefined;
  readonly covers?: 'any' | readonly string[] | undefined;
  readonly settlementLag?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** Options of the adapter; in an edit, a merge patch of them. */
  readonly options?: unknown;
};

/**
 * Creates a feed. Omitted fields have the defaults of the adapter. A feed without a url is never polled and receives
 * snapshots only.
 */
export async function createFeed(deps: Deps, input: FeedInput): Promise<FeedView> {
  const feed = feedFrom(deps, input);
  if (!(await insertFeed(deps.db.sql, feed))) {
    const detail = `the slug ${feed.slug} is taken`;
    throw new Refusal('conflict', detail, [{ detail, pointer: '#/slug' }]);
  }
  return viewFeed(deps, feed, null, (await loadConditions(deps))(feed.id));
}

function completeFeed(deps: Deps, input: FeedInput): FeedConfig {
  const adapter = findAdapter(input.adapter);
  if (adapter === null) {
    const detail = `there is no adapter ${input.adapter}; use one of ${adapterNames.join(', ')}`;
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/adapter' }]);
  }
  const { defaults } = adapter;
  return {
    slug: input.slug,
    adapter: adapter.name,
    url: input.url ?? null,
    trust: input.trust ?? defaults.trust,
    origin: input.origin ?? defaults.origin,
    covers: input.covers ?? defaults.covers,
    settlementLag: input.settlementLag ?? defaults.settlementLag,
    enabled: input.enabled ?? true,
    options: checkFeedOptions(deps, adapter.name, input.options),
  };
}

/** Validates the row of a new feed. It is due at once. */
export function feedFrom(deps: Deps, input: FeedInput): FeedRow {
  const config = completeFeed(deps, input);
  requireUrl(config);
  const now = deps.now();
  return {
    id: deps.newId('feed'),
    slug: config.slug,
    adapter: config.adapter,
    url: config.url,
    trust: config.trust,
    origin: config.origin,
    coversAny: config.covers === 'any',
    covers: config.covers === 'any' ? [] : [...config.covers],
    settlementLag: config.settlementLag,
    settlementLagMs: requireLag(config.settlementLag),
    enabled: config.enabled,
    options: config.options,
    watermark: null,
    advancedAt: null,
    unhealthySince: null,
    acceptedPollId: null,
    etag: null,
    lastModified: null,
    knownVersion: null,
    failures: 0,
    nextPollAt: startOfMinute(now),
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

function requireLag(text: string): number {
  const lagMs = durationMs(text);
  if (lagMs !== null) return lagMs;
  throw invalid(
    'settlement_lag must be an ISO 8601 duration in weeks, days, hours or minutes: "P2D", "PT12H"',
    '#/settlement_lag',
  );
}

/** The url must be http or https, a package for the npm adapter, or a file of this program. */
function requireUrl(config: Pick<FeedConfig, 'url' | 'adapter'>): void {
  const { url, adapter } = config;
  if (url === null) return;
  if (adapter === 'npm_sdk') {
    if (!/^npm:(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/.test(url))
      throw invalid('the url of an npm_sdk feed names a package: "npm:openai"', '#/url');
    return;
  }
  if (adapter === 'ledger' && url.startsWith('builtin:')) return;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const web = parsed !== null && (parsed.protocol === 'https:' || parsed.protocol === 'http:');
  if (!web || parsed.username !== '' || parsed.password !== '')
    throw invalid('url must be http or https, without a user name or password', '#/url');
}

function invalid(detail: string, pointer: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer } satisfies RefusalDetail]);
}

/** Every feed. Frequent readiness probes omit the health, which is computed from everything that the feeds list. */
export async function listFeeds(deps: Deps, conditions: 'counted' | 'left out' = 'counted'): Promise<FeedView[]> {
  const latest = new Map((await listLatestPolls(deps.db.sql)).map((poll) => [poll.feedId, poll]));
  const conditionOf = conditions === 'counted' ? await loadConditions(deps) : () => noCondition;
  const feeds = await listFeedRows(deps.db.sql);
  return feeds.map((feed) => viewFeed(deps, feed, latest.get(feed.id) ?? null, conditionOf(feed.id)));
}

export async function getFeed(deps: Deps, idOrSlug: string): Promise<FeedView> {
  const feed = await requireFeed(deps, idOrSlug);
  const [lastPoll] = await listPolls(deps.db.sql, feed.id, { before: null, limit: 1 });
  return viewFeed(deps, feed, lastPoll ?? null, (await loadConditions(deps))(feed.id));
}

function viewFeed(deps: Deps, feed: FeedRow, lastPoll: PollRow | null, condition: FeedCondition): FeedView {
  const keyMissing = findKeyMissing(deps, feed);
  const polled = feed.url !== null && feed.enabled && keyMissing === null;
  const ageMs = feed.advancedAt === null ? null : Math.max(0, deps.now() - feed.advancedAt);
  return { feed, ageMs, health: healthOf(feed, lastPoll, polled, deps.now()), keyMissing, lastPoll, condition };
}

/**
 * The key that a vendor's own list requires and this node does not have. Such a feed is disabled, which is not a
 * failure.
 */
export function findKeyMissing(deps: Pick<Deps, 'hasKey'>, feed: Pick<FeedRow, 'adapter' | 'url'>): KeyVariable | null {
  const access = accessAt(findAdapter(feed.adapter), feed.url);
  return access === null || deps.hasKey(access.variable) ? null : access.variable;
}

function healthOf(feed: FeedRow, lastPoll: PollRow | null, polled: boolean, now: Instant): FeedHealth {
  if (lastPoll === null) return 'never';
  if (lastPoll.result === 'failed' || lastPoll.result === 'aborted') return 'failing';
  if (lastPoll.result === 'suspect') return 'suspect';
  if (feed.advancedAt === null) return 'never';
  // The watermark of a reviewed document is the day of its review, however recently it was read.
  const silent = feed.unhealthySince !== null || now - feed.advancedAt > staleAfterMs;
  return polled && silent ? 'stale' : 'ok';
}

export async function requireFeed(deps: Deps, idOrSlug: string): Promise<FeedRow> {
  const feed = await findFeed(deps.db.sql, idOrSlug);
  if (feed === null) throw new Refusal('not_found', `there is no feed ${idOrSlug}`);
  return feed;
}

export type FeedEdit = Omit<FeedInput, 'slug' | 'adapter'>;

/** Edits a feed. A change of trust, origin, coverage, lag or options evaluates every prediction again. */
export async function updateFeed(
  deps: Deps,
  idOrSlug: string,
  edit: FeedEdit,
  expected: number | null,
): Promise<FeedView> {
  const feed = await requireFeed(deps, idOrSlug);
  if (expected !== null && expected !== feed.version) throw staleFeed(feed);
  if (edit.url !== undefined) requireUrl({ url: edit.url, adapter: feed.adapter });
  const change: FeedChange = {
    ...(edit.url === undefined ? {} : { url: edit.url }),
    ...(edit.trust === undefined ? {} : { trust: edit.trust }),
    ...(edit.origin === undefined ? {} : { origin: edit.origin }),
    ...(edit.covers === undefined
      ? {}
      : { coversAny: edit.covers === 'any', covers: edit.covers === 'any' ? [] : [...edit.covers] }),
    ...(edit.settlementLag === undefined
      ? {}
      : { settlementLag: edit.settlementLag, settlementLagMs: requireLag(edit.settlementLag) }),
    ...(edit.enabled === undefined ? {} : { enabled: edit.enabled }),
    ...(edit.options === undefined ? {} : { options: patchFeedOptions(deps, feed, edit.options) }),
  };
  const weighs =
    edit.options !== undefined ||
    edit.trust !== undefined ||
    edit.origin !== undefined ||
    edit.covers !== undefined ||
    edit.settlementLag !== undefined;
  await deps.db.begin(async (tx) => {
    if (!(await updateFeedRow(tx, feed, change, deps.now()))) throw staleFeed(feed);
    if (weighs) await incrementSetting(tx, 'feeds_epoch');
  });
  return await getFeed(deps, feed.id);
}

function staleFeed(feed: FeedRow): Refusal {
  return new Refusal(
    'precondition_failed',
    `the feed has changed since you read it and is now at version ${feed.version}; read it again and repeat the edit`,
  );
}

/** Deletes a feed that was never read. The observations of any other feed are evidence, so it can only be disabled. */
export async function deleteFeed(deps: Deps, idOrSlug: string): Promise<void> {
  const feed = await requireFeed(deps, idOrSlug);
  if (await deleteUnreadFeed(deps.db.sql, feed.id)) return;
  throw new Refusal(
    'conflict',
    `feed ${feed.slug} has been read, so its observations are evidence; disable it with PATCH {"enabled": false} instead`,
  );
}

/** A page of a feed's polls, newest first. */
export async function listFeedPolls(
  deps: Deps,
  idOrSlug: string,
  page: { before: { startedAt: Instant; id: string } | null; limit: number },
): Promise<PollRow[]> {
  const feed = await requireFeed(deps, idOrSlug);
  return await listPolls(deps.db.sql, feed.id, page);
}
