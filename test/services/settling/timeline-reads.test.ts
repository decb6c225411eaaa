import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { readAsksOf } from '../../../src/domain/evaluation/read-asks.ts';
import { firstReadFrom, lastReadAt } from '../../../src/domain/evidence/timeline.ts';
import { dayMs, formatDay } from '../../../src/domain/instant.ts';
import { runSteps } from '../../../src/domain/steps.ts';
import {
  allReadsMax,
  asksPerStatementMax,
  loadReads,
  loadReadsAround,
  readsByVendor,
} from '../../../src/services/settling/timeline-reads.ts';
import { loadTimeline } from '../../../src/services/settling/timelines.ts';
import { countAcceptedReads } from '../../../src/store/polls.ts';
import { itemsPerPageMax } from '../../../src/store/sightings.ts';
import { litellm, modelsDev } from '../../support/listings.ts';
import { readAt } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

const at = instantOf('2025-03-01');
const anything = { vendor: 'any', family: 'any', tier: 'any' } as const;
const criterion: Criterion = {
  op: 'within',
  duration: 'P1D',
  event: { op: 'released', model: anything },
  after: { op: 'released', model: anything },
};
const claim = { criterion, madeFrom: instantOf('2025-01-01') };
/** Each asks for reads of its own. */
const deadlines = Array.from({ length: 90 }, (_, day) => {
  const by = formatDay(instantOf('2024-11-01') + day * dayMs);
  const criterion: Criterion = { op: 'released', model: anything, by };
  return { criterion, madeFrom: claim.madeFrom };
});
const days = ['2025-01-02', '2025-01-10', '2025-01-20', '2025-02-01', '2025-02-20'];
/** More items than one page has. */
const items = itemsPerPageMax + 100;

let world: World;
beforeAll(async () => {
  world = await openWorld();
  for (const [index, day] of days.entries()) {
    const count = Math.round((items * (index + 1)) / days.length);
    const ids = Array.from({ length: count }, (_, nth) => `gpt-${1 + Math.floor(nth / 10)}.${nth % 10}`);
    await readAt(world, day, { litellm: litellm(ids), 'models-dev': modelsDev(ids.slice(0, 20)) });
  }
});
afterAll(() => world.close());

describe('a wide timeline', () => {
  test('contains the items of every page once, oldest first', async () => {
    const { sightings } = await loadTimeline(world.db.sql, world.deps, [claim], at);
    const keys = sightings.map(({ feedId, itemKey }) => `${feedId} ${itemKey}`);
    expect(keys).toHaveLength(items + 20);
    expect(new Set(keys).size).toBe(items + 20);
    const times = sightings.map(({ seenFrom }) => seenFrom);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(sightings.every(({ versions }) => versions.length > 0)).toBe(true);
  });

  test('has the reads around every moment, whether they are looked up or all loaded', async () => {
    const { sql } = world.db;
    const { feeds, sightings, unread = [] } = await loadTimeline(sql, world.deps, [claim], at);
    const seen = { sightings, reads: new Map(), unread };
    const input = {
      criteria: [claim, ...deadlines],
      feeds: [...feeds.values()],
      seen,
      at,
      styleOf: () => 'components' as const,
    };
    const asks = readAsksOf(input);
    // Many moments and few reads, so `loadReads` loads all.
    expect(asks.length).toBeGreaterThan(asksPerStatementMax);
    expect(await countAcceptedReads(sql, allReadsMax)).toBe(2 * days.length);
    const { reads } = await loadReads(sql, input);
    const around = { reads: await loadReadsAround(sql, ['openai', 'any'], asks) };
    for (const { feedId, vendor, at: moment } of asks) {
      expect(lastReadAt({ reads }, feedId, vendor, moment)).toBe(lastReadAt(around, feedId, vendor, moment));
      expect(firstReadFrom({ reads }, feedId, vendor, moment)).toBe(firstReadFrom(around, feedId, vendor, moment));
    }
  });
});

describe('the reads that count for a vendor', () => {
  const accepted = [
    { id: 'a', readAt: 1, frozenVendors: [] },
    { id: 'b', readAt: 2, frozenVendors: ['openai'] },
    { id: 'c', readAt: 2, frozenVendors: [] },
    { id: 'd', readAt: 3, frozenVendors: ['openai'] },
  ].map((read) => ({ ...read, feedId: 'feed_a' }));

  test('are those in which it was not frozen, and for any those in which no vendor was', () => {
    const byVendor = new Map(runSteps(readsByVendor(accepted, ['anthropic', 'any', 'openai'])));
    expect(byVendor.get('anthropic')).toEqual([1, 2, 3]);
    expect(byVendor.get('openai')).toEqual([1, 2]);
    expect(byVendor.get('any')).toEqual([1, 2]);
  });
});
