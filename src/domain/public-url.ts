/**
 * Where others find this service, as its operator says: behind a proxy no process can know it by itself, and what is told
 * to subscribers is told without any request to learn it from.
 */

/** Short enough that the links of a message stay a small part of its 20 kB. */
export const publicUrlCharsMax = 300;

export const publicUrlRule = `an http or https address of at most ${publicUrlCharsMax} characters, with neither credentials nor query nor fragment`;

/** The address without slashes at its end, so that paths can be put behind it; null for what is none. */
export function parsePublicUrl(text: string): string | null {
  if (text.length > publicUrlCharsMax || !URL.canParse(text)) return null;
  const url = new URL(text);
  const { protocol, username, password, href } = url;
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  // Of "?" and "#" alone the URL keeps no query and no fragment, but they would end up in the middle of links.
  if (username !== '' || password !== '' || /[?#]/.test(text) || href.length > publicUrlCharsMax) return null;
  return href.replace(/\/+$/, '');
}

/** A path of this service as a link: absolute where it is known how others call the service. */
export function linkTo(publicUrl: string | null, path: string): string {
  return `${publicUrl ?? ''}${path}`;
}

/** The same facts with every path under `links` made absolute, at whatever depth. */
export function withAbsoluteLinks(
  facts: Readonly<Record<string, unknown>>,
  publicUrl: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (!isRecord(value)) return [name, value];
      return [name, name === 'links' ? absoluteLinks(value, publicUrl) : withAbsoluteLinks(value, publicUrl)];
    }),
  );
}

function absoluteLinks(links: Readonly<Record<string, unknown>>, publicUrl: string): Record<string, unknown> {
  const absolute = (value: unknown) =>
    typeof value === 'string' && value.startsWith('/') ? linkTo(publicUrl, value) : value;
  return Object.fromEntries(Object.entries(links).map(([name, value]) => [name, absolute(value)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
