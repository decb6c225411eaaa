import { acquireLease, releaseLease } from '../../store/leases.ts';
import { listDueRechecks, listOutdatedEvaluations, listPredictionIds } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { settlePredictions } from './settle.ts';
import { evaluatedWith, type SettleCounts } from './settlement.ts';

/** Number of predictions settled in one transaction. */
const batchMax = 200;
/** A run ends after this many batches; the next tick continues. */
const batchesMax = 500;
const settleMsMax = 120_000;
/** Longer than a run may take. If a node dies, another one can take over after this time. */
const resolverLeaseMs = 15 * 60_000;

const leaseName = 'resolve-predictions';

/**
 * Evaluates predictions that may have changed because time passed (an announced day came) or that were evaluated with
 * other rules, identity data or feed settings. One node at a time; null when another node is running it.
 */
export async function resolveDue(deps: Deps): Promise<SettleCounts | null> {
  return await underLease(deps, async (counts) => {
    for (let batch = 0; batch < batchesMax; batch += 1) {
      const ids = await listDueRechecks(deps.db.sql, deps.now(), batchMax);
      if (ids.length === 0) break;
      await settleInto(deps, ids, counts);
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
  const counts: SettleCounts = { evaluated: 0, resolved: 0, proposed: 0, disputed: 0, amended: 0 };
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

async function settleInto(deps: Deps, ids: readonly string[], counts: SettleCounts): Promise<void> {
  const settled = await deps.db.begin(
    (tx) => settlePredictions(tx, deps, ids, { now: deps.now(), evidenceFrom: null }),
    { msMax: settleMsMax },
  );
  for (const name of ['evaluated', 'resolved', 'proposed', 'disputed', 'amended'] as const)
    counts[name] += settled[name];
}
