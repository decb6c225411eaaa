import { formatEndDate } from '../../domain/ends/end.ts';
import { formatInstant } from '../../domain/instant.ts';
import { findStatedEnd, indexEnds, type StatedEndOfId } from '../../domain/scan/find-end.ts';
import { listVendors } from '../../domain/scan/used-id.ts';
import type { EndRow } from '../../store/ends.ts';
import type { Deps } from '../deps.ts';
import { listEnds } from '../ends/ends.ts';
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
      return new Map(ids.map((used) => [used.id, findStatedEnd(index, used)]));
    },
    setWatch: async (name, ids) => {
      const kept = await findWatchSettings(deps, name);
      await replaceWatch(deps, name, { ids, ...keptSettings(kept) }, null);
    },
  };
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
    found.push(...rows.map(toStatedEnd));
    if (rows.length < pageRowsMax) return found;
    last = rows.at(-1);
  }
}

function toStatedEnd(row: EndRow): StatedEndOfId {
  const { id, scope, host, kind, date, endedAt, contradicted, sources, movedFrom, successor } = row;
  return {
    end: {
      ...{ id, scope, host, kind },
      date: date === null ? null : formatEndDate(date),
      sources: sources.filter(({ use }) => use === 'decides').map(({ feed }) => ({ name: feed, url: null })),
      movedFrom: movedFrom.map((move) => formatEndDate(move.date)),
      hasEnded: endedAt !== null,
      isContradicted: contradicted !== null,
    },
    successor: successor?.id ?? null,
  };
}
