import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../domain/events/event.ts';
import { type EventCursor, formatEventCursor, parseEventCursor } from '../../domain/events/event-cursor.ts';
import { formatInstant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  type EventFilter,
  getEventHead,
  type LoggedEvent,
  listEvents,
  requireNotAhead,
  requirePositionOf,
} from '../../services/events/event-log.ts';
import type { HttpDeps } from '../deps.ts';
import { watchExample } from '../model-watches/examples.ts';
import { numberPosition, textPosition } from '../operation/cursor.ts';
import { filterText, instantText, pageFields, pageSchema } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { readPosition, replyWithPage } from '../operation/paging.ts';
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
    cursor: z.string().meta({
      description:
        'Send it as `after` to continue after this event. It names the epoch of the log, which changes when the database is restored from a backup.',
      example: eventExample.cursor,
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

function eventToJson(event: LoggedEvent, epoch: string): z.infer<typeof eventSchema> {
  return {
    id: event.id,
    position: event.position,
    cursor: formatEventCursor(epoch, event.position),
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

const eventIdPattern = /^evt_\w{1,100}$/;

const afterField = z
  .string()
  .max(128)
  .refine(
    (value) => parseEventCursor(value) !== null || eventIdPattern.test(value),
    'must be the cursor, the position or the id of an event',
  )
  .optional()
  .openapi({
    description:
      'The `cursor`, `position` or `id` of an event. Only later events are returned. Prefer the cursor: only a cursor reveals that the database was restored in the meantime.',
    example: eventExample.cursor,
  });

async function cursorAfter(services: HttpDeps['services'], after: string | undefined): Promise<EventCursor | null> {
  if (after === undefined) return null;
  return parseEventCursor(after) ?? { epoch: null, position: await requirePositionOf(services, after) };
}

/** The epoch and the position of the last event of a page. */
const cursorPosition = z.tuple([textPosition, numberPosition]);

const filters = {
  type: typesField,
  prediction: filterText('The id or the slug of a prediction.', eventExample.prediction_id),
  watch: filterText('The id or the name of a watch.', watchExample.name),
  vendor: filterText(
    'Vendor of a model that the event is about, or that the criterion of its prediction names.',
    'openai',
  ),
  family: filterText('Family of such a model.', 'gpt'),
  after: afterField,
};

function filterOf({
  type,
  prediction,
  watch,
  vendor,
  family,
}: {
  readonly type?: string[] | undefined;
  readonly prediction?: string | undefined;
  readonly watch?: string | undefined;
  readonly vendor?: string | undefined;
  readonly family?: string | undefined;
}): EventFilter {
  return { types: type ?? null, prediction: prediction ?? null, watch: watch ?? null, vendor, family };
}

const list = operation({
  method: 'get',
  path: '/v1/events',
  operationId: 'listEvents',
  tag,
  summary: 'List events',
  description:
    'Returns events, oldest first, in the same order for all readers. Keep the `cursor` of the last event and send it as `after` to get newer events; none is skipped. Returns 409 `cursor_ahead` if the log does not have that cursor, because the database was restored or replaced.',
  access: 'read',
  query: { ...filters, ...pageFields },
  refusals: ['cursor_ahead'],
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('EventList', 'A page of events.', eventSchema),
    example: { data: [eventExample], next_cursor: null },
  },
  handle: async ({ services }, input) => {
    const { query } = input;
    const start = (await cursorAfter(services, query.after)) ?? { epoch: null, position: 0 };
    const page = readPosition(input, cursorPosition);
    const after = page === null ? start : { epoch: page[0], position: page[1] };
    const head = await getEventHead(services);
    requireNotAhead(after, head);
    const filter = filterOf(query);
    return await replyWithPage(input, {
      position: cursorPosition,
      list: (_after, limit) => listEvents(services, filter, { after: after.position, limit }),
      positionOf: ({ position }) => [head.epoch, position] as const,
      toJson: (event) => eventToJson(event, head.epoch),
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
    'Streams events as Server-Sent Events: `id` is the cursor, `event` the type, `data` the event as JSON. The stream starts after `Last-Event-ID`, otherwise after `after`, otherwise with new events only. If the database was restored or replaced, so that the log does not have that cursor or loses events while you read, the message `resync_required` is sent before any further event. A comment is sent as a heartbeat after every 15 seconds without an event. The server ends the stream after 15 minutes; reconnect with the last id, as `EventSource` does automatically.',
  access: 'read',
  streams: true,
  resumes: true,
  query: filters,
  response: {
    status: 200,
    description: 'A stream of events.',
    schema: z.string(),
    example: `id: ${eventExample.cursor}\nevent: ${eventExample.type}\ndata: {"id":"${eventExample.id}"}\n\n`,
    mediaType: 'text/event-stream',
  },
  handle: async (http, { query, lastEventId, disconnect }) => {
    const { services } = http;
    const after = readLastEventId(lastEventId) ?? (await cursorAfter(services, query.after));
    const rewinds = http.pulse.rewinds();
    const head = await getEventHead(services);
    const filter = filterOf(query);
    const render = (event: LoggedEvent, epoch: string): string => JSON.stringify(eventToJson(event, epoch));
    return {
      stream: streamEvents(http, { filter, after, head, rewinds, render, disconnect }),
      mediaType: 'text/event-stream',
    };
  },
});

/** A client that has received no event yet may send an empty value. */
function readLastEventId(header: string | null): EventCursor | null {
  if (header === null || header === '') return null;
  const cursor = parseEventCursor(header);
  if (cursor !== null) return cursor;
  const detail = 'Last-Event-ID must be the cursor or the position of an event';
  throw new Refusal('bad_request', detail);
}

export const eventOperations = [list, stream];
