import type { ModelName } from '../criterion/pattern.ts';
import { endHost } from '../ends/end-id.ts';
import type { Identity } from '../identity/model-id.ts';
import { parseModelId } from '../identity/parse.ts';
import { readRollingAlias } from '../identity/rolling.ts';
import type { IdentityTable } from '../identity/table.ts';

/** A model id as a program uses it, and how the identity data reads it. */
export type UsedId = {
  /** As written. */
  readonly id: string;
  /** In the notation of feeds: with slashes, and without the address of a resource around it. */
  readonly plain: string;
  readonly identity: Identity;
  /** The model whose newest snapshot a rolling alias stands for; null for other ids. */
  readonly aliasOf: ModelName | null;
  /** The service that the id addresses, if it is not the vendor's own: `azure`, `bedrock`, `vertex`, or as in the id. */
  readonly host: string | null;
};

/** The context of ids in code: LiteLLM's notation, in which a host stands before the name. */
export const usedNotation = 'litellm';

/** Reads an id as used in code or configuration. Pure; never throws. */
export function readUsedId(table: IdentityTable, id: string): UsedId {
  const { plain, host } = stripAddress(table, id.trim());
  const identity = parseModelId(table, plain, { feed: usedNotation });
  const named = identity.outcome === 'none' ? firstSegmentHost(table, plain) : identity.host;
  const aliasOf = identity.outcome === 'none' ? readRollingAlias(table, plain, { feed: usedNotation }) : null;
  return { id, plain, identity, aliasOf, host: canonicalHost(host ?? named ?? hostOfForm(table, plain)) };
}

type Stripped = { readonly plain: string; readonly host: string | null };

/** Ids of resources that contain the id of a model, and the host that uses them. */
const addresses: readonly (readonly [RegExp, string | null])[] = [
  [/^arn:aws[\w-]*:bedrock:.*?(?:foundation-model|inference-profile)\/(.+)$/i, 'bedrock'],
  [/^projects\/.+\/publishers\/\w+\/models\/(.+)$/i, 'vertex'],
  [/^publishers\/\w+\/models\/(.+)$/i, 'vertex'],
  [/^models\/(.+)$/i, null],
];

function stripAddress(table: IdentityTable, id: string): Stripped {
  for (const [pattern, host] of addresses) {
    const name = pattern.exec(id)?.[1];
    if (name !== undefined) return { plain: name, host };
  }
  return { plain: withSlash(table, id), host: null };
}

/** `openai:gpt-4o`: some libraries separate the provider with a colon. A tag such as `llama3.1:8b` stays as it is. */
function withSlash(table: IdentityTable, id: string): string {
  const [, first = '', separator = '', name = ''] = /^([\w-]+)([:/])(.+)$/.exec(id) ?? [];
  const provider = providers.get(first.toLowerCase());
  if (provider !== undefined) return `${provider}/${name}`;
  const isProvider = table.namespaces.has(first) || table.segments.has(first);
  return separator === ':' && isProvider ? `${first}/${name}` : id;
}

/** Names of providers in libraries, and the same provider in the notation of feeds. */
const providers: ReadonlyMap<string, string> = new Map([
  ['azure_openai', 'azure'],
  ['bedrock_converse', 'bedrock'],
  ['google_genai', 'gemini'],
  ['google_vertexai', 'vertex_ai'],
]);

function firstSegmentHost(table: IdentityTable, plain: string): string | null {
  const [first = '', ...rest] = plain.toLowerCase().split('/');
  return rest.length > 0 && table.segments.get(first) === 'host' ? first : null;
}

/** Bedrock joins regions, vendor and name by dots; Vertex AI separates the revision with an @. */
function hostOfForm(table: IdentityTable, plain: string): string | null {
  let rest = plain.toLowerCase();
  for (;;) {
    const prefix = table.prefixes.find(({ text }) => text.endsWith('.') && rest.startsWith(text));
    if (prefix === undefined) return /^[\w.-]+@(?:\d{3}|\d{8}|default|latest)$/.test(plain) ? 'vertex' : null;
    if (prefix.kind === 'vendor') return 'bedrock';
    rest = rest.slice(prefix.text.length);
  }
}

/** Names before an id that address the vendor: a kind of resource, or a gateway that passes requests on. */
const gateways: ReadonlySet<string> = new Set(['models', 'openrouter', 'vercel', 'vercel-ai-gateway', 'litellm-proxy']);

/** One name per host, whichever way libraries and catalogues write it; null for the vendor. */
function canonicalHost(host: string | null): string | null {
  const name = host === null ? null : endHost(host);
  return name === null || gateways.has(name) ? null : name;
}

/** Whether an id may be an alias that a vendor's list explains: it names no snapshot. */
export function mayBeAlias({ identity }: UsedId): boolean {
  return identity.outcome === 'model'
    ? identity.snapshot === null
    : identity.outcome === 'none' && identity.reason === 'rolling_alias';
}

/** The vendors of ids, as far as they are certain. */
export function listVendors(ids: readonly UsedId[]): string[] {
  return [...new Set(ids.flatMap(({ identity }) => identity.vendor ?? []))].sort();
}
