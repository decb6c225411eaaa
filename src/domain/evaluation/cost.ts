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

/** How often one evaluation goes through a criterion: for the verdict, and twice for the leaning of an open one. */
const passesMax = 3;

/** The number of known models of a vendor and a family, either of which can be `any`. */
export type ModelCount = (vendor: string, family: string) => number;

/** At each edge reads are looked up after every step of patience, and after the feed's own lag. */
const ripeningMomentsMax = coverageSteps.length + 1;

/** So many accepted reads that are looked up count as one comparison: the database does most of that work. */
export const readsPerComparison = 10;

/** What the cost of a criterion depends on besides its form. */
export type KnownEvidence = {
  readonly countModels: ModelCount;
  readonly feeds: number;
  /** All accepted reads; infinity if there are more than it makes sense to count. */
  readonly reads: number;
};

/**
 * What evaluating a criterion costs at most, in comparisons. Every leaf is compared with each model of its vendor and family,
 * and every order of events goes through the models of both its sides again. The reads that it looks up cost more on top.
 * Equal parts are evaluated once, so they cost once.
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

/** A leaf is read even if it names no known model. */
function modelsOf({ model }: EventLeaf, { countModels }: KnownEvidence): number {
  return Math.max(1, countModels(model.vendor, model.family));
}

/** When a model was first listed by a feed, and a day later. */
const momentsPerModel = 2;
/** A first event may begin a duration, and there are edges at its beginning, its end, and the lapse of hosts' rows. */
const edgesPerBeginning = 3;

/** How many moments an evaluation may look up reads around: of every model in every feed, and of the edges of orders. */
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
