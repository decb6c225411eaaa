/** The environment's variables that hold keys for the vendors' own lists. */
export const keyVariables = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'XAI_API_KEY',
  'MISTRAL_API_KEY',
  'DEEPSEEK_API_KEY',
] as const;

export type KeyVariable = (typeof keyVariables)[number];

/** How a vendor wants to be shown a key. */
export type KeyAccess = {
  readonly variable: KeyVariable;
  /** `bearer`: `authorization: Bearer …`; otherwise the header that holds nothing but the key. */
  readonly scheme: 'bearer' | 'x-api-key' | 'x-goog-api-key';
  /** What else has to be sent along; no secret. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** What decides whether an address may be shown a key: how, and where the vendor's own list is. */
type Keyed = { readonly access?: KeyAccess; readonly defaults: { readonly url: string | null } };

/**
 * How a feed at an address is let in, or null when no key is for it. A key is the vendor's alone: it is meant for the very
 * origin of the adapter's own address, over https. Of an adapter at any other address nothing is known of who listens there.
 */
export function accessAt(adapter: Keyed | null, url: string | null): KeyAccess | null {
  const own = adapter?.defaults.url ?? null;
  if (adapter?.access === undefined || own === null || url === null || !URL.canParse(url)) return null;
  const at = new URL(url);
  return at.protocol === 'https:' && at.origin === new URL(own).origin ? adapter.access : null;
}

/** The headers that show a key. Names in lower case. */
export function keyHeaders({ scheme, headers }: KeyAccess, key: string): Readonly<Record<string, string>> {
  const shown = scheme === 'bearer' ? { authorization: `Bearer ${key}` } : { [scheme]: key };
  return { ...headers, ...shown };
}
