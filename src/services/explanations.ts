import type { Evaluation } from '../domain/evaluate.ts';
import { evaluatorVersion } from '../domain/evaluate.ts';
import type { Instant } from '../domain/instant.ts';
import type { PredictionRow } from '../store/predictions.ts';
import type { Deps } from './deps.ts';
import { evaluateAt } from './prediction-views.ts';
import { requirePrediction } from './predictions.ts';

/** Why a prediction stands as it does, with the versions of the rules that say so. */
export type Explained = {
  readonly prediction: PredictionRow;
  readonly at: Instant;
  readonly evaluation: Evaluation;
  readonly evaluatorVersion: string;
  readonly identityVersion: string;
};

/** Replays the rule, with the criterion that stood then, over the stored evidence, as of a moment or now. */
export async function explainPrediction(deps: Deps, idOrSlug: string, asOf: Instant | null): Promise<Explained> {
  const prediction = await requirePrediction(deps.db.sql, idOrSlug, asOf);
  const at = asOf ?? deps.now();
  const evaluation = await evaluateAt(deps.db.sql, deps, prediction, at);
  return { prediction, at, evaluation, evaluatorVersion, identityVersion: deps.identity.version };
}
