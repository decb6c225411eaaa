import { dayMs, formatDay, type Instant, type Interval, parseDate } from '../instant.ts';
import type { OriginRecord } from './coverage-measure.ts';

/** The date that the ledger gives for the first release of a model, at any stage. */
export type LedgerDate = { readonly model: string; readonly id: string; readonly interval: Interval };

/** A contradiction between an archive and the ledger, or a model that the ledger lacks. */
export type LedgerDisagreement = {
  readonly kind: 'date' | 'listed_before' | 'not_in_ledger';
  readonly model: string;
  readonly origin: string;
  /** The date in the ledger; null if it has none. */
  readonly ledger: string | null;
  /** The day that the origin states, or the day of its first read that lists the model. */
  readonly feed: string;
};

/**
 * A model listed this long before its release is a placeholder, or the date is wrong. Time zones explain smaller
 * differences.
 */
const listedBeforeMs = 2 * dayMs;

/** Compares the ledger with the dates that own rows state and with the first reads that list a model. */
export function compareLedger(
  ledger: readonly LedgerDate[],
  records: readonly OriginRecord[],
): readonly LedgerDisagreement[] {
  const known = new Map(ledger.map((entry) => [entry.model, entry.interval]));
  return records
    .flatMap(({ origin, released, shown, history, readTimes }) => {
      const start = history?.from ?? readTimes[0] ?? 0;
      const dates = [...released].flatMap(([model, stated]) => compareDate(origin, model, stated, known.get(model)));
      const listings = [...shown]
        .filter(([model, { at }]) => at > start && !released.has(model))
        .flatMap(([model, { at }]) => compareListing(origin, model, at, known.get(model)));
      return [...dates, ...listings];
    })
    .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function compareDate(
  origin: string,
  model: string,
  stated: { readonly text: string; readonly from: Instant },
  ledger: Interval | undefined,
): LedgerDisagreement[] {
  const row = { model, origin, feed: stated.text };
  if (ledger === undefined) return [{ kind: 'not_in_ledger', ...row, ledger: null }];
  // An instant is when the vendor's package first named the model, which is often later.
  const notAfter = parseDate(stated.text)?.precision === 'instant' || stated.from < ledger.to;
  const agrees = notAfter && stated.from + dayMs > ledger.from;
  return agrees ? [] : [{ kind: 'date', ...row, ledger: describe(ledger) }];
}

function compareListing(
  origin: string,
  model: string,
  at: Instant,
  ledger: Interval | undefined,
): LedgerDisagreement[] {
  const row = { model, origin, feed: formatDay(at) };
  if (ledger === undefined) return [{ kind: 'not_in_ledger', ...row, ledger: null }];
  return at + listedBeforeMs < ledger.from ? [{ kind: 'listed_before', ...row, ledger: describe(ledger) }] : [];
}

function describe({ from, to }: Interval): string {
  const [first, last] = [formatDay(from), formatDay(to - 1)];
  return first === last ? first : `${first}/${last}`;
}

function sortKey({ kind, model, origin }: LedgerDisagreement): string {
  return `${kind} ${model} ${origin}`;
}
