import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Log } from '../../services/deps.ts';
import { buildProblem, type Problem, type ProblemCode, problemHeaders } from '../operation/errors.ts';
import { corsHeaders, securityHeaders } from '../operation/headers.ts';
import { listen } from './listen.ts';

/** Time limit for the header of a request to arrive. */
export const headersMsMax = 6000;
/** How often that limit is checked. */
export const lateCheckMs = 1000;
/** How long the client may take to close a connection after an error response. */
export const lingerMsMax = 1000;
/** Time limit for a whole request to arrive: enough for 32 MiB over a slow connection. */
const requestMsMax = 180_000;
/** How long an idle connection stays open: longer than the idle timeout of load balancers. */
const keepAliveMs = 65_000;
/** Size limit of the request line and all header fields together. */
export const headerBytesMax = 16 * 1024;
const connectionsMax = 10_000;
/** A connection without traffic for this long is closed. Longer than any response takes. */
const silentMsMax = 300_000;

/** The part of an application that serving needs. */
export type Servable = { readonly fetch: Parameters<typeof getRequestListener>[0] };

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  /** Time limit for the header of a request. Default: `headersMsMax`. */
  readonly headersMs?: number;
};

export type Served = {
  readonly server: Server;
  readonly port: number;
  /** Accepts no more connections, waits at most `deadlineMs` for running requests, then closes all connections. */
  close(deadlineMs: number): Promise<void>;
};

/** Starts listening. Port 0 picks a free port. Rejects if the address is not available. */
export async function serveApp(app: Servable, options: ServeOptions): Promise<Served> {
  const listener = getRequestListener(app.fetch, {
    hostname: 'localhost',
    errorHandler: (error) => respondToUnreadable(error, options.log),
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
  // Checked below, because Node's own response to a missing Host has no body.
  const server = createServer({ ...limits, requireHostHeader: false }, (request, response) => {
    active.add(response);
    response.once('close', () => active.delete(response));
    if (draining) response.setHeader('connection', 'close');
    if (request.headers.host === undefined && request.httpVersion === '1.1')
      return sendProblem(response, 'bad_request', 'an HTTP/1.1 request needs a Host header');
    void listener(request, response);
  });
  server.maxConnections = connectionsMax;
  server.timeout = silentMsMax;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => respondToBrokenRequest(error, socket, active));
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) =>
    sendProblem(response, 'expectation_failed', 'only "Expect: 100-continue" is supported'),
  );
  server.on('connect', (_request, socket) => writeProblem(socket, 'method_not_allowed', 'this server is not a proxy'));
  const port = await listen(server, options, 'PORT');
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

/** Responds to what the adapter could not parse as a request, and to errors that the application did not catch. */
function respondToUnreadable(error: unknown, log: Log): Response {
  const unreadable = error instanceof RequestError;
  const problem = unreadable
    ? requestProblem('bad_request', error.message)
    : requestProblem('internal_error', 'an unexpected error occurred; the log contains it under this request_id');
  if (!unreadable)
    log.error(
      { request_id: problem.request_id, error: error instanceof Error ? error.stack : String(error) },
      'request failed unexpectedly',
    );
  return new Response(JSON.stringify(problem), { status: problem.status, headers: headersOf(problem) });
}

function sendProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
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

/** Responds to what Node's parser rejects, directly on the socket, because it never reaches the application. */
function respondToBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex, active: Iterable<ServerResponse>): void {
  // A response cannot be written into the middle of another one.
  const busy = [...active].some((response) => response.socket === socket && response.headersSent);
  if (error.code === 'ECONNRESET' || !socket.writable || busy) {
    socket.destroy();
    return;
  }
  const [code, detail] = describeParserError(error.code);
  writeProblem(socket, code, detail);
}

function describeParserError(errorCode: string | undefined): [ProblemCode, string] {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers_too_large', `the request line and header fields must have at most ${headerBytesMax} bytes`];
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return ['body_too_large', 'the chunk extensions are too large'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request_timeout', 'the request took too long to arrive'];
    default:
      return ['bad_request', 'the request is not valid HTTP'];
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
  // A client that neither reads nor disconnects must not keep the connection open.
  const late = setTimeout(() => socket.destroy(), lingerMsMax);
  late.unref();
  socket.once('close', () => clearTimeout(late));
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
