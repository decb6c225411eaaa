import { canonicalJson } from '../canonical-json.ts';
import { endOfEffective } from '../evaluation/resolution.ts';
import { dayMs, type Instant, parseDate, parseEffective } from '../instant.ts';
import { outcomes } from '../outcome.ts';
import type { RefusalDetail } from '../refusal.ts';

/** What a judge can say: an outcome, or that it is too early to say. */
export const voteValues = [...outcomes, 'too_early'] as const;
export type VoteValue = (typeof voteValues)[number];

/** A vote as its judge cast it. */
export type Ballot = {
  readonly vote: VoteValue;
  readonly reason: string;
  /** Ids of items of the packet. */
  readonly evidence: readonly string[];
  /** When the world settled the claim; only for yes and no. */
  readonly effectiveAt: string | null;
  /** When to vote again; only for too_early. */
  readonly notBefore: string | null;
};

/** The longest postponement that a vote can ask for. */
const postponedMsMax = 3660 * dayMs;

/** What is wrong with the times of a vote on a claim that was made at `madeFrom` or later. */
export function ballotProblems(
  { vote, effectiveAt, notBefore }: Ballot,
  madeFrom: Instant,
  now: Instant,
): RefusalDetail[] {
  const isVerdict = vote === 'yes' || vote === 'no';
  const effective = effectiveProblem(effectiveAt, isVerdict, { madeFrom, now });
  const later = notBeforeProblem(notBefore, vote === 'too_early', now);
  return [
    ...(effective === null ? [] : [{ detail: effective, pointer: '#/effective_at' }]),
    ...(later === null ? [] : [{ detail: later, pointer: '#/not_before' }]),
  ];
}

function effectiveProblem(
  text: string | null,
  isVerdict: boolean,
  { madeFrom, now }: { madeFrom: Instant; now: Instant },
) {
  if (!isVerdict) return text === null ? null : 'effective_at must be absent unless the vote is yes or no';
  if (text === null) return 'effective_at must be present for yes and no: when the claim came true or failed';
  const interval = parseEffective(text);
  if (interval === null || !Number.isFinite(interval.to))
    return 'effective_at must be a date, an RFC 3339 date-time, or start/end';
  const last = parseDate(text.split('/').at(-1) ?? '')?.interval.from ?? Number.POSITIVE_INFINITY;
  if (last > now) return 'effective_at must not be in the future; vote too_early if the claim is not settled yet';
  return endOfEffective(text) > madeFrom
    ? null
    : 'effective_at must not be before made_at; vote annulled if the event happened before the claim was made';
}

function notBeforeProblem(text: string | null, isTooEarly: boolean, now: Instant): string | null {
  if (!isTooEarly) return text === null ? null : 'not_before must be absent unless the vote is too_early';
  const at = text === null ? undefined : parseDate(text)?.interval.from;
  return at !== undefined && at > now && at <= now + postponedMsMax
    ? null
    : 'not_before must be a date in the future, at most ten years away: when the panel should vote again';
}

/** The text of a vote, of which its commitment is the SHA-256. The random salt keeps others from guessing the vote. */
export function ballotText(ballot: Ballot, salt: string): string {
  return canonicalJson({
    vote: ballot.vote,
    reason: ballot.reason,
    evidence: ballot.evidence,
    effective_at: ballot.effectiveAt,
    not_before: ballot.notBefore,
    salt,
  });
}
