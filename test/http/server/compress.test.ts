import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { startAsNew } from '../../support/new-service.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-22T12:00:00Z' });
  await startAsNew(world);
  const future = { op: 'released', model: { ...gpt5, version: '9' }, by: '2030-01-01' };
  for (const number of ['1', '2', '3', '4', '5', '6']) {
    await recordClaim(world, { statement: `GPT-5 is never released, claim ${number}.` });
    await recordClaim(world, { statement: `GPT-9 is released, claim ${number}.`, criterion: future });
  }
  await createArchive(world, 'archive');
  await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
});
afterAll(() => world.close());

type Received = { readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer };

/** Sends a request as it is, without the decompression of `fetch`. */
function send(path: string, headers: Record<string, string>, method = 'GET'): Promise<Received> {
  return new Promise((resolve, reject) => {
    request(`${world.base}${path}`, { headers, method }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const fields = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({
          status: answer.statusCode ?? 0,
          headers: Object.fromEntries(fields),
          body: Buffer.concat(parts),
        });
      });
    })
      .on('error', reject)
      .end();
  });
}

const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
const lists = [
  '/v1/predictions',
  '/v1/resolutions',
  '/v1/events?limit=20',
  '/v1/models',
  '/v1/releases',
  '/v1/feeds',
  '/feeds/resolutions.atom',
  '/feeds/resolutions.json',
  '/calendar.ics',
];
const cases = lists.flatMap((path) => (['br', 'gzip'] as const).map((encoding) => [path, encoding] as const));

describe.each(cases)('%s with %s', (path, encoding) => {
  const accepting = { 'accept-encoding': encoding };

  test('is compressed, has a weak tag, and decompresses to the same bytes', async () => {
    const plain = await send(path, { 'accept-encoding': 'identity' });
    const encoded = await send(path, accepting);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.etag).toMatch(/^"c-[0-9a-f]{16}"$/);
    expect(encoded.headers).toMatchObject({ 'content-encoding': encoding, etag: `W/${plain.headers.etag}` });
    expect(encoded.headers['content-type']).toBe(plain.headers['content-type']);
    for (const { headers } of [plain, encoded]) expect(headers.vary).toMatch(/(^|, )Accept-Encoding$/);
    expect(encoded.body.length).toBeLessThan(plain.body.length / 2);
    expect(decoders[encoding](encoded.body).equals(plain.body)).toBe(true);
  });

  test('is not sent again to a client that has it in either form', async () => {
    const plain = await send(path, { 'accept-encoding': 'identity' });
    const encoded = await send(path, accepting);
    for (const { etag = '' } of [plain.headers, encoded.headers]) {
      for (const coding of [encoding, 'identity']) {
        const again = await send(path, { 'accept-encoding': coding, 'if-none-match': etag });
        expect([again.status, again.headers.etag, again.headers.vary]).toEqual([304, etag, plain.headers.vary]);
        expect(again.body).toHaveLength(0);
      }
    }
  });

  test('has the same header fields for HEAD', async () => {
    const get = await send(path, accepting);
    const head = await send(path, accepting, 'HEAD');
    for (const name of ['etag', 'vary', 'content-encoding', 'content-type'])
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    expect(head.body).toHaveLength(0);
  });
});

test('a short list is sent as it is', async () => {
  const { headers, body } = await send('/v1/api-keys', {
    'accept-encoding': 'br',
    authorization: `Bearer ${world.adminKey}`,
  });
  expect(body.length).toBeLessThan(1024);
  expect([headers['content-encoding'], headers.vary]).toEqual([undefined, 'Authorization, Accept-Encoding']);
  expect(headers.etag).toMatch(/^"c-/);
});

test('a resource with a version keeps its strong tag, so that a client that accepts gzip can send If-Match', async () => {
  const { headers } = await send('/v1/predictions/gpt-5-never-released', { 'accept-encoding': 'gzip' });
  expect(headers['content-encoding']).toBeUndefined();
  expect(headers.etag).toMatch(/^"\d+-[0-9a-f]{8}"$/);
});

test('a problem is sent as it is', async () => {
  const { status, headers } = await send(`/v1/predictions?cursor=${'x'.repeat(1500)}`, { 'accept-encoding': 'gzip' });
  expect([status, headers['content-encoding']]).toEqual([400, undefined]);
});

test('an event stream is sent as it is, message by message', async () => {
  const controller = new AbortController();
  const response = await fetch(`${world.base}/v1/events/stream?after=0`, {
    headers: { 'accept-encoding': 'gzip, br', accept: 'text/event-stream' },
    signal: controller.signal,
  });
  expect(response.headers.get('content-encoding')).toBeNull();
  const first = await response.body?.getReader().read();
  expect(new TextDecoder().decode(first?.value)).toMatch(/^(:|id|event|data|retry)/);
  controller.abort();
});
