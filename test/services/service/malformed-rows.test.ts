import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { placeEvents } from '../../../src/services/events/event-log.ts';
import { pollDueFeeds } from '../../../src/services/feeds/polls.ts';
import { refreshIdentity } from '../../../src/services/identity/identity.ts';
import { refreshModels } from '../../../src/services/models/states.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { exportRecords } from '../../../src/services/transfer/export.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { countMalformedRows, type MalformedRow, reportMalformedRows } from '../../../src/store/malformed-rows.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { subscribe } from '../../support/webhooks.ts';
import { served } from '../../support/wire.ts';
import { catalogues } from '../../support/world.ts';

let world: ApiWorld;
let receiver: Receiver;
const reported: MalformedRow[] = [];

beforeAll(async () => {
  world = await openApiWorld();
  receiver = await openReceiver();
  reportMalformedRows((row) => reported.push(row));
});

afterAll(async () => {
  reportMalformedRows(() => {});
  await receiver.close();
  await world.close();
});

const slugs = ['one', 'two', 'three'];

beforeEach(async () => {
  await world.reset({ feeds: catalogues, now: '2025-08-01T00:00:00Z' });
  receiver.clear();
  reported.length = 0;
  await subscribe(world, receiver.origin, { eventTypes: undefined });
  for (const slug of slugs) await recordClaim(world, { slug });
  list(oldModels);
  await pollDueFeeds(world.deps, world.clock.now());
  list([...oldModels, 'gpt-5']);
});

/** Has both catalogues list these models. */
function list(models: readonly string[]): void {
  world.wire.answer('https://litellm.test/prices.json', served(litellm(models)));
  world.wire.answer('https://models.test/api.json', served(modelsDev(models)));
}

/** Changes rows past the triggers that keep them append-only. */
async function plant(statement: string): Promise<void> {
  await world.db.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(statement);
  });
}

const idOf = async (slug: string): Promise<string> => (await world.anyone(`GET /v1/predictions/${slug}`)).json.id;

/** Everything that runs on a schedule, some days in a row. None of it may throw or leave a feed unread. */
async function runJobs(days = 4): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    world.clock.advance(24 * 3_600_000);
    const { polled, failures } = await pollDueFeeds(world.deps, world.clock.now());
    expect({ polled, failures }).toEqual({ polled: 2, failures: [] });
    await resolveDue(world.deps);
    await resolveEverything(world.deps);
    await refreshModels(world.deps);
    await refreshIdentity(world.deps);
    await placeEvents(world.deps);
    await sendDue(world.deps);
  }
  await exportRecords(world.deps, { program: '0.0.0', write: async () => {} });
  expect(world.errors).toEqual([]);
}

const lists = [
  ...['predictions', 'predictions?as_of=2025-08-02T12:00:00Z', 'events', 'feeds', 'observations', 'models', 'releases'],
  ...['resolutions', 'webhook-endpoints', 'identity/additions', 'predictors', 'sources', 'audit'],
].map((path) => `/v1/${path}`);

/** Reads every list and page, which must all answer, and returns the lists by path. */
async function readLists(): Promise<Map<string, Json[]>> {
  const found = new Map<string, Json[]>();
  for (const path of [
    ...lists,
    '/feeds/resolutions.atom',
    '/feeds/resolutions.json',
    '/calendar.ics',
    '/metrics',
    '/readyz',
  ]) {
    const { status, json } = await world.admin(`GET ${path}`);
    expect([path, status]).toEqual([path, 200]);
    found.set(path, json?.data ?? []);
  }
  return found;
}

const metric = async (table: string): Promise<number> => {
  const { text } = await world.anyone('GET /metrics');
  return Number(new RegExp(`^outturn_malformed_rows_total\\{table="${table}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};

describe('a criterion that cannot be read', () => {
  test.each(['{"op":"nonsense"}', 'null', '[]', '"text"', '{"op":"all","of":[{"op":"released"}]}'])(
    '%s is reported once, shown as one, and settles nothing; the others are settled',
    async (criterion) => {
      const id = await idOf('two');
      const before = await metric('criteria');
      await plant(
        `update criteria set criterion = '${criterion}' where prediction_id = '${id}'; delete from prediction_documents`,
      );
      await runJobs();
      expect(reported).toEqual([{ table: 'criteria', id, problem: expect.any(String) }]);
      expect(await metric('criteria')).toBe(before + 1);

      const predictions = (await readLists()).get('/v1/predictions') ?? [];
      expect(predictions.map(({ slug, status }) => [slug, status]).sort()).toEqual([
        ['one', 'resolved'],
        ['three', 'resolved'],
        ['two', 'open'],
      ]);
      expect(predictions.find(({ slug }) => slug === 'two').criterion_text).toContain('cannot be read');
      for (const path of ['', '/explanation', '/history', '/resolutions', '/forecasts'])
        expect([path, (await world.anyone(`GET /v1/predictions/two${path}`)).status]).toEqual([path, 200]);

      const replaced = await world.admin('POST /v1/predictions/two/criterion', {
        json: {
          criterion: {
            op: 'not',
            of: { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5', tier: null } },
          },
          reason: 'It was damaged.',
        },
      });
      expect([200, 201]).toContain(replaced.status);
      expect((await world.anyone('GET /v1/predictions/two')).json.status).toBe('resolved');
    },
  );

  test('of a resolved prediction leaves the resolution as it is', async () => {
    await runJobs();
    const id = await idOf('two');
    await plant(
      `update criteria set criterion = '{}' where prediction_id = '${id}'; update predictions set evaluated_with = null; delete from prediction_documents`,
    );
    await runJobs(2);
    const { json } = await world.anyone('GET /v1/predictions/two');
    expect(json).toMatchObject({ status: 'resolved', outcome: 'no' });
    expect((await world.anyone('GET /v1/predictions/two/resolutions')).json.data).toHaveLength(1);
  });
});

test('an addition to the identity data that cannot be read is left out', async () => {
  await plant(`
    insert into identity_additions (id, revision, entry, reason, decided_by, created_at)
    values ('idn_broken', 1, '{"kind":"nonsense"}', 'r', 'a', now());
    insert into settings (name, value) values ('identity_revision', '1') on conflict (name) do update set value = '1'`);
  await runJobs();
  expect((await readLists()).get('/v1/identity/additions')).toEqual([]);
  expect(reported).toEqual([{ table: 'identity_additions', id: 'idn_broken', problem: expect.any(String) }]);
  expect((await world.anyone('GET /v1/predictions/two')).json.status).toBe('resolved');
});

test.each(['not json', '[]', '{"type":"prediction.created","data":[]}', ''])(
  'an event whose body is "%s" keeps its place in the log, the stream and the deliveries, and states the problem',
  async (body) => {
    await placeEvents(world.deps);
    const id = ((await world.anyone('GET /v1/events')).json.data as Json[])[1]?.id;
    await plant(`update events set body = '${body}' where id = '${id}'`);
    await runJobs();
    const events = (await readLists()).get('/v1/events') ?? [];
    expect(events.map(({ position }) => position)).toEqual(events.map((_event, index) => index + 1));
    expect(events[1]).toMatchObject({ id, type: 'prediction.created', data: { problem: expect.any(String) } });
    expect(reported).toEqual([{ table: 'events', id, problem: expect.any(String) }]);
    const delivered = receiver.received.map((message) => JSON.parse(message.body));
    expect(delivered.length).toBeGreaterThan(3);
    expect(delivered.filter(({ data }) => 'problem' in data)).toHaveLength(1);
  },
);

test('a feed with options that its adapter cannot read fails alone and proves nothing', async () => {
  const options = { items: '/data', id: '/id', vendor: 'openai' };
  const made = await world.admin('POST /v1/feeds', {
    json: { slug: 'own', adapter: 'json', url: 'https://own.test/list.json', covers: ['openai'], options },
  });
  expect(made.json).toMatchObject({ slug: 'own' });
  world.wire.answer('https://own.test/list.json', served({ data: [{ id: 'gpt-5' }] }));
  await pollDueFeeds(world.deps, world.clock.now());
  await plant(`update feeds set options = '{"nonsense":1}' where slug = 'own'`);
  for (let day = 0; day < 4; day += 1) {
    world.clock.advance(24 * 3_600_000);
    world.wire.answer('https://own.test/list.json', served({ data: [{ id: `gpt-5-${day}` }] }));
    await pollDueFeeds(world.deps, world.clock.now());
    await resolveDue(world.deps);
  }
  const { data: polls } = (await world.anyone('GET /v1/feeds/own/polls')).json;
  for (const poll of polls.slice(0, 4))
    expect(poll).toMatchObject({ result: 'suspect', suspect_reason: expect.stringContaining('cannot be read') });
  expect((await world.anyone('GET /v1/predictions/two')).json.status).toBe('resolved');
  const feeds = (await readLists()).get('/v1/feeds') ?? [];
  expect(feeds.find(({ slug }) => slug === 'own')).toMatchObject({ options: null });
  expect(reported).toEqual([{ table: 'feeds', id: made.json.id, problem: expect.any(String) }]);
});

test.each([
  [
    'an observation with a broken item',
    `update observations set item = '[1]' where item_key = (select min(item_key) from observations)`,
  ],
  [
    'an observation with a broken attribute',
    `update observations set item = '{"attributes":[]}' where item_key = (select max(item_key) from observations)`,
  ],
  ['a policy', `update predictions set evidence_policy = '[1]' where slug = 'two'`],
  ['the detail of a state', `update predictions set state_detail = '[1]' where slug = 'two'`],
  ['headers of an endpoint', `update webhook_endpoints set headers = '[1]'`],
  [
    'sealed headers of an endpoint',
    `update webhook_endpoints set sealed_headers = 'nonsense', sealed_header_names = '{authorization}'`,
  ],
  ['a secret', `update webhook_secrets set sealed = 'nonsense'`],
])('%s that is malformed stops no job and no list, and the others are settled', async (_name, statement) => {
  await plant(statement);
  await runJobs();
  const predictions = (await readLists()).get('/v1/predictions') ?? [];
  expect(predictions.map(({ slug }) => slug).sort()).toEqual(['one', 'three', 'two']);
  expect(predictions.filter(({ status }) => status === 'resolved').length).toBeGreaterThanOrEqual(2);
});

test('counts are by table', () => {
  expect([...countMalformedRows().keys()].sort()).toEqual(['criteria', 'events', 'feeds', 'identity_additions']);
});
