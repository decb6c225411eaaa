import type { Client } from './client.ts';
import type { FetchFailureReason } from './failure.ts';
import { fetchConditional } from './fetch-conditional.ts';

/** From the first name resolution to the last byte of the page, in milliseconds. */
export const pageMsMax = 15_000;

export type PageLimits = { readonly exchangeMsMax: number; readonly bodyBytesMax: number };

export type PageOutcome =
  | { readonly kind: 'ok'; readonly bytes: Uint8Array; readonly contentType: string | null }
  | {
      readonly kind: 'failed';
      readonly reason: FetchFailureReason;
      readonly detail: string;
      readonly status: number | null;
      readonly retryAfterMs: number | null;
    };

/** Gets a page that somebody named, following redirects. Failures of its server are outcomes, not errors. */
export async function fetchPage(
  client: Client,
  url: string,
  limits: PageLimits,
  signal?: AbortSignal,
): Promise<PageOutcome> {
  const outcome = await fetchConditional(client, {
    url,
    headers: { accept: 'text/html, text/plain' },
    limits,
    ...(signal === undefined ? {} : { signal }),
  });
  switch (outcome.kind) {
    case 'ok':
      return { kind: 'ok', bytes: outcome.bytes, contentType: outcome.contentType };
    case 'not_modified':
      throw new Error(`the request of ${url} had no validator`);
    case 'failed': {
      const { reason, detail, status = null, retryAfterMs = null } = outcome;
      return { kind: 'failed', reason, detail, status, retryAfterMs };
    }
  }
}
