import { z } from '@hono/zod-openapi';
import { jsonOptionsSchema } from '../../domain/feeds/adapters/json-options.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { FeedView } from '../../services/feeds/feeds.ts';
import { instantText } from '../operation/fields.ts';
import { feedExample, pollExample } from '../predictions/examples.ts';

export const pollSchema = z
  .object({
    id: z.string().meta({ example: pollExample.id }),
    feed_id: z.string(),
    kind: z
      .enum(['scheduled', 'manual', 'snapshot'])
      .meta({ description: 'By the clock, on demand, or a payload that was sent in.' }),
    result: z
      .enum(['running', 'ok', 'not_modified', 'suspect', 'failed', 'aborted'])
      .meta({ description: 'Only ok and not_modified move the watermark.' }),
    started_at: instantText('When it began.'),
    observed_at: instantText('The knowledge time of what it brought.').nullable(),
    finished_at: instantText('When it ended.').nullable(),
    items: z.int().meta({ description: 'Items listed.' }),
    new: z.int().meta({ description: 'Items that were not listed before.' }),
    changed: z.int().meta({ description: 'Items whose facts changed.' }),
    vanished: z.int().meta({ description: 'Items that are no longer listed.' }),
    lost: z.int().meta({ description: 'Rows that could not be read.' }),
    bytes: z.int().nullable(),
    bytes_hash: z.string().nullable(),
    frozen_vendors: z.array(z.string()).meta({ description: 'Vendors whose slice was suspect and left out.' }),
    suspect_reason: z.string().nullable().meta({ description: 'Why it was not believed.' }),
    error: z.object({ code: z.string(), detail: z.string() }).nullable().meta({ description: 'Why it failed.' }),
    http_status: z.int().nullable(),
  })
  .meta({ id: 'Poll', description: 'One reading of a feed.' });

export type Poll = NonNullable<FeedView['lastPoll']>;

export function pollToJson(poll: Poll): z.infer<typeof pollSchema> {
  return {
    id: poll.id,
    feed_id: poll.feedId,
    kind: poll.kind,
    result: poll.result,
    started_at: formatInstant(poll.startedAt),
    observed_at: orNull(poll.observedAt),
    finished_at: orNull(poll.finishedAt),
    items: poll.items,
    new: poll.newItems,
    changed: poll.changedItems,
    vanished: poll.vanishedItems,
    lost: poll.lostItems,
    bytes: poll.bytes,
    bytes_hash: poll.bytesHash,
    frozen_vendors: poll.frozenVendors,
    suspect_reason: poll.suspectReason,
    error: poll.errorCode === null ? null : { code: poll.errorCode, detail: poll.errorDetail ?? '' },
    http_status: poll.httpStatus,
  };
}

export const feedSchema = z
  .object({
    id: z.string().meta({ example: feedExample.id }),
    slug: z.string().meta({ example: feedExample.slug }),
    adapter: z.string().meta({ description: 'How its payloads are read.', example: 'models_dev' }),
    url: z.string().nullable().meta({ description: 'Where it is published; null when it lives on snapshots.' }),
    trust: z.enum(trusts).meta({ description: 'The most that its rows are believed.' }),
    origin: z.string().meta({ description: 'Feeds of one origin copy each other and count once.' }),
    covers: z
      .union([z.literal('any'), z.array(z.string())])
      .meta({ description: 'Vendors of which its silence is evidence.' }),
    settlement_lag: z
      .string()
      .meta({ description: 'How long after a release it may take to list it.', example: 'P2D' }),
    enabled: z.boolean(),
    key_missing: z.string().nullable().meta({
      description: 'The environment variable with a key without which it is not polled; null when none is missing.',
    }),
    options: jsonOptionsSchema.nullable().meta({ description: 'How it is read, where its adapter must be told.' }),
    watermark: instantText('Up to when it is known.').nullable(),
    advanced_at: instantText('When a payload of it was last accepted.').nullable(),
    unhealthy_since: instantText(
      'Since when nothing was accepted for three expected polls; null while all is well.',
    ).nullable(),
    age_seconds: z
      .int()
      .nullable()
      .meta({ description: 'Since it was last accepted; null when it never was.', example: 840 }),
    suspect_polls: z.int().meta({ description: 'Polls of the last 24 hours that were not believed.', example: 0 }),
    failed_polls: z.int().meta({ description: 'Polls of the last 24 hours that failed.', example: 0 }),
    lost_items: z.int().meta({ description: 'Rows of its last payload that could not be read.', example: 2 }),
    disagreement: z
      .object({
        compared: z.int().meta({ description: 'What it states and others state too.', example: 120 }),
        differing: z.int().meta({ description: 'Of that, what no other origin agrees with.', example: 7 }),
      })
      .meta({ description: 'Dates, ends and prices in the vendors’ own rows, against those of other origins.' }),
    health: z.enum(['ok', 'suspect', 'stale', 'failing', 'never']),
    last_poll: pollSchema.nullable(),
    failures: z.int().meta({ description: 'Failed polls in a row.' }),
    next_poll_at: instantText('Not polled before this.'),
    version: z.int().meta({ description: 'Raised with every edit; the ETag carries it.' }),
    created_at: instantText('When it was created.'),
    updated_at: instantText('When it was last edited.'),
  })
  .meta({ id: 'Feed', description: 'What is read, how far it is believed, and how far it has been read.' });

export function feedToJson(view: FeedView): z.infer<typeof feedSchema> {
  const { feed, health, keyMissing, lastPoll, condition, ageMs } = view;
  return {
    id: feed.id,
    slug: feed.slug,
    adapter: feed.adapter,
    url: feed.url,
    trust: feed.trust,
    origin: feed.origin,
    covers: feed.coversAny ? 'any' : feed.covers,
    settlement_lag: feed.settlementLag,
    enabled: feed.enabled,
    key_missing: keyMissing,
    options: feed.options === null ? null : jsonOptionsSchema.parse(feed.options),
    watermark: orNull(feed.watermark),
    advanced_at: orNull(feed.advancedAt),
    unhealthy_since: orNull(feed.unhealthySince),
    age_seconds: ageMs === null ? null : Math.floor(ageMs / 1000),
    suspect_polls: condition.suspectPolls,
    failed_polls: condition.failedPolls,
    lost_items: condition.lostItems,
    disagreement: condition.disagreement,
    health,
    last_poll: lastPoll === null ? null : pollToJson(lastPoll),
    failures: feed.failures,
    next_poll_at: formatInstant(feed.nextPollAt),
    version: feed.version,
    created_at: formatInstant(feed.createdAt),
    updated_at: formatInstant(feed.updatedAt),
  };
}

function orNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
