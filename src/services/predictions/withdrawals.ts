import { predictionData } from '../../domain/events/event-data.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { listWithdrawalObstacles } from '../../store/history.ts';
import { insertWords } from '../../store/prediction-words.ts';
import { type PredictionRow, withdrawPrediction as withdrawPredictionRow } from '../../store/predictions.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import { lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { settlePredictions } from '../settling/settle.ts';
import { keepCurrentAnswer } from './documents.ts';
import { requirePrediction, staleVersion, viewPrediction } from './predictions.ts';
import { type PredictionView, versionOf } from './views.ts';

/**
 * Withdraws a prediction: it stays readable and is never settled. Repeating it changes nothing. `expected` is the row version
 * that the caller read; null for any. Refuses with `not_withdrawable` once anything was known about the outcome: it was proposed,
 * disputed or resolved, or a deadline has passed.
 */
export async function withdrawPrediction(
  deps: Deps,
  idOrSlug: string,
  expected: number | null,
): Promise<PredictionView> {
  return await deps.db.begin(async (tx) => {
    const { id } = await requirePrediction(tx, idOrSlug);
    // Locked before anything is read, so that a settlement in another transaction is either seen here or sees the withdrawal.
    await lockPredictions(tx, [id]);
    const row = await requirePrediction(tx, id);
    const version = versionOf(row, (await listPredictionResolutions(tx, id, null)).length);
    if (expected !== null && expected !== version && !isRepeated(row, expected, version)) throw staleVersion(version);
    if (row.withdrawnAt === null) await writeWithdrawal(tx, deps, row, version);
    return await viewPrediction(tx, deps, id, null);
  });
}

/** Whether a request with this version has succeeded before, and nothing was edited since. */
function isRepeated(row: PredictionRow, expected: number, version: number): boolean {
  return row.withdrawnAt !== null && row.withdrawnAt === row.editedAt && expected === version - 1;
}

async function writeWithdrawal(tx: Sql, deps: Deps, row: PredictionRow, version: number): Promise<void> {
  // As for edits: never before the previous version, even if the clock of another node is ahead.
  const withdrawnAt = Math.max(deps.now(), row.editedAt);
  await requireWithdrawable(tx, row, withdrawnAt);
  // Evidence may be stored that no tick has evaluated yet.
  await settlePredictions(tx, deps, [row.id], { now: withdrawnAt, evidenceFrom: null });
  await requireWithdrawable(tx, row, withdrawnAt);
  if (!(await withdrawPredictionRow(tx, row.id, { expected: version, now: withdrawnAt }))) throw staleVersion(null);
  await insertWords(tx, row.id, { edit: row.edits + 1, editedAt: withdrawnAt, withdrawnAt, words: row });
  await keepCurrentAnswer(tx, deps, row.id);
  await recordEvent(tx, deps, {
    type: 'prediction.withdrawn',
    occurredAt: withdrawnAt,
    predictionId: row.id,
    data: { prediction: predictionData(row), withdrawn_at: formatInstant(withdrawnAt) },
  });
}

async function requireWithdrawable(tx: Sql, row: PredictionRow, now: Instant): Promise<void> {
  const [obstacle] = await listWithdrawalObstacles(tx, row.id, now);
  if (obstacle === undefined) return;
  switch (obstacle) {
    case 'resolved':
      throw refuse(
        'it has been resolved; if the claim is defective, annul it with POST /v1/predictions/{id}/resolutions',
      );
    case 'proposed':
    case 'disputed':
      throw refuse(`it was ${obstacle}; decide it with POST /v1/predictions/{id}/resolutions`);
    case 'passed_deadline':
      throw refuse(
        'its deadline, or that of an earlier criterion, has passed; wait for its resolution, or decide it with POST /v1/predictions/{id}/resolutions',
      );
  }
}

function refuse(detail: string): Refusal {
  return new Refusal('not_withdrawable', `the prediction cannot be withdrawn, because ${detail}`);
}

/** The refusal of a change that a withdrawn prediction does not allow. */
export function refuseWithdrawn(change: string): Refusal {
  return new Refusal('withdrawn', `the prediction was withdrawn, so ${change}; create another prediction`);
}
