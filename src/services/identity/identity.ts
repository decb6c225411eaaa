import { buildIdentity } from '../../domain/identity/additions.ts';
import type { IdentityData } from '../../domain/identity/schema.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import type { Sql } from '../../store/db.ts';
import { listAdditionsInForce } from '../../store/identity.ts';
import { markFamiliesStale } from '../../store/model-families.ts';
import { listStaleReadings, type NewReading, recordReadings } from '../../store/readings.ts';
import { findSetting, lockSettingShared } from '../../store/settings.ts';
import type { Deps } from '../deps.ts';
import { recordUnreadNames } from './name-events.ts';
import { readItem } from './read-item.ts';

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
      await recordReadings(tx, readings);
      await markFamiliesStale(tx, familiesOf(readings));
      await recordUnreadNames(tx, deps, readings);
      return stale.length;
    });
    total += count;
    if (count < batchMax) return total;
  }
}

export function familiesOf(readings: readonly NewReading[]): { vendor: string; family: string }[] {
  const byKey = new Map<string, { vendor: string; family: string }>();
  for (const { vendor, family } of readings)
    if (vendor !== null && family !== null) byKey.set(`${vendor}/${family}`, { vendor, family });
  return [...byKey.values()];
}

/**
 * The same deps with the identity data in force: the reviewed file with what curators added, as the database says at this
 * moment. Every node asks before it serves a request or runs a job, so none goes on with what another has replaced.
 */
export async function withCurrentIdentity(deps: Deps): Promise<Deps> {
  const revision = Number((await findSetting(deps.db.sql, 'identity_revision')) ?? 0);
  return await withRevision(deps.db.sql, deps, revision);
}

/** The same, in a transaction that reads names: nobody can add to the identity data before it ends. */
export async function lockIdentity(tx: Sql, deps: Deps): Promise<Deps> {
  return await withRevision(tx, deps, Number((await lockSettingShared(tx, 'identity_revision')) ?? 0));
}

async function withRevision(db: Sql, deps: Deps, revision: number): Promise<Deps> {
  if (revision === deps.identity.revision) return deps;
  return { ...deps, identity: await loadIdentity(db, deps.identity.file, revision) };
}

/** Building a table takes longer than a request should: the last one built of a file is kept, under the additions in it. */
const built = new WeakMap<IdentityData, { readonly key: string; readonly table: IdentityTable }>();

async function loadIdentity(db: Sql, file: IdentityData, revision: number): Promise<IdentityTable> {
  const additions = await listAdditionsInForce(db, revision);
  const key = [revision, ...additions.map((addition) => addition.id)].join(' ');
  const kept = built.get(file);
  if (kept?.key === key) return kept.table;
  const { table } = buildIdentity(file, additions, revision);
  built.set(file, { key, table });
  return table;
}
