import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reportedItemsMax } from '../../../src/services/identity/curation.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { read, readAt, readLater } from '../../support/play.ts';
import { catalogues, openAgain } from '../../support/world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const secret = 'gpt-next-secret';
const solar = 'upstage/solar-2';
const alias = { kind: 'alias', id: secret, means: 'gpt-5' };
const vendor = {
  kind: 'vendor',
  id: 'upstage',
  namespaces: ['upstage'],
  own: { litellm: ['upstage'], models_dev: ['upstage'] },
  families: [{ family: 'solar', names: ['solar'] }],
};
const why = { reason: 'Its vendor says so.', source_url: 'https://example.com/models' };

const known = [...oldModels, 'gpt-5-chat-latest', 'o4-mini-high', 'my-org/gpt-5-distill'];

/** What both catalogues serve, with more names of a host of OpenAI's. */
function serve(more: readonly string[]): { litellm: object; 'models-dev': object } {
  const ids = [...known, ...more.filter((id) => id !== solar)];
  const solars = more.filter((id) => id === solar);
  return {
    litellm: { ...litellm(ids), ...litellm(Object.fromEntries(solars.map((id) => [id, { host: 'upstage' }]))) },
    'models-dev': { ...modelsDev(ids), ...modelsDev(solars, 'upstage') },
  };
}

/** Two catalogues list unread names for two days, beside what a curator must leave alone. */
beforeEach(async () => {
  await world.reset({ now: '2025-02-01', feeds: catalogues });
  await readAt(world, '2025-02-01', serve([]));
  await recordClaim(world, { slug: 'gpt-5', criterion: { op: 'released', model: gpt5 } });
  await readAt(world, '2025-02-05', serve([]));
  await readAt(world, '2025-02-10', serve([secret, solar]));
  await readLater(world, 48);
});

async function version(): Promise<string> {
  return (await world.anyone('GET /v1/identity')).json.version;
}

async function check(entry: object | null, more: object = {}): Promise<Json> {
  return (await world.admin('POST /v1/identity/additions/check', { json: { entry, ...why, ...more } })).json;
}

async function add(entry: object | null, more: object = {}): Promise<Json> {
  const json = { entry, ...why, ...more };
  return (await world.admin('POST /v1/identity/additions', { json })).json;
}

async function everything(): Promise<unknown> {
  const { sql } = world.db;
  return [
    await sql`select * from item_readings order by feed_id, item_key`,
    await sql`select * from identity_additions`,
    await sql`select * from predictions order by id`,
    await sql`select * from models order by vendor, slug, known_from`,
    await sql`select id from resolutions`,
    await sql`select id from events order by id`,
    await sql`select value from settings where name = 'identity_revision'`,
  ];
}

const standing = async (slug: string): Promise<Json> => {
  const { status, outcome } = (await world.anyone(`GET /v1/predictions/${slug}`)).json;
  return { status, outcome };
};

describe('a dry run', () => {
  test('lists the names and predictions that would change, and stores nothing', async () => {
    const before = await everything();
    const report = await check(alias);
    const file = await version();
    expect(report).toMatchObject({
      identity_version: { before: file, after: `${file}+1` },
      items_changed: 2,
      predictions_looked_at: 1,
      predictions: [
        {
          slug: 'gpt-5',
          before: { verdict: 'undetermined', status: 'proposed', outcome: null },
          after: { verdict: 'yes', status: 'resolved', outcome: 'yes' },
        },
      ],
    });
    expect(report.items[0]).toMatchObject({
      name: secret,
      before: { vendor: 'openai', family: null, reason: 'unrecognised' },
      after: { vendor: 'openai', family: 'gpt', version: '5', tier: null, reason: null },
    });
    expect(await everything()).toEqual(before);
    expect(await standing('gpt-5')).toEqual({ status: 'proposed', outcome: null });
  });

  test('lists a limited number of items, and counts all of them', async () => {
    const stamped = Array.from({ length: reportedItemsMax + 1 }, (_, index) => {
      return `${secret}-${new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10)}`;
    });
    await readAt(world, '2025-02-13', { litellm: serve([secret, solar, ...stamped]).litellm });
    const report = await check({ ...alias, match: 'prefix' });
    expect(report.items_changed).toBe(reportedItemsMax + 3);
    expect(report.items).toHaveLength(reportedItemsMax);
  });

  test.each([
    ['a rolling alias', { ...alias, id: 'gpt-5-chat-latest' }, '#/entry/id', 'rolling_alias'],
    ['an effort preset', { ...alias, id: 'o4-mini-high', means: 'o4-mini' }, '#/entry/id', 'preset'],
    [
      'a name that the file already reads',
      { ...alias, id: 'gpt-5', means: 'gpt-6' },
      '#/entry/id',
      'already read as a model',
    ],
    ['a target that is not a model', { ...alias, means: 'gpt-5-chat-latest' }, '#/entry/means', 'rolling_alias'],
    ['both a meaning and a reason', { ...alias, reason: 'codename' }, '#/entry', 'either'],
    ['capitals', { ...alias, id: 'GPT-Next' }, '#/entry/id', 'lower case'],
    ['an existing vendor', { ...vendor, id: 'openai' }, '#/entry/id', 'is already defined'],
    [
      'a vendor id reserved for another company',
      { ...vendor, id: 'liquid', namespaces: ['gas'], own: {} },
      '#/entry/id',
      'reserved for Liquid AI',
    ],
    ['another kind', { kind: 'guess', id: 'x' }, '#/entry/kind', ''],
    ['an empty entry', null, '#/entry', 'entry must be present'],
  ])('rejects %s', async (_what, entry, pointer, detail) => {
    const refused = await check(entry);
    expect(refused).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
    expect(JSON.stringify(refused)).toContain(detail);
    expect(await add(entry)).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  test('suggests what to try if the addition matches no name', async () => {
    const [family] = vendor.families;
    const joined = { ...vendor, families: [{ ...family, joins: [''] }] };
    const dashed = { ...vendor, families: [{ ...family, joins: ['', '-'] }] };
    const report = await check(joined);
    expect(report).toMatchObject({
      items: [{ after: { reason: 'unrecognised' } }, { after: { reason: 'unrecognised' } }],
      hints: [
        { code: 'joined_version', names: 2, entry: dashed },
        { code: 'no_family', names: 2 },
      ],
    });
    expect(await check(report.hints[0].entry)).toMatchObject({ items_changed: 2, hints: [] });
    expect(await check({ ...alias, id: 'gpt-never' })).toMatchObject({ hints: [{ code: 'no_such_name', names: 0 }] });
    expect(await add(joined)).toMatchObject({ hints: [{ code: 'joined_version' }, { code: 'no_family' }] });
  });

  test('shows that a prefix or vendor never turns an alias, a preset or a derivative into a release', async () => {
    const prefix = await check({ kind: 'alias', id: 'gpt-5-chat', match: 'prefix', means: 'gpt-5' });
    expect(prefix.errors?.[0]?.pointer).toBe('#/entry/id');
    const greedy = (names: readonly string[]) => ({
      kind: 'vendor',
      id: 'greedy',
      namespaces: ['my-org'],
      families: [{ family: 'greedy', names, unversioned: 'model' }],
    });
    for (const name of ['gpt', 'gpt-5', 'gpt-new', 'o4-mini'])
      expect(await check(greedy([name]))).toMatchObject({
        status: 422,
        errors: [{ pointer: '#/entry/families/0/names/0' }],
      });
  });
});

describe('an addition', () => {
  test('is stored with its provenance, creates a new version, reads names again and settles predictions', async () => {
    const file = await version();
    const made = await add(alias);
    expect(made).toMatchObject({ items_changed: 2, identity_version: { after: `${file}+1` } });
    expect(await version()).toBe(`${file}+1`);
    expect(await standing('gpt-5')).toEqual({ status: 'resolved', outcome: 'yes' });
    const { data } = (await world.admin('GET /v1/identity/additions')).json;
    expect(data).toEqual([
      {
        id: made.id,
        identity_version_number: 1,
        entry: alias,
        supersedes: null,
        superseded_by: null,
        idle: null,
        ...why,
        decided_by: 'admin',
        created_at: '2025-02-12T00:00:00Z',
      },
    ]);
    const model = await world.anyone('GET /v1/models/openai/gpt-5');
    expect(model.json).toMatchObject({ grade: 'admissible', witnesses: [{ name: secret }, { name: secret }] });
    expect((await world.anyone('GET /v1/observations/unrecognised?reason=unrecognised')).text).not.toContain(secret);
    const [resolution] = await world.db.sql<{ v: string }[]>`select identity_version as v from resolutions`;
    expect(resolution?.v).toBe(`${file}+1`);
  });

  test('of a vendor makes its models readable', async () => {
    const made = await add(vendor);
    expect(made).toMatchObject({ items_changed: 2 });
    expect((await world.anyone('GET /v1/models?vendor=upstage')).json.data).toMatchObject([
      { slug: 'solar-2', grade: 'admissible' },
    ]);
  });

  test('is rejected if the data has changed since the dry run', async () => {
    const file = await version();
    await add(vendor);
    for (const post of [add, check])
      expect(await post(alias, { identity_version: file })).toMatchObject({ status: 409, code: 'conflict' });
    expect(await check(alias, { identity_version: `${file}+1` })).toMatchObject({ items_changed: 2 });
    expect((await world.admin('GET /v1/identity/additions')).json.data).toHaveLength(1);
  });

  test('can be revoked once; resolutions that depend on it remain and are disputed', async () => {
    const made = await add(alias);
    const dry = await check(null, { supersedes: made.id });
    expect(dry).toMatchObject({
      items_changed: 2,
      predictions: [
        { before: { verdict: 'yes' }, after: { verdict: 'undetermined', status: 'disputed', outcome: 'yes' } },
      ],
    });
    const back = await add(null, { supersedes: made.id });
    expect(back).toMatchObject({ items_changed: 2 });
    expect((await world.anyone('GET /v1/models/openai/gpt-5')).status).toBe(404);
    expect(await standing('gpt-5')).toEqual({ status: 'disputed', outcome: 'yes' });
    const { leaning } = (await world.anyone('GET /v1/predictions/gpt-5')).json;
    expect(leaning).toMatchObject({
      outcome: null,
      text: expect.stringContaining('the identity data or the measured coverage has changed'),
    });
    const { data } = (await world.admin('GET /v1/identity/additions')).json;
    expect(data.map((row: Json) => [row.entry === null, row.supersedes, row.superseded_by])).toEqual([
      [true, made.id, null],
      [false, null, back.id],
    ]);
    expect(await add(null, { supersedes: made.id })).toMatchObject({ status: 409 });
    expect(await add(null, { supersedes: 'idn_none' })).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/supersedes' }],
    });
  });

  test('cannot change the model of a name that an earlier addition made readable, unless it supersedes it', async () => {
    await add(vendor);
    const moved = { kind: 'alias', id: 'solar-2', means: 'gpt-5' };
    expect(await add(moved)).toMatchObject({ status: 422, errors: [{ pointer: '#/entry/id' }] });
    const prefix = { kind: 'alias', id: 'solar', match: 'prefix', means: 'gpt-5' };
    expect(await add(prefix)).toMatchObject({ status: 422, errors: [{ pointer: '#/entry' }] });
  });

  test('can be replaced by another one in a single step', async () => {
    const made = await add({ ...alias, means: 'gpt-6' });
    const next = await add(alias, { supersedes: made.id });
    expect(next.items[0]).toMatchObject({ before: { version: '6' }, after: { version: '5' } });
    expect((await world.anyone('GET /v1/models/openai/gpt-6')).status).toBe(404);
    expect(await standing('gpt-5')).toEqual({ status: 'resolved', outcome: 'yes' });
  });

  test('of a name that held a NO back settles the claim', async () => {
    await recordClaim(world, {
      slug: 'no-gpt-6',
      criterion: { op: 'released', model: { ...gpt5, version: '6' }, from: '2025-02-02', by: '2025-02-12' },
    });
    await readAt(world, '2025-02-16', serve([secret, solar]));
    expect(await standing('no-gpt-6')).toEqual({ status: 'proposed', outcome: null });
    const made = await add({ ...alias, means: 'gpt-6' });
    expect(made.predictions.find((changed: { slug: string }) => changed.slug === 'no-gpt-6')).toMatchObject({
      before: { status: 'proposed' },
      after: { verdict: 'yes', status: 'resolved', outcome: 'yes' },
    });
    expect(await standing('no-gpt-6')).toEqual({ status: 'resolved', outcome: 'yes' });
  });

  test('takes effect on every node at its next request or poll', async () => {
    const other = { ...world.node('node_b', await openAgain(world.db)) };
    const file = await version();
    await add(alias);
    expect(other.identity.version).toBe(file);
    await read({ ...world, deps: other }, 'litellm', serve([secret, solar, `azure/${secret}`]).litellm);
    const readings = await world.db.sql<{ family: string; identity_version: string }[]>`
      select family, identity_version from item_readings where item_key = ${`azure/${secret}`}`;
    expect(readings).toEqual([{ family: 'gpt', identity_version: `${file}+1` }]);
    const versions = await world.db.sql`select distinct identity_version from item_readings`;
    expect(versions).toHaveLength(1);
    if (other.db !== world.db) await other.db.close();
  });

  test('requires a key with the scope feeds; the version is public', async () => {
    const { json: key } = await world.admin('POST /v1/api-keys', { json: { name: 'writer', scopes: ['write'] } });
    const headers = { authorization: `Bearer ${key.key}` };
    for (const path of [
      'POST /v1/identity/additions',
      'POST /v1/identity/additions/check',
      'GET /v1/identity/additions',
    ]) {
      const json = path.startsWith('POST') ? { json: { entry: alias, ...why } } : {};
      expect((await world.anyone(path, json)).status).toBe(401);
      expect((await world.anyone(path, { ...json, headers })).status).toBe(403);
    }
    expect((await world.anyone('GET /v1/identity')).json).toMatchObject({ additions: 0 });
    expect((await world.anyone('GET /v1/identity?as_of=2025-01-01')).status).toBe(422);
  });
});
