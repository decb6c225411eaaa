import type { CaseStep } from '../../domain/cases/case-state.ts';
import type { KnownInterests } from '../../domain/cases/panel-rules.ts';
import { type ListedEvidence, listEvidence } from '../../store/case-evidence.ts';
import { listOpinions, type OpinionRow } from '../../store/case-opinions.ts';
import { type BallotRow, listBallots, listReceipts, type VoteReceipt } from '../../store/case-votes.ts';
import { type ListedCase, listSteps } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PanelRow } from '../../store/panels.ts';
import { findKnownInterests } from './interests.ts';
import { requirePanel } from './panels.ts';

/** A case with everything that is public at its stage: of a round that is open, only who has voted. */
export type CaseView = {
  readonly row: ListedCase;
  /** The version of the panel that judges now. */
  readonly panel: PanelRow;
  readonly steps: readonly CaseStep[];
  readonly evidence: readonly ListedEvidence[];
  readonly receipts: readonly VoteReceipt[];
  readonly ballots: readonly BallotRow[];
  readonly known: KnownInterests;
  readonly opinions: readonly OpinionRow[];
};

export async function viewCase(db: Sql, row: ListedCase): Promise<CaseView> {
  return {
    row,
    panel: await requirePanel(db, row.last.panelId),
    steps: await listSteps(db, row.id),
    evidence: await listEvidence(db, row.id),
    receipts: await listReceipts(db, row.id),
    ballots: await listBallots(db, row.id),
    known: await findKnownInterests(db, row),
    opinions: await listOpinions(db, row.id),
  };
}
