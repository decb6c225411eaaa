import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { createReplica, replicaPauseMs } from '../../../src/http/operation/replica.ts';
import { operations } from '../../../src/http/operations.ts';
import { type Database, openDatabase } from '../../../src/store/db.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { openTestDatabase } from '../../support/database.ts';
import { exported, imported } from '../../support/rich-record.ts';

/** The replica is a copy that has stood still since `before`: what was recorded later is not in it. */
let world: ApiWorld;
let copy: Database;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  world = await openApiWorld();
  copy = await openTestDatabase();
  await recordClaim(world, { slug: 'before', statement: 'As it was.' });
  await imported({ db: copy, webhooks: world.deps.webhooks }, await exported(world.db));
  await world.admin('PATCH /v1/predictions/before', { json: { statement: 'As it is.' } });
  await recordClaim(world, { slug: 'after' });
});
beforeEach(() => {
  world.log.length = 0;
  app = createApp({ ...world.http, replica: createReplica(copy, world.http.log) });
});
afterAll(async () => {
  await copy.close();
  await world.close();
});

const read = async (path: string): Promise<string> => await (await app.request(path)).text();

test('lag-tolerant reads use the replica, everything else uses the primary', async () => {
  expect(await read('/badges/before.svg')).toContain('As it was.');
  expect(await read('/v1/predictions/before')).toContain('As it is.');
  expect(await read('/v1/predictions')).toContain('"after"');
  expect(await read('/v1/events')).toContain('"after"');
});

test('a row that the replica does not have yet is read from the primary, and is not an error', async () => {
  expect((await app.request('/badges/after.svg')).status).toBe(200);
  expect((await app.request('/badges/nobody.svg')).status).toBe(404);
  expect(await read('/badges/before.svg')).toContain('As it was.');
  expect(world.log.filter(({ level }) => level === 'warn')).toEqual([]);
});

test('as_of requests never use the replica', async () => {
  const asked: unknown[] = [];
  const counting = createApp({
    ...world.http,
    replica: (services, run) => {
      asked.push(services);
      return run(services);
    },
  });
  await counting.request('/v1/models?as_of=2026-01-01T00:00:00Z');
  expect(asked).toHaveLength(0);
  await counting.request('/v1/models');
  expect(asked).toHaveLength(1);
});

test('exactly these reads are marked lag-tolerant, and all of them are GETs with the scope read', () => {
  const marked = operations.filter(({ spec }) => spec.toleratesLag === true).map(({ spec }) => spec);
  expect(marked.map(({ operationId }) => operationId).sort()).toEqual([
    'getAtomFeed',
    'getBadge',
    'getCalendar',
    'getEndRecord',
    'getEndsAtomFeed',
    'getEndsJsonFeed',
    'getJsonFeed',
    'getModel',
    'getObservation',
    'listAliases',
    'listEnds',
    'listModels',
    'listObservations',
    'listReleases',
    'listUnrecognisedNames',
  ]);
  expect(marked.filter(({ method, access }) => method !== 'get' || access !== 'read')).toEqual([]);
});

describe('an unavailable replica', () => {
  test('is replaced by the primary, not contacted for a while, and then tried again', async () => {
    const away = await openDatabase({ databaseUrl: 'postgres://127.0.0.1:9/none', mayBeAway: true });
    let asked = 0;
    const counted = {
      ...away,
      get sql() {
        asked += 1;
        return away.sql;
      },
    };
    app = createApp({ ...world.http, replica: createReplica(counted, world.http.log) });
    expect(await read('/badges/before.svg')).toContain('As it is.');
    const first = asked;
    expect(first).toBeGreaterThan(0);
    expect(await read('/badges/before.svg')).toContain('As it is.');
    expect(asked).toBe(first);
    world.clock.advance(replicaPauseMs);
    expect(await read('/badges/before.svg')).toContain('As it is.');
    expect(asked).toBeGreaterThan(first);
    expect(world.log.filter(({ level }) => level === 'warn')).toHaveLength(2);
    await away.close();
  });
});
