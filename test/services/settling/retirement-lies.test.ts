import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** How lists of what ends lie, each as it was seen, and what must come of it. */

const documents: readonly FeedInput[] = [
  ...catalogues,
  { slug: 'deprecations', adapter: 'deprecations', url: 'https://deprecations.test/v1/deprecations.json' },
  { slug: 'endoflife', adapter: 'endoflife', url: 'https://endoflife.test/claude' },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-04-01T00:00:00Z', feeds: documents }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const gpt = (version: string): EventLeaf => ({
  op: 'retired',
  model: { vendor: 'openai', family: 'gpt', version, tier: null },
});
const opus3: Criterion = {
  op: 'retired',
  model: { vendor: 'anthropic', family: 'claude', version: '3', tier: ['opus'] },
};
const made = { madeAt: '2025-03-01' };

/** Rows of deprecations.info: `OpenAI/gpt-4o` → its shutdown date. */
const ends = (rows: Readonly<Record<string, string>>): object[] =>
  Object.entries(rows).map(([id, shutdown]) => {
    const [provider, name] = id.split('/');
    return { provider, model_id: name, announcement_date: '2025-04-01', shutdown_date: shutdown };
  });

/** LiteLLM's own rows: an id → the end that it states, or null. */
const prices = (rows: Readonly<Record<string, string | null>>): object =>
  Object.fromEntries(
    Object.entries(rows).map(([id, date]) => {
      const litellm_provider = id.startsWith('claude') ? 'anthropic' : 'openai';
      return [id, { litellm_provider, mode: 'chat', ...(date !== null && { deprecation_date: date }) }];
    }),
  );

const claude = (releases: readonly object[]): object => ({ result: { name: 'claude', releases } });

async function settleAt(time: string): Promise<void> {
  await readAgain(world, time);
}

const settled = async (slug: string) => (await resolutions(world, slug)).map((row) => row.replace(/ known .*/, ''));

test('an end stated by two origins counts when its day is over, with the stated date', async () => {
  await record(world, 'gone', gpt('4.5'), made);
  await readAt(world, '2025-05-01', {
    litellm: prices({ 'gpt-4.5-preview': '2025-07-14', 'gpt-4.5-preview-2025-02-27': '2025-07-14' }),
    deprecations: ends({ 'OpenAI/gpt-4.5-preview': '2025-07-14' }),
  });
  await settleAt('2025-07-14T12:00:00Z');
  expect(await settled('gone')).toEqual([]);
  await settleAt('2025-07-15T00:00:00Z');
  expect(await settled('gone')).toEqual(['yes 2025-07-14']);
});

test('the listing of a deprecated model is not a release: it was scraped in 2026, the model is from 2025', async () => {
  const criterion: Criterion = {
    op: 'released',
    model: { vendor: 'openai', family: 'gpt', version: '4.5', tier: null },
  };
  await record(world, 'released', criterion, made);
  await readAt(world, '2025-04-01', { litellm: prices({ 'gpt-4': null }) });
  await readAt(world, '2025-05-01', { litellm: prices({ 'gpt-4': null, 'gpt-4.5-preview': null }) });
  await readAt(world, '2025-05-02', { deprecations: ends({ 'OpenAI/gpt-4.5-preview': '2025-07-14' }) });
  await settleAt('2025-05-10');
  expect(await view(world, 'released')).toMatchObject({ status: 'proposed', resolution: null });
});

test('the end of one snapshot is not the end of GPT-4o, and holds nothing back', async () => {
  const by: Criterion = { ...gpt('4o'), by: '2025-08-01' };
  await record(world, 'gone', by, made);
  await readAt(world, '2025-05-01', {
    litellm: prices({ 'gpt-4o': null, 'gpt-4o-2024-05-13': '2025-06-01', 'gpt-4o-2024-08-06': null }),
    deprecations: ends({ 'OpenAI/gpt-4o-2024-05-13': '2025-06-01' }),
  });
  await settleAt('2025-07-01');
  expect((await view(world, 'gone')).status).toBe('open');
});

test("Azure's own date applies to Azure: it neither dates nor proves the vendor's", async () => {
  await record(world, 'gone', gpt('4.5'), made);
  await readAt(world, '2025-05-01', {
    litellm: prices({ 'gpt-4.5-preview': '2025-07-14' }),
    deprecations: ends({ 'Azure/gpt-4.5-preview': '2025-06-01' }),
  });
  await settleAt('2025-08-01');
  expect(await view(world, 'gone')).toMatchObject({ status: 'proposed', resolution: null });
});

test('a moved end replaces the old one: previews of GPT-4 Turbo were extended from March to October', async () => {
  await record(world, 'gone', gpt('4.5'), made);
  const rows = (date: string) => ({ deprecations: ends({ 'OpenAI/gpt-4.5-preview': date }) });
  await readAt(world, '2025-05-01', { litellm: prices({ 'gpt-4.5-preview': '2025-07-14' }), ...rows('2025-07-14') });
  await readAt(world, '2025-07-01', rows('2025-10-23'));
  await settleAt('2025-08-01');
  expect(await settled('gone')).toEqual([]);
  await settleAt('2025-10-24');
  expect(await settled('gone')).toEqual(['yes 2025-07-14/2025-10-23']);
});

test('two copies of one page are one origin: endoflife.date copies the page that deprecations.info scrapes', async () => {
  await record(world, 'gone', opus3, made);
  const name = 'claude-3-opus-20240229';
  await readAt(world, '2025-07-01', {
    deprecations: ends({ [`Anthropic/${name}`]: '2025-08-01' }),
    endoflife: claude([
      { name, releaseDate: '2024-03-04', isEoas: true, eoasFrom: '2025-06-30', eolFrom: '2025-08-01' },
    ]),
  });
  await settleAt('2025-08-10');
  expect(await view(world, 'gone')).toMatchObject({ status: 'proposed', resolution: null });
  await readAt(world, '2025-08-11', { litellm: prices({ [name]: '2025-08-01' }) });
  await settleAt('2025-08-13');
  expect(await settled('gone')).toEqual(['yes 2025-08-01']);
});

test('a "not sooner than" date is not an end: endoflife.date\'s year for each new model has passed', async () => {
  await record(world, 'gone', opus3, made);
  const name = 'claude-3-opus-20240229';
  const release = {
    name,
    releaseDate: '2024-03-04',
    isEoas: false,
    eoasFrom: null,
    isEol: true,
    eolFrom: '2025-04-15',
  };
  await readAt(world, '2025-04-02', { litellm: prices({ [name]: '2025-04-15' }), endoflife: claude([release]) });
  await settleAt('2025-06-01');
  expect(await view(world, 'gone')).toMatchObject({ status: 'proposed', resolution: null });
});

test('absence retires nothing: a model that vanished from every list is left to a person', async () => {
  await record(world, 'gone', gpt('4.5'), made);
  const others = { 'gpt-4': null, 'gpt-4o': null, 'gpt-4o-mini': null, o1: null };
  const listing = prices({ ...others, 'gpt-4.5-preview': null });
  await readAt(world, '2025-05-01', { litellm: listing });
  await readAt(world, '2025-05-03', { litellm: listing });
  await readAt(world, '2025-07-15', { litellm: prices(others), deprecations: ends({ 'OpenAI/gpt-4': '2025-06-01' }) });
  await settleAt('2025-08-01');
  expect(await view(world, 'gone')).toMatchObject({ status: 'proposed', resolution: null });
  expect(await settled('gone')).toEqual([]);
});
