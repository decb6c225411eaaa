import { findPagesFlaw, firstPages, joinPages, nextPage, type Paging, rowsOf } from '../domain/feeds/pages.ts';
import type { Client } from './client.ts';
import type { FetchFailure, FetchFailureReason } from './failure.ts';
import {
  type Fetched,
  type FetchOutcome,
  type FetchRequest,
  fetchConditional,
  fetchLimitsDefault,
  type NotModified,
} from './fetch-conditional.ts';

export type PagesLimits = {
  /** The most pages that one fetch may request, over all lists. */
  readonly pagesMax: number;
  /** The size of all pages together after decoding, in bytes. */
  readonly bodyBytesMax: number;
  /** From the first request to the last byte of the last page, in milliseconds; well within a poll's lease. */
  readonly readingMsMax: number;
};

export const pagesLimitsDefault: PagesLimits = {
  pagesMax: 50,
  bodyBytesMax: fetchLimitsDefault.bodyBytesMax,
  readingMsMax: 90_000,
};

export type PagesFailure = FetchFailure<FetchFailureReason | 'bad_page'>;

export type PagesOutcome = Fetched | NotModified | PagesFailure;

/** One fetch of all pages, and how much of its limits it has used. */
type Reading = {
  readonly client: Client;
  readonly request: FetchRequest;
  readonly paging: Paging;
  readonly limits: PagesLimits;
  readonly endsAt: number;
  readonly requested: Set<string>;
  bytes: number;
};

/**
 * Gets a list that may span several pages, as one document in the shape of a single page. It is all or nothing: a page
 * that fails, repeats itself or links to another site fails the whole fetch, because the items of a missing page would
 * look as if they were gone.
 *
 * Validators describe one page. They are sent and kept only if that page is the whole list and its body says so. If a
 * header names the next page, an unchanged body does not prove that the following pages are unchanged.
 */
export async function fetchPages(
  client: Client,
  request: FetchRequest,
  paging: Paging,
  limits: Partial<PagesLimits> = {},
): Promise<PagesOutcome> {
  const all = { ...pagesLimitsDefault, ...limits };
  const endsAt = Date.now() + all.readingMsMax;
  const reading: Reading = { client, request, paging, limits: all, endsAt, requested: new Set(), bytes: 0 };
  const lists = firstPages(paging, request.url);
  const isOneList = lists.length === 1 && paging !== 'link_header';
  const bodies: (readonly unknown[])[] = [];
  let first: Fetched | null = null;
  for (const url of lists) {
    const list = await readList(reading, url, isOneList);
    if (list.kind !== 'list') return list;
    first ??= list.first;
    if (isOneList && list.bodies.length === 1) return list.first;
    bodies.push(list.bodies);
  }
  if (first === null) return failPage('bad_url', reading, 'no list was requested');
  const bytes = new TextEncoder().encode(JSON.stringify(joinPages(paging, bodies)));
  return { ...first, bytes, etag: null, lastModified: null };
}

type List = { readonly kind: 'list'; readonly first: Fetched; readonly bodies: readonly unknown[] };

async function readList(reading: Reading, start: string, conditional: boolean): Promise<List | PagesOutcome> {
  const { paging } = reading;
  const bodies: unknown[] = [];
  let first: Fetched | null = null;
  for (let url = start; ; ) {
    const page = await readPage(reading, url, conditional && first === null);
    if (page.kind !== 'ok') return page;
    const body = parseBody(page.bytes);
    if (rowsOf(paging, body) === null) {
      // A document that is not such a list is passed on unchanged, so that the parser can describe it.
      return reading.requested.size === 1
        ? { ...page, etag: null, lastModified: null }
        : failPage('bad_page', reading, 'contains no rows');
    }
    first ??= page;
    bodies.push(body);
    const next = nextPage(paging, { url, body, link: page.link });
    if (next.kind === 'bad') return failPage('bad_page', reading, next.why);
    const flaw = findPagesFlaw(paging, bodies);
    if (flaw !== null) return failPage('bad_page', reading, flaw);
    if (next.kind === 'last') return { kind: 'list', first, bodies };
    url = next.url;
  }
}

async function readPage(reading: Reading, url: string, conditional: boolean): Promise<FetchOutcome | PagesFailure> {
  const { client, request, limits, requested } = reading;
  if (requested.has(url)) return failPage('bad_page', reading, 'links to a page that was already read');
  if (requested.size >= limits.pagesMax)
    return failPage('too_large', reading, `is followed by more than ${limits.pagesMax} pages`);
  const leftMs = reading.endsAt - Date.now();
  if (leftMs <= 0) return failPage('timeout', reading, `was not the last one after ${limits.readingMsMax} ms`);
  requested.add(url);
  const { etag = null, lastModified = null, ...rest } = request;
  const outcome = await fetchConditional(client, {
    ...rest,
    url,
    ...(conditional ? { etag, lastModified } : {}),
    limits: {
      ...request.limits,
      exchangeMsMax: Math.min(request.limits?.exchangeMsMax ?? fetchLimitsDefault.exchangeMsMax, leftMs),
      bodyBytesMax: limits.bodyBytesMax - reading.bytes,
    },
  });
  if (outcome.kind === 'ok') reading.bytes += outcome.bytes.byteLength;
  return outcome.kind === 'failed' ? { ...outcome, detail: `page ${requested.size}: ${outcome.detail}` } : outcome;
}

function failPage(reason: PagesFailure['reason'], { requested }: Reading, what: string): PagesFailure {
  return { kind: 'failed', reason, detail: `page ${requested.size} ${what}` };
}

/** The parsed body; undefined if it is not JSON. */
function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
