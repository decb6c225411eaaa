import type { z } from 'zod';
import type { evidencePolicySchema } from '../criterion/policy.ts';
import { dayMs, type Instant, parseEffective } from '../instant.ts';

/** What in truth came of a claim: an outcome and what settled it, or `open` where nothing has yet. */
export type Truth = {
  readonly outcome: 'yes' | 'no' | 'open';
  /** ISO 8601 as `effective_at`: the release, or the last day of a deadline that passed. Null where it is open. */
  readonly effectiveAt: string | null;
};

/** The evidence policies under which claims are replayed, as `evidence_policy` has them. */
export const backtestPolicies = {
  default: null,
  'three-origins': { origins: 3 },
  'first-party': { first_party: true },
} as const satisfies Readonly<Record<string, z.infer<typeof evidencePolicySchema> | null>>;

export type BacktestPolicy = keyof typeof backtestPolicies;

/** One row of a replayed prediction's resolutions. */
export type ReplayedResolution = {
  readonly outcome: 'yes' | 'no';
  readonly effectiveAt: string;
  readonly knownAt: Instant;
};

/**
 * `wrong`: an outcome that is not the truth, though it was amended later. `premature`: the right outcome, known before it
 * can have been true. `misdated`: the right outcome of a time that leaves the true one out. `undetermined`: no outcome
 * where there is one in truth. Everything else is `right`, staying open included where the truth is open.
 */
export type Judgement = 'right' | 'wrong' | 'premature' | 'misdated' | 'undetermined';

/** Holds what a replay came to against the truth. `resolutions` oldest first; the last one stands. */
export function judgeReplay(resolutions: readonly ReplayedResolution[], truth: Truth): Judgement {
  const standing = resolutions.at(-1);
  if (standing === undefined) return truth.outcome === 'open' ? 'right' : 'undetermined';
  if (resolutions.some((row) => row.outcome !== truth.outcome)) return 'wrong';
  const happened = truth.effectiveAt === null ? null : parseEffective(truth.effectiveAt);
  if (happened === null) return 'right';
  if (resolutions.some((row) => row.knownAt < happened.from)) return 'premature';
  const told = parseEffective(standing.effectiveAt);
  return told !== null && told.from < happened.to && told.to > happened.from ? 'right' : 'misdated';
}

/** Days from when the truth could first be read in any feed to when the resolution was known; never negative. */
export function daysLate(knownAt: Instant, visibleAt: Instant): number {
  return Math.max(0, knownAt - visibleAt) / dayMs;
}

/** The middle value; of an even number the lower of the two. Null of none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? null;
}
