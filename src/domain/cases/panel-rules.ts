import type { RefusalDetail } from '../refusal.ts';
import { formatThreshold, isOverHalf, type Threshold } from './threshold.ts';

/** A judge: the API key that votes, the name that readers see, and the predictor that the judge is, if any. */
export type Member = {
  readonly keyId: string;
  readonly name: string | null;
  readonly predictorId: string | null;
};

export const fallBacks = ['ambiguous', 'annulled'] as const;
export type FallBack = (typeof fallBacks)[number];

/**
 * Who keeps votes until their round is closed. `sealed`: the server, encrypted. `committed`: the judge, who sends a hash before the
 * close and the vote after it.
 */
export const voteModes = ['sealed', 'committed'] as const;
export type VoteMode = (typeof voteModes)[number];

/** The rules of a version of a panel. A case keeps those of the version with which it was opened. */
export type PanelRules = {
  readonly members: readonly Member[];
  /** The fewest counted votes with which a round can decide. */
  readonly quorum: number;
  /** The share of the counted votes that an outcome needs. */
  readonly threshold: Threshold;
  /** Rounds of voting before the fall-back. */
  readonly rounds: number;
  readonly voteDays: number;
  readonly reviewDays: number;
  /** Whether members with an interest may vote. */
  readonly allowInterested: boolean;
  readonly fallBack: FallBack;
  readonly voteMode: VoteMode;
  /** Days after the close in which judges reveal committed votes; without a meaning for sealed ones. */
  readonly revealDays: number;
  /** The language model whose opinion is published with a decision, and never counted; null for none. */
  readonly adviser: string | null;
};

export const membersMax = 50;
export const roundsMax = 2;
export const daysMax = 90;
export const revealDaysMax = 14;
export const panelDefaults = {
  rounds: 2,
  voteDays: 7,
  reviewDays: 7,
  allowInterested: false,
  fallBack: 'ambiguous',
  voteMode: 'sealed',
  revealDays: 2,
  adviser: null,
} as const;

/** What is wrong with rules: those that can never decide anything, and members that are listed twice. */
export function panelProblems({ members, quorum, threshold }: PanelRules): RefusalDetail[] {
  const problems: RefusalDetail[] = [];
  const keys = members.map(({ keyId }) => keyId);
  for (const [index, member] of members.entries()) {
    if (keys.indexOf(member.keyId) < index)
      problems.push({ detail: `${member.keyId} is a member already`, pointer: `#/members/${index}/key_id` });
  }
  if (quorum > new Set(keys).size)
    problems.push({
      detail: `quorum must be at most the number of members (${new Set(keys).size}), because each member has one vote; lower it or add members`,
      pointer: '#/quorum',
    });
  if (!isOverHalf(threshold))
    problems.push({
      detail: `threshold must be more than 1/2, because ${formatThreshold(threshold)} could be reached by two outcomes at once`,
      pointer: '#/threshold',
    });
  return problems;
}

/** How a member is interested in a claim: it made the claim, recorded it, or declared an interest. */
export type Interest = 'predictor' | 'recorder' | 'declared';

/** What is known about interests in a claim. A person has several keys if one replaced another: all of them are here. */
export type KnownInterests = {
  readonly predictorId: string | null;
  /** The ids of the keys of the person who recorded the claim; none if that is not known. */
  readonly recordedBy: ReadonlySet<string>;
  /** What members declared, by the id of each of their keys. */
  readonly declaredBy: ReadonlyMap<string, string>;
};

export function interestOf(member: Member, known: KnownInterests): Interest | null {
  if (member.predictorId !== null && member.predictorId === known.predictorId) return 'predictor';
  if (known.recordedBy.has(member.keyId)) return 'recorder';
  return known.declaredBy.has(member.keyId) ? 'declared' : null;
}

/** The members whose votes count. */
export function eligibleMembers(rules: PanelRules, known: KnownInterests): Member[] {
  return rules.members.filter((member) => rules.allowInterested || interestOf(member, known) === null);
}
