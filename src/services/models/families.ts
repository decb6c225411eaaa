import { aliasFamily } from '../../domain/ends/end.ts';
import type { FamilyKey } from '../../store/model-families.ts';
import type { NewReading } from '../../store/readings.ts';

/**
 * The family that has to be computed when a row with such a reading changes: that of its model, or that of the vendor's aliases of
 * changing models. Null if the row is of neither.
 */
export function computedFamily({
  vendor,
  family,
  reason,
}: Pick<NewReading, 'vendor' | 'family' | 'reason'>): FamilyKey | null {
  if (vendor === null) return null;
  if (family !== null) return { vendor, family };
  return reason === 'rolling_alias' ? { vendor, family: aliasFamily } : null;
}

/** Each family once. */
export function distinctFamilies(
  rows: readonly ({ readonly vendor: string | null; readonly family: string | null } | null | undefined)[],
): FamilyKey[] {
  const byKey = new Map<string, FamilyKey>();
  for (const row of rows) {
    if (row === null || row === undefined || row.vendor === null || row.family === null) continue;
    byKey.set(`${row.vendor}/${row.family}`, { vendor: row.vendor, family: row.family });
  }
  return [...byKey.values()];
}
