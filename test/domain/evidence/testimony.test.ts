import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { Sighting } from '../../../src/domain/evidence/timeline.ts';
import { ask, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-09-30', 24);
const catalogue = feed('catalogue', { reads });
const madeBefore = { made: '2025-07-15' };

function stating(row: Sighting, facts: { shutdown?: string; price?: number }): Sighting {
  const { shutdown, price } = facts;
  const more = {
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(price === undefined ? {} : { attributes: { output_usd_per_mtok: price } }),
  };
  return { ...row, versions: row.versions.map((version) => ({ ...version, ...more })) };
}

describe('a feed that is evidence of prices only', () => {
  const prices = feed('prices', { reads, covers: [], witnesses: ['attribute'] });
  const rows = [catalogue, prices].map((one) => stating(sighting(one, { seen: '2025-08-07' }), { price: 10 }));
  const world = timeline([catalogue, prices], rows);

  it('is not a second origin for a release', () => {
    expect(outcome(ask(released(), world, '2025-09-01', madeBefore))).toBe('undetermined below_policy');
    const both = timeline([catalogue, { ...prices, covers: ['openai'], witnesses: ['release'] }], rows);
    expect(outcome(ask(released(), both, '2025-09-01', madeBefore))).toMatch(/^yes /);
  });

  it('does not prove a model by itself', () => {
    const alone = timeline([catalogue, prices], rows.slice(1));
    expect(outcome(ask(released(), alone, '2025-09-01', madeBefore))).toBe('undetermined nothing_seen');
  });

  it('is a second origin for a price', () => {
    const dear: Criterion = { ...released(), op: 'attribute', name: 'output_usd_per_mtok', is: { gte: 10 } };
    expect(outcome(ask(dear, world, '2025-09-01', madeBefore))).toMatch(/^yes /);
    const releases = timeline([catalogue, { ...prices, witnesses: ['release'] }], rows);
    expect(outcome(ask(dear, releases, '2025-09-01', madeBefore))).toBe('undetermined below_policy');
  });
});

describe('a feed that is evidence of ends only', () => {
  const ends = feed('ends', { reads, covers: [], witnesses: ['end'] });
  const rows = [catalogue, ends].map((one) =>
    stating(sighting(one, { seen: '2025-07-20', absent: null }), { shutdown: '2025-08-20' }),
  );

  it('is a second origin for a withdrawal and not for a release', () => {
    const world = timeline([catalogue, ends], rows);
    const gone: Criterion = { ...released(), op: 'retired' };
    expect(outcome(ask(gone, world, '2025-09-01', madeBefore))).toBe('yes 2025-08-20 happened_in_window');
    expect(outcome(ask(released(), world, '2025-09-01', madeBefore))).toBe('undetermined below_policy');
  });

  it('compared with one that is not evidence of ends, which adds nothing to a withdrawal', () => {
    const world = timeline([catalogue, { ...ends, witnesses: ['release', 'attribute'] }], rows);
    expect(outcome(ask({ ...released(), op: 'retired' }, world, '2025-09-01', madeBefore))).toBe(
      'undetermined below_policy',
    );
  });
});

it('a feed whose names have no stage is evidence of a release and not of general availability', () => {
  const papers = feed('papers', { reads, witnesses: ['release', 'attribute'] });
  const rows = [catalogue, papers].map((one) => sighting(one, { seen: '2025-08-07' }));
  const world = timeline([catalogue, papers], rows);
  expect(outcome(ask(released(), world, '2025-09-01', madeBefore))).toMatch(/^yes /);
  expect(outcome(ask(released({ stage: 'ga' }), world, '2025-09-01', madeBefore))).toBe('undetermined below_policy');
});
