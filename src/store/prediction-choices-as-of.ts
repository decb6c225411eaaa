import type { PendingQuery, Row } from 'postgres';
import type { Instant } from '../domain/instant.ts';
import { outcomes } from '../domain/outcome.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import {
  fewFirst,
  findByWords,
  firstInOrder,
  firstMax,
  literal,
  madeAtRange,
  type Page,
  placeOrder,
  sortedMax,
  wordMatches,
} from './prediction-choices.ts';
import { type PredictionFilter, watchCondition } from './prediction-filter.ts';
import { afterClause, currentResolution, isRecordingOrder, orderClause, sortValue } from './prediction-sort.ts';
import { predictionStates } from './predictions.ts';

/**
 * How a page of a list as of a moment finds its predictions: as one of now does. The words, the criterion and the resolution of that
 * moment are looked up for each prediction that is read.
 */

type Fragment = PendingQuery<Row[]>;

/** Predictions `p` in the order of the list from its position, each with its place. */
type Walk = {
  /** The first `limit` of them. */
  readonly first: (limit: number) => Fragment;
  readonly order: Fragment;
  /** Those of them that are on the list at this place. */
  readonly condition: Fragment;
  /** Whether all of them are resolved at the moment, or none. */
  readonly isResolved: boolean | null;
};

type Read<T> = (among: Fragment, order: Fragment, condition: Fragment) => Promise<T[]>;

/** How much more than the first ones is read, if many predictions may match and few of the first ones do. */
const furtherFactor = 20;
/** More than any list has. */
const everyone = 2 ** 31 - 1;

/**
 * Reads a page of predictions as they were: `read` filters the predictions `p` in `among`, also by `condition`, sorts them by
 * `order` and limits their number.
 */
export async function readChosenAsOf<T>(
  db: Sql,
  { filter, page }: { readonly filter: PredictionFilter; readonly page: Page },
  read: Read<T>,
): Promise<T[]> {
  const { asOf = null, resolved = null, outcome = null } = filter.resolvedAsOf ?? {};
  if (asOf === null) throw new Error('a list as of a moment needs the moment');
  const isUnfiltered = Object.values(filter).filter((value) => value !== undefined).length === 1;
  const isWhole = isUnfiltered && resolved === null && outcome === null;
  const found: T[] = [];
  for (const walk of walksOf(db, { filter, page, asOf })) {
    const limit = page.limit - found.length;
    found.push(
      ...(await readWalk(db, { filter, page: { ...page, limit }, asOf, walk, isWhole }, read)).slice(0, limit),
    );
    if (found.length >= page.limit) break;
  }
  return found;
}

type Ask = { readonly filter: PredictionFilter; readonly page: Page; readonly asOf: Instant };

async function readWalk<T>(db: Sql, ask: Ask & { walk: Walk; isWhole: boolean }, read: Read<T>): Promise<T[]> {
  const { page, walk } = ask;
  const isEachOnList = ask.isWhole && walk.isResolved === null;
  const walkFirst = (limit: number) => read(walk.first(limit), walk.order, walk.condition);
  const few = await walkFirst(isEachOnList ? page.limit : fewFirst(page));
  if (isEachOnList || few.length >= page.limit) return few;
  let ids = await findByWords(db, ask.filter);
  if (ids === null) {
    const found = await walkFirst(firstMax(page));
    if (found.length >= page.limit) return found;
    const candidates = candidatesOf(db, ask);
    ids = candidates === null ? null : await findCandidates(db, candidates);
  }
  if (ids !== null) {
    const among = db`(select p.* from predictions p where p.id = any(${ids})) p`;
    return await read(among, orderClause(db, page.sort, ask.asOf), resolvedCondition(db, walk, ask.asOf));
  }
  const further = await walkFirst(furtherFactor * firstMax(page));
  return further.length >= page.limit ? further : await walkFirst(everyone);
}

/** The ids of the candidates; null if there are too many to sort. */
async function findCandidates(db: Sql, candidates: Fragment): Promise<string[] | null> {
  const rows = await db<{ id: string }[]>`
    with found as materialized (select p.id from predictions p where true ${candidates})
    select id from found limit ${sortedMax + 1}`;
  return rows.length > sortedMax ? null : rows.map(({ id }) => id);
}

/** The walks that make up a list, one after the other. */
function walksOf(db: Sql, { filter, page, asOf }: Ask): Walk[] {
  const { sort } = page;
  switch (sort) {
    case 'recorded_at':
    case '-recorded_at':
    case 'made_at':
    case '-made_at': {
      // These orders do not depend on the moment.
      const condition = isRecordingOrder(sort) ? db`` : madeAtRange(db, filter);
      const first = (limit: number) => firstInOrder(db, { states: predictionStates, condition, page, limit });
      return [{ first, order: placeOrder(db, sort), condition: db``, isResolved: null }];
    }
    case 'resolve_by':
    case '-resolve_by': {
      const first = (limit: number) => firstByDeadline(db, { page, asOf }, limit);
      const direction = sort.startsWith('-') ? db`desc` : db``;
      const order = db`p.place ${direction}, p.listed_id ${direction}`;
      return [{ first, order, condition: db`and c.version = p.listed_version`, isResolved: null }];
    }
    case 'resolved_at':
    case '-resolved_at':
      return walksByResolution(db, { filter, page, asOf });
  }
}

/** Predictions with the versions of criteria by deadline: the one on the list is that of the moment. */
function firstByDeadline(db: Sql, { page, asOf }: Pick<Ask, 'page' | 'asOf'>, limit: number): Fragment {
  return db`(select p.*, k.version as listed_version, k.place, k.prediction_id as listed_id
    from (select c.prediction_id, c.version, ${sortValue(db, page.sort, asOf)} as place from criteria c
      where true ${afterClause(db, { ...page, asOf })} order by ${orderClause(db, page.sort, asOf)} limit ${literal(db, limit)}) k
    cross join lateral (select p.* from predictions p where p.id = k.prediction_id offset 0) p) p`;
}

/** First the predictions that are resolved at the moment, by their resolutions, and then the others. */
function walksByResolution(db: Sql, { filter, page, asOf }: Ask): Walk[] {
  const isDescending = page.sort.startsWith('-');
  const direction = isDescending ? db`desc` : db``;
  const order = db`p.place ${direction}, p.listed_id ${direction}`;
  const current = db`(select r.seq from ${currentResolution(db, asOf)})`;
  const resolved: Walk = {
    first: (limit) => firstByResolution(db, { filter, page, asOf, direction }, limit),
    order,
    condition: db`and p.listed_seq = ${current}`,
    isResolved: true,
  };
  const others: Walk = {
    first: (limit) => firstById(db, page, limit),
    order,
    condition: db`and ${current} is null`,
    isResolved: false,
  };
  const hasResolved = page.after?.[0] !== 'none' && filter.resolvedAsOf?.resolved !== false;
  return [...(hasResolved ? [resolved] : []), ...(impliesResolution(filter) ? [] : [others])];
}

function firstByResolution(db: Sql, ask: Ask & { readonly direction: Fragment }, limit: number): Fragment {
  const { filter, page, asOf, direction } = ask;
  const [at, id] = page.after ?? ['none', ''];
  const comparison = page.sort.startsWith('-') ? db`<` : db`>`;
  const after = at === 'none' ? db`` : db`and (r.decided_at, r.prediction_id) ${comparison} (${timestamp(at)}, ${id})`;
  return db`(select p.*, k.seq as listed_seq, k.decided_at as place, k.prediction_id as listed_id
    from (select r.prediction_id, r.seq, r.decided_at from resolutions r where ${knownBy(db, filter, asOf)} ${after}
      order by r.decided_at ${direction}, r.prediction_id ${direction} limit ${literal(db, limit)}) k
    cross join lateral (select p.* from predictions p where p.id = k.prediction_id offset 0) p) p`;
}

/** Predictions without a resolution are sorted by id. */
function firstById(db: Sql, { sort, after }: Page, limit: number): Fragment {
  const isDescending = sort.startsWith('-');
  const [at, id] = after ?? [0, ''];
  const from = at === 'none' ? db`where p.id ${isDescending ? db`<` : db`>`} ${id}` : db``;
  return db`(select p.*, null as place, p.id as listed_id from predictions p ${from}
    order by p.id ${isDescending ? db`desc` : db``} limit ${literal(db, limit)}) p`;
}

function resolvedCondition(db: Sql, { isResolved }: Walk, asOf: Instant): Fragment {
  if (isResolved === null) return db``;
  return db`and ${isResolved ? db`` : db`not`} exists (select from ${currentResolution(db, asOf)})`;
}

/** Whether only predictions that are resolved at the moment pass a filter. */
function impliesResolution({ resolvedAsOf, resolvedAtGte, resolvedAtLt }: PredictionFilter): boolean {
  return (
    resolvedAsOf?.resolved === true ||
    (resolvedAsOf?.outcome ?? null) !== null ||
    resolvedAtGte !== undefined ||
    resolvedAtLt !== undefined
  );
}

/** Conditions with an index that follow from a filter of a past moment; null if there are none. */
function candidatesOf(db: Sql, { filter, asOf, walk }: Pick<Ask, 'filter' | 'asOf'> & { walk: Walk }): Fragment | null {
  const { predictorId, sourceId, vendor, family, tag, q, madeAtGte, madeAtLt, resolveByGte, resolveByLt } = filter;
  const ids = (rows: Fragment) => db`and p.id in (${rows})`;
  const words = (condition: Fragment) => ids(db`select x.prediction_id from prediction_words x where ${condition}`);
  const found: Fragment[] = [];
  if (predictorId !== undefined) found.push(words(db`x.predictor_id = ${predictorId}`));
  if (sourceId !== undefined) found.push(words(db`x.source_id = ${sourceId}`));
  if (tag !== undefined || q !== undefined) found.push(wordMatches(db, filter));
  if (vendor !== undefined || family !== undefined)
    found.push(
      ids(db`select w.prediction_id from prediction_watches w where true ${watchCondition(db, filter)}
      union all select k.prediction_id from criteria k where k.version > 1`),
    );
  if (madeAtGte !== undefined || madeAtLt !== undefined)
    found.push(db`and p.state = any(${predictionStates}) ${madeAtRange(db, filter)}`);
  if (resolveByGte !== undefined || resolveByLt !== undefined)
    found.push(ids(db`select c.prediction_id from criteria c where true ${deadlineRange(db, filter)}`));
  if (walk.isResolved === true || impliesResolution(filter))
    found.push(
      ids(db`select r.prediction_id from resolutions r where ${knownBy(db, filter, asOf)} ${decidedRange(db, filter)}`),
    );
  return found.length === 0 ? null : found.reduce((all, one) => db`${all} ${one}`);
}

/** The resolutions `r` known at a moment that may be the ones to find. With the outcome, because the index begins with it. */
function knownBy(db: Sql, { resolvedAsOf }: PredictionFilter, asOf: Instant): Fragment {
  const outcome = resolvedAsOf?.outcome ?? null;
  return db`r.known_at <= ${timestamp(asOf)} and r.outcome = any(${outcome === null ? outcomes : [outcome]})`;
}

function deadlineRange(db: Sql, { resolveByGte: gte, resolveByLt: lt }: PredictionFilter): Fragment {
  const value = db`coalesce(c.resolve_by, 'infinity'::timestamptz)`;
  return db`and ${value} > ${timestamp(gte ?? Number.NEGATIVE_INFINITY)}
    ${lt === undefined ? db`and ${value} < 'infinity'` : db`and ${value} <= ${timestamp(lt)}`}`;
}

function decidedRange(db: Sql, { resolvedAtGte: gte, resolvedAtLt: lt }: PredictionFilter): Fragment {
  return db`${gte === undefined ? db`` : db`and r.decided_at >= ${timestamp(gte)}`}
    ${lt === undefined ? db`` : db`and r.decided_at < ${timestamp(lt)}`}`;
}
