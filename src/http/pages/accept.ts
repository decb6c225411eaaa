/** The media type that a page has, and those of the API. */
const pageType = 'text/html';
const apiTypes = ['application/json', 'application/problem+json'];

/**
 * Whether an `Accept` header prefers JSON, or anything else, to HTML (RFC 9110, 12.5.1). Without a preference, as with
 * `*\/*`, HTML is acceptable: the address is that of a page.
 */
export function prefersOtherThanHtml(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return false;
  const html = weightOf(accept, pageType);
  return html === 0 || apiTypes.some((type) => weightOf(accept, type) > html);
}

/** Whether an `Accept` header names HTML and prefers it to JSON, as those of browsers do. */
export function asksForHtml(accept: string | undefined): boolean {
  if (accept === undefined || !accept.toLowerCase().includes(pageType)) return false;
  return !prefersOtherThanHtml(accept);
}

/** The weight of a media type from 0 to 1: that of the most specific range that includes it. */
function weightOf(accept: string, mediaType: string): number {
  const ranges = new Map(accept.toLowerCase().split(',').map(readRange));
  const [group = ''] = mediaType.split('/');
  return ranges.get(mediaType) ?? ranges.get(`${group}/*`) ?? ranges.get('*/*') ?? 0;
}

/** A range and its weight. A malformed weight counts as 0. */
function readRange(entry: string): [range: string, weight: number] {
  const [range = '', ...parameters] = entry.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
  if (weight === undefined) return [range, 1];
  return [range, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
}
