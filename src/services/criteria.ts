import { createHash } from 'node:crypto';
import { type Criterion, criterionSchema } from '../domain/criterion.ts';
import { measureCriterion } from '../domain/criterion-size.ts';
import { describeCriterion } from '../domain/criterion-text.ts';
import { type Evaluation, evaluate } from '../domain/evaluate.ts';
import { formatDay, type Instant, parseDate } from '../domain/instant.ts';
import { analysePolarity, type Polarity } from '../domain/polarity.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Deps } from './deps.ts';
import { canonicalJson } from './item-facts.ts';
import { termsOf } from './settle-world.ts';
import { loadTimeline } from './timelines.ts';

/** Something a recorder should know about a criterion; it is no refusal. */
export type CriterionWarning = {
  readonly code: 'never_confirmable' | 'never_refutable' | 'already_decided' | 'needs_a_person';
  readonly detail: string;
  readonly pointer: string;
};

export type CriterionCheck = {
  readonly criterion: Criterion;
  readonly text: string;
  readonly polarity: Polarity;
  readonly evaluation: Evaluation;
  readonly warnings: readonly CriterionWarning[];
};

/**
 * Reads a criterion from untrusted JSON: size first, then the grammar.
 * Refuses with `criterion_too_deep`, `criterion_too_large` or `validation_failed`, with pointers under `pointer`.
 */
export function readCriterion(value: unknown, pointer = '#/criterion'): Criterion {
  measureCriterion(value, pointer);
  const parsed = criterionSchema.safeParse(value);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => ({
      detail: issue.message,
      pointer: joinPointer(pointer, issue.path),
    }));
    throw new Refusal('validation_failed', 'the criterion is not in the language; see errors', errors);
  }
  return parsed.data;
}

/** RFC 6901, as a URI fragment. */
export function joinPointer(base: string, path: readonly PropertyKey[]): string {
  return [base, ...path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');
}

/** The same criterion, however its keys are ordered, has the same hash. */
export function hashCriterion(criterion: Criterion): string {
  return `sha256:${createHash('sha256').update(canonicalJson(criterion)).digest('hex')}`;
}

/** Dry run: what a criterion would come to, now or as of a moment. Stores nothing. */
export async function checkCriterion(
  deps: Deps,
  input: { criterion: unknown; madeAt: string | null; asOf: Instant | null },
): Promise<CriterionCheck> {
  const criterion = readCriterion(input.criterion);
  const at = input.asOf ?? deps.now();
  const madeFrom = parseDate(input.madeAt ?? formatDay(at))?.interval.from ?? at;
  const timeline = await loadTimeline(deps.db.sql, deps.identity, [{ criterion, madeFrom }], at);
  const evaluation = evaluate(criterion, timeline, at, termsOf(deps, { madeFrom, evidencePolicy: null }));
  const polarity = analysePolarity(criterion);
  return {
    criterion,
    text: describeCriterion(criterion),
    polarity,
    evaluation,
    warnings: warningsOf(criterion, polarity, evaluation),
  };
}

/** What to tell whoever writes a criterion. */
export function warningsOf(criterion: Criterion, polarity: Polarity, evaluation: Evaluation): CriterionWarning[] {
  const pointer = '#/criterion';
  const warnings: CriterionWarning[] = [];
  if (polarity === 'refutable_only')
    warnings.push({
      code: 'never_confirmable',
      detail: 'with no deadline this can come out no, but never yes; give `by` for a claim that can be confirmed',
      pointer,
    });
  if (polarity === 'confirmable_only')
    warnings.push({
      code: 'never_refutable',
      detail: 'with no deadline this can come out yes, but never no; give `by` for a claim that can be refuted',
      pointer,
    });
  if (needsPerson(criterion))
    warnings.push({
      code: 'needs_a_person',
      detail: 'a judged part is never settled by the resolver; a person must post a resolution',
      pointer,
    });
  const before = evaluation.leaning?.reason === 'already_before_window';
  if (evaluation.verdict !== 'undetermined' || before) {
    const detail = before
      ? 'what it speaks of was already out before the window opened'
      : `on the evidence at hand this is already ${evaluation.verdict}`;
    warnings.push({ code: 'already_decided', detail, pointer });
  }
  return warnings;
}

function needsPerson(criterion: Criterion): boolean {
  if (criterion.op === 'judged') return true;
  if (criterion.op === 'not') return needsPerson(criterion.of);
  return (criterion.op === 'all' || criterion.op === 'any') && criterion.of.some(needsPerson);
}
