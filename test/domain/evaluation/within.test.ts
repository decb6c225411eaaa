import { describe, expect, it } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import {
  anyFive,
  ask,
  feed,
  outcome,
  polls,
  released,
  sighting,
  type TestSighting,
  timeline,
} from '../../support/timelines.ts';

const facts = { reads: polls('2025-07-01', '2025-12-01', 12) };
const [a, b] = [feed('a', facts), feed('b', facts)];
const ledger = feed('ledger', { covers: [], trust: 'first_party' });
const when = '2025-11-20';

const mini: Partial<TestSighting> = { name: 'gpt-5-mini', model: { tier: 'mini' } };
const next: Partial<TestSighting> = { name: 'gpt-5.1', model: { version: '5.1' } };
/** Dated by the vendor: the day and nothing else. */
const on = (day: string, of: Partial<TestSighting> = {}) =>
  sighting(ledger, { ...of, seen: `2025-${day}T12:00`, released: `2025-${day}`, weight: 'stands' });
const out = (day: string, of: Partial<TestSighting> = {}) =>
  [a, b].map((one) => sighting(one, { ...of, seen: `2025-${day}T12:00` }));

const plain = released();
const small = released({ tier: ['mini'] });
const within = (event: EventLeaf, after: EventLeaf, duration: string): Criterion => ({
  op: 'within',
  event,
  after,
  duration,
});
const month = within(small, plain, 'P1M');
const settle = (rows: ReturnType<typeof out>, claim = month, moment = when, feeds = [a, b, ledger]) =>
  outcome(ask(claim, timeline(feeds, rows), moment));

describe('within', () => {
  it.each([
    ['the same day counts', [on('08-31'), on('08-31', mini)], 'yes 2025-08-31 happened_in_window'],
    [
      'one month after 31 August includes 30 September',
      [on('08-31'), on('09-30', mini)],
      'yes 2025-09-30 happened_in_window',
    ],
    ['the day after it is too late', [on('08-31'), on('10-01', mini)], 'no 2025-09-30 order_is_certain'],
    ['the day before the start is too early', [on('08-31'), on('08-30', mini)], 'no 2025-08-31 order_is_certain'],
    ['nothing by the last day', [on('08-31')], 'no 2025-09-30 covered_without_it'],
    ['the duration has not started', [on('08-31', mini)], 'undetermined order_is_open'],
    ['neither', [], 'undetermined order_is_open'],
    [
      'insufficient evidence inside the duration',
      [on('08-31'), sighting(a, { ...mini, seen: '2025-09-10' })],
      'undetermined below_policy',
    ],
    [
      'a bracket across the last day',
      [
        on('08-31'),
        sighting(a, { ...mini, seen: '2025-09-30T12:00' }),
        sighting(b, { ...mini, seen: '2025-10-01T12:00' }),
      ],
      'undetermined straddles_window',
    ],
    ['a late listing is not a date', [on('08-10'), ...out('10-10', mini)], 'no 2025-09-10 covered_without_it'],
    ['an event released before its own window', [on('08-31'), on('07-20', mini)], 'undetermined already_before_window'],
  ])('%s', (_name, rows, expected) => {
    expect(settle(rows)).toBe(expected);
  });

  it.each([
    ['P3D', '2025-09-03'],
    ['P1W', '2025-09-07'],
    ['P2M', '2025-10-31'],
    ['P1M1D', '2025-10-01'],
    ['P6M', 'open'],
  ])('%s after 31 August ends with %s', (duration, last) => {
    const expected = last === 'open' ? 'undetermined awaiting_coverage' : `no ${last} covered_without_it`;
    expect(settle([on('08-31')], within(small, plain, duration))).toBe(expected);
  });

  it.each([
    ['its deadline ends the duration early', { by: '2025-09-10' }, 'no 2025-09-10 covered_without_it'],
    ['a deadline before the start leaves no time', { by: '2025-08-20' }, 'no 2025-08-31 order_is_certain'],
    ['its opening shortens the duration', { from: '2025-09-15' }, 'undetermined already_before_window'],
  ])('the event has a window of its own: %s', (_name, window, expected) => {
    const rows = !('from' in window) ? [on('08-31')] : [on('08-31'), on('09-10', mini)];
    expect(settle(rows, within(released({ tier: ['mini'], ...window }), plain, 'P1M'))).toBe(expected);
  });

  it("holds for every day of the first event's bracket, or is not certain", () => {
    const vague = sighting(ledger, { seen: '2025-08-31', released: '2025-08', weight: 'stands' });
    const rows = (day: string) => [vague, on(day, mini)];
    expect(settle(rows('09-01'))).toBe('yes 2025-09-01 happened_in_window');
    expect(settle(rows('09-02'))).toBe('undetermined straddles_window');
    expect(settle(rows('08-20'))).toBe('undetermined straddles_window');
    expect(settle(rows('10-01'))).toBe('no 2025-09-30 order_is_certain');
  });

  it('becomes no by the poll that has read past the last day and the lag', () => {
    const slow = feed('slow', { ...facts, lagHours: 48 });
    const world = timeline([a, slow, ledger], [on('08-31')]);
    expect(outcome(ask(month, world, '2025-10-02T12:00'))).toBe('undetermined awaiting_coverage');
    expect(outcome(ask(month, world, '2025-10-03'))).toBe('no 2025-09-30 covered_without_it');
  });

  it("is known by the read that seasons another model's row, even if the leaf itself is settled", () => {
    const kind = released({ ...anyFive, version: { gte: '5' } });
    const claim = within(kind, released({ version: '5.1' }), 'P1M');
    const rows = [on('08-05'), on('08-31', next), ...[a, b].map((of) => sighting(of, { ...mini, seen: '2025-09-10' }))];
    const early = ask(
      within(released({ tier: ['mini', null] }), released({ version: '5.1' }), 'P1M'),
      timeline([a, b, ledger], rows),
      '2025-09-10T12:00',
    );
    expect([early.verdict, early.recheckAt]).toEqual(['undetermined', null]);
    expect(ask(claim, timeline([a, b, ledger], rows), '2025-09-11').verdict).toBe('yes');
  });

  it('for a count, the event is the model that completes it', () => {
    const two: EventLeaf = { ...released({ ...anyFive, version: '5' }), op: 'count', at_least: 2, distinct: 'model' };
    const claim = within(two, released({ version: '5.1' }), 'P1M');
    expect(settle([on('08-31', next), on('09-05')], claim)).toBe('no 2025-09-30 covered_without_it');
    expect(settle([on('08-31', next), ...out('09-05'), ...out('09-10', mini)], claim)).toBe(
      'yes 2025-09-10 happened_in_window',
    );
    expect(settle([on('08-31', next), ...out('08-05'), ...out('08-10', mini)], claim)).toBe(
      'no 2025-08-31 order_is_certain',
    );
  });

  it('starts with the first model of a pattern only if none can have been released unseen before', () => {
    const kind = released({ version: { gte: '5.1' }, tier: 'any' });
    const claim = within(small, kind, 'P1M');
    const late = { reads: polls('2025-08-20', '2025-12-01') };
    const [x, y] = [feed('x', late), feed('y', late)];
    const rows = [x, y].flatMap((of) => [
      sighting(of, { ...next, seen: '2025-09-01' }),
      sighting(of, { ...mini, seen: '2025-09-10' }),
    ]);
    expect(settle(rows, claim, when, [x, y])).toBe('undetermined straddles_window');
    expect(settle([...rows, on('09-01', next)], claim, when, [x, y, ledger])).toMatch(/^yes /);
  });

  it('has the weakest evidence of the two dates', () => {
    const rows = [on('08-31'), ...out('09-10', mini)];
    expect(ask(month, timeline([a, b, ledger], rows), when)).toMatchObject({ verdict: 'yes', trust: 'curated' });
    const turned = [...out('08-31'), on('09-10', mini)];
    expect(ask(month, timeline([a, b, ledger], turned), when)).toMatchObject({ verdict: 'yes', trust: 'curated' });
  });

  it('is disputed if enough other origins were read past the last day without the event', () => {
    const c = feed('c', facts);
    const answer = ask(
      month,
      timeline([a, b, c, ledger], [on('08-31'), sighting(a, { ...mini, seen: '2025-09-10' })]),
      when,
    );
    expect([outcome(answer), answer.contradicted, answer.leaning?.outcome]).toEqual([
      'undetermined contradicted',
      true,
      'yes',
    ]);
  });
});
