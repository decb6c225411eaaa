import { describeCriterion } from '../../domain/criterion/text.ts';
import { predictionData, reasonBytesMax } from '../../domain/events/event-data.ts';
import { clipText } from '../../domain/events/event-fields.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { hasReadableCriterion, type PredictionRow, raiseCriterionVersion } from '../../store/predictions.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import { advanceRecheck, deleteWatches, lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { settlePredictions } from '../settling/settle.ts';
import { assessClaim, criterionFacts, priceCriterion, readCriterion } from './criteria.ts';
import {
  type CreatedPrediction,
  requirePrediction,
  secondCheckMs,
  staleVersion,
  viewPrediction,
  writeCriterion,
} from './predictions.ts';
import { versionOf } from './views.ts';

/**
 * Replaces the criterion of a prediction by a new version, with a reason, and evaluates it immediately. `expected` is the row
 * version that the caller read; null for any. Refuses with `precondition_failed` if the row was changed since, and with
 * `frozen` if the prediction has been resolved, because its resolution depends on the criterion, or withdrawn.
 */
export async function replacePredictionCriterion(
  deps: Deps,
  idOrSlug: string,
  input: { criterion: unknown; reason: string },
  expected: number | null,
): Promise<CreatedPrediction> {
  const criterion = readCriterion(input.criterion);
  return await deps.db.begin(async (tx) => {
    await priceCriterion(tx, criterion);
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
    await advanceRecheck(tx, id, now + secondCheckMs);
    return { view: await viewPrediction(tx, deps, id, null), warnings };
  });
}

/** Raises the version of the criterion and returns it. The precondition is checked before everything else. */
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
    throw frozenCriterion(
      'resolved',
      'amend the resolution with POST /v1/predictions/{id}/resolutions, append a correction with POST /v1/predictions/{id}/errata, or create another prediction',
    );
  if (current.withdrawnAt !== null) throw frozenCriterion('withdrawn', 'create another prediction');
  // One that cannot be read may be replaced by what it was.
  if (next.criterionHash === current.criterionHash && hasReadableCriterion(current)) {
    const detail = 'the criterion must differ from the current one';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/criterion' }]);
  }
  const raised = await raiseCriterionVersion(tx, current.id, version);
  if (raised === null) throw staleVersion(null);
  return raised;
}

function frozenCriterion(since: 'resolved' | 'withdrawn', remedy: string): Refusal {
  const detail = `the criterion is frozen, because the prediction has been ${since}; ${remedy}`;
  return new Refusal('frozen', detail, [{ detail, pointer: '#/criterion' }]);
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
