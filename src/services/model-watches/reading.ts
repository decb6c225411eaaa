import type { ModelName } from '../../domain/criterion/pattern.ts';
import { endId } from '../../domain/ends/end-id.ts';
import { type ReadId, readWatchedId, type WatchedId } from '../../domain/model-watches/watched-id.ts';
import type { Sql } from '../../store/db.ts';
import { listNewestSnapshots } from '../../store/model-watches.ts';
import type { Deps } from '../deps.ts';
import { aliasKey, findAliases, type ResolvedAlias } from '../identity/aliases.ts';

/**
 * Reads each id once. An alias stands for what its vendor's own list states. Any other id without a date stands for the newest
 * snapshot that the vendor lists of its model.
 */
export async function readIds(
  tx: Sql,
  deps: Deps,
  { ids, host }: { readonly ids: readonly string[]; readonly host: string | null },
): Promise<WatchedId[]> {
  const read = [...new Set(ids)].map((id) => readWatchedId(deps.identity, id, host));
  const names = read.flatMap(({ name, undated, isAlias }) =>
    name !== null && (isAlias || undated !== null) ? [name] : [],
  );
  const aliases = await findAliases(tx, deps.identity, names);
  const snapshots = await listNewestSnapshots(
    tx,
    read.flatMap(({ undated }) => undated ?? []),
  );
  const byModel = new Map(snapshots.map((one) => [keyOf(one), endId(deps.identity, one.name)]));
  return read.map((one) => {
    const alias = aliases.get(aliasKey({ vendor: one.vendor, id: one.name }));
    if (alias !== undefined) return followAlias(deps, one, alias);
    const { undated, ...rest } = one;
    const snapshot = undated === null ? undefined : byModel.get(keyOf(undated));
    return { ...rest, standsFor: snapshot === undefined || snapshot === rest.name ? null : snapshot };
  });
}

function followAlias(deps: Deps, { undated: _undated, ...read }: ReadId, alias: ResolvedAlias): WatchedId {
  const { feed, observationId, since, standsFor, model } = alias;
  return {
    ...read,
    slug: model.slug,
    standsFor: endId(deps.identity, standsFor),
    statedBy: { feed, observationId, since },
    isAlias: true,
    problem: null,
  };
}

function keyOf({ vendor, family, version, tier }: ModelName): string {
  return JSON.stringify([vendor, family, version, tier]);
}
