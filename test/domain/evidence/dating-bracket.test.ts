import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../src/domain/evidence/timeline.ts';
import {
  anyFive,
  ask,
  at,
  feed,
  outcome,
  polls,
  released,
  sighting,
  type TestFeed,
  timeline,
} from '../../support/timelines.ts';

const reads = polls('2025-04-01', '2025-10-01');
const a = feed('a', { reads });
const b = feed('b', { reads });
const c = feed('c', { reads });
const ledger = feed('ledger', { covers: [], reviewed: true });
const when = '2025-09-20';

/** When the model is taken to have been released, as the answer gives it. */
function dated(feeds: readonly TestFeed[], rows: readonly Sighting[]): string | null {
  return ask(released({ from: '2020-01-01' }), timeline(feeds, rows), when).effectiveAt;
}

/** The sentence that says where the date comes from, decided or not. */
function story(feeds: readonly TestFeed[], rows: readonly Sighting[]): string {
  return ask(released({ from: '2020-01-01' }), timeline(feeds, rows), when).explanation.text;
}

describe('the bracket of first sightings', () => {
  it('runs from the last absence to the sighting by the second origin', () => {
    expect(dated([a, b], [sighting(a, { seen: '2025-08-07T06:00' }), sighting(b, { seen: '2025-08-09T12:00' })])).toBe(
      '2025-08-07/2025-08-09T12:00:00Z',
    );
  });

  it('begins two days before the last read of feeds that list models two days late', () => {
    const [x, y] = [feed('x', { reads, lagHours: 48 }), feed('y', { reads, lagHours: 48 })];
    const rows = [sighting(x, { seen: '2025-08-07T06:00' }), sighting(y, { seen: '2025-08-07T12:00' })];
    expect(dated([x, y], rows)).toBe('2025-08-05/2025-08-07T12:00:00Z');
  });

  it('is bounded below by other feeds read without the model, and by the earliest sighting', () => {
    const late = feed('late', { reads: polls('2025-08-06', '2025-10-01') });
    const rows = [sighting(late, { seen: '2025-08-06', absent: null }), sighting(a, { seen: '2025-08-07T06:00' })];
    expect(dated([a, b, late], rows)).toBe('2025-08-05T18:00:00Z/2025-08-07T06:00:00Z');
  });

  it('is open below if no other feed covers: its own reads bound the listing, not the release', () => {
    const types = feed('types', { covers: [], reads: a.reads });
    const rows = [sighting(a, { seen: '2025-08-07T06:00' }), sighting(types, { seen: '2025-08-07T12:00' })];
    expect(dated([a, types], rows)).toBe(null);
  });

  it('is not bounded above by dates alone, even if two catalogues agree', () => {
    const rows = [
      sighting(a, { seen: '2025-08-20T06:00', absent: '2025-08-17', stage: 'preview', released: '2025-08-10' }),
      sighting(b, { seen: '2025-08-20T06:00', absent: '2025-08-17', released: '2025-08-18' }),
      sighting(c, { seen: '2025-08-20T06:00', absent: '2025-08-17', released: '2025-08-18' }),
    ];
    const gaps = [a, b, c].map((one) => ({
      ...one,
      reads: one.reads.filter((read) => read <= at('2025-08-17') || read > at('2025-08-21')),
    }));
    expect(dated(gaps, rows)).toBe('2025-08-10/2025-08-20T06:00:00Z');
  });

  it('is open below if no covering feed was read without the model', () => {
    const late = feed('late', { reads: polls('2025-08-06', '2025-10-01') });
    const rows = [sighting(late, { seen: '2025-08-06' }), sighting(a, { seen: '2025-08-07T06:00' })];
    expect(outcome(ask(released(), timeline([late, a], rows), when))).toBe('undetermined straddles_window');
    expect(story([late, a], rows)).toContain('../2025-08-07');
  });

  it('is not bounded below by a feed that does not cover', () => {
    const types = feed('types', { reads, covers: [], trust: 'first_party' });
    expect(story([types], [sighting(types, { seen: '2025-08-07' })])).toContain('../');
  });

  it('is bounded by a first party alone', () => {
    const vendor = feed('vendor', { reads, trust: 'first_party' });
    expect(dated([vendor], [sighting(vendor, { seen: '2025-08-07T12:00' })])).toBe('2025-08-07');
  });

  it('is not widened or moved by later rows', () => {
    const rows = [sighting(a, { seen: '2025-08-07T12:00' }), sighting(b, { seen: '2025-08-07T18:00' })];
    const backfilled = sighting(c, { seen: '2025-09-01', absent: null });
    expect(dated([a, b, c], [...rows, backfilled])).toBe('2025-08-07');
  });

  it('is not bounded above by a single early row, such as a permanent placeholder', () => {
    const rows = [sighting(a, { seen: '2025-07-01' }), sighting(b, { seen: '2025-08-07' })];
    const world = timeline([a, b], rows);
    expect(ask(released({ from: '2025-06-01', by: '2025-07-31' }), world, when).verdict).toBe('undetermined');
    expect(dated([a, b], rows)).toBe('2025-06-30T18:00:00Z/2025-08-07T00:00:00Z');
  });
});

describe('a date in a ledger or from the vendor', () => {
  it('takes precedence over every bracket', () => {
    const rows = [a, b].map((one) => sighting(one, { seen: '2025-08-09' }));
    expect(
      dated(
        [a, b, ledger],
        [...rows, sighting(ledger, { seen: '2025-08-08', absent: null, released: '2025-08-07', weight: 'stands' })],
      ),
    ).toBe('2025-08-07');
  });

  it('is ignored in a row that vanished within a day', () => {
    const rows = [a, b].map((one) => sighting(one, { seen: '2025-08-07T12:00' }));
    const slip = sighting(ledger, {
      seen: '2025-07-01',
      gone: '2025-07-01T12:00',
      released: '2025-07-01',
      weight: 'stands',
    });
    expect(
      ask(released({ from: '2025-06-01', by: '2025-07-31' }), timeline([a, b, ledger], [...rows, slip]), when).verdict,
    ).toBe('undetermined');
  });

  it('of a month is a month wide', () => {
    const rows = [a, b].map((one) => sighting(one, { seen: '2025-08-09' }));
    const stated = sighting(ledger, { seen: '2025-08-08', absent: null, released: '2025-08', weight: 'stands' });
    expect(dated([a, b, ledger], [...rows, stated])).toBe('2025-08-01/2025-08-31');
    expect(outcome(ask(released({ by: '2025-08-20' }), timeline([a, b, ledger], [...rows, stated]), when))).toBe(
      'undetermined straddles_window',
    );
  });

  it('becomes an interval if equal sources disagree, never the smaller date', () => {
    const other = feed('other', { covers: [], reads: a.reads });
    const stated = [
      sighting(ledger, { seen: '2025-08-08', released: '2025-08-07', weight: 'stands' }),
      sighting(other, { seen: '2025-08-08', released: '2025-08-05', weight: 'stands' }),
    ];
    expect(dated([a, ledger, other], stated)).toBe('2025-08-05/2025-08-07');
  });

  it('of the earliest of several snapshots is the release date', () => {
    const snapshot = (day: string, seen: string) =>
      sighting(ledger, { seen, name: `gpt-5-${day}`, released: day, weight: 'stands', model: { snapshotDay: day } });
    const rows = [
      snapshot('2025-06-01', '2025-06-02'),
      snapshot('2025-08-07', '2025-08-08'),
      sighting(a, { seen: '2025-08-09' }),
    ];
    expect(dated([a, ledger], rows)).toBe('2025-06-01');
  });

  it.each(['2025', '2017-12-31', '1970-01-01', '2025-02-30', 'soon'])('of %s is ignored', (text) => {
    const rows = [a, b].map((one) => sighting(one, { seen: '2025-08-07T12:00' }));
    expect(
      dated(
        [a, b, ledger],
        [...rows, sighting(ledger, { seen: '2025-08-08', absent: null, released: text, weight: 'stands' })],
      ),
    ).toBe('2025-08-07');
  });
});

describe('a bracket', () => {
  it('belongs to the model, not to a row: snapshots share it', () => {
    const rows = [
      sighting(a, { seen: '2025-08-07T12:00' }),
      sighting(b, { seen: '2025-08-07T18:00', name: 'gpt-5-2025-08-07', model: { snapshotDay: '2025-08-07' } }),
    ];
    expect(dated([a, b], rows)).toBe('2025-08-07');
  });

  it('of one model does not apply to its tiers', () => {
    const mini = { name: 'gpt-5-mini', model: { tier: 'mini' } };
    const rows = [sighting(a, { seen: '2025-08-07', ...mini }), sighting(b, { seen: '2025-08-07' })];
    expect(ask(released(anyFive), timeline([a, b], rows), when).verdict).toBe('undetermined');
  });
});
