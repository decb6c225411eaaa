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

export type ListQuery = {
  readonly filter: Omit<PredictionFilter, 'state' | 'outcome' | 'resolvedAsOf'>;
  readonly status: PredictionRow['state'] | null;
  readonly outcome: ResolutionRow['outcome'] | null;
  readonly asOf: Instant | null;
  readonly after: number | null;
  readonly sort: PredictionSort;
  readonly limit: number;
};

/** The most batches of rows that one request reads. With `asOf` the status is only known after evaluation. */
const asOfRoundsMax = 20;

/** Predictions as known at `asOf`, or now if it is null. `next` is the position to continue after, null at the end. */
export async function listPredictions(
  deps: Deps,
  query: ListQuery,
): Promise<{ views: PredictionView[]; next: number | null }> {
  const filter = statusFilter(query);
  const views: PredictionView[] = [];
  let after = query.after;
  for (let round = 0; round < asOfRoundsMax; round += 1) {
    const rows = await listPredictionRows(deps.db.sql, filter, { after, sort: query.sort, limit: query.limit + 1 });
    for (const view of await viewPredictions(deps.db.sql, deps, rows.slice(0, query.limit), query.asOf)) {
      if (views.length === query.limit) return { views, next: after };
      after = view.prediction.seq;
      if ((query.status === null || view.status === query.status) && watches(view, query.filter)) views.push(view);
    }
    if (rows.length <= query.limit) return { views, next: null };
    if (views.length === query.limit) return { views, next: after };
  }
  return { views, next: after };
}

/** With `asOf`, only whether a prediction was resolved is in the database; its other statuses require evaluation. */
function statusFilter(query: ListQuery): PredictionFilter {
  if (query.asOf === null) {
    return {
      ...query.filter,
      ...(query.status === null ? {} : { state: query.status }),
      ...(query.outcome === null ? {} : { outcome: query.outcome }),
    };
  }
  const resolved = query.status === null || query.status === 'disputed' ? null : query.status === 'resolved';
  return { ...query.filter, resolvedAsOf: { asOf: query.asOf, resolved, outcome: query.outcome } };
}

/** Checks the filter against the criterion itself, because the stored watches are those of the newest version. */
function watches({ prediction }: PredictionView, { vendor, family }: ListQuery['filter']): boolean {
  if (vendor === undefined && family === undefined) return true;
  return watchesOf(prediction.criterion).some(
    (watch) => (vendor === undefined || watch.vendor === vendor) && (family === undefined || watch.family === family),
  );
}
