import { describe, expect, it } from 'vitest';
import { ask, feed, polls, released, sighting, type TestSighting, timeline } from '../../support/timelines.ts';

/** A row of the vendor's own that states, from the start, the very day on which it was first listed needs no second origin to date it. */

const reads = polls('2025-08-06', '2025-10-01');
// Nothing that covers was read without the model, so that sightings and dates alone bound the release.
const [a, b] = [feed('a', { reads, covers: [] }), feed('b', { reads, covers: [] })];
const second = sighting(b, { seen: '2025-08-10T12:00' });

function dated(more: Partial<TestSighting>, others = [second], when = '2025-09-20'): string | null {
  const row = sighting(a, { seen: '2025-08-07T12:00', ...more });
  return ask(released({ from: '2020-01-01' }), timeline([a, b], [row, ...others]), when).effectiveAt;
}

describe('a listing on the day that its own row states', () => {
  it('bounds the release by itself', () => {
    expect(dated({ released: '2025-08-07' })).toBe('2025-08-07');
  });

  const secondOrigin = '2025-08-10T12:00:00Z';
  it.each<[string, Partial<TestSighting>, string]>([
    ['it states the day before', { released: '2025-08-06' }, `2025-08-06/${secondOrigin}`],
    ['it states the month', { released: '2025-08' }, `2025-08-01/${secondOrigin}`],
    ['the day is part of its id', { released: '2025-08-07', name: 'gpt-5-2025-08-07' }, `2025-08-07/${secondOrigin}`],
    [
      'it stated the day only later',
      { edits: [{ at: '2025-08-07T18:00', released: '2025-08-07' }] },
      `2025-08-07/${secondOrigin}`,
    ],
    [
      'it also stated another day',
      { released: '2025-08-07', edits: [{ at: '2025-08-20', released: '2025-08-06' }] },
      `2025-08-06/${secondOrigin}`,
    ],
  ])('does not if %s', (_name, more, expected) => expect(dated(more)).toBe(expected));

  it('does not prove the model: a second origin is needed as always', () => {
    expect(dated({ released: '2025-08-07' }, [])).toBeNull();
    const slip = sighting(b, { seen: '2025-08-10T12:00', gone: '2025-08-11' });
    expect(dated({ released: '2025-08-07' }, [slip])).toBeNull();
  });

  describe('if others were read without the model until then', () => {
    const covering = [feed('a', { reads }), feed('b', { reads })];
    const bracket = `2025-08-07T06:00:00Z/${secondOrigin}`;
    const released7 = { seen: '2025-08-07T12:00', released: '2025-08-07' };
    const settle = (...rows: ReturnType<typeof sighting>[]) =>
      ask(released({ from: '2020-01-01' }), timeline(covering, [...rows, second]), '2025-09-20').effectiveAt;

    it("does not count in a host's row", () => {
      const hosts = ['azure', 'bedrock'].map((host) => sighting(a, { ...released7, host }));
      expect(settle(...hosts)).toBe(bracket);
    });

    it('does not count in a row that did not last', () => {
      const slip = sighting(a, { ...released7, gone: '2025-08-08T12:00' });
      expect(settle(slip, sighting(a, { seen: '2025-08-09', id: 'later' }))).toBe(bracket);
    });
  });
});
