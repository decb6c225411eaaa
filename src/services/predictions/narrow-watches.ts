import { watchesOf } from '../../domain/criterion/watch.ts';
import { insertWatches, listWideWatches, recordNarrowed } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';

/** Predictions whose watches one transaction narrows. */
const batchMax = 200;

/**
 * Narrows the watches that an earlier version of the program recorded to the versions and tiers of their criteria. Until
 * then these predictions are evaluated more often than necessary. Returns how many were narrowed.
 */
export async function narrowWatches(deps: Deps): Promise<number> {
  for (let total = 0; ; ) {
    const count = await deps.db.begin(async (tx) => {
      const wide = await listWideWatches(tx, batchMax);
      for (const { id, criterion } of wide) await insertWatches(tx, id, watchesOf(criterion));
      await recordNarrowed(
        tx,
        wide.map(({ id }) => id),
      );
      return wide.length;
    });
    total += count;
    if (count === 0) return total;
  }
}
