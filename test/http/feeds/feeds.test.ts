import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, ledgerOf, recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { failed, served } from '../../support/wire.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const sendAt = (slug: string, observedAt: string, body: string) =>
  world.admin(`POST /v1/feeds/${slug}/snapshots?observed_at=${observedAt}`, { body });

describe('/v1/feeds', () => {
  test('creates a feed with the defaults of its adapter', async () => {
    const answer = await world.admin('POST /v1/feeds', { json: { slug: 'catalogue', adapter: 'models_dev' } });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/v1/feeds/${answer.json.id}`);
    expect(answer.json).toMatchObject({
      slug: 'catalogue',
      url: null,
      trust: 'curated',
      origin: 'models.dev',
      settlement_lag: 'P2D',
      enabled: true,
      watermark: null,
      health: 'never',
      last_poll: null,
      version: 1,
    });
    expect(answer.json.covers).toContain('openai');
    expect((await world.anyone('GET /v1/feeds/catalogue')).json).toEqual(answer.json);
    expect(
      (await world.admin('POST /v1/feeds', { json: { slug: 'catalogue', adapter: 'models_dev' } })).json,
    ).toMatchObject({ status: 409, errors: [{ pointer: '#/slug' }] });
  });

  test.each([
    [{ slug: 'x', adapter: 'nothing' }, '#/adapter'],
    [{ slug: 'x', adapter: 'litellm', settlement_lag: 'P1M' }, '#/settlement_lag'],
    [{ slug: 'x', adapter: 'litellm', url: 'ftp://example.com/x' }, '#/url'],
    [{ slug: 'x', adapter: 'litellm', url: 'https://user:word@example.com/x' }, '#/url'],
    [{ slug: 'x', adapter: 'ledger', url: 'builtin:data/../package.json' }, '#/url'],
    [{ slug: 'x', adapter: 'ledger', url: 'builtin:/etc/passwd' }, '#/url'],
    [{ slug: 'X y', adapter: 'ledger' }, '#/slug'],
    [{ slug: 'x', adapter: 'ledger', covers: ['OpenAI'] }, '#/covers'],
    [{ slug: 'x', adapter: 'ledger', enabled: 'false' }, '#/enabled'],
    [{ slug: 'x', adapter: 'ledger', trust: null }, '#/trust'],
  ])('rejects %j', async (json, pointer) => {
    const answer = await world.admin('POST /v1/feeds', { json });
    expect(answer.json).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ pointer: expect.stringContaining(pointer) }],
    });
  });

  test('pages through feeds', async () => {
    await createArchive(world, 'second');
    await createArchive(world, 'third');
    const seen: string[] = [];
    for (let target: string | undefined = '/v1/feeds?limit=1'; target !== undefined; ) {
      const answer = await world.anyone(`GET ${target}`);
      seen.push(...answer.json.data.map((feed: Json) => feed.slug));
      target = /^<(.+)>/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(seen).toEqual(['catalogue', 'second', 'third']);
  });

  test('names the missing key of a disabled feed, and refuses to poll it', async () => {
    const url = 'https://api.openai.com/v1/models';
    const answer = await world.admin('POST /v1/feeds', { json: { slug: 'own-list', adapter: 'openai_models', url } });
    expect(answer.json).toMatchObject({ enabled: true, key_missing: 'OPENAI_API_KEY', health: 'never' });
    expect((await world.admin('POST /v1/feeds/own-list/polls')).json).toMatchObject({
      status: 409,
      detail: expect.stringContaining('OPENAI_API_KEY'),
    });
    expect((await world.anyone('GET /v1/feeds/catalogue')).json.key_missing).toBeNull();
  });

  test('edits a feed, and rejects changes to fixed fields', async () => {
    const answer = await world.admin('PATCH /v1/feeds/catalogue', {
      json: { enabled: false, covers: 'any', settlement_lag: 'PT12H' },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ enabled: false, covers: 'any', settlement_lag: 'PT12H', version: 2 });
    expect((await world.admin('PATCH /v1/feeds/catalogue', { json: { slug: 'y' } })).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/slug' }],
    });
    expect((await world.admin('PATCH /v1/feeds/nothing', { json: { enabled: true } })).status).toBe(404);
  });

  test('deletes a feed that was never read, and keeps one that was', async () => {
    await createArchive(world, 'unread');
    const gone = await world.admin('DELETE /v1/feeds/unread');
    expect([gone.status, gone.text]).toEqual([204, '']);
    expect((await world.anyone('GET /v1/feeds/unread')).status).toBe(404);
    await createArchive(world, 'read');
    await sendAt('read', '2025-09-01T00:00:00Z', gpt5Ledger);
    expect((await world.admin('DELETE /v1/feeds/read')).json).toMatchObject({ status: 409, code: 'conflict' });
  });
});

describe('/v1/feeds/{id}/snapshots', () => {
  test('ingests a payload once, in order of time, and resolves what it settles', async () => {
    await createArchive(world, 'archive', { origin: 'archive' });
    const claim = await recordClaim(world, {
      slug: 'settled-by-archive',
      criterion: { op: 'not', of: { op: 'released', model: { ...gpt5, version: '4.1' } } },
    });
    const first = await sendAt(
      'archive',
      '2025-09-01T00:00:00Z',
      ledgerOf([{ id: 'o3', vendor: 'openai', released: '2025-04-16' }]),
    );
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      poll_id: expect.any(String),
      items: 1,
      new: 1,
      changed: 0,
      vanished: 0,
      suspect: false,
      suspect_reason: null,
      resolutions: 0,
      settling: 0,
    });
    const payload = ledgerOf([
      { id: 'o3', vendor: 'openai', released: '2025-04-16' },
      { id: 'gpt-4.1', vendor: 'openai', released: '2025-04-14' },
    ]);
    const second = await sendAt('archive', '2025-09-02T00:00:00Z', payload);
    expect(second.json).toMatchObject({ items: 2, new: 1, resolutions: 1 });
    expect((await world.anyone(`GET /v1/predictions/${claim.id}`)).json).toMatchObject({
      status: 'resolved',
      outcome: 'no',
      hindsight: true,
    });
    const again = await sendAt('archive', '2025-09-02T00:00:00Z', payload);
    expect([again.status, again.json.new, again.json.resolutions, again.json.poll_id]).toEqual([
      200,
      0,
      0,
      second.json.poll_id,
    ]);
    expect((await sendAt('archive', '2025-09-02T00:00:00Z', gpt5Ledger)).json).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    expect((await sendAt('archive', '2025-08-31T00:00:00Z', payload)).json).toMatchObject({
      status: 409,
      code: 'conflict',
    });
  });

  test('stores an unreadable payload as suspect with the reason', async () => {
    await createArchive(world, 'garbled');
    const answer = await sendAt('garbled', '2025-09-01T00:00:00Z', '<html>not a ledger</html>');
    expect([answer.status, answer.json.suspect, answer.json.items]).toEqual([200, true, 0]);
    expect(answer.json.suspect_reason).toMatch(/\S/);
    expect((await world.anyone('GET /v1/feeds/garbled')).json).toMatchObject({ health: 'suspect', watermark: null });
  });

  test.each([
    '',
    '?observed_at=',
    '?observed_at=2025-09-01',
    '?observed_at=2027-01-01T00:00:00Z',
    '?observed_at=2025-13-01T00:00:00Z',
  ])('rejects the time %s', async (query) => {
    const answer = await world.admin(`POST /v1/feeds/archive/snapshots${query}`, { body: gpt5Ledger });
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/observed_at' }] });
  });

  test('rejects a feed that does not exist', async () => {
    expect((await sendAt('nothing', '2025-09-01T00:00:00Z', gpt5Ledger)).status).toBe(404);
  });
});

describe('/v1/feeds/{id}/polls', () => {
  const url = 'https://feeds.test/prices.json';

  test('polls now, returns the result, and lists polls newest first', async () => {
    await world.admin('POST /v1/feeds', { json: { slug: 'polled', adapter: 'litellm', url } });
    world.wire.answer(url, served({ 'gpt-5': { litellm_provider: 'openai', mode: 'chat' } }));
    const answer = await world.admin('POST /v1/feeds/polled/polls');
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({
      kind: 'manual',
      result: 'ok',
      items: 1,
      new: 1,
      http_status: 200,
      error: null,
      resolutions: 0,
      observed_at: '2026-01-15T12:00:00Z',
    });
    world.clock.advance(60_000);
    world.wire.answer(url, failed('connect'));
    expect((await world.admin('POST /v1/feeds/polled/polls', { json: {} })).json).toMatchObject({
      result: 'failed',
      error: { code: 'connect' },
    });
    const page = await world.anyone('GET /v1/feeds/polled/polls?limit=1');
    expect(page.json.data.map((poll: Json) => poll.result)).toEqual(['failed']);
    const next = await world.anyone(`GET /v1/feeds/polled/polls?limit=1&cursor=${page.json.next_cursor}`);
    expect(next.json).toMatchObject({ data: [{ id: answer.json.id }], next_cursor: null });
    expect((await world.anyone('GET /v1/feeds/polled')).json.last_poll.result).toBe('failed');
  });

  test('rejects a body, a feed without a URL, and one that does not exist', async () => {
    expect((await world.admin('POST /v1/feeds/polled/polls', { json: { force: true } })).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#' }],
    });
    expect((await world.admin('POST /v1/feeds/archive/polls')).json).toMatchObject({ status: 409, code: 'conflict' });
    expect((await world.admin('POST /v1/feeds/nothing/polls')).status).toBe(404);
    expect((await world.anyone('GET /v1/feeds/nothing/polls')).status).toBe(404);
  });
});
