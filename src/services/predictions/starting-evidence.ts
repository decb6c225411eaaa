import { type ListedStartingEvidence, listStartingEvidence } from '../../store/starting-evidence.ts';
import type { Deps } from '../deps.ts';
import { requirePrediction } from './predictions.ts';

export type { ListedStartingEvidence } from '../../store/starting-evidence.ts';

/** The evidence with which a case on a prediction begins, in the order of its seed file. Refuses with `not_found`. */
export async function listPredictionStartingEvidence(deps: Deps, idOrSlug: string): Promise<ListedStartingEvidence[]> {
  const { id } = await requirePrediction(deps.db.sql, idOrSlug);
  return await listStartingEvidence(deps.db.sql, id);
}
