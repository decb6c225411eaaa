import { describe, expect, it } from 'vitest';
import type { ExplanationNode } from '../../../src/domain/evaluation/explanation.ts';
import {
  evidenceIdsMax,
  explanationEntriesMax,
  explanationTextCharsMax,
  limitExplanation,
  limitStoredExplanation,
  storedEntriesMax,
} from '../../../src/domain/evaluation/limit-explanation.ts';

const witness = (id: string) => ({
  observation_id: id,
  feed: 'a',
  origin: 'a',
  trust: 'aggregator' as const,
  name: id,
  model: id,
  observed_at: '2025-08-07T00:00:00Z',
  source_as_of: null,
});
const mark = (feed: string) => ({
  feed,
  origin: feed,
  vendor: 'any',
  read_from: null,
  watermark: null,
  measured: true,
});
const origin = (name: string) => ({
  origin: name,
  feeds: [name],
  read_to: '2025-08-07T00:00:00Z',
  patience_days: 1,
  missed: 0,
  known: 10,
});
const named = <Entry>(count: number, make: (name: string) => Entry): Entry[] =>
  Array.from({ length: count }, (_, index) => make(`n${index}`));

function node(entries: number, of: ExplanationNode[] = [], text = 'text'): ExplanationNode {
  return {
    op: 'all',
    verdict: 'no',
    reason: 'covered_without_it',
    text,
    effective_at: '2025-08-07',
    witnesses: named(entries, witness),
    watermarks: named(entries, mark),
    absence: {
      vendor: 'any',
      fact: 'listing',
      absent_to: '2025-08-07T00:00:00Z',
      miss_chance: 0,
      miss_max: 0,
      origins: named(entries, origin),
    },
    of,
  };
}

const entriesOf = (tree: ExplanationNode): [number, number, number] => {
  const own = [tree.witnesses.length, tree.watermarks.length, tree.absence?.origins.length ?? 0] as const;
  return tree.of
    .map(entriesOf)
    .reduce<[number, number, number]>((sum, next) => [sum[0] + next[0], sum[1] + next[1], sum[2] + next[2]], [...own]);
};
const limit = (explanation: ExplanationNode, evidence: readonly string[] = []) =>
  limitExplanation({ explanation, evidence });

describe('the explanation in an answer', () => {
  it('is complete if it has few entries', () => {
    const whole = node(2, [node(3), node(1)]);
    const evidence = ['obs_a', 'obs_b'];
    const omitted = { evidence: 0, witnesses: 0, watermarks: 0, origins: 0 };
    expect(limit(whole, evidence)).toEqual({ explanation: whole, evidence, omitted });
  });

  it('lists the first entries of all nodes together, and counts the others', () => {
    const each = explanationEntriesMax / 2;
    const { explanation, omitted } = limit(node(each, [node(each - 1), node(10), node(5)]));
    expect(entriesOf(explanation)).toEqual(Array(3).fill(explanationEntriesMax));
    expect(explanation.of.map(({ witnesses }) => witnesses.length)).toEqual([each - 1, 1, 0]);
    expect(omitted).toEqual({ evidence: 0, witnesses: 14, watermarks: 14, origins: 14 });
  });

  it('keeps every node with its verdict and reason', () => {
    const wide = node(
      0,
      Array.from({ length: 199 }, () => node(24)),
    );
    const { explanation } = limit(wide);
    expect(explanation.of).toHaveLength(199);
    expect(explanation.of.at(-1)).toEqual({ ...node(0), absence: { ...node(0).absence, origins: [] } });
  });

  it('ends a long text with an ellipsis, between characters', () => {
    const long = limit(node(0, [], 'x'.repeat(explanationTextCharsMax + 1))).explanation.text;
    expect(long).toBe(`${'x'.repeat(explanationTextCharsMax - 1)}…`);
    const whole = 'x'.repeat(explanationTextCharsMax);
    expect(limit(node(0, [], whole)).explanation.text).toBe(whole);
    const pairs = `${'x'.repeat(explanationTextCharsMax - 2)}🙂🙂`;
    expect(limit(node(0, [], pairs)).explanation.text).toBe(`${'x'.repeat(explanationTextCharsMax - 2)}…`);
  });

  it('lists the first ids of the evidence', () => {
    const ids = named(evidenceIdsMax + 7, (name) => name);
    const { evidence, omitted } = limit(node(0), ids);
    expect(evidence).toEqual(ids.slice(0, evidenceIdsMax));
    expect(omitted.evidence).toBe(7);
  });
});

describe('the explanation that is stored with a resolution', () => {
  it('is complete and has no mark if it has as many entries as are stored', () => {
    const whole = node(storedEntriesMax - 1, [node(1)]);
    expect(limitStoredExplanation(whole)).toEqual(whole);
    expect(limitStoredExplanation(whole)).not.toHaveProperty('omitted');
  });

  it('counts what it leaves out', () => {
    const stored = limitStoredExplanation(node(storedEntriesMax, [node(3)]));
    expect(entriesOf(stored)).toEqual(Array(3).fill(storedEntriesMax));
    expect(stored.of[0]).toMatchObject({ verdict: 'no', reason: 'covered_without_it', witnesses: [] });
    expect(stored.omitted).toEqual({ witnesses: 3, watermarks: 3, origins: 3 });
  });

  it('ends long texts as an answer does', () => {
    const { text } = limitStoredExplanation(node(0, [], 'x'.repeat(explanationTextCharsMax + 1)));
    expect(text).toHaveLength(explanationTextCharsMax);
  });
});
