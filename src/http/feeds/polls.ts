import { z } from '@hono/zod-openapi';
import { parseInstant } from '../../domain/instant.ts';
import { getFeed, listFeedPolls } from '../../services/feeds/feeds.ts';
import { ingestMsMax, pollFeed } from '../../services/feeds/polls.ts';
import { createFeedSnapshot } from '../../services/feeds/snapshots.ts';
import { snapshotBytesMax } from '../operation/body.ts';
import { instantPosition, pageDefault, readCursor, textPosition } from '../operation/cursor.ts';
import { pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { feedExample, pollExample } from '../predictions/examples.ts';
import { feedToJson, pollSchema, pollToJson } from './json.ts';

const tag = 'Feeds';
const idParameter = { id: { description: 'The id or the slug of a feed.', example: feedExample.slug } };

const list = operation({
  method: 'get',
  path: '/v1/feeds/{id}/polls',
  operationId: 'listFeedPolls',
  tag,
  summary: "List a feed's polls",
  description: 'Every reading of the feed, newest first, whatever came of it.',
  access: 'read',
  params: idParameter,
  query: pageFields,
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('PollList', 'A page of polls.', pollSchema),
    example: { data: [pollExample], next_cursor: null },
  },
  handle: async ({ services }, { params, query, listing, target }) => {
    const at =
      query.cursor === undefined ? null : readCursor(listing, query.cursor, z.tuple([instantPosition, textPosition]));
    const before = at === null ? null : { startedAt: at[0], id: at[1] };
    const polls = await listFeedPolls(services, params.id, { before, limit: (query.limit ?? pageDefault) + 1 });
    const { rows, next } = cutPage(polls, query.limit, (last) => [last.startedAt, last.id] as const);
    return pageReply({ listing, target }, rows.map(pollToJson), next);
  },
});

const pollNow = operation({
  method: 'post',
  path: '/v1/feeds/{id}/polls',
  operationId: 'pollFeed',
  tag,
  summary: 'Poll a feed now',
  description:
    'Reads the feed now, due or not, and settles what it touches. A publisher that does not answer is a poll that failed, not an error.',
  access: 'feeds',
  params: idParameter,
  apart: true,
  before: async ({ services }, { id }) => feedToJson(await getFeed(services, id)),
  answer: {
    status: 201,
    description: 'The poll, ended.',
    schema: pollSchema
      .extend({ resolutions: z.int().meta({ description: 'Predictions that it resolved.' }) })
      .meta({ id: 'PollReport', description: 'A poll and what it resolved.' }),
    example: { ...pollExample, kind: 'manual', resolutions: 1 },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    const { poll, resolutions } = await pollFeed(services, params.id);
    return {
      status: 201,
      body: { ...pollToJson(poll), resolutions },
      headers: { location: `/v1/feeds/${poll.feedId}/polls` },
    };
  },
});

const snapshotSchema = z
  .object({
    poll_id: z.string().meta({ description: 'The reading of it.' }),
    items: z.int().meta({ description: 'Items listed.' }),
    new: z.int().meta({ description: 'Items that were not listed before.' }),
    changed: z.int().meta({ description: 'Items whose facts changed.' }),
    vanished: z.int().meta({ description: 'Items that are no longer listed.' }),
    suspect: z.boolean().meta({ description: 'True when it was stored but not believed.' }),
    suspect_reason: z.string().nullable(),
    resolutions: z.int().meta({ description: 'Predictions that it resolved.' }),
  })
  .meta({ id: 'SnapshotReport', description: 'What came of one archived payload.' });

const observedAtField = z
  .string()
  .refine(
    (value) => parseInstant(value) !== null,
    'must be an RFC 3339 date-time with a zone, such as 2025-08-08T00:00:00Z',
  )
  .transform((value) => parseInstant(value) ?? 0)
  .openapi({
    type: 'string',
    format: 'date-time',
    description: 'When the publisher served these bytes; not before the newest of the feed.',
    example: '2025-08-08T00:00:00Z',
  });

const snapshot = operation({
  method: 'post',
  path: '/v1/feeds/{id}/snapshots',
  operationId: 'createFeedSnapshot',
  tag,
  summary: 'Send in an archived payload',
  description:
    'Ingests one payload, the raw bytes as the publisher served them at `observed_at`. Chronological: an earlier time than the newest is refused (import archives into a feed of the same origin of their own). The same time with the same bytes changes nothing; with other bytes it is refused.',
  access: 'feeds',
  params: idParameter,
  query: { observed_at: observedAtField },
  writeMsMax: ingestMsMax,
  raw: {
    bytesMax: snapshotBytesMax,
    description:
      'The payload as it was served, of any media type; 32 MiB at most, and less where the feed’s adapter names less (2 MiB of news, 10 MiB of CSV).',
    example: { data: [{ id: 'gpt-5', created: 1754524800, owned_by: 'openai', object: 'model' }], object: 'list' },
  },
  answer: {
    status: 200,
    description: 'What came of it.',
    schema: snapshotSchema,
    example: {
      poll_id: pollExample.id,
      items: 2481,
      new: 3,
      changed: 12,
      vanished: 0,
      suspect: false,
      suspect_reason: null,
      resolutions: 1,
    },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, query, bytes }) => {
    const { poll, resolutions } = await createFeedSnapshot(services, params.id, query.observed_at, bytes);
    const body: z.infer<typeof snapshotSchema> = {
      poll_id: poll.id,
      items: poll.items,
      new: poll.newItems,
      changed: poll.changedItems,
      vanished: poll.vanishedItems,
      suspect: poll.result === 'suspect',
      suspect_reason: poll.suspectReason,
      resolutions,
    };
    return { body };
  },
});

export const pollOperations = [list, pollNow, snapshot];
