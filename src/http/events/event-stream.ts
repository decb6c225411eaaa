import { type EventFilter, type LoggedEvent, listEvents } from '../../services/events/event-log.ts';
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
  readonly after: number;
  /** One event as the data of a message. Must not contain a line break. */
  readonly render: (event: LoggedEvent) => string;
  /** Closes the connection. */
  readonly disconnect: () => void;
};

/**
 * The event log from a position on, as Server-Sent Events. The next chunk is read from the database only after the client has
 * received the previous one, so a slow client costs one chunk of memory. A client that stops reading is disconnected.
 */
export function streamEvents(http: HttpDeps, request: StreamRequest): ReadableStream<Uint8Array> {
  const limits = { ...streamLimits, ...http.streamLimits };
  const leave = http.pulse.join();
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
  let position = request.after;
  yield `retry: ${limits.retryMs}\n\n`;
  while (!isOver()) {
    const quiet = AbortSignal.any([over, AbortSignal.timeout(limits.heartbeatMs)]);
    let chunk = '';
    while (chunk === '' && !quiet.aborted && !isOver()) {
      const upTo = http.pulse.newest();
      const events = await listEvents(http.services, request.filter, { after: position, limit: chunkEventsMax });
      position = Math.max(position, events.at(-1)?.position ?? upTo);
      chunk = events.map((event) => message(event, request.render)).join('');
      if (chunk === '') await http.pulse.beyond(position, quiet);
    }
    if (chunk !== '') yield chunk;
    else if (!isOver()) yield ': no new events\n\n';
  }
}

function message(event: LoggedEvent, render: (event: LoggedEvent) => string): string {
  return `id: ${event.position}\nevent: ${event.type}\ndata: ${render(event)}\n\n`;
}
