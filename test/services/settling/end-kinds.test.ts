import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { getModel } from '../../../src/services/models/models.ts';
import { iso, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/** Ends by kind and scope: only an end of the vendor's own service, and never an earliest day, retires a model. */

const ownList = (slug: string, vendor: string): FeedInput => ({
  slug,
  adapter: 'json',
  url: `https://${slug}.test/models`,
  trust: 'first_party',
  origin: slug,
  options: {
    items: '/data',
    id: '/id',
    vendor,
    shutdown: '/ends',
    end_kind: { at: '/certainty', words: { planned: 'planned', final: 'firm' } },
    end_scope: { at: '/surface', words: { api: 'vendor', chatgpt: 'plan' } },
  },
});
const feeds: readonly FeedInput[] = [
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/prices.json' },
  { slug: 'deprecations', adapter: 'deprecations', url: 'https://deprecations.test/v1/deprecations.json' },
  { slug: 'openai', adapter: 'openai_models', url: 'https://openai.test/v1/models' },
  ownList('openai-page', 'openai'),
  ownList('google-page', 'google'),
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-02-01T00:00:00Z', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const gone = (vendor: string, family: string, version: string, tier: string | null): EventLeaf => ({
  op: 'retired',
  model: { vendor, family, version, tier: tier === null ? null : [tier] },
});
const made = { madeAt: '2026-01-01' };
const settled = async (slug: string) => (await resolutions(world, slug)).map((row) => row.replace(/ known .*/, ''));
const price = (litellm_provider: string, deprecation_date?: string) => ({
  litellm_provider,
  mode: 'chat',
  ...(deprecation_date !== undefined && { deprecation_date }),
});
const listed = (id: string, shutdown_date: string | null) => ({
  id,
  object: 'model',
  owned_by: 'system',
  shutdown_date,
});
const flash: Criterion = gone('google', 'gemini', '2.5', 'flash');
const google = (shutdown: string, deprecation = shutdown) => ({
  provider: 'Google',
  model_id: 'gemini-2.5-flash',
  deprecation_date: deprecation,
  shutdown_date: shutdown,
});

/** The ends of the rows of a model: feed, scope, kind and the dates with their knowledge times. */
async function endsOf(vendor: string, slug: string, asOf?: string): Promise<string[]> {
  const { record: found } = await getModel(world.deps, vendor, slug, asOf === undefined ? null : instantOf(asOf));
  const rows = [...found.rows].sort((a, b) => a.feed.slug.localeCompare(b.feed.slug, 'en'));
  return rows.flatMap(({ feed, ends }) =>
    ends.map((end) => `${feed.slug} ${end.scope} ${end.kind} ${end.text} since ${iso(end.observedAt)}`),
  );
}

test('a day before which Google will not shut a model down retires nothing, not even with a catalogue that copies it', async () => {
  await record(world, 'flash-gone', flash, made);
  const prices = { 'gemini/gemini-2.5-flash': price('gemini', '2026-06-17') };
  await readAt(world, '2026-03-01T00:00:00Z', { litellm: prices, deprecations: [google('2026-06-17')] });
  await readAgain(world, '2026-06-20T00:00:00Z');
  expect(await settled('flash-gone')).toEqual([]);
  expect((await view(world, 'flash-gone')).status).toBe('proposed');
  await readAt(world, '2026-06-21T00:00:00Z', { deprecations: [google('2026-06-17', '2026-05-01')] });
  await readAgain(world, '2026-06-23T00:00:00Z');
  expect(await settled('flash-gone')).toEqual(['yes 2026-06-17']);
});

test('nor does it when Google itself states it', async () => {
  await record(world, 'flash-gone', flash, made);
  const page = (certainty: string) => ({ data: [{ id: 'gemini-2.5-flash', ends: '2026-06-17', certainty }] });
  await readAt(world, '2026-03-01T00:00:00Z', { 'google-page': page('not before') });
  await readAgain(world, '2026-06-20T00:00:00Z');
  expect(await view(world, 'flash-gone')).toMatchObject({ status: 'open', resolution: null });
  await readAt(world, '2026-06-21T00:00:00Z', { 'google-page': page('final') });
  expect(await settled('flash-gone')).toEqual(['yes 2026-06-17']);
});

test('what is withdrawn from the plans of ChatGPT alone goes on', async () => {
  await record(world, 'gone', gone('openai', 'gpt', '5.4', null), made);
  const page = (surface: string) => ({ data: [{ id: 'gpt-5.4', ends: '2026-06-17', certainty: 'final', surface }] });
  await readAt(world, '2026-03-01T00:00:00Z', { 'openai-page': page('chatgpt') });
  await readAgain(world, '2026-06-20T00:00:00Z');
  expect(await view(world, 'gone')).toMatchObject({ status: 'open', resolution: null });
  expect(await endsOf('openai', 'gpt-5.4')).toEqual(['openai-page plan firm 2026-06-17 since 2026-03-01T00:00Z']);
  await readAt(world, '2026-06-21T00:00:00Z', { 'openai-page': page('api') });
  expect(await settled('gone')).toEqual(['yes 2026-06-17']);
});

test("a catalogue's own row with Azure's date does not end the model before OpenAI does", async () => {
  await record(world, 'gone', gone('openai', 'o', '3', null), made);
  await readAt(world, '2026-03-01T00:00:00Z', {
    litellm: { o3: price('openai', '2026-10-21'), 'azure/o3': price('azure', '2026-10-21') },
    deprecations: [{ provider: 'Azure', model_id: 'o3', shutdown_date: '2026-10-21' }],
    openai: { object: 'list', data: [listed('o3', '2026-12-10')] },
  });
  await readAgain(world, '2026-10-25T00:00:00Z');
  expect(await settled('gone')).toEqual([]);
  expect(await endsOf('openai', 'o3')).toEqual([
    'deprecations host firm 2026-10-21 since 2026-03-01T00:00Z',
    'litellm vendor planned 2026-10-21 since 2026-03-01T00:00Z',
    'litellm host planned 2026-10-21 since 2026-03-01T00:00Z',
    'openai vendor firm 2026-12-10 since 2026-03-01T00:00Z',
  ]);
  await readAgain(world, '2026-12-11T00:00:00Z');
  expect(await settled('gone')).toEqual(['yes 2026-12-10']);
});

test("Bedrock's later date does not keep Claude Opus 4.1 alive at Anthropic", async () => {
  await record(world, 'gone', gone('anthropic', 'claude', '4.1', 'opus'), made);
  await readAt(world, '2026-03-01T00:00:00Z', {
    litellm: {
      'claude-opus-4-1-20250805': price('anthropic', '2026-08-05'),
      'us.anthropic.claude-opus-4-1-20250805-v1:0': price('bedrock_converse', '2027-01-08'),
    },
    deprecations: [
      { provider: 'Anthropic', model_id: 'claude-opus-4-1-20250805', shutdown_date: '2026-08-05' },
      { provider: 'AWS Bedrock', model_id: 'anthropic.claude-opus-4-1-20250805-v1:0', shutdown_date: '2027-01-08' },
    ],
  });
  await readAgain(world, '2026-08-07T00:00:00Z');
  expect(await settled('gone')).toEqual(['yes 2026-08-05']);
});

test('a date that moves twice is kept with the time of each move, and an answer as of the past has the earlier one', async () => {
  const prices = (date: string) => ({ 'gemini/gemini-2.0-flash': price('gemini', date) });
  await readAt(world, '2026-02-01T00:00:00Z', { litellm: prices('2026-02-05') });
  await readAt(world, '2026-02-03T00:00:00Z', { litellm: prices('2026-03-31') });
  await readAt(world, '2026-02-04T00:00:00Z', { litellm: prices('2026-03-31') });
  await readAt(world, '2026-03-20T00:00:00Z', { litellm: prices('2026-06-01') });
  const first = ['2026-02-05 since 2026-02-01T00:00Z', '2026-03-31 since 2026-02-03T00:00Z'];
  const stated = (rows: readonly string[]) => rows.map((row) => `litellm vendor planned ${row}`);
  expect(await endsOf('google', 'gemini-2-flash')).toEqual(stated([...first, '2026-06-01 since 2026-03-20T00:00Z']));
  expect(await endsOf('google', 'gemini-2-flash', '2026-03-01T00:00:00Z')).toEqual(stated(first));
});
