import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeyOptions, manageKeys } from '../../../src/cli/keys.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { type Json, makeClient } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const keys = async (args: string[], options: KeyOptions = {}): Promise<Json> =>
  await manageKeys(world.deps, args, options);

test('a key created from a shell works over HTTP until it is revoked from there', async () => {
  const made = await keys(['create'], { name: 'From a shell', scopes: 'write, read', expires: '2026-02-01' });
  expect(made).toMatchObject({ scopes: ['read', 'write'], created_by: 'cli', expires_at: '2026-02-01T00:00:00Z' });
  const client = makeClient(world.base, { authorization: `Bearer ${made.key}` });
  const ask = async () => (await client('POST /v1/predictors', { json: { name: 'x' } })).status;
  expect(await ask()).toBe(201);
  expect(await keys(['revoke', made.id])).toMatchObject({ id: made.id, status: 'revoked' });
  expect(await ask()).toBe(401);
  const entries = (await world.admin(`GET /v1/audit?actor=cli&resource_id=${made.id}`)).json.data;
  expect(entries.map((entry: Json) => [entry.operation, entry.before?.status, entry.after?.status])).toEqual([
    ['revokeApiKey', 'active', undefined],
    ['createApiKey', undefined, 'active'],
  ]);
  expect(JSON.stringify(entries)).not.toContain(made.key);
});

test('the list has all keys without their secrets', async () => {
  await keys(['create'], { name: 'Listed', scopes: 'read' });
  const { keys: listed } = await keys(['list']);
  expect(listed.map((row: Json) => row.name)).toEqual(['From a shell', 'Listed']);
  expect(listed[0]).not.toHaveProperty('key');
});

describe('invalid arguments are rejected with what is missing:', () => {
  test.each<[string[], KeyOptions, RegExp]>([
    [[], {}, /create, list or revoke/],
    [['drop'], {}, /create, list or revoke/],
    [['create'], { scopes: 'read' }, /--name/],
    [['create'], { name: 'x' }, /--scopes/],
    [['create'], { name: 'x', scopes: 'read,everything' }, /--scopes/],
    [['create'], { name: 'x', scopes: 'read', expires: '2027' }, /--expires/],
    [['revoke'], {}, /the id/],
    [['revoke', 'key_nobody'], {}, /no key key_nobody/],
    [['create'], { name: 'x', scopes: 'read', expires: '2020-01-01' }, /in the future/],
  ])('keys %j %j', async (args, options, detail) => {
    await expect(keys(args, options)).rejects.toThrow(detail);
  });
});
