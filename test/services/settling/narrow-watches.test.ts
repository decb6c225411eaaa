import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { narrowWatches } from '../../../src/services/predictions/narrow-watches.ts';
import { settleMarked } from '../../../src/services/settling/queue.ts';
import { resolveEverything } from '../../../src/services/settling/resolver.ts';
import { litellm } from '../../support/listings.ts';
import { hours, record } from '../../support/play.ts';
import { served } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const gpt = { vendor: 'openai', family: 'gpt' } as const;
const patterns: Readonly<Record<string, ModelPattern>> = {
  'gpt-5': { ...gpt, version: '5', tier: null },
  'gpt-5-written-5-0': { ...gpt, version: '5.0', tier: null },
  'gpt-5-mini': { ...gpt, version: '5', tier: ['mini'] },
  'gpt-5-any-tier': { ...gpt, version: '5', tier: 'any' },
  'gpt-6': { ...gpt, version: '6', tier: null },
  'gpt-after-5': { ...gpt, version: { gt: '5' }, tier: null },
  'any-mini': { ...gpt, tier: ['mini', 'nano'] },
  'any-gpt': { ...gpt, tier: 'any' },
  'any-vendor-6': { vendor: 'any', family: 'any', version: '6', tier: 'any' },
  'claude-5': { vendor: 'anthropic', family: 'claude', version: '5', tier: ['opus'] },
};

const released = (model: ModelPattern): Criterion => ({ op: 'released', model });

async function recordAll(): Promise<void> {
  for (const [slug, model] of Object.entries(patterns))
    await record(world, slug, released(model), { madeAt: '2024-12-20' });
  await record(
    world,
    'gpt-6-before-gpt-5-mini',
    {
      op: 'precedes',
      first: { op: 'released', model: { ...gpt, version: '6', tier: null } },
      second: { op: 'released', model: { ...gpt, version: '5', tier: ['mini'] } },
    },
    { madeAt: '2024-12-20' },
  );
}

/** Polls a listing, and returns the predictions that the poll marks. */
async function markedBy(models: readonly string[]): Promise<string[]> {
  world.wire.answer('https://litellm.test/prices.json', served(litellm(models)));
  await pollFeed({ ...world.deps, settleCallMsMax: 0 }, 'litellm');
  const rows = await world.db.sql<{ slug: string }[]>`
    select p.slug from settle_queue q join predictions p on p.id = q.prediction_id order by p.slug`;
  await settleMarked(world.deps);
  return rows.map((row) => row.slug);
}

const old = ['gpt-4.1', 'gpt-4.1-mini', 'claude-3-5-sonnet-20241022'];

describe('a new model', () => {
  beforeEach(async () => {
    await recordAll();
    await markedBy(old);
    world.clock.advance(hours(25));
    await markedBy(old);
    world.clock.advance(hours(1));
  });

  test('marks the predictions that it can change, and no others', async () => {
    expect(await markedBy([...old, 'gpt-5'])).toEqual([
      'any-gpt',
      'gpt-5',
      'gpt-5-any-tier',
      'gpt-5-written-5-0',
      // The versions and tiers of all its leaves, in any combination.
      'gpt-6-before-gpt-5-mini',
      'gpt-after-5',
    ]);
    world.clock.advance(hours(1));
    expect(await markedBy([...old, 'gpt-5', 'gpt-5-mini'])).toEqual([
      'any-gpt',
      'any-mini',
      'gpt-5-any-tier',
      'gpt-5-mini',
      'gpt-6-before-gpt-5-mini',
    ]);
    world.clock.advance(hours(1));
    expect(await markedBy([...old, 'gpt-5', 'gpt-5-mini', 'gpt-6'])).toEqual([
      'any-gpt',
      'any-vendor-6',
      'gpt-6',
      'gpt-6-before-gpt-5-mini',
      'gpt-after-5',
    ]);
  });

  test('marks them again when a read a day later confirms it', async () => {
    await markedBy([...old, 'gpt-6']);
    world.clock.advance(hours(25));
    expect(await markedBy([...old, 'gpt-6'])).toEqual([
      'any-gpt',
      'any-vendor-6',
      'gpt-6',
      'gpt-6-before-gpt-5-mini',
      'gpt-after-5',
    ]);
  });

  test('marks them when it vanishes', async () => {
    await markedBy([...old, 'gpt-6']);
    world.clock.advance(hours(1));
    expect(await markedBy(old)).toContain('gpt-6');
  });

  test('marks every prediction about the family if its name is not fully recognised', async () => {
    const marked = await markedBy([...old, 'gpt-6-argon']);
    expect(marked).toEqual(expect.arrayContaining(['gpt-6', 'gpt-5', 'any-gpt', 'gpt-5-mini', 'any-vendor-6']));
    expect(marked).not.toContain('claude-5');
  });

  test('of a family that the feed has not listed before marks every prediction about the family', async () => {
    await record(world, 'o-3', released({ vendor: 'openai', family: 'o', version: '3', tier: null }));
    await record(world, 'o-4', released({ vendor: 'openai', family: 'o', version: '4', tier: null }));
    expect(await markedBy([...old, 'o3'])).toEqual(expect.arrayContaining(['o-3', 'o-4']));
  });
});

test('watches of an earlier version are wide until a start narrows them, and nothing is missed either way', async () => {
  await recordAll();
  const watches = () => world.db.sql`select * from prediction_watches order by prediction_id, vendor, family`;
  const narrow = await watches();
  await world.db.sql`update prediction_watches set versions = null, tiers = null, narrowed = false`;
  await markedBy(old);
  expect(await markedBy([...old, 'gpt-5'])).toContain('gpt-6');
  expect(await narrowWatches(world.deps)).toBe(Object.keys(patterns).length + 1);
  expect(await watches()).toEqual(narrow);
  expect(await narrowWatches(world.deps)).toBe(0);
  expect(await resolveEverything(world.deps)).toMatchObject({ resolved: 0, proposed: 0, disputed: 0, amended: 0 });
});
