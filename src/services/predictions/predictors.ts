import { Refusal } from '../../domain/refusal.ts';
import {
  deletePredictor as deletePredictorRow,
  findPredictor,
  insertPredictor,
  listPredictors as listPredictorRows,
  type PredictorRow,
} from '../../store/predictors.ts';
import type { Deps } from '../deps.ts';

export async function createPredictor(
  deps: Deps,
  input: { readonly name: string; readonly url: string | null },
): Promise<PredictorRow> {
  const predictor = { ...input, id: deps.newId('who'), createdAt: deps.now() };
  await insertPredictor(deps.db.sql, predictor);
  return predictor;
}

export async function getPredictor(deps: Deps, id: string): Promise<PredictorRow> {
  const predictor = await findPredictor(deps.db.sql, id);
  if (predictor === null) throw new Refusal('not_found', `there is no predictor ${id}`);
  return predictor;
}

export async function listPredictors(
  deps: Deps,
  page: { after: string | null; limit: number },
): Promise<PredictorRow[]> {
  return await listPredictorRows(deps.db.sql, page);
}

/** Deletes a predictor that nothing refers to. Refuses with `conflict` if a prediction refers or referred to it, or a forecast. */
export async function deletePredictor(deps: Deps, id: string): Promise<void> {
  await getPredictor(deps, id);
  if (await deletePredictorRow(deps.db.sql, id)) return;
  throw new Refusal(
    'conflict',
    'the predictor cannot be deleted, because predictions, earlier versions of them or forecasts refer to it',
  );
}
