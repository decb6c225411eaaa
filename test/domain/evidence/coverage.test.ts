import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { defaultPolicy } from '../../../src/domain/criterion/policy.ts';
import { coverageOf, missBound } from '../../../src/domain/evidence/coverage.ts';
import type { CoverageTable } from '../../../src/domain/evidence/coverage-table.ts';
import { coverageOfLags, listedAfter } from '../../support/coverage.ts';
import { ask, at, feed, outcome, polls, released, sighting, type TestFeed, timeline } from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-09-10', 24);
const claim = released({ by: '2025-08-31' });
const when = '2025-09-20';

describe('coverage for a NO', () => {
  it.each([
    ['one first-party feed', [feed('v', { trust: 'first_party', reads })], 'no'],
    ['two origins', [feed('a', { reads }), feed('b', { trust: 'aggregator', reads })], 'no'],
    ['one origin is not enough', [feed('a', { reads })], 'undetermined'],
    [
      'two feeds of one origin are not enough',
      [feed('a', { reads, origin: 'x' }), feed('b', { reads, origin: 'x' })],
      'undetermined',
    ],
    ['community feeds never count', [feed('a', { reads }), feed('b', { reads, trust: 'community' })], 'undetermined'],
    [
      'feeds that do not cover the vendor never count',
      [feed('a', { reads }), feed('b', { reads, covers: ['google'] })],
      'undetermined',
    ],
    [
      'a first party of another vendor does not count',
      [feed('v', { reads, trust: 'first_party', covers: ['google'] })],
      'undetermined',
    ],
    [
      'a first party that covers nothing does not count',
      [feed('v', { reads, trust: 'first_party', covers: [] })],
      'undetermined',
    ],
    [
      'feeds that cover any vendor count',
      [feed('a', { reads, covers: 'any' }), feed('b', { reads, covers: 'any' })],
      'no',
    ],
    ['a feed that was never read does not count', [feed('a', { reads }), feed('b')], 'undetermined'],
  ])('%s', (_name, feeds, verdict) => {
    expect(ask(claim, timeline(feeds, []), when).verdict).toBe(verdict);
  });

  it('uses the patience after which the feeds had listed the models they knew, to the millisecond', () => {
    const world = (last: number) =>
      timeline([feed('a', { reads, lagHours: 48 }), feed('b', { reads: ['2025-07-01', last], lagHours: 48 })], []);
    expect(ask(claim, world(at('2025-09-03') - 1), when).verdict).toBe('undetermined');
    expect(ask(claim, world(at('2025-09-03')), when).verdict).toBe('no');
  });

  it.each([
    ['7 days later is soon enough', at('2025-08-08'), 'no 2025-08-31 covered_without_it'],
    ['a millisecond more is not', at('2025-08-08') + 1, 'undetermined window_not_covered'],
  ])('needs one of the feeds to have been read soon after the window opened: %s', (_name, first, expected) => {
    const late = { reads: [first, ...polls('2025-08-09', '2025-09-10', 24)] };
    const latest = { reads: polls('2025-08-20', '2025-09-10', 24) };
    const answer = ask(claim, timeline([feed('a', late), feed('b', latest)], []), when);
    expect(outcome(answer)).toBe(expected);
    expect(answer.leaning?.outcome ?? null).toBe(answer.verdict === 'no' ? null : 'no');
  });

  it('needs that first read before the deadline, even if soon after the window opened', () => {
    const late = { reads: polls('2025-08-04', '2025-09-10', 24) };
    const world = timeline([feed('a', late), feed('b', late)], []);
    expect(outcome(ask(released({ by: '2025-08-03' }), world, when))).toBe('undetermined window_not_covered');
    expect(outcome(ask(released({ by: '2025-08-04' }), world, when))).toBe('no 2025-08-04 covered_without_it');
  });

  it('does not start with a feed that has not been read since', () => {
    const late = polls('2025-08-08T00:01', '2025-09-10', 24);
    const dead = feed('dead', { reads: ['2025-07-01', '2025-07-02'] });
    const world = timeline([feed('a', { reads: late }), feed('b', { reads: late }), dead], []);
    // It may be read again, so this still waits.
    expect(outcome(ask(claim, world, when))).toBe('undetermined awaiting_coverage');
  });

  it('freezes for a vendor whose slice was suspect, and not for the others', () => {
    const frozen = { openai: reads.filter((read) => read >= at('2025-08-20')) };
    const world = timeline([feed('a', { reads, covers: 'any' }), feed('b', { reads, covers: 'any', frozen })], []);
    expect(ask(claim, world, when).verdict).toBe('undetermined');
    expect(ask(released({ by: '2025-08-31', vendor: 'google', family: 'gemini' }), world, when).verdict).toBe('no');
    expect(ask(released({ by: '2025-08-31', vendor: 'any', family: 'any' }), world, when).verdict).toBe('undetermined');
  });

  it('for any vendor is never measured, and is left to a person after the deadline', () => {
    const any = released({ by: '2025-08-31', vendor: 'any', family: 'any', tier: 'any' });
    expect(ask(any, timeline([feed('a', { reads }), feed('b', { reads })], []), when).verdict).toBe('undetermined');
    const all = timeline([feed('a', { reads, covers: 'any' }), feed('b', { reads, covers: 'any' })], []);
    expect(outcome(ask(any, all, '2025-08-31'))).toBe('undetermined awaiting_coverage');
    const past = ask(any, all, when);
    expect(outcome(past)).toBe('undetermined absence_unprovable');
    expect(past.leaning?.outcome).toBe('no');
  });

  it('names the feeds it relies on and how far each was read', () => {
    const answer = ask(claim, timeline([feed('a', { reads, lagHours: 24 }), feed('b', { reads })], []), when);
    expect(answer.explanation.text).toContain(
      "absent from a (read 9 days past 2025-08-31; in the past, 0 of 40 of openai's models were still missing after that time) and b (",
    );
    expect(answer.explanation.text).toContain('together they would miss one in 1764.');
    expect(answer.missChance).toBeCloseTo(1 / 1764, 8);
    expect(answer.explanation.absence).toMatchObject({ vendor: 'openai', fact: 'listing', miss_max: 0.01 });
    expect(answer.explanation.watermarks[0]).toEqual({
      feed: 'a',
      origin: 'a',
      vendor: 'openai',
      read_from: '2025-07-01T00:00:00Z',
      watermark: '2025-09-10T00:00:00Z',
      measured: true,
    });
    expect(answer.trust).toBe('curated');
  });

  it('ignores later reads', () => {
    const covered = coverageOf(timeline([feed('a', { reads }), feed('b', { reads })], []), {
      vendor: 'openai',
      at: at('2025-06-30'),
      policy: defaultPolicy,
    });
    expect(covered.marks.map((mark) => [mark.readFrom, mark.watermark])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(covered.coveredTo).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('silence', () => {
  const [a, b, c] = [feed('a', { reads }), feed('b', { reads }), feed('c', { reads })];
  const settle = (coverage: CoverageTable, feeds: readonly TestFeed[] = [a, b], criterion: Criterion = claim) =>
    ask(criterion, { ...timeline(feeds, []), coverage }, when);
  /** Of so many models it missed none: one in so many plus two. */
  const perfect = (models: number) => listedAfter(0, models);

  it.each<[string, CoverageTable, TestFeed[]]>([
    ['from two origins, one of which was measured,', coverageOfLags({ a: perfect(2000) }), [a, b]],
    ['from origins measured for another fact', coverageOfLags({ a: perfect(2000), b: perfect(2000) }, ['end']), [a, b]],
    [
      'from no origin, even if the vendor itself is read',
      coverageOfLags({}),
      [feed('v', { reads, trust: 'first_party' })],
    ],
    ['from origins with too few known models', coverageOfLags({ a: perfect(2), b: perfect(2) }), [a, b]],
    [
      'from origins that missed the same model',
      coverageOfLags({ a: [null, ...perfect(90)], b: [null, ...perfect(90)] }),
      [a, b],
    ],
  ])('%s proves nothing, and is left to a person', (_name, coverage, feeds) => {
    const answer = settle(coverage, feeds);
    expect(outcome(answer)).toBe('undetermined absence_unprovable');
    expect(answer.leaning).toMatchObject({ outcome: 'no', reason: 'absence_unprovable' });
    expect(answer.missChance).toBeNull();
  });

  it('has no leaning before the feeds that list the vendor were read past the deadline', () => {
    const stopped = [a, b].map((one) => ({ ...one, reads: polls('2025-07-01', '2025-08-31', 24) }));
    const answer = settle(coverageOfLags({ a: perfect(2000) }), stopped);
    expect([outcome(answer), answer.leaning]).toEqual(['undetermined awaiting_coverage', null]);
  });

  it('from an unmeasured origin adds nothing to that of others', () => {
    const table = coverageOfLags({ a: perfect(18), b: perfect(18) });
    expect(settle(table, [a, b]).missChance).toBeCloseTo(1 / 400, 8);
    const answer = settle(table, [a, b, c]);
    expect(answer.missChance).toBeCloseTo(1 / 400, 8);
    expect(answer.explanation.absence?.origins.map(({ origin }) => origin)).toEqual(['a', 'b']);
    expect(answer.explanation.watermarks.map(({ feed: slug, measured }) => [slug, measured])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
  });

  it.each([
    ['2,500', 'no'],
    ['2,499', 'undetermined'],
  ])('with one miss in 400 settles a NO if a policy accepts %s in a million: %s', (millionths, verdict) => {
    const policy = { missMaxMillionths: Number(millionths.replace(',', '')) };
    const world = { ...timeline([a, b], []), coverage: coverageOfLags({ a: perfect(18), b: perfect(18) }) };
    expect(ask(claim, world, when, { policy }).verdict).toBe(verdict);
  });

  it('suffices from the step at which few enough models were still missing', () => {
    const table = coverageOfLags({ a: [...listedAfter(1, 18), ...listedAfter(14, 5)], b: perfect(18) });
    const readTo = (last: number) => [a, b].map((one) => ({ ...one, reads: [at('2025-07-01'), last] }));
    const early = settle(table, readTo(at('2025-09-15') - 1));
    expect(outcome(early)).toBe('undetermined awaiting_coverage');
    expect(early.explanation.text).toContain('a (read 13 days past 2025-08-31; in the past, 5 of 23');
    expect(early.explanation.text).toContain('a NO waits for later reads');
    const ripe = settle(table, readTo(at('2025-09-15')));
    expect(outcome(ripe)).toBe('no 2025-08-31 covered_without_it');
    expect(ripe.missChance).toBeCloseTo(1 / 25 / 20, 8);
  });

  it('from two origins is not weakened by a third that lists nothing', () => {
    const poor = coverageOfLags({ a: perfect(18), b: perfect(18), c: listedAfter(null, 18) });
    expect(settle(poor, [a, b, c]).verdict).toBe('no');
  });

  const no = (version: string, by?: string): Criterion => released({ version, ...(by === undefined ? {} : { by }) });
  const five = ['6', '7', '8', '9'].map((version) => no(version, '2025-08-31'));
  it.each<[string, Criterion, string]>([
    ['four leaves', { op: 'any', of: five }, 'no'],
    ['five leaves', { op: 'any', of: [...five, no('10', '2025-08-20')] }, 'undetermined'],
    ['four leaves and one without a deadline', { op: 'all', of: [...five, no('10')] }, 'no'],
    ['four leaves and a question', { op: 'all', of: [...five, { op: 'judged', question: 'Was it?' }] }, 'no'],
    [
      'four leaves and an order of events, whose sides count',
      { op: 'all', of: [...five, { op: 'precedes', first: claim, second: claim }] },
      'undetermined',
    ],
  ])('shares the bound among the leaves that absence can settle: one in 400 for %s', (_name, criterion, verdict) => {
    const table = coverageOfLags({ a: perfect(18), b: perfect(18) });
    expect(settle(table, [a, b], criterion).verdict).toBe(verdict);
  });

  it('shares the bound exactly', () => {
    expect(missBound(defaultPolicy, 3)).toEqual({ numerator: 10_000n, denominator: 3_000_000n });
    expect(missBound(defaultPolicy, 0)).toEqual(missBound(defaultPolicy, 1));
  });
});

describe('a stricter policy', () => {
  it('requires as many origins for a no as for a yes', () => {
    const [a, b, c] = [feed('a', { reads }), feed('b', { reads }), feed('c', { reads })];
    const policy = { originsMin: 3 };
    expect(ask(claim, timeline([a, b], []), when, { policy }).verdict).toBe('undetermined');
    expect(ask(claim, timeline([a, b, c], []), when, { policy }).verdict).toBe('no');
    const rows = [a, b, c].map((one) => sighting(one, { seen: '2025-08-07' }));
    expect(ask(claim, timeline([a, b, c], rows.slice(0, 2)), when, { policy }).verdict).toBe('undetermined');
    expect(ask(claim, timeline([a, b, c], rows), when, { policy }).verdict).toBe('yes');
  });

  it('that requires a first party accepts neither a yes nor a no from anyone else', () => {
    const [a, b, v] = [feed('a', { reads }), feed('b', { reads }), feed('v', { reads, trust: 'first_party' })];
    const policy = { firstPartyOnly: true };
    const rows = [a, b].map((one) => sighting(one, { seen: '2025-08-07' }));
    const short = ask(claim, timeline([a, b], rows), when, { policy });
    expect(outcome(short)).toBe('undetermined below_policy');
    expect(short.explanation.text).toContain('no first-party feed lists it');
    expect(ask(claim, timeline([a, b], []), when, { policy }).verdict).toBe('undetermined');
    expect(ask(claim, timeline([v], []), when, { policy }).verdict).toBe('no');
    expect(
      ask(claim, timeline([a, b, v], [...rows, sighting(v, { seen: '2025-08-08' })]), when, { policy }).verdict,
    ).toBe('yes');
  });

  it('that requires a first party bounds the release date by nobody else', () => {
    const [a, b, v] = [
      feed('a', { reads }),
      feed('b', { reads }),
      feed('v', { reads: ['2025-07-01', '2025-08-20'], trust: 'first_party' }),
    ];
    const rows = [
      sighting(a, { seen: '2025-08-07' }),
      sighting(b, { seen: '2025-08-08' }),
      sighting(v, { seen: '2025-08-20' }),
    ];
    const world = timeline([a, b, v], rows);
    const early = released({ by: '2025-08-10' });
    expect(ask(early, world, when).verdict).toBe('yes');
    expect(outcome(ask(early, world, when, { policy: { firstPartyOnly: true } }))).toBe(
      'undetermined straddles_window',
    );
  });
});
