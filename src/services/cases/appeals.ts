import type { Caller } from '../../domain/access/api-key.ts';
import { appealCase } from '../../domain/cases/case-state.ts';
import { appealReason } from '../../domain/events/case-event.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listEvidence } from '../../store/case-evidence.ts';
import { type ListedCase, lockCase, recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PanelRow } from '../../store/panels.ts';
import { lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { settlePredictions } from '../settling/settle.ts';
import { type CaseView, viewCase } from './case-view.ts';
import { announcedCase, requireCase, requireQuorum } from './cases.ts';
import { appendEvidence, type EvidenceInput } from './evidence.ts';
import { requireSameClaim } from './membership.ts';
import { requirePanel, requireReferredPanel } from './panels.ts';

export type AppealInput = {
  readonly panel: string;
  readonly reason: string;
  /** New items for the packet. */
  readonly evidence: readonly EvidenceInput[];
};

/**
 * Appeals a provisional decision: a larger panel votes anew, with the new evidence and everything that was said before. Refuses
 * with `conflict` unless the decision can be appealed now, and with `validation_failed` a panel that is not larger or cannot reach
 * its quorum, and evidence that the packet has already.
 */
export async function createCaseAppeal(
  deps: Deps,
  caseId: string,
  input: AppealInput,
  caller: Caller,
): Promise<CaseView> {
  return await deps.db.begin(async (tx) => {
    const { predictionId } = await requireCase(tx, caseId);
    await lockPredictions(tx, [predictionId]);
    await lockCase(tx, caseId);
    const row = await requireCase(tx, caseId);
    const now = Math.max(deps.now(), row.last.at);
    requireAppealable(row, now);
    await requireSameClaim(tx, row);
    const panel = await requireLargerPanel(tx, row, input.panel);
    await requireNewEvidence(tx, row, input.evidence);
    await appendEvidence(tx, deps, caseId, input.evidence, { caller, now });
    const opening = { at: now, panelId: panel.id, rules: panel.rules, actor: caller.id };
    const step = appealCase(row.last, opening, input.reason);
    await recordStep(tx, caseId, step);
    const prediction = await requirePrediction(tx, predictionId);
    await recordEvent(tx, deps, {
      type: 'case.appealed',
      occurredAt: now,
      predictionId,
      data: {
        ...announcedCase({ prediction, caseId, panel, round: step.round }),
        reason: appealReason(input.reason),
        closes_at: formatInstant(step.dueAt ?? now),
      },
    });
    // The prediction is no longer proposed by this decision.
    await settlePredictions(tx, deps, [predictionId], { now, evidenceFrom: null });
    return await viewCase(tx, await requireCase(tx, caseId));
  });
}

function requireAppealable({ id, last }: ListedCase, now: Instant): void {
  const { state, dueAt } = last;
  if (state === 'decided' && dueAt !== null && dueAt > now) return;
  const detail =
    state === 'decided' || state === 'final'
      ? `the time for appeals of ${id} has ended; to correct its resolution, use POST /v1/predictions/{id}/resolutions`
      : `the case ${id} is ${state}; only a provisional decision can be appealed`;
  throw new Refusal('conflict', detail);
}

async function requireLargerPanel(tx: Sql, row: ListedCase, idOrName: string): Promise<PanelRow> {
  const before = await requirePanel(tx, row.last.panelId);
  const panel = await requireReferredPanel(tx, idOrName);
  const [size, sizeBefore] = [panel.rules.members.length, before.rules.members.length];
  if (size <= sizeBefore) {
    const detail = `the panel of an appeal must have more members than the one that decided (${sizeBefore}); "${panel.name}" (version ${panel.version}) has ${size}`;
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/panel' }]);
  }
  await requireQuorum(tx, panel, row);
  return panel;
}

async function requireNewEvidence(tx: Sql, row: ListedCase, evidence: readonly EvidenceInput[]): Promise<void> {
  const packet = await listEvidence(tx, row.id);
  const detail = 'the packet has this item already; an appeal needs evidence that the panel has not seen';
  const known = evidence.flatMap((item, index) =>
    packet.some(({ url, quote }) => url === item.url && quote === item.quote)
      ? [{ detail, pointer: `#/evidence/${index}` }]
      : [],
  );
  if (known.length > 0) throw new Refusal('validation_failed', detail, known);
}
