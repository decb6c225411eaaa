import type { ModelName } from '../criterion/pattern.ts';
import { endHost, endId } from '../ends/end-id.ts';
import type { NotAModel } from '../identity/model-id.ts';
import { whyUnread } from '../identity/parse.ts';
import { readPlace } from '../identity/place.ts';
import type { IdentityTable } from '../identity/table.ts';
import type { Instant } from '../instant.ts';
import { modelSlug } from '../models/slug.ts';
import { readUsedId, type UsedId, usedNotation } from '../scan/used-id.ts';

/** The row of a vendor's own list that states what an alias stands for. */
export type AliasStatement = { readonly feed: string; readonly observationId: string; readonly since: Instant };

/** How an id of a watch was read. */
export type WatchedId = {
  /** The id as it was given. */
  readonly id: string;
  readonly vendor: string | null;
  /** Slug of the model; null if the id names none. */
  readonly slug: string | null;
  /**
   * The id without the hosts, regions and vendors around it, as ends are kept under it. Null if it names neither a model nor an alias
   * of a known vendor.
   */
  readonly name: string | null;
  /** The id that it stands for: as its vendor states or, if it names no snapshot, the newest listed one of its model. */
  readonly standsFor: string | null;
  /** Who states what it stands for; null if nobody does, so that `standsFor` is the newest snapshot. */
  readonly statedBy: AliasStatement | null;
  /** The host that serves it; null for the service of the vendor. */
  readonly host: string | null;
  /** Whether the id is a rolling alias. */
  readonly isAlias: boolean;
  /** Why the id names no model; null if it names one. */
  readonly problem: NotAModel['reason'] | null;
};

/** A read id, with the model whose newest snapshot it may stand for; null if it names a snapshot or no model. */
export type ReadId = WatchedId & { readonly undated: ModelName | null };

/** Reads an id in any spelling that a scan finds. `host` serves the ids that name no host themselves. */
export function readWatchedId(table: IdentityTable, id: string, host: string | null): ReadId {
  const used = readUsedId(table, id);
  const { identity, aliasOf, plain } = used;
  const named = identity.outcome === 'model' ? identity : aliasOf;
  if (named === null) {
    const problem = identity.outcome === 'model' ? null : identity.reason;
    const isAlias = problem === 'rolling_alias' && identity.vendor !== null;
    const service = isAlias ? { name: endId(table, plain), host: hostOf(table, used, identity.vendor, host) } : {};
    return { ...unread, ...service, id, vendor: identity.vendor, isAlias, problem };
  }
  const { vendor, family, version, tier } = named;
  return {
    id,
    vendor,
    slug: modelSlug(table, named),
    name: endId(table, plain),
    standsFor: null,
    statedBy: null,
    host: hostOf(table, used, vendor, host),
    isAlias: identity.outcome !== 'model',
    problem: null,
    undated: identity.outcome === 'model' && identity.snapshot !== null ? null : { vendor, family, version, tier },
  };
}

/** The host that serves an id. `host` serves those that name none. */
function hostOf(table: IdentityTable, used: UsedId, vendor: string | null, host: string | null): string | null {
  const isOwn = readPlace(table, used.plain, { feed: usedNotation }).owner?.vendor === vendor;
  return isOwn ? null : (used.host ?? (host === null ? null : endHost(host)));
}

const unread = { slug: null, name: null, standsFor: null, statedBy: null, host: null, undated: null } as const;

/** Why an id names no model, in words. */
export function describeProblem(problem: NotAModel['reason']): string {
  return problem === 'rolling_alias'
    ? 'it is a rolling alias, and no feed states what it stands for: only ends of the alias itself are watched; use the id of a model'
    : whyUnread(problem);
}
