import type { Evaluation } from '../../domain/evaluation/evaluate.ts';
import { evaluatorVersion } from '../../domain/evaluation/evaluate.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Deps } from '../deps.ts';
import { viewPrediction } from './predictions.ts';
import { evaluateAt, type PredictionView } from './views.ts';

/** The evaluation of a prediction, with the versions of the rules and the identity data that it used. */
export type Explained = {
  readonly view: PredictionView;
  readonly at: Instant;
  readonly evaluation: Evaluation;
  readonly evaluatorVersion: string;
  readonly identityVersion: string;
};

/** Evaluates a prediction at `asOf`, or now if it is null, with the criterion of that time. Refuses with `not_found`. */
export async function getPredictionExplanation(deps: Deps, idOrSlug: string, asOf: Instant | null): Promise<Explained> {
  const at = asOf ?? deps.now();
  const view = await viewPrediction(deps.db.sql, deps, idOrSlug, asOf);
  const evaluation = view.evaluation ?? (await evaluateAt(deps.db.sql, deps, view.prediction, at));
  return { view, at, evaluation, evaluatorVersion, identityVersion: deps.identity.version };
}
