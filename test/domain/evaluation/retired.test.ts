import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
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

const facts = { reads: polls('2025-07-01', '2025-10-01'), publishes: ['shutdown'] };
const [a, b, c] = [feed('a', facts), feed('b', facts), feed('c', facts)];
const vendor = feed('vendor', { ...facts, trust: 'first_party' });
const forum = feed('forum', { ...facts, trust: 'community' });
const feeds = [a, b, c, vendor, forum];
const when = '2025-09-20';

const retired = (more: Parameters<typeof released>[0] = {}): Criterion => ({ ...released(more), op: 'retired' });
const row = (of: (typeof feeds)[number], more: Partial<TestSighting> = {}) =>
  sighting(of, { seen: '2025-07-10', ...more });
const ends = (shutdown: string) => ({ shutdown });
const august = retired({ by: '2025-08-31' });
const settle = (rows: ReturnType<typeof row>[], claim = august, moment = when) =>
  outcome(ask(claim, timeline([a, b], rows), moment));

describe('retired: yes', () => {
  it.each([
    ['two origins state a past day', [row(a, ends('2025-08-10')), row(b, ends('2025-08-10'))], 'yes 2025-08-10'],
    [
      'they state different days: the date covers both',
      [row(a, ends('2025-08-10')), row(b, ends('2025-08-12'))],
      'yes 2025-08-10/2025-08-12',
    ],
    ['one states a month', [row(a, ends('2025-08')), row(b, ends('2025-08-12'))], 'yes 2025-08-01/2025-08-31'],
    ['the last day of the window', [row(a, ends('2025-08-31')), row(b, ends('2025-08-31'))], 'yes 2025-08-31'],
    [
      'a row was dropped after its day',
      [row(a, { ...ends('2025-08-10'), gone: '2025-08-12' }), row(b, ends('2025-08-10'))],
      'yes 2025-08-10',
    ],
    [
      'the last of its snapshots ends',
      [row(a, { name: 'gpt-5-1', ...ends('2025-08-02') }), row(a, ends('2025-08-10')), row(b, ends('2025-08-10'))],
      'yes 2025-08-10',
    ],
    [
      'one row without a date in a single poll does not matter',
      [row(a, ends('2025-08-10')), row(a, { name: 'gpt-5-x', gone: '2025-07-10T06:00' }), row(b, ends('2025-08-10'))],
      'yes 2025-08-10',
    ],
  ])('%s', (_name, rows, expected) => {
    expect(settle(rows)).toBe(`${expected} happened_in_window`);
  });

  it('although a catalogue no longer states it, because only the publisher reinstates a model', () => {
    const cleared = { ...ends('2025-08-10'), edits: [{ at: '2025-08-15' }] };
    const rows = [row(a, ends('2025-08-10')), row(b, ends('2025-08-10')), row(c, cleared)];
    expect(outcome(ask(august, timeline([a, b, c], rows), when))).toBe('yes 2025-08-10 happened_in_window');
    const back = outcome(ask(august, timeline([vendor], [row(vendor, cleared)]), when));
    expect(back).toBe('undetermined reinstated');
  });

  it('by a first party alone', () => {
    expect(outcome(ask(august, timeline([vendor], [row(vendor, ends('2025-08-10'))]), when))).toBe(
      'yes 2025-08-10 happened_in_window',
    );
  });

  it('follows when the day is over and not before, and is evaluated then', () => {
    const rows = [row(a, ends('2025-08-10')), row(b, ends('2025-08-10'))];
    const early = ask(august, timeline([a, b], rows), '2025-08-10T23:59');
    expect([early.verdict, early.recheckAt]).toEqual(['undetermined', at('2025-08-11')]);
    expect(settle(rows, august, '2025-08-11')).toBe('yes 2025-08-10 happened_in_window');
  });

  it('needs a read a day later that still shows the rows', () => {
    const rows = [row(a, ends('2025-08-10')), row(b, { seen: '2025-08-20T12:00', ...ends('2025-08-10') })];
    const young = ask(august, timeline([a, b], rows), '2025-08-21T11:59');
    expect([outcome(young), young.recheckAt]).toEqual(['undetermined below_policy', null]);
    expect(settle(rows, august, '2025-08-21T12:00')).toBe('yes 2025-08-10 happened_in_window');
  });
});

describe('retired: an end that is still to come', () => {
  const past = [row(a, ends('2025-08-10')), row(b, ends('2025-08-10'))];
  const ask3 = (rows: ReturnType<typeof row>[], claim: Criterion, moment: string) =>
    ask(claim, timeline([a, b, c, vendor], rows), moment);

  it.each(['2025-09-20', '2025-10-02'])(
    'of one more origin widens the interval, before and after it comes: %s',
    (on) => {
      expect(outcome(ask3([...past, row(c, ends('2025-10-01'))], august, on))).toBe('undetermined straddles_window');
    },
  );

  it('of the vendor itself outranks what catalogues state, until it comes', () => {
    const rows = [...past, row(vendor, ends('2025-09-25'))];
    const september = retired({ by: '2025-09-30' });
    expect(outcome(ask3(rows, september, when))).toBe('undetermined below_policy');
    expect(ask3(rows, september, when).recheckAt).toBe(at('2025-09-25'));
    expect(outcome(ask3(rows, september, '2025-09-26'))).toBe('yes 2025-09-25 happened_in_window');
  });

  it('in the course of a month keeps a NO from being settled within that month', () => {
    const claim = retired({ by: '2025-09-03' });
    expect(outcome(ask3([row(a, ends('2025-10'))], claim, when))).toBe('no 2025-09-03 covered_without_it');
    expect(outcome(ask3([row(a, ends('2025-09'))], claim, when))).toBe('undetermined contradicted');
  });

  it('is evaluated again although another came before the window opened', () => {
    const vendor2 = feed('vendor2', { ...facts, trust: 'first_party' });
    const rows = [row(vendor, ends('2025-07-20')), row(vendor2, ends('2025-10-01'))];
    const answer = ask(retired(), timeline([vendor, vendor2], rows), when);
    expect(outcome(answer)).toBe('undetermined straddles_window');
    expect(answer.recheckAt).toBe(at('2025-10-01'));
  });
});

describe('retired: not yes', () => {
  it.each([
    ['one origin', [row(a, ends('2025-08-10'))], 'below_policy'],
    ['a host', [row(a, ends('2025-08-10')), row(b, { host: 'azure', ...ends('2025-08-10') })], 'below_policy'],
    [
      'a row that stays listed without an end',
      [row(a, ends('2025-08-10')), row(b, ends('2025-08-10')), row(b, { name: 'gpt-5-x' })],
      'below_policy',
    ],
    [
      'a row that vanished without an end',
      [row(a, ends('2025-08-10')), row(b, ends('2025-08-10')), row(b, { name: 'gpt-5-x', gone: '2025-08-01' })],
      'below_policy',
    ],
    [
      'a day across the edge of the window',
      [row(a, ends('2025-08-31')), row(b, ends('2025-09-01'))],
      'straddles_window',
    ],
    [
      'rows that vanished within a day',
      [
        row(a, { ...ends('2025-08-10'), gone: '2025-07-10T18:00' }),
        row(b, { ...ends('2025-08-10'), gone: '2025-07-10T18:00' }),
      ],
      'below_policy',
    ],
    ['absence from both', [row(a, { gone: '2025-08-10' }), row(b, { gone: '2025-08-11' })], 'below_policy'],
    ['absence from one of two', [row(a, { gone: '2025-08-10' }), row(b)], 'below_policy'],
  ])('%s, which is not a no either', (_name, rows, reason) => {
    expect(settle(rows)).toBe(`undetermined ${reason}`);
  });

  it('by rows that vanished from a feed, whether it is read weekly or daily', () => {
    for (const everyHours of [24, 24 * 7]) {
      const read = feed('a', { ...facts, reads: polls('2025-07-01', '2025-10-07', everyHours) });
      const dropped = row(read, { seen: '2025-08-05', gone: '2025-08-12' });
      expect(outcome(ask(august, timeline([read, b], [dropped]), when))).toBe('undetermined below_policy');
    }
  });

  it('by community feeds', () => {
    const rows = [row(a, ends('2025-08-10')), row(forum, ends('2025-08-10'))];
    expect(outcome(ask(august, timeline([a, b, forum], rows), when))).toBe('undetermined below_policy');
  });

  it('for the preview alone if general availability is required', () => {
    const rows = [a, b].map((of) => row(of, { stage: 'preview', ...ends('2025-08-10') }));
    expect(settle(rows, retired({ stage: 'ga', by: '2025-08-31' }))).toBe('no 2025-08-31 covered_without_it');
    expect(settle(rows)).toMatch(/^yes /);
    const corrected = [a, b].map((of) =>
      row(of, { edits: [{ at: '2025-07-20', stage: 'preview', ...ends('2025-08-10') }] }),
    );
    expect(settle(corrected, retired({ stage: 'ga', by: '2025-08-31' }))).toBe('no 2025-08-31 covered_without_it');
  });

  it('a model withdrawn before the window opened is left to a person', () => {
    const rows = [row(a, ends('2025-07-20')), row(b, ends('2025-07-20'))];
    expect(settle(rows)).toBe('undetermined already_before_window');
    expect(ask(august, timeline([a, b], rows), when).leaning).toMatchObject({ outcome: null });
  });
});

describe('retired: no', () => {
  it.each([
    ['nothing is stated', [row(a), row(b)]],
    ['a day after the window', [row(a, ends('2025-09-05')), row(b, ends('2025-09-05'))]],
    ['the epoch', [row(a, ends('1970-01-01')), row(b, ends('1970-01-01'))]],
    ['only a year', [row(a, ends('2024')), row(b, ends('2024'))]],
    ['an id whose model one origin still lists', [row(a), row(b, ends('2025-08-10')), row(b, { name: 'gpt-5-x' })]],
    ['an unknown model', []],
  ])('%s', (_name, rows) => {
    expect(settle(rows)).toBe('no 2025-08-31 covered_without_it');
  });

  it('needs a read past the deadline that still lists what others dropped', () => {
    const reads = (last: string) => feed('own', { ...facts, trust: 'first_party', reads: polls('2025-07-01', last) });
    const settled = (own: typeof vendor) => {
      const rows = [row(own), row(c, { gone: '2025-08-10' })];
      return outcome(ask(august, timeline([a, b, c, own], rows), when));
    };
    expect(settled(reads('2025-09-10'))).toBe('no 2025-08-31 covered_without_it');
    expect(settled(reads('2025-08-20'))).toBe('undetermined contradicted');
  });

  it('needs feeds that publish ends', () => {
    const mute = feed('b', { reads: facts.reads });
    expect(outcome(ask(august, timeline([a, mute], [row(a), row(mute)]), when))).toBe(
      'undetermined absence_unprovable',
    );
  });

  it('does not follow if one origin states an end; it is disputed if others contradict that', () => {
    const rows = [row(a, ends('2025-08-10')), row(b), row(c)];
    const answer = ask(august, timeline([a, b, c], rows), when);
    expect([outcome(answer), answer.leaning?.outcome, answer.contradicted]).toEqual([
      'undetermined contradicted',
      'yes',
      true,
    ]);
  });

  it("needs the publisher's list to keep a row until the day that it states", () => {
    const dropped = (gone: string) => [row(vendor, { ...ends('2025-09-10'), gone })];
    const settled = (gone: string) => outcome(ask(august, timeline([vendor], dropped(gone)), when));
    expect(settled('2025-08-20')).toBe('undetermined straddles_window');
    expect(settled('2025-09-05')).toBe('no 2025-08-31 happened_after_deadline');
  });

  it('is left to a person, without a leaning, if only a stated end across the edge prevents it', () => {
    const answer = ask(august, timeline([a, b], [row(a, ends('2025-08')), row(b)]), when);
    expect(answer.leaning?.outcome).toBe('yes');
    const late = ask(retired({ by: '2025-08-15' }), timeline([a, b], [row(a, ends('2025-08')), row(b)]), when);
    expect([outcome(late), late.leaning]).toMatchObject(['undetermined below_policy', { outcome: null }]);
  });
});
