import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { customHeadersMax } from '../../../src/domain/webhooks/headers.ts';
import { filterValuesMax } from '../../../src/domain/webhooks/subscription.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';

let world: ApiWorld;
let receiver: Receiver;
beforeAll(async () => {
  world = await openApiWorld();
  receiver = await openReceiver();
});
beforeEach(async () => {
  receiver.clear();
  await world.reset({ feeds: [], now: '2026-01-15T12:00:00Z' });
});
afterAll(async () => {
  await receiver.close();
  await world.close();
});

const endpoints = '/v1/webhook-endpoints';
const hook = () => `${receiver.origin}/hook`;
const create = (json: object) => world.admin(`POST ${endpoints}`, { json: { url: hook(), ...json } });

async function created(json: object = {}): Promise<Json> {
  const answer = await create(json);
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer.json;
}

async function refusal(json: object): Promise<unknown[]> {
  const answer = await create(json);
  return [answer.status, answer.json.errors?.[0]?.pointer];
}

describe(`${endpoints}`, () => {
  test('shows the secret once, and the endpoint as it was created', async () => {
    const answer = await create({ event_types: ['prediction.resolved'], description: 'Ours.' });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`${endpoints}/${answer.json.id}`);
    const { secret, ...shown } = answer.json;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(shown).toMatchObject({
      url: hook(),
      event_types: ['prediction.resolved'],
      filter: null,
      description: 'Ours.',
      headers: {},
      status: 'enabled',
      disabled_reason: null,
      warning: null,
      signing: 'v1',
      public_key: null,
      version: 1,
    });
    const found = await world.admin(`GET ${endpoints}/${shown.id}`);
    expect(found.json).toEqual(shown);
    expect(found.headers.etag).toMatch(/^"1-/);
    expect(found.headers['cache-control']).toBe('private, no-cache');
    expect((await world.admin(`GET ${endpoints}`)).json).toEqual({ data: [shown], next_cursor: null });
    expect(found.text + (await world.admin(`GET ${endpoints}`)).text).not.toContain(secret.slice(6));
  });

  test('needs the scope for reading too, because a URL may be a secret', async () => {
    const { id } = await created();
    for (const path of [endpoints, `${endpoints}/${id}`, `${endpoints}/${id}/deliveries`, '/v1/webhook-deliveries'])
      expect((await world.anyone(`GET ${path}`)).status).toBe(401);
    expect((await world.anyone(`POST ${endpoints}`, { json: { url: hook() } })).status).toBe(401);
  });

  test('rejects an empty filter, unknown types, and filters that can never match', async () => {
    expect(await refusal({ filter: {} })).toEqual([422, '#/filter']);
    expect(await refusal({ filter: { tags: [] } })).toEqual([422, '#/filter/tags']);
    expect(await refusal({ filter: { nothing: ['x'] } })).toEqual([422, '#/filter/nothing']);
    expect(await refusal({ filter: { ids: ['nowhere'] } })).toEqual([422, '#/filter/ids/0']);
    expect(await refusal({ filter: { predictor: 'who_nobody' } })).toEqual([422, '#/filter/predictor/0']);
    expect(await refusal({ event_types: [] })).toEqual([422, '#/event_types']);
    expect(await refusal({ event_types: ['prediction.solved'] })).toEqual([422, '#/event_types/0']);
    expect(await refusal({ event_types: ['feed.unhealthy'], filter: { tags: ['agi'] } })).toEqual([422, '#/filter']);
    const tags = Array.from({ length: filterValuesMax + 1 }, (_, index) => `tag-${index}`);
    expect(await refusal({ filter: { tags } })).toEqual([422, '#/filter/tags']);
    expect((await created({ filter: { tags: tags.slice(1) } })).filter.tags).toHaveLength(filterValuesMax);
  });

  test('accepts one value or several in a filter, and predictions by their slugs', async () => {
    const prediction = await recordClaim(world, { slug: 'ours' });
    const endpoint = await created({ filter: { ids: ['ours', prediction.id], vendor: 'openai' } });
    expect(endpoint.filter).toEqual({ ids: [prediction.id], vendor: ['openai'] });
  });

  test('applies a merge patch to the filter, part by part, and without a filter sends everything', async () => {
    const { id } = await created({ filter: { tags: 'agi', vendor: 'openai' } });
    const patch = async (json: object) => (await world.admin(`PATCH ${endpoints}/${id}`, { json })).json;
    expect((await patch({ filter: { tags: null, family: ['gpt'] } })).filter).toEqual({
      vendor: ['openai'],
      family: ['gpt'],
    });
    expect(await patch({ filter: { vendor: null, family: null } })).toMatchObject({ status: 422 });
    expect((await patch({ filter: null, event_types: null })).filter).toBeNull();
  });

  test.each([
    ['E7: credentials', 'https://user:word@example.com/'],
    ['another scheme', 'ftp://example.com/'],
    ['no scheme', 'example.com'],
    ['a private address', 'http://10.0.0.1/'],
    ['a private address as a number', 'http://167772161/'],
    ['a private address in IPv6', 'http://[::ffff:10.0.0.1]/'],
    ['the metadata address of a cloud', 'http://169.254.169.254/'],
    ['a name with a private address', 'https://hooks.private.test/'],
    ['the port of another service', 'https://example.com:25/'],
  ])('rejects %s', async (_what, url) => expect(await refusal({ url })).toEqual([422, '#/url']));

  test('rejects a secret that is too short, too long, misspelt or of the other kind', async () => {
    const shared = (size: number) => `whsec_${Buffer.alloc(size, 7).toString('base64')}`;
    for (const secret of [shared(23), shared(65), shared(32).replace('whsec', 'hwsec'), 'whsec_', 'x'])
      expect(await refusal({ secret })).toEqual([422, '#/secret']);
    expect(await refusal({ secret: shared(32), signing: 'v1a' })).toEqual([422, '#/secret']);
    const pair = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]).toString('base64');
    expect(await refusal({ secret: `whsk_${pair}` })).toEqual([422, '#/secret']);
    expect((await created({ secret: shared(64) })).secret).toBe(shared(64));
  });

  test('rejects reserved headers, control characters, and one name in two spellings', async () => {
    for (const headers of [
      { 'content-length': '1' },
      { 'Webhook-Id': 'x' },
      { 'svix-id': 'x' },
      { 'x:y': 'z' },
      { 'x-a': 'b\r\nc: d' },
      { 'x-a': 'b', 'X-A': 'c' },
    ])
      expect(await refusal({ headers })).toEqual([422, expect.stringContaining('#/headers/')]);
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));
    expect(await refusal({ headers: many(customHeadersMax + 1) })).toEqual([422, '#/headers']);
    expect(Object.keys((await created({ headers: many(customHeadersMax) })).headers)).toHaveLength(customHeadersMax);
  });

  test('sends authorization but never returns it, nor stores it in plain text', async () => {
    const headers = { Authorization: 'Bearer of-good-news', 'X-Environment': 'production' };
    const { id, ...shown } = await created({ headers });
    expect(shown).toMatchObject({ headers: { 'x-environment': 'production' }, sensitive_headers: ['authorization'] });
    const patched = await world.admin(`PATCH ${endpoints}/${id}`, {
      json: { headers: { 'x-environment': 'staging' } },
    });
    expect(patched.json.headers).toEqual({ 'x-environment': 'staging' });
    expect(JSON.stringify(shown) + patched.text).not.toContain('good-news');
    const stored = await world.db.sql`select w::text as text from webhook_endpoints w`;
    expect(JSON.stringify(stored)).not.toContain('good-news');
    await world.admin(`POST ${endpoints}/${id}/test`);
    await sendDue(world.deps);
    expect(receiver.received[0]?.headers).toMatchObject({
      authorization: 'Bearer of-good-news',
      'x-environment': 'staging',
    });
    const gone = await world.admin(`PATCH ${endpoints}/${id}`, { json: { headers: { authorization: null } } });
    expect(gone.json.sensitive_headers).toEqual([]);
  });

  test('edits only the given version, and rejects an empty patch', async () => {
    const { id } = await created();
    const patch = (json: object, version: string) =>
      world.admin(`PATCH ${endpoints}/${id}`, { json, headers: { 'if-match': version } });
    expect((await patch({ description: 'a' }, '"1"')).json).toMatchObject({ description: 'a', version: 2 });
    expect((await patch({ description: 'b' }, '"1"')).status).toBe(412);
    expect((await patch({}, '"2"')).status).toBe(422);
    expect((await patch({ secret: 'whsec_x' }, '"2"')).json.errors[0]).toMatchObject({
      pointer: '#/secret',
      detail: expect.stringContaining('rotate-secret'),
    });
    expect((await world.admin(`PATCH ${endpoints}/whe_none`, { json: { description: 'a' } })).status).toBe(404);
  });

  test('disappears with its secrets when it is deleted', async () => {
    const { id } = await created({ headers: { authorization: 'x' } });
    expect((await world.admin(`DELETE ${endpoints}/${id}`)).status).toBe(204);
    for (const target of [`GET ${endpoints}/${id}`, `DELETE ${endpoints}/${id}`, `POST ${endpoints}/${id}/test`])
      expect((await world.admin(target)).status).toBe(404);
    expect((await world.admin(`GET ${endpoints}`)).json.data).toEqual([]);
    expect(await world.db.sql`select id from webhook_secrets`).toHaveLength(0);
  });

  test('lists endpoints page by page, by status', async () => {
    for (const status of ['enabled', 'disabled', 'enabled', 'disabled']) await created({ status });
    const seen: string[] = [];
    for (let target: string | undefined = `${endpoints}?limit=1&status=disabled`; target !== undefined; ) {
      const answer = await world.admin(`GET ${target}`);
      seen.push(...answer.json.data.map((endpoint: Json) => endpoint.disabled_reason));
      target = /^<(.+)>/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(seen).toEqual(['manual', 'manual']);
  });
});

describe('POST …/rotate-secret', () => {
  test('creates a secret, or accepts a given one, and shows it once', async () => {
    const { id, secret } = await created();
    const made = await world.admin(`POST ${endpoints}/${id}/rotate-secret`);
    expect(made.status).toBe(200);
    expect(made.json).toEqual({
      signing: 'v1',
      public_key: null,
      secret: expect.stringMatching(/^whsec_/),
      previous_until: '2026-01-16T12:00:00Z',
    });
    const back = await world.admin(`POST ${endpoints}/${id}/rotate-secret`, { json: { secret, overlap: 'PT0S' } });
    expect(back.json).toMatchObject({ secret, previous_until: null });
    expect((await world.admin(`GET ${endpoints}/${id}`)).json).toMatchObject({
      version: 3,
      previous_secrets: [{ signing: 'v1', public_key: null, expires_at: '2026-01-16T12:00:00Z' }],
    });
  });

  test('rejects an invalid or too long overlap, and an unknown endpoint', async () => {
    const { id } = await created();
    for (const overlap of ['P8D', 'P7DT1S', '-PT1H', '1 day', 'P1M']) {
      const answer = await world.admin(`POST ${endpoints}/${id}/rotate-secret`, { json: { overlap } });
      expect([answer.status, answer.json.errors?.[0]?.pointer]).toEqual([422, '#/overlap']);
    }
    expect((await world.admin(`POST ${endpoints}/${id}/rotate-secret`, { json: { overlap: 'P7D' } })).status).toBe(200);
    expect((await world.admin(`POST ${endpoints}/whe_none/rotate-secret`)).status).toBe(404);
  });
});

describe('POST …/test', () => {
  it('sends a signed message to the endpoint, whatever its subscription', async () => {
    const { id, secret } = await created({ event_types: ['feed.unhealthy'] });
    const answer = await world.admin(`POST ${endpoints}/${id}/test`);
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ state: 'pending', event: { type: 'ping' }, attempts: 0 });
    await sendDue(world.deps);
    expect(verified(secret, receiver.received[0])).toMatchObject({ type: 'ping', data: { endpoint: { id } } });
    const delivery = await world.admin(`GET ${answer.headers.location}`);
    expect(delivery.json).toMatchObject({
      state: 'succeeded',
      attempts: 1,
      last_status: 200,
      body: receiver.received[0]?.body,
    });
  });

  it('makes one attempt, and is rejected while the endpoint is disabled', async () => {
    const { id } = await created();
    receiver.answer(500);
    const { json } = await world.admin(`POST ${endpoints}/${id}/test`);
    await sendDue(world.deps);
    world.clock.advance(3_600_000);
    expect(await sendDue(world.deps)).toBe(0);
    expect((await world.admin(`GET /v1/webhook-deliveries/${json.id}`)).json).toMatchObject({
      state: 'failed',
      last_status: 500,
    });
    await world.admin(`PATCH ${endpoints}/${id}`, { json: { status: 'disabled' } });
    expect((await world.admin(`POST ${endpoints}/${id}/test`)).json).toMatchObject({ status: 409, code: 'conflict' });
  });
});

describe('an endpoint of the format slack', () => {
  it('receives the body of an incoming webhook of Slack, without headers of a signature', async () => {
    const { id } = await created({ format: 'slack', event_types: ['prediction.created'] });
    expect((await world.admin(`GET ${endpoints}/${id}`)).json.format).toBe('slack');
    await recordClaim(world, { slug: 'ours', statement: 'Models <never> end & more.' });
    await sendDue(world.deps);
    const [message] = receiver.received;
    expect(JSON.parse(message?.body ?? '')).toEqual({
      text: 'A prediction was recorded: Models &lt;never&gt; end &amp; more.',
    });
    const names = Object.keys(message?.headers ?? {});
    expect(message?.headers['content-type']).toBe('application/json');
    expect(names.filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  it('is retried like any other, and can become a standard one', async () => {
    const { id, secret } = await created({ format: 'slack', event_types: ['prediction.created'] });
    receiver.answer(500, 200);
    await recordClaim(world, { slug: 'ours' });
    await sendDue(world.deps);
    await world.admin(`PATCH ${endpoints}/${id}`, { json: { format: 'standard' } });
    world.clock.advance(10_000);
    await sendDue(world.deps);
    expect(receiver.received).toHaveLength(2);
    expect(verified(secret, receiver.received[1])).toMatchObject({ type: 'prediction.created' });
  });

  it('must be one of the two', async () => {
    expect(await refusal({ format: 'teams' })).toEqual([422, '#/format']);
  });
});
