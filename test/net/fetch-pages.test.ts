import { describe, expect, it } from 'vitest';
import { makeClient } from '../../src/net/client.ts';
import { fetchPages, type PagesLimits } from '../../src/net/fetch-pages.ts';
import { fetchPayload } from '../../src/net/payloads.ts';
import { loopbackOnly, serveHttp } from './loopback.ts';

const client = makeClient({ userAgent: 'outturn-test', allow: loopbackOnly });

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown };

/** Serves what each path with its query answers; keeps what was asked, with the validators sent. */
async function serve(answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = [];
  const origin = await serveHttp((request, response) => {
    const validator = request.headers['if-none-match'] ?? request.headers['if-modified-since'];
    asked.push(`${request.url}${validator === undefined ? '' : ` if ${validator}`}`);
    const { status = 200, headers = {}, body } = answers[request.url ?? ''] ?? { status: 404 };
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return { origin, asked };
}

const rows = (...ids: string[]) => ids.map((id) => ({ id }));
const page = (next: unknown, ...ids: string[]): Answer => ({ body: { data: rows(...ids), links: { next } } });

const read = async (origin: string, more: { etag?: string; limits?: Partial<PagesLimits> } = {}) => {
  const { limits, etag = null } = more;
  return await fetchPages(client, { url: `${origin}/list`, etag }, 'links_next', limits);
};

function textOf(outcome: { kind: string; bytes?: Uint8Array }): unknown {
  return outcome.bytes === undefined ? outcome.kind : JSON.parse(Buffer.from(outcome.bytes).toString());
}

describe('a paginated list', () => {
  it('becomes one document without the validators of its pages', async () => {
    const { origin, asked } = await serve({
      '/list': { ...page('/list?offset=2', 'a', 'b'), headers: { etag: '"1"', 'last-modified': 'then' } },
      '/list?offset=2': page('/list?offset=4', 'c'),
      '/list?offset=4': page(null, 'd'),
    });
    const outcome = await read(origin);
    expect(textOf(outcome)).toEqual({ data: rows('a', 'b', 'c', 'd'), links: { next: null } });
    expect(outcome).toMatchObject({ kind: 'ok', status: 200, etag: null, lastModified: null });
    expect(asked).toEqual(['/list', '/list?offset=2', '/list?offset=4']);
  });

  it.each<[string, Answer, object]>([
    ['fails', { status: 500 }, { reason: 'bad_status', status: 500, detail: 'page 2: the server returned status 500' }],
    [
      'is rate limited',
      { status: 429, headers: { 'retry-after': '60' } },
      { reason: 'bad_status', retryAfterMs: 60_000 },
    ],
    ['is not JSON', { body: '<html>' }, { reason: 'bad_page', detail: 'page 2 contains no rows' }],
    ['is truncated', { body: '{"data": [{"id": "c"' }, { reason: 'bad_page' }],
    ['has no rows', { body: { error: 'x' } }, { reason: 'bad_page' }],
    [
      'links back to the first page',
      page('/list', 'c'),
      { reason: 'bad_page', detail: expect.stringContaining('links to a page that was already read') },
    ],
    [
      'links to itself',
      page('/2', 'c'),
      { reason: 'bad_page', detail: expect.stringContaining('links to a page that was already read') },
    ],
    ['links to another origin', page('http://127.0.0.2/2', 'c'), { detail: expect.stringContaining('another origin') }],
    [
      'repeats a row of the first page',
      page(null, 'b'),
      { reason: 'bad_page', detail: expect.stringContaining('same row') },
    ],
  ])('fails as a whole if a page %s', async (_what, second, failure) => {
    const { origin } = await serve({ '/list': page('/2', 'a', 'b'), '/2': second });
    expect(await read(origin)).toMatchObject({ kind: 'failed', ...failure });
  });

  it('that never ends is abandoned at the maximum number of pages', async () => {
    let asked = 0;
    const origin = await serveHttp((_request, response) => {
      asked += 1;
      response.end(JSON.stringify({ data: rows(`m${asked}`), links: { next: `?offset=${asked}` } }));
    });
    expect(await read(origin, { limits: { pagesMax: 5 } })).toMatchObject({ kind: 'failed', reason: 'too_large' });
    expect(asked).toBe(5);
  });

  it('is abandoned when its pages together exceed the size limit, and not one byte earlier', async () => {
    const { origin } = await serve({ '/list': page('/2', 'a'), '/2': page(null, 'b') });
    const size = [page('/2', 'a'), page(null, 'b')].reduce((sum, { body }) => sum + JSON.stringify(body).length, 0);
    expect(await read(origin, { limits: { bodyBytesMax: size } })).toMatchObject({ kind: 'ok' });
    expect(await read(origin, { limits: { bodyBytesMax: size - 1 } })).toMatchObject({ reason: 'too_large' });
  });

  it('is abandoned when its time is up', async () => {
    const { origin, asked } = await serve({ '/list': page(null, 'a') });
    expect(await read(origin, { limits: { readingMsMax: 0 } })).toMatchObject({ kind: 'failed', reason: 'timeout' });
    expect(asked).toEqual([]);
  });
});

describe('a list on a single page', () => {
  it('is returned byte for byte with its validators', async () => {
    const body = '{ "data": [{"id": "a"}],\n "links": {"next": null} }';
    const { origin } = await serve({ '/list': { body, headers: { etag: '"1"' } } });
    const outcome = await read(origin);
    expect(outcome).toMatchObject({ kind: 'ok', etag: '"1"', bytes: Buffer.from(body) });
  });

  it('is requested conditionally, because the page itself says that no other follows', async () => {
    const { origin, asked } = await serve({ '/list': { status: 304 } });
    expect(await read(origin, { etag: '"1"' })).toMatchObject({ kind: 'not_modified' });
    expect(asked).toEqual(['/list if "1"']);
  });

  it('that has gained a second page is read again in full', async () => {
    const { origin, asked } = await serve({ '/list': page('/2', 'a'), '/2': page(null, 'b') });
    expect(textOf(await read(origin, { etag: '"1"' }))).toMatchObject({ data: rows('a', 'b') });
    expect(asked).toEqual(['/list if "1"', '/2']);
  });

  it.each(['<html>', '{"error": "x"}', '[]', 'null', ''])(
    'with the invalid document %j is passed to the parser, which rejects it',
    async (body) => {
      const { origin } = await serve({ '/list': { body, headers: { etag: '"1"' } } });
      expect(await read(origin)).toMatchObject({ kind: 'ok', etag: null, bytes: Buffer.from(body) });
    },
  );
});

describe('a list with a Link header', () => {
  it('is joined and never requested conditionally, because an unchanged body does not show whether a page follows', async () => {
    const { origin, asked } = await serve({
      '/list': { body: rows('a'), headers: { link: '</list?cursor=x>; rel="next"', etag: '"1"' } },
      '/list?cursor=x': { body: rows('b') },
    });
    const outcome = await fetchPages(client, { url: `${origin}/list`, etag: '"1"' }, 'link_header');
    expect(textOf(outcome)).toEqual(rows('a', 'b'));
    expect(outcome).toMatchObject({ etag: null });
    expect(asked).toEqual(['/list', '/list?cursor=x']);
  });
});

describe('a feed with two lists', () => {
  it('reads both, and fails if one of them fails', async () => {
    const both = {
      '/list': { body: { data: rows('a'), has_more: true, last_id: 'a' } },
      '/list?after_id=a': { body: { data: rows('b'), has_more: false } },
      '/list?lifecycle=retired': { body: { data: rows('z'), has_more: false } },
    };
    const { origin } = await serve(both);
    const outcome = await fetchPages(client, { url: `${origin}/list`, etag: '"1"' }, 'after_id');
    expect(textOf(outcome)).toEqual({ data: rows('a', 'b', 'z'), has_more: false, first_id: null, last_id: null });
    const { origin: half } = await serve({ ...both, '/list?lifecycle=retired': { status: 400 } });
    expect(await fetchPages(client, { url: `${half}/list` }, 'after_id')).toMatchObject({
      kind: 'failed',
      status: 400,
    });
  });
});

describe('a payload', () => {
  it('is joined from its pages as its adapter defines', async () => {
    const { origin } = await serve({ '/list': page('/2', 'a'), '/2': page(null, 'b') });
    const ask = { url: `${origin}/list`, etag: null, lastModified: null, knownVersion: null };
    const sources = { client, root: '/', env: {} };
    expect(textOf(await fetchPayload(sources, { ...ask, adapter: 'openrouter' }))).toMatchObject({
      data: rows('a', 'b'),
    });
    expect(textOf(await fetchPayload(sources, { ...ask, adapter: 'litellm' }))).toMatchObject({ data: rows('a') });
  });
});
