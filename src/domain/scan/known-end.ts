import { type EndState, formatEndDate } from '../ends/end.ts';
import type { EndKind } from '../feeds/stated-end.ts';
import { modelKey } from '../identity/model-id.ts';
import type { IdentityTable } from '../identity/table.ts';
import { formatDay, type Instant } from '../instant.ts';
import type { KnownAlias } from './end.ts';
import type { StatedEndOfId } from './find-end.ts';
import { readUsedId } from './used-id.ts';

/** A stored end in the form in which a scan reports it. */
export function knownEndOf(end: EndState & { readonly kind: EndKind }): StatedEndOfId {
  const { id, scope, host, kind, date, endedAt, contradicted, sources, movedFrom, successor } = end;
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

/** What a vendor's list states of an alias, in the form in which a scan reports it; null if its id is not read as a model. */
export function knownAliasOf(
  table: IdentityTable,
  { standsFor, feed, since }: { readonly standsFor: string; readonly feed: string; readonly since: Instant },
): KnownAlias | null {
  const { identity } = readUsedId(table, standsFor);
  return identity.outcome === 'model' ? { standsFor, model: modelKey(identity), feed, since: formatDay(since) } : null;
}
