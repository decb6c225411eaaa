import type { ModelName } from '../criterion/pattern.ts';
import { endHost, endId } from '../ends/end-id.ts';
import type { NotAModel } from '../identity/model-id.ts';
import { parseModelId, whyUnread } from '../identity/parse.ts';
import { readPlace } from '../identity/place.ts';
import { readRollingAlias } from '../identity/rolling.ts';
import type { IdentityTable } from '../identity/table.ts';
import { modelSlug } from '../models/slug.ts';

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

/** Ids in code and configuration follow the conventions of LiteLLM: `azure/…`, `gemini/…`. */
const feed = 'litellm';

/** A read id, with the model whose newest snapshot it may stand for; null if it names a snapshot or no model. */
export type ReadId = WatchedId & { readonly undated: ModelName | null };

/** Reads an id as it is used in code or configuration. `host` serves the ids that name no host themselves. */
export function readWatchedId(table: IdentityTable, id: string, host: string | null): ReadId {
  const found = parseModelId(table, id, { feed });
  const named = found.outcome === 'model' ? found : readRollingAlias(table, id, { feed });
  const vendor = named?.vendor ?? (found.outcome === 'model' ? null : found.vendor);
  if (named === null || found.outcome === 'partial') return { ...unread, id, vendor, problem: reasonOf(found) };
  const place = readPlace(table, id, { feed });
  const isOwn = place.owner?.vendor === named.vendor;
  const { family, version, tier } = named;
  return {
    id,
    vendor,
    slug: modelSlug(table, named),
    name: endId(table, id),
    standsFor: null,
    host: isOwn ? null : hostOf(place.host ?? dottedHost(table, id) ?? host),
    isAlias: found.outcome !== 'model',
    problem: null,
    undated:
      found.outcome === 'model' && found.snapshot !== null ? null : { vendor: named.vendor, family, version, tier },
  };
}

const unread = { slug: null, name: null, standsFor: null, host: null, isAlias: false, undated: null } as const;

function hostOf(host: string | null): string | null {
  return host === null ? null : endHost(host);
}

function reasonOf(found: ReturnType<typeof parseModelId>): NotAModel['reason'] | null {
  return found.outcome === 'model' ? null : found.reason;
}

/** Bedrock joins region, vendor and name by dots: `us.anthropic.claude-opus-4-1-20250805-v1:0`. */
function dottedHost(table: IdentityTable, id: string): string | null {
  let rest = id.trim().toLowerCase();
  for (;;) {
    const prefix = table.prefixes.find(({ text }) => text.endsWith('.') && rest.startsWith(text));
    if (prefix === undefined) return null;
    if (prefix.kind === 'vendor') return 'bedrock';
    rest = rest.slice(prefix.text.length);
  }
}

/** Why an id names no model, in words. */
export function describeProblem(problem: NotAModel['reason']): string {
  return problem === 'rolling_alias'
    ? 'it is an alias whose model changes with each release, so no end can be watched; use the id of a model'
    : whyUnread(problem);
}
