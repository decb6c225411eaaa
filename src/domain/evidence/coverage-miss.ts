import { dayMs } from '../instant.ts';
import { type CoverageRow, type CoverageTable, coverageStepDays, coverageSteps } from './coverage-table.ts';

/**
 * `known`: models that were watched for at least the patience. `missed`: those of them that were not shown within it.
 */
export type Miss = { readonly missed: number; readonly known: number };

/** A non-negative rational number, exact. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

/** The chance that all origins missed what happened. */
export type CombinedMiss = Rational & {
  /** The product of the origins' chances. */
  readonly product: Rational;
  /** The models that all origins missed, if there are any. */
  readonly joint: JointMiss | null;
};

export type JointMiss = { readonly missedByAll: number; readonly knownToAll: number };

/** The most origins among which shared misses are counted. It bounds the work of one look-up. */
const jointOriginsMax = 3;

/**
 * How many of the known models were still missing after a patience, in milliseconds. Of all steps up to the patience,
 * the one with the lowest chance of a miss counts; of equal ones, the latest. Null if the patience is negative.
 */
export function missAt(row: CoverageRow, patienceMs: number): Miss | null {
  let best: Miss | null = null;
  for (const step of coverageStepDays) {
    if (step * dayMs > patienceMs) break;
    const miss = countMisses(row, step);
    if (best === null || (miss.missed + 1) * (best.known + 2) <= (best.missed + 1) * (miss.known + 2)) best = miss;
  }
  return best;
}

/** `(missed + 1) / (known + 2)`, which is one half if no model is known. */
export function chanceOf({ missed, known }: Miss): Rational {
  return { numerator: BigInt(missed + 1), denominator: BigInt(known + 2) };
}

/**
 * Counts the models that every row knows at its patience, and those of them that all rows missed. Null if all rows
 * together missed none. If less patience or fewer rows give a lower share, that share counts, so that more reads never
 * raise the chance.
 */
export function jointMissAt(rows: readonly CoverageRow[], patiencesMs: readonly number[]): JointMiss | null {
  const reach = patiencesMs.map((patience) => coverageStepDays.filter((step) => step * dayMs <= patience).length - 1);
  const fates = fatesOf(rows);
  if (rows.length === 0 || countJoint(fates, reach).missedByAll === 0) return null;
  let best: JointMiss | null = null;
  for (const steps of stepsBelow(reach)) {
    const joint = countJoint(fates, steps);
    if (best === null || isLowerJoint(joint, best)) best = joint;
  }
  return best;
}

/**
 * The chance that something happened and none of the origins shows it. This is the product of the origins' chances or,
 * if larger, the share of known models that all of them missed, because the misses of origins are correlated. Null if
 * no origin was read past the moment.
 */
export function combinedMiss(rows: readonly CoverageRow[], patiencesMs: readonly number[]): CombinedMiss | null {
  const misses = rows.map((row, index) => missAt(row, patiencesMs[index] ?? -1)).filter((miss) => miss !== null);
  if (misses.length === 0) return null;
  const product = misses.map(chanceOf).reduce((all, one) => ({
    numerator: all.numerator * one.numerator,
    denominator: all.denominator * one.denominator,
  }));
  const joint = jointMissAt(rows, patiencesMs);
  const shared = joint === null ? null : chanceOf({ missed: joint.missedByAll, known: joint.knownToAll });
  const larger = shared !== null && isAtMost(product, shared) ? shared : product;
  return { ...larger, product, joint };
}

/** By how many milliseconds the last read of an origin is later than the moment in question. */
export type OriginPatience = { readonly origin: string; readonly patienceMs: number };

const missesKnown = new WeakMap<CoverageTable, Map<string, CombinedMiss | null>>();

/**
 * `combinedMiss` for origins of a table, which must have a row for the vendor and fact. A table never changes and
 * patience counts in steps, so each result is computed once.
 */
export function combinedMissOf(
  table: CoverageTable,
  { vendor, fact }: { readonly vendor: string; readonly fact: string },
  origins: readonly OriginPatience[],
): CombinedMiss | null {
  const sorted = origins.toSorted((a, b) => (a.origin < b.origin ? -1 : 1));
  const steps = sorted.map(({ origin, patienceMs }) => `${origin}:${stepsReached(patienceMs)}`);
  const key = `${vendor} ${fact} ${steps.join(' ')}`;
  const known = missesKnown.get(table) ?? new Map<string, CombinedMiss | null>();
  missesKnown.set(table, known);
  const cached = known.get(key);
  if (cached !== undefined) return cached;
  const rows = sorted.map(({ origin }) => table.find(origin, vendor, fact)).filter((row) => row !== null);
  const patiences = sorted.map(({ patienceMs }) => patienceMs);
  const miss = rows.length === sorted.length ? combinedMiss(rows, patiences) : null;
  known.set(key, miss);
  return miss;
}

function stepsReached(patienceMs: number): number {
  return coverageSteps.filter((step) => step <= patienceMs).length;
}

export function isAtMost(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator;
}

/** For display only; comparisons use integers. */
export function toNumber({ numerator, denominator }: Rational): number {
  return Number((numerator * 1_000_000_000n) / denominator) / 1_000_000_000;
}

function countMisses(row: CoverageRow, step: number): Miss {
  let known = 0;
  let missed = 0;
  for (const { lag_days: lag, watched_days: watched } of row.models) {
    if (watched < step) continue;
    known += 1;
    if (lag === null || lag > step) missed += 1;
  }
  return { missed, known };
}

/**
 * The fate of one model in each row: the last step up to which it was watched, and the last step at which it was still
 * missing; -1 if there is none.
 */
type Fate = readonly { readonly known: number; readonly missed: number }[];

function fatesOf(rows: readonly CoverageRow[]): Fate[] {
  const lastStep = (holds: (step: number) => boolean) => coverageStepDays.filter(holds).length - 1;
  const perRow = rows.map((row) => {
    return new Map(
      row.models.map(({ model, lag_days: lag, watched_days: watched }) => {
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

/** Counts over the rows whose step is not -1. */
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

/**
 * Every combination of steps up to the given ones, -1 leaving a row out. At least one and at most `jointOriginsMax`
 * rows are included.
 */
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
