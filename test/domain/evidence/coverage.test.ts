import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../src/domain/criterion/policy.ts';
import { coverageOf } from '../../../src/domain/evidence/coverage.ts';
import { ask, at, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-09-10', 24);
const claim = released({ by: '2025-08-31' });
const when = '2025-09-20';

describe('coverage for a no', () => {
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
      'feeds that cover every vendor count',
      [feed('a', { reads, covers: 'any' }), feed('b', { reads, covers: 'any' })],
      'no',
    ],
    ['a feed that was never read does not count', [feed('a', { reads }), feed('b')], 'undetermined'],
  ])('%s', (_name, feeds, verdict) => {
    expect(ask(claim, timeline(feeds, []), when).verdict).toBe(verdict);
  });

  it("takes off each feed's settlement lag, to the millisecond", () => {
    const world = (last: number) =>
      timeline([feed('a', { reads, lagHours: 48 }), feed('b', { reads: ['2025-07-01', last], lagHours: 48 })], []);
    expect(ask(claim, world(at('2025-09-03') - 1), when).verdict).toBe('undetermined');
    expect(ask(claim, world(at('2025-09-03')), when).verdict).toBe('no');
  });

  it('needs one of the feeds that count to have been read by 7 days after the window opened', () => {
    const late = polls('2025-08-08T00:01', '2025-09-10', 24);
    expect(outcome(ask(claim, timeline([feed('a', { reads: late }), feed('b', { reads: late })], []), when))).toBe(
      'undetermined window_not_covered',
    );
    expect(ask(claim, timeline([feed('a', { reads }), feed('b', { reads: late })], []), when).verdict).toBe('no');
    const exact = feed('a', { reads: polls('2025-08-08', '2025-09-10', 24) });
    expect(ask(claim, timeline([exact, feed('b', { reads: late })], []), when).verdict).toBe('no');
  });

  it('is not opened by a feed that has fallen silent since', () => {
    const late = polls('2025-08-08T00:01', '2025-09-10', 24);
    const dead = feed('dead', { reads: ['2025-07-01', '2025-07-02'] });
    const world = timeline([feed('a', { reads: late }), feed('b', { reads: late }), dead], []);
    // It may be read again, so this still waits.
    expect(outcome(ask(claim, world, when))).toBe('undetermined awaiting_coverage');
  });

  it('freezes with a vendor whose slice was suspect, and not for the others', () => {
    const frozen = { openai: reads.filter((read) => read >= at('2025-08-20')) };
    const world = timeline([feed('a', { reads, covers: 'any' }), feed('b', { reads, covers: 'any', frozen })], []);
    expect(ask(claim, world, when).verdict).toBe('undetermined');
    expect(ask(released({ by: '2025-08-31', vendor: 'google', family: 'gemini' }), world, when).verdict).toBe('no');
    expect(ask(released({ by: '2025-08-31', vendor: 'any', family: 'any' }), world, when).verdict).toBe('undetermined');
  });

  it('of any vendor is never measured, and is left to a person after the deadline', () => {
    const any = released({ by: '2025-08-31', vendor: 'any', family: 'any', tier: 'any' });
    expect(ask(any, timeline([feed('a', { reads }), feed('b', { reads })], []), when).verdict).toBe('undetermined');
    const all = timeline([feed('a', { reads, covers: 'any' }), feed('b', { reads, covers: 'any' })], []);
    expect(outcome(ask(any, all, '2025-08-31'))).toBe('undetermined awaiting_coverage');
    const past = ask(any, all, when);
    expect(outcome(past)).toBe('undetermined absence_unprovable');
    expect(past.leaning?.outcome).toBe('no');
  });

  it('says which feeds it rests on and how far each was read', () => {
    const answer = ask(claim, timeline([feed('a', { reads, lagHours: 24 }), feed('b', { reads })], []), when);
    expect(answer.explanation.text).toContain(
      "absent from a (read 9 days past 2025-08-31; it still lacked 0 of 40 of openai's models that long after) and b (",
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

  it('knows no read of a later time', () => {
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

describe('a tighter policy', () => {
  it('asks as many origins of a no as of a yes', () => {
    const [a, b, c] = [feed('a', { reads }), feed('b', { reads }), feed('c', { reads })];
    const policy = { originsMin: 3 };
    expect(ask(claim, timeline([a, b], []), when, { policy }).verdict).toBe('undetermined');
    expect(ask(claim, timeline([a, b, c], []), when, { policy }).verdict).toBe('no');
    const rows = [a, b, c].map((one) => sighting(one, { seen: '2025-08-07' }));
    expect(ask(claim, timeline([a, b, c], rows.slice(0, 2)), when, { policy }).verdict).toBe('undetermined');
    expect(ask(claim, timeline([a, b, c], rows), when, { policy }).verdict).toBe('yes');
  });

  it('of the vendor alone takes neither a yes nor a no from anyone else', () => {
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

  it('of the vendor alone lets nobody else say by when the model was out', () => {
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
