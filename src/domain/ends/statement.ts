import { earliestReleaseAt } from '../evidence/stated-dates.ts';
import type { ItemVersion } from '../evidence/timeline.ts';
import { endKindOf } from '../feeds/stated-end.ts';
import { trustRank } from '../feeds/trust.ts';
import { dayMs, type Instant, parseDate, startOfDay } from '../instant.ts';
import { type EndDate, type EndKey, type EndSource, endSourcesMax, isSameDate } from './end.ts';
import { extentOf, type KnownRow, statesAnEnd } from './rows.ts';

/** A statement, with whether its feed had been read before without it. */
export type Statement = Omit<EndSource, 'use'> &
  EndKey & {
    readonly isUsable: boolean;
    readonly appeared: boolean;
    readonly known: KnownRow;
  };

/** A date as a feed writes it; null if it is only a year, a placeholder such as the epoch, or no date. */
export function readEndDate(text: string | undefined): EndDate | null {
  const date = text === undefined ? null : parseDate(text);
  if (date === null || date.precision === 'year' || date.interval.from < earliestReleaseAt) return null;
  if (date.precision === 'month') return { ...date.interval, precision: 'month' };
  const from = startOfDay(date.interval.from);
  return { from, to: from + dayMs, precision: 'day' };
}

/** What a version states, without when: equal texts of two versions are one statement. */
function wordsOf(known: KnownRow, version: ItemVersion) {
  if (!statesAnEnd(version)) return null;
  const { scope, host } = extentOf(known, version);
  if (scope === 'vendor' && known.row.feed.witnesses?.includes('end') === false) return null;
  const hasPassed = version.end?.kind === 'passed' || version.lifecycle === 'retired';
  const read = readEndDate(version.shutdown);
  // If a row that calls the model retired states a day in the future, that day is not the day of the end.
  const date = hasPassed && read !== null && read.from > version.observedAt ? null : read;
  if (date === null && !hasPassed) return null;
  const kind = hasPassed ? ('passed' as const) : endKindOf(version.end);
  return { scope, host, kind, date, text: date === null ? null : (version.shutdown ?? null) };
}

/** What a row states at a moment about the end of its id; null if it states none. */
export function statementOf(known: KnownRow, releasedBy: Instant | null): Statement | null {
  const words = wordsOf(known, known.version);
  if (words === null) return null;
  const same = JSON.stringify(words);
  const before = known.versions.findLastIndex((version) => JSON.stringify(wordsOf(known, version)) !== same);
  const first = known.versions[before + 1] ?? known.version;
  const { row, run, trust, goneAt } = known;
  return {
    id: row.id,
    scope: words.scope,
    host: words.host,
    feed: row.feed.slug,
    origin: row.feed.origin,
    trust,
    name: row.name,
    observationId: first.observationId,
    text: words.text,
    date: words.date,
    kind: words.kind,
    statedSince: Math.max(first.observedAt, row.runs[0]?.seenFrom ?? run.seenFrom),
    goneAt,
    isUsable: words.date === null || releasedBy === null || words.date.from > releasedBy,
    appeared: before >= 0 || row.runs[0]?.absentAt !== null,
    known,
  };
}

/**
 * The earliest release date that the vendor's own rows of the id state, or the day in the id. Where a cell for the end is empty,
 * a scraper may take the release date for it.
 */
export function releasedBy(rows: readonly KnownRow[]): Instant | null {
  const dates = rows
    .filter(({ row }) => row.model.own)
    .flatMap(({ row, version }) => [version.released?.text, row.model.snapshotDay ?? undefined])
    .flatMap((text) => readEndDate(text)?.from ?? []);
  return dates.length === 0 ? null : Math.min(...dates);
}

/** Sorts statements about one end: the most trusted, then the listed, then the one stated last, then the earlier date. */
export function rankStatements(statements: readonly Statement[]): Statement[] {
  return [...statements].sort(
    (a, b) =>
      Number(b.isUsable) - Number(a.isUsable) ||
      trustRank(b.trust) - trustRank(a.trust) ||
      Number(a.goneAt !== null) - Number(b.goneAt !== null) ||
      b.statedSince - a.statedSince ||
      (a.date?.from ?? 0) - (b.date?.from ?? 0) ||
      a.observationId.localeCompare(b.observationId, 'en') ||
      a.name.localeCompare(b.name, 'en'),
  );
}

export function sourcesOf(ranked: readonly Statement[]): EndSource[] {
  const [first] = ranked;
  return ranked.slice(0, endSourcesMax).map((statement, index) => {
    const { feed, origin, trust, name, observationId, text, date, kind, statedSince, goneAt } = statement;
    const agrees = isSameDate(date, first?.date ?? null);
    const use = !statement.isUsable ? 'not_after_release' : index === 0 ? 'decides' : agrees ? 'agrees' : 'differs';
    return { feed, origin, trust, name, observationId, text, date, kind, statedSince, goneAt, use };
  });
}
