import { describe, expect, it } from 'vitest';
import {
  ask,
  at,
  feed,
  outcome,
  polls,
  released,
  sighting,
  type TestSighting,
  timeline,
} from '../../support/timelines.ts';

/** Catalogues rewrite release dates: every date that a row stated for a day counts, and none replaces another. */

describe('a release date that a catalogue moves back by a day a week later', () => {
  /** As it was: out on 2026-06-30 at 17:45, after one catalogue had been read that day without it. */
  const sonnet = { vendor: 'anthropic', family: 'claude', version: '5', tier: 'sonnet' };
  const covers = ['anthropic'];
  const prices = feed('prices', {
    covers,
    reads: ['2026-06-10T05:41', '2026-06-26T21:35', '2026-07-01T01:56', '2026-07-08T04:20', '2026-07-20'],
  });
  const archived = ['2026-06-10T14:28', '2026-06-30T04:41', '2026-07-01T15:24', '2026-07-06T10:10', '2026-07-20'];
  const between = polls('2026-07-02T10:10', '2026-07-05T10:10', 24);
  const claim = (by: string) => released({ vendor: 'anthropic', family: 'claude', version: '5', tier: ['sonnet'], by });

  function settle(by: string, moment: string | number, reads: readonly (string | number)[] = archived) {
    const catalogue = feed('catalogue', { covers, reads: reads.map(at).sort((x, y) => x - y) });
    const rows = [
      sighting(prices, { name: 'claude-sonnet-5', seen: '2026-07-01T01:56', model: sonnet }),
      sighting(catalogue, {
        name: 'claude-sonnet-5',
        seen: '2026-07-01T15:24',
        released: '2026-06-30',
        model: sonnet,
        edits: [{ at: '2026-07-06T10:10', released: '2026-06-29' }],
      }),
    ];
    return ask(claim(by), timeline([prices, catalogue], rows), moment, { made: '2026-06-15' });
  }

  it.each([
    ['few reads', archived],
    ['daily reads', [...archived, ...between]],
  ])('is never accepted, as known at any of %s', (_name, reads) => {
    for (const moment of [...prices.reads, ...reads.map(at), at('2026-12-01')])
      expect(settle('2026-06-29', moment, reads).verdict).not.toBe('yes');
    expect(outcome(settle('2026-06-29', '2026-12-01', reads))).toBe('undetermined straddles_window');
  });

  it('gives an interval with the first date, if reads a day apart repeated both', () => {
    const daily = [...archived, ...between];
    expect(outcome(settle('2026-06-30', '2026-07-03', daily))).toBe('undetermined below_policy');
    expect(outcome(settle('2026-06-30', '2026-07-20', daily))).toBe('yes 2026-06-29/2026-06-30 released_in_window');
  });

  it('gives an interval up to the first sighting if its feed was read on the next day without the model', () => {
    expect(outcome(settle('2026-06-30', '2026-07-20'))).toBe('undetermined straddles_window');
    expect(outcome(settle('2026-07-01', '2026-07-20'))).toBe('yes 2026-06-29/2026-07-01T01:56:00Z released_in_window');
  });
});

describe('the dates that a row has stated', () => {
  const reads = polls('2025-07-01', '2025-10-01');
  const [a, b] = [feed('a', { reads }), feed('b', { reads })];
  const dated = (more: Partial<TestSighting>, when = '2025-09-20') => {
    const rows = [sighting(a, { seen: '2025-08-07T12:00', ...more }), sighting(b, { seen: '2025-08-07T18:00' })];
    return ask(released({ from: '2020-01-01' }), timeline([a, b], rows), when).effectiveAt;
  };
  const edit = (moment: string, day: string) => ({ at: moment, released: day });

  it.each<[string, Partial<TestSighting>, string]>([
    ['a single date', { released: '2025-08-07' }, '2025-08-07'],
    [
      'two dates, each repeated by a read a day later, are both covered',
      { released: '2025-08-07', edits: [edit('2025-08-20', '2025-08-06')] },
      '2025-08-06/2025-08-07T18:00:00Z',
    ],
    [
      'a date replaced at the first read a day later is ignored',
      { released: '2025-08-06', edits: [edit('2025-08-08T12:00', '2025-08-07')] },
      '2025-08-07',
    ],
    [
      'a date repeated by a read exactly a day later counts permanently',
      { released: '2025-08-06', edits: [edit('2025-08-08T18:00', '2025-08-07')] },
      '2025-08-06/2025-08-07T18:00:00Z',
    ],
    [
      'a date that lasted a few hours between two others is ignored',
      { released: '2025-08-07', edits: [edit('2025-08-20', '2025-08-05'), edit('2025-08-20T18:00', '2025-08-07')] },
      '2025-08-07',
    ],
    [
      'three dates, the middle one outside the others, are all covered',
      { released: '2025-08-06', edits: [edit('2025-08-20', '2025-08-04'), edit('2025-08-25', '2025-08-07')] },
      '2025-08-04/2025-08-07T18:00:00Z',
    ],
    [
      'a date that was removed still counts',
      { released: '2025-08-06', edits: [{ at: '2025-08-20' }] },
      '2025-08-06/2025-08-07T18:00:00Z',
    ],
    [
      'a month next to a day covers the month, up to the sighting',
      { released: '2025-08-07', edits: [edit('2025-08-20', '2025-08')] },
      '2025-08-01/2025-08-07T18:00:00Z',
    ],
  ])('%s', (_name, more, expected) => expect(dated(more)).toBe(expected));

  it('delay an answer from the edit until a read a day later repeats it', () => {
    const edited = { released: '2025-08-07', edits: [edit('2025-08-20', '2025-08-06')] };
    expect(dated(edited, '2025-08-19T18:00')).toBe('2025-08-07');
    expect(dated(edited, '2025-08-20')).toBe('2025-08-06/2025-08-07');
  });
});

describe("a date before the last read of the row's own feed without the model", () => {
  const often = { reads: polls('2025-07-01', '2025-10-01'), lagHours: 48 };
  const [a, b] = [feed('a', often), feed('b', often)];
  const rows = [a, b].map((of) => sighting(of, { seen: '2025-08-09T12:00' }));
  const dated = (reads: readonly number[], day: string) => {
    const own = feed('own', { reads, covers: [] });
    const row = sighting(own, { seen: '2025-08-09T06:00', released: day });
    return ask(released({ from: '2020-01-01' }), timeline([a, b, own], [...rows, row]), '2025-09-20').effectiveAt;
  };
  const rarely = [...polls('2025-07-01', '2025-08-08T18:00'), ...polls('2025-08-09T06:00', '2025-10-01')];

  it('contradicts that read: the release was between that day and the sighting', () => {
    expect(dated(often.reads, '2025-08-08')).toBe('2025-08-08/2025-08-09T12:00:00Z');
  });

  it('does not contradict it if the day had not ended by the last such read', () => {
    expect(dated(often.reads, '2025-08-09')).toBe('2025-08-09');
    expect(dated(rarely, '2025-08-08')).toBe('2025-08-08');
  });
});
