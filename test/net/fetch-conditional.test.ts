import { brotliCompressSync, gzipSync } from 'node:zlib';
import { MockAgent } from 'undici';
import { describe, expect, it } from 'vitest';
import { type Client, makeClient } from '../../src/net/client.ts';
import { fetchConditional } from '../../src/net/fetch-conditional.ts';
import { loopbackOnly, serveHttp, serveRaw } from './loopback.ts';

const client = makeClient({ userAgent: 'outturn-test', allow: loopbackOnly });

describe('a response with a document', () => {
  it('is returned with its validators, content type and URL, whatever the type is', async () => {
    const origin = await serveHttp((_request, response) => {
      response.writeHead(200, {
        etag: 'W/"7"',
        'last-modified': 'Sun, 22 Nov 2026 12:00:00 GMT',
        'content-type': 'text/html',
      });
      response.end('<p>é</p>');
    });
    expect(await fetchConditional(client, { url: `${origin}/a?b=c#d` })).toEqual({
      kind: 'ok',
      status: 200,
      bytes: Buffer.from('<p>é</p>'),
      etag: 'W/"7"',
      lastModified: 'Sun, 22 Nov 2026 12:00:00 GMT',
      contentType: 'text/html',
      link: null,
      finalUrl: `${origin}/a?b=c#d`,
    });
  });

  it.each([
    ['gzip', gzipSync('[1]')],
    ['br', brotliCompressSync('[1]')],
    ['GZIP', gzipSync('[1]')],
    ['identity', Buffer.from('[1]')],
  ])('is decoded from %s', async (coding, body) => {
    const origin = await serveHttp((_request, response) =>
      response.writeHead(200, { 'content-encoding': coding }).end(body),
    );
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ kind: 'ok', bytes: Buffer.from('[1]') });
  });

  it('is requested with the headers of the caller, the client and the stored copy', async () => {
    const seen: Record<string, unknown>[] = [];
    const origin = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    await fetchConditional(client, {
      url: origin,
      etag: '"1"',
      lastModified: 'Sun, 22 Nov 2026 12:00:00 GMT',
      headers: { accept: 'application/json', authorization: 'Bearer k' },
    });
    expect(seen[0]).toMatchObject({
      accept: 'application/json',
      authorization: 'Bearer k',
      'user-agent': 'outturn-test',
      'accept-encoding': 'gzip, br',
      'if-none-match': '"1"',
      'if-modified-since': 'Sun, 22 Nov 2026 12:00:00 GMT',
    });
  });

  it('loses a validator that could not be sent as a header', async () => {
    const origin = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\netag: "\u20ac"\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ kind: 'ok', etag: null });
  });
});

describe('a response without a document', () => {
  it('is not_modified for a 304, with the updated validators', async () => {
    const origin = await serveHttp((_request, response) => response.writeHead(304, { etag: '"2"' }).end());
    expect(await fetchConditional(client, { url: origin, etag: '"1"', lastModified: 'then' })).toEqual({
      kind: 'not_modified',
      etag: '"2"',
      lastModified: 'then',
    });
  });

  it('is a failure for a 304 to an unconditional request', async () => {
    const origin = await serveHttp((_request, response) => response.writeHead(304).end());
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ reason: 'bad_status', status: 304 });
  });

  it.each([201, 204, 206, 300, 400, 401, 403, 404, 410, 500])('is a failure for %i', async (status) => {
    const origin = await serveHttp((_request, response) => response.writeHead(status).end());
    const outcome = await fetchConditional(client, { url: origin });
    expect(outcome).toEqual({
      kind: 'failed',
      reason: 'bad_status',
      status,
      detail: `the server returned status ${status}`,
    });
  });

  it.each([
    [429, '120', 120_000],
    [503, '999999999', 86_400_000],
  ])('with status %i reports the requested delay', async (status, value, retryAfterMs) => {
    const origin = await serveHttp((_request, response) => response.writeHead(status, { 'retry-after': value }).end());
    expect(await fetchConditional(client, { url: origin })).toMatchObject({
      reason: 'bad_status',
      status,
      retryAfterMs,
    });
  });
});

describe('a redirect', () => {
  const hops = (count: number) =>
    serveHttp((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop >= count) response.end('there');
      else response.writeHead(302, { location: `/${hop + 1}` }).end('x'.repeat(100_000));
    });

  it('is followed up to three times', async () => {
    const origin = await hops(3);
    expect(await fetchConditional(client, { url: `${origin}/0` })).toMatchObject({
      kind: 'ok',
      finalUrl: `${origin}/3`,
    });
  });

  it('is not followed a fourth time, so a loop ends', async () => {
    const origin = await hops(Number.POSITIVE_INFINITY);
    expect(await fetchConditional(client, { url: `${origin}/0` })).toMatchObject({ reason: 'too_many_redirects' });
  });

  it.each([
    ['http://10.0.0.1/', 'refused_address'],
    ['http://[::1]/', 'refused_address'],
    ['//127.0.0.2/', 'refused_address'],
    ['http://2130706434/', 'refused_address'],
    ['ftp://feed.example/', 'bad_redirect'],
    ['file:///etc/passwd', 'bad_redirect'],
    ['http://user:secret@127.0.0.1/', 'bad_redirect'],
    ['http://', 'bad_redirect'],
  ])('to %s fails with %s', async (location, reason) => {
    const origin = await serveHttp((_request, response) => response.writeHead(301, { location }).end());
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ kind: 'failed', reason });
  });

  it('without a location is a failure', async () => {
    const origin = await serveHttp((_request, response) => response.writeHead(307).end());
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ reason: 'bad_redirect', status: 307 });
  });

  it('from https to http is rejected', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    dispatcher
      .get('https://feed.example')
      .intercept({ path: '/' })
      .reply(302, '', { headers: { location: 'http://feed.example/' } });
    const fake: Client = { ...client, dispatcher };
    expect(await fetchConditional(fake, { url: 'https://feed.example/' })).toMatchObject({ reason: 'bad_redirect' });
  });

  it('to another origin drops credentials and validators, and within the origin keeps them', async () => {
    const seen: Record<string, unknown>[] = [];
    const other = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const origin = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.writeHead(302, { location: request.url === '/a' ? '/b' : `${other}/` }).end();
    });
    const headers = { accept: 'application/json', authorization: 'Bearer k', 'x-api-key': 'k', cookie: 'k=k' };
    await fetchConditional(client, { url: `${origin}/a`, etag: '"1"', headers });
    const kept = ['accept', 'authorization', 'x-api-key', 'cookie', 'if-none-match'];
    expect(seen.map((sent) => kept.filter((name) => name in sent))).toEqual([kept, kept, ['accept']]);
  });
});

describe('the caller', () => {
  it('receives its own abort reason, before or during the request', async () => {
    const reason = new Error('the process stops');
    await expect(
      fetchConditional(client, { url: 'http://127.0.0.1/', signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const controller = new AbortController();
    const origin = await serveRaw(() => controller.abort(reason));
    await expect(fetchConditional(client, { url: origin, signal: controller.signal })).rejects.toBe(reason);
  });

  it('receives an exception for its own mistakes', async () => {
    const origin = await serveRaw((socket) => socket.end());
    await expect(fetchConditional(client, { url: origin, headers: { 'x-bad': 'a\nb' } })).rejects.toThrow('x-bad');
  });
});
