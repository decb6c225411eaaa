import { MockAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adapterNames, findAdapter } from '../../src/domain/feeds/adapters/registry.ts';
import { accessAt, keyVariables } from '../../src/domain/feeds/key-access.ts';
import { type Client, makeClient } from '../../src/net/client.ts';
import { fetchPayload, type PayloadOutcome } from '../../src/net/payloads.ts';

const secret = 'sk-the-secret-of-this-test';
const keys = new Map(keyVariables.map((variable) => [variable, secret]));
const keyed = adapterNames.filter((name) => findAdapter(name)?.access !== undefined);

/** What every host was shown: `https://host/path` and the headers. */
let shown: { url: string; headers: Record<string, string> }[];
let agent: MockAgent;
let client: Client;

beforeEach(() => {
  shown = [];
  agent = new MockAgent();
  agent.disableNetConnect();
  client = { ...makeClient({ userAgent: 'outturn-test' }), dispatcher: agent };
});
afterEach(() => agent.close());

function serve(origin: string, status: number, location?: string, body: unknown = { data: [], models: [] }): void {
  agent
    .get(origin)
    .intercept({ path: () => true })
    .reply((request) => {
      shown.push({
        url: `${origin}${request.path}`,
        headers: Object.fromEntries(Object.entries(request.headers ?? {})),
      });
      const headers = location === undefined ? {} : { location };
      return { statusCode: status, data: JSON.stringify(body), responseOptions: { headers } };
    })
    .persist();
}

async function read(adapter: string, url: string, given: typeof keys = keys): Promise<PayloadOutcome> {
  const ask = { adapter, url, etag: null, lastModified: null, knownVersion: null };
  return await fetchPayload({ client, root: '/', env: {}, keys: given }, ask);
}

const urlOf = (adapter: string) => findAdapter(adapter)?.defaults.url ?? '';
const originOf = (adapter: string) => new URL(urlOf(adapter)).origin;
const showsKey = () =>
  shown.filter(({ headers }) => JSON.stringify(headers).includes(secret)).map(({ url }) => new URL(url).origin);

it('every keyed list is read over https', () => {
  expect(keyed).toEqual(expect.arrayContaining(['openai_models', 'anthropic_models']));
  for (const adapter of keyed) expect(urlOf(adapter)).toMatch(/^https:\/\/[a-z.]+\/[a-z0-9/]+/);
});

it("a key is never sent over plain http, not even to the adapter's own URL", () => {
  const access = { variable: 'OPENAI_API_KEY', scheme: 'bearer' } as const;
  const at = (url: string) => accessAt({ access, defaults: { url } }, url);
  expect([at('http://feed.example/list'), at('https://feed.example/list')]).toEqual([null, access]);
});

describe.each(keyed)('the key of %s', (adapter) => {
  it("is sent to the vendor's own host, in a header and not in the URL", async () => {
    serve(originOf(adapter), 200);
    expect(await read(adapter, urlOf(adapter))).toMatchObject({ kind: 'ok' });
    expect(showsKey().length).toBe(shown.length);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.map(({ url }) => url).join(' ')).not.toContain(secret);
  });

  it.each([
    ['another host', 'https://feed.example/v1/models'],
    ["a host with the vendor's host as prefix", (own: string) => `${own}.feed.example/v1/models`],
    ["a host with the vendor's host as suffix", (own: string) => own.replace('https://', 'https://not-')],
    ['another port', (own: string) => `${own}:8443/v1/models`],
    ['plain http', (own: string) => own.replace('https:', 'http:')],
  ])('is not sent to %s, even if the operator configured that URL', async (_what, url) => {
    const address = typeof url === 'string' ? url : url(originOf(adapter));
    serve(new URL(address).origin, 200);
    expect(await read(adapter, address)).toMatchObject({ kind: 'ok' });
    expect(shown.length).toBeGreaterThan(0);
    expect(showsKey()).toEqual([]);
  });

  it('is not sent along a redirect to another host', async () => {
    serve(originOf(adapter), 302, 'https://feed.example/elsewhere');
    serve('https://feed.example', 200);
    await read(adapter, urlOf(adapter));
    expect(shown.map(({ url }) => new URL(url).origin)).toContain('https://feed.example');
    expect(new Set(showsKey())).toEqual(new Set([originOf(adapter)]));
  });

  it.each([401, 403, 500])('does not appear in the error after status %i', async (status) => {
    serve(originOf(adapter), status, undefined, { error: `Incorrect API key provided: ${secret}` });
    const outcome = await read(adapter, urlOf(adapter));
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'bad_status', status });
    expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  it('is not sent by a feed with another adapter at the same host', async () => {
    serve(originOf(adapter), 200);
    await read('litellm', urlOf(adapter));
    expect(showsKey()).toEqual([]);
  });

  it('is named in the error if it is missing, and no request is sent', async () => {
    serve(originOf(adapter), 200);
    expect(await read(adapter, urlOf(adapter), new Map())).toMatchObject({
      kind: 'failed',
      reason: 'no_key',
      detail: expect.stringMatching(/^[A-Z]+_API_KEY is not set$/),
    });
    expect(shown).toEqual([]);
  });
});

it('retired models are requested from Anthropic too, with a fixed API version', async () => {
  serve('https://api.anthropic.com', 200);
  await read('anthropic_models', urlOf('anthropic_models'));
  expect(shown.map(({ url }) => url)).toEqual([
    'https://api.anthropic.com/v1/models?limit=1000',
    'https://api.anthropic.com/v1/models?limit=1000&lifecycle=retired',
  ]);
  expect(shown.map(({ headers }) => headers['anthropic-version'])).toEqual(['2023-06-01', '2023-06-01']);
});
