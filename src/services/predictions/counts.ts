import { addCountDifferences as addDifferences } from '../../store/prediction-counts.ts';
import type { Deps } from '../deps.ts';

/** Differences that one statement adds up. */
const differencesAtOnce = 5000;

/** Adds up the counts of predictions by source and tag, which changes of predictions extend. Returns how many were added. */
export async function addCountDifferences({ db }: Pick<Deps, 'db'>): Promise<number> {
  for (let total = 0; ; ) {
    const added = await addDifferences(db.sql, differencesAtOnce);
    total += added;
    if (added < differencesAtOnce) return total;
  }
}
