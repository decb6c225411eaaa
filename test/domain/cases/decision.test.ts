import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type VoteValue, voteValues } from '../../../src/domain/cases/ballot.ts';
import { countVotes, decideRound } from '../../../src/domain/cases/decision.ts';
import { isOverHalf, parseThreshold } from '../../../src/domain/cases/threshold.ts';

const closedAt = Date.UTC(2026, 0, 22, 12);

type Given = {
  readonly votes: string;
  readonly quorum?: number;
  readonly threshold?: string;
  readonly roundsLeft?: number;
};

const names: Readonly<Record<string, VoteValue>> = { y: 'yes', n: 'no', a: 'ambiguous', x: 'annulled', e: 'too_early' };

/** Votes as letters, for example `yyn`. */
function votesOf(letters: string) {
  return [...letters].map((letter) => {
    const vote = names[letter] ?? 'ambiguous';
    const effectiveAt = vote === 'yes' || vote === 'no' ? '2025-05-13' : null;
    return { vote, effectiveAt, notBefore: vote === 'too_early' ? '2026-06-01' : null };
  });
}

function decide({ votes, quorum = 1, threshold = '2/3', roundsLeft = 1 }: Given) {
  const rules = {
    quorum,
    threshold: parseThreshold(threshold) ?? { part: 0, whole: 1 },
    fallBack: 'ambiguous',
  } as const;
  return decideRound(votesOf(votes), rules, { roundsLeft, closedAt });
}

describe('the result of a round', () => {
  test.each<[Given, string]>([
    [{ votes: 'y' }, 'yes'],
    [{ votes: 'yyn' }, 'yes'],
    [{ votes: 'ynn' }, 'no'],
    [{ votes: 'yn' }, 'split'],
    [{ votes: 'yyyynnn' }, 'split'],
    [{ votes: 'yyyynn' }, 'yes'],
    [{ votes: 'yyynnn' }, 'split'],
    [{ votes: 'aan' }, 'ambiguous'],
    [{ votes: 'xxx' }, 'annulled'],
    [{ votes: 'eey' }, 'postponed'],
    [{ votes: 'yy', quorum: 3 }, 'split'],
    [{ votes: 'yyy', quorum: 3 }, 'yes'],
    [{ votes: 'yyyn', threshold: '3/4' }, 'yes'],
    [{ votes: 'yyn', threshold: '3/4' }, 'split'],
    [{ votes: 'yyn', threshold: '1' }, 'split'],
    [{ votes: 'yyy', threshold: '1' }, 'yes'],
    [{ votes: '' }, 'split'],
    [{ votes: 'yn', roundsLeft: 0 }, 'ambiguous (fall_back)'],
    [{ votes: '', roundsLeft: 0 }, 'ambiguous (fall_back)'],
    [{ votes: 'yyn', threshold: '667/1000', roundsLeft: 0 }, 'ambiguous (fall_back)'],
    [{ votes: 'yyn', threshold: '666/1000', roundsLeft: 0 }, 'yes'],
  ])('of %j is %s', (given, expected) => {
    const result = decide(given);
    const shown = result.kind === 'decided' ? result.outcome : result.kind;
    expect(result.kind === 'decided' && result.basis === 'fall_back' ? `${shown} (fall_back)` : shown).toBe(expected);
  });

  test('is dated by the date that most of the agreeing votes name, and among equals by the earliest', () => {
    const vote = (effectiveAt: string, value: VoteValue = 'yes') => ({ vote: value, effectiveAt, notBefore: null });
    const rules = { quorum: 1, threshold: { part: 2, whole: 3 }, fallBack: 'ambiguous' } as const;
    const dated = (votes: ReturnType<typeof vote>[]) => decideRound(votes, rules, { roundsLeft: 0, closedAt });
    expect(dated([vote('2025-05-13'), vote('2025-05-14'), vote('2025-05-14')])).toMatchObject({
      effectiveAt: '2025-05-14',
    });
    expect(dated([vote('2025-05-14'), vote('2025-05-13')])).toMatchObject({ effectiveAt: '2025-05-13' });
    expect(dated([vote('2025-01-01', 'no'), vote('2025-05-13'), vote('2025-05-13')])).toMatchObject({
      outcome: 'yes',
      effectiveAt: '2025-05-13',
    });
  });

  test('that is no verdict is dated by the close', () => {
    expect(decide({ votes: 'aa' })).toMatchObject({ effectiveAt: '2026-01-22' });
  });
});

const anyVotes = fc.array(fc.constantFrom(...voteValues), { maxLength: 12 });
const anyThreshold = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }))
  .map(([part, whole]) => ({ part: Math.min(part, whole), whole }))
  .filter(isOverHalf);
const anyRules = fc.record({
  quorum: fc.integer({ min: 1, max: 6 }),
  threshold: anyThreshold,
  fallBack: fc.constantFrom('ambiguous' as const, 'annulled' as const),
});

describe('for any votes and rules', () => {
  const toVote = (vote: VoteValue) => ({ vote, effectiveAt: null, notBefore: null });

  test('what the votes decide has more than half of a quorum behind it, exactly by the threshold', () => {
    fc.assert(
      fc.property(anyVotes, anyRules, (values, rules) => {
        const result = decideRound(values.map(toVote), rules, { roundsLeft: 0, closedAt });
        const counts = countVotes(values.map(toVote));
        if (result.kind !== 'decided' || result.basis !== 'votes') return;
        const agreeing = counts.get(result.outcome) ?? 0;
        expect(values.length).toBeGreaterThanOrEqual(rules.quorum);
        expect(2 * agreeing).toBeGreaterThan(values.length);
        expect(BigInt(agreeing) * BigInt(rules.threshold.whole)).toBeGreaterThanOrEqual(
          BigInt(rules.threshold.part) * BigInt(values.length),
        );
      }),
    );
  });

  test('the order of the votes does not matter', () => {
    const shuffled = anyVotes.chain((votes) =>
      fc.tuple(fc.constant(votes), fc.shuffledSubarray(votes, { minLength: votes.length, maxLength: votes.length })),
    );
    fc.assert(
      fc.property(shuffled, anyRules, ([votes, other], rules) => {
        const decideAll = (values: readonly VoteValue[]) =>
          decideRound(values.map(toVote), rules, { roundsLeft: 0, closedAt });
        expect(decideAll(other)).toEqual(decideAll(votes));
      }),
    );
  });

  test('the last round always leads to a decision or a later date', () => {
    fc.assert(
      fc.property(anyVotes, anyRules, (values, rules) => {
        expect(decideRound(values.map(toVote), rules, { roundsLeft: 0, closedAt }).kind).not.toBe('split');
      }),
    );
  });
});
