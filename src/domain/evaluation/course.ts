import type { Criterion } from '../criterion/criterion.ts';
import type { Timeline } from '../evidence/timeline.ts';
import { type Trust, trustRank } from '../feeds/trust.ts';
import { formatInstant, type Instant } from '../instant.ts';
import type { Steps } from '../steps.ts';
import { type Evaluation, evaluateInSteps, type Terms } from './evaluate.ts';
import { findOpenNode, type Verdict } from './explanation.ts';
import { firstKnownInSteps, type Known, knowledgeTimes } from './known-at.ts';
import { type ResolverReasonCode, refinesDate } from './resolution.ts';

/** A claim, everything observed up to `at`, and the terms of its evaluation. */
export type Question = {
  readonly criterion: Criterion;
  readonly timeline: Timeline;
  readonly at: Instant;
  readonly terms: Terms;
};

/** The parts of an answer that a resolution records. */
export type Settled = {
  readonly outcome: 'yes' | 'no';
  readonly effectiveAt: string;
  readonly knownAt: Instant;
  readonly trust: Trust | null;
};

/** One answer in a course. `reasonCode` is null if the reason is that of the evaluation itself. */
export type Turn = Settled & { readonly known: Known; readonly reasonCode: ResolverReasonCode | null };

/** Successive answers, each superseding the one before, and what disputes the last one. */
export type Course = {
  readonly turns: readonly Turn[];
  readonly dispute: Contradiction | null;
  /** When the passing of time alone may settle the claim, if the current evidence does not. */
  readonly recheckAt: Instant | null;
};

export type Contradiction = Known & { readonly verdict: Verdict };

/**
 * The answers that the evidence gives to a claim, in the order in which the evidence became known: the first answer,
 * its exact day if that became known later, an opposite answer from evidence of higher trust, and the first
 * contradiction. They depend only on the evidence, not on the order of its import. Null if nothing settled the claim at
 * any moment from `from` on.
 */
export function* courseInSteps(
  question: Question,
  from: Instant | null = null,
): Steps<(Course & { readonly first: Turn }) | null> {
  const { criterion, timeline, at, terms } = question;
  const wanted = { verdict: 'either', ...(from !== null && { from }) } as const;
  const known = yield* firstKnownInSteps(criterion, timeline, at, terms, wanted);
  const first = known === null ? null : turnOf(known, null);
  if (first === null) return null;
  const rest = yield* continueInSteps(question, first, first.knownAt);
  return { ...rest, first, turns: [first, ...rest.turns] };
}

/** Continues the course after an answer, at moments from `from` on that are later than the answer's `knownAt`. */
export function* continueInSteps(question: Question, answer: Settled, from: Instant): Steps<Course> {
  const { criterion, timeline, at, terms } = question;
  const turns: Turn[] = [];
  let current = answer;
  let recheckAt: Instant | null = null;
  for (const knownAt of yield* knowledgeTimes(criterion, timeline, at, terms)) {
    if (knownAt <= answer.knownAt || knownAt < from) continue;
    const evaluation = yield* evaluateInSteps(criterion, timeline, knownAt, terms);
    const { verdict } = evaluation;
    recheckAt = evaluation.recheckAt;
    const next = nextTurn(current, { knownAt, evaluation });
    if (next !== null) {
      turns.push(next);
      current = next;
    } else if (contradicts(current, evaluation)) return { turns, dispute: { knownAt, evaluation, verdict }, recheckAt };
  }
  return { turns, dispute: null, recheckAt };
}

/** The answer that was settled at a moment; null if nothing was. */
export function turnOf(known: Known, reasonCode: ResolverReasonCode | null): Turn | null {
  const { knownAt, evaluation } = known;
  if (evaluation.verdict === 'undetermined') return null;
  const effectiveAt = evaluation.effectiveAt ?? formatInstant(knownAt);
  return { outcome: evaluation.verdict, effectiveAt, knownAt, trust: evaluation.trust, known, reasonCode };
}

/** The next answer, if any: a day that replaces a bracket, or the opposite outcome from evidence of higher trust. */
function nextTurn(current: Settled, known: Known): Turn | null {
  const { verdict, effectiveAt, trust } = known.evaluation;
  if (verdict === 'undetermined') return null;
  if (verdict === current.outcome)
    return refinesDate(current.effectiveAt, effectiveAt) ? turnOf(known, 'date_refined') : null;
  return outranks(trust, current.trust) ? turnOf(known, null) : null;
}

/**
 * Whether an evaluation contradicts an outcome: it gives the opposite one, or a withdrawn model is listed again. Any
 * other evidence that settles nothing contradicts nothing.
 */
export function contradicts({ outcome }: Pick<Settled, 'outcome'>, { verdict, explanation }: Evaluation): boolean {
  if (verdict === 'undetermined') return outcome === 'yes' && findOpenNode(explanation, ['reinstated']) !== null;
  return verdict !== outcome;
}

export function outranks(next: Trust | null, settled: Trust | null): boolean {
  return next !== null && settled !== null && trustRank(next) > trustRank(settled);
}
