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
import { numberPosition, pageDefault, readCursor } from '../operation/cursor.ts';
import { filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { eventExample } from '../predictions/examples.ts';
import { streamEvents } from './event-stream.ts';

const tag = 'Events';

const eventSchema = z
  .object({
    id: z.string().meta({ description: 'The id that webhooks carry as well.', example: eventExample.id }),
    position: z.int().meta({
      description: 'Its place in this log, the same for all readers; places only grow.',
      example: eventExample.position,
    }),
    type: z.string().meta({ description: 'What happened.', example: eventExample.type }),
    occurred_at: instantText('When it happened here.'),
    prediction_id: z.string().nullable(),
    resolution_id: z.string().nullable(),
    feed_id: z.string().nullable(),
    data: z.record(z.string(), z.unknown()).meta({ description: 'As in the webhook of the same id.' }),
  })
  .meta({ id: 'Event', description: 'Something a subscriber may be told.' });

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

/** The body is the text that a subscriber is sent, written by this program. */
function dataOf(body: string): Record<string, unknown> {
  return bodySchema.parse(JSON.parse(body)).data;
}

/** What is told to everybody: that an endpoint was disabled is its owner's business. */
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
    description: `Types, joined by commas: ${publicTypes.map((type) => `\`${type}\``).join(', ')}.`,
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
    description:
      'The `position` or the `id` of the last event that was seen (a webhook tells the id): what came after it is told.',
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
    'Everything that subscribers are told, in one order for all readers, oldest first. Keep the `position` of the last event and ask with `after` for what came since: no event is ever passed by.',
  access: 'read',
  query: { ...filters, ...pageFields },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('EventList', 'A page of events.', eventSchema),
    example: { data: [eventExample], next_cursor: null },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const start = (await positionAfter(services, query.after)) ?? 0;
    const after = query.cursor === undefined ? start : readCursor(listing, query.cursor, numberPosition);
    const filter = { types: query.type ?? null, prediction: query.prediction ?? null };
    const found = await listEvents(services, filter, { after, limit: (query.limit ?? pageDefault) + 1 });
    const { rows, next } = cutPage(found, query.limit, (last) => last.position);
    return pageReply({ listing, target }, rows.map(eventToJson), next);
  },
});

const stream = operation({
  method: 'get',
  path: '/v1/events/stream',
  operationId: 'streamEvents',
  tag,
  summary: 'Follow events',
  description:
    'The same events as Server-Sent Events, as they happen: `id` is the position, `event` the type, `data` the event as JSON. It begins after `Last-Event-ID`, else after `after`, else with what happens from now on. A comment is sent when nothing happens. It ends now and then; come back with the last id, as an `EventSource` does by itself.',
  access: 'read',
  streams: true,
  resumes: true,
  query: filters,
  answer: {
    status: 200,
    description: 'Messages, until one side ends it.',
    schema: z.string(),
    example: `id: ${eventExample.position}\nevent: ${eventExample.type}\ndata: {"id":"${eventExample.id}"}\n\n`,
    mediaType: 'text/event-stream',
  },
  handle: async (http, { query, lastEventId, cut }) => {
    const { services } = http;
    const seen = readLastEventId(lastEventId) ?? (await positionAfter(services, query.after));
    const after = seen ?? (await findNewestPosition(services));
    const filter = { types: query.type ?? null, prediction: query.prediction ?? null };
    const render = (event: LoggedEvent): string => JSON.stringify(eventToJson(event));
    return { stream: streamEvents(http, { filter, after, render, cut }), mediaType: 'text/event-stream' };
  },
});

/** An empty one is what a client sends that has seen nothing yet. */
function readLastEventId(header: string | null): number | null {
  if (header === null || header === '') return null;
  if (positionPattern.test(header)) return Number(header);
  const detail = 'Last-Event-ID takes the id of a message: a position, in plain digits';
  throw new Refusal('bad_request', detail);
}

export const eventOperations = [list, stream];
