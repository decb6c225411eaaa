/** The environment variables with API keys for the vendors' own lists. */
export const keyVariables = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'XAI_API_KEY',
  'MISTRAL_API_KEY',
  'DEEPSEEK_API_KEY',
] as const;

export type KeyVariable = (typeof keyVariables)[number];

/** How a vendor's API expects the key. */
export type KeyAccess = {
  readonly variable: KeyVariable;
  /** `bearer` means `authorization: Bearer …`; any other value is the name of a header that contains only the key. */
  readonly scheme: 'bearer' | 'x-api-key' | 'x-goog-api-key';
  /** Further headers that the API requires. They are not secret. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** The parts of an adapter that decide whether a key is sent to an address. */
type Keyed = { readonly access?: KeyAccess; readonly defaults: { readonly url: string | null } };

/**
 * How to authenticate to a feed at an address, or null when the address must not receive a key. A key is sent only over
 * https to the origin of the adapter's default address: a server at any other address may belong to somebody else.
 */
export function accessAt(adapter: Keyed | null, url: string | null): KeyAccess | null {
  const own = adapter?.defaults.url ?? null;
  if (adapter?.access === undefined || own === null || url === null || !URL.canParse(url)) return null;
  const at = new URL(url);
  return at.protocol === 'https:' && at.origin === new URL(own).origin ? adapter.access : null;
}

/** The request headers that contain the key, with names in lower case. */
export function keyHeaders({ scheme, headers }: KeyAccess, key: string): Readonly<Record<string, string>> {
  const shown = scheme === 'bearer' ? { authorization: `Bearer ${key}` } : { [scheme]: key };
  return { ...headers, ...shown };
}
