import type { ModelName } from '../criterion/pattern.ts';
import { endHost, endId } from '../ends/end-id.ts';
import type { NotAModel } from '../identity/model-id.ts';
import { whyUnread } from '../identity/parse.ts';
import { readPlace } from '../identity/place.ts';
import type { IdentityTable } from '../identity/table.ts';
import { modelSlug } from '../models/slug.ts';
import { readUsedId, usedNotation } from '../scan/used-id.ts';

/** How an id of a watch was read. */
export type WatchedId = {
  /** The id as it was given. */
  readonly id: string;
  readonly vendor: string | null;
  /** Slug of the model; null if the id names none. */
  readonly slug: string | null;
  /** The id without the hosts, regions and vendors around it, as ends are kept under it; null if it names no model. */
  readonly name: string | null;
  /** The newest snapshot of its model, if the id itself names no snapshot and feeds list one. */
  readonly standsFor: string | null;
  /** The host that serves it; null for the service of the vendor. */
  readonly host: string | null;
  /** Whether the id is a rolling alias, which stands for the newest snapshot of its model. */
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
    return { ...unread, id, vendor: identity.vendor, problem };
  }
  const { vendor, family, version, tier } = named;
  const isOwn = readPlace(table, plain, { feed: usedNotation }).owner?.vendor === vendor;
  return {
    id,
    vendor,
    slug: modelSlug(table, named),
    name: endId(table, plain),
    standsFor: null,
    host: isOwn ? null : (used.host ?? (host === null ? null : endHost(host))),
    isAlias: identity.outcome !== 'model',
    problem: null,
    undated: identity.outcome === 'model' && identity.snapshot !== null ? null : { vendor, family, version, tier },
  };
}

const unread = { slug: null, name: null, standsFor: null, host: null, isAlias: false, undated: null } as const;

/** Why an id names no model, in words. */
export function describeProblem(problem: NotAModel['reason']): string {
  return problem === 'rolling_alias'
    ? 'it is an alias whose model changes with each release, so no end can be watched; use the id of a model'
    : whyUnread(problem);
}
