import { z } from 'zod';
import { joinPointer } from '../../domain/json-pointer.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import { customHeadersMax, headerFault, isSensitiveHeader } from '../../domain/webhooks/headers.ts';
import type { EndpointRow } from '../../store/webhook-endpoints.ts';
import { listSealedHeaders, updateSealedHeaders } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';

/** Custom headers as edited: null takes one away. */
export type HeaderPatch = Readonly<Record<string, string | null>>;

type KeptHeaders = Pick<EndpointRow, 'headers' | 'sealedHeaders' | 'sealedHeaderNames'>;

const nothing: KeptHeaders = { headers: {}, sealedHeaders: null, sealedHeaderNames: [] };

/**
 * Custom headers after an edit. Those whose values open something are kept sealed and are never shown; an edit that does
 * not name them leaves them as they are.
 */
export function applyHeaders(
  deps: Deps,
  endpointId: string,
  before: KeptHeaders | null,
  patch: HeaderPatch | null | undefined,
): KeptHeaders {
  if (patch === undefined) return before === null ? nothing : pickHeaders(before);
  if (patch === null) return nothing;
  requireHeaders(patch);
  const kept = before === null ? {} : readHeaders(deps, endpointId, before);
  if (kept === null)
    throw new Refusal(
      'conflict',
      'its headers cannot be opened with OUTTURN_SECRET; take all away by null, then set them',
    );
  const headers = new Map(Object.entries(kept));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) headers.delete(name.toLowerCase());
    else headers.set(name.toLowerCase(), value);
  }
  if (headers.size > customHeadersMax)
    throw refuse([{ detail: `at most ${customHeadersMax} headers`, pointer: '#/headers' }]);
  const sealed = [...headers].filter(([name]) => isSensitiveHeader(name));
  return {
    headers: Object.fromEntries([...headers].filter(([name]) => !isSensitiveHeader(name))),
    sealedHeaders:
      sealed.length === 0 ? null : deps.webhooks.vault.seal(JSON.stringify(Object.fromEntries(sealed)), endpointId),
    sealedHeaderNames: sealed.map(([name]) => name),
  };
}

function pickHeaders({ headers, sealedHeaders, sealedHeaderNames }: KeptHeaders): KeptHeaders {
  return { headers, sealedHeaders, sealedHeaderNames };
}

function requireHeaders(patch: HeaderPatch): void {
  const seen = new Set<string>();
  const errors = Object.entries(patch).flatMap(([name, value]): RefusalDetail[] => {
    const pointer = joinPointer('#/headers', [name]);
    const lower = name.toLowerCase();
    if (seen.has(lower)) return [{ detail: `${lower} is given twice, in different spellings`, pointer }];
    seen.add(lower);
    const fault = value === null ? null : headerFault(name, value);
    return fault === null ? [] : [{ detail: fault, pointer }];
  });
  if (errors.length > 0) throw refuse(errors);
}

function refuse(errors: readonly RefusalDetail[]): Refusal {
  return new Refusal('validation_failed', errors[0]?.detail ?? 'the headers are not valid', errors);
}

const sealedText = z.record(z.string(), z.string());

/** Every custom header as it is sent; null when what was sealed cannot be opened. */
export function readHeaders(
  deps: Deps,
  endpointId: string,
  kept: Pick<KeptHeaders, 'headers' | 'sealedHeaders'>,
): Readonly<Record<string, string>> {
  if (kept.sealedHeaders === null) return kept.headers;
  const text = deps.webhooks.vault.open(kept.sealedHeaders, endpointId);
  if (text === null)
    throw new Refusal(
      'conflict',
      'the headers of this endpoint cannot be opened with OUTTURN_SECRET; replace them all',
    );
  return { ...kept.headers, ...sealedText.parse(JSON.parse(text)) };
}

/** Seals anew what is sealed under a secret of the operator's before this one. Answers how many could not be opened. */
export async function resealHeaders(deps: Deps): Promise<number> {
  const { vault } = deps.webhooks;
  let unreadable = 0;
  for (const { id, sealed } of await listSealedHeaders(deps.db.sql)) {
    if (vault.isCurrent(sealed)) continue;
    const text = vault.open(sealed, id);
    if (text === null) unreadable += 1;
    else await updateSealedHeaders(deps.db.sql, id, { from: sealed, to: vault.seal(text, id) });
  }
  return unreadable;
}

/** How many sealed sets of headers can be opened neither by the present OUTTURN_SECRET nor by one before it. */
export async function countUnreadableHeaders(deps: Pick<Deps, 'db' | 'webhooks'>): Promise<number> {
  const headers = await listSealedHeaders(deps.db.sql);
  return headers.filter(({ id, sealed }) => deps.webhooks.vault.open(sealed, id) === null).length;
}
