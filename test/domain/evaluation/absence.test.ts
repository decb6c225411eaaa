import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { coverageOfLags, listedAfter } from '../../support/coverage.ts';
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

/** What a NO is based on, and what prevents it. */

const reads = polls('2025-07-01', '2025-10-01', 24);
const [a, b, c] = [feed('a', { reads }), feed('b', { reads }), feed('c', { reads })];
const when = '2025-09-20';
const any = (...of: Criterion[]): Criterion => ({ op: 'any', of });
const all = (...of: Criterion[]): Criterion => ({ op: 'all', of });
const not = (of: Criterion): Criterion => ({ op: 'not', of });

describe('an origin whose first read is late and lists the model', () => {
  /** As it was: a model of September 2025 that one catalogue listed in January, and another had when it was first read. */
  const claim = released({ by: '2025-10-31' });
  const prices = feed('prices', { reads: ['2025-08-05', '2025-11-08', '2025-12-16', '2026-01-31', '2026-02-02'] });
  const hub = feed('hub', { reads: ['2025-12-18', '2025-12-31', '2026-01-15', '2026-02-01'] });
  const inHub = sighting(hub, { seen: '2025-12-18', absent: null });
  const inPrices = sighting(prices, { seen: '2026-01-31' });
  const settle = (feeds: readonly TestFeed[], rows: (typeof inHub)[], at: string) =>
    ask(claim, timeline(feeds, rows), at, { made: '2025-08-15' });

  it.each(['2025-11-08', '2025-12-16', '2025-12-18', '2025-12-31', '2026-01-31', '2026-02-02', '2026-06-01'])(
    'does not attest absence: there is no NO on %s',
    (at) => {
      expect(settle([prices, hub], [inHub, inPrices], at).verdict).toBe('undetermined');
    },
  );

  it('makes the claim proposed from its first read on, and names the model', () => {
    const answer = settle([prices, hub], [inHub, inPrices], '2025-12-18');
    expect(outcome(answer)).toBe('undetermined below_policy');
    expect(answer.leaning).toMatchObject({ outcome: null, reason: 'below_policy' });
    expect(answer.explanation.text).toContain('openai/gpt-5 was seen (listed by hub from 2025-12-18T00:00:00Z)');
  });

  it('leaves the release date open once a second origin lists the model', () => {
    expect(outcome(settle([prices, hub], [inHub, inPrices], '2026-02-02'))).toBe('undetermined straddles_window');
  });

  it('would attest absence if it did not list the model, and two other origins do', () => {
    expect(outcome(settle([prices, hub], [], '2025-12-18'))).toBe('no 2025-10-31 covered_without_it');
    const other = feed('other', { reads: prices.reads });
    expect(outcome(settle([prices, hub, other], [inHub], '2025-12-18'))).toBe('no 2025-10-31 covered_without_it');
  });
});

describe('an origin with several feeds', () => {
  const claim = released({ by: '2025-08-31' });
  const late = '2026-01-31';
  const long = { reads: polls('2025-07-01', late, 24) };

  it('counts as a first party only as far as its first-party feed was read', () => {
    const mirror = feed('mirror', { origin: 'vendor', reads });
    const own = (last: string) =>
      feed('own', { origin: 'vendor', trust: 'first_party', reads: polls('2025-07-01', last, 24) });
    expect(outcome(ask(claim, timeline([mirror, own('2025-08-31')], []), when))).toBe('undetermined awaiting_coverage');
    expect(outcome(ask(claim, timeline([mirror, own('2025-09-01')], []), when))).toBe(
      'no 2025-08-31 covered_without_it',
    );
  });

  it('attests no absence by one feed while another lists the model, even in a lapsed host row', () => {
    const [listing, silent] = [feed('x1', { ...long, origin: 'x' }), feed('x2', { ...long, origin: 'x' })];
    const [y, z] = [feed('y', long), feed('z', long)];
    const host = sighting(listing, { seen: '2025-08-07', host: 'azure' });
    expect(ask(claim, timeline([listing, silent, y], [host]), late).verdict).toBe('undetermined');
    expect(ask(claim, timeline([listing, silent, y, z], [host]), late).verdict).toBe('no');
  });
});

describe('the chance of a miss in a verdict', () => {
  const coverage = coverageOfLags({ a: listedAfter(0, 98), b: listedAfter(0, 98), c: listedAfter(0, 198) });
  const world = { ...timeline([a, b], []), coverage };
  const chance = (criterion: Criterion) => ask(criterion, world, when).missChance;
  const one = 1 / 10_000;
  const no = (by: string, version = '6') => released({ version, by });
  const held = any(no('2025-08-10'), no('2025-08-20'));

  it.each<[string, Criterion, number]>([
    ['of a NO by absence is that of its origins combined', no('2025-08-10'), one],
    ['of a negation is that of its part', not(no('2025-08-10')), one],
    ['of several NOs is their sum', held, 2 * one],
    ['of NOs about several models by one day is their sum', any(no('2025-08-10'), no('2025-08-10', '7')), 2 * one],
    ['of several true negations is their sum', all(not(no('2025-08-10')), not(no('2025-08-20'))), 2 * one],
  ])('%s', (_name, criterion, expected) => expect(chance(criterion)).toBeCloseTo(expected, 8));

  it('ignores parts that did not decide the verdict', () => {
    const rows = [a, b].map((of) => sighting(of, { seen: '2025-08-07T12:00' }));
    const listed = { ...world, sightings: rows };
    const early = released({ by: '2025-08-31' });
    expect(ask(any(early, no('2025-08-10')), listed, when)).toMatchObject({ verdict: 'yes', missChance: null });
    expect(ask(early, listed, when).missChance).toBeNull();
    expect(ask(all(early, not(no('2025-08-10'))), listed, when).missChance).toBeCloseTo(one, 8);
  });

  it('is null for an open verdict', () => {
    expect(ask(any(no('2025-08-10'), released({ version: '7' })), world, when)).toMatchObject({
      verdict: 'undetermined',
      missChance: null,
    });
  });

  it.each<[string, Criterion, number]>([
    [
      'once if it shares it with its first side',
      { op: 'precedes', first: no('2025-08-31'), second: no('2025-12-31', '7') },
      1,
    ],
    [
      'of its own next to that of another leaf',
      any({ op: 'precedes', first: no('2025-08-31'), second: no('2025-12-31', '7') }, no('2025-08-31', '8')),
      2,
    ],
  ])('of an order counts an absence %s', (_name, criterion, times) => {
    expect(ask(criterion, world, when)).toMatchObject({
      verdict: 'no',
      missChance: expect.closeTo(times * one, 8),
    });
  });

  it('falls with every further origin that attests the absence', () => {
    const three = { ...timeline([a, b, c], []), coverage };
    expect(ask(no('2025-08-10'), three, when).missChance).toBeCloseTo(one / 200, 8);
  });
});

describe('a stated day before the first listing', () => {
  const gappy = { reads: [...polls('2025-07-01', '2025-08-02', 24), ...polls('2025-08-06', '2025-10-01', 24)] };
  const claim = released({ ...anyFive, from: '2025-08-05', by: '2025-08-20' });
  const settle = (facts: { reads: number[] }, seen: string) => {
    const [x, y] = [feed('x', facts), feed('y', facts)];
    const rows = [sighting(x, { seen, released: '2025-08-03' }), sighting(y, { seen })];
    return outcome(ask(claim, timeline([x, y], rows), when));
  };

  it('does not settle that nothing came later, since reads in between could contradict it', () => {
    expect(settle(gappy, '2025-08-06')).toBe('undetermined straddles_window');
    expect(settle({ reads: polls('2025-07-01', '2025-10-01', 24) }, '2025-08-06')).toBe(
      'undetermined straddles_window',
    );
  });

  it('does so where the row was listed on that day', () => {
    const seen = '2025-08-03T12:00';
    const reads = [...gappy.reads.slice(0, 33), at(seen), ...gappy.reads.slice(33)];
    expect(settle({ reads }, seen)).toBe('no 2025-08-20 covered_without_it');
  });
});
