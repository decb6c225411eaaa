import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { read, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** How catalogues and lists lie in what they hold besides names, each as it was seen, and what must come of it. */

const feeds: readonly FeedInput[] = [
  ...catalogues,
  { ...catalogues[0], slug: 'openrouter', adapter: 'openrouter', url: 'https://openrouter.test/models' },
  { slug: 'openai-models', adapter: 'openai_models', url: 'https://openai.test/v1/models' },
  { slug: 'anthropic-models', adapter: 'anthropic_models', url: 'https://anthropic.test/v1/models' },
  { slug: 'sdk', adapter: 'ledger', url: 'https://sdk.test/history.json', trust: 'first_party', origin: 'openai-sdk' },
  {
    slug: 'llm-prices',
    adapter: 'json',
    url: 'https://prices.test/current.json',
    options: {
      items: '/prices',
      id: '/id',
      vendor: 'openai',
      attributes: { output_usd_per_mtok: { at: '/output', per: 'million' } },
    },
  },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-01-01T00:00:00Z', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const made = { madeAt: '2025-01-01' };
const settled = async (slug: string) => (await resolutions(world, slug)).map((row) => row.replace(/ known .*/, ''));
async function settleAt(time: string): Promise<void> {
  await readAgain(world, time);
}
const router = (rows: Readonly<Record<string, object>>): object => ({
  data: Object.entries(rows).map(([id, row]) => ({ id, created: 1_700_000_000, pricing: {}, ...row })),
});

/** GPT-5 in both catalogues from 7 August on, with the date that one of them states. */
async function listGpt5(stated: string, day = '2025-08-07T18:00:00Z'): Promise<void> {
  await readAt(world, '2025-08-06', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
  const dated = { ...Object.fromEntries(oldModels.map((id) => [id, {}])), 'gpt-5': stated };
  await readAt(world, day, { litellm: litellm([...oldModels, 'gpt-5']), 'models-dev': modelsDev(dated) });
}

describe('models.dev', () => {
  test.each(['2025-25-11', '2025-16-09', '2025-02-31', '1970-01-01', '0001-01-01', 'soon'])(
    'states %s, which is not a release day: the sightings date the model, and no row is lost',
    async (stated) => {
      await record(world, 'five', gptReleased('5'), made);
      await listGpt5(stated);
      await settleAt('2025-08-12');
      expect(await settled('five')).toEqual(['yes 2025-08-06/2025-08-07T18:00:00Z']);
    },
  );

  test('states only a month, which is an interval: it does not meet a deadline within that month', async () => {
    await record(world, 'five', gptReleased('5'), made);
    await record(world, 'in-time', gptReleased('5', { by: '2025-08-06' }), made);
    await listGpt5('2025-08');
    await settleAt('2025-08-12');
    expect([await settled('five'), await settled('in-time')]).toEqual([['yes 2025-08-01/2025-08-07T18:00:00Z'], []]);
  });

  test('states a day ten months ahead: the row is an announcement until that day has passed and it is still listed', async () => {
    await record(world, 'five', gptReleased('5', { by: '2025-12-31' }), made);
    await listGpt5('2026-06-03');
    await settleAt('2025-09-01');
    expect((await view(world, 'five')).status).not.toBe('resolved');
  });

  test('loses entries silently through broken links: a missing model is neither retired nor unreleased', async () => {
    const opus: ModelPattern = { vendor: 'anthropic', family: 'claude', version: '3', tier: ['opus'] };
    await record(world, 'gone', { op: 'retired', model: opus }, made);
    await record(world, 'five', gptReleased('5'), made);
    await listGpt5('2025-08-07');
    await settleAt('2025-08-12');
    const left = oldModels.filter((id) => id !== 'claude-3-opus-20240229');
    await readAt(world, '2025-08-20', { 'models-dev': modelsDev(left), litellm: litellm([...left, 'gpt-5']) });
    await settleAt('2026-08-12');
    expect([await settled('gone'), await settled('five')]).toEqual([[], ['yes 2025-08-07']]);
  });
});

describe('OpenRouter', () => {
  test('created a record "in 1993" and states a slug one day early and a cut-off: none of them dates the release', async () => {
    await record(world, 'five', gptReleased('5'), made);
    await readAt(world, '2025-08-06', { litellm: litellm(oldModels), openrouter: router({ 'openai/gpt-4': {} }) });
    const row = { created: 725_846_400, canonical_slug: 'openai/gpt-5-20250806', knowledge_cutoff: '2024-09-30' };
    await readAt(world, '2025-08-07T18:00:00Z', {
      litellm: litellm([...oldModels, 'gpt-5']),
      openrouter: router({ 'openai/gpt-4': {}, 'openai/gpt-5': row }),
    });
    await settleAt('2025-08-12');
    expect(await settled('five')).toEqual(['yes 2025-08-06/2025-08-07T18:00:00Z']);
  });

  test('lists a free variant weeks before the model itself: the variant is a sighting of the model', async () => {
    await record(world, 'five', gptReleased('5'), made);
    await readAt(world, '2025-08-06', { litellm: litellm(oldModels), openrouter: router({ 'openai/gpt-4': {} }) });
    const free = { 'openai/gpt-4': {}, 'openai/gpt-5:free': {} };
    await readAt(world, '2025-08-07T18:00:00Z', {
      openrouter: router(free),
      litellm: litellm([...oldModels, 'gpt-5']),
    });
    await readAt(world, '2025-08-28', { openrouter: router({ ...free, 'openai/gpt-5': {} }) });
    await settleAt('2025-09-01');
    expect(await settled('five')).toEqual(['yes 2025-08-06/2025-08-07T18:00:00Z']);
  });

  test('serves one page of several: the poll is not accepted, and the other rows have not vanished', async () => {
    const all = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`openai/gpt-4.${index}`, {}]));
    await readAt(world, '2025-08-06', { openrouter: router(all) });
    world.clock.set('2025-08-06T01:00:00Z');
    const page = { ...router({ 'openai/gpt-4.0': {} }), links: { next: '/api/v1/models?offset=1' }, total_count: 12 };
    expect((await read(world, 'openrouter', page)).poll).toMatchObject({ result: 'suspect', vanishedItems: 0 });
  });
});

describe('LiteLLM', () => {
  test('has a sample row and rules that match claude-newfamily-5: neither is a model', async () => {
    await record(
      world,
      'new',
      { op: 'released', model: { vendor: 'anthropic', family: 'any', version: '5', tier: 'any' } },
      made,
    );
    const rules = {
      sample_spec: { litellm_provider: 'one of https://docs', mode: 'one of: chat, embedding', max_tokens: 'set to …' },
      fallback_generalizations: { '^claude-newfamily-5': { litellm_provider: 'anthropic', mode: 'chat' } },
    };
    await readAt(world, '2025-08-06', {
      litellm: { ...litellm(oldModels), ...rules },
      'models-dev': modelsDev(oldModels),
    });
    await settleAt('2025-08-12');
    const [row] = await world.db
      .sql`select count(*)::int as n from observations where name in ('sample_spec', 'fallback_generalizations')`;
    expect([(await view(world, 'new')).status, row?.n]).toEqual(['open', 0]);
  });

  test('lists 83 of 93 models past their stated end: its date alone retires nothing', async () => {
    const gone: Criterion = {
      op: 'retired',
      model: { vendor: 'openai', family: 'gpt', version: '4o', tier: ['mini'] },
    };
    await record(world, 'gone', gone, made);
    const rows = litellm(oldModels);
    const ends = {
      ...rows,
      'gpt-4o-mini': { litellm_provider: 'openai', mode: 'chat', deprecation_date: '2025-03-01' },
    };
    for (const day of ['2025-02-01', '2025-04-01', '2025-12-01']) await readAt(world, day, { litellm: ends });
    await settleAt('2025-12-10');
    expect([await settled('gone'), (await view(world, 'gone')).status]).toEqual([[], 'proposed']);
  });

  test('lists a model under a router 50 days late: the model was released before, and a later row changes nothing', async () => {
    await record(world, 'five', gptReleased('5'), made);
    await listGpt5('2025-08-07');
    await settleAt('2025-08-12');
    await readAt(world, '2025-09-26', {
      litellm: {
        ...litellm([...oldModels, 'gpt-5']),
        ...litellm({ 'openrouter/openai/gpt-5': { host: 'openrouter' } }),
      },
    });
    await settleAt('2025-10-12');
    expect(await settled('five')).toEqual(['yes 2025-08-07']);
  });
});

describe("the vendors' own lists", () => {
  const listed = (row: object): object => ({
    data: ['gpt-4o', 'o1'].map((id) => ({ id, object: 'model', owned_by: 'system' })).concat(row as never),
  });

  test('OpenAI serves a model past its shutdown_date: it still counts as withdrawn on that day, and not earlier', async () => {
    const gone: Criterion = { op: 'retired', model: { vendor: 'openai', family: 'gpt', version: '4.5', tier: null } };
    await record(world, 'gone', gone, made);
    const row = { id: 'gpt-4.5-preview', object: 'model', owned_by: 'system', shutdown_date: '2025-07-14' };
    await readAt(world, '2025-06-01', { 'openai-models': listed(row) });
    await settleAt('2025-07-14T12:00:00Z');
    expect(await settled('gone')).toEqual([]);
    await readAt(world, '2025-07-16', { 'openai-models': listed(row) });
    await settleAt('2025-08-01');
    expect(await settled('gone')).toEqual(['yes 2025-07-14']);
  });

  test('Anthropic states the epoch for an unknown day: it dates nothing', async () => {
    const opus: ModelPattern = { vendor: 'anthropic', family: 'claude', version: '4.6', tier: ['opus'] };
    await record(world, 'opus', { op: 'released', model: opus }, made);
    const row = (id: string, created_at: string) => ({ id, type: 'model', created_at, lifecycle: 'active' });
    const old = row('claude-opus-4-5', '2025-11-24T00:00:00Z');
    const lists = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };
    await readAt(world, '2026-02-04', { ...lists, 'anthropic-models': { data: [old] } });
    await readAt(world, '2026-02-05T18:00:00Z', {
      'anthropic-models': { data: [old, row('claude-opus-4-6', '1970-01-01T00:00:00Z')] },
    });
    await settleAt('2026-02-20');
    expect(await settled('opus')).toEqual(['yes 2026-02-04/2026-02-05T18:00:00Z']);
  });
});

test("OpenAI's SDK names gpt-5.5 102 days after its release and never gpt-5.3-codex: its silence does not prove absence", async () => {
  const not: Criterion = { op: 'not', of: gptReleased('5.5', { by: '2026-05-31' }) };
  await record(world, 'not', not, made);
  const entry = {
    id: 'gpt-5.4',
    vendor: 'openai',
    stage: 'general',
    published_at: '2026-03-05',
    source_url: 'https://sdk.test/1',
  };
  for (const day of ['2026-04-01', '2026-07-01', '2026-07-15']) {
    await readAt(world, day, { sdk: { format: 'outturn-ledger/1', reviewed_through: day, entries: [entry] } });
  }
  await settleAt('2026-07-20');
  expect((await view(world, 'not')).status).toBe('open');
});

test('an outdated price list still has o3 at $40 a year after the cut: it is shown, and settles nothing', async () => {
  const dear: Criterion = {
    op: 'attribute',
    model: { vendor: 'openai', family: 'o', version: '3', tier: null },
    name: 'output_usd_per_mtok',
    is: { gte: 40 },
    from: '2026-01-01',
  };
  await record(world, 'dear', dear, made);
  const own = { litellm: litellm({ o3: { price: 2e-6 } }), 'models-dev': modelsDev({ o3: { price: 2 } }) };
  await readAt(world, '2026-06-01', {
    ...own,
    'llm-prices': {
      prices: [
        { id: 'o3', output: 40 },
        { id: 'gpt-5.5-272k', output: 45 },
      ],
    },
  });
  await settleAt('2026-06-10');
  expect(await settled('dear')).toEqual([]);
  expect((await view(world, 'dear')).status).not.toBe('resolved');
});
