import { formatDay, type Instant, parseDate } from '../instant.ts';
import type { Outcome } from '../outcome.ts';
import type { Ballot, VoteValue } from './ballot.ts';
import type { PanelRules } from './panel-rules.ts';
import { reaches } from './threshold.ts';

/** What a round of voting leads to. */
export type RoundResult =
  | {
      readonly kind: 'decided';
      readonly basis: 'votes' | 'fall_back';
      readonly outcome: Outcome;
      readonly effectiveAt: string;
    }
  /** Voting goes on at `until`. */
  | { readonly kind: 'postponed'; readonly until: Instant }
  | { readonly kind: 'split' };

type Vote = Pick<Ballot, 'vote' | 'effectiveAt' | 'notBefore'>;

/**
 * The result of a round: what the counted votes agree on, if they are a quorum and enough of them agree. Otherwise another
 * round, or after the last one the fall-back; never a bare majority.
 */
export function decideRound(
  votes: readonly Vote[],
  rules: Pick<PanelRules, 'quorum' | 'threshold' | 'fallBack'>,
  { roundsLeft, closedAt }: { readonly roundsLeft: number; readonly closedAt: Instant },
): RoundResult {
  const agreed = agreedVote(votes, rules);
  if (agreed === 'too_early') return { kind: 'postponed', until: latestDate(votes, closedAt) };
  if (agreed !== null) {
    const effectiveAt = agreed === 'yes' || agreed === 'no' ? commonDate(votes, agreed) : null;
    return { kind: 'decided', basis: 'votes', outcome: agreed, effectiveAt: effectiveAt ?? formatDay(closedAt) };
  }
  if (roundsLeft > 0) return { kind: 'split' };
  return { kind: 'decided', basis: 'fall_back', outcome: rules.fallBack, effectiveAt: formatDay(closedAt) };
}

/** The vote that enough of a quorum agree on; null if there is none. */
function agreedVote(
  votes: readonly Vote[],
  { quorum, threshold }: Pick<PanelRules, 'quorum' | 'threshold'>,
): VoteValue | null {
  if (votes.length < quorum) return null;
  for (const [vote, count] of countVotes(votes)) if (reaches(count, votes.length, threshold)) return vote;
  return null;
}

export function countVotes(votes: readonly Pick<Ballot, 'vote'>[]): Map<VoteValue, number> {
  const counts = new Map<VoteValue, number>();
  for (const { vote } of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return counts;
}

/** The date that most of the agreeing votes name; of several, the first in the order of time. */
function commonDate(votes: readonly Vote[], agreed: VoteValue): string | null {
  const counts = new Map<string, number>();
  for (const { vote, effectiveAt } of votes)
    if (vote === agreed && effectiveAt !== null) counts.set(effectiveAt, (counts.get(effectiveAt) ?? 0) + 1);
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || startOf(a) - startOf(b) || (a < b ? -1 : 1));
  return first?.[0] ?? null;
}

function startOf(effectiveAt: string): Instant {
  return parseDate(effectiveAt.split('/')[0] ?? '')?.interval.from ?? Number.NEGATIVE_INFINITY;
}

/** The latest date at which a vote wants to vote again. */
function latestDate(votes: readonly Vote[], closedAt: Instant): Instant {
  return Math.max(closedAt, ...votes.map(({ notBefore }) => parseDate(notBefore ?? '')?.interval.from ?? closedAt));
}
