import { buildIdentity } from '../../domain/identity/additions.ts';
import type { IdentityData } from '../../domain/identity/schema.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import type { Sql } from '../../store/db.ts';
import { listAdditionsInForce } from '../../store/identity.ts';
import { type FamilyKey, markFamiliesStale } from '../../store/model-families.ts';
import { listStaleReadings, type NewReading, recordReadings } from '../../store/readings.ts';
import { findSetting, incrementSetting, lockSettingShared } from '../../store/settings.ts';
import type { Deps } from '../deps.ts';
import { computedFamily, distinctFamilies } from '../models/families.ts';
import { recordUnreadNames } from './name-events.ts';
import { readItem } from './read-item.ts';

const batchMax = 1000;

/**
 * Parses again every name that was parsed with another version of the identity data, so that old and new names are
 * treated alike. The resolver then evaluates the predictions. Returns how many names were parsed.
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
      if (stale.length > 0) await incrementSetting(tx, 'names_epoch');
      return stale.length;
    });
    total += count;
    if (count < batchMax) return total;
  }
}

/** The families that have to be computed again after some names were read, each once. */
export function familiesOf(readings: readonly NewReading[]): FamilyKey[] {
  return distinctFamilies(readings.flatMap((reading) => computedFamily(reading) ?? []));
}

/**
 * The same deps with the current identity data: the reviewed file and the additions in the database. Every node calls
 * this before it serves a request or runs a job, so none continues with outdated data.
 */
export async function withCurrentIdentity(deps: Deps): Promise<Deps> {
  const revision = Number((await findSetting(deps.db.sql, 'identity_revision')) ?? 0);
  return await withRevision(deps.db.sql, deps, revision);
}

/** The same, in a transaction that parses names: the identity data cannot change before it ends. */
export async function lockIdentity(tx: Sql, deps: Deps): Promise<Deps> {
  return await withRevision(tx, deps, Number((await lockSettingShared(tx, 'identity_revision')) ?? 0));
}

/** The same deps with the identity data of a revision. */
export async function withRevision(db: Sql, deps: Deps, revision: number): Promise<Deps> {
  if (revision === deps.identity.revision) return deps;
  return { ...deps, identity: await loadIdentity(db, deps.identity.file, revision) };
}

/**
 * Building a table takes longer than a request should, so the latest table of each file is cached with its additions.
 */
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
