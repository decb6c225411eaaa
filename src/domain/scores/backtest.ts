import type { z } from 'zod';
import type { evidencePolicySchema } from '../criterion/policy.ts';
import { dayMs, type Instant, parseEffective } from '../instant.ts';

/** The true outcome of a claim and what settled it; `open` if nothing has settled it yet. */
export type Truth = {
  readonly outcome: 'yes' | 'no' | 'open';
  /** ISO 8601, as `effective_at`: the release, or the last day before a deadline that passed. Null when open. */
  readonly effectiveAt: string | null;
};

/** The evidence policies under which claims are replayed, in the form of `evidence_policy`. */
export const backtestPolicies = {
  default: null,
  'three-origins': { origins: 3 },
  'first-party': { first_party: true },
} as const satisfies Readonly<Record<string, z.infer<typeof evidencePolicySchema> | null>>;

export type BacktestPolicy = keyof typeof backtestPolicies;

/** One resolution row of a replayed prediction. */
export type ReplayedResolution = {
  readonly outcome: 'yes' | 'no';
  readonly effectiveAt: string;
  readonly knownAt: Instant;
};

/**
 * `wrong`: an outcome that differs from the truth, even if it was amended later. `premature`: the right outcome, known
 * before it could be true. `misdated`: the right outcome with an `effective_at` that excludes the true one.
 * `undetermined`: no outcome although the truth has one. `right`: everything else, including open while the truth is
 * open.
 */
export type Judgement = 'right' | 'wrong' | 'premature' | 'misdated' | 'undetermined';

/** Compares the resolutions of a replay, oldest first, with the truth; the last one is current. */
export function judgeReplay(resolutions: readonly ReplayedResolution[], truth: Truth): Judgement {
  const current = resolutions.at(-1);
  if (current === undefined) return truth.outcome === 'open' ? 'right' : 'undetermined';
  if (resolutions.some((row) => row.outcome !== truth.outcome)) return 'wrong';
  const happened = truth.effectiveAt === null ? null : parseEffective(truth.effectiveAt);
  if (happened === null) return 'right';
  if (resolutions.some((row) => row.knownAt < happened.from)) return 'premature';
  const dated = parseEffective(current.effectiveAt);
  return dated !== null && dated.from < happened.to && dated.to > happened.from ? 'right' : 'misdated';
}

/** Days from the first moment the truth could be read in any feed to `known_at` of the resolution; never negative. */
export function daysLate(knownAt: Instant, visibleAt: Instant): number {
  return Math.max(0, knownAt - visibleAt) / dayMs;
}

/** The median; for an even number of values, the lower of the two middle ones. Null if there are none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? null;
}
