import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** How lists of prices and of papers lie, each as it was seen, and what must come of it. */

const feeds: readonly FeedInput[] = [
  ...catalogues,
  { slug: 'prices', adapter: 'genai_prices', url: 'https://prices.test/data.json' },
  { slug: 'epoch', adapter: 'epoch', url: 'https://epoch.test/notable.csv' },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-01-01T00:00:00Z', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const made = { madeAt: '2024-12-01' };
const dear: Criterion = {
  op: 'attribute',
  model: { vendor: 'openai', family: 'gpt', version: '4.5', tier: null },
  name: 'output_usd_per_mtok',
  is: { gte: 150 },
};

/** The vendor's rows: id → output price in dollars per million tokens. */
const prices = (rows: Readonly<Record<string, number>>, match?: object): object => [
  {
    id: 'openai',
    models: Object.entries(rows).map(([id, output_mtok]) => ({
      id,
      match: match ?? { equals: id },
      prices: { output_mtok },
    })),
  },
];

const map = (rows: Readonly<Record<string, number>>): object =>
  Object.fromEntries(
    Object.entries(rows).map(([id, price]) => [
      id,
      { litellm_provider: 'openai', mode: 'chat', output_cost_per_token: price / 1e6 },
    ]),
  );

const papers = (...lines: string[]): string =>
  ['\uFEFFModel,Organization,Publication date,Model accessibility', ...lines, ''].join('\n');

async function settleAt(time: string): Promise<void> {
  await readAgain(world, time);
}

const settled = async (slug: string) => (await resolutions(world, slug)).map((row) => row.replace(/ known .*/, ''));

test('a price that two origins publish for a day is accepted', async () => {
  await record(world, 'dear', dear, made);
  await readAt(world, '2025-01-02', { litellm: map({ 'gpt-4': 60 }), prices: prices({ 'gpt-4': 60 }) });
  await readAt(world, '2025-02-28', {
    litellm: map({ 'gpt-4': 60, 'gpt-4.5-preview': 150 }),
    prices: prices({ 'gpt-4': 60, 'gpt-4.5-preview': 150 }),
  });
  await settleAt('2025-02-28T23:00:00Z');
  expect(await settled('dear')).toEqual([]);
  await settleAt('2025-03-01');
  expect((await view(world, 'dear')).resolution?.outcome).toBe('yes');
});

test('an error by a factor of 1,000 in one list changes no verdict: the other has the correct price', async () => {
  await record(world, 'dear', dear, made);
  await readAt(world, '2025-01-02', {
    litellm: map({ 'gpt-4.5-preview': 600 }),
    prices: prices({ 'gpt-4.5-preview': 0.6 }),
  });
  await settleAt('2025-02-01');
  expect(await view(world, 'dear')).toMatchObject({ resolution: null });
});

test('a price list does not list models: a GPT-5 that it prices or matches is not released by it', async () => {
  await record(world, 'gpt-5', gptReleased('5'), made);
  const all = { or: [{ starts_with: 'gpt-5' }, { equals: 'gpt-5-codex' }] };
  await readAt(world, '2025-01-02', { litellm: litellm(oldModels), prices: prices({ 'gpt-4': 60 }) });
  await readAt(world, '2025-02-01', {
    litellm: litellm([...oldModels, 'gpt-5']),
    prices: prices({ 'gpt-5': 10 }, all),
  });
  await settleAt('2025-03-01');
  expect((await view(world, 'gpt-5')).status).toBe('proposed');
  const codex = await world.db.sql`select name from item_readings where name like '%codex%'`;
  expect(codex).toEqual([]);
});

test('a row of a table of papers is evidence once the model is open to the public, and not before', async () => {
  await record(world, 'gpt-5', gptReleased('5'), made);
  const row = (access: string) => papers(`GPT-4,OpenAI,2023-03-15,API access`, `GPT-5,OpenAI,2025-02-01,${access}`);
  // Epoch dates announcements, so two catalogues without the model bound its release below.
  await readAt(world, '2025-01-02', {
    litellm: litellm(oldModels),
    'models-dev': modelsDev(oldModels),
    epoch: papers('GPT-4,OpenAI,2023-03-15,API access'),
  });
  await readAt(world, '2025-02-03', { litellm: litellm([...oldModels, 'gpt-5']), epoch: row('Unreleased') });
  await settleAt('2025-02-05');
  expect((await view(world, 'gpt-5')).status).toBe('proposed');
  await readAt(world, '2025-02-06', { epoch: row('API access') });
  await settleAt('2025-02-08');
  expect((await view(world, 'gpt-5')).resolution?.outcome).toBe('yes');
});

test("general availability is not read from a display name: Epoch's Gemini 2.5 Pro was a preview", async () => {
  const google: readonly FeedInput[] = feeds.map((feed) => ({ ...feed, covers: ['google'] }));
  await world.reset({ now: '2025-01-01T00:00:00Z', feeds: google });
  const gemini = (stage?: 'ga'): Criterion => ({
    op: 'released',
    model: { vendor: 'google', family: 'gemini', version: '2.5', tier: ['pro'], ...(stage && { stage }) },
  });
  await record(world, 'out', gemini(), made);
  await record(world, 'general', gemini('ga'), made);
  const rows = (id: string) => ({ 'gemini/gemini-2.0-flash': row, [`gemini/${id}`]: row });
  const row = { litellm_provider: 'gemini', mode: 'chat' };
  const table = (...lines: string[]) => papers('Gemini 2.0 Flash,Google DeepMind,2025-02-05,API access', ...lines);
  await readAt(world, '2025-01-02', { litellm: rows('gemini-1.5-pro'), epoch: table() });
  await readAt(world, '2025-03-26', {
    litellm: rows('gemini-2.5-pro-preview-03-25'),
    epoch: table('Gemini 2.5 Pro,Google DeepMind,2025-03-25,API access'),
  });
  await settleAt('2025-03-28');
  expect((await view(world, 'out')).resolution?.outcome).toBe('yes');
  expect((await view(world, 'general')).status).toBe('open');
});
