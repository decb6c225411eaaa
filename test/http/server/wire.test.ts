import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { headersMsMax, lateCheckMs, lingerMsMax, serveApp } from '../../../src/http/server/serve.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { makeClient } from '../../support/http-client.ts';

let world: ApiWorld;
let draining = false;
beforeAll(async () => {
  world = await openApiWorld({ http: { isDraining: () => draining } });
});
afterAll(() => world.close());

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** Sends bytes as they are and reads until the server closes the connection. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

describe('an invalid HTTP request', () => {
  const long = 'x'.repeat(20_000);
  test.each([
    ['garbage', 'hello there\r\n\r\n', 400, 'bad_request'],
    ['bytes of another protocol', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000', 400, 'bad_request'],
    ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
    ['an invalid Host', 'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
    ['a header with a control character', 'GET / HTTP/1.1\r\nHost: x\r\nX: \u0001\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST /v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'bad_request',
    ],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${long}\r\n\r\n`, 431, 'headers_too_large'],
    ['an endless URL', `GET /${long} HTTP/1.1\r\nHost: x\r\n\r\n`, 431, 'headers_too_large'],
    [
      'an expectation',
      'POST /v1/predictions HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
      417,
      'expectation_failed',
    ],
    ['a proxy request', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 405, 'method_not_allowed'],
  ])('gets a problem response: %s', async (_what, text, status, code) => {
    const answer = await sendRaw(world.port, text);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    const problem = JSON.parse(body);
    expect(problem).toMatchObject({ status, code, request_id: expect.stringMatching(/^req_/) });
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.request_id}`);
  });

  test.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'request_timeout'],
    ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413, 'body_too_large'],
  ])('gets a problem response when the parser reports %s', async (errorCode, status, code) => {
    const served = await serveApp({ fetch: () => new Response('') }, { host: '127.0.0.1', port: 0, log: quiet });
    const socket = new PassThrough();
    served.server.emit('clientError', Object.assign(new Error(errorCode), { code: errorCode }), socket);
    const [head = '', body = ''] = String(Buffer.concat(await socket.toArray())).split('\r\n\r\n');
    await served.close(1000);
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({ status, code });
  });

  test('does not disturb the server', async () => {
    expect((await world.anyone('GET /healthz')).json).toEqual({ status: 'ok', version: '0.0.0' });
    expect(await sendRaw(world.port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('a request id', () => {
  test('is taken from the caller, echoed and logged with the trace', async () => {
    const headers = {
      'x-request-id': 'abc-123:x',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    };
    const answer = await world.anyone('GET /v1/predictions/nothing', { headers });
    expect([answer.headers['x-request-id'], answer.json.request_id]).toEqual(['abc-123:x', 'abc-123:x']);
    expect(world.log.at(-1)?.fields).toMatchObject({
      request_id: 'abc-123:x',
      traceparent: headers.traceparent,
      status: 404,
      method: 'GET',
    });
  });

  test.each(['has space', 'é', 'x'.repeat(129), '<script>'])('like %s is replaced', async (id) => {
    const answer = await world.anyone('GET /healthz', {
      headers: { 'x-request-id': encodeURI(id) === id ? id : Buffer.from(id).toString('latin1') },
    });
    expect(answer.headers['x-request-id']).toMatch(/^req_/);
  });
});

test('every response has the security headers and a Cache-Control', async () => {
  await recordClaim(world, { slug: 'any' });
  for (const target of [
    'GET /v1/predictions',
    'GET /v1/predictions/any',
    'GET /v1/nothing',
    'POST /v1/predictions',
    'GET /',
    'GET /docs',
    'GET /openapi.json',
    'OPTIONS /v1/predictions',
    'GET /readyz',
  ]) {
    const { headers } = await world.anyone(target);
    expect({ target, ...headers }).toMatchObject({
      target,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect([target, headers['cache-control']]).toEqual([target, expect.stringMatching(/./)]);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; /);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-request-id']).toMatch(/^req_/);
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toBe(
      'ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed, Deprecation, Sunset',
    );
  }
});

test('OPTIONS returns the methods, with and without a preflight', async () => {
  const answer = await world.anyone('OPTIONS /v1/predictions/any', {
    headers: { origin: 'https://example.com', 'access-control-request-method': 'PATCH' },
  });
  expect([answer.status, answer.headers.allow, answer.headers['access-control-allow-methods']]).toEqual([
    204,
    'GET, HEAD, PATCH, DELETE, OPTIONS',
    'GET, HEAD, PATCH, DELETE, OPTIONS',
  ]);
  expect(answer.headers['access-control-allow-headers']).toContain('If-Match');
  expect((await world.anyone('OPTIONS /nothing')).status).toBe(404);
});

test('without pages the front page redirects to the API reference', async () => {
  const answer = await createApp({ ...world.http, services: { ...world.deps, hasPages: false } }).request('/');
  expect([answer.status, answer.headers.get('location')]).toEqual([302, 'docs']);
});

test('readiness reports feeds and disabled endpoints, and fails only while the process stops', async () => {
  await world.admin('POST /v1/feeds', { json: { slug: 'never-read', adapter: 'ledger' } });
  await world.admin('POST /v1/webhook-endpoints', { json: { url: 'https://hooks.example.com', status: 'disabled' } });
  expect((await world.anyone('GET /readyz')).json).toMatchObject({
    ready: true,
    draining: false,
    database: 'ok',
    migrations: 'ok',
    feeds: [{ slug: 'never-read', health: 'never', watermark: null }],
    webhook_endpoints_disabled: { gone: 0, failing: 0, manual: 1 },
  });
  draining = true;
  const answer = await world.anyone('GET /readyz');
  draining = false;
  expect([answer.status, answer.headers['content-type'], answer.headers['retry-after']]).toEqual([
    503,
    'application/problem+json',
    '2',
  ]);
  expect(answer.json).toMatchObject({ code: 'service_unavailable', ready: false, draining: true, database: 'ok' });
});

test('an unexpected error is logged with its request id and reveals nothing in the response', async () => {
  const broken = {
    ...world.deps,
    now: () => {
      throw new Error('a secret of the inside');
    },
  };
  const lines: object[] = [];
  const log = { ...quiet, error: (fields: object) => void lines.push(fields) };
  const app = createApp({ ...world.http, services: broken, log });
  const served = await serveApp(app, { host: '127.0.0.1', port: 0, log });
  const answer = await makeClient(`http://127.0.0.1:${served.port}`, {})('GET /v1/feeds');
  await served.close(1000);
  expect(answer.json).toMatchObject({
    status: 500,
    code: 'internal_error',
    request_id: answer.headers['x-request-id'],
  });
  expect(answer.text).not.toContain('secret');
  expect(lines).toMatchObject([
    { request_id: answer.json.request_id, error: expect.stringContaining('a secret of the inside') },
  ]);
});

/** Resolves when a condition holds that another turn of the event loop brings about. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a client that disconnects during a body is not logged as a bug', async () => {
  const lines = world.log.length;
  const socket = connect(world.port, '127.0.0.1');
  socket.write(
    `POST /v1/predictions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"statement"`,
    () => socket.destroy(),
  );
  await until(() => world.log.length > lines);
  expect(world.log.slice(lines)).toMatchObject([{ level: 'info', fields: { status: 400 } }]);
});

describe('a client that never completes its headers', () => {
  test('gets a 408, and two hundred of them do not block other clients', async () => {
    const served = await serveApp(createApp(world.http), { host: '127.0.0.1', port: 0, log: quiet, headersMs: 300 });
    const client = makeClient(`http://127.0.0.1:${served.port}`, {});
    const slow = Array.from({ length: 200 }, () =>
      sendRaw(served.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    );
    for (let count = 0; count < 20; count += 1) expect((await client('GET /healthz')).status).toBe(200);
    const answers = await Promise.all(slow);
    expect(answers.filter((answer) => !answer.startsWith('HTTP/1.1 408 '))).toEqual([]);
    await served.close(1000);
  });

  test('is disconnected even if it keeps its side of the connection open', async () => {
    const served = await serveApp(createApp(world.http), { host: '127.0.0.1', port: 0, log: quiet, headersMs: 100 });
    // Keeps its half of the connection open whatever the server does with the other.
    const socket = connect({ port: served.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    socket.resume();
    socket.write('GET /healthz HTTP/1.1\r\n');
    const [peer] = await once(served.server, 'connection');
    await once(peer, 'close');
    socket.destroy();
    await served.close(1000);
  });

  test('is disconnected within ten seconds', () => {
    expect(headersMsMax + lateCheckMs + lingerMsMax).toBeLessThanOrEqual(10_000);
  });
});

describe('closing', () => {
  /** An application whose answers come when they are let go. */
  function slowApp() {
    const waiting: (() => void)[] = [];
    const fetch = () => new Promise<Response>((resolve) => waiting.push(() => resolve(new Response('done'))));
    return { app: { fetch }, arrived: () => waiting.length, letGo: () => void waiting.map((go) => go()) };
  }

  test('lets a running request finish, then closes its connection and accepts no new one', async () => {
    const { app, arrived, letGo } = slowApp();
    const served = await serveApp(app, { host: '127.0.0.1', port: 0, log: quiet });
    const client = makeClient(`http://127.0.0.1:${served.port}`, { connection: 'keep-alive' });
    const answer = client('GET /slow');
    await until(() => arrived() === 1);
    const closed = served.close(10_000);
    await expect(client('GET /late')).rejects.toThrow(/ECONNREFUSED/);
    letGo();
    expect(await answer).toMatchObject({ status: 200, text: 'done', headers: { connection: 'close' } });
    await closed;
  });

  test('aborts requests that miss the deadline, and closes idle connections at once', async () => {
    const { app, arrived } = slowApp();
    const served = await serveApp(app, { host: '127.0.0.1', port: 0, log: quiet });
    const idle = connect(served.port, '127.0.0.1');
    await once(idle, 'connect');
    const stuck = request({ port: served.port, host: '127.0.0.1', path: '/stuck' });
    const failure = once(stuck, 'error');
    stuck.end();
    await until(() => arrived() === 1);
    await served.close(50);
    expect(String(await failure)).toMatch(/ECONNRESET|hang up/);
  });

  test('a port in use is an error', async () => {
    await expect(serveApp(slowApp().app, { host: '127.0.0.1', port: world.port, log: quiet })).rejects.toThrow(
      /port \d+ of 127\.0\.0\.1 is in use by another program/,
    );
  });
});
