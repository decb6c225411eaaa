import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { makeClient } from '../../src/net/client.ts';
import { type PostSettings, postWebhook, responseBytesMax } from '../../src/net/post-webhook.ts';
import { loopbackOnly, serveHttp, serveRaw } from './loopback.ts';

const never = new AbortController().signal;
const now = Date.UTC(2026, 10, 22, 12);

function settingsWith(exchangeMsMax = 5000): PostSettings {
  const client = makeClient({ userAgent: 'outturn-test', allow: loopbackOnly, connectionsPerOriginMax: null });
  return { client, rules: { allow: loopbackOnly, httpsOnly: false }, exchangeMsMax, now: () => now };
}

const settings = settingsWith();
const ask = (url: string) => ({
  url,
  headers: { 'content-type': 'application/json', 'webhook-id': 'evt_1' },
  body: '{"é":1}',
});
const post = (url: string, exchangeMsMax?: number) =>
  postWebhook(exchangeMsMax === undefined ? settings : settingsWith(exchangeMsMax), ask(url), never);

test('the body is sent unchanged, and the request asks for an uncompressed response', async () => {
  const origin = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        const {
          'webhook-id': id,
          'accept-encoding': coding,
          'user-agent': agent,
          'content-length': size,
        } = request.headers;
        response.end(JSON.stringify([request.method, id, coding, agent, size, Buffer.concat(chunks).toString()]));
      });
  });
  const outcome = await post(`${origin}/hook`);
  expect(outcome).toMatchObject({ status: 200, errorClass: null, detail: null, retryAfterMs: null });
  expect(JSON.parse(outcome.response?.body ?? '')).toEqual([
    'POST',
    'evt_1',
    'identity',
    'outturn-test',
    '8',
    '{"é":1}',
  ]);
});

describe('a response with status', () => {
  it.each([
    [200, null],
    [201, null],
    [204, null],
    [400, 'bad_status'],
    [401, 'bad_status'],
    [404, 'bad_status'],
    [410, 'gone'],
    [429, 'throttled'],
    [500, 'bad_status'],
    [502, 'bad_status'],
    [503, 'bad_status'],
    [504, 'bad_status'],
  ])('%i is recorded with its status', async (status, errorClass) => {
    const origin = await serveHttp((_request, response) => response.writeHead(status).end());
    expect(await post(origin)).toMatchObject({ status, errorClass });
  });

  it.each([301, 302, 303, 307, 308])('a redirect with status %i is recorded and not followed', async (status) => {
    let visited = 0;
    const second = await serveHttp((_request, response) => {
      visited += 1;
      response.end();
    });
    const origin = await serveHttp((_request, response) => response.writeHead(status, { location: second }).end());
    expect(await post(origin)).toMatchObject({ status, errorClass: 'redirect' });
    expect(visited).toBe(0);
  });
});

describe('Retry-After is honoured for every status', () => {
  it.each([
    [429, '120', 120_000],
    [503, '120.1', 121_000],
    [500, 'Sun, 22 Nov 2026 12:10:00 GMT', 600_000],
    [200, '7', 7000],
    [503, 'Sun, 22 Nov 2026 11:00:00 GMT', 0],
    [429, '99999999', 86_400_000],
    [429, 'invalid', null],
    [429, null, null],
  ])('%i with %s', async (status, value, retryAfterMs) => {
    const headers = value === null ? {} : { 'retry-after': value };
    const origin = await serveHttp((_request, response) => response.writeHead(status, headers).end());
    expect(await post(origin)).toMatchObject({ status, retryAfterMs });
  });
});

describe('a hostile receiver', () => {
  it('that never responds is disconnected at the deadline', async () => {
    const origin = await serveRaw(() => {});
    expect(await post(origin, 60)).toMatchObject({ status: null, errorClass: 'timeout', response: null });
  });

  it('that sends its headers slowly is disconnected at the deadline', async () => {
    const origin = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await post(origin, 100)).toMatchObject({ status: null, errorClass: 'timeout' });
  });

  it('that sends 2xx and then a slow, endless body has succeeded, with a note about the body', async () => {
    const origin = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const outcome = await post(origin, 100);
    expect(outcome).toMatchObject({ status: 200, errorClass: null, response: { truncated: true } });
    expect(outcome.detail).toContain('did not end in time');
  });

  it('that floods is disconnected at the size limit', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    let sent = 0;
    const origin = await serveRaw((socket) => {
      closed = new Promise((resolve) => socket.on('close', resolve));
      const chunk = `${'y'.repeat(65_536)}`;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 300000000\r\n\r\n');
      const more = () => {
        for (let ok = true; ok && !socket.destroyed && sent < 300e6; sent += chunk.length) ok = socket.write(chunk);
      };
      socket.on('drain', more);
      more();
    });
    const outcome = await post(origin);
    expect(outcome).toMatchObject({ status: 200, errorClass: null, response: { truncated: true } });
    expect(outcome.response?.body).toHaveLength(responseBytesMax);
    await closed;
    expect(sent).toBeLessThan(50e6);
  });

  it('that sends a body of exactly the limit is read completely', async () => {
    const sizes = [responseBytesMax, responseBytesMax + 1];
    for (const [index, truncated] of [false, true].entries()) {
      const origin = await serveHttp((_request, response) => response.end('z'.repeat(sizes[index] ?? 0)));
      expect((await post(origin)).response).toEqual({ body: 'z'.repeat(responseBytesMax), truncated });
    }
  });

  it('that sends a gzip bomb is not decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const origin = await serveHttp((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const { status, response } = await post(origin);
    expect(status).toBe(200);
    expect(response?.truncated).toBe(true);
    expect(response?.body).toMatch(/^\(\d+ bytes with content coding gzip, not decoded\)$/);
  });

  it('that sends NUL, invalid UTF-8 or non-ASCII headers can still be recorded', async () => {
    const origin = await serveRaw((socket) =>
      socket.end(
        Buffer.concat([
          Buffer.from('HTTP/1.1 500 Ä\xff\r\nx-odd: \xff\xfe\xc3\r\nconnection: close\r\n\r\n', 'latin1'),
          Buffer.from([0x61, 0x00, 0xff, 0xc3, 0x28, 0x62]),
        ]),
      ),
    );
    const outcome = await post(origin);
    expect(outcome).toMatchObject({ status: 500, errorClass: 'bad_status' });
    expect(outcome.response?.body).toBe('a\uFFFD\uFFFD\uFFFD(b');
  });

  it.each([
    ['resets the connection', null, 'reset'],
    ['closes the connection without a response', '', 'reset'],
    ['speaks another protocol', '-ERR unknown command\r\n', 'protocol'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\n${'x-flood: 0123456789\r\n'.repeat(10_000)}`, 'too_large'],
    ['answers 101', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 'reset'],
    ['answers 100 again and again', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000), 'reset'],
    [
      'sends two conflicting lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      'reset',
    ],
  ])('that %s counts as one failed attempt', async (_what, answer, errorClass) => {
    const origin = await serveRaw((socket) => (answer === null ? socket.resetAndDestroy() : socket.end(answer)));
    expect(await post(origin)).toMatchObject({ status: null, errorClass });
  });

  it('that sends 103 for ever is disconnected at the deadline', async () => {
    const origin = await serveRaw((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await post(origin, 100)).toMatchObject({ status: null, errorClass: 'timeout' });
  });

  it('whose body is truncated after 2xx has succeeded, with a note about the body', async () => {
    const origin = await serveRaw((socket) => socket.end('HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nhalf'));
    const outcome = await post(origin);
    expect(outcome).toMatchObject({ status: 202, errorClass: null, response: { body: 'half', truncated: true } });
    expect(outcome.detail).toContain('was truncated');
  });
});

describe('an unreachable address', () => {
  it('is reported as refused, unknown or forbidden, each with its own error class', async () => {
    expect(await post(`http://127.0.0.1:${await findFreePort()}/`)).toMatchObject({ errorClass: 'connect' });
    expect(await post('http://127.0.0.1:9/')).toMatchObject({ errorClass: 'bad_url' });
    expect(await post('http://10.0.0.1:8080/')).toMatchObject({ errorClass: 'refused_address' });
    const nameless: PostSettings = {
      ...settings,
      client: makeClient({
        userAgent: 'outturn-test',
        lookup: (_name, _options, callback) =>
          callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []),
      }),
    };
    expect(await postWebhook(nameless, ask('http://nowhere.example/'), never)).toMatchObject({ errorClass: 'dns' });
  });
});

test('an attempt stopped by the sender is reported as such, before and during the request', async () => {
  expect(await postWebhook(settings, ask('http://127.0.0.1:3000/'), AbortSignal.abort())).toMatchObject({
    errorClass: 'stopped',
  });
  const stop = new AbortController();
  const origin = await serveRaw(() => stop.abort());
  expect(await postWebhook(settings, ask(origin), stop.signal)).toMatchObject({ errorClass: 'stopped', status: null });
});

/** A port on which nobody listens any more. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server always has an address record.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
