import { formatDay, type Instant, parseDate } from '../../instant.ts';
import { isRecord, readJsonObject } from '../payload.ts';

/** A ledger as it was known at a moment. */
export type LedgerEdition = { readonly observedAt: Instant; readonly bytes: Uint8Array };

const expected = 'a ledger in the format outturn-ledger/1';

/**
 * Splits a ledger into editions that a replay reads in order, so that it never knows of later entries. There is one
 * edition for every moment at which entries were published (for a day, its end), with all entries published by then. A
 * last edition is for the end of `reviewed_through`.
 */
export function ledgerEditions(bytes: Uint8Array): LedgerEdition[] {
  const ledger = readJsonObject(bytes, expected);
  const entries = (Array.isArray(ledger.entries) ? ledger.entries : []).filter(isRecord).flatMap((entry) => {
    const published = publicationOf(entry.published_at);
    return published === null ? [] : [{ entry, ...published }];
  });
  const reviewed = publicationOf(ledger.reviewed_through);
  const days = new Map<Instant, string>();
  for (const { visibleAt, day } of [...entries, ...(reviewed === null ? [] : [reviewed])])
    days.set(visibleAt, laterDay(days.get(visibleAt), day));
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([observedAt, day]) => {
      const known = entries.filter((entry) => entry.visibleAt <= observedAt).map(({ entry }) => entry);
      return { observedAt, bytes: encode({ ...ledger, reviewed_through: day, entries: known }) };
    });
}

/** When a publication becomes visible (an instant immediately, a day at its end), and its day. */
function publicationOf(published: unknown): { readonly visibleAt: Instant; readonly day: string } | null {
  const parsed = typeof published === 'string' ? parseDate(published) : null;
  if (parsed === null) return null;
  const { precision, interval } = parsed;
  return { visibleAt: precision === 'instant' ? interval.from : interval.to, day: formatDay(interval.to - 1) };
}

/** The later of two days in ISO 8601. */
function laterDay(a: string | undefined, b: string): string {
  return a === undefined || a < b ? b : a;
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
