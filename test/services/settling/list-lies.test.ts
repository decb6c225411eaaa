import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion, EventLeaf, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { listLastReads } from '../../../src/store/polls.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { iso, read, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** How lists of models lie, each as it was seen, and what must come of it. */

const feeds: readonly FeedInput[] = [
  ...['litellm', 'models_dev', 'openrouter'].map((adapter) => ({
    slug: adapter.replace('_', '-'),
    adapter,
    url: `https://${adapter}.test/list`,
    covers: ['openai', 'anthropic', 'qwen', 'google'],
    settlementLag: 'P2D',
  })),
  ...['anthropic', 'openai', 'gemini'].map((name) => ({
    slug: `${name}-models`,
    adapter: `${name}_models`,
    url: `https://${name}.test/v1/models`,
  })),
  { slug: 'vercel', adapter: 'vercel_gateway', url: 'https://vercel.test/v1/models' },
  { slug: 'hub', adapter: 'huggingface', url: 'https://hub.test/api/models' },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-12-15T00:00:00Z', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

type RouterRow = { readonly price?: string; readonly weights?: string };

const openrouter = (rows: readonly string[] | Readonly<Record<string, RouterRow>>): object => {
  const entries: [string, RouterRow][] = Array.isArray(rows) ? rows.map((id) => [id, {}]) : Object.entries(rows);
  return {
    data: entries.map(([id, { price = '0.000001', weights = '' }]) => ({
      id,
      created: 1_700_000_000,
      hugging_face_id: weights,
      pricing: { prompt: '0.000001', completion: price },
    })),
  };
};
const vendorList = (ids: readonly string[]): object => ({
  data: ids.map((id) => ({ id, object: 'model', owned_by: 'system', created: 1_700_000_000 })),
});
/** A repository among others that stay. */
const hub = (id: string, more: object): object[] => [
  ...['Qwen/Qwen3-8B', 'Qwen/Qwen3-14B', 'Qwen/Qwen3-32B', 'Qwen/QwQ-32B'].map((other) => ({
    id: other,
    gated: false,
  })),
  { id, gated: false, createdAt: '2025-11-01T00:00:00Z', ...more },
];
const catalogueWith = (id: string): object => ({ ...modelsDev(oldModels), ...modelsDev([id], 'alibaba') });
const filled = { safetensors: { parameters: { BF16: 30e9 }, total: 30e9 } };

const released = (model: ModelPattern, window: { from?: string; by?: string } = {}): Criterion => ({
  op: 'released',
  model,
  ...window,
});
const qwen: ModelPattern = { vendor: 'qwen', family: 'qwen', version: '3', tier: ['max'] };
const opus: ModelPattern = { vendor: 'anthropic', family: 'claude', version: '4.6', tier: ['opus'] };
const gpt6: ModelPattern = { vendor: 'openai', family: 'gpt', version: '6', tier: 'any' };

async function settleAt(time: string): Promise<void> {
  await readAgain(world, time);
}

/** The catalogues as they were before anything of this happened. */
async function readCatalogues(day: string): Promise<void> {
  await readAt(world, day, {
    litellm: litellm(oldModels),
    'models-dev': modelsDev(oldModels),
    openrouter: openrouter(['a/b']),
  });
}

const settled = async (slug: string) => (await resolutions(world, slug)).map((row) => row.replace(/ known .*/, ''));

describe('the gap of January 2026: 18 of 345 rows missing, eleven of them back the next day, ten of one vendor', () => {
  const others = Array.from({ length: 307 }, (_, index) => `someone/model-${index}`);
  const qwens = ['qwen/qwen3-max', ...Array.from({ length: 37 }, (_, index) => `qwen/qwen3-${index + 1}b`)];
  const gone = [...qwens.slice(0, 10), ...others.slice(0, 8)];
  const before = [...qwens, ...others];
  const flapped = before.filter((id) => !gone.includes(id));
  const after = before.filter((id) => !gone.slice(0, 7).includes(id) || qwens.slice(0, 1).includes(id));

  async function readThrough(): Promise<void> {
    await record(world, 'max', released(qwen), { madeAt: '2025-12-01' });
    await readAt(world, '2026-01-13', {
      openrouter: openrouter(before.slice(1)),
      'models-dev': modelsDev(['qwen3-8b'], 'alibaba'),
    });
    await readAt(world, '2026-01-14T00:00:00Z', { openrouter: openrouter(before) });
    await readAt(world, '2026-01-15T17:28:00Z', { openrouter: openrouter(before) });
  }

  test('withdraws no release, and advances the watermark like any poll', async () => {
    await readThrough();
    await readAt(world, '2026-01-15T18:31:00Z', { 'models-dev': modelsDev(['qwen3-8b', 'qwen3-max'], 'alibaba') });
    world.clock.set('2026-01-15T22:18:00Z');
    const { poll } = await read(world, 'openrouter', openrouter(flapped));
    expect(poll).toMatchObject({ result: 'ok', vanishedItems: 18, frozenVendors: [] });
    await settleAt('2026-01-16T14:00:00Z');
    expect((await view(world, 'max')).status).not.toBe('resolved');
    await readAt(world, '2026-01-16T14:20:00Z', { openrouter: openrouter(after) });
    await settleAt('2026-01-16T18:31:00Z');
    expect(await settled('max')).toEqual(['yes 2026-01-13/2026-01-15T18:31:00Z']);
  });

  test('withdraws no answer that relies on the missing rows', async () => {
    await readThrough();
    await readAt(world, '2026-01-15T17:29:00Z', { 'models-dev': modelsDev(['qwen3-8b', 'qwen3-max'], 'alibaba') });
    await settleAt('2026-01-16T17:29:00Z');
    const answer = await settled('max');
    expect(answer).toHaveLength(1);
    await readAt(world, '2026-01-16T22:18:00Z', { openrouter: openrouter(flapped) });
    await settleAt('2026-01-20');
    expect(await settled('max')).toEqual(answer);
    expect((await view(world, 'max')).status).toBe('resolved');
  });

  test("with more than 30 % of one vendor's rows freezes that vendor alone", async () => {
    await readThrough();
    world.clock.set('2026-01-15T22:18:00Z');
    const { poll } = await read(
      world,
      'openrouter',
      openrouter(before.filter((id) => !qwens.slice(0, 12).includes(id))),
    );
    expect(poll).toMatchObject({ result: 'ok', vanishedItems: 0, frozenVendors: ['qwen'] });
    const rows = await listLastReads(world.db.sql, poll.feedId, ['qwen', 'openai']);
    expect(rows.map((row) => [row.vendor, row.observedAt === null ? null : iso(row.observedAt)]).sort()).toEqual([
      ['openai', '2026-01-15T22:18Z'],
      ['qwen', '2026-01-15T17:28Z'],
    ]);
  });
});

test("the vendor's own list dates a release one day early: a deadline on that day is not met", async () => {
  await record(world, 'by-4', released(opus, { by: '2026-02-04' }), { madeAt: '2025-12-01' });
  await record(world, 'by-6', released(opus, { by: '2026-02-06' }), { madeAt: '2025-12-01' });
  const row = (id: string, day: string) => ({ id, type: 'model', created_at: `${day}T00:00:00Z`, lifecycle: 'active' });
  const old = row('claude-opus-4-5', '2025-11-24');
  for (const day of ['2026-01-01', '2026-02-02', '2026-02-05'])
    await readAt(world, day, {
      litellm: litellm(oldModels),
      'models-dev': modelsDev(oldModels),
      'anthropic-models': { data: [old] },
    });
  await readAt(world, '2026-02-05T18:00:00Z', {
    'anthropic-models': { data: [old, row('claude-opus-4-6', '2026-02-04')] },
  });
  await settleAt('2026-02-20');
  expect(await settled('by-4')).toEqual([]);
  expect(await settled('by-6')).toEqual(['yes 2026-02-05']);
});

test("a model missing because of a key's rights is not unreleased, and a limited model is not released", async () => {
  await record(world, 'six', released(gpt6, { by: '2026-01-31' }), { madeAt: '2025-12-01' });
  const cyber: ModelPattern = { vendor: 'openai', family: 'gpt', version: '5.6', tier: ['cyber'] };
  await record(world, 'cyber', released(cyber), { madeAt: '2025-12-01' });
  for (const day of ['2025-12-16', '2026-02-05', '2026-03-05'])
    await readAt(world, day, { 'openai-models': vendorList(['gpt-5', 'gpt-5.6-cyber']) });
  await settleAt('2026-03-10');
  expect([await settled('six'), await settled('cyber')]).toEqual([[], []]);
});

test("OpenAI's list names a model once everybody can call it, and counts at once, whatever its `created` says", async () => {
  await record(world, 'six', released(gpt6), { madeAt: '2025-12-01' });
  await readCatalogues('2026-02-05');
  await readAt(world, '2026-02-05', { 'openai-models': vendorList(['gpt-5']) });
  await readAt(world, '2026-02-06', { 'openai-models': vendorList(['gpt-5', 'gpt-6-astra']) });
  expect(await settled('six')).toEqual(['yes 2026-02-05/2026-02-06T00:00:00Z']);
});

test('aliases, effort presets, routers and codenames in two lists are not models', async () => {
  const o4: Criterion = released({ vendor: 'openai', family: 'o', version: '4', tier: 'any' });
  const any: EventLeaf = {
    op: 'count',
    model: { vendor: 'any', family: 'any', tier: 'any' },
    at_least: 9,
    distinct: 'model',
  };
  await record(world, 'o4', o4, { madeAt: '2025-12-01' });
  await record(world, 'nine', any, { madeAt: '2025-12-01' });
  const none = [
    '~openai/gpt-latest',
    'openai/o4-mini-high',
    'openai/gpt-5-chat',
    'openrouter/auto',
    'openrouter/horizon-alpha',
    'deepseek/deepseek-chat',
    'someone/o4',
    'openai/ft:o4-mini',
    'qwen/qwen-max',
  ];
  await readCatalogues('2026-01-01');
  for (const day of ['2026-01-02', '2026-01-04'])
    await readAt(world, day, {
      openrouter: openrouter(['a/b', ...none]),
      vercel: { data: none.map((id) => ({ id, released: 1_767_312_000 })) },
    });
  await settleAt('2026-01-10');
  expect([(await view(world, 'o4')).status, (await view(world, 'nine')).status]).toEqual(['open', 'open']);
});

test("a host's last day retires nothing, not even with a price map that states one too", async () => {
  const grok: EventLeaf = { op: 'retired', model: { vendor: 'xai', family: 'grok', version: '4', tier: null } };
  await record(world, 'gone', grok, { madeAt: '2025-12-01' });
  const row = {
    id: 'x-ai/grok-4',
    pricing: { prompt: '0.000003', completion: '0.000015' },
    expiration_date: '2026-05-15',
  };
  const prices = { 'xai/grok-4': { litellm_provider: 'xai', mode: 'chat', deprecation_date: '2026-05-15' } };
  await readAt(world, '2026-05-01', { openrouter: { data: [row] }, litellm: prices });
  await readAt(world, '2026-05-20', { openrouter: { data: [row] }, litellm: prices });
  await settleAt('2026-06-01');
  expect(await settled('gone')).toEqual([]);
  expect((await view(world, 'gone')).status).toBe('proposed');
});

describe('a price', () => {
  const costly: EventLeaf = {
    op: 'attribute',
    model: { vendor: 'any', family: 'any', tier: 'any' },
    name: 'output_usd_per_mtok',
    is: { gte: 3000 },
  };

  test('that is a thousand times too high in one list changes no verdict, nor does a placeholder in two', async () => {
    await record(world, 'costly', costly, { madeAt: '2025-12-01' });
    for (const day of ['2026-01-02', '2026-01-04', '2026-01-06'])
      await readAt(world, day, {
        openrouter: openrouter({
          'openai/gpt-5': { price: '0.01' },
          'openrouter/auto': { price: '-1' },
          'openai/o1': { price: '-1' },
        }),
        litellm: litellm(oldModels),
        'models-dev': modelsDev({ o1: { price: -1 } }),
      });
    await settleAt('2026-01-10');
    expect(await settled('costly')).toEqual([]);
  });

  test('from two hosts that serve the weights is not a price of the vendor', async () => {
    const cheap: EventLeaf = {
      op: 'attribute',
      model: { vendor: 'openai', family: 'gpt-oss', tier: ['120b'] },
      name: 'output_usd_per_mtok',
      is: { lte: 1 },
    };
    await record(world, 'cheap', cheap, { madeAt: '2025-12-01' });
    for (const day of ['2026-01-02', '2026-01-04'])
      await readAt(world, day, {
        openrouter: openrouter({ 'openai/gpt-oss-120b': { weights: 'openai/gpt-oss-120b' } }),
        vercel: { data: [{ id: 'openai/gpt-oss-120b', pricing: { input: '0.0000001', output: '0.0000005' } }] },
      });
    await settleAt('2026-01-10');
    expect(await settled('cheap')).toEqual([]);
  });
});

describe('general availability', () => {
  const ga = released({ vendor: 'google', family: 'gemini', version: '3', tier: ['pro'], stage: 'ga' });

  test("is not proven by hosts that drop `-preview`, whatever day they state, but is by the vendor's own list", async () => {
    await record(world, 'ga', ga, { madeAt: '2025-12-01' });
    const gemini = (ids: readonly string[]) => ({ models: ids.map((id) => ({ name: `models/${id}` })) });
    const gateway = { data: [{ id: 'google/gemini-3-pro', released: 1_763_424_000 }] };
    await readCatalogues('2026-01-01');
    for (const day of ['2026-01-02', '2026-01-04'])
      await readAt(world, day, {
        vercel: gateway,
        litellm: litellm({ 'replicate/google/gemini-3-pro': { host: 'replicate' } }),
        'gemini-models': gemini(['gemini-3-pro-preview']),
      });
    await settleAt('2026-01-10');
    expect(await settled('ga')).toEqual([]);
    await readAt(world, '2026-01-11', { 'gemini-models': gemini(['gemini-3-pro-preview', 'gemini-3-pro']) });
    expect(await settled('ga')).toHaveLength(1);
  });
});

describe('a repository on Hugging Face', () => {
  const coder: ModelPattern = { vendor: 'qwen', family: 'qwen', version: '4', tier: ['32b'] };
  const open: EventLeaf = { op: 'attribute', model: coder, name: 'open_weights', is: { eq: true } };
  const router = openrouter({ 'a/b': {}, 'qwen/qwen4-32b': { weights: 'Qwen/Qwen4-32B' } });

  test('that is empty is not a release, however old; one with files is half of the evidence', async () => {
    await record(world, 'coder', released(coder), { madeAt: '2025-12-01' });
    await readCatalogues('2026-01-01');
    await readAt(world, '2026-01-02', {
      hub: hub('Qwen/Qwen4-32B', {}),
      'models-dev': catalogueWith('qwen4-32b'),
    });
    await settleAt('2026-01-05');
    expect(await settled('coder')).toEqual([]);
    await readAt(world, '2026-01-06', { hub: hub('Qwen/Qwen4-32B', filled) });
    await settleAt('2026-01-06T23:59:00Z');
    expect(await settled('coder')).toEqual([]);
    await settleAt('2026-01-07');
    expect(await settled('coder')).toHaveLength(1);
  });

  test('that is gated does not prove open weights; an open one does, with another origin', async () => {
    await record(world, 'open', open, { madeAt: '2025-12-01' });
    await readCatalogues('2026-01-01');
    await readAt(world, '2026-01-02', { hub: hub('Qwen/Qwen4-32B', { ...filled, gated: 'auto' }), openrouter: router });
    await settleAt('2026-01-05');
    expect(await settled('open')).toEqual([]);
    await readAt(world, '2026-01-06', { hub: hub('Qwen/Qwen4-32B', filled) });
    await settleAt('2026-01-08');
    expect(await settled('open')).toHaveLength(1);
  });

  test('that was renamed is evidence of its new name from then on, and stays evidence of the old one before', async () => {
    await record(world, 'old', released(coder), { madeAt: '2025-12-01' });
    await record(world, 'new', released({ ...coder, version: '4.1' }), { madeAt: '2025-12-01' });
    await readCatalogues('2026-01-01');
    await readAt(world, '2026-01-02', { hub: hub('Qwen/Qwen4-32B', filled), openrouter: router });
    await settleAt('2026-01-04');
    await readAt(world, '2026-01-05', { hub: hub('Qwen/Qwen4.1-32B', filled) });
    await settleAt('2026-01-08');
    expect([(await settled('old')).length, await settled('new')]).toEqual([1, []]);
  });

  test("under a closed model's name in another namespace proves nothing", async () => {
    await record(world, 'six', released(gpt6), { madeAt: '2025-12-01' });
    await readAt(world, '2026-01-02', {
      hub: [...hub('someone/gpt-6', filled), ...hub('Qwen/GPT-6-Distill-Qwen3-4B', filled)],
      openrouter: router,
    });
    await settleAt('2026-01-08');
    expect((await view(world, 'six')).status).toBe('open');
  });
});

test('a gateway that renames a vendor loses and gains rows, but nothing is released twice or withdrawn', async () => {
  const grok: EventLeaf = {
    op: 'count',
    model: { vendor: 'xai', family: 'grok', tier: 'any' },
    at_least: 3,
    distinct: 'model',
  };
  await record(world, 'three', grok, { madeAt: '2025-12-01' });
  const rows = (vendor: string) =>
    ['grok-4', 'grok-4.3'].map((id) => ({ id: `${vendor}/${id}`, released: 1_764_633_600 }));
  const prices = litellm({ 'grok-4': { host: 'xai' }, 'grok-4.3': { host: 'xai' } });
  await readAt(world, '2026-08-20', { vercel: { data: rows('xai') }, litellm: prices });
  await readAt(world, '2026-08-21', { vercel: { data: rows('spacexai') }, litellm: prices });
  await settleAt('2026-08-30');
  expect(await settled('three')).toEqual([]);
});
