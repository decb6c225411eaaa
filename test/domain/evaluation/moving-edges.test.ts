import { describe, expect, it } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import { edgesOf, resolveByOf } from '../../../src/domain/criterion/watch.ts';
import { movingEdges } from '../../../src/domain/evaluation/moving-edges.ts';
import { at, feed, polls, released, sighting, type TestSighting, terms, timeline } from '../../support/timelines.ts';

const a = feed('a', { reads: polls('2025-07-01', '2025-10-01', 12) });
const setting = terms();
const claude = (more: { by?: string } = {}): EventLeaf => ({
  op: 'released',
  model: { vendor: 'anthropic', family: 'claude', tier: 'any' },
  ...more,
});
const price: EventLeaf = {
  ...released({ from: '2025-08-20' }),
  op: 'attribute',
  name: 'output_usd_per_mtok',
  is: { gt: 10 },
};
const within = (event: EventLeaf, after: EventLeaf): Criterion => ({ op: 'within', event, after, duration: 'P1M' });

function edges(criterion: Criterion, story: TestSighting): string[] {
  return movingEdges(criterion, timeline([a], [sighting(a, story)]), setting).map(
    (edge) => `${edge.vendor} ${new Date(edge.at).toISOString().replace('.000Z', 'Z')}`,
  );
}

describe('edges derived from evidence', () => {
  it('a duration has an edge after each day on which it may begin, and another when host rows lapse', () => {
    expect(edges(within(claude(), released()), { seen: '2025-08-07', released: '2025-08-05' })).toEqual([
      'openai 2025-08-07T00:00:00.001Z',
      'anthropic 2025-09-08T00:00:00Z',
      'anthropic 2025-12-07T00:00:00Z',
      'openai 2025-08-06T00:00:00Z',
      'anthropic 2025-09-06T00:00:00Z',
      'anthropic 2025-12-05T00:00:00Z',
    ]);
  });

  it('an order has edges for coverage of the other side past each date of the first', () => {
    expect(edges({ op: 'precedes', first: released(), second: claude() }, { seen: '2025-08-07' })).toEqual([
      'anthropic 2025-08-07T00:00:00.001Z',
    ]);
    expect(edges({ op: 'precedes', first: claude(), second: released() }, { seen: '2025-08-07' })).toEqual([
      'anthropic 2025-08-07T00:00:00.001Z',
    ]);
  });

  it('an announcement has an edge at the first poll after its day', () => {
    const order: Criterion = { op: 'precedes', first: released(), second: claude() };
    expect(edges(order, { seen: '2025-08-07', released: '2025-08-15' })).toContain(
      'anthropic 2025-08-16T00:00:00.001Z',
    );
  });

  it('a stated end has an edge at its day, and a vanished row at the moment it vanished', () => {
    const order: Criterion = { op: 'precedes', first: { ...released(), op: 'retired' }, second: claude() };
    const found = edges(order, { seen: '2025-08-07', shutdown: '2025-08-15', gone: '2025-08-20' });
    expect(found).toEqual(
      expect.arrayContaining(['anthropic 2025-08-16T00:00:00Z', 'anthropic 2025-08-20T00:00:00.001Z']),
    );
  });

  it('a price change has an edge for claims about prices, and none for releases', () => {
    const story = { seen: '2025-08-07', price: 5, edits: [{ at: '2025-08-22', price: 20 }] };
    const moved = 'anthropic 2025-08-22T00:00:00.001Z';
    expect(edges({ op: 'precedes', first: price, second: claude() }, story)).toContain(moved);
    expect(edges({ op: 'precedes', first: released(), second: claude() }, story)).not.toContain(moved);
  });

  it('the opening of a window of values has an edge at the next poll, which also starts durations after it', () => {
    expect(edges({ op: 'not', of: price }, { seen: '2025-08-07', price: 20 })).toEqual(['openai 2025-08-20T00:00:00Z']);
    expect(edges(within(claude(), price), { seen: '2025-08-07', price: 20 })).toContain(
      'anthropic 2025-09-21T00:00:00Z',
    );
  });

  it('a count inside a duration waits for coverage of its own models', () => {
    const two: EventLeaf = { ...released(), op: 'count', at_least: 2, distinct: 'model' };
    expect(edges(within(two, claude()), { seen: '2025-08-07' })).toEqual(['openai 2025-08-07T00:00:00.001Z']);
  });
});

describe('the last deadline', () => {
  it.each<[string, Criterion, string | null]>([
    [
      'of an order is the earlier of its own and that of its first event',
      { op: 'precedes', first: released({ by: '2025-08-31' }), second: claude(), by: '2025-09-30' },
      '2025-09-01',
    ],
    [
      'of an order without one is null',
      { op: 'precedes', first: released(), second: claude({ by: '2025-08-31' }) },
      null,
    ],
    ['of a duration is the latest possible end', within(claude(), released({ by: '2025-08-31' })), '2025-10-01'],
    [
      'of a duration whose event has one is that one',
      within(claude({ by: '2025-09-10' }), released({ by: '2025-08-31' })),
      '2025-09-11',
    ],
    ['of a duration that can begin at any time is null', within(claude(), released()), null],
  ])('%s', (_name, criterion, expected) => {
    expect(resolveByOf(criterion)).toBe(expected === null ? null : at(expected));
  });

  it('of an order is an edge of its first event, and again when host rows lapse', () => {
    const order: Criterion = { op: 'precedes', first: released(), second: claude(), by: '2025-08-31' };
    expect(edgesOf(order)).toEqual([
      { vendor: 'openai', at: at('2025-09-01') },
      { vendor: 'openai', at: at('2025-11-30') },
    ]);
  });
});
