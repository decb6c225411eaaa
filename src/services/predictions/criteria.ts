import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { type Criterion, criterionSchema } from '../../domain/criterion/criterion.ts';
import { analysePolarity, type Polarity } from '../../domain/criterion/polarity.ts';
import { measureCriterion } from '../../domain/criterion/size.ts';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { resolveByOf, watchesOf } from '../../domain/criterion/watch.ts';
import { estimateCost, requireAffordable } from '../../domain/evaluation/cost.ts';
import { type Evaluation, evaluateInSteps } from '../../domain/evaluation/evaluate.ts';
import { type Finding, lintCriterionInSteps, type WarningCode } from '../../domain/evaluation/lint.ts';
import { warnOfUnreadNamesInSteps } from '../../domain/evaluation/unread-warnings.ts';
import { groupByModelInSteps } from '../../domain/evidence/model-rows.ts';
import type { Timeline } from '../../domain/evidence/timeline.ts';
import { readInput } from '../../domain/input.ts';
import { formatDay, type Instant, parseDate } from '../../domain/instant.ts';
import { joinPointer } from '../../domain/json-pointer.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { ClaimContext, EvidenceFeed } from '../../store/claim-context.ts';
import type { Sql } from '../../store/db.ts';
import { countModelsOf } from '../../store/models.ts';
import { countEvidence } from '../../store/polls.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import type { Deps } from '../deps.ts';
import { termsOf } from '../settling/settlement.ts';
import { allReadsMax } from '../settling/timeline-reads.ts';
import { feedFacts, loadEvidence } from '../settling/timelines.ts';
import { runInTurns } from '../settling/turns.ts';
import { inWideTurn } from '../settling/wide-turns.ts';

/** A likely mistake in a criterion, with a pointer to the leaf that it concerns. It never prevents the request. */
export type CriterionWarning = { readonly code: WarningCode; readonly detail: string; readonly pointer: string };

export type CriterionCheck = {
  readonly criterion: Criterion;
  readonly text: string;
  readonly polarity: Polarity;
  readonly evaluation: Evaluation;
  readonly warnings: readonly CriterionWarning[];
};

/**
 * Parses a criterion from untrusted JSON: size first, then the grammar.
 * Refuses with `criterion_too_deep`, `criterion_too_large` or `validation_failed`, with pointers under `pointer`.
 */
export function readCriterion(value: unknown, pointer = '#/criterion'): Criterion {
  measureCriterion(value, pointer);
  const { data, errors } = readInput(criterionSchema, value, { name: 'the criterion', pointer });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', 'the criterion is invalid; see errors', errors);
}

/**
 * Estimates what evaluating a criterion costs, before anything is loaded or evaluated. Refuses with `criterion_too_costly`
 * if that is above the limit.
 */
export async function priceCriterion(db: Sql, criterion: Criterion): Promise<number> {
  const models = await countModelsOf(db, watchesOf(criterion));
  const { feeds: feedCount, reads } = await countEvidence(db, allReadsMax);
  return requireAffordableOver(criterion, { models, feedCount, reads });
}

/** The same over what is already known. */
export function requireAffordableOver(
  criterion: Criterion,
  { models, feedCount, reads }: Pick<ClaimContext, 'models' | 'feedCount' | 'reads'>,
): number {
  const cost = estimateCost(criterion, {
    countModels: (vendor, family) =>
      models
        .filter((row) => (vendor === 'any' || row.vendor === vendor) && (family === 'any' || row.family === family))
        .reduce((sum, row) => sum + row.models, 0),
    feeds: feedCount,
    reads: reads < allReadsMax ? reads : Number.POSITIVE_INFINITY,
  });
  requireAffordable(cost, '#/criterion');
  return cost;
}

/** SHA-256 of the canonical JSON, so that the order of keys does not matter. */
export function hashCriterion(criterion: Criterion): string {
  return `sha256:${createHash('sha256').update(canonicalJson(criterion)).digest('hex')}`;
}

/** The derived facts that are stored with every version of a criterion. */
export function criterionFacts(
  criterion: Criterion,
): Pick<PredictionRow, 'criterion' | 'criterionHash' | 'polarity' | 'resolveBy'> {
  const criterionHash = hashCriterion(criterion);
  return { criterion, criterionHash, polarity: analysePolarity(criterion), resolveBy: resolveByOf(criterion) };
}

/** Evaluates a criterion at `asOf`, or now if it is null. Stores nothing. `spend` gets the cost and can refuse it. */
export async function checkCriterion(
  deps: Deps,
  input: { criterion: unknown; madeAt: string | null; asOf: Instant | null },
  spend: (cost: number) => Promise<void> = async () => {},
): Promise<CriterionCheck> {
  const criterion = readCriterion(input.criterion);
  await spend(await priceCriterion(deps.db.sql, criterion));
  const at = input.asOf ?? deps.now();
  const madeFrom = parseDate(input.madeAt ?? formatDay(at))?.interval.from ?? at;
  const claim = { criterion, madeFrom, evidencePolicy: null };
  const assess = () => assessClaim(deps.db.sql, deps, claim, at);
  const { evaluation, warnings } = await inWideTurn('checks', [claim], assess);
  const polarity = analysePolarity(criterion);
  return { criterion, text: describeCriterion(criterion), polarity, evaluation, warnings };
}

type AssessedClaim = Pick<PredictionRow, 'criterion' | 'madeFrom' | 'evidencePolicy'>;

/**
 * Evaluates a claim at a moment and lists likely mistakes in its criterion, over one timeline.
 */
export async function assessClaim(db: Sql, deps: Deps, claim: AssessedClaim, at: Instant): Promise<AssessedTimeline> {
  return await assessOver(deps, claim, at, await loadEvidence(db, deps, [claim], at, 'whole'));
}

type AssessedTimeline = { evaluation: Evaluation; timeline: Timeline; warnings: CriterionWarning[] };

/** The same over a loaded timeline and the feeds. */
export async function assessOver(
  deps: Deps,
  claim: AssessedClaim,
  at: Instant,
  { timeline, feeds }: { readonly timeline: Timeline; readonly feeds: readonly EvidenceFeed[] },
): Promise<AssessedTimeline> {
  const terms = termsOf(deps, claim);
  const evaluation = await runInTurns(evaluateInSteps(claim.criterion, timeline, at, terms));
  const models = await runInTurns(groupByModelInSteps(timeline));
  const findings = await runInTurns(
    lintCriterionInSteps({
      ...terms,
      criterion: claim.criterion,
      evaluation,
      feeds: feeds.filter((feed) => feed.enabled).map((feed) => feedFacts(feed)),
      coverage: deps.coverage,
      seen: models.filter(({ rows: [first] }) => first.seenFrom <= at).map(({ model }) => model),
      families: [...deps.identity.families.values()],
    }),
  );
  const unread = await runInTurns(warnOfUnreadNamesInSteps(claim.criterion, evaluation, { timeline, at, terms }));
  return { evaluation, timeline, warnings: [...findings, ...unread].map(toWarning) };
}

/** A finding with its place in the body of a request. */
export function toWarning({ code, detail, path }: Finding): CriterionWarning {
  return { code, detail, pointer: joinPointer('#/criterion', path) };
}
