import { randomBytes } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { makeClient, pieceBytesMax } from '../../src/net/client.ts';
import { fetchConditional } from '../../src/net/fetch-conditional.ts';
import { loopbackOnly, serveHttp, serveRaw } from './loopback.ts';

const userAgent = 'outturn-test';

/** Name resolution from a list of answers, one per call; the last one stays. */
function fakeLookup(...answers: readonly (readonly string[])[]): { lookup: LookupFunction; names: string[] } {
  const names: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    const addresses = answers[Math.min(names.length, answers.length - 1)] ?? [];
    names.push(hostname);
    const list: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, list);
    else callback(null, list[0]?.address ?? '', list[0]?.family);
  };
  return { lookup, names };
}

const inside = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '0',
  '0.0.0.0',
  '10.0.0.1',
  '169.254.169.254',
  '168.63.129.16',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[2002:7f00:1::]',
  '[fd00::1]',
  '[fe80::1]',
];

describe('a client without an allow list', () => {
  it.each(inside)('rejects the host %s before it sends anything', async (host) => {
    let hits = 0;
    const origin = await serveHttp((_request, response) => {
      hits += 1;
      response.end('secret');
    });
    const url = `http://${host}:${new URL(origin).port}/`;
    const outcome = await fetchConditional(makeClient({ userAgent }), { url });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'refused_address' });
    expect(hits).toBe(0);
  });

  it('rejects localhost as resolved by the system', async () => {
    const origin = await serveHttp((_request, response) => response.end('secret'));
    const url = origin.replace('127.0.0.1', 'localhost');
    expect(await fetchConditional(makeClient({ userAgent }), { url })).toMatchObject({ reason: 'refused_address' });
  });

  it.each([[['10.0.0.1']], [['::1']], [['::ffff:127.0.0.1']], [['93.184.215.14', '127.0.0.1']], [['nonsense']]])(
    'rejects a name that resolves to %s',
    async (addresses) => {
      const { lookup, names } = fakeLookup(addresses);
      const outcome = await fetchConditional(makeClient({ userAgent, lookup }), { url: 'http://feed.example/' });
      expect(outcome).toMatchObject({ kind: 'failed', reason: 'refused_address' });
      expect(names).toEqual(['feed.example']);
    },
  );

  it('reports a dns error for a name without an address', async () => {
    const client = makeClient({ userAgent, lookup: fakeLookup([]).lookup });
    expect(await fetchConditional(client, { url: 'http://feed.example/' })).toMatchObject({ reason: 'dns' });
  });

  it.each([
    'feed.example/x',
    'ftp://feed.example/',
    'file:///etc/passwd',
    'data:text/plain,x',
    'http://user:secret@feed.example/',
    'http://user@feed.example/',
    'http://feed.example:0/',
    'http://feed.example:99999/',
    'http://',
    `http://feed.example/${'x'.repeat(9_000)}`,
  ])('rejects the URL %.40s', async (url) => {
    const outcome = await fetchConditional(makeClient({ userAgent }), { url });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'bad_url' });
    expect(JSON.stringify(outcome)).not.toContain('secret');
  });
});

describe('the connector', () => {
  it('rejects an IP literal that was not checked before', async () => {
    let hits = 0;
    const origin = await serveHttp((_request, response) => {
      hits += 1;
      response.end();
    });
    const { dispatcher } = makeClient({ userAgent });
    await expect(request(origin, { dispatcher })).rejects.toThrow('is not a permitted address');
    expect(hits).toBe(0);
  });
});

describe('a client with an allow list', () => {
  it('reaches the listed addresses and no others', async () => {
    const origin = await serveHttp((_request, response) => response.end('ok'));
    const client = makeClient({ userAgent, allow: loopbackOnly });
    expect(await fetchConditional(client, { url: origin })).toMatchObject({ kind: 'ok' });
    const beside = origin.replace('127.0.0.1', '127.0.0.2');
    expect(await fetchConditional(client, { url: beside })).toMatchObject({ reason: 'refused_address' });
  });

  it('connects to the address that it checked, and checks again for the next connection', async () => {
    const origin = await serveHttp((_request, response) => response.setHeader('connection', 'close').end('ok'));
    const { lookup, names } = fakeLookup(['127.0.0.1'], ['10.0.0.1']);
    const client = makeClient({ userAgent, allow: loopbackOnly, lookup });
    const url = origin.replace('127.0.0.1', 'rebinding.example');
    expect(await fetchConditional(client, { url })).toMatchObject({ kind: 'ok' });
    expect(names).toHaveLength(1);
    expect(await fetchConditional(client, { url })).toMatchObject({ reason: 'refused_address' });
    expect(names).toHaveLength(2);
  });

  it('rejects a name if one of its addresses is not listed', async () => {
    const origin = await serveHttp((_request, response) => response.end('ok'));
    const { lookup } = fakeLookup(['127.0.0.1', '10.0.0.1']);
    const client = makeClient({ userAgent, allow: loopbackOnly, lookup });
    const url = origin.replace('127.0.0.1', 'mixed.example');
    expect(await fetchConditional(client, { url })).toMatchObject({ reason: 'refused_address' });
  });
});

describe('a client behind a proxy', () => {
  it('sends plain http to the proxy, at any address, and lets it resolve the name', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = await serveHttp((incoming, response) => {
      asked.push(incoming.url);
      response.end('by proxy');
    });
    const { lookup, names } = fakeLookup(['10.0.0.1']);
    const client = makeClient({ userAgent, lookup, proxy: { httpProxy: proxy } });
    const outcome = await fetchConditional(client, { url: 'http://feed.example/list?a=1' });
    expect(outcome).toMatchObject({ kind: 'ok', bytes: Buffer.from('by proxy') });
    expect(asked).toEqual(['http://feed.example/list?a=1']);
    expect(names).toEqual([]);
  });

  it('still rejects private IP literals without contacting the proxy', async () => {
    let hits = 0;
    const proxy = await serveHttp((_incoming, response) => {
      hits += 1;
      response.end();
    });
    const client = makeClient({ userAgent, proxy: { httpProxy: proxy, httpsProxy: proxy } });
    for (const url of ['http://169.254.169.254/', 'https://127.0.0.1/']) {
      expect(await fetchConditional(client, { url })).toMatchObject({ reason: 'refused_address' });
    }
    expect(hits).toBe(0);
  });

  it.each([
    ['refuses', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'],
    ['hangs up', ''],
  ])(
    'reports a connect error if the proxy %s instead of opening a tunnel, and does not retry',
    async (_what, answer) => {
      const asked: string[] = [];
      const proxy = await serveRaw((socket, first) => {
        asked.push(first.split('\r\n')[0] ?? '');
        socket.end(answer);
      });
      const client = makeClient({ userAgent, proxy: { httpsProxy: proxy } });
      const outcome = await fetchConditional(client, {
        url: 'https://feed.example/',
        limits: { exchangeMsMax: 2_000 },
      });
      expect(outcome).toMatchObject({ kind: 'failed', reason: 'connect' });
      expect(asked).toEqual(['CONNECT feed.example:443 HTTP/1.1']);
    },
  );

  it('checks addresses that bypass the proxy', async () => {
    const proxy = await serveHttp((_incoming, response) => response.end('by proxy'));
    const { lookup } = fakeLookup(['10.0.0.1']);
    const client = makeClient({ userAgent, lookup, proxy: { httpProxy: proxy, noProxy: '.direct.example' } });
    expect(await fetchConditional(client, { url: 'http://a.direct.example/' })).toMatchObject({
      reason: 'refused_address',
    });
  });
});

it('yields while it reads a flood of chunks, and loses none of them', async () => {
  const sent = randomBytes(300_000);
  const origin = await serveHttp((_request, response) => response.end(sent));
  const client = makeClient({ userAgent, allow: loopbackOnly });
  const { body } = await request(origin, { dispatcher: client.dispatcher });
  const pieces: Buffer[] = [];
  body.on('data', (piece: Buffer) => pieces.push(piece));
  await once(body, 'end');
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  expect(Math.max(...pieces.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(pieceBytesMax);
});
