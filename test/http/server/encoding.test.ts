import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseEncoding } from '../../../src/http/server/encoding.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

function bytesOf(path: string, encoding: string): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request(`${world.base}${path}`, { headers: { 'accept-encoding': encoding } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });
}

const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
const compressed = [
  '/docs/swagger-ui-bundle.js',
  '/openapi.json',
  '/openapi.yaml',
  '/openapi/predictions.json',
  '/llms.txt',
];

test.each(compressed.flatMap((path) => (['br', 'gzip'] as const).map((encoding) => [path, encoding] as const)))(
  '%s is compressed with %s, under a strong tag of its own',
  async (path, encoding) => {
    const plain = await bytesOf(path, 'identity');
    const encoded = await bytesOf(path, encoding);
    expect(encoded.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect([plain.headers.vary, plain.headers['content-type']]).toEqual([
      'Accept-Encoding',
      encoded.headers['content-type'],
    ]);
    expect(encoded.body.length).toBeLessThan(plain.body.length / (path === '/llms.txt' ? 2 : 3));
    expect(decoders[encoding](encoded.body).equals(plain.body)).toBe(true);
    const tag = String(encoded.headers.etag);
    expect(tag).toBe(String(plain.headers.etag).replace(/"$/, `-${encoding}"`));
    expect(tag).toMatch(/^"c-[0-9a-f]{16}-(br|gzip)"$/);
    const again = { headers: { 'accept-encoding': encoding, 'if-none-match': tag } };
    expect((await world.anyone(`GET ${path}`, again)).status).toBe(304);
  },
);

test.each([
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.000, gzip;q=0', null],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['gzip;q=0.5', 'gzip'],
  ['GZIP', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['*;q=0', null],
  ['*;q=0, gzip;q=0.1', 'gzip'],
  ['identity;q=0', null],
  ['identity;q=0, gzip;q=0.2', 'gzip'],
  ['identity, gzip;q=0.5', null],
  ['identity;q=0.5, br;q=0.5', 'br'],
  ['gzip;q=2', null],
  ['deflate', null],
  ['identity', null],
  ['', null],
  [undefined, null],
] as const)('Accept-Encoding: %s chooses %s', (header, expected) => {
  expect(chooseEncoding(header)).toBe(expected);
});
