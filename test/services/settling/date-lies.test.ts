import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { dayMs } from '../../../src/domain/instant.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { type DatedRow, datedRows, type Listed } from '../../support/dated-rows.ts';
import { litellm, oldModels } from '../../support/listings.ts';
import { hours, read, record, resolutions } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/**
 * What catalogues stated of the release of a model against when they listed it, all in one history of two years. Each model
 * has two claims: that it comes by the day before it came, which nothing may confirm, and that it comes within a month.
 */

const covers = ['openai', 'anthropic', 'google', 'xai', 'meta', 'deepseek'];
/** Models that every list has always had. */
const always = oldModels.filter((id) => id !== 'o1');
const feeds: readonly FeedInput[] = [
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/map', covers, settlementLag: 'P2D' },
  { slug: 'models-dev', adapter: 'models_dev', url: 'https://models.test/api', covers, settlementLag: 'P2D' },
  { slug: 'openrouter', adapter: 'openrouter', url: 'https://openrouter.test/models', covers, settlementLag: 'P2D' },
  {
    slug: 'gateway',
    adapter: 'json',
    url: 'https://gateway.test/models',
    trust: 'curated',
    options: { items: '/rows', id: '/id', host: { is: 'gateway' }, released: '/releasedAt' },
  },
  { slug: 'own', adapter: 'openai_models', url: 'https://openai.test/v1/models' },
];
const slugs = ['litellm', 'models-dev', 'openrouter', 'gateway', 'own'] as const;
type Slug = (typeof slugs)[number];

let world: World;
beforeAll(async () => {
  world = await openWorld({ now: '2024-11-15T00:00:00Z', feeds });
  for (const row of datedRows) await claim(row);
  await play();
}, 120_000);
afterAll(() => world.close());

const slugOf = ({ id }: DatedRow, which: 'early' | 'due'): string => `${id.replaceAll(/[^a-z0-9]+/g, '-')}-${which}`;
const shift = (day: string, days: number): string => new Date(instantOf(day) + days * dayMs).toISOString().slice(0, 10);

async function claim(row: DatedRow): Promise<void> {
  const model: ModelPattern = row.model;
  const made = { madeAt: '2024-11-15' };
  await record(world, slugOf(row, 'early'), { op: 'released', model, by: shift(row.came, -1) }, made);
  await record(world, slugOf(row, 'due'), { op: 'released', model, by: shift(row.came, 30) }, made);
}

/** Every list is read half a day before a row of it comes, changes or goes, and when that happens. */
async function play(): Promise<void> {
  const moments = slugs.flatMap((slug) =>
    datedRows.flatMap((row) => (row[slug] ?? []).map(({ at }) => ({ slug, at: instantOf(at) }))),
  );
  const reads = new Map<string, { slug: Slug; at: number }>();
  // The gateway covers nobody: its reads close no bracket.
  for (const { slug, at } of moments)
    for (const time of slug === 'gateway' ? [at, at + hours(24)] : [at - hours(12), at, at + hours(24)])
      reads.set(`${slug} ${time}`, { slug, at: time });
  for (const { slug, at } of [...reads.values()].sort((a, b) => a.at - b.at)) {
    if (slug === 'models-dev' && at < instantOf('2025-06-11')) continue;
    world.clock.set(new Date(at).toISOString());
    await read(world, slug, payloads[slug](at));
  }
  world.clock.set('2026-08-15T00:00:00Z');
  await resolveDue(world.deps);
}

/** What a list holds at a moment: of each row the latest state, and none that has gone. */
function listedAt(slug: Slug, at: number): (Listed & { id: string; host: string })[] {
  return datedRows.flatMap(({ id, host, ...row }) => {
    const state = (row[slug] ?? []).filter((listed) => instantOf(listed.at) <= at).at(-1);
    return state === undefined || state.gone === true ? [] : [{ id, host, ...state }];
  });
}

const seconds = (date: string): number => instantOf(date) / 1000;
const payloads: Readonly<Record<Slug, (at: number) => object>> = {
  litellm: (at) => ({
    ...litellm(always),
    ...litellm(Object.fromEntries(listedAt('litellm', at).map(({ id, host, as = id }) => [as, { host }]))),
  }),
  'models-dev': (at) => {
    const providers: Record<string, { models: Record<string, object> }> = {
      openai: { models: Object.fromEntries(always.map((id) => [id, { id }])) },
    };
    for (const { id, host, as = id, stated, hosts = {} } of listedAt('models-dev', at)) {
      for (const [provider, date] of Object.entries({ [host]: stated, ...hosts })) {
        providers[provider] ??= { models: {} };
        providers[provider].models[as] = { id: as, ...(date !== undefined && { release_date: date }) };
      }
    }
    return providers;
  },
  openrouter: (at) => ({
    data: [
      { id: 'openai/gpt-4', created: seconds('2023-05-28'), pricing: {} },
      ...listedAt('openrouter', at).map(({ id, host, as = `${host}/${id}`, stated = '2020-01-01' }) => ({
        id: as,
        created: seconds(stated),
        pricing: {},
      })),
    ],
  }),
  own: (at) => ({
    object: 'list',
    data: [
      ...always.map((id) => ({ id, object: 'model', created: seconds('2020-01-01'), owned_by: 'system' })),
      ...listedAt('own', at).map(({ id, stated = '2020-01-01' }) => ({
        id,
        object: 'model',
        created: seconds(stated),
        owned_by: 'system',
      })),
    ],
  }),
  gateway: (at) => ({
    rows: [{ id: 'gpt-4' }, ...listedAt('gateway', at).map(({ id, stated }) => ({ id, releasedAt: stated }))],
  }),
};

const settled = async (row: DatedRow, which: 'early' | 'due'): Promise<string[]> =>
  (await resolutions(world, slugOf(row, which))).map((text) => text.replace(/ known .*/, ''));

test.each(datedRows.map((row) => [row.lie, row] as const))('%s', async (_lie, row) => {
  expect(world.errors).toEqual([]);
  expect(await settled(row, 'early')).toEqual([]);
  expect(await settled(row, 'due')).toEqual(row.due);
});

test.each(datedRows.map((row) => [row.id, row] as const))(
  'whatever date is stated for %s, every resolution is compatible with the true date',
  (_id, { came, due }) => {
    const day = { from: instantOf(came), to: instantOf(came) + dayMs };
    expect(due.length).toBeGreaterThan(0);
    for (const text of due) {
      const [outcome, effective = ''] = text.split(' ');
      const [from = '', to = from] = effective.split('/');
      expect(outcome).toBe('yes');
      expect(instantOf(from)).toBeLessThan(day.to);
      expect(instantOf(to) + (to.length === 10 ? dayMs : 0)).toBeGreaterThan(day.from);
    }
  },
);
