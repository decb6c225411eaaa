import { countTouchedFamilies } from '../../store/model-families.ts';
import { analyzeEvidence } from '../../store/observations.ts';
import { announceMarks, countMarks } from '../../store/settle-queue.ts';
import { isInsideTransaction } from '../../store/transaction.ts';
import type { Deps } from '../deps.ts';
import { refreshModels } from '../models/states.ts';
import { noCounts, settleMarked } from '../settling/queue.ts';

/**
 * How long a poll waits until the predictions and models that it affects are up to date. Usually that takes milliseconds. What
 * is left is settled in the background.
 */
export const settleCallMsMax = 5000;

/** After a read with this many new items the planner needs new statistics, before a job of the database would collect them. */
const bulkItemsMin = 1000;

/** The poll of a read, and how many items it listed for the first time. */
export type ReadPoll = { readonly id: string; readonly newItems: number };

/** The result of settling after a read. */
export type Settled = {
  /** Predictions that this call resolved. */
  readonly resolutions: number;
  /** Predictions that the read affects and that still wait to be settled. */
  readonly settling: number;
};

/**
 * Settles what a committed read has marked, for a limited time, then wakes the background work if anything is left. The read
 * is committed, so a failure here does not make it fail.
 */
export async function settleRead(deps: Deps, { id: pollId, newItems }: ReadPoll): Promise<Settled> {
  if (newItems >= bulkItemsMin) await unlessFailing(deps, undefined, () => analyzeEvidence(deps.db.sql));
  const msMax = deps.settleCallMsMax ?? settleCallMsMax;
  const begun = performance.now();
  const { resolved, amended } = await unlessFailing(deps, noCounts(), () => settleMarked(deps, { pollId, msMax }));
  await unlessFailing(deps, 0, () => refreshModels(deps, { msMax: msMax - (performance.now() - begun) }));
  const settling = await countMarks(deps.db.sql, pollId);
  if (settling > 0 || (await countTouchedFamilies(deps.db.sql)) > 0) await announceMarks(deps.db.sql);
  return { resolutions: resolved + amended, settling };
}

/** How many predictions a read has marked and nobody has settled yet. */
export async function countSettling(deps: Deps, pollId: string): Promise<number> {
  return await countMarks(deps.db.sql, pollId);
}

async function unlessFailing<T>(deps: Deps, otherwise: T, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // A caller's transaction has failed as a whole.
    if (isInsideTransaction()) throw error;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    deps.log.error({ error: text }, 'settling after a poll failed; the resolver continues');
    return otherwise;
  }
}
