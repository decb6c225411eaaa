import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { dayMs } from '../../../src/domain/instant.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { shippedCoverage } from '../../support/cases.ts';
import { litellm, modelsDev } from '../../support/listings.ts';
import { readAt, record, resolutions } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/** Models that both catalogues listed days or weeks after their release, and claims about days in between. */

const feeds: readonly FeedInput[] = [
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/prices.json' },
  { slug: 'models-dev', adapter: 'models_dev', url: 'https://models.test/api.json' },
];

let world: World;
beforeAll(async () => {
  const opened = await openWorld();
  world = { ...opened, deps: { ...opened.deps, coverage: shippedCoverage() } };
});
beforeEach(() => world.reset({ now: '2025-01-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

type Late = {
  readonly what: string;
  readonly model: ModelPattern;
  readonly released: string;
  /** The vendor's provider and some of its other models, in both catalogues. */
  readonly hosts: readonly [string, string];
  readonly others: readonly string[];
  readonly id: string;
  readonly lateDays: number;
};

const late: readonly Late[] = [
  {
    what: 'DeepSeek V4',
    model: { vendor: 'deepseek', family: 'deepseek-v', version: '4', tier: ['pro'] },
    released: '2026-04-24',
    hosts: ['deepseek', 'deepseek'],
    others: ['deepseek-v3', 'deepseek-v3.1', 'deepseek-v3.2'],
    id: 'deepseek-v4-pro',
    lateDays: 58,
  },
  {
    what: 'Mistral Medium 3.5',
    model: { vendor: 'mistral', family: 'mistral', version: '3.5', tier: ['medium'] },
    released: '2026-04-29',
    hosts: ['mistral', 'mistral'],
    others: ['mistral-medium-2505', 'mistral-small-2506', 'magistral-medium-2509'],
    id: 'mistral-medium-2604',
    lateDays: 53,
  },
  {
    what: 'Mistral Small 4',
    model: { vendor: 'mistral', family: 'mistral', version: '4', tier: ['small'] },
    released: '2026-03-16',
    hosts: ['mistral', 'mistral'],
    others: ['mistral-medium-2505', 'mistral-small-2506', 'magistral-medium-2509'],
    id: 'mistral-small-2603',
    lateDays: 13,
  },
  {
    what: 'Qwen3-VL',
    model: { vendor: 'qwen', family: 'qwen-vl', version: '3', tier: ['235b-a22b'] },
    released: '2025-09-23',
    hosts: ['dashscope', 'alibaba'],
    others: ['qwen3-max', 'qwen3-coder-plus', 'qwen3-32b'],
    id: 'qwen3-vl-235b-a22b',
    lateDays: 84,
  },
  {
    what: 'Qwen3 Max Thinking',
    model: { vendor: 'qwen', family: 'qwen', version: '3', tier: ['max-thinking'] },
    released: '2026-01-23',
    hosts: ['dashscope', 'alibaba'],
    others: ['qwen3-max', 'qwen3-coder-plus', 'qwen3-32b'],
    id: 'qwen3-max-thinking',
    lateDays: 14,
  },
];

const later = (day: string, days: number) => new Date(instantOf(day) + days * dayMs).toISOString().slice(0, 10);

test.each(late)('$what was out $lateDays days before it was listed: neither a no nor a late yes', async (one) => {
  const { model, released, hosts, others, lateDays } = one;
  const lists = (ids: readonly string[]) => ({
    litellm: litellm(Object.fromEntries(ids.map((id) => [`${hosts[0]}/${id}`, { host: hosts[0] }]))),
    'models-dev': modelsDev(ids, hosts[1]),
  });
  const claim = (from: number, by: number): Criterion => ({
    op: 'released',
    model,
    from: later(released, from),
    by: later(released, by),
  });
  const half = Math.floor(lateDays / 2);
  await readAt(world, later(released, -40), lists(others));
  world.clock.set(later(released, -30));
  await record(world, 'in-time', claim(-30, half), { madeAt: later(released, -30) });
  for (const days of [-20, -1, 2, half, half + 2, lateDays - 1])
    await readAt(world, later(released, days), lists(others));
  world.clock.set(later(released, lateDays));
  await record(world, 'too-late', claim(half + 1, 300), { madeAt: later(released, half + 1) });
  expect(await resolutions(world, 'in-time')).toEqual([]);
  for (const days of [lateDays, lateDays + 2, lateDays + 30, 250, 400])
    await readAt(world, later(released, days), lists([...others, one.id]));
  expect(await resolutions(world, 'in-time')).toEqual([]);
  expect((await resolutions(world, 'too-late')).filter((text) => text.startsWith('yes'))).toEqual([]);
});
