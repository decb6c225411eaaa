import { canonicalJson } from '../canonical-json.ts';
import type { Criterion, EventLeaf } from '../criterion/criterion.ts';
import { isOrder, nodesOf } from '../criterion/parts.ts';
import { eventLeaves } from '../criterion/watch.ts';
import { coverageSteps } from '../evidence/coverage-table.ts';
import { Refusal } from '../refusal.ts';

/**
 * The most that evaluating a criterion may cost. The unit is one model that is compared with one leaf once; a million
 * comparisons take a few seconds of processor time.
 */
export const criterionCostMax = 300_000;

/** How often one evaluation goes through a criterion: once for the verdict, twice for the leaning of an open one. */
const passesMax = 3;

/** The number of known models of a vendor and a family, either of which can be `any`. */
export type ModelCount = (vendor: string, family: string) => number;

/** How many reads are looked up per edge and feed: one for each step of patience, and one for the feed's own lag. */
const ripeningMomentsMax = coverageSteps.length + 1;

/** Looking up this many reads costs as much as one comparison, because the database does most of the work. */
export const readsPerComparison = 10;

/** What the cost of a criterion depends on besides its form. */
export type KnownEvidence = {
  readonly countModels: ModelCount;
  readonly feeds: number;
  /** The number of accepted reads; infinity if there are too many to be worth counting. */
  readonly reads: number;
};

/**
 * The most that evaluating a criterion can cost, in comparisons. Every leaf is compared with each model of its vendor
 * and family. Every order of events goes through the models of both sides again. Reads that are looked up cost extra.
 * Equal parts are evaluated once, so they are counted once.
 */
export function estimateCost(criterion: Criterion, known: KnownEvidence): number {
  const parts = distinctParts(criterion);
  const comparing = parts.filter((part) => 'model' in part || isOrder(part));
  const compared = comparing.flatMap(eventLeaves).map((leaf) => modelsOf(leaf, known));
  const reads = Math.min(known.reads, estimateReads(parts, known));
  return passesMax * compared.reduce((sum, models) => sum + models, 0) + Math.floor(reads / readsPerComparison);
}

function distinctParts(criterion: Criterion): Criterion[] {
  return [...new Map(nodesOf(criterion).map(({ part }) => [canonicalJson(part), part])).values()];
}

/** At least one: a leaf that matches no known model still has a cost. */
function modelsOf({ model }: EventLeaf, { countModels }: KnownEvidence): number {
  return Math.max(1, countModels(model.vendor, model.family));
}

/** Reads are looked up for each model when a feed first lists it, and a day later. */
const momentsPerModel = 2;
/** Each first event may start a duration, which has edges at its start, at its end, and where host rows lapse. */
const edgesPerBeginning = 3;

/** For how many moments reads may be looked up: those of every model and of the edges of orders, in every feed. */
function estimateReads(parts: readonly Criterion[], known: KnownEvidence): number {
  const moments = parts.map((part) => {
    if ('model' in part) return momentsPerModel * modelsOf(part, known);
    if (part.op === 'precedes')
      return ripeningMomentsMax * (modelsOf(part.first, known) + modelsOf(part.second, known));
    if (part.op !== 'within') return 0;
    const counted = part.event.op === 'count' ? modelsOf(part.event, known) : 0;
    return ripeningMomentsMax * (edgesPerBeginning * modelsOf(part.after, known) + counted);
  });
  return known.feeds * moments.reduce((sum, count) => sum + count, 0);
}

/** Refuses with `criterion_too_costly` if a cost is above the limit. */
export function requireAffordable(cost: number, pointer: string): void {
  if (cost <= criterionCostMax) return;
  const detail = `evaluating the criterion costs ${cost} comparisons of a model with a leaf, and at most ${criterionCostMax} are allowed; use fewer leaves, or name a vendor and a family instead of any`;
  throw new Refusal('criterion_too_costly', detail, [{ detail, pointer }]);
}
