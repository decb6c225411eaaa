import { canonicalJson } from '../canonical-json.ts';
import { Refusal } from '../refusal.ts';
import type { Criterion } from './criterion.ts';
import { isOrder, nodesOf } from './parts.ts';
import { eventLeaves } from './watch.ts';

/**
 * The most that evaluating a criterion may cost. The unit is one model that is compared with one leaf once; a million
 * comparisons take a few seconds of processor time.
 */
export const criterionCostMax = 300_000;

/** How often one evaluation goes through a criterion: for the verdict, and twice for the leaning of an open one. */
const passesMax = 3;

/** The number of known models of a vendor and a family, either of which can be `any`. */
export type ModelCount = (vendor: string, family: string) => number;

/**
 * What evaluating a criterion costs at most, in comparisons. Every leaf is compared with each model of its vendor and family,
 * and every order of events goes through the models of both its sides again. Equal parts are evaluated once, so they cost once.
 */
export function estimateCost(criterion: Criterion, countModels: ModelCount): number {
  const distinct = new Map(nodesOf(criterion).map(({ part }) => [canonicalJson(part), part]));
  const comparing = [...distinct.values()].filter((part) => 'model' in part || isOrder(part));
  const compared = comparing
    .flatMap(eventLeaves)
    // A leaf is read even if it names no known model.
    .map(({ model }) => Math.max(1, countModels(model.vendor, model.family)));
  return passesMax * compared.reduce((sum, models) => sum + models, 0);
}

/** Refuses with `criterion_too_costly` if a cost is above the limit. */
export function requireAffordable(cost: number, pointer: string): void {
  if (cost <= criterionCostMax) return;
  const detail = `evaluating the criterion costs ${cost} comparisons of a model with a leaf, and at most ${criterionCostMax} are allowed; use fewer leaves, or name a vendor and a family instead of any`;
  throw new Refusal('criterion_too_costly', detail, [{ detail, pointer }]);
}
