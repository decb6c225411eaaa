import { listStaleReadings, putReadings } from '../store/readings.ts';
import { findSetting, putSetting } from '../store/settings.ts';
import type { Deps } from './deps.ts';
import { readItem } from './item-facts.ts';

const batchMax = 1000;

/**
 * Reads every stored name again when the identity data has a new version, so that what is known and what is new are
 * judged alike; predictions are then looked at again by the resolver. Answers how many names were read.
 */
export async function refreshIdentity(deps: Deps): Promise<number> {
  if ((await findSetting(deps.db.sql, 'identity_version')) === deps.identity.version) return 0;
  let total = 0;
  for (;;) {
    const count = await deps.db.begin(async (tx) => {
      const stale = await listStaleReadings(tx, deps.identity.version, batchMax);
      const readings = stale.map((row) =>
        readItem(deps, { id: row.feedId, adapter: row.adapter }, { key: row.itemKey, name: row.name, host: row.host }),
      );
      await putReadings(tx, readings);
      return stale.length;
    });
    total += count;
    if (count < batchMax) break;
  }
  await putSetting(deps.db.sql, 'identity_version', deps.identity.version);
  return total;
}
