import { type Instant, parseDate } from '../instant.ts';
import { isRecord, readJsonObject } from './payload.ts';

/** A ledger as it would have stood at a moment. */
export type LedgerEdition = { readonly observedAt: Instant; readonly bytes: Uint8Array };

const expected = 'a ledger in the format outturn-ledger/1';

/**
 * A reviewed ledger knows what is still to come in a replay. Its editions give it away day by day: one for every day on
 * which an entry was published, with the entries published by then, and a last one for the day it was reviewed through.
 */
export function ledgerEditions(bytes: Uint8Array): LedgerEdition[] {
  const ledger = readJsonObject(bytes, expected);
  const entries = (Array.isArray(ledger.entries) ? ledger.entries : []).filter(isRecord);
  const days = new Set(entries.map((entry) => String(entry.published_at).slice(0, 10)));
  days.add(String(ledger.reviewed_through));
  return [...days].sort().flatMap((day) => {
    const end = parseDate(day)?.interval.to;
    if (end === undefined) return [];
    const known = entries.filter((entry) => String(entry.published_at).slice(0, 10) <= day);
    return [{ observedAt: end, bytes: encode({ ...ledger, reviewed_through: day, entries: known }) }];
  });
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
