import { acquireLease, releaseLease } from '../../store/leases.ts';
import { markPredictions } from '../../store/settle-queue.ts';
import { listDueRechecks, listOutdatedEvaluations, listPredictionIds } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { addCounts, noCounts, settleMarked } from './queue.ts';
import { evaluatedWith, type SettleCounts } from './settlement.ts';

/** Number of predictions that are marked at a time. */
const batchMax = 200;
/** A run ends after this many batches; the next tick continues. */
const batchesMax = 500;
/** Longer than a run may take. If a node dies, another one can take over after this time. */
const resolverLeaseMs = 15 * 60_000;

const leaseName = 'resolve-predictions';

/**
 * Settles the predictions that evidence has touched, that may have changed because time passed (an announced day came), or
 * that were evaluated with other rules, identity data or feed settings. One node at a time; null when another node is running
 * it.
 */
export async function resolveDue(deps: Deps): Promise<SettleCounts | null> {
  return await underLease(deps, async (counts) => {
    addCounts(counts, await settleMarked(deps));
    for (let batch = 0; batch < batchesMax; batch += 1) {
      const ids = await listDueRechecks(deps.db.sql, deps.now(), batchMax);
      // A prediction that cannot be settled stays due, and its mark stays in the queue.
      if (ids.length === 0 || (await settleInto(deps, ids, counts)) === 0) break;
    }
    const current = await evaluatedWith(deps.db.sql, deps);
    await settleAll(deps, counts, (after) => listOutdatedEvaluations(deps.db.sql, current, after, batchMax));
  });
}

/** Evaluates every prediction. The incremental evaluation must give the same results. */
export async function resolveEverything(deps: Deps): Promise<SettleCounts | null> {
  return await underLease(deps, (counts) =>
    settleAll(deps, counts, (after) => listPredictionIds(deps.db.sql, after, batchMax)),
  );
}

async function underLease(deps: Deps, run: (counts: SettleCounts) => Promise<void>): Promise<SettleCounts | null> {
  if (!(await acquireLease(deps.db.sql, leaseName, deps.nodeId, resolverLeaseMs))) return null;
  const counts = noCounts();
  try {
    await run(counts);
    return counts;
  } finally {
    await releaseLease(deps.db.sql, leaseName, deps.nodeId);
  }
}

async function settleAll(deps: Deps, counts: SettleCounts, next: (after: string) => Promise<string[]>): Promise<void> {
  let after = '';
  for (let batch = 0; batch < batchesMax; batch += 1) {
    const ids = await next(after);
    if (ids.length === 0) return;
    await settleInto(deps, ids, counts);
    after = ids.at(-1) ?? after;
  }
}

/** Marks predictions and settles everything that is marked. Returns how many were not marked before. */
async function settleInto(deps: Deps, ids: readonly string[], counts: SettleCounts): Promise<number> {
  const marked = await markPredictions(deps.db.sql, ids, deps.now());
  addCounts(counts, await settleMarked(deps));
  return marked;
}
