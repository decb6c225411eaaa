import { beginReveals, endCase, resumeCase } from '../../domain/cases/case-state.ts';
import { listReceipts } from '../../store/case-votes.ts';
import { type ListedCase, listDueCases, lockCase, recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import { listPredictionResolutions } from '../../store/resolutions.ts';
import { lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { announceOpened, requireCase } from './cases.ts';
import { closeVotes } from './close.ts';
import { finishCase } from './finish.ts';
import type { LockedCase } from './locked-case.ts';
import { requirePanel } from './panels.ts';
import { restartIfUnreadable } from './votes.ts';

/** The most cases that one run moves on; the next run continues. */
const casesPerRunMax = 200;

/**
 * Moves on every case whose time has come: closes votes and rounds, resumes postponed ones, writes the resolutions of decisions that were
 * not appealed, and ends cases whose claim was settled or changed meanwhile. Each case has its own transaction, which locks it, so
 * that any number of nodes can run this at once.
 */
export async function advanceCases(deps: Deps): Promise<{ advanced: number; failed: number }> {
  const counts = { advanced: 0, failed: 0 };
  for (const { id, predictionId } of await listDueCases(deps.db.sql, deps.now(), casesPerRunMax)) {
    try {
      if (await deps.db.begin((tx) => advanceCase(tx, deps, id, predictionId))) counts.advanced += 1;
    } catch (error) {
      counts.failed += 1;
      deps.log.error({ case: id, error: String(error) }, 'a case could not be moved on; it is tried again in a minute');
    }
  }
  return counts;
}

/** True if the case took a step. */
async function advanceCase(tx: Sql, deps: Deps, id: string, predictionId: string): Promise<boolean> {
  await lockPredictions(tx, [predictionId]);
  await lockCase(tx, id);
  const row = await requireCase(tx, id);
  const { state, dueAt } = row.last;
  if (dueAt === null) return false;
  const prediction = await requirePrediction(tx, predictionId);
  const current = (await listPredictionResolutions(tx, predictionId, null)).at(-1) ?? null;
  const now = Math.max(deps.now(), row.last.at);
  const locked = { row, panel: await requirePanel(tx, row.last.panelId), prediction, current, now };
  const settled = whySuperseded(locked);
  if (settled !== null) {
    const end = { state: 'superseded', resolutionId: current?.id ?? null, note: settled } as const;
    await recordStep(tx, id, endCase(row.last, end, now));
    return true;
  }
  const isVoting = state === 'open' || state === 'revealing';
  if (isVoting && (await restartIfUnreadable(tx, deps, row, locked.panel)).last.step > row.last.step) return true;
  if (dueAt > now && !(state === 'revealing' && (await countHeldVotes(tx, row)) === 0)) return false;
  await moveOn(tx, deps, locked);
  return true;
}

async function moveOn(tx: Sql, deps: Deps, locked: LockedCase): Promise<void> {
  const { row, panel, prediction, now } = locked;
  const { state } = row.last;
  switch (state) {
    case 'open':
      // Without a vote, there is nothing to wait for.
      if (panel.rules.voteMode === 'committed' && (await countHeldVotes(tx, row)) > 0)
        return await recordStep(tx, row.id, beginReveals(row.last, panel.rules, now));
      return await closeVotes(tx, deps, locked);
    case 'revealing':
      return await closeVotes(tx, deps, locked);
    case 'decided':
      return await finishCase(tx, deps, locked);
    case 'postponed': {
      const step = resumeCase(row.last, panel.rules, now);
      await recordStep(tx, row.id, step);
      const about = { prediction, caseId: row.id, panel, round: step.round };
      return await announceOpened(tx, deps, about, now, step.dueAt ?? now);
    }
    case 'final':
    case 'superseded':
      return;
  }
}

/** How many votes of the round their judges have not revealed, in a panel with committed votes. */
async function countHeldVotes(tx: Sql, { id, last }: ListedCase): Promise<number> {
  const receipts = await listReceipts(tx, id);
  return receipts.filter(({ round, revealedAt }) => round === last.round && revealedAt === null).length;
}

/** Why the case ends without its panel; null if it goes on. */
function whySuperseded({ row, prediction, current }: LockedCase): string | null {
  if (prediction.withdrawnAt !== null) return 'The prediction was withdrawn.';
  if (prediction.criterionVersion !== row.criterionVersion) return 'The criterion was replaced.';
  if ((current?.id ?? null) === row.baseResolution) return null;
  return `The prediction was resolved meanwhile by ${current?.decidedBy ?? 'another'}.`;
}
