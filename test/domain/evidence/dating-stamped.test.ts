import { describe, expect, it } from 'vitest';
import { ask, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

const prices = feed('prices', { reads: polls('2025-07-01', '2025-08-20') });
const catalogue = feed('catalogue', { reads: polls('2025-07-01', '2025-08-20') });

/** One catalogue lists `gpt-5-2025-08-07` late and states that day; the other first lists gpt-5 at a moment. */
const world = (listed: string) =>
  timeline(
    [prices, catalogue],
    [
      sighting(prices, { seen: listed }),
      sighting(catalogue, { seen: '2025-08-10T12:00', released: '2025-08-07', name: 'gpt-5-2025-08-07' }),
    ],
  );

describe('a day stamped into an id', () => {
  it('is the release day if another origin first listed the model on that very day', () => {
    expect(outcome(ask(released(), world('2025-08-07T18:00'), '2025-08-15'))).toBe('yes 2025-08-07 released_in_window');
    expect(ask(released({ by: '2025-08-07' }), world('2025-08-07T18:00'), '2025-08-15').verdict).toBe('yes');
  });

  it.each(['2025-08-06T18:00', '2025-08-08T06:00', '2025-08-09T12:00'])(
    'is only a lower bound if that was %s',
    (listed) => {
      expect(ask(released(), world(listed), '2025-08-15').effectiveAt).not.toBe('2025-08-07');
      expect(ask(released({ by: '2025-08-07' }), world(listed), '2025-08-15').verdict).toBe('undetermined');
    },
  );

  it('proves nothing in a row that did not last', () => {
    const slip = timeline(
      [prices, catalogue],
      [
        sighting(prices, { seen: '2025-08-07T18:00', gone: '2025-08-08T06:00' }),
        sighting(prices, { seen: '2025-08-11T06:00' }),
        sighting(catalogue, { seen: '2025-08-10T12:00', released: '2025-08-07', name: 'gpt-5-2025-08-07' }),
      ],
    );
    expect(ask(released({ by: '2025-08-07' }), slip, '2025-08-15').verdict).toBe('undetermined');
  });
});
