import { isRecord } from './payload.ts';

/**
 * How a list is paginated:
 * `links_next`: `links.next` of the body is the address of the next page, null on the last page; rows in `data`.
 * `after_id`: while `has_more` is true, the next request has `after_id` set to `last_id` of this page; rows in `data`.
 * Retired models are a separate list, requested with `lifecycle=retired`.
 * `page_token`: the next request has `pageToken` set to `nextPageToken` of this page; rows in `models`.
 * `link_header`: a `Link` header with `rel="next"` (RFC 8288) has the address of the next page; the body is an array of rows.
 */
export type Paging = 'links_next' | 'after_id' | 'page_token' | 'link_header';

/** One page as received: its address, its parsed body and its `Link` header. */
export type Page = { readonly url: string; readonly body: unknown; readonly link: string | null };

export type NextPage =
  | { readonly kind: 'last' }
  | { readonly kind: 'next'; readonly url: string }
  | { readonly kind: 'bad'; readonly why: string };

/** The first page of each list that makes up the feed. */
export function firstPages(paging: Paging, url: string): readonly string[] {
  return paging === 'after_id' ? [url, withParameter(url, 'lifecycle', 'retired')] : [url];
}

/** The page after this one. An address at another origin is refused, since the publisher could point it at any host. */
export function nextPage(paging: Paging, page: Page): NextPage {
  const reference = nextReference(paging, page);
  if (reference === null) return { kind: 'last' };
  if (typeof reference !== 'string' || reference === '' || !URL.canParse(reference, page.url))
    return { kind: 'bad', why: 'links to an invalid URL' };
  const url = new URL(reference, page.url);
  if (url.origin !== new URL(page.url).origin) return { kind: 'bad', why: 'links to another origin' };
  return { kind: 'next', url: url.href };
}

/** The address of the next page; null on the last page; any other value means that the page is malformed. */
function nextReference(paging: Paging, { url, body, link }: Page): unknown {
  switch (paging) {
    case 'links_next':
      return isRecord(body) && isRecord(body.links) ? (body.links.next ?? null) : null;
    case 'after_id':
      if (!isRecord(body) || (body.has_more ?? false) === false) return null;
      return isName(body.last_id) ? withParameter(url, 'after_id', body.last_id) : undefined;
    case 'page_token':
      if (!isRecord(body) || (body.nextPageToken ?? '') === '') return null;
      return isName(body.nextPageToken) ? withParameter(url, 'pageToken', body.nextPageToken) : undefined;
    case 'link_header':
      return link === null ? null : readNextLink(link);
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

/** Splits the header instead of matching one pattern, which could take very long on a hostile header. */
function readNextLink(header: string): string | null {
  for (const link of header.split(/,(?=\s*<)/)) {
    const end = link.indexOf('>');
    const isNext = link
      .slice(end + 1)
      .split(';')
      .some((parameter) => namesNext(parameter.trim().toLowerCase()));
    if (isNext) return link.slice(0, end).trim().slice(1);
  }
  return null;
}

function namesNext(parameter: string): boolean {
  const [name = '', relations = ''] = parameter.split('=');
  return name.trim() === 'rel' && relations.replaceAll('"', ' ').split(/\s/).includes('next');
}

/** The rows of a page, or null when the body has no array in the expected place. */
export function rowsOf(paging: Paging, body: unknown): readonly unknown[] | null {
  const rows = paging === 'link_header' ? body : isRecord(body) ? body[rowsMember(paging)] : undefined;
  return Array.isArray(rows) ? rows : null;
}

function rowsMember(paging: Paging): string {
  return paging === 'page_token' ? 'models' : 'data';
}

/**
 * Why the pages of one list are inconsistent, or null. If the list changes between two requests, rows shift across pages:
 * a row may appear twice, or be skipped, in which case the total count differs between pages.
 */
export function findPagesFlaw(paging: Paging, bodies: readonly unknown[]): string | null {
  const seen = new Set<string>();
  for (const body of bodies) {
    const names = (rowsOf(paging, body) ?? []).flatMap((row) => nameOf(row) ?? []);
    if (names.some((name) => seen.has(name))) return 'two pages contain the same row';
    for (const name of names) seen.add(name);
  }
  const counts = new Set(bodies.map((body) => (isRecord(body) ? body.total_count : undefined)));
  return counts.size > 1 ? 'the total number of rows differs between pages' : null;
}

function nameOf(row: unknown): string | null {
  if (!isRecord(row)) return null;
  const name = row.id ?? row.name;
  return typeof name === 'string' ? name : null;
}

/**
 * All pages as one document in the form of a single last page, so that a poll and an archived payload are parsed the
 * same way. `lists` contains the pages of each list; a row that an earlier list contains is skipped.
 */
export function joinPages(paging: Paging, lists: readonly (readonly unknown[])[]): unknown {
  const rows: unknown[] = [];
  const taken = new Set<string>();
  for (const bodies of lists) {
    const listed = bodies.flatMap((body) => rowsOf(paging, body) ?? []);
    for (const row of listed) if (!taken.has(nameOf(row) ?? '')) rows.push(row);
    for (const row of listed) taken.add(nameOf(row) ?? '');
    taken.delete('');
  }
  const first = lists[0]?.[0];
  if (paging === 'link_header' || !isRecord(first)) return rows;
  return { ...first, [rowsMember(paging)]: rows, ...lastPageMarks(paging) };
}

/** The members that mark a page as the last one. */
function lastPageMarks(paging: Exclude<Paging, 'link_header'>): object {
  switch (paging) {
    case 'links_next':
      return { links: { next: null } };
    case 'after_id':
      return { has_more: false, first_id: null, last_id: null };
    case 'page_token':
      return { nextPageToken: '' };
  }
}

/** Why a document is not the whole list, or null: other pages follow it, or it has fewer rows than its total count. */
export function findGap(paging: Paging, body: unknown): string | null {
  if (nextReference(paging, { url: 'https://any.invalid/', body, link: null }) !== null)
    return 'one page of several, followed by others';
  const rows = rowsOf(paging, body)?.length ?? 0;
  const total = isRecord(body) ? body.total_count : undefined;
  return typeof total === 'number' && total > rows ? `${rows} rows of ${total}` : null;
}
