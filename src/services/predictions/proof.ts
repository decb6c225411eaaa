import type { ExplanationNode } from '../../domain/evaluation/explanation.ts';
import { limitExplanation, type Omitted, type StoredExplanation } from '../../domain/evaluation/limit-explanation.ts';
import type { Instant } from '../../domain/instant.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { withCurrentIdentity } from '../identity/identity.ts';
import { requirePrediction } from './predictions.ts';
import { evaluateAt } from './views.ts';

/** Why a prediction has its verdict, shortened to a number of entries. */
export type Proof = {
  readonly explanation: ExplanationNode;
  readonly omitted: Omit<Omitted, 'evidence'>;
  /** `stored`: with the resolution, when it was decided. `evaluated`: for this request, over what was observed. */
  readonly basis: 'stored' | 'evaluated';
};

/**
 * The explanation that the current resolution was stored with, or else that of an evaluation at `asOf`, or now if it is null. It
 * lists at most `entriesMax` witnesses, watermarks and origins each. Refuses with `not_found`.
 */
export async function getPredictionProof(
  deps: Deps,
  {
    id,
    resolutionId,
    asOf,
  }: { readonly id: string; readonly resolutionId: string | null; readonly asOf: Instant | null },
  entriesMax: number,
): Promise<Proof> {
  const stored = resolutionId === null ? null : await findStored(deps, id, resolutionId);
  if (stored !== null) {
    const { explanation, omitted } = limitExplanation({ explanation: stored, evidence: [] }, entriesMax);
    return { explanation, omitted: addOmitted(omitted, stored.omitted), basis: 'stored' };
  }
  const { sql } = deps.db;
  const [current, prediction] = await Promise.all([withCurrentIdentity(deps), requirePrediction(sql, id, asOf)]);
  // The rest of its answer is not needed here.
  const evaluation = await evaluateAt(sql, current, prediction, asOf ?? deps.now());
  return { ...limitExplanation(evaluation, entriesMax), basis: 'evaluated' };
}

/** Null if a person decided. */
async function findStored(deps: Deps, id: string, resolutionId: string): Promise<StoredExplanation | null> {
  const resolutions = await listPredictionResolutions(deps.db.reads, id, null);
  return resolutions.find((resolution) => resolution.id === resolutionId)?.explanation ?? null;
}

/** What the answer leaves out, and what had already been left out when the explanation was stored. */
function addOmitted(now: Omitted, before: StoredExplanation['omitted']): Omit<Omitted, 'evidence'> {
  return {
    witnesses: now.witnesses + (before?.witnesses ?? 0),
    watermarks: now.watermarks + (before?.watermarks ?? 0),
    origins: now.origins + (before?.origins ?? 0),
  };
}
