import { mayBeFamily } from '../../domain/criterion/may-match.ts';
import type { UnreadSighting } from '../../domain/evidence/timeline.ts';
import type { PartialName } from '../../domain/identity/model-id.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import type { NewReading, PartialReading } from '../../store/readings.ts';
import { listUnreadSightings, listWatchedFamilies, unreadSightingsMax } from '../../store/unread-names.ts';
import { listWatching } from '../../store/watches.ts';

/** A stored partial reading: a row in the vendor's own namespace. */
function toPartialName(vendor: string, partial: PartialReading): PartialName {
  return { outcome: 'partial', reason: 'unrecognised', vendor, ...partial, own: true, host: null };
}

/** The partial readings among the given readings. */
export function partialNames(readings: readonly NewReading[]): PartialName[] {
  return readings.flatMap(({ vendor, partial }) =>
    vendor === null || partial === null ? [] : [toPartialName(vendor, partial)],
  );
}

/** The watched families to which a name may belong. */
export async function listFamiliesOfNames(
  tx: Sql,
  names: readonly PartialName[],
): Promise<{ vendor: string; family: string }[]> {
  const vendors = [...new Set(names.map(({ vendor }) => vendor))];
  const watched = await listWatchedFamilies(tx, vendors);
  return watched.filter(({ vendor, family }) =>
    names.some((name) => (vendor === 'any' || vendor === name.vendor) && mayBeFamily(family, name)),
  );
}

/** Ids of the predictions that watch a family to which a name may belong. */
export async function listWatchingNames(tx: Sql, names: readonly PartialName[]): Promise<string[]> {
  return await listWatching(tx, await listFamiliesOfNames(tx, names));
}

/** The partially read names that may belong to a watched family, as seen by `at`. */
export async function loadUnread(
  db: Sql,
  watches: readonly { vendor: string; family: string }[],
  at: Instant,
): Promise<UnreadSighting[]> {
  const rows = await listUnreadSightings(db, watches, { until: at, limit: unreadSightingsMax });
  return narrowUnread(
    rows.map(({ vendor, partial, ...row }) => ({ ...row, partial: toPartialName(vendor, partial) })),
    watches,
  );
}

/** The names that may belong to a watched family. */
export function narrowUnread(
  unread: readonly UnreadSighting[],
  watches: readonly { vendor: string; family: string }[],
): UnreadSighting[] {
  return unread.filter(({ partial }) =>
    watches.some(
      ({ vendor, family }) => (vendor === 'any' || vendor === partial.vendor) && mayBeFamily(family, partial),
    ),
  );
}
