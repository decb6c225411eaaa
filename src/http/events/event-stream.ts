import { type EventCursor, formatEventCursor } from '../../domain/events/event-cursor.ts';
import {
  type EventFilter,
  type EventHead,
  getEventHead,
  isAhead,
  type LoggedEvent,
  listEvents,
} from '../../services/events/event-log.ts';
import type { HttpDeps, StreamLimits } from '../deps.ts';

export const streamLimits: StreamLimits = {
  heartbeatMs: 15_000,
  stalledMs: 30_000,
  lifeMs: 15 * 60_000,
  retryMs: 2000,
};

const chunkEventsMax = 100;

export type StreamRequest = {
  readonly filter: EventFilter;
  /** Null: new events only. */
  readonly after: EventCursor | null;
  readonly head: EventHead;
  /** `rewinds` of the pulse before `head` was read. */
  readonly rewinds: number;
  /** One event of an epoch as the data of a message. Must not contain a line break. */
  readonly render: (event: LoggedEvent, epoch: string) => string;
  /** Closes the connection. */
  readonly disconnect: () => void;
};

/**
 * The event log after a cursor, as Server-Sent Events. If the log cannot have assigned the cursor, or goes back later, the
 * client receives `resync_required` and then new events. The next chunk is read from the database only after the client has
 * received the previous one, so a slow client costs one chunk of memory. A client that stops reading is disconnected.
 */
export function streamEvents(http: HttpDeps, request: StreamRequest): ReadableStream<Uint8Array> {
  const limits = { ...streamLimits, ...http.streamLimits };
  const leave = http.pulse.join(request.head);
  const over = new AbortController();
  const chunks = readChunks(http, request, limits, over.signal);
  const encoder = new TextEncoder();
  const life = setTimeout(() => over.abort(), limits.lifeMs);
  let stalled: NodeJS.Timeout | undefined;
  let gone = false;
  const finish = (): void => {
    gone = true;
    clearTimeout(life);
    clearTimeout(stalled);
    over.abort();
    leave();
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    clearTimeout(stalled);
    try {
      const { value, done } = await chunks.next();
      if (gone) return;
      if (done) {
        finish();
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(value));
      stalled = setTimeout(() => {
        finish();
        request.disconnect();
      }, limits.stalledMs);
    } catch (error) {
      http.log.warn({ error: String(error) }, 'an event stream was interrupted; the client will reconnect');
      finish();
      request.disconnect();
    }
  };
  return new ReadableStream<Uint8Array>({ pull, cancel: finish }, { highWaterMark: 0 });
}

async function* readChunks(
  http: HttpDeps,
  request: StreamRequest,
  limits: StreamLimits,
  over: AbortSignal,
): AsyncGenerator<string, void> {
  const isOver = (): boolean => over.aborted || http.pulse.isOver();
  yield `retry: ${limits.retryMs}\n\n`;
  let { head, rewinds } = request;
  let position = request.after?.position ?? head.position;
  if (request.after !== null && isAhead(request.after, head)) {
    position = head.position;
    yield resyncMessage(head);
  }
  while (!isOver()) {
    if (http.pulse.rewinds() !== rewinds) {
      rewinds = http.pulse.rewinds();
      head = await getEventHead(http.services);
      position = head.position;
      yield resyncMessage(head);
    }
    const quiet = AbortSignal.any([over, AbortSignal.timeout(limits.heartbeatMs)]);
    let chunk = '';
    while (chunk === '' && !quiet.aborted && !isOver() && http.pulse.rewinds() === rewinds) {
      const upTo = http.pulse.newest();
      const events = await listEvents(http.services, request.filter, { after: position, limit: chunkEventsMax });
      position = Math.max(position, events.at(-1)?.position ?? upTo);
      chunk = events.map((event) => eventMessage(event, head.epoch, request.render)).join('');
      // A position from before a rewind would look like another one.
      if (chunk === '' && http.pulse.rewinds() === rewinds) await http.pulse.beyond(position, quiet);
    }
    if (chunk !== '') yield chunk;
    else if (!isOver() && http.pulse.rewinds() === rewinds) yield ': no new events\n\n';
  }
}

function eventMessage(event: LoggedEvent, epoch: string, render: StreamRequest['render']): string {
  const cursor = formatEventCursor(epoch, event.position);
  return `id: ${cursor}\nevent: ${event.type}\ndata: ${render(event, epoch)}\n\n`;
}

/** The id of the message is the newest cursor, so that a client that reconnects continues from there. */
function resyncMessage({ epoch, position }: EventHead): string {
  const cursor = formatEventCursor(epoch, position);
  const detail =
    'The database was restored or replaced: read what you need again from the other lists. The stream continues with new events.';
  return `id: ${cursor}\nevent: resync_required\ndata: ${JSON.stringify({ cursor, detail })}\n\n`;
}
