import { z } from '@hono/zod-openapi';
import { parseInstant } from '../../domain/instant.ts';
import { countSettling, settleRead } from '../../services/feeds/after-read.ts';
import { getFeed, listFeedPolls } from '../../services/feeds/feeds.ts';
import { ingestMsMax, pollFeed } from '../../services/feeds/polls.ts';
import { ingestFeedSnapshot } from '../../services/feeds/snapshots.ts';
import { snapshotBytesMax } from '../operation/body.ts';
import { instantPosition, textPosition } from '../operation/cursor.ts';
import { explainSpace, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { archiveSlug, feedExample, pollExample } from './examples.ts';
import { feedToJson, pollSchema, pollToJson } from './json.ts';

const tag = 'Feeds';
const idParameter = { id: { description: 'The id or the slug of a feed.', example: feedExample.slug } };

const list = operation({
  method: 'get',
  path: '/v1/feeds/{id}/polls',
  operationId: 'listFeedPolls',
  tag,
  summary: "List a feed's polls",
  description: 'Returns the polls of a feed, newest first, including failed ones.',
  access: 'read',
  params: idParameter,
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('PollList', 'A page of polls.', pollSchema),
    example: { data: [pollExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: z.tuple([instantPosition, textPosition]),
      list: (at, limit) => {
        const before = at === null ? null : { startedAt: at[0], id: at[1] };
        return listFeedPolls(services, input.params.id, { before, limit });
      },
      positionOf: (row) => [row.startedAt, row.id],
      toJson: pollToJson,
    }),
});

const settledFields = {
  resolutions: z.int().meta({ description: 'Number of predictions resolved by it within this request.' }),
  settling: z.int().meta({
    description:
      'Number of affected predictions that are not evaluated yet, because the request waits for a few seconds at most. They are evaluated in the background.',
  }),
};

const poll = operation({
  method: 'post',
  path: '/v1/feeds/{id}/polls',
  operationId: 'pollFeed',
  tag,
  summary: 'Poll a feed',
  description:
    'Reads the feed immediately and evaluates the affected predictions; if there are very many, the rest follows in the background. If the publisher does not respond, the poll is recorded as failed and the request still succeeds.',
  access: 'feeds',
  params: idParameter,
  ownTransactions: true,
  before: async ({ services }, { id }) => feedToJson(await getFeed(services, id)),
  response: {
    status: 201,
    description: 'The finished poll.',
    schema: pollSchema
      .extend(settledFields)
      .meta({ id: 'PollReport', description: 'A poll with the number of predictions it resolved.' }),
    example: { ...pollExample, kind: 'manual', resolutions: 1, settling: 0 },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    const { poll: row, resolutions, settling } = await pollFeed(services, params.id);
    return {
      status: 201,
      body: { ...pollToJson(row), resolutions, settling },
      headers: { location: `/v1/feeds/${row.feedId}/polls` },
    };
  },
});

const snapshotSchema = z
  .object({
    poll_id: z.string().meta({ description: 'Id of the poll that recorded it.' }),
    items: z.int().meta({ description: 'Number of items listed.' }),
    new: z.int().meta({ description: 'Number of items that were not listed before.' }),
    changed: z.int().meta({ description: 'Number of items whose content changed.' }),
    vanished: z.int().meta({ description: 'Number of items that are no longer listed.' }),
    suspect: z.boolean().meta({ description: 'True if the payload was stored but not accepted as evidence.' }),
    suspect_reason: z.string().nullable(),
    ...settledFields,
  })
  .meta({ id: 'SnapshotReport', description: 'The result of ingesting one archived payload.' });

const observedAtField = z
  .string()
  .refine(
    (value) => parseInstant(value) !== null,
    explainSpace('must be an RFC 3339 date-time with a zone, such as 2025-08-08T00:00:00Z'),
  )
  .transform((value) => parseInstant(value) ?? 0)
  .openapi({
    type: 'string',
    format: 'date-time',
    description: 'When the publisher served the payload. Must not be earlier than the newest snapshot of the feed.',
    example: '2025-08-08T00:00:00Z',
  });

const createSnapshot = operation({
  method: 'post',
  path: '/v1/feeds/{id}/snapshots',
  operationId: 'createFeedSnapshot',
  tag,
  summary: 'Ingest an archived payload',
  description:
    'Ingests the raw bytes that the publisher served at `observed_at`. Snapshots must be sent in chronological order: a time before that of the newest snapshot returns 409. Import older archives into a separate feed with the same origin. Sending the newest snapshot again changes nothing; sending other bytes with the same time returns 409.',
  access: 'feeds',
  params: { id: { description: idParameter.id.description, example: archiveSlug } },
  query: { observed_at: observedAtField },
  writeMsMax: ingestMsMax,
  raw: {
    bytesMax: snapshotBytesMax,
    description:
      'The payload as served, of any media type. At most 32 MiB; some adapters accept less (news 2 MiB, CSV 10 MiB).',
    example: { openai: { models: { 'gpt-5': { name: 'GPT-5', release_date: '2025-08-07' } } } },
  },
  response: {
    status: 200,
    description: 'The result.',
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
      settling: 0,
    },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, query, bytes }) => {
    const poll = await ingestFeedSnapshot(services, params.id, query.observed_at, bytes);
    const body: z.infer<typeof snapshotSchema> = {
      poll_id: poll.id,
      items: poll.items,
      new: poll.newItems,
      changed: poll.changedItems,
      vanished: poll.vanishedItems,
      suspect: poll.result === 'suspect',
      suspect_reason: poll.suspectReason,
      resolutions: 0,
      settling: await countSettling(services, poll.id),
    };
    return { body };
  },
  finish: async ({ services }, reply) => {
    const report = snapshotSchema.parse(reply.body);
    return {
      ...reply,
      body: { ...report, ...(await settleRead(services, { id: report.poll_id, newItems: report.new })) },
    };
  },
});

export const pollOperations = [list, poll, createSnapshot];
