import { describeCriterion } from '../../domain/criterion/text.ts';
import { clipText, predictionData, reasonBytesMax } from '../../domain/events/event-data.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { type PredictionRow, raiseCriterionVersion } from '../../store/predictions.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import { advanceRecheck, deleteWatches, lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { settlePredictions } from '../settling/settle.ts';
import { assessClaim, criterionFacts, readCriterion } from './criteria.ts';
import {
  type Recorded,
  requirePrediction,
  secondLookMs,
  staleVersion,
  viewPrediction,
  writeCriterion,
} from './predictions.ts';
import { versionOf } from './views.ts';

/**
 * Puts a corrected criterion in the place of the one that stands, as a new version with a reason, and settles it at once.
 * `expected` is the row version that was seen, null for whatever stands. Refuses with `precondition_failed` when it was
 * changed since, with `conflict` once it has been resolved: what settled it is then not moved under the resolution.
 */
export async function replacePredictionCriterion(
  deps: Deps,
  idOrSlug: string,
  input: { criterion: unknown; reason: string },
  expected: number | null,
): Promise<Recorded> {
  const criterion = readCriterion(input.criterion);
  return await deps.db.begin(async (tx) => {
    const { id } = await requirePrediction(tx, idOrSlug);
    await lockPredictions(tx, [id]);
    const current = await requirePrediction(tx, id);
    const now = deps.now();
    const next = { ...current, ...criterionFacts(criterion), criterionAt: now };
    const criterionVersion = await raiseVersion(tx, current, next, expected);
    const row = { ...next, criterionVersion };
    await deleteWatches(tx, id);
    await writeCriterion(tx, row, input.reason);
    await announceReplaced(tx, deps, row, current, input.reason);
    const { warnings } = await assessClaim(tx, deps, row, now);
    await settlePredictions(tx, deps, [id], { now, evidenceFrom: null });
    await advanceRecheck(tx, id, now + secondLookMs);
    return { view: await viewPrediction(tx, deps, id, null), warnings };
  });
}

/** The number of the new version. The precondition is told before anything else, as whoever sends one means it. */
async function raiseVersion(
  tx: Sql,
  current: PredictionRow,
  next: PredictionRow,
  expected: number | null,
): Promise<number> {
  const resolutions = (await listPredictionResolutions(tx, current.id, null)).length;
  const version = versionOf(current, resolutions);
  if (expected !== null && expected !== version) throw staleVersion(version);
  if (resolutions > 0)
    throw new Refusal(
      'conflict',
      'the prediction has been resolved, so its criterion stands; a person may amend the resolution, or another prediction be recorded',
    );
  if (next.criterionHash === current.criterionHash) {
    const detail = 'this is the criterion that stands already';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/criterion' }]);
  }
  const raised = await raiseCriterionVersion(tx, current.id, version);
  if (raised === null) throw staleVersion(null);
  return raised;
}

async function announceReplaced(
  tx: Sql,
  deps: Deps,
  row: PredictionRow,
  superseded: PredictionRow,
  reason: string,
): Promise<void> {
  const summary = ({ criterionVersion, criterionHash, criterion }: PredictionRow) => ({
    version: criterionVersion,
    hash: criterionHash,
    text: clipText(describeCriterion(criterion), reasonBytesMax),
  });
  await recordEvent(tx, deps, {
    type: 'prediction.criterion.replaced',
    occurredAt: row.criterionAt,
    predictionId: row.id,
    data: {
      prediction: predictionData(row),
      criterion: { ...summary(row), reason: clipText(reason, reasonBytesMax) },
      superseded: summary(superseded),
    },
  });
}
