import { z } from 'zod';
import { dayMs, type Instant, parseDate } from '../instant.ts';

/**
 * How often a feed still lacks what has happened, measured from archives. The absence of a model from a feed is evidence
 * only as far as that feed has listed other models of the vendor in time.
 */

/** One model that other evidence dates, and when this origin first showed the fact about it. */
export type CoverageModel = {
  /** The key of the model, as in `modelKey`: `openai/gpt-5`. */
  readonly model: string;
  /** The day or instant of the release, the end or the change, by evidence other than this origin's. */
  readonly happened: string;
  /** Days from the start of `happened` to the first read that shows it; null: no read up to the last one shows it. */
  readonly lag_days: number | null;
  /** Days from the start of `happened` to the last accepted read; of a model that came with an import, to the import. */
  readonly watched_days: number;
  /** The origin that dates it. */
  readonly dated_by?: string | undefined;
};

/** The record of one origin for one vendor and fact: `listing`, `end`, or the name of an attribute. */
export type CoverageRow = {
  readonly origin: string;
  readonly vendor: string;
  readonly fact: string;
  /** The accepted reads that were looked at, from the first one with an own row of the vendor. */
  readonly reads: { readonly from: string; readonly to: string; readonly count: number };
  readonly models: readonly CoverageModel[];
};

/** The reviewed table with its look-up. An origin without a row for a vendor and fact covers nothing of it. */
export type CoverageTable = {
  /** For stamping answers: `2026-11-29.3fa81c02`. */
  readonly version: string;
  readonly rows: readonly CoverageRow[];
  readonly find: (origin: string, vendor: string, fact: string) => CoverageRow | null;
};

/** Of `known` models that happened at least the patience before the last read, `missed` were not shown that long after. */
export type Miss = { readonly missed: number; readonly known: number };

/** A non-negative rational number, exact. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

/** The chance that all origins lack what has happened. */
export type CombinedMiss = Rational & {
  /** What the origins' chances come to when multiplied. */
  readonly product: Rational;
  /** Misses that the origins share, where there are any. */
  readonly joint: JointMiss | null;
};

export type JointMiss = { readonly missedByAll: number; readonly knownToAll: number };

/** A chance is measured at these patiences; between two of them the lower one counts. */
export const coverageStepDays = [0, 1, 2, 4, 7, 14, 30, 60, 90, 180, 365] as const;

/** The same in milliseconds. */
export const coverageSteps: readonly number[] = coverageStepDays.map((days) => days * dayMs);

/** Shared misses are looked for among at most so many origins at a time, which bounds the work of one look-up. */
const jointOriginsMax = 3;

const dateText = z.string().refine((text) => happenedFrom(text) !== null, 'is not a calendar day or an instant');
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
  /** How to compute it again, and from what. */
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

/** A table without rows, by which nothing is covered. */
export const emptyCoverageTable: CoverageTable = { version: 'empty', rows: [], find: () => null };

/**
 * How many of the known models were still missing at a patience, in milliseconds: at the step, no greater than the
 * patience, where the chance of a miss is lowest; of equals the latest. Null for a patience below zero.
 * `without` is the key of a model to leave out, for backtests.
 */
export function missAt(row: CoverageRow, patienceMs: number, without?: string): Miss | null {
  let best: Miss | null = null;
  for (const step of coverageStepDays) {
    if (step * dayMs > patienceMs) break;
    const miss = countMisses(row, step, without);
    if (best === null || (miss.missed + 1) * (best.known + 2) <= (best.missed + 1) * (miss.known + 2)) best = miss;
  }
  return best;
}

/** `(missed + 1) / (known + 2)`: without any known model it is one half. */
export function chanceOf({ missed, known }: Miss): Rational {
  return { numerator: BigInt(missed + 1), denominator: BigInt(known + 2) };
}

/**
 * Models that every one of the rows knows at its patience and that all of them missed. Null where no model was missed by all.
 * Where less patience, or fewer origins, show a lower share, that share counts: more reads never raise the chance.
 */
export function jointMissAt(
  rows: readonly CoverageRow[],
  patiencesMs: readonly number[],
  without?: string,
): JointMiss | null {
  const reach = patiencesMs.map((patience) => coverageStepDays.filter((step) => step * dayMs <= patience).length - 1);
  const fates = fatesOf(rows, without);
  if (rows.length === 0 || countJoint(fates, reach).missedByAll === 0) return null;
  let best: JointMiss | null = null;
  for (const steps of stepsBelow(reach)) {
    const joint = countJoint(fates, steps);
    if (best === null || isLowerJoint(joint, best)) best = joint;
  }
  return best;
}

/**
 * The chance that something happened and none of the origins shows it: the product of the origins' chances or, where some
 * known model was missed by all, the share of such models, if that is larger. Misses go together.
 * Null where no origin has been read after the deadline.
 */
export function combinedMiss(
  rows: readonly CoverageRow[],
  patiencesMs: readonly number[],
  without?: string,
): CombinedMiss | null {
  const misses = rows
    .map((row, index) => missAt(row, patiencesMs[index] ?? -1, without))
    .filter((miss) => miss !== null);
  if (misses.length === 0) return null;
  const product = misses.map(chanceOf).reduce((all, one) => ({
    numerator: all.numerator * one.numerator,
    denominator: all.denominator * one.denominator,
  }));
  const joint = jointMissAt(rows, patiencesMs, without);
  const shared = joint === null ? null : chanceOf({ missed: joint.missedByAll, known: joint.knownToAll });
  const larger = shared !== null && isAtMost(product, shared) ? shared : product;
  return { ...larger, product, joint };
}

export function isAtMost(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator;
}

/** For display only; comparisons are by integers. */
export function toNumber({ numerator, denominator }: Rational): number {
  return Number((numerator * 1_000_000_000n) / denominator) / 1_000_000_000;
}

/** The start of a calendar day or instant; null for anything wider or else. */
export function happenedFrom(text: string): Instant | null {
  const parsed = parseDate(text);
  return parsed?.precision === 'day' || parsed?.precision === 'instant' ? parsed.interval.from : null;
}

function countMisses(row: CoverageRow, step: number, without: string | undefined): Miss {
  let known = 0;
  let missed = 0;
  for (const { model, lag_days: lag, watched_days: watched } of row.models) {
    if (watched < step || model === without) continue;
    known += 1;
    if (lag === null || lag > step) missed += 1;
  }
  return { missed, known };
}

/** Per row, the last step that a model was watched for, and the last step at which it was still missing; -1 for none. */
type Fate = readonly { readonly known: number; readonly missed: number }[];

function fatesOf(rows: readonly CoverageRow[], without: string | undefined): Fate[] {
  const lastStep = (holds: (step: number) => boolean) => coverageStepDays.filter(holds).length - 1;
  const perRow = rows.map((row) => {
    const models = row.models.filter(({ model }) => model !== without);
    return new Map(
      models.map(({ model, lag_days: lag, watched_days: watched }) => {
        const known = lastStep((step) => step <= watched);
        return [
          model,
          {
            known,
            missed:
              lag === null
                ? known
                : Math.min(
                    known,
                    lastStep((step) => step < lag),
                  ),
          },
        ];
      }),
    );
  });
  const unknown = { known: -1, missed: -1 };
  const names = new Set(perRow.flatMap((models) => [...models.keys()]));
  return [...names].map((name) => perRow.map((models) => models.get(name) ?? unknown));
}

/** A step of -1 leaves its row out. */
function countJoint(fates: readonly Fate[], steps: readonly number[]): JointMiss {
  let knownToAll = 0;
  let missedByAll = 0;
  for (const fate of fates) {
    if (!fate.every(({ known }, index) => (steps[index] ?? -1) <= known)) continue;
    knownToAll += 1;
    if (fate.every(({ missed }, index) => (steps[index] ?? -1) <= missed)) missedByAll += 1;
  }
  return { missedByAll, knownToAll };
}

/** Every choice of steps up to those given, with at least one row in and at most `jointOriginsMax`. */
function* stepsBelow(reach: readonly number[], chosen: readonly number[] = []): Generator<readonly number[]> {
  const taken = chosen.filter((step) => step >= 0).length;
  if (chosen.length === reach.length) {
    if (taken > 0) yield chosen;
    return;
  }
  const last = taken < jointOriginsMax ? (reach[chosen.length] ?? -1) : -1;
  for (let step = -1; step <= last; step += 1) yield* stepsBelow(reach, [...chosen, step]);
}

function isLowerJoint(a: JointMiss, b: JointMiss): boolean {
  return (a.missedByAll + 1) * (b.knownToAll + 2) <= (b.missedByAll + 1) * (a.knownToAll + 2);
}

function* listProblems(rows: readonly CoverageRow[]): Generator<string> {
  const names = new Set<string>();
  for (const row of rows) {
    const name = rowName(row.origin, row.vendor, row.fact);
    if (names.has(name)) yield `${name} stands twice`;
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
