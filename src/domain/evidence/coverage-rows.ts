import { dayMs, formatInstant, type Instant } from '../instant.ts';
import type { OriginRecord, StatedDate } from './coverage-measure.ts';
import { type CoverageModel, type CoverageRow, happenedFrom } from './coverage-table.ts';

/** When something happened, and the origin that states it. */
type Dated = { readonly happened: string; readonly from: Instant; readonly by: string; readonly reviewed: boolean };

/** What the table is computed from. */
export type CoverageSources = {
  readonly records: readonly OriginRecord[];
  /** The origins to measure; null for every origin that is a catalogue or states ends. */
  readonly origins: readonly string[] | null;
  /** Whether an origin's rows can be measured for a fact: `listing`, `end` or an attribute. */
  readonly measures: (origin: string, fact: string) => boolean;
  /** Whether the ends that an origin states are evidence when others are measured. */
  readonly witnessesEnds: (origin: string) => boolean;
};

/**
 * A model that was listed more than this long before its stated day is left out, because the two contradict each other.
 */
const listedBeforeDaysMax = 2;

/** The rows of the measured origins, by origin, vendor and fact. Pure: the records are only read. */
export function coverageRows(sources: CoverageSources): CoverageRow[] {
  return sources.records
    .filter((record) => sources.origins === null || sources.origins.includes(record.origin))
    .sort((a, b) => (a.origin < b.origin ? -1 : 1))
    .flatMap((record) => {
      const facts = ['listing', ...[...record.facts.keys()].sort()].filter((fact) =>
        sources.measures(record.origin, fact),
      );
      return [...record.vendors.keys()]
        .sort()
        .flatMap((vendor) => facts.map((fact) => rowOf(sources, record, vendor, fact)))
        .flatMap((row) => (row === null || row.models.length === 0 ? [] : [row]));
    });
}

function rowOf(sources: CoverageSources, record: OriginRecord, vendor: string, fact: string): CoverageRow | null {
  const from = record.vendors.get(vendor);
  const reads = readsOf(record, fact, from);
  if (from === undefined || reads === null) return null;
  const dates = fact === 'end' ? endDates(sources, record) : releaseDates(sources, record);
  const models = [...dates]
    .filter(([model, date]) => model.startsWith(`${vendor}/`) && date.from >= from && date.from <= reads.to)
    .map(([model, date]) => coverageModel(record, fact, model, date, reads.to))
    .filter((model) => model !== null)
    .sort((a, b) => (a.happened < b.happened ? -1 : a.happened > b.happened ? 1 : a.model < b.model ? -1 : 1));
  const { to, count } = reads;
  return {
    origin: record.origin,
    vendor,
    fact,
    reads: { from: formatInstant(from), to: formatInstant(to), count },
    models,
  };
}

/**
 * The reads to measure a fact with. A history contains listings only; for all other facts, payloads show when they were
 * first stated.
 */
function readsOf(
  { history, readTimes }: OriginRecord,
  fact: string,
  from: Instant | undefined,
): { readonly to: Instant; readonly count: number } | null {
  const times = readTimes.filter((at) => from !== undefined && at >= from);
  const last = times.at(-1);
  if (fact !== 'listing' || history === null) return last === undefined ? null : { to: last, count: times.length };
  const after = times.filter((at) => at > history.to);
  return { to: after.at(-1) ?? history.to, count: history.reads + after.length };
}

/**
 * The release dates from other origins, by model. A reviewed date takes precedence. Otherwise it is the earliest day
 * that another origin's own rows state, or on which the vendor's SDK first named the model.
 */
function releaseDates(sources: CoverageSources, record: OriginRecord): Map<string, Dated> {
  const dates = new Map<string, Dated>();
  for (const other of sources.records) {
    if (other.origin === record.origin) continue;
    for (const [model, stated] of other.released) {
      const dated = toDated(stated, other.origin);
      const known = dates.get(model);
      if (known === undefined || isBetter(dated, known)) dates.set(model, dated);
    }
  }
  return dates;
}

function toDated({ text, from, reviewed }: StatedDate, by: string): Dated {
  return { happened: text, from, by, reviewed };
}

function isBetter(a: Dated, b: Dated): boolean {
  return a.reviewed === b.reviewed ? a.from < b.from : a.reviewed;
}

/** The ends that other origins state, by model. Of several days the latest counts. */
function endDates(sources: CoverageSources, record: OriginRecord): Map<string, Dated> {
  const dates = new Map<string, Dated>();
  const general = new Set(sources.records.flatMap((other) => [...other.general]));
  for (const other of sources.records) {
    if (other.origin === record.origin || !sources.witnessesEnds(other.origin)) continue;
    for (const [model, { text, preview }] of other.ends) {
      if (preview && general.has(model)) continue;
      const from = happenedFrom(text);
      const known = dates.get(model);
      if (from === null || (known !== undefined && known.from >= from)) continue;
      dates.set(model, { happened: text, from, by: other.origin, reviewed: true });
    }
  }
  return dates;
}

function coverageModel(
  record: OriginRecord,
  fact: string,
  model: string,
  { happened, from, by, reviewed }: Dated,
  to: Instant,
): CoverageModel | null {
  const base = { model, happened, dated_by: by };
  const shown = record.shown.get(model);
  const start = record.history?.from ?? record.readTimes[0] ?? from;
  if (fact === 'end') return { ...base, ...lagOf(from, record.facts.get('end')?.get(model), to) };
  // A model in the first read was listed at an unknown earlier time.
  if (shown !== undefined && shown.at <= start) return null;
  if (shown !== undefined && !reviewed && from - shown.at > listedBeforeDaysMax * dayMs) return null;
  if (shown?.imported === true)
    return { ...base, lag_days: null, watched_days: watchedDays(from, Math.min(shown.at, to)) };
  if (fact === 'listing' || shown === undefined) return { ...base, ...lagOf(from, shown?.at, to) };
  const firstPayload = record.shownIn.get(model);
  // Listed and removed between two payloads, so its facts are unknown.
  if (firstPayload === undefined) return null;
  const stated = record.facts.get(fact)?.get(model);
  return { ...base, ...lagOf(from, stated === firstPayload ? shown.at : stated, to) };
}

function lagOf(
  from: Instant,
  shownAt: Instant | undefined,
  to: Instant,
): Pick<CoverageModel, 'lag_days' | 'watched_days'> {
  const lag =
    shownAt === undefined || shownAt > to ? null : Math.ceil((Math.max(0, shownAt - from) / dayMs) * 100) / 100;
  return { lag_days: lag, watched_days: watchedDays(from, to) };
}

function watchedDays(from: Instant, to: Instant): number {
  return Math.floor((Math.max(0, to - from) / dayMs) * 100) / 100;
}
