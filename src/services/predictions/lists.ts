import { watchesOf } from '../../domain/criterion/watch.ts';
import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type ListedPrediction, listDocuments as listDocumentRows } from '../../store/listed-documents.ts';
import type { PredictionFilter } from '../../store/prediction-filter.ts';
import {
  countPredictions as countPredictionRows,
  listPredictions as listPredictionRows,
  type SortedPrediction,
} from '../../store/prediction-lists.ts';
import type { PredictionPlace, PredictionSort } from '../../store/prediction-sort.ts';
import { listPredictionsById, type PredictionState } from '../../store/predictions.ts';
import type { ResolutionRow } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { withCurrentIdentity } from '../identity/identity.ts';
import { documentToJson } from './document.ts';
import { documentJoiner } from './listed-documents.ts';
import { type PredictionView, viewPredictions } from './views.ts';

export { predictionSorts } from '../../store/prediction-sort.ts';

export type ListQuery = {
  readonly filter: Omit<PredictionFilter, 'states' | 'outcome' | 'resolvedAsOf'>;
  /** Null for every status. */
  readonly statuses: readonly PredictionState[] | null;
  readonly outcome: ResolutionRow['outcome'] | null;
  readonly asOf: Instant | null;
  readonly after: PredictionPlace | null;
  readonly sort: PredictionSort;
  readonly limit: number;
};

/** The most batches of rows that one request reads. With `asOf` the status is only known after evaluation. */
const asOfRoundsMax = 20;

/** Predictions as known at `asOf`, or now if it is null. `next` is the position to continue after, null at the end. */
export async function listPredictions(
  deps: Deps,
  query: ListQuery,
): Promise<{ views: PredictionView[]; next: PredictionPlace | null }> {
  const filter = statusFilter(query);
  const views: PredictionView[] = [];
  let after = query.after;
  for (let round = 0; round < asOfRoundsMax; round += 1) {
    const rows = await listPredictionRows(deps.db.sql, filter, { after, sort: query.sort, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    for (const [index, view] of (await viewPredictions(deps.db.sql, deps, page, query.asOf)).entries()) {
      if (views.length === query.limit) return { views, next: after };
      after = placeOf(page[index]);
      if ((query.statuses?.includes(view.status) ?? true) && watches(view, query.filter)) views.push(view);
    }
    if (rows.length <= query.limit) return { views, next: null };
    if (views.length === query.limit) return { views, next: after };
  }
  return { views, next: after };
}

/**
 * The documents of predictions now, each as pieces of JSON in UTF-8. `next` is the position to continue after, null at the
 * end. Documents that are not kept are computed.
 */
export async function listDocumentBytes(
  deps: Deps,
  query: Omit<ListQuery, 'asOf'>,
): Promise<{ documents: Uint8Array[][]; next: PredictionPlace | null }> {
  const { after, sort, limit } = query;
  const rows = await listDocumentRows(deps.db.sql, statusFilter({ ...query, asOf: null }), {
    after,
    sort,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const missing = page.filter(({ document }) => document === null);
  const computed = missing.length === 0 ? null : await computeDocuments(deps, missing);
  const join = await documentJoiner(
    deps,
    page.flatMap(({ document }) => document ?? []),
  );
  const documents: Uint8Array[][] = [];
  for (const { id, document } of page) {
    const text = document === null ? computed?.get(id) : undefined;
    if (document !== null) documents.push(join(document));
    else if (text !== undefined) documents.push([Buffer.from(text)]);
  }
  return { documents, next: rows.length > limit ? (page.at(-1)?.place() ?? null) : null };
}

/** The same as texts. */
export async function listDocuments(
  deps: Deps,
  query: Omit<ListQuery, 'asOf'>,
): Promise<{ texts: string[]; next: PredictionPlace | null }> {
  const { documents, next } = await listDocumentBytes(deps, query);
  return { texts: documents.map((pieces) => Buffer.concat(pieces).toString('utf8')), next };
}

async function computeDocuments(deps: Deps, rows: readonly ListedPrediction[]): Promise<ReadonlyMap<string, string>> {
  const current = await withCurrentIdentity(deps);
  const predictions = await listPredictionsById(
    deps.db.sql,
    rows.map(({ id }) => id),
  );
  const views = await viewPredictions(deps.db.sql, current, predictions, null);
  return new Map(views.map((view) => [view.prediction.id, JSON.stringify(documentToJson(view, null))]));
}

function placeOf(row: Pick<SortedPrediction, 'sortValue' | 'id'> | undefined): PredictionPlace | null {
  if (row === undefined) return null;
  return [Number.isFinite(row.sortValue) ? row.sortValue : 'none', row.id];
}

/** The number of predictions that match, by their stored status. Refuses with `validation_failed` for a past moment. */
export async function countPredictions(
  deps: Deps,
  query: Pick<ListQuery, 'filter' | 'statuses' | 'outcome' | 'asOf'>,
): Promise<number> {
  if (query.asOf === null) return await countPredictionRows(deps.db.sql, statusFilter(query));
  const detail =
    'count must not be combined with as_of, because each prediction would have to be evaluated at that time';
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/count' }]);
}

/** With `asOf`, only whether a prediction was resolved is in the database; its other statuses require evaluation. */
function statusFilter(query: Pick<ListQuery, 'filter' | 'statuses' | 'outcome' | 'asOf'>): PredictionFilter {
  if (query.asOf === null) {
    return {
      ...query.filter,
      ...(query.statuses === null ? {} : { states: query.statuses }),
      ...(query.outcome === null ? {} : { outcome: query.outcome }),
    };
  }
  const resolved = resolvedOf(query.statuses);
  return { ...query.filter, resolvedAsOf: { asOf: query.asOf, resolved, outcome: query.outcome } };
}

/** Whether predictions with these statuses have a resolution; null if some have one and others may not. */
function resolvedOf(statuses: ListQuery['statuses']): boolean | null {
  if (statuses === null || statuses.includes('disputed')) return null;
  if (!statuses.includes('resolved')) return false;
  return statuses.every((status) => status === 'resolved') ? true : null;
}

/** Checks the filter against the criterion itself, because the stored watches are those of the newest version. */
function watches({ prediction }: PredictionView, { vendor, family }: ListQuery['filter']): boolean {
  if (vendor === undefined && family === undefined) return true;
  return watchesOf(prediction.criterion).some(
    (watch) => (vendor === undefined || watch.vendor === vendor) && (family === undefined || watch.family === family),
  );
}
