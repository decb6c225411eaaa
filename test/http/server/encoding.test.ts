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

test.each([
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
] as const)(
  'files of the reference are compressed with %s, under a strong tag of their own',
  async (encoding, decode) => {
    const plain = await bytesOf('/docs/swagger-ui-bundle.js', 'identity');
    const encoded = await bytesOf('/docs/swagger-ui-bundle.js', encoding);
    expect(encoded.headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(encoded.body.length).toBeLessThan(plain.body.length / 3);
    expect(decode(encoded.body).equals(plain.body)).toBe(true);
    const tag = String(encoded.headers.etag);
    expect(tag).toMatch(/^"c-[0-9a-f]{16}-(br|gzip)"$/);
    const again = { headers: { 'accept-encoding': encoding, 'if-none-match': tag } };
    expect((await world.anyone('GET /docs/swagger-ui-bundle.js', again)).status).toBe(304);
  },
);

test.each([
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip', 'gzip'],
  ['br;q=0.000, gzip;q=0', null],
  ['identity', null],
  ['', null],
  [undefined, null],
] as const)('Accept-Encoding: %s chooses %s', (header, expected) => {
  expect(chooseEncoding(header)).toBe(expected);
});
