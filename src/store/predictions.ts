import postgres from 'postgres';
import type { Criterion } from '../domain/criterion/criterion.ts';
import type { Polarity } from '../domain/criterion/polarity.ts';
import type { ClaimedEnd } from '../domain/ends/end-claim.ts';
import type { Leaning } from '../domain/evaluation/evaluate.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { unreadableCriterion, withReadableCriteria } from './malformed-rows.ts';
import { json, timestamp } from './postgres-types.ts';
import { holderOf, type PredictionWords } from './prediction-words.ts';
import type { Outcome } from './resolutions.ts';

export type PolicyInput = { readonly origins?: number | undefined; readonly first_party?: true | undefined };

export const predictionStates = ['open', 'proposed', 'disputed', 'resolved', 'withdrawn'] as const;

export type PredictionState = (typeof predictionStates)[number];

/** A prediction with the words and the criterion of one moment. */
export type PredictionRow = {
  readonly id: string;
  readonly seq: number;
  readonly slug: string;
  readonly statement: string;
  readonly sourceId: string | null;
  readonly locator: string | null;
  readonly predictorId: string | null;
  readonly madeAt: string;
  readonly madeFrom: Instant;
  readonly recordedAt: Instant;
  readonly finePrint: string | null;
  readonly evidencePolicy: PolicyInput | null;
  readonly tags: string[];
  readonly criterionVersion: number;
  readonly state: PredictionState;
  readonly stateDetail: Leaning | null;
  /** The number of edits by that moment, the creation included, and the time of the last one. */
  readonly edits: number;
  readonly editedAt: Instant;
  /** When it was withdrawn, if that was by that moment. */
  readonly withdrawnAt: Instant | null;
  readonly criterion: Criterion;
  /** When this version of the criterion was written; for the first version, when the prediction was recorded. */
  readonly criterionAt: Instant;
  readonly criterionHash: string;
  readonly polarity: Polarity;
  readonly resolveBy: Instant | null;
  /** Whether a panel ever had a case about it. */
  readonly hasCase: boolean;
  /** The stated end that it was made from; null if it was not. */
  readonly fromEnd: ClaimedEnd | null;
};

/** The columns of a PredictionRow, for statements over `fromPredictions`. */
export function predictionColumns(db: Sql, asOf: Instant | null) {
  const w = wordsAlias(db, asOf);
  return db`p.id, p.seq, ${w}.slug, ${w}.statement, ${w}.source_id as "sourceId", ${w}.locator, ${w}.predictor_id as "predictorId",
    p.made_at as "madeAt", p.made_from as "madeFrom", p.recorded_at as "recordedAt", ${w}.fine_print as "finePrint",
    p.evidence_policy as "evidencePolicy", ${w}.tags, c.version as "criterionVersion", p.state,
    p.state_detail as "stateDetail", ${asOf === null ? db`p.edits` : db`w.edit as edits`}, ${w}.edited_at as "editedAt",
    ${w}.withdrawn_at as "withdrawnAt", c.criterion,
    c.created_at as "criterionAt", c.criterion_hash as "criterionHash", c.polarity, c.resolve_by as "resolveBy",
    p.has_case as "hasCase", p.from_end as "fromEnd"`;
}

/** The table with the words: predictions itself has the current ones, so that a read of now needs no other table. */
export function wordsAlias(db: Sql, asOf: Instant | null) {
  return asOf === null ? db`p` : db`w`;
}

/**
 * Each prediction with its words and criterion at a moment; the first version of either for any earlier moment. `among`: the
 * predictions `p`, instead of all.
 */
export function fromPredictions(db: Sql, asOf: Instant | null, among = db`predictions p`) {
  if (asOf === null) return db`${among} join criteria c on c.prediction_id = p.id and c.version = p.criterion_version`;
  const then = timestamp(asOf);
  // Lateral and limited, so that the rows of other predictions are not read and joined before a page has been chosen.
  return db`${among}
    cross join lateral (select x.* from prediction_words x where x.prediction_id = p.id and (x.edited_at <= ${then} or x.edit = 1)
      order by x.edit desc limit 1) w
    cross join lateral (select k.* from criteria k where k.prediction_id = p.id and (k.created_at <= ${then} or k.version = 1)
      order by k.version desc limit 1) c`;
}

/** Replaces criteria that cannot be read. For every statement that selects `predictionColumns`. */
export function readPredictions<T extends PredictionRow>(rows: readonly T[]): T[] {
  return withReadableCriteria(rows, ({ id }) => id);
}

/** False if its criterion cannot be read, so that it must not be settled. */
export function hasReadableCriterion({ criterion }: Pick<PredictionRow, 'criterion'>): boolean {
  return criterion !== unreadableCriterion;
}

/** Inserts the row's version of a criterion that replaces another, with the reason for it. Its deadline is now the prediction's. */
export async function insertCriterion(db: Sql, row: PredictionRow, reason: string): Promise<void> {
  await db`
    with current as (update predictions set resolve_by = ${timestamp(row.resolveBy)} where id = ${row.id})
    insert into criteria (prediction_id, version, criterion, criterion_hash, polarity, resolve_by, reason, created_at)
    values (${row.id}, ${row.criterionVersion}, ${json(db, row.criterion)}, ${row.criterionHash}, ${row.polarity},
      ${timestamp(row.resolveBy)}, ${reason}, ${timestamp(row.criterionAt)})`;
}

/** By id, slug or former slug, with the words and the criterion current at `asOf`, or now. */
export async function findPrediction(
  db: Sql,
  idOrSlug: string,
  asOf: Instant | null = null,
): Promise<PredictionRow | null> {
  const rows = await db<PredictionRow[]>`
    select ${predictionColumns(db, asOf)} from ${fromPredictions(db, asOf)}
    where p.id = ${idOrSlug} or p.id = ${holderOf(db, idOrSlug)} order by p.id limit 1`;
  return readPredictions(rows)[0] ?? null;
}

/** The given predictions, in id order. */
export async function listPredictionsById(db: Sql, ids: readonly string[]): Promise<PredictionRow[]> {
  const rows = await db<PredictionRow[]>`
    select ${predictionColumns(db, null)} from ${fromPredictions(db, null)} where p.id = any(${ids}) order by p.id`;
  return readPredictions(rows);
}

/** The ids and slugs, the former ones included, of the predictions with the given ids or slugs. */
export async function listPredictionNames(
  db: Sql,
  idsOrSlugs: readonly string[],
): Promise<{ readonly id: string; readonly slug: string }[]> {
  return await db<{ id: string; slug: string }[]>`
    select prediction_id as id, slug from prediction_slugs
    where prediction_id = any(${idsOrSlugs}) or slug = any(${idsOrSlugs}) order by prediction_id, slug`;
}

/** Edits a prediction. `stale`: its version is not `expected`. `slug_taken`: another prediction has the slug. */
export async function updatePrediction(
  db: Sql,
  id: string,
  { expected, words, now }: { readonly expected: number; readonly words: PredictionWords; readonly now: Instant },
): Promise<'updated' | 'stale' | 'slug_taken'> {
  const rows = await takingSlug(db`
    update predictions set statement = ${words.statement}, locator = ${words.locator}, fine_print = ${words.finePrint},
      tags = ${words.tags}, source_id = ${words.sourceId}, predictor_id = ${words.predictorId}, slug = ${words.slug},
      edits = edits + 1, edited_at = ${timestamp(now)}
    where id = ${id} and edits + criterion_version - 1 + resolutions = ${expected} returning id`);
  if (rows === null) return 'slug_taken';
  return rows.length === 1 ? 'updated' : 'stale';
}

/**
 * Withdraws a prediction, as an edit of it. False if its version is not `expected`, or if it is proposed, disputed, resolved or
 * withdrawn.
 */
export async function withdrawPrediction(
  db: Sql,
  id: string,
  { expected, now }: { readonly expected: number; readonly now: Instant },
): Promise<boolean> {
  const rows = await db`
    update predictions set state = 'withdrawn', state_detail = null, recheck_at = null, withdrawn_at = ${timestamp(now)},
      edits = edits + 1, edited_at = ${timestamp(now)}
    where id = ${id} and edits + criterion_version - 1 + resolutions = ${expected} and state = 'open' and resolutions = 0
    returning id`;
  return rows.length === 1;
}

/**
 * Starts the next version of a criterion and clears the state that followed from the previous one. Null if the row version
 * is not `expected` or the prediction has been resolved or withdrawn meanwhile.
 */
export async function raiseCriterionVersion(db: Sql, id: string, expected: number): Promise<number | null> {
  const rows = await db<{ version: number }[]>`
    update predictions set criterion_version = criterion_version + 1, state = 'open', state_detail = null, recheck_at = null,
      evaluated_with = null
    where id = ${id} and edits + criterion_version - 1 + resolutions = ${expected} and resolutions = 0
      and withdrawn_at is null
    returning criterion_version as version`;
  return rows[0]?.version ?? null;
}

/** Null if the unique index refused the slug; the transaction has then failed, as after any error. */
async function takingSlug<T>(statement: PromiseLike<T>): Promise<T | null> {
  try {
    return await statement;
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.constraint_name === 'predictions_slug_key') return null;
    throw error;
  }
}

/** Stores the state that the resolver computed, after any new resolution was inserted. */
export async function updatePredictionState(
  db: Sql,
  id: string,
  state: {
    state: PredictionState;
    detail: Leaning | null;
    outcome: Outcome | null;
    recheckAt: Instant | null;
    evaluatedWith: string;
    newResolutions: number;
  },
): Promise<void> {
  await db`
    update predictions set state = ${state.state}, state_detail = ${json(db, state.detail)},
      outcome = ${state.outcome}, recheck_at = ${timestamp(state.recheckAt)}, evaluated_with = ${state.evaluatedWith},
      resolutions = resolutions + ${state.newResolutions},
      resolved_at = case when ${state.newResolutions} = 0 then resolved_at
        else (select r.decided_at from resolutions r where r.prediction_id = predictions.id order by r.seq desc limit 1) end
    where id = ${id}`;
}

/** Records that predictions cannot be evaluated: they are not due again until the rules or the criterion change. */
export async function setAside(db: Sql, ids: readonly string[], evaluatedWith: string): Promise<void> {
  await db`update predictions set recheck_at = null, evaluated_with = ${evaluatedWith} where id = any(${ids})`;
}
