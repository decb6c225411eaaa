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

const facts = { reads: polls('2025-07-01', '2025-10-01') };
const [a, b] = [feed('a', facts), feed('b', facts)];
const when = '2025-09-20';

const mini: Partial<TestSighting> = { name: 'gpt-5-mini', model: { tier: 'mini' } };
const next: Partial<TestSighting> = { name: 'gpt-5.1', model: { version: '5.1' } };
/** Listed by both catalogues at noon of a day, not at six. */
const out = (day: string, of: Partial<TestSighting> = {}) =>
  [a, b].map((one) => sighting(one, { ...of, seen: `2025-${day}T12:00` }));
const lone = (day: string, of: Partial<TestSighting> = {}) => sighting(a, { ...of, seen: `2025-${day}T12:00` });

const plain = released();
const small = released({ tier: ['mini'] });
const order = (first: EventLeaf, second: EventLeaf, by?: string): Criterion => ({
  op: 'precedes',
  first,
  second,
  ...(by === undefined ? {} : { by }),
});
const settle = (rows: ReturnType<typeof out>, claim: Criterion, moment = when, feeds = [a, b]) =>
  outcome(ask(claim, timeline(feeds, rows), moment));
const certain = 'order_is_certain';

describe('precedes', () => {
  it.each([
    [
      'the first event is before the second',
      order(plain, small),
      [...out('08-07'), ...out('08-10', mini)],
      `yes 2025-08-07 ${certain}`,
    ],
    ['the second need not happen', order(plain, small), out('08-07'), `yes 2025-08-07 ${certain}`],
    ['the reverse', order(small, plain), [...out('08-07'), ...out('08-10', mini)], `no 2025-08-07 ${certain}`],
    ['the reverse, with the first not seen', order(small, plain), out('08-07'), `no 2025-08-07 ${certain}`],
    [
      'both within one poll',
      order(plain, small),
      [...out('08-07'), ...out('08-07', mini)],
      'undetermined order_is_open',
    ],
    ['neither, without a deadline', order(plain, small), [], 'undetermined order_is_open'],
    ['neither by the deadline', order(plain, small, '2025-08-31'), [], 'no 2025-08-31 covered_without_it'],
    [
      'the first after the deadline',
      order(plain, small, '2025-08-31'),
      out('09-05'),
      'no 2025-08-31 covered_without_it',
    ],
    [
      'the second before the deadline, the first not seen',
      order(plain, small, '2025-08-31'),
      out('08-07', mini),
      `no 2025-08-07 ${certain}`,
    ],
    [
      'the second after the deadline, the first never',
      order(plain, small, '2025-08-31'),
      out('09-05', mini),
      `no 2025-08-31 ${certain}`,
    ],
    [
      'the first dated across the deadline',
      order(plain, small, '2025-08-07T08:00:00Z'),
      out('08-07'),
      'undetermined order_is_open',
    ],
    [
      "the first event's own deadline applies too",
      order(released({ by: '2025-08-31' }), small),
      [],
      'no 2025-08-31 covered_without_it',
    ],
    [
      'a second whose own deadline has passed never happens',
      order(plain, released({ tier: ['mini'], by: '2025-08-10' })),
      out('08-20'),
      `yes 2025-08-20 ${certain}`,
    ],
    [
      'insufficient evidence for the second keeps it open',
      order(plain, small),
      [...out('08-07'), lone('08-05', mini)],
      'undetermined order_is_open',
    ],
    [
      'insufficient evidence for the first settles nothing',
      order(plain, small),
      [lone('08-05'), ...out('08-07', mini)],
      'undetermined order_is_open',
    ],
    [
      'a second released before its window is left to a person',
      order(plain, small),
      [...out('08-07'), ...out('07-20', mini)],
      'undetermined order_is_open',
    ],
    [
      'so is a first released before its window',
      order(small, plain),
      [...out('08-07'), ...out('07-20', mini)],
      'undetermined order_is_open',
    ],
    [
      'for a pattern, releases before the window do not count',
      order(plain, released({ ...anyFive, version: { gte: '5.1' } })),
      [...out('08-07'), ...out('07-20', next)],
      `yes 2025-08-07 ${certain}`,
    ],
  ])('%s', (_name, claim, rows, expected) => {
    expect(settle(rows, claim)).toBe(expected);
  });

  it('is left to a person if one of the two was released before its window', () => {
    const rows = [...out('08-07'), ...out('07-20', mini)];
    for (const claim of [order(plain, small), order(small, plain)])
      expect(ask(claim, timeline([a, b], rows), when).leaning).toMatchObject({
        outcome: null,
        reason: 'already_before_window',
      });
  });

  it('follows from the poll that covers the time without the second, minus the lag, and names its watermark', () => {
    const slow = feed('slow', { ...facts, lagHours: 48 });
    const rows = [a, slow].map((of) => sighting(of, { seen: '2025-08-07T12:00', released: '2025-08-07' }));
    const world = timeline([a, slow], rows);
    expect(ask(order(plain, small), world, '2025-08-09T18:00').verdict).toBe('undetermined');
    const answer = ask(order(plain, small), world, '2025-08-10');
    expect(answer.verdict).toBe('yes');
    expect(answer.explanation.watermarks.map((mark) => mark.feed)).toEqual(['a', 'slow']);
  });

  it('a feed that fell silent and others that began late do not prove absence', () => {
    const late = { reads: polls('2025-08-08T06:00', '2025-10-01') };
    const [x, y] = [feed('x', late), feed('y', late)];
    const silent = feed('silent', { reads: polls('2025-07-01', '2025-08-01') });
    const rows = [x, y].map((of) => sighting(of, { seen: '2025-08-10', released: '2025-08-10' }));
    expect(settle(rows, order(plain, small), when, [x, y, silent])).toBe('undetermined order_is_open');
  });

  it('a pattern is not absent before its first sighting unless the ledger or coverage says so', () => {
    const late = { reads: polls('2025-08-08T06:00', '2025-10-01') };
    const [x, y] = [feed('x', late), feed('y', late)];
    const rows = [
      ...[x, y].map((of) => sighting(of, { seen: '2025-08-10' })),
      ...[x, y].map((of) => sighting(of, { ...next, seen: '2025-08-20' })),
    ];
    const claim = order(plain, released({ version: { gte: '5.1' }, tier: 'any' }));
    expect(settle(rows, claim, when, [x, y])).toBe('undetermined order_is_open');
    const ledger = feed('ledger', { covers: [], trust: 'first_party' });
    const dated = sighting(ledger, { ...next, seen: '2025-08-20', released: '2025-08-20', weight: 'stands' });
    expect(settle([...rows, dated], claim, when, [x, y, ledger])).toMatch(/^yes /);
  });

  it('holds between consecutive days, whose bounds meet at midnight, but not within one day', () => {
    const vendor = feed('vendor', { trust: 'first_party', covers: [] });
    const dated = (day: string, of: Partial<TestSighting> = {}) =>
      sighting(vendor, { ...of, seen: '2025-08-20', released: `2025-08-${day}`, weight: 'stands' });
    const settleDays = (first: string, second: string) =>
      settle([dated(first), dated(second, mini)], order(plain, small), when, [a, b, vendor]);
    expect(settleDays('07', '08')).toBe(`yes 2025-08-07 ${certain}`);
    expect(settleDays('08', '07')).toBe(`no 2025-08-07 ${certain}`);
    expect(settleDays('07', '07')).toBe('undetermined order_is_open');
  });

  it("has the weaker evidence of the first's date and the second's bound", () => {
    const vendor = feed('vendor', { trust: 'first_party', covers: [] });
    const forum = feed('b', { ...facts, trust: 'aggregator' });
    const rows = [sighting(vendor, { seen: '2025-08-07', released: '2025-08-07', weight: 'stands' })];
    expect(ask(order(plain, small), timeline([a, forum, vendor], rows), when)).toMatchObject({
      verdict: 'yes',
      trust: 'curated',
    });
  });

  it('is proposed if only evidence below the policy keeps the first from being absent by the deadline', () => {
    const answer = ask(order(plain, small, '2025-08-31'), timeline([a, b], [lone('08-07')]), when);
    expect([outcome(answer), answer.leaning?.outcome]).toEqual(['undetermined below_policy', 'yes']);
  });

  it('a host row lapses 90 days past the deadline, as everywhere', () => {
    const long = { reads: polls('2025-07-01', '2026-01-01', 24) };
    const [x, y, z] = [feed('x', long), feed('y', long), feed('z', long)];
    const host = sighting(x, { seen: '2025-08-07', host: 'azure' });
    const claim = order(plain, small, '2025-08-31');
    expect(settle([host], claim, '2025-11-29', [x, y, z])).toBe('undetermined contradicted');
    expect(settle([host], claim, '2025-11-30', [x, y, z])).toBe('no 2025-08-31 covered_without_it');
  });

  it('for a count, the event is the model that completes it', () => {
    const two: EventLeaf = { ...released(anyFive), op: 'count', at_least: 2, distinct: 'model' };
    const rows = [...out('08-07'), ...out('08-15', mini), ...out('08-10', next)];
    expect(settle(rows, order(two, small))).toBe(`yes 2025-08-10 ${certain}`);
    expect(settle(rows, order(released({ version: '5.1' }), two))).toBe('undetermined order_is_open');
  });

  it("is dated by the first's own deadline if the second was later", () => {
    expect(settle(out('09-05', mini), order(released({ by: '2025-08-31' }), small))).toBe(`no 2025-08-31 ${certain}`);
  });

  it('a second that is past its deadline never happens, even without reads since', () => {
    const short = { reads: polls('2025-07-01', '2025-08-15') };
    const [x, y] = [feed('x', short), feed('y', short)];
    const ledger = feed('ledger', { covers: [], trust: 'first_party' });
    const first = sighting(ledger, { seen: '2025-08-20', released: '2025-08-20', weight: 'stands' });
    const claim = order(plain, released({ tier: ['mini'], by: '2025-08-10' }));
    expect(settle([first], claim, when, [x, y, ledger])).toBe(`yes 2025-08-20 ${certain}`);
  });
});
