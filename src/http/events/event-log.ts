import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../domain/events/event.ts';
import { formatInstant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  findNewestPosition,
  type LoggedEvent,
  listEvents,
  requirePositionOf,
} from '../../services/events/event-log.ts';
import type { HttpDeps } from '../deps.ts';
import { numberPosition } from '../operation/cursor.ts';
import { filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { eventExample } from '../predictions/examples.ts';
import { streamEvents } from './event-stream.ts';

const tag = 'Events';

const eventSchema = z
  .object({
    id: z.string().meta({
      description: 'Unique identifier, the same as `webhook-id` of a webhook message.',
      example: eventExample.id,
    }),
    position: z.int().meta({
      description: 'Position in the log, the same for all readers. Later events have greater positions.',
      example: eventExample.position,
    }),
    type: z.string().meta({ description: 'Type of the event.', example: eventExample.type }),
    occurred_at: instantText('When the event occurred.'),
    prediction_id: z.string().nullable(),
    resolution_id: z.string().nullable(),
    feed_id: z.string().nullable(),
    data: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The `data` of the webhook message with the same id.' }),
  })
  .meta({ id: 'Event', description: 'An event that subscribers can be notified of.' });

function eventToJson(event: LoggedEvent): z.infer<typeof eventSchema> {
  return {
    id: event.id,
    position: event.position,
    type: event.type,
    occurred_at: formatInstant(event.occurredAt),
    prediction_id: event.predictionId,
    resolution_id: event.resolutionId,
    feed_id: event.feedId,
    data: dataOf(event.body),
  };
}

const bodySchema = z.object({ data: z.record(z.string(), z.unknown()) });

function dataOf(body: string): Record<string, unknown> {
  return bodySchema.parse(JSON.parse(body)).data;
}

/** The log is public; `endpoint.disabled` concerns the owner of the endpoint only. */
const publicTypes = eventTypes.filter((type) => type !== 'endpoint.disabled');

const isPublicType = (name: string): boolean => publicTypes.some((type) => type === name);

const typesField = z
  .string()
  .max(500)
  .refine(
    (value) => value.split(',').every(isPublicType),
    `must be a comma-separated list of ${publicTypes.join(', ')}`,
  )
  .transform((value) => value.split(','))
  .optional()
  .openapi({
    type: 'string',
    description: `Comma-separated event types: ${publicTypes.map((type) => `\`${type}\``).join(', ')}.`,
    example: 'prediction.resolved,prediction.annulled',
  });

const positionPattern = /^(0|[1-9]\d{0,14})$/;
const eventIdPattern = /^evt_\w{1,100}$/;

const afterField = z
  .string()
  .max(128)
  .refine(
    (value) => positionPattern.test(value) || eventIdPattern.test(value),
    'must be the position or the id of an event',
  )
  .optional()
  .openapi({
    description: 'The `position` or `id` of an event. Only later events are returned.',
    example: '1041',
  });

async function positionAfter(services: HttpDeps['services'], after: string | undefined): Promise<number | null> {
  if (after === undefined) return null;
  return positionPattern.test(after) ? Number(after) : await requirePositionOf(services, after);
}

const filters = {
  type: typesField,
  prediction: filterText('The id or the slug of a prediction.', eventExample.prediction_id),
  after: afterField,
};

const list = operation({
  method: 'get',
  path: '/v1/events',
  operationId: 'listEvents',
  tag,
  summary: 'List events',
  description:
    'Returns events, oldest first, in the same order for all readers. Keep the `position` of the last event and send it as `after` to get newer events; none is skipped.',
  access: 'read',
  query: { ...filters, ...pageFields },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('EventList', 'A page of events.', eventSchema),
    example: { data: [eventExample], next_cursor: null },
  },
  handle: async ({ services }, input) => {
    const { query } = input;
    const start = (await positionAfter(services, query.after)) ?? 0;
    const filter = { types: query.type ?? null, prediction: query.prediction ?? null };
    return await replyWithPage(input, {
      position: numberPosition,
      list: (after, limit) => listEvents(services, filter, { after: after ?? start, limit }),
      positionOf: (row) => row.position,
      toJson: eventToJson,
    });
  },
});

const stream = operation({
  method: 'get',
  path: '/v1/events/stream',
  operationId: 'streamEvents',
  tag,
  summary: 'Stream events',
  description:
    'Streams events as Server-Sent Events: `id` is the position, `event` the type, `data` the event as JSON. The stream starts after `Last-Event-ID`, otherwise after `after`, otherwise with new events only. A comment is sent as a heartbeat. The server ends the stream after 15 minutes; reconnect with the last id, as `EventSource` does automatically.',
  access: 'read',
  streams: true,
  resumes: true,
  query: filters,
  response: {
    status: 200,
    description: 'A stream of events.',
    schema: z.string(),
    example: `id: ${eventExample.position}\nevent: ${eventExample.type}\ndata: {"id":"${eventExample.id}"}\n\n`,
    mediaType: 'text/event-stream',
  },
  handle: async (http, { query, lastEventId, disconnect }) => {
    const { services } = http;
    const seen = readLastEventId(lastEventId) ?? (await positionAfter(services, query.after));
    const after = seen ?? (await findNewestPosition(services));
    const filter = { types: query.type ?? null, prediction: query.prediction ?? null };
    const render = (event: LoggedEvent): string => JSON.stringify(eventToJson(event));
    return { stream: streamEvents(http, { filter, after, render, disconnect }), mediaType: 'text/event-stream' };
  },
});

/** A client that has received no event yet may send an empty value. */
function readLastEventId(header: string | null): number | null {
  if (header === null || header === '') return null;
  if (positionPattern.test(header)) return Number(header);
  const detail = 'Last-Event-ID must be the position of an event';
  throw new Refusal('bad_request', detail);
}

export const eventOperations = [list, stream];
