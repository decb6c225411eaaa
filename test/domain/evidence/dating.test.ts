import { describe, expect, it } from 'vitest';
import type { Sighting } from '../../../src/domain/evidence/timeline.ts';
import { ask, feed, polls, released, sighting, type TestFeed, timeline } from '../../support/timelines.ts';

const reads = polls('2025-04-01', '2025-10-01');
const a = feed('a', { reads });
const b = feed('b', { reads });
const c = feed('c', { reads });
const when = '2025-09-20';

/** When the model is taken to have been released, as the answer gives it. */
function dated(feeds: readonly TestFeed[], rows: readonly Sighting[], at = when): string | null {
  return ask(released({ from: '2020-01-01' }), timeline(feeds, rows), at).effectiveAt;
}

/** The sentence that says where the date comes from, decided or not. */
function story(feeds: readonly TestFeed[], rows: readonly Sighting[]): string {
  return ask(released({ from: '2020-01-01' }), timeline(feeds, rows), when).explanation.text;
}

describe('a curated date', () => {
  /** Two origins list it on 2025-08-07 and 2025-08-10; the first carries a date. */
  const rows = (text: string, more = {}) => [
    sighting(a, { seen: '2025-08-07T12:00', absent: '2025-08-04', released: text, ...more }),
    sighting(b, { seen: '2025-08-10T12:00' }),
  ];
  const sparse = feed('a', {
    reads: ['2025-04-01', '2025-08-04', '2025-08-07T12:00', '2025-08-08T12:00', '2025-10-01'],
  });
  const feeds = [sparse, b];

  it.each([
    ['inside the bracket gives its day', '2025-08-06', '2025-08-06'],
    ['on the day of the last absence is inside', '2025-08-04', '2025-08-04'],
    [
      'before the bracket gives an interval up to the sighting that proves the release',
      '2025-08-03',
      '2025-08-03/2025-08-10T12:00:00Z',
    ],
    ['up to 90 days before the bracket does so too', '2025-05-05', '2025-05-05/2025-08-10T12:00:00Z'],
    ['91 days before the bracket is ignored', '2025-05-04', '2025-08-04/2025-08-10T12:00:00Z'],
    ['later than the first sighting is ignored', '2025-08-09', '2025-08-04/2025-08-10T12:00:00Z'],
    ['of a month is a month wide, up to the sighting', '2025-08', '2025-08-01/2025-08-10T12:00:00Z'],
    ['before any model of that kind existed is ignored', '1970-01-01', '2025-08-04/2025-08-10T12:00:00Z'],
    ['of a year is ignored', '2025', '2025-08-04/2025-08-10T12:00:00Z'],
    ['that is invalid is ignored', '2025-02-30', '2025-08-04/2025-08-10T12:00:00Z'],
  ])('%s', (_name, text, expected) => {
    expect(dated(feeds, rows(text))).toBe(expected);
  });

  it.each([
    ['spelled out', 'gpt-5-2025-08-06'],
    ['without dashes', 'gpt-5-20250806'],
    ['as month and day', 'gpt-5-0806'],
    ['as month and day with a dash', 'gpt-5-preview-08-06'],
  ])('whose digits are in an id of the model, %s, is only a lower bound', (_name, name) => {
    expect(dated(feeds, rows('2025-08-06', { name }))).toBe('2025-08-06/2025-08-10T12:00:00Z');
    const elsewhere = sighting(c, { seen: '2025-08-20', name, host: 'azure' });
    expect(dated([...feeds, c], [...rows('2025-08-06'), elsewhere])).toBe('2025-08-06/2025-08-10T12:00:00Z');
  });

  it('is not a stamp if the id contains other digits', () => {
    expect(dated(feeds, rows('2025-08-06', { name: 'gpt-5-20250805' }))).toBe('2025-08-06');
  });

  it('far before the bracket is still a lower bound if an id contains it', () => {
    expect(dated(feeds, rows('2025-04-02', { name: 'gpt-5-2025-04-02' }))).toBe('2025-04-02/2025-08-10T12:00:00Z');
  });

  it('in a host row is ignored', () => {
    const host = sighting(a, { seen: '2025-08-07T12:00', host: 'azure', released: '2025-08-07' });
    const second = sighting(b, { seen: '2025-08-10T12:00', released: undefined as never });
    expect(story([a, b], [host, sighting(a, { seen: '2025-08-07T12:00' }), second])).toContain(
      'dated by sightings alone',
    );
  });

  it('in a community feed is ignored, curated or not', () => {
    const forum = feed('forum', { reads, trust: 'community' });
    const seen = [a, b].map((one) => sighting(one, { seen: '2025-08-07T12:00' }));
    for (const weight of ['curated', 'stands'] as const) {
      const claim = sighting(forum, { seen: '2025-08-07T12:00', released: '2025-08-01', weight });
      expect(dated([a, b, forum], [...seen, claim])).toBe('2025-08-07');
    }
  });

  it('is a lower bound while the bracket is open below', () => {
    const late = [
      feed('a', { reads: polls('2025-08-06', '2025-10-01') }),
      feed('b', { reads: polls('2025-08-06', '2025-10-01') }),
    ];
    const seen = late.map((one) =>
      sighting(one, { seen: '2025-08-06', released: one.slug === 'a' ? '2025-08-01' : '' }),
    );
    expect(dated(late, seen)).toBe('2025-08-01/2025-08-06T00:00:00Z');
  });

  it('in the future when it was stated is ignored', () => {
    const seen = [
      sighting(a, { seen: '2025-08-06T06:00', released: '2025-08-07' }),
      sighting(b, { seen: '2025-08-06T12:00' }),
    ];
    expect(dated([a, b], seen)).toBe('2025-08-06');
    const world = timeline([a, b], seen);
    expect(ask(released({ by: '2025-08-06T11:00:00Z' }), world, when).verdict).toBe('undetermined');
    expect(ask(released({ by: '2025-08-06' }), world, when).verdict).toBe('yes');
    expect(story([a, b], seen)).toContain('2025-08-07 stated by a for gpt-5 was in the future when it was stated');
  });

  it('copied by two catalogues from an announcement does not put a release before its first sighting', () => {
    const copies = [a, b].map((one) => sighting(one, { seen: '2025-08-20T06:00', released: '2025-08-01' }));
    expect(dated([a, b], copies)).toBe('2025-08-01/2025-08-20T06:00:00Z');
    expect(ask(released({ by: '2025-08-05' }), timeline([a, b], copies), when).verdict).toBe('undetermined');
  });

  it('inside the bracket makes a late origin count from the stated day', () => {
    const backfilled = (date: string) => sighting(c, { seen: '2025-09-01', released: date });
    const first = sighting(a, { seen: '2025-08-08T06:00' });
    expect(dated([a, b, c], [first, backfilled('2025-08-08')])).toBe('2025-08-08');
    expect(dated([a, b, c], [first, backfilled('2025-08-07')])).toBe('2025-08-07/2025-09-01T00:00:00Z');
  });

  it('before the bracket, or in a stamp, does not add an origin to a single early row', () => {
    const placeholder = sighting(a, { seen: '2025-07-01' });
    const claim = released({ from: '2025-06-01', by: '2025-07-31' });
    const late = sighting(b, { seen: '2025-08-08', released: '2025-06-20' });
    expect(ask(claim, timeline([a, b], [placeholder, late]), when).verdict).toBe('undetermined');
    const stamped = sighting(b, { seen: '2025-08-08', released: '2025-07-02', name: 'gpt-5-2025-07-02' });
    expect(ask(claim, timeline([a, b], [placeholder, stamped]), when).verdict).toBe('undetermined');
  });

  it('too far away does not make its origin count early', () => {
    const typo = sighting(c, { seen: '2025-09-01', released: '2024-08-07' });
    const placeholder = sighting(a, { seen: '2025-08-08T06:00' });
    expect(ask(released({ by: '2025-08-20' }), timeline([a, b, c], [placeholder, typo]), when).verdict).toBe(
      'undetermined',
    );
  });

  it('in rows that disagree gives an interval that covers both', () => {
    const seen = [
      sighting(a, { seen: '2025-08-10', released: '2025-08-07', absent: '2025-08-01' }),
      sighting(b, { seen: '2025-08-10T06:00', released: '2025-08-05', absent: '2025-08-01' }),
    ];
    const gaps = [
      feed('a', { reads: ['2025-08-01', '2025-08-12'] }),
      feed('b', { reads: ['2025-08-01', '2025-08-12'] }),
    ];
    expect(dated(gaps, seen)).toBe('2025-08-05/2025-08-07');
  });

  it('more than two days after the first sighting in any feed is ignored', () => {
    const seen = (date: string) => [
      sighting(b, { seen: '2025-08-07T12:00' }),
      sighting(a, { seen: '2025-08-09T18:00', released: date }),
    ];
    expect(dated([a, b], seen('2025-08-09'))).toBe('2025-08-07T06:00:00Z/2025-08-09');
    expect(dated([a, b], seen('2025-08-10'))).toBe('2025-08-07T06:00:00Z/2025-08-09T18:00:00Z');
    const late = [seen('')[0] as Sighting, sighting(a, { seen: '2025-08-12', released: '2025-08-10' })];
    expect(story([a, b], late)).toContain(
      '2025-08-10 stated by a for gpt-5 is later than the first sighting of the model',
    );
  });

  it('in a row that vanished within a day is ignored', () => {
    const slip = sighting(c, { seen: '2025-07-01T00:00', gone: '2025-07-01T06:00', released: '2025-07-01' });
    const real = [a, b].map((one) => sighting(one, { seen: '2025-08-10' }));
    const world = timeline([a, b, c], [slip, ...real]);
    expect(ask(released({ from: '2025-06-01', by: '2025-07-05' }), world, when).verdict).toBe('undetermined');
    expect(ask(released({ from: '2025-06-01', by: '2025-08-31' }), world, when).verdict).toBe('yes');
  });

  it('only delays an answer until a read a day later repeats it', () => {
    const late = [
      feed('a', { reads: ['2025-08-06', '2025-08-08'] }),
      feed('b', { reads: ['2025-08-06', '2025-08-08'] }),
      c,
    ];
    const open = late.slice(0, 2).map((one) => sighting(one, { seen: '2025-08-06' }));
    const row = sighting(c, { seen: '2025-09-01', released: '2025-08-05', absent: '2025-08-31' });
    const world = timeline(
      late.map((one) => ({ ...one, covers: [] })),
      [...open, row],
    );
    expect(ask(released(), world, '2025-09-01T23:59').verdict).toBe('undetermined');
    expect(ask(released(), world, '2025-09-02').effectiveAt).toBe('2025-08-05/2025-08-06T00:00:00Z');
  });

  it('is set aside with a reason', () => {
    expect(story(feeds, rows('2025-05-04'))).toContain(
      'dates not used: 2025-05-04 stated by a for gpt-5 is more than 90 days before the last proof that the model was absent',
    );
    expect(story(feeds, rows('1970-01-01'))).toContain('is not a possible release date');
  });

  it('corrected by its own feed still counts: the interval covers both', () => {
    const edited = rows('2025-08-05', { edits: [{ at: '2025-08-20', released: '2025-08-06' }] });
    expect(dated(feeds, edited, '2025-08-19')).toBe('2025-08-05');
    expect(dated(feeds, edited, '2025-08-22')).toBe('2025-08-05/2025-08-06');
  });
});
