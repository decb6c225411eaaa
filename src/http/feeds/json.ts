import { z } from '@hono/zod-openapi';
import { jsonOptionsSchema } from '../../domain/feeds/adapters/json-options.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { FeedView } from '../../services/feeds/feeds.ts';
import { instantText } from '../operation/fields.ts';
import { feedExample, pollExample } from './examples.ts';

export const pollSchema = z
  .object({
    id: z.string().meta({ example: pollExample.id }),
    feed_id: z.string(),
    kind: z
      .enum(['scheduled', 'manual', 'snapshot'])
      .meta({ description: '`scheduled`: on schedule. `manual`: on request. `snapshot`: an uploaded payload.' }),
    result: z
      .enum(['running', 'ok', 'not_modified', 'suspect', 'failed', 'aborted'])
      .meta({ description: 'Result of the poll. Only `ok` and `not_modified` advance the watermark.' }),
    started_at: instantText('When the poll started.'),
    observed_at: instantText(
      'When the publisher served the payload. Its observations have the same `observed_at`. Null if there is no payload.',
    ).nullable(),
    finished_at: instantText('When the poll finished. Null while running.').nullable(),
    items: z.int().meta({ description: 'Number of items listed.' }),
    new: z.int().meta({ description: 'Number of items that were not listed before.' }),
    changed: z.int().meta({ description: 'Number of items whose content changed.' }),
    vanished: z.int().meta({ description: 'Number of items that are no longer listed.' }),
    lost: z.int().meta({ description: 'Number of rows that could not be parsed.' }),
    bytes: z.int().nullable(),
    bytes_hash: z.string().nullable(),
    frozen_vendors: z.array(z.string()).meta({ description: 'Vendors whose rows were suspect and therefore ignored.' }),
    suspect_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why the payload is suspect. Null unless `result` is suspect.' }),
    error: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: 'Why the poll failed. Null unless it failed.' }),
    http_status: z.int().nullable(),
  })
  .meta({ id: 'Poll', description: 'One attempt to read a feed.' });

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
    adapter: z.string().meta({ description: 'Adapter that parses the payloads.', example: 'models_dev' }),
    url: z.string().nullable().meta({ description: 'URL that is polled. Null if the feed receives snapshots only.' }),
    trust: z.enum(trusts).meta({ description: 'Highest trust that a row of the feed can have.' }),
    origin: z.string().meta({ description: 'Origin of the data. Feeds of one origin count as one.' }),
    covers: z.union([z.literal('any'), z.array(z.string())]).meta({
      description:
        'Vendors that the feed covers. If it does not list a model of such a vendor, that is evidence that the model is not released. `any` covers every vendor.',
    }),
    settlement_lag: z.string().meta({
      description: 'How late the feed may show that a price, a status or an end changed, as an ISO 8601 duration.',
      example: 'P2D',
    }),
    enabled: z.boolean(),
    key_missing: z.string().nullable().meta({
      description: 'Environment variable that must be set before the feed is polled. Null if none is missing.',
    }),
    options: jsonOptionsSchema
      .nullable()
      .meta({ description: 'Options of the adapter. Null unless the adapter is json.' }),
    watermark: instantText(
      'When the feed was last read successfully: its content is known up to this time. Null if never.',
    ).nullable(),
    advanced_at: instantText('When a payload was last accepted. Null if never.').nullable(),
    unhealthy_since: instantText(
      'When the feed became unhealthy, because three expected polls in a row were not accepted. Null while healthy.',
    ).nullable(),
    age_seconds: z
      .int()
      .nullable()
      .meta({ description: 'Seconds since a payload was last accepted. Null if never.', example: 840 }),
    suspect_polls: z.int().meta({ description: 'Number of suspect polls in the last 24 hours.', example: 0 }),
    failed_polls: z.int().meta({ description: 'Number of failed polls in the last 24 hours.', example: 0 }),
    lost_items: z
      .int()
      .meta({ description: 'Number of rows of the last payload that could not be parsed.', example: 2 }),
    disagreement: z
      .object({
        compared: z.int().meta({ description: 'Number of facts that other origins state as well.', example: 120 }),
        differing: z.int().meta({ description: 'Number of those facts on which no other origin agrees.', example: 7 }),
      })
      .meta({
        description:
          "How often the vendors' own rows disagree with other origins on release dates, shutdown dates and prices.",
      }),
    health: z.enum(['ok', 'suspect', 'stale', 'failing', 'never']),
    last_poll: pollSchema.nullable(),
    failures: z.int().meta({ description: 'Number of consecutive failed polls.' }),
    next_poll_at: instantText('Earliest time of the next poll.'),
    version: z.int().meta({ description: 'Version of the feed. Every edit increments it. Part of the ETag.' }),
    created_at: instantText('When it was created.'),
    updated_at: instantText('When it was last changed.'),
  })
  .meta({
    id: 'Feed',
    description: 'A published list of models that is polled for evidence, with its trust, coverage and health.',
  });

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
