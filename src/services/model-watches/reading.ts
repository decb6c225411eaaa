import type { ModelName } from '../../domain/criterion/pattern.ts';
import { endId } from '../../domain/ends/end-id.ts';
import { readWatchedId, type WatchedId } from '../../domain/model-watches/watched-id.ts';
import type { Sql } from '../../store/db.ts';
import { listNewestSnapshots } from '../../store/model-watches.ts';
import type { Deps } from '../deps.ts';

/** Reads each id once. An id without a date stands for the newest snapshot that the vendor lists of its model. */
export async function readIds(
  tx: Sql,
  deps: Deps,
  { ids, host }: { readonly ids: readonly string[]; readonly host: string | null },
): Promise<WatchedId[]> {
  const read = [...new Set(ids)].map((id) => readWatchedId(deps.identity, id, host));
  const snapshots = await listNewestSnapshots(
    tx,
    read.flatMap(({ undated }) => undated ?? []),
  );
  const byModel = new Map(snapshots.map((one) => [keyOf(one), endId(deps.identity, one.name)]));
  return read.map(({ undated, ...one }) => {
    const snapshot = undated === null ? undefined : byModel.get(keyOf(undated));
    return { ...one, standsFor: snapshot === undefined || snapshot === one.name ? null : snapshot };
  });
}

function keyOf({ vendor, family, version, tier }: ModelName): string {
  return JSON.stringify([vendor, family, version, tier]);
}
