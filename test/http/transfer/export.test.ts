import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../src/store/db.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { openTestDatabase, testEngine } from '../../support/database.ts';
import { makeClient } from '../../support/http-client.ts';
import { exported, imported } from '../../support/rich-record.ts';

const stalledMs = 300;

let world: ApiWorld;
let copy: Database;
beforeAll(async () => {
  world = await openApiWorld({ http: { streamLimits: { stalledMs } } });
  copy = await openTestDatabase();
});
beforeEach(() => world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] }));
afterAll(async () => {
  await copy.close();
  await world.close();
});

const audited = async () =>
  (await world.admin('GET /v1/audit?operation=exportRecords')).json.data.map((entry: { actor: string }) => entry.actor);

/** More than the buffers between the two ends hold, so that a reader who stops is felt. */
async function grow(): Promise<void> {
  const value = 'x'.repeat(1_000_000);
  await world.db.sql`insert into settings (name, value) select 'large ' || i, ${value} from generate_series(1, 40) i`;
}

test('an export contains all records as NDJSON, can be imported, and is audited', async () => {
  await recordClaim(world, { slug: 'exported' });
  const before = await exported(world.db);
  const answer = await world.admin('GET /v1/export');
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store',
    'content-disposition': 'attachment; filename="outturn-export.ndjson"',
  });
  expect(answer.headers).not.toHaveProperty('etag');
  expect(answer.text === before, 'the answer is not the record as it stood').toBe(true);
  expect(await audited()).toEqual(['admin']);
  await imported({ db: copy, webhooks: world.deps.webhooks }, answer.text);
  expect((await exported(copy)) === answer.text).toBe(true);
});

test('a key without the scope is rejected, and no entry is written', async () => {
  const { key } = (await world.admin('POST /v1/api-keys', { json: { name: 'x', scopes: ['read', 'write'] } })).json;
  const answer = await makeClient(world.base, { authorization: `Bearer ${key}` })('GET /v1/export');
  expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
  expect((await world.anyone('GET /v1/export')).status).toBe(401);
  expect((await world.admin('GET /v1/export?as_of=2026-01-01')).status).toBe(422);
  expect(await audited()).toEqual([]);
});

test('a HEAD request makes no copy and blocks nobody', async () => {
  expect(await world.admin('HEAD /v1/export')).toMatchObject({ status: 200, text: '' });
  await expect.poll(async () => (await world.admin('GET /v1/export')).status).toBe(200);
  expect(world.log.map(({ message }) => message)).not.toContain('an export was interrupted');
});

/** Asks for the export and reads nothing. */
async function askWithoutReading(): Promise<{ ended: Promise<unknown>; leave: () => void }> {
  const headers = { authorization: `Bearer ${world.adminKey}` };
  return await new Promise((resolve, reject) => {
    const asked = request(`${world.base}/v1/export`, { headers, agent: false }, (response) => {
      const ended = new Promise((done) => {
        response.on('error', done);
        response.on('end', () => done('complete'));
      });
      resolve({ ended, leave: () => void response.resume() });
    });
    asked.on('error', reject);
    asked.end();
  });
}

if (testEngine() === 'server')
  test('one export runs at a time, and one that nobody reads is aborted and makes room', async () => {
    world.log.length = 0;
    await grow();
    const first = await askWithoutReading();
    const second = await world.admin('GET /v1/export');
    expect([second.status, second.json.code, second.headers['retry-after']]).toEqual([503, 'service_unavailable', '2']);
    const cut = async () => world.log.filter(({ message }) => message === 'an export was interrupted').length;
    await expect.poll(cut, { timeout: 20_000 }).toBe(1);
    first.leave();
    expect(await first.ended).toBeInstanceOf(Error);
    expect((await world.admin('GET /v1/export')).status).toBe(200);
  });
// The embedded database has one connection, so its export is written to a file first.
else
  test('an export that nobody reads blocks no other', async () => {
    await grow();
    const first = await askWithoutReading();
    expect((await world.admin('GET /v1/export')).status).toBe(200);
    first.leave();
    expect(await first.ended).toBe('complete');
  });
