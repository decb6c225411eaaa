import { z } from 'zod';
import { joinPointer } from '../../domain/json-pointer.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import { customHeadersMax, headerFault, isSensitiveHeader } from '../../domain/webhooks/headers.ts';
import type { EndpointRow } from '../../store/webhook-endpoints.ts';
import { listSealedHeaders, updateSealedHeaders } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';

/** An edit of custom headers. Null removes a header. */
export type HeaderPatch = Readonly<Record<string, string | null>>;

type StoredHeaders = Pick<EndpointRow, 'headers' | 'sealedHeaders' | 'sealedHeaderNames'>;

const nothing: StoredHeaders = { headers: {}, sealedHeaders: null, sealedHeaderNames: [] };

/**
 * The custom headers after an edit. Sensitive ones are encrypted and never shown. Headers that the edit does not name remain.
 */
export function applyHeaders(
  deps: Deps,
  endpointId: string,
  before: StoredHeaders | null,
  patch: HeaderPatch | null | undefined,
): StoredHeaders {
  if (patch === undefined) return before === null ? nothing : pickHeaders(before);
  if (patch === null) return nothing;
  requireHeaders(patch);
  const current = before === null ? {} : readHeaders(deps, endpointId, before);
  if (current === null)
    throw new Refusal(
      'conflict',
      'the headers of the endpoint cannot be decrypted with OUTTURN_SECRET; remove them with null, then set them again',
    );
  const headers = new Map(Object.entries(current));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) headers.delete(name.toLowerCase());
    else headers.set(name.toLowerCase(), value);
  }
  if (headers.size > customHeadersMax)
    throw refuse([{ detail: `headers must have at most ${customHeadersMax} entries`, pointer: '#/headers' }]);
  const sealed = [...headers].filter(([name]) => isSensitiveHeader(name));
  return {
    headers: Object.fromEntries([...headers].filter(([name]) => !isSensitiveHeader(name))),
    sealedHeaders:
      sealed.length === 0 ? null : deps.webhooks.vault.seal(JSON.stringify(Object.fromEntries(sealed)), endpointId),
    sealedHeaderNames: sealed.map(([name]) => name),
  };
}

function pickHeaders({ headers, sealedHeaders, sealedHeaderNames }: StoredHeaders): StoredHeaders {
  return { headers, sealedHeaders, sealedHeaderNames };
}

function requireHeaders(patch: HeaderPatch): void {
  const seen = new Set<string>();
  const errors = Object.entries(patch).flatMap(([name, value]): RefusalDetail[] => {
    const pointer = joinPointer('#/headers', [name]);
    const lower = name.toLowerCase();
    if (seen.has(lower)) return [{ detail: `${lower} is given more than once`, pointer }];
    seen.add(lower);
    const fault = value === null ? null : headerFault(name, value);
    return fault === null ? [] : [{ detail: fault, pointer }];
  });
  if (errors.length > 0) throw refuse(errors);
}

function refuse(errors: readonly RefusalDetail[]): Refusal {
  return new Refusal('validation_failed', errors[0]?.detail ?? 'the headers are invalid', errors);
}

const sealedText = z.record(z.string(), z.string());

/** All custom headers in plain text. Refuses with `conflict` if they cannot be decrypted. */
export function readHeaders(
  deps: Deps,
  endpointId: string,
  stored: Pick<StoredHeaders, 'headers' | 'sealedHeaders'>,
): Readonly<Record<string, string>> {
  if (stored.sealedHeaders === null) return stored.headers;
  const text = deps.webhooks.vault.open(stored.sealedHeaders, endpointId);
  if (text === null)
    throw new Refusal(
      'conflict',
      'the headers of the endpoint cannot be decrypted with OUTTURN_SECRET; remove them with null, then set them again',
    );
  return { ...stored.headers, ...sealedText.parse(JSON.parse(text)) };
}

/** Re-encrypts headers that were encrypted with a previous OUTTURN_SECRET. Returns how many cannot be decrypted. */
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

/** How many endpoints have headers that neither OUTTURN_SECRET nor a previous one can decrypt. */
export async function countUnreadableHeaders(deps: Pick<Deps, 'db' | 'webhooks'>): Promise<number> {
  const headers = await listSealedHeaders(deps.db.sql);
  return headers.filter(({ id, sealed }) => deps.webhooks.vault.open(sealed, id) === null).length;
}
