import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { type Span, selectEdgesCrossed, selectWatching, type TouchedModel } from './watch-selections.ts';

/** The predictions that wait to be settled. A mark commits with its evidence, and is deleted with the settlement. */

/** The channel that announces that predictions wait and nobody is settling them. */
export const settleChannel = 'outturn_settle';

/** What a read of a feed affects. */
export type Affected = {
  /** Models whose release may have changed. */
  readonly releases: readonly TouchedModel[];
  /** Models of which only stated facts changed. */
  readonly facts: readonly TouchedModel[];
  /** Coverage edges that the feed passed, of the vendors that it covers; null if it covers none. */
  readonly edges: { readonly vendors: readonly string[] | 'any'; readonly spans: readonly Span[] } | null;
};

/** The times of the new evidence, and the poll that brought it. */
export type Mark = {
  readonly pollId: string;
  readonly evidenceFrom: Instant;
  readonly evidenceTo: Instant;
  readonly markedAt: Instant;
};

/** Marks every prediction that a read affects. A prediction that is marked already keeps its place in the queue. */
export async function markAffected(db: Sql, affected: Affected, mark: Mark): Promise<void> {
  const { releases, facts, edges } = affected;
  const selections = [
    ...(releases.length === 0 ? [] : [selectWatching(db, releases, 'releases')]),
    ...(facts.length === 0 ? [] : [selectWatching(db, facts, 'facts')]),
    ...(edges === null ? [] : [selectEdgesCrossed(db, edges.vendors, edges.spans)]),
  ];
  const [first, ...others] = selections;
  if (first === undefined) return;
  // A single selection may list a prediction twice, once for each family that it watches.
  const all = others.reduce((sum, selection) => db`${sum} union ${selection}`, db`select distinct * from (${first}) f`);
  // All transactions lock rows in the order of ids, so that none waits for another in a circle.
  await db`
    insert into settle_queue (prediction_id, evidence_from, evidence_to, poll_id, marked_at)
    select a.prediction_id, ${timestamp(mark.evidenceFrom)}::timestamptz, ${timestamp(mark.evidenceTo)}::timestamptz,
      ${mark.pollId}, ${timestamp(mark.markedAt)}::timestamptz
    from (${all}) a order by a.prediction_id
    on conflict (prediction_id) do update set poll_id = excluded.poll_id, retry_at = null,
      evidence_from = least(settle_queue.evidence_from, excluded.evidence_from),
      evidence_to = greatest(settle_queue.evidence_to, excluded.evidence_to)`;
}

/**
 * Marks predictions without new evidence, because time passed or the rules changed. Returns the number of those that were
 * not marked before.
 */
export async function markPredictions(db: Sql, ids: readonly string[], now: Instant): Promise<number> {
  const rows = await db`
    insert into settle_queue (prediction_id, evidence_to, marked_at)
    select t.id, ${timestamp(now)}::timestamptz, ${timestamp(now)}::timestamptz
    from unnest(${ids}::text[]) as t(id) order by t.id
    on conflict (prediction_id) do nothing returning prediction_id`;
  return rows.length;
}

export type MarkRow = { readonly id: string; readonly evidenceFrom: Instant | null; readonly evidenceTo: Instant };

/**
 * Locks the oldest marks that no other transaction is settling; with `pollId`, only those of a poll. A poll that marks one
 * of them meanwhile waits for this transaction, and then inserts a new mark.
 */
export async function lockMarks(
  db: Sql,
  { pollId, now, limit }: { readonly pollId: string | null; readonly now: Instant; readonly limit: number },
): Promise<MarkRow[]> {
  return await db<MarkRow[]>`
    select prediction_id as id, evidence_from as "evidenceFrom", evidence_to as "evidenceTo" from settle_queue
    where (retry_at is null or retry_at <= ${timestamp(now)}) ${pollId === null ? db`` : db`and poll_id = ${pollId}`}
    order by marked_at, prediction_id limit ${limit} for update skip locked`;
}

/** Deletes marks of this transaction, whose predictions it has settled. */
export async function deleteMarks(db: Sql, ids: readonly string[]): Promise<void> {
  await db`delete from settle_queue where prediction_id = any(${ids})`;
}

/** The delay after the first failure of a prediction, in seconds, and the longest one: each failure doubles it. */
const retrySecondsMin = 60;
const retrySecondsMax = 86_400;

/** Postpones a prediction that could not be settled, so that it does not hold up the others. */
export async function postponeMark(db: Sql, id: string, now: Instant): Promise<void> {
  await db`
    update settle_queue set failures = failures + 1,
      retry_at = ${timestamp(now)}::timestamptz
        + make_interval(secs => least(${retrySecondsMax}, ${retrySecondsMin} * 2 ^ least(failures, 20)))
    where prediction_id = ${id}`;
}

/** The number of predictions that wait to be settled; with `pollId`, of those that a poll marked last. */
export async function countMarks(db: Sql, pollId: string | null): Promise<number> {
  const rows = await db<{ marks: number }[]>`
    select count(*)::int as marks from settle_queue ${pollId === null ? db`` : db`where poll_id = ${pollId}`}`;
  return rows[0]?.marks ?? 0;
}

/** The size of the queue, since when its oldest mark waits, and how many predictions could not be settled. */
export async function findQueueState(
  db: Sql,
): Promise<{ readonly marks: number; readonly failing: number; readonly oldestAt: Instant | null }> {
  const rows = await db<{ marks: number; failing: number; oldestAt: Instant | null }[]>`
    select count(*)::int as marks, (count(*) filter (where failures > 0))::int as failing, min(marked_at) as "oldestAt"
    from settle_queue`;
  return rows[0] ?? { marks: 0, failing: 0, oldestAt: null };
}

/** Which of the predictions wait to be settled: their stored answers do not contain all evidence yet. */
export async function listPendingEvaluations(db: Sql, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db<
    { id: string }[]
  >`select prediction_id as id from settle_queue where prediction_id = any(${ids})`;
  return new Set(rows.map((row) => row.id));
}

/** Wakes the processes that settle waiting predictions. */
export async function announceMarks(db: Sql): Promise<void> {
  await db`select pg_notify(${settleChannel}, '')`;
}
