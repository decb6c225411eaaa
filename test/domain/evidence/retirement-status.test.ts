import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { ItemVersion, Sighting } from '../../../src/domain/evidence/timeline.ts';
import {
  ask,
  at,
  feed,
  outcome,
  polls,
  released,
  sighting,
  type TestFeed,
  timeline,
  type When,
} from '../../support/timelines.ts';

/** What the vendors' own lists say of an end. */

const reads = polls('2026-01-01', '2026-12-31', 24);
const rest = { trust: 'first_party', covers: [], reads } as const;
const byStatus = feed('own-list', { ...rest, ends: 'by_status' });
const byRights = feed('key-list', { ...rest, ends: 'by_rights' });
const catalogue = feed('catalogue', { reads });
const gone: Criterion = { ...released(), op: 'retired' };
const june = { ...gone, by: '2026-06-15' };
const made = { made: '2026-02-01' };

type Said = { at: When; lifecycle?: 'deprecated' | 'retired'; shutdown?: string };

/** A row of GPT-5, or of another id of it, with what it said from when on. */
function row(of: TestFeed, said: readonly Said[], name = 'gpt-5'): Sighting {
  const first = sighting(of, { seen: said[0]?.at ?? '2026-01-05', name });
  const [plain] = first.versions;
  if (plain === undefined) throw new Error('a sighting has a version');
  const versions: ItemVersion[] = said.map(({ at: when, ...facts }, index) => ({
    ...plain,
    observationId: `${name}#${index}`,
    observedAt: at(when),
    ...facts,
  }));
  return { ...first, versions };
}

const settle = (rows: readonly Sighting[], when: When, criterion: Criterion = gone) =>
  outcome(ask(criterion, timeline([byStatus, byRights, catalogue], rows), when, made));

describe('a list that states whether a model is retired', () => {
  const plan = { at: '2026-01-05', lifecycle: 'deprecated', shutdown: '2026-06-15' } as const;

  it('is accepted with the day that it states', () => {
    const rows = [row(byStatus, [plan, { ...plan, at: '2026-06-16', lifecycle: 'retired' }])];
    expect(settle(rows, '2026-06-15T12:00')).toBe('undetermined nothing_seen');
    expect(settle(rows, '2026-06-16')).toBe('yes 2026-06-15 happened_in_window');
  });

  it('does not count while it still calls the model deprecated after the planned day', () => {
    expect(settle([row(byStatus, [plan])], '2026-06-20')).toBe('undetermined below_policy');
    const rows = [row(byStatus, [plan, { ...plan, at: '2026-06-10', shutdown: '2026-09-01' }])];
    expect(settle(rows, '2026-06-20')).toBe('undetermined nothing_seen');
  });

  it('dates the end by its reads if it states no day, and not before', () => {
    const rows = [row(byStatus, [{ at: '2026-01-05' }, { at: '2026-05-01', lifecycle: 'retired' }])];
    expect(settle(rows, '2026-05-01')).toBe('yes 2026-04-30/2026-05-01T00:00:00Z happened_in_window');
  });

  it('is not affected by later changes in the row', () => {
    const retired = { at: '2026-05-01', lifecycle: 'retired' } as const;
    const rows = [row(byStatus, [{ at: '2026-01-05' }, retired, { ...retired, at: '2026-08-01' }])];
    expect(settle(rows, '2026-09-01')).toBe('yes 2026-04-30/2026-05-01T00:00:00Z happened_in_window');
  });

  it('that lists a model as retired from the first day on does not date the end', () => {
    const rows = [row(byStatus, [{ at: '2026-03-01', lifecycle: 'retired' }])];
    expect(settle(rows, '2026-09-01', june)).toBe('undetermined straddles_window');
  });

  it('dates by its reads if the stated day was in the future', () => {
    const early = { at: '2026-05-01', lifecycle: 'retired', shutdown: '2026-06-15' } as const;
    const rows = [row(byStatus, [{ ...early, at: '2026-01-05', lifecycle: 'deprecated' }, early])];
    expect(settle(rows, '2026-05-02')).toBe('yes 2026-04-30/2026-05-01T00:00:00Z happened_in_window');
  });

  it('does not end a model if another of its rows continues', () => {
    const rows = [
      row(byStatus, [{ at: '2026-01-05', lifecycle: 'retired', shutdown: '2026-01-01' }], 'gpt-5-2025-08-07'),
      row(byStatus, [{ at: '2026-01-05' }], 'gpt-5'),
    ];
    expect(settle(rows, '2026-06-20')).toBe('undetermined nothing_seen');
  });
});

describe('a list limited by the rights of a key', () => {
  const ended = { at: '2026-01-05', shutdown: '2026-06-15' };

  it('is accepted when the day stated for a name has passed', () => {
    expect(settle([row(byRights, [ended])], '2026-06-15T12:00')).toBe('undetermined nothing_seen');
    expect(settle([row(byRights, [ended])], '2026-06-16')).toBe('yes 2026-06-15 happened_in_window');
  });

  it('is not accepted if it has one snapshot and others list more of that model', () => {
    const snapshot = row(byRights, [ended], 'gpt-5-2025-08-07');
    const others = [
      sighting(catalogue, { name: 'gpt-5', seen: '2026-01-05' }),
      sighting(catalogue, { name: 'gpt-5-2025-12-01', seen: '2026-01-05' }),
    ];
    expect(settle([snapshot, ...others], '2026-06-20')).toBe('undetermined nothing_seen');
    expect(settle([snapshot], '2026-06-20')).toMatch(/^yes /);
  });
});
