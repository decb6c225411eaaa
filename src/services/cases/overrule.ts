import { endCase } from '../../domain/cases/case-state.ts';
import { Refusal } from '../../domain/refusal.ts';
import { findRunningCase, type ListedCase, lockCase, recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { ResolutionRow } from '../../store/resolutions.ts';

/**
 * The running case of a prediction that a person may overrule, locked; null if no case is running. The prediction must be locked.
 * Refuses with `conflict` unless the person names exactly this case.
 */
export async function requireOverruled(
  tx: Sql,
  predictionId: string,
  named: string | undefined,
): Promise<ListedCase | null> {
  const running = await findRunningCase(tx, predictionId);
  if (running?.id === named) {
    if (running === null) return null;
    await lockCase(tx, running.id);
    // The clock may have moved it on before the lock.
    return await findRunningCase(tx, predictionId);
  }
  const detail =
    running === null
      ? 'supersede_case must be absent, because no case is running on the prediction'
      : `a panel decides this prediction in the running case ${running.id} (GET /v1/cases/${running.id}); wait for its decision, or overrule the panel with "supersede_case": "${running.id}"`;
  throw new Refusal('conflict', detail, [{ detail, pointer: '#/supersede_case' }]);
}

/** Ends a case whose panel a person overruled, with who did it and why. */
export async function overrulePanel(tx: Sql, { id, last }: ListedCase, resolution: ResolutionRow): Promise<void> {
  const note = `A person overruled the panel: ${resolution.reason}`;
  const end = { state: 'superseded', resolutionId: resolution.id, note, actor: resolution.decidedBy } as const;
  await recordStep(tx, id, endCase(last, end, Math.max(resolution.decidedAt, last.at)));
}
