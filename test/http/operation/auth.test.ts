import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allows, type Caller, checksum, scopes } from '../../../src/domain/access/api-key.ts';
import { operations } from '../../../src/http/operations.ts';
import { hashKey } from '../../../src/services/access/admin-key.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { makeClient } from '../../support/http-client.ts';

let world: ApiWorld;
let closed: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  closed = await openApiWorld({ http: { publicRead: false } });
});
afterAll(async () => {
  await world.close();
  await closed.close();
});

const writes = operations
  .filter(({ spec }) => spec.access !== 'read' && spec.access !== 'open')
  .map(({ spec }) => `${spec.method.toUpperCase()} ${spec.path.replace('{id}', 'any')}`);
const reads = operations
  .filter(({ spec }) => spec.access === 'read')
  .map(({ spec }) => `${spec.method.toUpperCase()} ${spec.path.replace('{id}', 'any')}`);

test('every operation that stores something, except GET, needs a key', () => {
  expect(
    operations
      .filter(({ spec }) => spec.method !== 'get' && ['read', 'open'].includes(spec.access))
      .map(({ spec }) => spec.operationId),
  ).toEqual(['checkCriterion']);
});

test.each([
  ['createPredictionResolution', 'resolve'],
  ['createPrediction', 'write'],
  ['createPredictor', 'write'],
  ['createFeed', 'feeds'],
  ['pollFeed', 'feeds'],
  ['createFeedSnapshot', 'feeds'],
  ['listFeeds', 'read'],
  ['getHealth', 'open'],
])('%s requires the scope %s', (operationId, scope) => {
  expect(operations.find(({ spec }) => spec.operationId === operationId)?.spec.access).toBe(scope);
});

test.each(scopes)('the scope %s grants only itself, except admin, which grants all', (held) => {
  const caller: Caller = { id: 'key_1', name: 'a key', scopes: [held] };
  for (const needed of scopes) expect(allows(caller, needed)).toBe(held === needed || held === 'admin');
});

test.each(writes)('%s is rejected without a key', async (target) => {
  const answer = await world.anyone(target, { json: {} });
  expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="outturn"');
  expect(answer.headers['content-type']).toBe('application/problem+json');
});

test.each(reads)('%s is rejected without a key if public reads are disabled', async (target) => {
  expect((await closed.anyone(target, target.startsWith('POST') ? { json: {} } : {})).status).toBe(401);
});

describe('an invalid key', () => {
  const typo = (key: string) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
  const stranger = () => {
    const body = `ok_${'a'.repeat(30)}`;
    return `${body}${checksum(body)}`;
  };
  const cases: [string, () => string, RegExp][] = [
    ['with a typo', () => `Bearer ${typo(world.adminKey)}`, /mistyped/],
    ['that was cut short', () => `Bearer ${world.adminKey.slice(0, 20)}`, /mistyped or truncated/],
    ['of somebody else', () => `Bearer ${stranger()}`, /does not exist/],
    ['of another service', () => 'Bearer sk-123', /start with "ok_"/],
    ['of another scheme', () => `Basic ${Buffer.from('a:b').toString('base64')}`, /Bearer/],
    ['that is missing', () => 'Bearer', /Bearer/],
    ['twice', () => `Bearer ${world.adminKey} ${world.adminKey}`, /Bearer/],
  ];
  test.each(cases)('%s is rejected with the reason, even if no key is needed', async (_what, authorization, detail) => {
    const client = makeClient(world.base, { authorization: authorization() });
    for (const target of ['POST /v1/predictions', 'GET /v1/predictions']) {
      const answer = await client(target, target.startsWith('POST') ? { json: {} } : {});
      expect([target, answer.status, answer.json.code]).toEqual([target, 401, 'unauthorized']);
      expect(answer.json.detail).toMatch(detail);
      expect(answer.text).not.toContain(world.adminKey);
    }
  });
});

test('an admin key chosen by the operator needs no checksum', async () => {
  const chosen = 'a-key-the-operator-chose';
  const own = await openApiWorld({ http: { adminKeyHash: hashKey(chosen) } });
  const ask = async (authorization: string) =>
    (await makeClient(own.base, { authorization })('POST /v1/predictors', { json: { name: 'x' } })).status;
  expect([await ask(`bearer ${chosen}`), await ask(`Bearer ${chosen}x`)]).toEqual([201, 401]);
  await own.close();
});

test('health and the API document need no key if public reads are disabled', async () => {
  for (const target of ['GET /healthz', 'GET /readyz', 'GET /openapi.json', 'GET /docs'])
    expect((await closed.anyone(target)).status).toBe(200);
});

test('responses to a key are private, anonymous responses are not', async () => {
  await recordClaim(world, { slug: 'seen' });
  for (const target of [
    'GET /v1/predictions',
    'GET /v1/predictions/seen',
    'GET /v1/predictions/seen?as_of=2026-01-01',
  ]) {
    expect((await world.admin(target)).headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: expect.stringMatching(/^Authorization\b/),
    });
    expect((await world.anyone(target)).headers['cache-control']).not.toContain('private');
  }
  expect((await closed.admin('GET /v1/predictions')).headers['cache-control']).toBe('private, no-cache');
});
