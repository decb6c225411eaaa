import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  deletePredictor as deletePredictorRow,
  findPredictor,
  insertPredictor,
  listPredictors as listPredictorRows,
  type PredictorRow,
  type PredictorWords,
  updatePredictor as updatePredictorRow,
} from '../../store/predictors.ts';
import type { Deps } from '../deps.ts';
import { staleVersion } from './predictions.ts';

export async function createPredictor(deps: Deps, input: PredictorWords): Promise<PredictorRow> {
  const now = deps.now();
  const predictor = { ...input, id: deps.newId('who'), createdAt: now, edits: 1, editedAt: now };
  await insertPredictor(deps.db.sql, predictor);
  return predictor;
}

/** A predictor with its words at `asOf`, or now if it is null. Refuses with `not_found`. */
export async function getPredictor(deps: Deps, id: string, asOf: Instant | null = null): Promise<PredictorRow> {
  const predictor = await findPredictor(deps.db.sql, id, asOf);
  if (predictor === null) throw new Refusal('not_found', `there is no predictor ${id}`);
  return predictor;
}

export async function listPredictors(
  deps: Deps,
  page: { asOf: Instant | null; after: string | null; limit: number },
): Promise<PredictorRow[]> {
  return await listPredictorRows(deps.db.sql, page);
}

export type PredictorEdit = { readonly [Field in keyof PredictorWords]?: PredictorWords[Field] | undefined };

/**
 * Corrects the words of a predictor as a new version. An edit without a change creates no version. `expected` is the
 * version that the caller read; null for any.
 */
export async function updatePredictor(
  deps: Deps,
  id: string,
  edit: PredictorEdit,
  expected: number | null,
): Promise<PredictorRow> {
  const row = await getPredictor(deps, id);
  if (expected !== null && expected !== row.edits) throw staleVersion(row.edits, 'predictor');
  const words = { name: edit.name ?? row.name, url: edit.url === undefined ? row.url : edit.url };
  if (words.name === row.name && words.url === row.url) return row;
  // Never before the previous version, even if the clock of another node is ahead.
  const now = Math.max(deps.now(), row.editedAt);
  if (!(await updatePredictorRow(deps.db.sql, id, { expected: row.edits, words, now })))
    throw staleVersion(null, 'predictor');
  return await getPredictor(deps, id);
}

/** Deletes a predictor. Refuses with `conflict` if a forecast or any version of a prediction refers to it. */
export async function deletePredictor(deps: Deps, id: string): Promise<void> {
  await getPredictor(deps, id);
  if (await deletePredictorRow(deps.db.sql, id)) return;
  throw new Refusal(
    'conflict',
    `the predictor cannot be deleted, because predictions, earlier versions of them or forecasts refer to it; see GET /v1/predictions?predictor=${id}`,
  );
}
