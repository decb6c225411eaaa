import { endId } from '../../domain/ends/end-id.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { KnownAlias } from '../../domain/scan/end.ts';
import { findStatedEnd, indexEnds, type StatedEndOfId } from '../../domain/scan/find-end.ts';
import { knownAliasOf, knownEndOf } from '../../domain/scan/known-end.ts';
import { listVendors, mayBeAlias, type UsedId } from '../../domain/scan/used-id.ts';
import type { EndRow } from '../../store/ends.ts';
import type { Deps } from '../deps.ts';
import { listEnds } from '../ends/ends.ts';
import { aliasKey, findAliases } from '../identity/aliases.ts';
import { findWatchSettings, replaceWatch } from '../model-watches/model-watches.ts';
import type { ScanSource } from './scan.ts';

/** Ends that are read at once. */
const pageRowsMax = 500;

/** The ends and watches of a database. */
export function makeStoredEnds(deps: Deps, knownIds: readonly string[]): ScanSource {
  return {
    describe: () => `Ends as known in the database at ${formatInstant(deps.now())}.`,
    findEnds: async (ids) => {
      const ends: StatedEndOfId[] = [];
      for (const vendor of listVendors(ids)) ends.push(...(await listVendorEnds(deps, vendor)));
      const index = indexEnds(deps.identity, ends, knownIds);
      const aliases = await findKnownAliases(deps, ids);
      return new Map(ids.map((used) => [used.id, findStatedEnd(index, used, aliases.get(used.id))]));
    },
    setWatch: async (name, ids) => {
      const kept = await findWatchSettings(deps, name);
      await replaceWatch(deps, name, { ids, ...keptSettings(kept) }, null);
    },
  };
}

/** What ids stand for, by id as used. */
async function findKnownAliases(
  { db, identity }: Deps,
  ids: readonly UsedId[],
): Promise<ReadonlyMap<string, KnownAlias>> {
  const named = ids.filter(mayBeAlias).map((used) => ({ used, name: endId(identity, used.plain) }));
  const names = named.map(({ name }) => name);
  const found = await findAliases(db.sql, identity, names);
  return new Map(
    named.flatMap(({ used, name }) => {
      const stated = found.get(aliasKey({ vendor: used.identity.vendor, id: name }));
      const alias = stated === undefined ? null : knownAliasOf(identity, stated);
      return alias === null ? [] : [[used.id, alias] as const];
    }),
  );
}

/** A watch keeps what somebody else has set: only its ids are replaced. */
function keptSettings(kept: Awaited<ReturnType<typeof findWatchSettings>>) {
  return kept === null ? {} : { host: kept.host, owner: kept.owner, noticeDays: kept.noticeDays };
}

async function listVendorEnds(deps: Deps, vendor: string): Promise<StatedEndOfId[]> {
  const found: StatedEndOfId[] = [];
  let last: EndRow | undefined;
  for (;;) {
    const after = last === undefined ? null : { ...last, vendor: last.model.vendor, family: last.model.family };
    const rows = await listEnds(deps, { vendor, state: 'all' }, { after, asOf: null, limit: pageRowsMax });
    found.push(...rows.map(knownEndOf));
    if (rows.length < pageRowsMax) return found;
    last = rows.at(-1);
  }
}
