import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeClient } from '../../src/net/client.ts';
import { fetchConditional } from '../../src/net/fetch-conditional.ts';
import { loopbackOnly, serveHttp, serveRaw } from './loopback.ts';

const client = makeClient({ userAgent: 'outturn-test', allow: loopbackOnly });

describe('a hostile or broken server', () => {
  it('is disconnected at the size limit if its body never ends', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let sent = 0;
    const wire = new EventEmitter();
    const closed = once(wire, 'closed');
    const origin = await serveHttp((_request, response) => {
      const writeOn = () => {
        do sent += chunk.length;
        while (sent < 300e6 && !response.destroyed && response.write(chunk));
      };
      response.on('drain', writeOn).on('close', () => wire.emit('closed'));
      writeOn();
    });
    const outcome = await fetchConditional(client, { url: origin, limits: { bodyBytesMax: 2_000_000 } });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'too_large', status: 200 });
    await closed;
    // The cap, and what the buffers of kernel and streams hold beside it.
    expect(sent).toBeGreaterThan(2_000_000);
    expect(sent).toBeLessThan(40e6);
  });

  it('is disconnected at once if it announces a body above the size limit', async () => {
    const origin = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 300000000\r\n\r\n'));
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ reason: 'too_large' });
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
  ])('is disconnected at the limit if a small %s body unpacks to a large one', async (coding, bomb) => {
    expect(bomb.length).toBeLessThan(100_000);
    const origin = await serveHttp((_request, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(bomb),
    );
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ reason: 'too_large' });
  });

  it('may send a body of exactly the limit', async () => {
    const origin = await serveHttp((_request, response) => response.end('12345'));
    expect(await fetchConditional(client, { url: origin, limits: { bodyBytesMax: 5 } })).toMatchObject({ kind: 'ok' });
    expect(await fetchConditional(client, { url: origin, limits: { bodyBytesMax: 4 } })).toMatchObject({
      reason: 'too_large',
    });
  });

  it('is disconnected at the deadline if it sends slowly', async () => {
    let timer: NodeJS.Timeout | undefined;
    const origin = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const outcome = await fetchConditional(client, { url: origin, limits: { exchangeMsMax: 100 } });
    expect(outcome).toEqual({ kind: 'failed', reason: 'timeout', detail: 'not finished after 100 ms' });
  });

  it('is abandoned at the deadline if it never responds, or if its name never resolves', async () => {
    const origin = await serveRaw(() => {});
    const limits = { exchangeMsMax: 50 };
    expect(await fetchConditional(client, { url: origin, limits })).toMatchObject({ reason: 'timeout' });
    const deaf = makeClient({ userAgent: 'outturn-test', lookup: () => {} });
    expect(await fetchConditional(deaf, { url: 'http://feed.example/', limits })).toMatchObject({ reason: 'timeout' });
  });

  it.each([
    ['a body shorter than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n[1,2', 'reset'],
    ['a chunked body without its end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n[1,2\r\n', 'reset'],
    ['a connection closed without a response', '', 'reset'],
    ['a status line of another protocol', '-ERR unknown command\r\n', 'protocol'],
    ['a status line with a bad code', 'HTTP/1.1 abc OK\r\n\r\n', 'protocol'],
    ['a bad chunk length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'protocol'],
    ['an endless header section', `HTTP/1.1 200 OK\r\n${'x-flood: 0123456789\r\n'.repeat(10_000)}`, 'too_large'],
    ['one endless header', `HTTP/1.1 200 OK\r\nx-flood: ${'x'.repeat(100_000)}`, 'too_large'],
    [
      'a content coding that was not requested',
      'HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 0\r\n\r\n',
      'protocol',
    ],
    ['a chain of codings', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip, gzip\r\ncontent-length: 0\r\n\r\n', 'protocol'],
    ['invalid gzip data', 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd', 'protocol'],
    [
      'an unrequested protocol upgrade',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'reset',
    ],
  ])('that sends %s is a failure', async (_what, answer, reason) => {
    const origin = await serveRaw((socket) => socket.end(answer));
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ kind: 'failed', reason });
  });

  it('that sends a truncated gzip body is a failure', async () => {
    const half = gzipSync('[1,2,3,4,5,6,7]').subarray(0, 20);
    const origin = await serveHttp((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(half),
    );
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ reason: 'protocol' });
  });

  it('that resets the connection is a failure', async () => {
    const origin = await serveRaw((socket) => socket.resetAndDestroy());
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ reason: 'reset' });
  });

  it('that is unreachable is a failure', async () => {
    const closed = `http://127.0.0.1:${await findFreePort()}`;
    expect(await fetchConditional(client, { url: closed })).toMatchObject({ reason: 'connect' });
  });

  it('that does not speak TLS on an https URL is a failure', async () => {
    const origin = await serveHttp((_request, response) => response.end());
    expect(await fetchConditional(client, { url: origin.replace('http:', 'https:') })).toMatchObject({ reason: 'tls' });
  });
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
