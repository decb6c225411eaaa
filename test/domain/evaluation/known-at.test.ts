import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import { firstKnown } from '../../../src/domain/evaluation/known-at.ts';
import { at, feed, polls, released, sighting, terms, timeline, type When } from '../../support/timelines.ts';

const a = feed('a', { reads: polls('2025-07-01', '2025-10-01', 12) });
const b = feed('b', { reads: polls('2025-07-01', '2025-10-01', 12), lagHours: 30 });
const rows = [sighting(a, { seen: '2025-08-07' }), sighting(b, { seen: '2025-08-08' })];

function knownAt(
  claim: ReturnType<typeof released>,
  world: ReturnType<typeof timeline>,
  verdict: 'yes' | 'no',
  until: When = '2025-10-01',
): string | null {
  const known = firstKnown(claim, world, at(until), terms(), { verdict });
  return known === null ? null : new Date(known.knownAt).toISOString();
}

describe('the earliest knowledge time', () => {
  it('of a yes is when the second origin was seasoned', () => {
    expect(knownAt(released(), timeline([a, b], rows), 'yes')).toBe('2025-08-09T00:00:00.000Z');
  });

  it('of a no is the first poll past the deadline by the required patience: 30 hours count as two days', () => {
    expect(knownAt(released({ by: '2025-08-31' }), timeline([a, b], []), 'no')).toBe('2025-09-03T00:00:00.000Z');
  });

  it('of a no after lapsed host rows is the first poll 90 days later', () => {
    const long = ['a', 'b', 'c'].map((slug) => feed(slug, { reads: polls('2025-07-01', '2025-12-31', 24) }));
    const host = long.slice(0, 1).map((one) => sighting(one, { seen: '2025-08-07', host: 'azure' }));
    expect(knownAt(released({ by: '2025-08-31' }), timeline(long, host), 'no', '2026-01-01')).toBe(
      '2025-11-30T00:00:00.000Z',
    );
  });

  it('of an announcement that came true is a day after the first poll past its day', () => {
    const announced = [a, b].map((one) => sighting(one, { seen: '2025-08-01', released: '2025-08-10' }));
    expect(knownAt(released(), timeline([a, b], announced), 'yes')).toBe('2025-08-12T00:00:00.000Z');
  });

  it('of a row that stopped being a preview is a day after that poll', () => {
    const edited = [a, b].map((one) =>
      sighting(one, { seen: '2025-08-01', stage: 'preview', edits: [{ at: '2025-08-10T12:00', stage: 'general' }] }),
    );
    expect(knownAt(released({ stage: 'ga' }), timeline([a, b], edited), 'yes')).toBe('2025-08-11T12:00:00.000Z');
  });

  it('of a stated future day is that day', () => {
    const vendor = feed('vendor', { trust: 'first_party', covers: [] });
    const stated = sighting(vendor, { seen: '2025-08-09T12:00', released: '2025-08-10', weight: 'stands' });
    expect(knownAt(released(), timeline([vendor], [stated]), 'yes')).toBe('2025-08-10T00:00:00.000Z');
  });

  it('of an edit that decides is a read a day after the edit', () => {
    const open = [
      feed('a', { reads: ['2025-08-06', '2025-08-07', '2025-08-21', '2025-09-01'] }),
      feed('b', { reads: ['2025-08-06', '2025-08-07', '2025-09-01'] }),
    ];
    const edited = open.map((one) =>
      sighting(one, {
        seen: '2025-08-06',
        ...(one.slug === 'a' && { edits: [{ at: '2025-08-20', released: '2025-08-05' }] }),
      }),
    );
    expect(knownAt(released(), timeline(open, edited), 'yes')).toBe('2025-08-21T00:00:00.000Z');
  });

  it('is null for a verdict that never held', () => {
    expect(knownAt(released(), timeline([a, b], rows), 'no')).toBeNull();
    expect(knownAt(released(), timeline([a, b], rows), 'yes', '2025-08-08')).toBeNull();
  });

  it('gives the verdict of that moment without later knowledge', () => {
    const c = feed('c', { reads: a.reads });
    const later = timeline([a, b, c], [...rows, sighting(c, { seen: '2025-08-20', released: '2025-08-07' })]);
    const known = firstKnown(released(), later, at('2025-10-01'), terms(), { verdict: 'yes' });
    expect(known?.evaluation).toEqual(evaluate(released(), timeline([a, b, c], rows), at('2025-08-09'), terms()));
    expect(known?.evaluation.evidence).toHaveLength(2);
  });
});
