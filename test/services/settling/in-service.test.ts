import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { eventTypes, pollResults, readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** Models that the vendor's own list goes on stating to be in service, after claims that they would be withdrawn. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() =>
  world.reset({
    now: '2026-06-01',
    feeds: [
      { slug: 'openai', adapter: 'openai_models', url: 'https://openai.test/v1/models' },
      { slug: 'anthropic', adapter: 'anthropic_models', url: 'https://anthropic.test/v1/models' },
    ],
  }),
);
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

/** OpenAI's list with the day on which GPT-5 ends. */
const openai = (shutdown: string | null) => ({
  data: ['gpt-4.1', 'gpt-5', 'o3', 'o4-mini', 'gpt-5.2'].map((id) => ({
    id,
    object: 'model',
    created: 1_754_000_000,
    owned_by: 'system',
    shutdown_date: id === 'gpt-5' ? shutdown : null,
  })),
});
/** Anthropic's list with the status of Claude Opus 4.5. */
const anthropic = (lifecycle: string) => ({
  data: ['claude-opus-4-5', 'claude-sonnet-4-5'].map((id) => ({
    type: 'model',
    id,
    created_at: '2025-11-24T00:00:00Z',
    lifecycle: id === 'claude-opus-4-5' ? lifecycle : 'active',
    retires_at: null,
  })),
  has_more: false,
});

const gpt5: Criterion = {
  op: 'retired',
  by: '2026-06-30',
  model: { vendor: 'openai', family: 'gpt', version: '5', tier: null },
};
const opus: Criterion = {
  op: 'retired',
  by: '2026-06-30',
  model: { vendor: 'anthropic', family: 'claude', version: '4.5', tier: ['opus'] },
};

/** Records the claims, and reads the lists on those days. */
async function play(days: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Promise<void> {
  await record(world, 'gpt-5', gpt5, { madeAt: '2026-06-01' });
  await record(world, 'opus', opus, { madeAt: '2026-06-01' });
  for (const [time, payloads] of Object.entries(days)) await readAt(world, time, payloads);
}

test('settle a NO by the read that confirms one a day past the deadline, although nothing in it changed', async () => {
  const unchanged = { openai: openai('2026-12-11') };
  await play({ '2026-06-10': unchanged, '2026-07-01T12:00:00Z': unchanged });
  expect(await resolutions(world, 'gpt-5')).toEqual([]);
  await readAt(world, '2026-07-02T06:00:00Z', unchanged);
  expect(await resolutions(world, 'gpt-5')).toEqual([]);
  await readAt(world, '2026-07-03T06:00:00Z', unchanged);
  expect(await resolutions(world, 'gpt-5')).toEqual(['no 2026-06-30 known 2026-07-03T06:00Z by resolver']);
});

test('settle a NO by the status of a list that states one', async () => {
  const active = { anthropic: anthropic('active') };
  await play({ '2026-06-10': active, '2026-07-03': active, '2026-07-05': active });
  expect(await resolutions(world, 'opus')).toEqual(['no 2026-06-30 known 2026-07-05T00:00Z by resolver']);
});

test('settle a NO once the list states it, if it did not before', async () => {
  await play({
    '2026-06-10': { anthropic: anthropic('sunsetting') },
    '2026-07-03': { anthropic: anthropic('sunsetting') },
    '2026-07-09': { anthropic: anthropic('active') },
    '2026-07-10': { anthropic: anthropic('active') },
  });
  expect(await resolutions(world, 'opus')).toEqual(['no 2026-06-30 known 2026-07-10T00:00Z by resolver']);
});

test('settle nothing without a statement: listing an id is none, nor is an unknown status', async () => {
  const silent = { openai: openai(null), anthropic: anthropic('sunsetting') };
  await play({ '2026-06-10': silent, '2026-07-03': silent, '2026-08-03': silent });
  expect([await resolutions(world, 'gpt-5'), await resolutions(world, 'opus')]).toEqual([[], []]);
});

test('settle nothing by a read that is suspect', async () => {
  const others = ['gpt-4.1', 'o3', 'o4-mini', 'gpt-5.2'];
  const { data } = openai('2026-12-11');
  await play({
    '2026-06-30': { openai: openai(null) },
    '2026-07-02': { openai: { data: data.filter(({ id }) => !others.includes(id)) } },
  });
  expect(await pollResults(world, 'openai')).toEqual(['ok', 'suspect']);
  expect(await resolutions(world, 'gpt-5')).toEqual([]);
});

test('are disputed once the list states that the model had ended before the deadline', async () => {
  await play({
    '2026-06-10': { openai: openai('2026-12-11') },
    '2026-07-03': { openai: openai('2026-12-11') },
    '2026-07-05': { openai: openai('2026-12-11') },
    '2026-07-09': { openai: openai('2026-06-25') },
  });
  expect(await resolutions(world, 'gpt-5')).toEqual(['no 2026-06-30 known 2026-07-05T00:00Z by resolver']);
  expect((await view(world, 'gpt-5')).status).toBe('disputed');
  expect(await eventTypes(world, 'gpt-5')).toContain('prediction.disputed');
});
