import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { Sighting } from '../../../src/domain/evidence/timeline.ts';
import { ask, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

// The catalogue has been read too rarely to prove absence; the ledger covers nobody.
const a = feed('a', { reads: ['2025-07-20', '2025-08-20'] });
const ledger = feed('ledger', { covers: [], trust: 'first_party', reads: polls('2025-07-01', '2025-10-01') });
const came = sighting(ledger, { seen: '2025-08-07T20:00', released: '2025-08-07', weight: 'stands' });

const settle = (rows: readonly Sighting[], claim: Criterion = released({ by: '2025-07-31' }), when = '2025-09-01') =>
  outcome(ask(claim, timeline([a, ledger], rows), when));

describe('a release that a ledger or first party dates after the deadline', () => {
  it('settles a NO without coverage, effective on the last day', () => {
    expect(settle([came])).toBe('no 2025-07-31 happened_after_deadline');
  });

  it('names the row that dates it', () => {
    const { evidence, explanation } = ask(released({ by: '2025-07-31' }), timeline([a, ledger], [came]), '2025-09-01');
    expect(evidence).toEqual(came.versions.map(({ observationId }) => observationId));
    expect(explanation.text).toContain('after the deadline');
  });

  it('is not known before it is published', () => {
    expect(settle([came], released({ by: '2025-07-31' }), '2025-08-07T19:59')).toMatch(/^undetermined/);
  });

  it.each([
    ['the day of the deadline', '2025-08-07', 'yes 2025-08-07 released_in_window'],
    ['the day before it', '2025-08-06', 'no 2025-08-06 happened_after_deadline'],
  ])('with %s the claim resolves to %s', (_name, by, expected) => {
    expect(settle([came], released({ by }))).toBe(expected);
  });

  it('settles nothing if the date is a month that the deadline lies in', () => {
    const vague = sighting(ledger, { seen: '2025-08-31', released: '2025-08', weight: 'stands' });
    expect(settle([vague], released({ by: '2025-08-15' }))).toMatch(/^undetermined/);
  });

  it('settles nothing for a family: another of its models may have come in time', () => {
    expect(settle([came], released({ by: '2025-07-31', version: { gte: '5' } }))).toMatch(/^undetermined/);
    expect(settle([came], released({ by: '2025-07-31', tier: 'any' }))).toMatch(/^undetermined/);
  });

  it('settles nothing if any feed listed the model before the deadline', () => {
    const early = sighting(a, { seen: '2025-07-20', absent: null });
    const hosted = sighting(a, { seen: '2025-07-20', absent: null, host: 'azure' });
    expect(settle([early, came])).toMatch(/^undetermined/);
    expect(settle([hosted, came])).toMatch(/^undetermined/);
  });

  it.each(['curated', 'stands'] as const)('settles nothing by %s dates of catalogues, however many', (weight) => {
    const b = feed('b', { covers: [], reads: ['2025-07-20', '2025-08-08', '2025-08-10'] });
    const c = feed('c', { covers: [], reads: ['2025-07-20', '2025-08-20', '2025-08-25'] });
    const rows = [
      sighting(b, { seen: '2025-08-08', released: '2025-08-07', weight }),
      sighting(c, { seen: '2025-08-20', released: '2025-08-07', weight }),
    ];
    expect(outcome(ask(released({ by: '2025-07-31' }), timeline([b, c], rows), '2025-09-01'))).toMatch(/^undetermined/);
  });
});

describe('an end that the publisher dates after the deadline', () => {
  const retired: Criterion = {
    op: 'retired',
    model: { vendor: 'openai', family: 'gpt', version: '5', tier: null },
    by: '2025-07-31',
  };
  const vendor = feed('vendor', { covers: [], trust: 'first_party' });
  const ended = sighting(vendor, { seen: '2025-06-01', shutdown: '2025-08-15' });

  it('settles a NO once it has passed', () => {
    const world = timeline([a, vendor], [ended]);
    expect(outcome(ask(retired, world, '2025-08-14'))).toMatch(/^undetermined/);
    expect(outcome(ask(retired, world, '2025-09-01'))).toBe('no 2025-07-31 happened_after_deadline');
  });

  it('settles nothing if only catalogues state it', () => {
    const b = feed('b');
    const rows = [a, b].map((one) => sighting(one, { seen: '2025-07-20', shutdown: '2025-08-15' }));
    expect(outcome(ask(retired, timeline([a, b], rows), '2025-09-01'))).not.toContain('happened_after_deadline');
  });
});
