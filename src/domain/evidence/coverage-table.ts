import { z } from 'zod';
import { dayMs, type Instant, parseDate } from '../instant.ts';

/**
 * How often a feed does not show what has happened, measured from archives. The absence of a model from a feed
 * proves only as much as the feed's record of listing the vendor's other models in time.
 */

/** A model that other evidence dates, and how long this origin took to show the fact about it. */
export type CoverageModel = {
  /** The key of the model, as in `modelKey`: `openai/gpt-5`. */
  readonly model: string;
  /** The day or instant of the release, the end or the change, by evidence other than this origin's. */
  readonly happened: string;
  /** Days from the start of `happened` to the first read that shows it; null if no read does. */
  readonly lag_days: number | null;
  /**
   * Days from the start of `happened` to the last accepted read or, if the model came with an import, to the import.
   */
  readonly watched_days: number;
  /** The origin that dates it. */
  readonly dated_by?: string | undefined;
};

/** The record of one origin for one vendor and fact: `listing`, `end`, or the name of an attribute. */
export type CoverageRow = {
  readonly origin: string;
  readonly vendor: string;
  readonly fact: string;
  /** The accepted reads that were measured, starting with the first that has an own row of the vendor. */
  readonly reads: { readonly from: string; readonly to: string; readonly count: number };
  readonly models: readonly CoverageModel[];
};

/** The reviewed table with its look-up. An origin without a row for a vendor and fact does not cover that fact. */
export type CoverageTable = {
  /** Stamped on answers: `2026-11-29.3fa81c02`. */
  readonly version: string;
  readonly rows: readonly CoverageRow[];
  readonly find: (origin: string, vendor: string, fact: string) => CoverageRow | null;
};

/** The patiences, in days, at which chances are measured. Between two of them the lower one counts. */
export const coverageStepDays = [0, 1, 2, 4, 7, 14, 30, 60, 90, 180, 365] as const;

/** The same in milliseconds. */
export const coverageSteps: readonly number[] = coverageStepDays.map((days) => days * dayMs);

const dateText = z.string().refine((text) => happenedFrom(text) !== null, 'must be a calendar day or an instant');
const instantText = z.iso.datetime();
const days = z.number().min(0).max(20_000);

const coverageRow = z.strictObject({
  origin: z.string().min(1).max(100),
  vendor: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  fact: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
  reads: z.strictObject({ from: instantText, to: instantText, count: z.int().min(1) }),
  models: z
    .array(
      z.strictObject({
        model: z.string().min(1).max(200),
        happened: dateText,
        lag_days: days.nullable(),
        watched_days: days,
        dated_by: z.string().min(1).max(100).optional(),
      }),
    )
    .max(10_000),
});

const coverageFileSchema = z.strictObject({
  format: z.literal('outturn-coverage/1'),
  version: z.string().min(1).max(40),
  computed_at: dateText,
  /** How to compute the table again, and from what. */
  notes: z.array(z.string().min(1).max(1000)),
  rows: z.array(coverageRow).max(10_000),
});

export type CoverageFile = z.infer<typeof coverageFileSchema>;

/**
 * Parsed JSON of `data/coverage.json` → the table that absence is judged by.
 * Throws when the data is malformed or contradicts itself: such data must not be loaded.
 */
export function readCoverageTable(json: unknown): CoverageTable {
  const { version, rows } = coverageFileSchema.parse(json);
  const problems = [...listProblems(rows)];
  if (problems.length > 0) throw new Error(`The coverage table contradicts itself: ${problems.join('; ')}.`);
  const byName = new Map(rows.map((row) => [rowName(row.origin, row.vendor, row.fact), row]));
  return { version, rows, find: (origin, vendor, fact) => byName.get(rowName(origin, vendor, fact)) ?? null };
}

/** A table without rows: it covers nothing. */
export const emptyCoverageTable: CoverageTable = { version: 'empty', rows: [], find: () => null };

/** The start of a calendar day or an instant; null for any other text. */
export function happenedFrom(text: string): Instant | null {
  const parsed = parseDate(text);
  return parsed?.precision === 'day' || parsed?.precision === 'instant' ? parsed.interval.from : null;
}

function* listProblems(rows: readonly CoverageRow[]): Generator<string> {
  const names = new Set<string>();
  for (const row of rows) {
    const name = rowName(row.origin, row.vendor, row.fact);
    if (names.has(name)) yield `${name} is listed twice`;
    names.add(name);
    const from = Date.parse(row.reads.from);
    const to = Date.parse(row.reads.to);
    if (from > to) yield `${name} was read to a time before it was first read`;
    const models = new Set<string>();
    for (const model of row.models) {
      if (models.has(model.model)) yield `${name} has ${model.model} twice`;
      models.add(model.model);
      for (const problem of listModelProblems(row.vendor, from, to, model)) yield `${name}: ${model.model} ${problem}`;
    }
  }
}

/** Days are rounded to hundredths. */
const roundingDays = 0.011;

function* listModelProblems(vendor: string, from: Instant, to: Instant, model: CoverageModel): Generator<string> {
  const happened = happenedFrom(model.happened) ?? Number.NaN;
  if (!model.model.startsWith(`${vendor}/`)) yield 'is of another vendor';
  if (happened < from) yield 'happened before the first read';
  if (model.watched_days > (to - happened) / dayMs + roundingDays) yield 'was watched beyond the last read';
  if (model.lag_days !== null && model.lag_days > model.watched_days + roundingDays)
    yield 'was shown after the last read';
}

function rowName(origin: string, vendor: string, fact: string): string {
  return `${origin} ${vendor} ${fact}`;
}
