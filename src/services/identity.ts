import { markFamiliesStale } from '../store/model-families.ts';
import { listStaleReadings, type NewReading, putReadings } from '../store/readings.ts';
import type { Deps } from './deps.ts';
import { readItem } from './item-facts.ts';

const batchMax = 1000;

/**
 * Reads every name again that was read under another version of the identity data, so that what is known and what is new
 * are judged alike; predictions are then looked at again by the resolver. Answers how many names were read.
 */
export async function refreshIdentity(deps: Deps): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await deps.db.begin(async (tx) => {
      const stale = await listStaleReadings(tx, deps.identity.version, batchMax);
      const readings = stale.map((row) =>
        readItem(deps, { id: row.feedId, adapter: row.adapter }, { key: row.itemKey, name: row.name, host: row.host }),
      );
      await putReadings(tx, readings);
      await markFamiliesStale(tx, familiesOf(readings));
      return stale.length;
    });
    total += count;
    if (count < batchMax) return total;
  }
}

function familiesOf(readings: readonly NewReading[]): { vendor: string; family: string }[] {
  const byKey = new Map<string, { vendor: string; family: string }>();
  for (const { vendor, family } of readings)
    if (vendor !== null && family !== null) byKey.set(`${vendor}/${family}`, { vendor, family });
  return [...byKey.values()];
}
