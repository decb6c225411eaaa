import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { formatInterval } from '../../../src/domain/instant.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { getModel, listModels } from '../../../src/services/models/models.ts';
import { refreshModels } from '../../../src/services/models/states.ts';
import { eventTypes, readAt, record, resolutions, view } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/** A model that its vendor withdrew for some weeks and lists as active again, by the vendor's own list. */

/** A page that states the stage of each model, of the vendor itself or of a host. */
const statusPage = (slug: string, whose: object): FeedInput => ({
  slug,
  adapter: 'json',
  url: `https://${slug}.test/status`,
  trust: 'first_party',
  origin: slug,
  settlementLag: 'PT0S',
  options: {
    items: '/data',
    id: '/id',
    ...whose,
    stage: { at: '/word', words: { active: 'general', suspended: 'suspended' } },
  },
});

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() =>
  world.reset({
    now: '2026-06-01',
    feeds: [
      { slug: 'anthropic', adapter: 'anthropic_models', url: 'https://anthropic.test/v1/models' },
      statusPage('page', { vendor: 'anthropic' }),
      statusPage('host', { host: { is: 'azure' } }),
    ],
  }),
);
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const row = (id: string, created_at: string, lifecycle: string, retires_at: string | null = null) => ({
  type: 'model',
  id,
  display_name: id,
  created_at,
  lifecycle,
  deprecated_at: null,
  retires_at,
  max_input_tokens: 1_000_000,
  max_tokens: 128_000,
});
const list = (lifecycle: string, retiresAt: string | null = null) => ({
  data: [
    row('claude-opus-4-5', '2025-11-24T00:00:00Z', 'active'),
    row('claude-fable-5', '2026-06-09T00:00:00Z', lifecycle, retiresAt),
  ],
  has_more: false,
});

/** Fable 5: out on 9 June 2026, withdrawn on 12 June, back on 1 July. */
async function playFable(): Promise<void> {
  await readAt(world, '2026-06-09T18:00:00Z', { anthropic: list('active') });
  await readAt(world, '2026-06-13T00:00:00Z', { anthropic: list('retired', '2026-06-12') });
  await readAt(world, '2026-06-20T00:00:00Z', { anthropic: list('retired', '2026-06-12') });
  await readAt(world, '2026-07-01T12:00:00Z', { anthropic: list('active') });
  await readAt(world, '2026-07-10T00:00:00Z', { anthropic: list('active') });
}

/** The stage of Fable 5 and when it entered and left each of its stages, now or as of a time. */
async function stagesOf(asOf?: string): Promise<object> {
  const { stage, stages } = await getModel(world.deps, 'anthropic', 'claude-5-fable', asOf ? instantOf(asOf) : null);
  const text = stages.map((fact) => {
    const until = fact.until === null ? '' : ` until ${formatInterval(fact.until)}`;
    return `${fact.stage} ${formatInterval(fact.since)}${until}`;
  });
  return { stage, stages: text };
}
const withdrawn: Criterion = {
  op: 'retired',
  model: { vendor: 'anthropic', family: 'claude', version: '5', tier: ['fable'] },
};

test('a reversed withdrawal is disputed once, and the resolution remains', async () => {
  await record(world, 'withdrawn', withdrawn, { madeAt: '2026-06-01' });
  await readAt(world, '2026-06-09', { anthropic: list('active') });
  await readAt(world, '2026-06-13', { anthropic: list('retired') });
  expect(await view(world, 'withdrawn')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
  await readAt(world, '2026-07-01', { anthropic: list('active') });
  await readAt(world, '2026-07-02', { anthropic: list('active') });
  expect(await view(world, 'withdrawn')).toMatchObject({
    status: 'disputed',
    resolution: { outcome: 'yes' },
    leaning: { outcome: null, reason: 'reinstated' },
  });
  expect(await resolutions(world, 'withdrawn')).toHaveLength(1);
  expect(await eventTypes(world, 'withdrawn')).toEqual([
    'prediction.created',
    'prediction.resolved',
    'prediction.disputed',
  ]);
});

test.each([null, '2026-12-31', '2026-06-20'])(
  'a model that returns from retired to deprecated, to end on %s, was suspended too',
  async (ends) => {
    await record(world, 'withdrawn', withdrawn, { madeAt: '2026-06-01' });
    await readAt(world, '2026-06-09', { anthropic: list('active') });
    await readAt(world, '2026-06-13', { anthropic: list('retired', '2026-06-12') });
    expect(await view(world, 'withdrawn')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
    await readAt(world, '2026-07-01', { anthropic: list('deprecated', ends) });
    await readAt(world, '2026-07-02', { anthropic: list('deprecated', ends) });
    expect(await view(world, 'withdrawn')).toMatchObject({
      status: 'disputed',
      resolution: { outcome: 'yes' },
      leaning: { outcome: null, reason: 'reinstated' },
    });
    expect((await view(world, 'withdrawn')).leaning?.text).toContain(
      'has listed it as deprecated again since 2026-07-01T00:00:00Z',
    );
    expect((await record(world, 'later', withdrawn, { madeAt: '2026-06-01' })).status).toBe('proposed');
  },
);

test('a claim recorded after the return is left to a person', async () => {
  await readAt(world, '2026-06-09', { anthropic: list('active') });
  await readAt(world, '2026-06-13', { anthropic: list('retired') });
  await readAt(world, '2026-07-01', { anthropic: list('active') });
  const { status } = await record(world, 'withdrawn', withdrawn, { madeAt: '2026-06-01' });
  expect(status).toBe('proposed');
});

test('a withdrawn model is retired until it is listed again, and from then on counts as having been suspended', async () => {
  await playFable();
  expect(await stagesOf('2026-06-12T00:00:00Z')).toMatchObject({ stage: 'general' });
  expect(await stagesOf('2026-06-30T00:00:00Z')).toMatchObject({ stage: 'retired' });
  expect(await stagesOf()).toEqual({
    stage: 'general',
    stages: ['general 2026-06-08/2026-06-09T18:00:00Z', 'suspended 2026-06-12 until 2026-06-20/2026-07-01T12:00:00Z'],
  });
  const stageAt = async (asOf: string | null) => {
    const page = { after: null, asOf: asOf === null ? null : instantOf(asOf), limit: 10 };
    const rows = await listModels(world.deps, { vendor: 'anthropic', family: 'claude' }, page);
    return rows.find((one) => one.slug === 'claude-5-fable')?.stage;
  };
  expect([await stageAt('2026-06-12'), await stageAt('2026-06-30'), await stageAt(null)]).toEqual([
    'general',
    'retired',
    'general',
  ]);
});

test('a model that is withdrawn once more after its suspension is retired', async () => {
  await playFable();
  await readAt(world, '2026-08-01T00:00:00Z', { anthropic: list('retired', '2026-07-31') });
  expect(await stagesOf()).toMatchObject({
    stage: 'retired',
    stages: [
      'general 2026-06-08/2026-06-09T18:00:00Z',
      'deprecated 2026-08-01T00:00:00Z',
      'suspended 2026-06-12 until 2026-06-20/2026-07-01T12:00:00Z',
      'retired 2026-07-31',
    ],
  });
});

/** The events of suspensions, oldest first: type, model, bounds. */
async function announcements(): Promise<string[]> {
  const rows = await world.db.sql<{ type: string; body: string }[]>`
    select type, body from events where type in ('model.suspended', 'model.reinstated') order by sequence`;
  return rows.map(({ type, body }) => {
    const { model, suspension } = JSON.parse(body).data;
    return `${type} ${model.id} ${suspension.since} until ${suspension.until}`;
  });
}
const fable = 'anthropic/claude-5-fable 2026-06-12 until 2026-06-20/2026-07-01T12:00:00Z';
const both = [`model.suspended ${fable}`, `model.reinstated ${fable}`];

test('a return is announced once with the suspension that it proves, and a withdrawal alone is not', async () => {
  await readAt(world, '2026-06-09T18:00:00Z', { anthropic: list('active') });
  await readAt(world, '2026-06-13T00:00:00Z', { anthropic: list('retired', '2026-06-12') });
  await readAt(world, '2026-06-20T00:00:00Z', { anthropic: list('retired', '2026-06-12') });
  expect(await announcements()).toEqual([]);
  await readAt(world, '2026-07-01T12:00:00Z', { anthropic: list('active') });
  expect(await announcements()).toEqual(both);
  await readAt(world, '2026-07-01T12:00:01Z', { anthropic: list('active') });
  // Recomputed while it is still news.
  await world.db.sql`update model_families set computed_with = null`;
  await refreshModels(world.deps);
  await readAt(world, '2026-07-10T00:00:00Z', { anthropic: list('active') });
  expect(await announcements()).toEqual(both);
});

test('a second suspension is announced as well', async () => {
  await playFable();
  await readAt(world, '2026-08-01T00:00:00Z', { anthropic: list('retired', '2026-07-31') });
  await readAt(world, '2026-08-05T00:00:00Z', { anthropic: list('active') });
  const second = 'anthropic/claude-5-fable 2026-07-31 until 2026-08-01/2026-08-05T00:00:00Z';
  expect(await announcements()).toEqual([...both, `model.suspended ${second}`, `model.reinstated ${second}`]);
});

test('a status of the publisher is announced at once, except one in the first read of its feed', async () => {
  const page = (...status: string[]) => ({
    data: status.map((word, index) => ({ id: `claude-opus-${index + 6}`, word })),
  });
  await readAt(world, '2026-06-09T00:00:00Z', { page: page('active', 'suspended') });
  await readAt(world, '2026-06-10T00:00:00Z', { page: page('suspended', 'suspended') });
  const began = 'model.suspended anthropic/claude-6-opus 2026-06-09/2026-06-10T00:00:00Z';
  expect(await announcements()).toEqual([`${began} until null`]);
  expect((await getModel(world.deps, 'anthropic', 'claude-6-opus', null)).stage).toBe('suspended');
  await readAt(world, '2026-06-12T00:00:00Z', { page: page('active', 'suspended') });
  const back =
    'model.reinstated anthropic/claude-6-opus 2026-06-09/2026-06-10T00:00:00Z until 2026-06-10/2026-06-12T00:00:00Z';
  expect(await announcements()).toEqual([`${began} until null`, back]);
});

test('a suspension or a return in a row of a host announces nothing', async () => {
  const rows = (word: string) => ({ data: [{ id: 'claude-opus-6', word }] });
  await readAt(world, '2026-06-09T00:00:00Z', { host: rows('active') });
  await readAt(world, '2026-06-10T00:00:00Z', { host: rows('suspended') });
  await readAt(world, '2026-06-12T00:00:00Z', { host: rows('active') });
  expect(await announcements()).toEqual([]);
});
