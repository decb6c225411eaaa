import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { ask, feed, outcome, polls, released, sighting, type TestSighting, timeline } from '../../support/timelines.ts';

const facts = { reads: polls('2025-07-01', '2025-10-01'), publishes: ['output_usd_per_mtok'] };
const [a, b, c] = [feed('a', facts), feed('b', facts), feed('c', facts)];
const vendor = feed('vendor', { ...facts, trust: 'first_party' });
const forum = feed('forum', { ...facts, trust: 'community' });
const slow = feed('slow', { ...facts, lagHours: 48 });
const when = '2025-09-20';

const dear = (more: Parameters<typeof released>[0] = {}, is: object = { gt: 10 }): Criterion => ({
  ...released(more),
  op: 'attribute',
  name: 'output_usd_per_mtok',
  is,
});
const row = (of: typeof a, more: Partial<TestSighting> = {}) => sighting(of, { seen: '2025-08-05', price: 5, ...more });
const rises = (moment: string, back?: string) => ({
  edits: [{ at: moment, price: 20 }, ...(back === undefined ? [] : [{ at: back, price: 5 }])],
});
const august = dear({ by: '2025-08-31' });
const settle = (rows: ReturnType<typeof row>[], claim = august, moment = when) =>
  outcome(ask(claim, timeline([a, b], rows), moment));

describe('attribute: yes', () => {
  it('needs two origins whose own rows state it at the same time for a day; the second bounds the date above, the first below', () => {
    const rows = [row(a, rises('2025-08-10')), row(b, rises('2025-08-12'))];
    const young = ask(august, timeline([a, b], rows), '2025-08-12T23:59');
    expect([outcome(young), young.recheckAt]).toEqual(['undetermined below_policy', null]);
    expect(settle(rows)).toBe('yes 2025-08-09T18:00:00Z/2025-08-12T00:00:00Z happened_in_window');
  });

  it('needs only one first party, whatever others state', () => {
    const rows = [row(vendor, rises('2025-08-10')), row(a)];
    expect(outcome(ask(august, timeline([vendor, a], rows), '2025-08-10'))).toBe(
      'yes 2025-08-09T18:00:00Z/2025-08-10T00:00:00Z happened_in_window',
    );
  });

  it('is dated by the model if the value was there when its row was first listed', () => {
    const rows = [row(a, { price: 20, released: '2025-08-05' }), row(b, { price: 20, seen: '2025-08-06' })];
    expect(settle(rows)).toBe('yes 2025-08-05 happened_in_window');
    // What it is named after is not what decides: the second origin showed it on the sixth only.
    expect(settle(rows, dear({ by: '2025-08-05' }))).toBe('undetermined straddles_window');
  });

  it('subtracts the lag of the feed that showed it first', () => {
    const rows = [row(slow, rises('2025-08-10')), row(b, rises('2025-08-12'))];
    expect(outcome(ask(august, timeline([slow, b], rows), when))).toBe(
      'yes 2025-08-07T18:00:00Z/2025-08-12T00:00:00Z happened_in_window',
    );
  });

  it('counts a value from before the window once a poll shows it inside, minus the lag', () => {
    const rows = [slow, b].map((of) => row(of, { seen: '2025-07-10', price: 20 }));
    const world = timeline([slow, b], rows);
    expect(outcome(ask(august, world, '2025-08-02T23:59'))).toBe('undetermined straddles_window');
    expect(ask(august, world, '2025-08-03').verdict).toBe('yes');
  });

  it('is effective on the day of the opening where the value held before, not earlier', () => {
    const rows = [a, b].map((of) => row(of, { seen: '2025-07-10', price: 20, released: '2025-07-10' }));
    expect(settle(rows, dear({ from: '2025-08-10', by: '2025-08-31' }))).toBe('yes 2025-08-10 happened_in_window');
  });

  it.each([
    ['more than', { gt: 20 }, 'no'],
    ['at least', { gte: 20 }, 'yes'],
    ['less than', { lt: 20 }, 'no'],
    ['at most', { lte: 20 }, 'yes'],
    ['exactly', { eq: 20 }, 'yes'],
    ['between', { gt: 19, lt: 21 }, 'yes'],
  ])('%s', (_name, is, verdict) => {
    const rows = [row(a, { price: 20 }), row(b, { price: 20 })];
    expect(ask(dear({ by: '2025-08-31' }, is), timeline([a, b], rows), when).verdict).toBe(verdict);
  });

  it('for a flag', () => {
    const open: Criterion = {
      ...released({ by: '2025-08-31' }),
      op: 'attribute',
      name: 'open_weights',
      is: { eq: true },
    };
    const rows = [a, b].map((of) => sighting(of, { seen: '2025-08-05', attributes: { open_weights: true } }));
    expect(settle(rows, open)).toMatch(/^yes /);
  });
});

describe('attribute: not yes', () => {
  it.each([
    ['one origin', [row(a, rises('2025-08-10')), row(b)], 'below_policy'],
    [
      'two origins one after the other',
      [row(a, rises('2025-08-08', '2025-08-10')), row(b, { ...rises('2025-08-12', '2025-08-14') })],
      'below_policy',
    ],
    ['a host', [row(a, rises('2025-08-10')), row(b, { host: 'azure', ...rises('2025-08-10') })], 'below_policy'],
    [
      'a change across the edge of the window',
      [row(a, rises('2025-08-31T18:00')), row(b, rises('2025-09-01'))],
      'straddles_window',
    ],
    [
      'a row that vanished with the value',
      [row(a, { ...rises('2025-08-10'), gone: '2025-08-20' }), row(b)],
      'below_policy',
    ],
    [
      'one origin, corrected, with no other that stated otherwise',
      [row(a, rises('2025-08-10', '2025-08-20'))],
      'below_policy',
    ],
  ])('%s, which is not a no either', (_name, rows, reason) => {
    expect(settle(rows)).toBe(`undetermined ${reason}`);
  });

  it('by community feeds', () => {
    const rows = [row(a, rises('2025-08-10')), row(b), row(forum, rises('2025-08-10'))];
    expect(outcome(ask(august, timeline([a, b, forum], rows), when))).toBe('undetermined below_policy');
  });

  it('by a price announced with the model, before its release', () => {
    const rows = [a, b].map((of) => row(of, { seen: '2025-08-02', price: 20, released: '2025-09-10' }));
    expect(settle(rows)).toBe('no 2025-08-31 covered_without_it');
  });

  it('by the price of a preview if general availability is required', () => {
    const rows = [a, b].map((of) =>
      row(of, { stage: 'preview', price: 20, edits: [{ at: '2025-08-10', stage: 'general', price: 5 }] }),
    );
    expect(settle(rows, dear({ stage: 'ga', by: '2025-08-31' }))).toBe('no 2025-08-31 covered_without_it');
    const corrected = [a, b].map((of) => row(of, { edits: [{ at: '2025-08-10', stage: 'preview', price: 20 }] }));
    expect(settle(corrected, dear({ stage: 'ga', by: '2025-08-31' }))).toBe('no 2025-08-31 covered_without_it');
  });

  it('by a mistyped price that lasts 28 hours and that two catalogues correct at their next reads', () => {
    const reading = (slug: string, reads: string[]) => feed(slug, { publishes: facts.publishes, reads });
    const x = reading('x', ['2025-08-05', '2025-08-09T22:00', '2025-08-11T02:00', '2025-09-10']);
    const y = reading('y', ['2025-08-05', '2025-08-10T06:00', '2025-08-11T10:00', '2025-09-10']);
    const slips = [
      row(x, rises('2025-08-09T22:00', '2025-08-11T02:00')),
      row(y, rises('2025-08-10T06:00', '2025-08-11T10:00')),
    ];
    const slipped = timeline([x, y], slips);
    // The clock had run for more than a day on both, at the latest where the second was corrected.
    for (const moment of ['2025-08-10T22:00', '2025-08-11T02:00', '2025-08-11T06:00', '2025-08-11T10:00', when])
      expect(ask(august, slipped, moment).verdict).not.toBe('yes');
    expect(outcome(ask(august, slipped, when))).toBe('no 2025-08-31 covered_without_it');
    const stood = timeline([x, y], [row(x, rises('2025-08-09T22:00')), row(y, rises('2025-08-10T06:00'))]);
    expect(outcome(ask(august, stood, '2025-08-11T06:00'))).toBe('undetermined below_policy');
    expect(ask(august, stood, '2025-08-11T10:00').verdict).toBe('yes');
  });

  it('is proposed by one origin, and disputed by others that state otherwise', () => {
    const rows = [row(a, rises('2025-08-10')), row(b), row(c)];
    const answer = ask(august, timeline([a, b, c], rows), when);
    expect([outcome(answer), answer.leaning?.outcome]).toEqual(['undetermined contradicted', 'yes']);
  });
});

describe('attribute: no', () => {
  it.each([
    ['another price throughout', [row(a), row(b)]],
    ['a rise after the window', [row(a, rises('2025-09-03')), row(b, rises('2025-09-03'))]],
    ['a slip of a single poll', [row(a, rises('2025-08-10', '2025-08-10T06:00')), row(b)]],
    [
      'an error corrected to what the other origin stated throughout',
      [row(a, rises('2025-08-10', '2025-08-20')), row(b)],
    ],
    ['an unlisted model', []],
  ])('%s', (_name, rows) => {
    expect(settle(rows)).toBe('no 2025-08-31 covered_without_it');
  });

  it('needs feeds that publish the attribute', () => {
    const mute = feed('b', { reads: facts.reads });
    expect(outcome(ask(august, timeline([a, mute], [row(a)]), when))).toBe('undetermined absence_unprovable');
  });

  it('does not follow from blank values for a single named model, but does for a pattern of several', () => {
    const blank = sighting(b, { seen: '2025-08-05' });
    expect(settle([row(a), blank])).toBe('undetermined absence_unprovable');
    expect(settle([row(a), blank], dear({ tier: 'any', by: '2025-08-31' }))).toBe('no 2025-08-31 covered_without_it');
  });

  it('follows from a value that ended before the window opened, but not from a row that merely vanished', () => {
    const early = { seen: '2025-07-10', price: 20 };
    const over = [a, b].map((of) => row(of, { ...early, edits: [{ at: '2025-07-20', price: 5 }] }));
    expect(settle(over)).toBe('no 2025-08-31 covered_without_it');
    const gone = [a, b].map((of) => row(of, { ...early, gone: '2025-07-20' }));
    expect(settle(gone)).toBe('undetermined below_policy');
  });

  it("is held back by a host's row, which suggests nothing, and lapses 90 days after the deadline", () => {
    const long = { ...facts, reads: polls('2025-07-01', '2025-12-15', 24) };
    const [x, y, z] = [feed('x', long), feed('y', long), feed('z', long)];
    const hosted = [row(x), row(y), row(z), row(x, { host: 'azure', price: 20 })];
    const kind = dear({ tier: 'any', by: '2025-08-31' });
    const answer = ask(kind, timeline([x, y, z], hosted), when);
    expect([outcome(answer), answer.leaning?.outcome]).toEqual(['undetermined contradicted', null]);
    expect(ask(kind, timeline([x, y, z], hosted), '2025-12-10')).toMatchObject({ verdict: 'no' });
    // The origin that shows the row attests nothing, even then.
    expect(ask(kind, timeline([x, y], hosted), '2025-12-10').verdict).toBe('undetermined');
    const cheap = [row(x), row(y), row(z), row(x, { host: 'azure', price: 5 })];
    expect(ask(kind, timeline([x, y, z], cheap), when).verdict).toBe('no');
  });

  it('needs a later read of another origin to show that a value was wrong', () => {
    const stale = feed('stale', { ...facts, reads: polls('2025-07-01', '2025-08-15') });
    const rows = (other: typeof a) => [row(a, rises('2025-08-10', '2025-08-20')), row(other)];
    const kind = dear({ tier: 'any', by: '2025-08-31' });
    const settled = (other: typeof a) => outcome(ask(kind, timeline([a, b, c, other], rows(other)), when));
    expect(settled(c)).toBe('no 2025-08-31 covered_without_it');
    expect(settled(stale)).toBe('undetermined contradicted');
  });

  it('is held back by a row that vanished while it stated the value, although another row was corrected at once', () => {
    const gone = row(a, { seen: '2025-07-10', price: 20, gone: '2025-07-20' });
    const slip = row(b, rises('2025-08-10', '2025-08-10T06:00'));
    expect(settle([gone, slip])).toBe('undetermined below_policy');
  });
});
