import type { Criterion } from '../../domain/criterion/criterion.ts';
import { edgesOf, watchesOf } from '../../domain/criterion/watch.ts';
import type { ClaimedEnd } from '../../domain/ends/end-claim.ts';
import { predictionData } from '../../domain/events/event-data.ts';
import { type DatedText, formatInstant, type Instant, parseDate } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { forecastTime } from '../../domain/scores/forecast.ts';
import { findClaimContext } from '../../store/claim-context.ts';
import type { Sql } from '../../store/db.ts';
import { insertForecast } from '../../store/forecasts.ts';
import { insertPrediction } from '../../store/new-predictions.ts';
import { insertDocument } from '../../store/prediction-documents.ts';
import { findPrediction, insertCriterion, type PolicyInput, type PredictionRow } from '../../store/predictions.ts';
import { findPredictor, type PredictorRow } from '../../store/predictors.ts';
import { findSource, type SourceRow } from '../../store/sources.ts';
import { advanceRecheck, insertEdges, insertWatches } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { type EventInput, newEvent } from '../events/outbox.ts';
import { withRevision } from '../identity/identity.ts';
import { createTimelineCache, keptUnder, loadKeptTimeline } from '../settling/kept-timelines.ts';
import { edgesOfNew, type NewPrediction, settleNew } from '../settling/settle.ts';
import { stateOf, versionsWith } from '../settling/settlement.ts';
import { assessOver, type CriterionWarning, criterionFacts, readCriterion, requireAffordableOver } from './criteria.ts';
import { keepAnswersOf, newDocument } from './documents.ts';
import { answerOpen, type PredictionView, viewPredictions } from './views.ts';

export type PredictionInput = {
  readonly slug?: string | undefined;
  readonly statement: string;
  readonly madeAt: string;
  readonly criterion: unknown;
  readonly finePrint?: string | null | undefined;
  readonly sourceId?: string | null | undefined;
  readonly locator?: string | null | undefined;
  readonly predictorId?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly evidencePolicy?: PolicyInput | null | undefined;
  /** The probability that the predictor stated with the claim. */
  readonly probability?: number | undefined;
  /** The id of the key that records it; absent if no key does. */
  readonly recordedBy?: string | undefined;
  /** The stated end that the claim is made from. */
  readonly fromEnd?: ClaimedEnd | undefined;
};

const slugWordsMax = 8;

/**
 * A new prediction does not see the evidence of a poll whose transaction is still open, nor does that poll see the prediction. So
 * the prediction is evaluated again after this time, which is longer than `ingestMsMax`.
 */
export const secondCheckMs = 5 * 60_000;

export type CreatedPrediction = { readonly view: PredictionView; readonly warnings: readonly CriterionWarning[] };

/** Creates a prediction, settles it if the evidence already suffices, and returns it with warnings on its criterion. */
export async function createPrediction(deps: Deps, input: PredictionInput): Promise<CreatedPrediction> {
  return await deps.db.begin((tx) => createWithin(tx, deps, input));
}

/** The same, in the caller's transaction. */
export async function createWithin(tx: Sql, given: Deps, input: PredictionInput): Promise<CreatedPrediction> {
  const criterion = readCriterion(input.criterion);
  const before = given.timelines?.kept ?? null;
  const context = await findClaimContext(tx, { watched: watchesOf(criterion), knownStamp: before?.stamp ?? null });
  const deps = await withRevision(tx, given, context.identityRevision);
  requireAffordableOver(criterion, context);
  const now = deps.now();
  const people = await requireReferences(tx, input);
  const prediction = newRow(deps, input, { criterion, madeAt: readMadeAt(input.madeAt, now), now });
  const kept = keptUnder(deps.timelines ?? createTimelineCache(), before, context, deps.identity);
  const evidence = await loadKeptTimeline(tx, deps, { kept, claim: prediction, at: now });
  const { warnings, ...evaluated } = await assessOver(deps, prediction, now, evidence);
  const created = { ...evaluated, prediction, evaluatedWith: versionsWith(deps, context.feedsEpoch) };
  const stated = { probability: input.probability ?? null, recordedBy: input.recordedBy ?? null, now };
  if (evaluated.evaluation.verdict !== 'undetermined' || stateOf(evaluated.evaluation) !== 'open')
    return { view: await createSettled(tx, deps, created, stated), warnings };
  const words = { prediction, probability: stated.probability, errata: [] };
  const answer = await answerOpen(deps, prediction, evaluated, now);
  await insertCreated(tx, deps, created, { document: newDocument(words, answer), ...stated });
  return { view: { ...answer, ...words, ...people, lastCase: null, version: 1, updatedAt: now }, warnings };
}

/** What is recorded with a prediction. */
type Stated = { readonly probability: number | null; readonly recordedBy: string | null; readonly now: Instant };

/** Creates a prediction that does not remain open. */
async function createSettled(tx: Sql, deps: Deps, created: NewPrediction, stated: Stated): Promise<PredictionView> {
  const { prediction, evaluation, timeline } = created;
  const { now } = stated;
  await insertCreated(tx, deps, created, { document: null, ...stated });
  await settleNew(tx, deps, created, now);
  await advanceRecheck(tx, prediction.id, now + secondCheckMs);
  const evaluated = new Map([[prediction.id, { evaluation, timeline }]]);
  await keepAnswersOf(tx, deps, [prediction], { at: now, evaluated });
  return await viewPrediction(tx, deps, prediction.id, null);
}

/** Parses `made_at`. Refuses with `validation_failed` if it is not a date or is in the future. */
export function readMadeAt(text: string, now: Instant): DatedText {
  const parsed = parseDate(text);
  const detail =
    parsed === null
      ? 'made_at must be a date (2025, 2025-01 or 2025-01-12) or an RFC 3339 date-time with a zone'
      : 'made_at must not be in the future';
  if (parsed === null || parsed.interval.from > now)
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/made_at' }]);
  return parsed;
}

function newRow(
  deps: Deps,
  input: PredictionInput,
  { criterion, madeAt, now }: { criterion: Criterion; madeAt: DatedText; now: Instant },
): PredictionRow {
  const id = deps.newId('pred');
  return {
    id,
    seq: 0,
    slug: input.slug ?? `${slugFrom(input.statement)}-${id.slice(-6)}`,
    statement: input.statement,
    sourceId: input.sourceId ?? null,
    locator: input.locator ?? null,
    predictorId: input.predictorId ?? null,
    madeAt: input.madeAt,
    madeFrom: madeAt.interval.from,
    recordedAt: now,
    finePrint: input.finePrint ?? null,
    evidencePolicy: input.evidencePolicy ?? null,
    tags: [...new Set(input.tags ?? [])],
    criterionVersion: 1,
    state: 'open',
    stateDetail: null,
    edits: 1,
    editedAt: now,
    withdrawnAt: null,
    criterionAt: now,
    hasCase: false,
    fromEnd: input.fromEnd ?? null,
    ...criterionFacts(criterion),
  };
}

type Document = ReturnType<typeof newDocument>;

/**
 * Inserts an open prediction with all its rows. A forecast makes the kept words incomplete, so a document is written after it.
 */
async function insertCreated(
  tx: Sql,
  deps: Deps,
  created: NewPrediction,
  { document, probability, recordedBy, now }: Stated & { readonly document: Document | null },
): Promise<void> {
  const { prediction, evaluation, evaluatedWith } = created;
  const isInserted = await insertPrediction(tx, {
    row: prediction,
    recordedBy,
    recheckAt: Math.min(evaluation.recheckAt ?? Number.POSITIVE_INFINITY, now + secondCheckMs),
    evaluatedWith,
    watches: watchesOf(prediction.criterion),
    edges: evaluation.verdict === 'undetermined' ? await edgesOfNew(deps, created) : edgesOf(prediction.criterion),
    event: newEvent(deps, createdEvent(prediction, now)),
    document: probability === null ? document : null,
  });
  if (!isInserted) throw slugTaken(prediction.slug);
  if (probability === null) return;
  await recordStated(tx, deps, prediction, probability);
  if (document !== null) await insertDocument(tx, document.words, document.answer);
}

/** Inserts the criterion of a row as a new version, with the models that it watches and its deadlines. */
export async function writeCriterion(tx: Sql, row: PredictionRow, reason: string): Promise<void> {
  await insertCriterion(tx, row, reason);
  await writeWatches(tx, row);
}

async function writeWatches(tx: Sql, row: PredictionRow): Promise<void> {
  await insertWatches(tx, row.id, watchesOf(row.criterion));
  await insertEdges(tx, row.id, edgesOf(row.criterion));
}

/** Records a probability that was stated with the claim as a forecast by its predictor, with the same date and source. */
async function recordStated(tx: Sql, deps: Deps, row: PredictionRow, probability: number): Promise<void> {
  const { predictorId } = row;
  if (predictorId === null) {
    const detail = 'predictor_id is required if probability is given';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/predictor_id' }]);
  }
  await insertForecast(tx, {
    id: deps.newId('fc'),
    predictionId: row.id,
    predictorId,
    sourceId: row.sourceId,
    locator: row.locator,
    probability,
    criterionVersion: row.criterionVersion,
    ...forecastTime(readMadeAt(row.madeAt, row.recordedAt), row.recordedAt),
    recordedAt: row.recordedAt,
  });
}

/** The source and the predictor that are named. Refuses with `validation_failed` if one does not exist. */
export async function requireReferences(
  tx: Sql,
  input: { sourceId?: string | null | undefined; predictorId?: string | null | undefined },
): Promise<{ source: SourceRow | null; predictor: PredictorRow | null }> {
  const source = input.sourceId == null ? null : await findSource(tx, input.sourceId);
  if (input.sourceId != null && source === null) {
    const detail = `there is no source ${input.sourceId}; create it with POST /v1/sources`;
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/source_id' }]);
  }
  const predictor = input.predictorId == null ? null : await findPredictor(tx, input.predictorId);
  if (input.predictorId != null && predictor === null) {
    const detail = `there is no predictor ${input.predictorId}; create it with POST /v1/predictors`;
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/predictor_id' }]);
  }
  return { source, predictor };
}

/** A slug of up to eight words of the statement. */
export function slugFrom(statement: string): string {
  const words =
    statement
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  return words.slice(0, slugWordsMax).join('-').slice(0, 80) || 'prediction';
}

function createdEvent(row: PredictionRow, now: Instant): EventInput {
  return {
    type: 'prediction.created',
    occurredAt: now,
    predictionId: row.id,
    data: {
      prediction: { ...predictionData(row), made_at: row.madeAt, recorded_at: formatInstant(now) },
    },
  };
}

/** A prediction as known at `asOf`, or now if it is null. Refuses with `not_found`. */
export async function getPrediction(deps: Deps, idOrSlug: string, asOf: Instant | null): Promise<PredictionView> {
  return await viewPrediction(deps.db.sql, deps, idOrSlug, asOf);
}

/** The same, in the caller's transaction. */
export async function viewPrediction(
  db: Sql,
  deps: Deps,
  idOrSlug: string,
  asOf: Instant | null,
): Promise<PredictionView> {
  const [view] = await viewPredictions(db, deps, [await requirePrediction(db, idOrSlug, asOf)], asOf);
  if (view === undefined) throw new Refusal('not_found', `there is no prediction ${idOrSlug}`);
  return view;
}

/** A prediction by id or slug, with its current words and criterion, or those of `asOf`. Refuses with `not_found`. */
export async function requirePrediction(
  db: Sql,
  idOrSlug: string,
  asOf: Instant | null = null,
): Promise<PredictionRow> {
  const row = await findPrediction(db, idOrSlug, asOf);
  if (row === null) throw new Refusal('not_found', `there is no prediction ${idOrSlug}`);
  return row;
}

export function slugTaken(slug: string): Refusal {
  const detail = `the slug ${slug} belongs or belonged to another prediction; choose another`;
  return new Refusal('conflict', detail, [{ detail, pointer: '#/slug' }]);
}

/** The refusal for an outdated `expected`. `version` is the current row version; null if unknown. */
export function staleVersion(version: number | null, what = 'prediction'): Refusal {
  const now = version === null ? '' : ` and is now at version ${version}`;
  return new Refusal(
    'precondition_failed',
    `the ${what} has changed since you read it${now}; read it again and repeat the edit`,
  );
}
