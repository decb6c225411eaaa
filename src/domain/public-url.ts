/**
 * The public address of this service, as configured by its operator. A process behind a proxy cannot find it out by
 * itself, and a message to a subscriber is not the response to a request that would contain it.
 */

/** Limited so that links stay a small part of a message's 20 kB. */
export const publicUrlCharsMax = 300;

export const publicUrlRule = `an http or https address of at most ${publicUrlCharsMax} characters, without credentials, query or fragment`;

/** The address without trailing slashes, so that paths can be appended; null for an invalid address. */
export function parsePublicUrl(text: string): string | null {
  if (text.length > publicUrlCharsMax || !URL.canParse(text)) return null;
  const url = new URL(text);
  const { protocol, username, password, href } = url;
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  // The URL drops an empty query or fragment, but its "?" or "#" would end up in the middle of links.
  if (username !== '' || password !== '' || /[?#]/.test(text) || href.length > publicUrlCharsMax) return null;
  return href.replace(/\/+$/, '');
}

/** A link to a path of this service: absolute when the public address is configured. */
export function linkTo(publicUrl: string | null, path: string): string {
  return `${publicUrl ?? ''}${path}`;
}

/** The data with every path under a `links` member made absolute, at any depth. */
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

/** The path of the HTML page of a prediction. Former slugs lead to it as well. */
export function predictionPagePath(slug: string): string {
  return `/predictions/${slug}`;
}

/** The path of the HTML page of a model. */
export function modelPagePath(vendor: string, slug: string): string {
  return `/models/${vendor}/${slug}`;
}

/** The path of the HTML page of the models of a vendor, or of all models. */
export function modelsPagePath(vendor: string | null): string {
  return vendor === null ? '/models' : `/models?vendor=${encodeURIComponent(vendor)}`;
}

/** The path of the HTML page of a case. */
export function casePagePath(id: string): string {
  return `/cases/${id}`;
}

/** The path of the HTML page of a feed. */
export function feedPagePath(slug: string): string {
  return `/feeds/${slug}`;
}

/** The path of the HTML page of an observation. */
export function observationPagePath(id: string): string {
  return `/observations/${id}`;
}

/** The data without the links to HTML pages, for a service that serves none. */
export function withoutPageLinks(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (!isRecord(value)) return [name, value];
      if (name !== 'links') return [name, withoutPageLinks(value)];
      const { page: _page, ...links } = value;
      return [name, links];
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
