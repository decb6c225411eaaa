import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { indexedMatches, literal, type Page, placeOrder, readChosen } from './prediction-choices.ts';
import { readChosenAsOf } from './prediction-choices-as-of.ts';
import { everyFilter, type PredictionFilter } from './prediction-filter.ts';
import { afterClause, sortValue } from './prediction-sort.ts';
import { fromPredictions, type PredictionRow, predictionColumns, readPredictions } from './predictions.ts';

/** Lists of predictions: the statements that read a page or a number. */

/** A prediction with the value that its list is sorted by; infinite if it has none. */
export type SortedPrediction = PredictionRow & { readonly sortValue: number };

/**
 * Predictions in the given order, after a position. At a past moment, a prediction whose criterion was replaced passes the
 * filters by vendor and family regardless of what it watched: the caller must check it.
 */
export async function listPredictions(db: Sql, filter: PredictionFilter, page: Page): Promise<SortedPrediction[]> {
  const asOf = filter.resolvedAsOf?.asOf ?? null;
  const matches = everyFilter(db, filter);
  if (asOf === null) {
    const rows = await readChosen(
      db,
      { filter, page, matches },
      async (chosen) =>
        await db<SortedPrediction[]>`
          select ${predictionColumns(db, null)}, p.place as "sortValue" from ${fromPredictions(db, null, chosen)}
          order by ${placeOrder(db, page.sort)}`,
    );
    return readPredictions(rows);
  }
  const rows = await readChosenAsOf(
    db,
    { filter, page },
    async (among, order, condition) =>
      await db<SortedPrediction[]>`
        select ${predictionColumns(db, asOf)}, ${sortValue(db, page.sort, asOf)} as "sortValue"
        from ${fromPredictions(db, asOf, among)}
        where true ${afterClause(db, { ...page, asOf })} ${matches} ${condition}
        order by ${order} limit ${literal(db, page.limit)}`,
  );
  return readPredictions(rows);
}

export async function countPredictions(db: Sql, filter: PredictionFilter): Promise<number> {
  const asOf = filter.resolvedAsOf?.asOf ?? null;
  const indexed = asOf === null ? indexedMatches(db, filter) : db``;
  const rows = await db<{ total: number }[]>`
    select count(*) as total from ${asOf === null ? db`predictions p` : fromPredictions(db, asOf)}
    where true ${everyFilter(db, filter)} ${indexed}`;
  return rows[0]?.total ?? 0;
}

/** Unsettled predictions with a deadline after a moment, by deadline. */
export async function listDeadlines(
  db: Sql,
  filter: Omit<PredictionFilter, 'states' | 'outcome' | 'resolvedAsOf'>,
  { since, limit }: { since: Instant; limit: number },
): Promise<PredictionRow[]> {
  const unsettled: PredictionFilter = {
    ...filter,
    states: ['open', 'proposed'],
    resolveByGte: Math.max(since, filter.resolveByGte ?? since),
  };
  const rows = await readChosen(
    db,
    { filter: unsettled, page: { after: null, sort: 'resolve_by', limit }, matches: everyFilter(db, unsettled) },
    async (chosen) =>
      await db<PredictionRow[]>`
        select ${predictionColumns(db, null)} from ${fromPredictions(db, null, chosen)}
        order by ${placeOrder(db, 'resolve_by')}`,
  );
  return readPredictions(rows);
}
