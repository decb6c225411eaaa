import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWellFormedKey } from '../../../src/domain/access/api-key.ts';
import { hashKey } from '../../../src/services/access/admin-key.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { type Client, type Json, makeClient } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

async function make(fields: object = {}): Promise<Json> {
  const json = { name: 'A key', scopes: ['write'], ...fields };
  const answer = await world.admin('POST /v1/api-keys', { json });
  expect(answer.status).toBe(201);
  return answer.json;
}

const using = (key: string): Client => makeClient(world.base, { authorization: `Bearer ${key}` });
const stateOf = async (id: string): Promise<Json> => (await world.admin(`GET /v1/api-keys/${id}`)).json;
const writes = async (key: string): Promise<number> =>
  (await using(key)('POST /v1/predictors', { json: { name: 'x' } })).status;

describe('POST /v1/api-keys', () => {
  test('shows the key once and keeps only its hash', async () => {
    const answer = await world.admin('POST /v1/api-keys', {
      json: { name: 'Pipeline', scopes: ['write', 'read', 'write'], expires_at: '2026-02-01' },
    });
    const { key, id } = answer.json;
    expect([answer.status, answer.headers.location, answer.headers['cache-control']]).toEqual([
      201,
      `/v1/api-keys/${id}`,
      'no-store',
    ]);
    expect(isWellFormedKey(key)).toBe(true);
    expect(answer.json).toMatchObject({
      name: 'Pipeline',
      prefix: key.slice(0, 9),
      scopes: ['write', 'read'],
      status: 'active',
      created_by: 'admin',
      expires_at: '2026-02-01T00:00:00Z',
      last_used_at: null,
    });
    for (const target of [`GET /v1/api-keys/${id}`, 'GET /v1/api-keys', 'GET /v1/audit'])
      expect((await world.admin(target)).text).not.toContain(key);
    const [row] = await world.db.sql`select * from api_keys where id = ${id}`;
    expect(JSON.stringify(row)).not.toContain(key);
    expect(row?.key_hash).toBe(hashKey(key));
  });

  test.each([
    [{ name: 'x', scopes: [] }, '#/scopes'],
    [{ name: 'x', scopes: ['everything'] }, '#/scopes/0'],
    [{ name: ' ', scopes: ['read'] }, '#/name'],
    [{ scopes: ['read'] }, '#/name'],
    [{ name: 'x', scopes: ['read'], expires_at: '2026-01' }, '#/expires_at'],
    [{ name: 'x', scopes: ['read'], expires_at: '2026-01-15T12:00:00Z' }, '#/expires_at'],
    [{ name: 'x', scopes: ['read'], key: 'ok_mine' }, '#/key'],
  ])('rejects %j', async (json, pointer) => {
    const answer = await world.admin('POST /v1/api-keys', { json });
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
  });

  test('accepts a key with the scope admin like the admin key, and records who created what', async () => {
    const { id, key } = await make({ scopes: ['admin'] });
    const made = await using(key)('POST /v1/api-keys', { json: { name: 'child', scopes: ['read'] } });
    expect([made.status, made.json.created_by]).toEqual([201, id]);
  });
});

test('pages through the keys, oldest first', async () => {
  const names = ['first of three', 'second of three', 'third of three'];
  for (const name of names) await make({ name });
  const seen: string[] = [];
  for (let target: string | undefined = '/v1/api-keys?limit=2'; target !== undefined; ) {
    const answer = await world.admin(`GET ${target}`);
    seen.push(...answer.json.data.map((row: Json) => row.name));
    target = /^<(.+)>/.exec(answer.headers.link ?? '')?.[1];
  }
  expect(seen.slice(-3)).toEqual(names);
  expect((await world.admin('GET /v1/api-keys/key_nobody')).json).toMatchObject({ status: 404 });
});

describe('a key', () => {
  test('stops working at once and for good when it is revoked', async () => {
    const { id, key } = await make();
    expect(await writes(key)).toBe(201);
    expect((await world.admin(`DELETE /v1/api-keys/${id}`)).status).toBe(204);
    expect(await writes(key)).toBe(401);
    expect(await stateOf(id)).toMatchObject({ status: 'revoked', revoked_at: '2026-01-15T12:00:00Z' });
    world.clock.advance(1000);
    expect((await world.admin(`DELETE /v1/api-keys/${id}`)).status).toBe(204);
    expect(await stateOf(id)).toMatchObject({ revoked_at: '2026-01-15T12:00:00Z' });
    expect((await world.admin('DELETE /v1/api-keys/key_nobody')).status).toBe(404);
  });

  test('works until the moment at which it expires', async () => {
    const at = world.clock.now() + 60_000;
    const { id, key } = await make({ expires_at: new Date(at).toISOString() });
    world.clock.advance(59_999);
    expect(await writes(key)).toBe(201);
    world.clock.advance(1);
    expect(await writes(key)).toBe(401);
    expect((await stateOf(id)).status).toBe('expired');
  });

  test('has its last use recorded once a minute', async () => {
    const { id, key } = await make();
    const first = new Date(world.clock.now()).toISOString().replace('.000Z', 'Z');
    await writes(key);
    world.clock.advance(59_999);
    await writes(key);
    expect((await stateOf(id)).last_used_at).toBe(first);
    world.clock.advance(1);
    await writes(key);
    expect(Date.parse((await stateOf(id)).last_used_at) - Date.parse(first)).toBe(60_000);
  });
});

describe('a rotation', () => {
  test('creates a key like the old one, which keeps working for the overlap', async () => {
    const old = await make({ name: 'Rotated', scopes: ['write', 'feeds'] });
    const answer = await world.admin(`POST /v1/api-keys/${old.id}/rotate`, { json: { overlap: 'PT1H' } });
    expect([answer.status, answer.headers.location]).toEqual([201, `/v1/api-keys/${answer.json.id}`]);
    expect(answer.json).toMatchObject({
      name: 'Rotated',
      scopes: ['write', 'feeds'],
      status: 'active',
      expires_at: null,
    });
    expect(await stateOf(old.id)).toMatchObject({ status: 'replaced', replaced_by: answer.json.id });
    expect([await writes(old.key), await writes(answer.json.key)]).toEqual([201, 201]);
    world.clock.advance(60 * 60_000);
    expect([await writes(old.key), await writes(answer.json.key)]).toEqual([401, 201]);
  });

  test("extends neither the old key's expiry nor the new one's", async () => {
    const ends = new Date(world.clock.now() + 60_000).toISOString();
    const old = await make({ expires_at: ends });
    world.clock.advance(30_000);
    const fresh = (await world.admin(`POST /v1/api-keys/${old.id}/rotate`, { json: {} })).json;
    expect(Date.parse((await stateOf(old.id)).expires_at)).toBe(Date.parse(ends));
    expect(Date.parse(fresh.expires_at)).toBe(world.clock.now() + 60_000);
  });

  test('is rejected for a key that is no longer valid or was rotated before, and for too long an overlap', async () => {
    const old = await make();
    const rotate = (json: object) => world.admin(`POST /v1/api-keys/${old.id}/rotate`, { json });
    for (const overlap of ['P31D', 'P1M', 'soon', ''])
      expect((await rotate({ overlap })).json).toMatchObject({ status: 422, errors: [{ pointer: '#/overlap' }] });
    const answers = await Promise.all([rotate({ overlap: 'P30D' }), rotate({}), rotate({})]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    await world.admin(`DELETE /v1/api-keys/${old.id}`);
    expect((await rotate({})).json.detail).toMatch(/is revoked; only an active key/);
    expect((await world.admin('POST /v1/api-keys/key_nobody/rotate', { json: {} })).status).toBe(404);
  });
});
