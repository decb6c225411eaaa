import { watchesOf } from '../../domain/criterion/watch.ts';
import type { Instant } from '../../domain/instant.ts';
import {
  listPredictions as listPredictionRows,
  type PredictionFilter,
  type PredictionRow,
  type PredictionSort,
} from '../../store/predictions.ts';
import type { ResolutionRow } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { type PredictionView, viewPredictions } from './views.ts';

export type ListAsk = {
  readonly filter: Omit<PredictionFilter, 'state' | 'outcome' | 'resolvedAsOf'>;
  readonly status: PredictionRow['state'] | null;
  readonly outcome: ResolutionRow['outcome'] | null;
  readonly asOf: Instant | null;
  readonly after: number | null;
  readonly sort: PredictionSort;
  readonly limit: number;
};

/** Rounds of one listing in the past, where the status is only known after evaluation: bounds the work of one request. */
const asOfRoundsMax = 20;

/** A page of predictions, each as it stood at `asOf`, with the sequence number to go on from (null: the end). */
export async function listPredictions(
  deps: Deps,
  ask: ListAsk,
): Promise<{ views: PredictionView[]; next: number | null }> {
  const filter = statusFilter(ask);
  const views: PredictionView[] = [];
  let after = ask.after;
  for (let round = 0; round < asOfRoundsMax; round += 1) {
    const rows = await listPredictionRows(deps.db.sql, filter, { after, sort: ask.sort, limit: ask.limit + 1 });
    for (const view of await viewPredictions(deps.db.sql, deps, rows.slice(0, ask.limit), ask.asOf)) {
      if (views.length === ask.limit) return { views, next: after };
      after = view.prediction.seq;
      if ((ask.status === null || view.status === ask.status) && watches(view, ask.filter)) views.push(view);
    }
    if (rows.length <= ask.limit) return { views, next: null };
    if (views.length === ask.limit) return { views, next: after };
  }
  return { views, next: after };
}

/** Whether a prediction was resolved at a moment is a look-up; what else it was then follows from evaluation. */
function statusFilter(ask: ListAsk): PredictionFilter {
  if (ask.asOf === null) {
    return {
      ...ask.filter,
      ...(ask.status === null ? {} : { state: ask.status }),
      ...(ask.outcome === null ? {} : { outcome: ask.outcome }),
    };
  }
  const resolved = ask.status === null || ask.status === 'disputed' ? null : ask.status === 'resolved';
  return { ...ask.filter, resolvedAsOf: { asOf: ask.asOf, resolved, outcome: ask.outcome } };
}

/** A criterion that was replaced since watched something else then: what it watched is read from itself. */
function watches({ prediction }: PredictionView, { vendor, family }: ListAsk['filter']): boolean {
  if (vendor === undefined && family === undefined) return true;
  return watchesOf(prediction.criterion).some(
    (watch) => (vendor === undefined || watch.vendor === vendor) && (family === undefined || watch.family === family),
  );
}
