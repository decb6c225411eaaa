import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { firstKnown } from '../../../src/domain/evaluation/known-at.ts';
import type { FeedFacts } from '../../../src/domain/evidence/timeline.ts';
import {
  ask,
  at,
  feed,
  outcome,
  polls,
  released,
  sighting,
  type TestFeed,
  type TestSighting,
  terms,
  timeline,
} from '../../support/timelines.ts';

/** Claims that a model is retired by 2025-08-31, and lists of its publisher that go on listing it. */

const when = '2025-09-20';
const marks = { trust: 'first_party', publishes: ['shutdown'], covers: [] } as const;
const list = (more: Partial<FeedFacts> & { reads?: readonly (string | number)[]; frozen?: TestFeed['frozen'] } = {}) =>
  feed('vendor', { ...marks, reads: polls('2025-07-01', '2025-10-01'), ...more });

const retired = (more: Parameters<typeof released>[0] = {}): Criterion => ({
  ...released({ by: '2025-08-31', ...more }),
  op: 'retired',
});
const row = (of: TestFeed, more: Partial<TestSighting> = {}) => sighting(of, { seen: '2025-07-10', ...more });
const ends = (shutdown: string) => ({ shutdown });
const later = ends('2025-12-10');

type Rows = (of: TestFeed) => Parameters<typeof timeline>[1];
const settle = (rows: Rows, more: Parameters<typeof list>[0] = {}, claim = retired(), moment = when) => {
  const vendor = list(more);
  return outcome(ask(claim, timeline([vendor], rows(vendor)), moment));
};
const no = 'no 2025-08-31 in_service_after_deadline';

describe('retired: NO because the publisher lists the model as in service after the deadline', () => {
  it.each<[string, Rows, Parameters<typeof list>[0]]>([
    ['with an end that is still to come', (of) => [row(of, later)], {}],
    ['with a month that has not begun', (of) => [row(of, ends('2025-10'))], {}],
    [
      'with an end that was moved past the deadline',
      (of) => [row(of, { edits: [{ at: '2025-09-03', ...later }] })],
      {},
    ],
    ['by one of its ids', (of) => [row(of, later), row(of, { name: 'gpt-5-2025-08-07', ...ends('2025-11-01') })], {}],
    ['as active, in a list that states a status', (of) => [row(of, { isActive: true })], { ends: 'by_status' }],
    [
      'as deprecated, with an end to come',
      (of) => [row(of, { lifecycle: 'deprecated', ...later })],
      { ends: 'by_status' },
    ],
    ['although the list dropped it later', (of) => [row(of, { ...later, gone: '2025-09-04' })], {}],
  ])('%s', (_name, rows, facts) => {
    expect(settle(rows, facts)).toBe(no);
  });

  it('from the read that confirms it a day after the first one that is a day past the deadline', () => {
    const vendor = list();
    const world = timeline([vendor], [row(vendor, later)]);
    const verdictAt = (moment: string) => ask(retired(), world, moment).verdict;
    expect(verdictAt('2025-09-02T18:00')).toBe('undetermined');
    expect(verdictAt('2025-09-03')).toBe('no');
    const known = firstKnown(retired(), world, at(when), terms(), { verdict: 'no' });
    expect(known?.knownAt).toBe(at('2025-09-03'));
  });

  it('after the lag of the feed if that is longer than a day', () => {
    const vendor = feed('vendor', { ...marks, lagHours: 72, reads: polls('2025-07-01', '2025-10-01') });
    const world = timeline([vendor], [row(vendor, later)]);
    expect(ask(retired(), world, '2025-09-04T18:00').verdict).toBe('undetermined');
    expect(ask(retired(), world, '2025-09-05').verdict).toBe('no');
  });

  it('names the row, its end and the read, and has the trust of the publisher', () => {
    const vendor = list();
    const { explanation, trust, evidence } = ask(retired(), timeline([vendor], [row(vendor, later)]), when);
    expect(explanation.text).toBe(
      'openai/gpt-5 was not withdrawn from 2025-08-01 to 2025-08-31: vendor listed it with an end that is still to come (2025-12-10) on 2025-09-03T00:00:00Z.',
    );
    expect([trust, evidence]).toEqual(['first_party', ['vendor//gpt-5@2025-07-10T00:00:00.000Z#0']]);
  });
});

describe('retired: not a NO', () => {
  it.each<[string, Rows, Parameters<typeof list>[0]]>([
    ['without a read after the deadline', (of) => [row(of, later)], { reads: polls('2025-07-01', '2025-09-01T18:00') }],
    ['by reads that are suspect', (of) => [row(of, later)], { frozen: { openai: polls('2025-09-01', '2025-10-01') } }],
    ['because the model is listed, without a statement', (of) => [row(of)], {}],
    ['because a list without a status calls it active', (of) => [row(of, { isActive: true })], {}],
    ['as active but suspended', (of) => [row(of, { isActive: true, lifecycle: 'suspended' })], { ends: 'by_status' }],
    ['in a row of a host', (of) => [row(of, { host: 'azure', ...later })], {}],
    ['in a row of lower trust', (of) => [row(of, { trust: 'community', ...later })], {}],
    ['in a list that states no ends', (of) => [row(of, later)], { publishes: [] }],
    ['in a reviewed document', (of) => [row(of, later)], { reviewed: true }],
    ['in a catalogue', (of) => [row(of, later)], { trust: 'curated' }],
    ['in a list that is evidence of releases only', (of) => [row(of, later)], { witnesses: ['release'] }],
    ['because the list dropped it within a day', (of) => [row(of, { ...later, gone: '2025-09-01T12:00' })], {}],
    [
      'because the next read a day later no longer has it',
      (of) => [row(of, { ...later, gone: '2025-09-02T18:00' })],
      {},
    ],
    [
      'by a single read, however late',
      (of) => [row(of, later)],
      { reads: [...polls('2025-07-01', '2025-08-20'), '2025-09-19'] },
    ],
  ])('%s', (_name, rows, facts) => {
    expect(settle(rows, facts)).toMatch(/^undetermined /);
  });

  it('by a read on the day of the end, which itself is dated after the deadline', () => {
    const rows: Rows = (of) => [row(of, ends('2025-09-02'))];
    expect(settle(rows, {}, retired(), '2025-09-02T12:00')).toMatch(/^undetermined /);
    expect(settle(rows)).toBe('no 2025-08-31 happened_after_deadline');
  });

  it('by two catalogues, which keep rows long after an end', () => {
    const [a, b] = ['a', 'b'].map((slug) =>
      feed(slug, { publishes: ['shutdown'], covers: [], reads: polls('2025-07-01', '2025-10-01') }),
    );
    if (a === undefined || b === undefined) throw new Error('two feeds');
    expect(outcome(ask(retired(), timeline([a, b], [row(a, later), row(b, later)]), when))).toMatch(/^undetermined /);
  });

  it('for a pattern that several models match', () => {
    expect(settle((of) => [row(of, later)], {}, retired({ tier: 'any' }))).toMatch(/^undetermined /);
    expect(settle((of) => [row(of, later)], {}, retired({ version: { gte: '5' } }))).toMatch(/^undetermined /);
  });

  it('for a preview, if general availability is required', () => {
    const rows: Rows = (of) => [row(of, { stage: 'preview', ...later })];
    expect(settle(rows)).toBe(no);
    expect(settle(rows, {}, retired({ stage: 'ga' }))).toMatch(/^undetermined /);
  });

  it('if other evidence states an end in the window', () => {
    const vendor = list();
    const catalogues = ['a', 'b'].map((slug) => feed(slug, { covers: [], reads: polls('2025-07-01', '2025-10-01') }));
    const past = catalogues.map((of) => row(of, ends('2025-08-10')));
    const world = timeline([vendor, ...catalogues], [row(vendor, later), ...past]);
    expect(outcome(ask(retired(), world, when))).toBe('undetermined below_policy');
  });

  it('if the publisher withdrew it and lists it as active again', () => {
    const edits = [
      { at: '2025-08-05', lifecycle: 'retired' as const },
      { at: '2025-08-12', isActive: true },
    ];
    expect(settle((of) => [row(of, { isActive: true, edits })], { ends: 'by_status' })).toBe('undetermined reinstated');
  });

  it('anymore once the publisher states that it had ended before the deadline', () => {
    const edits = [{ at: '2025-09-10', ...ends('2025-08-20') }];
    const rows: Rows = (of) => [row(of, { ...later, edits })];
    expect(settle(rows, {}, retired(), '2025-09-05')).toBe(no);
    expect(settle(rows)).toBe('yes 2025-08-20 happened_in_window');
  });
});
