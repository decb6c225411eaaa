import { describe, expect, it } from 'vitest';
import { countDisagreements, type Statement } from '../../../src/domain/feeds/disagreement.ts';

const stated = (feedId: string, text: string, more: Partial<Statement> = {}): Statement => ({
  feedId,
  origin: feedId,
  subject: 'released openai gpt 5',
  kind: 'date',
  text,
  ...more,
});
const counts = (...statements: Statement[]) => Object.fromEntries(countDisagreements(statements));
const price = (feedId: string, text: string) => stated(feedId, text, { kind: 'number', subject: 'input openai gpt 5' });

describe('a feed disagrees with others', () => {
  it('not if no other origin states the same fact', () => {
    expect(counts(stated('a', '2025-08-07'), stated('b', '2025-08-08'), stated('c', '2025-01-01'))).toEqual({
      a: { compared: 1, differing: 0 },
      b: { compared: 1, differing: 0 },
      c: { compared: 1, differing: 1 },
    });
  });

  it.each([
    ['a day', '2025-08-07', '2025-08-07', false],
    ['at the edge of the tolerance', '2025-08-07', '2025-08-09', false],
    ['three days', '2025-08-07', '2025-08-10', true],
    ['a month around it', '2025-08-07', '2025-08', false],
    ['a mistyped year', '2025-06-26', '2024-06-26', true],
    ['a day that does not exist', '2025-02-28', '2025-02-31', true],
  ])('by dates: %s', (_name, one, other, differs) => {
    expect(counts(stated('a', one), stated('b', other)).a?.differing).toBe(differs ? 1 : 0);
  });

  it.each([
    ['the same price', '1.25', '1.25', false],
    ['a rounding', '1.25', '1.26', false],
    ['a step', '1.25', '1.28', true],
    ['a factor of a thousand', '600', '0.6', true],
    ['zero and zero', '0', '0', false],
    ['zero and a price', '0', '1', true],
    ['no number', '1', 'x', true],
  ])('by prices: %s', (_name, one, other, differs) => {
    expect(counts(price('a', one), price('b', other)).b?.differing).toBe(differs ? 1 : 0);
  });

  it('but not with itself, nor with a copy, nor on what no other feed states', () => {
    const copies = [stated('a', '2025-01-01'), stated('a', '2025-08-07'), stated('b', '2025-08-07', { origin: 'a' })];
    expect(counts(...copies, stated('a', '2025-01-01', { subject: 'released openai o 3' }))).toEqual({});
  });
});
