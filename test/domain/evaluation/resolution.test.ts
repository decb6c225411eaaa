import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { decisiveLeaf, reasonText } from '../../../src/domain/evaluation/resolution.ts';
import { ask, feed, polls, released, sighting, timeline } from '../../support/timelines.ts';

const a = feed('a', { reads: polls('2025-07-01', '2025-10-01') });
const b = feed('b', { reads: polls('2025-07-01', '2025-10-01') });
const world = timeline([a, b], [sighting(a, { seen: '2025-08-07T12:00' }), sighting(b, { seen: '2025-08-07T18:00' })]);
const five = released({ by: '2025-08-31' });
const six = released({ version: '6', by: '2025-08-31' });
const seven = released({ version: '7', by: '2025-08-31' });

function explain(criterion: Criterion) {
  return ask(criterion, world, '2025-09-20').explanation;
}

describe('the leaf that settled a tree', () => {
  it('is the tree itself if it is a leaf', () => {
    expect(decisiveLeaf(explain(five)).text).toContain('openai/gpt-5 was released 2025-08-07');
  });

  it('is the part that dates the verdict', () => {
    const tree = explain({ op: 'any', of: [six, five] });
    expect(decisiveLeaf(tree).reason).toBe('released_in_window');
  });

  it('has the same verdict, even if another part has the same date', () => {
    const tree = explain({ op: 'any', of: [six, { op: 'not', of: seven }] });
    expect(tree).toMatchObject({ verdict: 'yes', effective_at: '2025-08-31' });
    expect(decisiveLeaf(tree).text).toContain('version 7');
  });

  it('gives the reason its sentence, limited to 1000 characters', () => {
    expect(reasonText(explain(six))).toBe(explain(six).text);
    expect(reasonText(explain({ op: 'not', of: six }))).toBe(
      `Yes, because what it denies is false. ${explain(six).text}`,
    );
    const long = { ...explain(six), text: 'x'.repeat(2000) };
    expect(reasonText(long)).toHaveLength(1000);
    expect(reasonText(long).endsWith('…')).toBe(true);
  });
});
