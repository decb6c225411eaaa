import type { PendingQuery, Row } from 'postgres';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { likePattern, type PredictionFilter } from './prediction-filter.ts';
import {
  afterClause,
  isRecordingOrder,
  orderClause,
  type PredictionPlace,
  type PredictionSort,
  sortValue,
} from './prediction-sort.ts';
import { type PredictionState, predictionStates } from './predictions.ts';

/**
 * How a page finds its predictions. The first ones in the order of the list are read by its index and filtered: for frequent
 * matches that is enough. If too few of them match, the indexes of the filters find all that match, and they are sorted. If those
 * are many, reading on in the order of the list finds a page sooner. The planner would choose by estimates, and read every
 * prediction where it guesses wrongly.
 */

/** The predictions that are filtered first: reading them takes a few milliseconds. */
const filteredFirst = 5000;
/** Fewer, as a multiple of the length of a page, if an index then finds exactly what matches. */
const filteredForEach = 20;
/** The most matches that are sorted. */
export const sortedMax = 5000;

type Fragment = PendingQuery<Row[]>;

export type Page = { readonly after: PredictionPlace | null; readonly sort: PredictionSort; readonly limit: number };

type Choice = {
  readonly filter: PredictionFilter;
  readonly page: Page;
  /** The condition of `filter` for `predictions p`. */
  readonly matches: Fragment;
};

/**
 * Reads a page of predictions as they are now: `read` selects from `chosen`, the predictions `p` of the page with the value
 * `p.place` that they are sorted by, and sorts them again.
 */
export async function readChosen<T>(db: Sql, choice: Choice, read: (chosen: Fragment) => Promise<T[]>): Promise<T[]> {
  const { filter, page, matches } = choice;
  const choose = (from: Fragment) =>
    db`(select p.* from ${from} order by ${placeOrder(db, page.sort)} limit ${literal(db, page.limit)}) p`;
  const matching = (from: Fragment) => choose(db`(select p.* from ${from} where true ${matches}) p`);
  const index = orderIndex(db, filter, page.sort);
  if (index.isWhole) return await read(choose(firstInOrder(db, { ...index, page, limit: page.limit })));
  const few = hasWords(filter) ? await read(matching(firstInOrder(db, { ...index, page, limit: fewFirst(page) }))) : [];
  if (few.length >= page.limit) return few;
  let ids = await findByWords(db, filter);
  if (ids === null) {
    const found = await read(matching(firstInOrder(db, { ...index, page, limit: firstMax(page) })));
    if (found.length >= page.limit) return found;
    ids = await findMatching(db, choice);
  }
  if (ids === null) {
    const more = await read(matching(firstInOrder(db, { ...index, page, limit: 10 * firstMax(page) })));
    if (more.length >= page.limit) return more;
    const condition = db`${index.condition} ${matches}`;
    return await read(choose(firstInOrder(db, { ...index, condition, page, limit: page.limit })));
  }
  const after = afterClause(db, { ...page, asOf: null });
  // Filtered again: a prediction may have changed meanwhile, or have had such words once.
  const among = db`(select ${placed(db, page.sort)} from predictions p where p.id = any(${ids}) ${after}) p`;
  return await read(matching(among));
}

/** The ids of all predictions that match after the position; null if there are too many to sort. */
async function findMatching(db: Sql, { filter, page, matches }: Choice): Promise<string[] | null> {
  // For the whole of a materialised query the planner does not hope to find enough rows soon by reading the table.
  const rows = await db<{ id: string }[]>`
    with found as materialized (
      select p.id from predictions p where p.state = any(${filter.states ?? predictionStates})
        ${indexedMatches(db, filter)} ${matches} ${afterClause(db, { ...page, asOf: null })})
    select id from found limit ${sortedMax + 1}`;
  return rows.length > sortedMax ? null : rows.map(({ id }) => id);
}

/** How many predictions of a list are filtered before an index is asked that finds exactly what matches. */
export function fewFirst({ limit }: Page): number {
  return filteredForEach * limit;
}

/** How many predictions of a list are filtered before less exact indexes are asked. */
export function firstMax(page: Page): number {
  return Math.max(filteredFirst, fewFirst(page));
}

/** For a number of predictions as they are now: conditions that follow from the filter and have an index. */
export function indexedMatches(db: Sql, filter: PredictionFilter): Fragment {
  return db`${rangesByIndex(db, filter)} ${wordMatches(db, filter)}`;
}

type OrderIndex = {
  /** One index range for each status. */
  readonly states: readonly PredictionState[];
  readonly condition: Fragment;
};

/** What the index that has the order of a list can filter by. `isWhole`: the whole filter. */
function orderIndex(db: Sql, filter: PredictionFilter, sort: PredictionSort): OrderIndex & { isWhole: boolean } {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const names = new Set(given.map(([name]) => name));
  const { states = predictionStates } = filter;
  if (isRecordingOrder(sort)) {
    const leading = leadingColumn(db, filter);
    if (leading === null) return { states, condition: db``, isWhole: isSubset(names, ['states']) };
    return { states: predictionStates, condition: leading.condition, isWhole: isSubset(names, [leading.name]) };
  }
  const { ranges, condition } = ownRange(db, filter, sort);
  return { states, condition, isWhole: isSubset(names, ['states', ...ranges]) };
}

function isSubset(names: ReadonlySet<string>, of: readonly string[]): boolean {
  return [...names].every((name) => of.includes(name));
}

/** The filter of an index that continues in the order of recording. */
function leadingColumn(db: Sql, filter: PredictionFilter): { name: string; condition: Fragment } | null {
  const { predictorId, sourceId, outcome } = filter;
  if (predictorId !== undefined) return { name: 'predictorId', condition: db`and p.predictor_id = ${predictorId}` };
  if (outcome !== undefined) return { name: 'outcome', condition: db`and p.outcome = ${outcome}` };
  if (sourceId !== undefined) return { name: 'sourceId', condition: db`and p.source_id = ${sourceId}` };
  return null;
}

/** The filter by the value that the list is sorted by, as a range of its index. */
function ownRange(db: Sql, filter: PredictionFilter, sort: PredictionSort) {
  switch (sort) {
    case 'made_at':
    case '-made_at':
      return { ranges: ['madeAtGte', 'madeAtLt'], condition: madeAtRange(db, filter) };
    case 'resolve_by':
    case '-resolve_by': {
      const value = sort === 'resolve_by' ? lastOrNever(db, 'resolve_by') : firstOrNever(db, 'resolve_by');
      return { ranges: ['resolveByGte', 'resolveByLt'], condition: resolveByRange(db, filter, value) };
    }
    case 'resolved_at':
    case '-resolved_at': {
      const value = sort === 'resolved_at' ? lastOrNever(db, 'resolved_at') : firstOrNever(db, 'resolved_at');
      return { ranges: ['resolvedAtGte', 'resolvedAtLt'], condition: resolvedAtRange(db, filter, value) };
    }
    case 'recorded_at':
    case '-recorded_at':
      return { ranges: [], condition: db`` };
  }
}

const lastOrNever = (db: Sql, column: 'resolve_by' | 'resolved_at') =>
  db`coalesce(p.${db(column)}, 'infinity'::timestamptz)`;
const firstOrNever = (db: Sql, column: 'resolve_by' | 'resolved_at') =>
  db`coalesce(p.${db(column)}, '-infinity'::timestamptz)`;

export function madeAtRange(db: Sql, { madeAtGte, madeAtLt }: PredictionFilter): Fragment {
  return db`${madeAtGte === undefined ? db`` : db`and p.made_from >= ${timestamp(madeAtGte)}`}
    ${madeAtLt === undefined ? db`` : db`and p.made_from < ${timestamp(madeAtLt)}`}`;
}

function resolveByRange(db: Sql, { resolveByGte: gte, resolveByLt: lt }: PredictionFilter, value: Fragment): Fragment {
  if (gte === undefined && lt === undefined) return db``;
  return db`and ${value} > ${timestamp(gte ?? Number.NEGATIVE_INFINITY)}
    ${lt === undefined ? db`and ${value} < 'infinity'` : db`and ${value} <= ${timestamp(lt)}`}`;
}

function resolvedAtRange(
  db: Sql,
  { resolvedAtGte: gte, resolvedAtLt: lt }: PredictionFilter,
  value: Fragment,
): Fragment {
  if (gte === undefined && lt === undefined) return db``;
  return db`${gte === undefined ? db`and ${value} > '-infinity'` : db`and ${value} >= ${timestamp(gte)}`}
    and ${value} < ${timestamp(lt ?? Number.POSITIVE_INFINITY)}`;
}

/** The filters by ranges in the form that the indexes have. */
function rangesByIndex(db: Sql, filter: PredictionFilter): Fragment {
  return db`${resolveByRange(db, filter, lastOrNever(db, 'resolve_by'))}
    ${resolvedAtRange(db, filter, lastOrNever(db, 'resolved_at'))}`;
}

/** The first predictions of a list after a position: the indexes begin with the status, so the lists of each are merged. */
export function firstInOrder(db: Sql, ask: OrderIndex & { page: Page; limit: number }): Fragment {
  const { states, condition, page } = ask;
  const limit = literal(db, ask.limit);
  const listOf = ({ where, order }: Range) =>
    db`(select ${placed(db, page.sort)} from predictions p where ${where} ${condition} order by ${order} limit ${limit})`;
  const isAll = isRecordingOrder(page.sort) && states.length === predictionStates.length;
  if (isAll) return db`${listOf(rangeOf(db, page, db`true`))} p`;
  const lists = [...new Set(states)].map((state) => listOf(stateRange(db, page, state)));
  const merged = lists.reduce((all, list) => db`${all} union all ${list}`);
  return db`(select p.* from (${merged}) p order by ${placeOrder(db, page.sort)} limit ${limit}) p`;
}

type Range = { readonly where: Fragment; readonly order: Fragment };

function rangeOf(db: Sql, page: Page, where: Fragment): Range {
  return {
    where: db`${where} ${afterClause(db, { ...page, asOf: null })}`,
    order: orderClause(db, page.sort, null),
  };
}

/**
 * The predictions of one status. The order of recording has an index of its own as well, in which those of a rare status are
 * far apart. A range and an order that begin with the status have one index only, whatever the planner expects.
 */
function stateRange(db: Sql, page: Page, state: PredictionState): Range {
  if (!isRecordingOrder(page.sort)) return rangeOf(db, page, db`p.state = ${state}`);
  const isDescending = page.sort.startsWith('-');
  const order = isDescending ? db`p.state desc, p.seq desc, p.id desc` : db`p.state, p.seq, p.id`;
  if (page.after === null) return { where: db`p.state >= ${state} and p.state <= ${state}`, order };
  const [at, id] = page.after;
  const place = db`(${state}, ${at}::bigint, ${id})`;
  const where = isDescending
    ? db`p.state >= ${state} and (p.state, p.seq, p.id) < ${place}`
    : db`p.state <= ${state} and (p.state, p.seq, p.id) > ${place}`;
  return { where, order };
}

/** The columns of predictions `p`, and the value that they are sorted by. As a column, lists that are sorted by it can be merged. */
function placed(db: Sql, sort: PredictionSort): Fragment {
  return db`p.*, ${sortValue(db, sort, null)} as place`;
}

/** The order of such rows. */
export function placeOrder(db: Sql, sort: PredictionSort): Fragment {
  return sort.startsWith('-') ? db`p.place desc, p.id desc` : db`p.place, p.id`;
}

/** Whether a filter is by tag or text, whose indexes find hardly more than what matches. */
export function hasWords({ tag, q }: PredictionFilter): boolean {
  return tag !== undefined || q !== undefined;
}

/** The ids of the predictions that had such words once; null without such a filter, and if there are too many to sort. */
export async function findByWords(db: Sql, filter: PredictionFilter): Promise<string[] | null> {
  if (!hasWords(filter)) return null;
  const { tag, q } = filter;
  const text = q === undefined ? db`` : db`and (${textCondition(db, q)})`;
  const conditions = db`${tag === undefined ? db`` : db`and x.tags @> ${[tag]}`} ${text}`;
  const rows = await db<{ id: string }[]>`
    select x.prediction_id as id from prediction_words x where true ${conditions} limit ${sortedMax + 1}`;
  return rows.length > sortedMax ? null : rows.map(({ id }) => id);
}

/** Predictions that had such words once. The words of now are among them, and so are those of any moment. */
export function wordMatches(db: Sql, { tag, q }: PredictionFilter): Fragment {
  const words = (condition: Fragment) =>
    db`and p.id in (select x.prediction_id from prediction_words x where ${condition})`;
  return db`${tag === undefined ? db`` : words(db`x.tags @> ${[tag]}`)} ${q === undefined ? db`` : words(textCondition(db, q))}`;
}

/** Follows from containing a text, for `prediction_words x`: one index finds three letters or digits in a row, the other the rest. */
function textCondition(db: Sql, q: string): Fragment {
  if (!hasTrigram(q)) return db`short_texts(x.statement, x.slug) @> character_pairs(lower(${q}))`;
  const like = likePattern(q);
  return db`x.statement ilike ${like} or x.slug ilike ${like}`;
}

function hasTrigram(text: string): boolean {
  return /[\p{L}\p{N}]{3}/u.test(text);
}

/**
 * A limit as part of the statement. With a parameter, a plan for every limit would look worse to the server than one for each
 * execution, so that it would plan every time, which takes longer than reading a page.
 */
export function literal(db: Sql, limit: number): Fragment {
  if (!Number.isSafeInteger(limit)) throw new RangeError(`a limit must be a whole number: ${limit}`);
  return db.unsafe(String(limit));
}
