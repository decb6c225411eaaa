import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, recordClaim } from '../../support/claims.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await createArchive(world, 'archive');
});
afterAll(() => world.close());

describe('If-None-Match', () => {
  test('returns 304, which repeats ETag, Cache-Control and Vary and has no body', async () => {
    await recordClaim(world, { slug: 'held' });
    for (const target of [
      '/v1/predictions/held',
      '/v1/predictions/held?as_of=2026-01-01',
      '/v1/predictions',
      '/v1/feeds/archive',
      '/v1/predictions/held/explanation',
    ]) {
      const full = await world.anyone(`GET ${target}`);
      const { etag = '' } = full.headers;
      expect(etag).toMatch(/^"[\x21-\x7e]+"$/);
      for (const held of [etag, `W/${etag}`, `"other", ${etag}`, `W/"x",W/${etag}`, '*']) {
        const answer = await world.anyone(`GET ${target}`, { headers: { 'if-none-match': held } });
        expect([target, held, answer.status, answer.text]).toEqual([target, held, 304, '']);
        expect(answer.headers.etag?.replace(/^W\//, '')).toBe(etag);
        expect(answer.headers).toMatchObject({
          // A list that is sent compressed has a weak tag, which a 304 repeats.
          etag: expect.stringMatching(/^(W\/)?"/),
          'cache-control': full.headers['cache-control'],
          vary: full.headers.vary,
        });
        expect(answer.headers['content-type']).toBeUndefined();
      }
      expect(
        (await world.anyone(`GET ${target}`, { headers: { 'if-none-match': '"other", W/"2-00000000"' } })).status,
      ).toBe(200);
    }
  });

  test('does not hide a 404', async () => {
    expect((await world.anyone('GET /v1/predictions/nothing', { headers: { 'if-none-match': '*' } })).status).toBe(404);
  });

  test('works for HEAD as for GET', async () => {
    await recordClaim(world, { slug: 'head' });
    const get = await world.anyone('GET /v1/predictions/head');
    const head = await world.anyone('HEAD /v1/predictions/head');
    expect([head.status, head.text, head.headers.etag]).toEqual([200, '', get.headers.etag]);
    expect(
      (await world.anyone('HEAD /v1/predictions/head', { headers: { 'if-none-match': get.headers.etag ?? '' } }))
        .status,
    ).toBe(304);
  });
});

describe('If-Match', () => {
  const cases: [string, (etag: string) => string | undefined, number][] = [
    ['the ETag that was seen', (etag) => etag, 200],
    ['its version alone', () => '"1"', 200],
    ['anything', () => '*', 200],
    ['nothing', () => undefined, 200],
    ['a list with the version in it', () => '"7", "1-abc"', 200],
    ['a later version', () => '"2"', 412],
    ['a list without the version', () => '"7", "8"', 412],
    ['a weak tag', (etag) => `W/${etag}`, 412],
    ['a tag of something else', () => '"c-0123456789abcdef"', 412],
    ['what is no tag', () => '1', 412],
  ];
  test.each(cases)('with %s', async (what, tagFor, status) => {
    const slug = what.replaceAll(/[^a-z]+/gi, '-').toLowerCase();
    await world.admin('POST /v1/feeds', { json: { slug: `feed-${slug}`, adapter: 'ledger' } });
    await recordClaim(world, { slug });
    for (const [path, json] of [
      [`/v1/predictions/${slug}`, { tags: ['edited'] }],
      [`/v1/feeds/feed-${slug}`, { enabled: false }],
    ] as const) {
      const { etag = '' } = (await world.anyone(`GET ${path}`)).headers;
      const tag = tagFor(etag);
      const answer = await world.admin(`PATCH ${path}`, {
        json,
        headers: tag === undefined ? {} : { 'if-match': tag },
      });
      expect([path, answer.status]).toEqual([path, status]);
      if (status === 412) expect(answer.json.code).toBe('precondition_failed');
      expect((await world.anyone(`GET ${path}`)).json.version).toBe(status === 412 ? 1 : 2);
    }
  });

  test('is only checked if the edit would otherwise succeed', async () => {
    const headers = { 'if-match': '"9"' };
    await recordClaim(world, { slug: 'otherwise' });
    expect((await world.anyone('PATCH /v1/predictions/otherwise', { json: { tags: [] }, headers })).status).toBe(401);
    expect((await world.admin('PATCH /v1/predictions/no-such', { json: { tags: [] }, headers })).status).toBe(404);
    expect((await world.admin('PATCH /v1/predictions/otherwise', { json: { tags: 'x' }, headers })).status).toBe(422);
  });

  test('lets one of fifty editors of the same version succeed', async () => {
    await recordClaim(world, { slug: 'raced' });
    const { etag = '' } = (await world.anyone('GET /v1/predictions/raced')).headers;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        world.admin('PATCH /v1/predictions/raced', { json: { tags: [`t${index}`] }, headers: { 'if-match': etag } }),
      ),
    );
    const statuses = answers.map((answer) => answer.status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(412)]);
    expect((await world.anyone('GET /v1/predictions/raced')).json.version).toBe(2);
  });
});
