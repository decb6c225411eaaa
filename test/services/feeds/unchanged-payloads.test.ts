import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findUnchanged } from '../../../src/services/feeds/last-payloads.ts';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { hashBytes } from '../../../src/services/feeds/readings.ts';
import { createIdentityAddition } from '../../../src/services/identity/curation.ts';
import { withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { findFeed } from '../../../src/store/feeds.ts';
import { gptReleased, litellm } from '../../support/listings.ts';
import { hours, record } from '../../support/play.ts';
import { notModified, served, toBytes } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const claudes = Array.from({ length: 20 }, (_, index) => `claude-3-haiku-202403${String(index + 1).padStart(2, '0')}`);
const gpts = Array.from({ length: 10 }, (_, index) => `gpt-4-turbo-2024-01-${10 + index}`);
const all = [...claudes, ...gpts];
const url = 'https://litellm.test/prices.json';

type Step = {
  readonly after: number;
  readonly models: readonly string[] | 'not modified';
  readonly by?: 'another node';
};

/** Polls through the steps; with `remembers` false, every payload is compared in full. Returns everything stored. */
async function live(steps: readonly Step[], remembers: boolean): Promise<unknown> {
  await world.reset();
  world.deps.lastPayloads?.clear();
  await record(world, 'gpt-5', gptReleased('5', { from: '2025-01-01', by: '2025-01-02' }), { madeAt: '2024-12-20' });
  const other = world.node('node_b');
  for (const { after, models, by } of steps) {
    world.clock.advance(hours(after));
    world.wire.answer(url, models === 'not modified' ? notModified : served(litellm(models)));
    const node = by === undefined ? world.deps : other;
    await pollFeed(remembers ? node : { ...node, lastPayloads: undefined }, 'litellm');
  }
  const { sql } = world.db;
  return [
    await sql`select result, observed_at, items, new_items, changed_items, vanished_items, lost_items, bytes, bytes_hash, frozen_vendors
      from polls order by started_at, id`,
    await sql`select watermark, advanced_at, unhealthy_since, etag from feeds order by slug`,
    await sql`select item_key, item_hash, seen_from, absent_at, gone_at from sightings order by item_key, seen_from`,
    await sql`select item_key, item_hash, observed_at from observations order by seq`,
    await sql`select state, state_detail, outcome, recheck_at from predictions`,
    await sql`select type from events order by sequence`,
  ];
}

describe('a payload of the same bytes as the last accepted one is read as if it were compared in full', () => {
  const histories: Readonly<Record<string, readonly Step[]>> = {
    'again and again, past a deadline': [0, 1, 24, 48, 90, 200].map((after) => ({ after, models: all })),
    'after "not modified"': [all, 'not modified', all, all].map((models) => ({ after: 2, models: models as string[] })),
    'after another payload': [all, [...all, 'gpt-5'], all, all].map((models) => ({ after: 2, models })),
    'after a suspect one': [all, all, claudes.slice(15), all, all].map((models) => ({ after: 2, models })),
    'suspect until it is confirmed': [all, all, claudes.slice(15), claudes.slice(15), claudes.slice(15)].map(
      (models) => ({
        after: 25,
        models,
      }),
    ),
    'with a frozen vendor until it is confirmed': [all, all, claudes, claudes, claudes, claudes].map((models) => ({
      after: 13,
      models,
    })),
    'after another node has read another one': [
      { after: 0, models: all },
      { after: 1, models: [...all, 'gpt-5'], by: 'another node' },
      { after: 1, models: all },
      { after: 1, models: all, by: 'another node' },
      { after: 1, models: all },
    ],
  };
  test.each(Object.entries(histories))('%s', async (_name, steps) => {
    const inFull = await live(steps, false);
    expect(await live(steps, true)).toEqual(inFull);
  });
});

describe('the same bytes are compared again', () => {
  const bytes = toBytes(litellm(all));

  async function readTwice(): Promise<void> {
    await live(
      [0, 1].map((after) => ({ after, models: all })),
      true,
    );
    expect(await isUnchanged()).toBe(true);
  }

  async function isUnchanged(deps = world.deps): Promise<boolean> {
    const feed = await findFeed(world.db.sql, 'litellm');
    return feed !== null && findUnchanged(await withCurrentIdentity(deps), feed, hashBytes(bytes)) !== null;
  }

  test('by another process, which may have another parser', async () => {
    await readTwice();
    expect(await isUnchanged(world.node('node_b'))).toBe(false);
  });

  test('after an addition to the identity data', async () => {
    await readTwice();
    const entry = { kind: 'tier', vendor: 'openai', family: 'gpt', tier: 'argon' } as const;
    await createIdentityAddition(
      world.deps,
      { entry, supersedes: null, reason: 'a new tier', sourceUrl: null },
      { decidedBy: 'cli', expected: null },
    );
    expect(await isUnchanged()).toBe(false);
  });
});
