import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Log } from '../../services/deps.ts';
import { buildProblem, type Problem, type ProblemCode, problemHeaders } from '../operation/errors.ts';
import { corsHeaders, securityHeaders } from './headers.ts';

/** Until when the header of a request must have arrived. */
export const headersMsMax = 6000;
/** How often that is looked at. */
export const lateCheckMs = 1000;
/** How long a connection that was told off may take to go away by itself. */
export const lingerMsMax = 1000;
/** Until when a whole request must have arrived: 32 MiB over a slow line. */
const requestMsMax = 180_000;
/** How long an idle connection is kept; longer than load balancers keep theirs. */
const keepAliveMs = 65_000;
/** The request line and all header fields together. */
const headerBytesMax = 16 * 1024;
const connectionsMax = 10_000;
/** A connection on which nothing moves for so long is cut; longer than any answer takes. */
const silentMsMax = 300_000;

/** As much of an application as serving needs. */
export type Servable = { readonly fetch: Parameters<typeof getRequestListener>[0] };

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  /** Until when the header of a request must have arrived; `headersMsMax` unless told. */
  readonly headersMs?: number;
};

export type Served = {
  readonly server: Server;
  readonly port: number;
  /** Takes no more connections, lets requests under way finish for so long, then cuts what is left. */
  close(deadlineMs: number): Promise<void>;
};

/** Listens. Port 0 takes any free one. Rejects when the address cannot be had. */
export async function serveApp(app: Servable, options: ServeOptions): Promise<Served> {
  const listener = getRequestListener(app.fetch, {
    hostname: 'localhost',
    errorHandler: (error) => answerUnreadable(error, options.log),
  });
  const active = new Set<ServerResponse>();
  let draining = false;
  const limits = {
    headersTimeout: options.headersMs ?? headersMsMax,
    connectionsCheckingInterval: Math.min(lateCheckMs, options.headersMs ?? lateCheckMs),
    requestTimeout: requestMsMax,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: headerBytesMax,
  };
  // Node would answer a missing Host with an empty body.
  const server = createServer({ ...limits, requireHostHeader: false }, (request, response) => {
    active.add(response);
    response.once('close', () => active.delete(response));
    if (draining) response.setHeader('connection', 'close');
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      return answerNow(response, 'bad_request', 'an HTTP/1.1 request needs a Host header');
    void listener(request, response);
  });
  server.maxConnections = connectionsMax;
  server.timeout = silentMsMax;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerBrokenRequest(error, socket, active));
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    answerNow(response, 'expectation_failed', 'only "Expect: 100-continue" is understood'),
  );
  server.on('connect', (_request, socket) => writeProblem(socket, 'method_not_allowed', 'this is no proxy'));
  const port = await listen(server, options);
  return {
    server,
    port,
    close: async (deadlineMs) => {
      draining = true;
      for (const response of active) if (!response.headersSent) response.setHeader('connection', 'close');
      await closeServer(server, deadlineMs);
    },
  };
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function closeServer(server: Server, deadlineMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function requestProblem(code: ProblemCode, detail: string): Problem {
  return buildProblem(code, detail, `req_${randomUUID()}`);
}

function headersOf(problem: Problem): Record<string, string> {
  return { ...securityHeaders, ...corsHeaders, ...problemHeaders(problem.code), 'x-request-id': problem.request_id };
}

/** What the adapter could make no request of, and what the application did not catch itself. */
function answerUnreadable(error: unknown, log: Log): Response {
  const unreadable = error instanceof RequestError;
  const problem = unreadable
    ? requestProblem('bad_request', error.message)
    : requestProblem('internal_error', 'an unexpected error; the log has it under this request_id');
  if (!unreadable)
    log.error(
      { request_id: problem.request_id, error: error instanceof Error ? error.stack : String(error) },
      'request failed unexpectedly',
    );
  return new Response(JSON.stringify(problem), { status: problem.status, headers: headersOf(problem) });
}

function answerNow(response: ServerResponse, code: ProblemCode, detail: string): void {
  const problem = requestProblem(code, detail);
  const body = JSON.stringify(problem);
  response
    .writeHead(problem.status, {
      ...headersOf(problem),
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    })
    .end(body);
}

/** What Node's own parser refuses reaches no application: the answer is written to the socket by hand. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, active: Iterable<ServerResponse>): void {
  // In the middle of another answer there is no room for this one.
  const busy = [...active].some((response) => response.socket === socket && response.headersSent);
  if (error.code === 'ECONNRESET' || !socket.writable || busy) {
    socket.destroy();
    return;
  }
  const [code, detail] = whatBroke(error.code);
  writeProblem(socket, code, detail);
}

function whatBroke(errorCode: string | undefined): [ProblemCode, string] {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers_too_large', `the request line and header fields may have ${headerBytesMax} bytes`];
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return ['body_too_large', 'the chunk extensions are too large'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request_timeout', 'the request took too long to arrive'];
    default:
      return ['bad_request', 'this is not HTTP'];
  }
}

function writeProblem(socket: Duplex, code: ProblemCode, detail: string): void {
  const problem = requestProblem(code, detail);
  const body = JSON.stringify(problem);
  const fields = {
    ...headersOf(problem),
    date: new Date().toUTCString(),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
  ];
  // A client that neither reads nor goes away must not keep the connection.
  const late = setTimeout(() => socket.destroy(), lingerMsMax);
  late.unref();
  socket.once('close', () => clearTimeout(late));
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
