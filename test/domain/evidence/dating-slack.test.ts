import { describe, expect, it } from 'vitest';
import { ask, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

/** A vendor's own list gave a release the day before: its dates may be off by a day either way. */

const reads = polls('2026-01-01', '2026-03-31', 24);
const catalogue = feed('catalogue', { reads, covers: ['openai'], lagHours: 48 });
const prices = feed('prices', { reads, covers: ['openai'], lagHours: 48 });
const list = feed('own-list', { reads, trust: 'first_party', covers: [] });
const feeds = [catalogue, prices, list];
const made = { made: '2026-01-10' };

/** The model came on 2026-02-05; the list says the day before. */
const own = { seen: '2026-02-06', released: '2026-02-04', slackDays: 1 };
const settle = (more: Parameters<typeof released>[0], rows = [sighting(list, own)]) =>
  outcome(ask(released(more), timeline(feeds, rows), '2026-03-20', made));

describe('a date that may be off by a day', () => {
  it('does not settle a claim about exactly that day, but does if the adjacent days agree', () => {
    expect(settle({ by: '2026-02-04' })).toBe('undetermined straddles_window');
    expect(settle({ by: '2026-02-05' })).toMatch(/^yes /);
    expect(settle({ from: '2026-02-04', by: '2026-02-28' })).toBe('undetermined straddles_window');
  });

  it('is limited to the days on which the model can have been released', () => {
    const rows = [sighting(list, { ...own, seen: '2026-02-08' })];
    // The list itself was read without the model after every day that it may mean.
    expect(settle({}, rows)).toBe('yes 2026-02-03/2026-02-08T00:00:00Z released_in_window');
    expect(settle({}, [sighting(list, { ...own, seen: '2026-02-05' })])).toBe(
      'yes 2026-02-03/2026-02-05T00:00:00Z released_in_window',
    );
  });

  it('yields to an exact date within its range', () => {
    const exact = sighting(catalogue, { seen: '2026-02-06', released: '2026-02-05' });
    expect(settle({}, [sighting(list, own), exact])).toBe('yes 2026-02-05 released_in_window');
  });

  it('is covered by one interval with an exact date outside its range', () => {
    const exact = sighting(catalogue, { seen: '2026-02-06', released: '2026-02-06' });
    expect(settle({}, [sighting(list, own), exact])).toBe('yes 2026-02-03/2026-02-06T00:00:00Z released_in_window');
  });

  it('yields to the ledger', () => {
    const reviewed = sighting(catalogue, { seen: '2026-02-06', released: '2026-02-05', weight: 'stands' });
    expect(settle({}, [sighting(list, own), reviewed])).toBe('yes 2026-02-05 released_in_window');
  });

  it("that is part of the model's id is not a release date", () => {
    const stamped = [sighting(list, { ...own, seen: '2026-02-20', name: 'gpt-5-2026-02-04' })];
    expect(settle({ by: '2026-02-06' }, stamped)).toBe('undetermined straddles_window');
  });
});
