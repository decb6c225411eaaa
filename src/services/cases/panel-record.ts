import { type JudgeRecord, judgeRecords, krippendorffAlpha } from '../../domain/cases/agreement.ts';
import { listDecidedVotes } from '../../store/case-votes.ts';
import type { PanelRow } from '../../store/panels.ts';
import type { Deps } from '../deps.ts';
import { requirePanel } from './panels.ts';

/** The latest decisions of a panel from which its agreement is computed. */
const decisionsMax = 500;

/** A version of a panel, with how its judges have voted in the decided cases of all versions. */
export type PanelView = {
  readonly panel: PanelRow;
  readonly decisions: number;
  /** Krippendorff's alpha; null while it cannot be computed. */
  readonly alpha: number | null;
  readonly judges: ReadonlyMap<string, JudgeRecord>;
};

/** A version of a panel by id, or the newest one by name. Refuses with `not_found`. */
export async function getPanel(deps: Deps, idOrName: string): Promise<PanelView> {
  const panel = await requirePanel(deps.db.sql, idOrName);
  const votes = await listDecidedVotes(deps.db.sql, panel.name, decisionsMax);
  const units = new Map<string, string[]>();
  for (const { caseId, round, vote } of votes) {
    const name = `${caseId} ${round}`;
    units.set(name, [...(units.get(name) ?? []), vote]);
  }
  const judged = votes.map(({ member, vote, outcome, later }) => ({
    member,
    vote,
    outcome,
    reversed: later !== null && later !== outcome,
  }));
  return { panel, decisions: units.size, alpha: krippendorffAlpha([...units.values()]), judges: judgeRecords(judged) };
}
