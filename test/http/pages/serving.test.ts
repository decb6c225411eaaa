import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { addressOf, pageAddresses } from '../../support/page-addresses.ts';
import { openPageWorld } from '../../support/page-world.ts';

const asBrowser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

let world: ApiWorld;
beforeAll(async () => {
  world = await openPageWorld();
});
afterAll(() => world?.close());

const hrefs = (html: string): string[] => [...html.matchAll(/\shref="([^"]*)"/g)].map((match) => match[1] ?? '');

const isCard = (path: string): boolean => path.startsWith('/embed/');

describe.each(pageAddresses.filter(({ status }) => status === undefined))('$path', ({ path: named }) => {
  let path: string;
  beforeAll(async () => {
    path = await addressOf(world, named);
  });

  test('is an HTML page under a strict policy, without anything inline', async () => {
    const { status, headers, text } = await world.anyone(`GET ${path}`);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': path.includes('as_of=') ? 'public, max-age=60' : 'no-cache',
      vary: expect.stringMatching(/^Accept, Authorization/),
      'x-request-id': expect.stringMatching(/^req_/),
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; /);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['content-security-policy']).toContain(`frame-ancestors ${isCard(path) ? '*' : "'none'"}`);
    expect(headers['cross-origin-resource-policy']).toBe(isCard(path) ? 'cross-origin' : 'same-origin');
    expect(text).not.toMatch(/<(script|style|iframe|object|embed)\b(?![^>]* src="\.)|\s(style|on\w+)="/);
  });

  test('has relative links, so that a proxy can serve it under a path', async () => {
    const { text } = await world.anyone(`GET ${path}`);
    expect(hrefs(text).filter((link) => link.startsWith('/'))).toEqual([]);
    for (const link of hrefs(text).filter((one) => !/^https?:/.test(one)))
      expect(new URL(link, `${world.base}/tracker${path}`).pathname).toMatch(/^\/tracker\//);
  });

  test('has at most 60 kB', async () => {
    const { text } = await world.anyone(`GET ${path}`);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
  });

  test('is tagged, compressed for clients that accept it, and answers HEAD', async () => {
    const first = await world.anyone(`GET ${path}`);
    const again = await world.anyone(`GET ${path}`, { headers: { 'if-none-match': first.headers.etag ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
    const packed = await world.anyone(`GET ${path}`, { headers: { 'accept-encoding': 'br' } });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'br', etag: `W/${first.headers.etag}` });
    const head = await world.anyone(`HEAD ${path}`);
    expect([head.status, head.headers.etag, head.text]).toEqual([200, first.headers.etag, '']);
  });

  test('refuses other methods, and names those it has', async () => {
    const { status, headers } = await world.anyone(`POST ${path}`);
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test('refuses a client that prefers JSON, and says where the JSON is', async () => {
    const { status, headers, json } = await world.anyone(`GET ${path}`, { headers: { accept: 'application/json' } });
    expect([status, json.code, headers.vary]).toEqual([406, 'not_acceptable', 'Accept']);
    const address = /^<([^>]+)>; rel="alternate"; type="application\/json"$/.exec(headers.link ?? '')?.[1] ?? '';
    expect(json.detail).toContain(address);
    expect((await world.anyone(`GET ${address.slice(world.base.length)}`)).headers['content-type']).toBe(
      'application/json',
    );
  });
});

describe('what the Accept header decides', () => {
  test.each([
    ['*/*', 200],
    ['text/*', 200],
    ['text/html, application/json', 200],
    ['application/json;q=0.5, text/html', 200],
    [asBrowser.accept, 200],
    ['application/json, text/html;q=0.9', 406],
    ['application/problem+json', 406],
    ['application/json, */*;q=0.1', 406],
    ['image/png', 406],
    ['text/html;q=0', 406],
  ])('%s is answered with %i', async (accept, status) => {
    const answer = await createApp(world.http).request('/', { headers: { accept } });
    expect(answer.status).toBe(status);
  });
});

describe('an error is a page for a browser and a problem for a program', () => {
  test.each([
    ['/nothing/at/all', 404, 'There is nothing here'],
    ['/?status=wrong', 400, 'The address is not valid'],
    ['/?cursor=wrong', 400, 'The address is not valid'],
  ])('%s', async (path, status, title) => {
    const answer = await world.anyone(`GET ${path}`, { headers: asBrowser });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.text).toContain(`<h1>${title}</h1>`);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'self'/);
  });

  test('an unknown address stays a problem for a program, and below /v1 for everybody', async () => {
    expect((await world.anyone('GET /nothing/at/all')).json.code).toBe('not_found');
    const answer = await createApp(world.http).request('/v1/nothing', { headers: asBrowser });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('the database that does not respond', async () => {
    const now = () => {
      throw Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' });
    };
    const app = createApp({ ...world.http, services: { ...world.deps, now }, log: world.http.log });
    const answer = await app.request('/', { headers: asBrowser });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.text()).toContain('<h1>The service is not available</h1>');
  });

  test('too many requests', async () => {
    const limited = await openApiWorld({ rateLimit: '1/60s' });
    try {
      expect((await limited.anyone('GET /', { headers: asBrowser })).headers.ratelimit).toMatch(/r=0/);
      const answer = await limited.anyone('GET /', { headers: asBrowser });
      expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([429, true]);
      expect(answer.text).toContain('<h1>Too many requests</h1>');
    } finally {
      await limited.close();
    }
  });
});

describe('without public reading', () => {
  let closed: ApiWorld;
  beforeAll(async () => {
    closed = await openApiWorld({ http: { publicRead: false } });
  });
  afterAll(() => closed?.close());
  beforeEach(() => closed.reset());

  test('pages ask to sign in and show nothing', async () => {
    await recordClaim(closed, { slug: 'secret-claim' });
    const answer = await closed.anyone('GET /', { headers: asBrowser });
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Bearer /)]);
    expect(answer.text).toContain('href="./sign-in"');
    expect(answer.text).not.toContain('secret-claim');
  });

  test('a key opens them, for that client alone', async () => {
    await recordClaim(closed, { slug: 'secret-claim' });
    const answer = await closed.admin('GET /', { headers: asBrowser });
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'private, no-cache']);
    expect(answer.text).toContain('secret-claim');
  });
});

test('without pages their addresses lead nowhere', async () => {
  const app = createApp({ ...world.http, services: { ...world.deps, hasPages: false } });
  for (const { path } of pageAddresses.filter((page) => !page.path.startsWith('/?') && page.path !== '/')) {
    const answer = await app.request(path, { headers: asBrowser });
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'application/problem+json']);
  }
});

describe('the style sheet', () => {
  test('can be kept for ever at the address that pages have, because it changes with the content', async () => {
    const { text } = await world.anyone('GET /');
    const path = hrefs(text).find((link) => link.includes('pages.css')) ?? '';
    const kept = await world.anyone(`GET ${path.slice(1)}`);
    expect(kept.headers).toMatchObject({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const other = await world.anyone('GET /assets/pages.css?v=0');
    expect([other.text === kept.text, other.headers['cache-control']]).toEqual([true, 'no-cache']);
  });

  test('loads nothing', async () => {
    const { text } = await world.anyone('GET /assets/pages.css');
    expect(text).not.toMatch(/url\(|@import|@font-face/);
  });
});
