import type { Criterion } from '../domain/criterion/criterion.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { withReadableCriteria } from './malformed-rows.ts';
import { json, timestamp } from './postgres-types.ts';

/** The history of a prediction, assembled from the tables that record its changes. */

export type HistoryKind =
  | 'created'
  | 'criterion'
  | 'edited'
  | 'forecast'
  | 'leaning'
  | 'resolution'
  | 'dispute'
  | 'erratum'
  | 'withdrawn';

/** One entry of a history. `rank` and `key` order entries of the same moment; `ref` identifies its row. */
export type HistoryMark = {
  readonly at: Instant;
  readonly rank: number;
  readonly key: string;
  readonly kind: HistoryKind;
  /** The version of a criterion, the number of an edit, or an id. */
  readonly ref: string;
};

export type HistoryPlace = Pick<HistoryMark, 'at' | 'rank' | 'key'>;

/** Numbers in keys are padded to this many digits, so that they sort correctly as text. */
const keyDigits = 20;

/** All entries of a prediction's history, oldest first; entries of the same moment are in causal order. */
export async function listHistoryMarks(
  db: Sql,
  predictionId: string,
  page: { after: HistoryPlace | null; limit: number },
): Promise<HistoryMark[]> {
  const { after } = page;
  return await db<HistoryMark[]>`
    select m.at, m.rank, m.key, m.kind, m.ref from (
      select recorded_at as at, 0 as rank, '0' as key, 'created' as kind, id as ref from predictions where id = ${predictionId}
      union all
      select created_at, 1, lpad(version::text, ${keyDigits}, '0'), 'criterion', version::text from criteria
        where prediction_id = ${predictionId} and version > 1
      union all
      select edited_at, 2, lpad(edit::text, ${keyDigits}, '0'), 'edited', edit::text from prediction_edits
        where prediction_id = ${predictionId}
      union all
      select recorded_at, 2, 'f' || lpad(seq::text, ${keyDigits}, '0'), 'forecast', id from forecasts
        where prediction_id = ${predictionId}
      union all
      select occurred_at, 3, lpad(sequence::text, ${keyDigits}, '0'), 'leaning', id from events
        where prediction_id = ${predictionId} and type in ('prediction.proposed', 'prediction.disputed') and resolution_id is null
      union all
      select decided_at, 4, lpad(seq::text, ${keyDigits}, '0'), 'resolution', id from resolutions where prediction_id = ${predictionId}
      union all
      select created_at, 5, id, 'dispute', id from disputes where prediction_id = ${predictionId}
      union all
      select recorded_at, 6, lpad(seq::text, ${keyDigits}, '0'), 'erratum', id from prediction_errata where prediction_id = ${predictionId}
      union all
      select withdrawn_at, 7, '0', 'withdrawn', id from predictions where id = ${predictionId} and withdrawn_at is not null
    ) m
    where true ${
      after === null
        ? db``
        : db`and (m.at, m.rank, m.key) >
      (${timestamp(after.at)}::timestamptz, ${after.rank}::int, ${after.key}::text)`
    }
    order by m.at, m.rank, m.key limit ${page.limit}`;
}

export type WithdrawalObstacle = 'resolved' | 'disputed' | 'proposed' | 'passed_deadline';

/**
 * Why a prediction cannot be withdrawn any more: what was ever said about its outcome, and deadlines that have passed while
 * their version of the criterion was current.
 */
export async function listWithdrawalObstacles(
  db: Sql,
  predictionId: string,
  now: Instant,
): Promise<WithdrawalObstacle[]> {
  const rows = await db<{ obstacle: WithdrawalObstacle }[]>`
    select o.obstacle from (
      select 1 as rank, 'resolved' as obstacle from resolutions where prediction_id = ${predictionId}
      union all
      select 2, case type when 'prediction.disputed' then 'disputed' else 'proposed' end from events
        where prediction_id = ${predictionId} and type in ('prediction.proposed', 'prediction.disputed')
      union all
      select 3, 'passed_deadline' from (
        select resolve_by, coalesce(lead(created_at) over (order by version), ${timestamp(now)}::timestamptz) as replaced_at
        from criteria where prediction_id = ${predictionId}) c
        where c.resolve_by <= c.replaced_at
    ) o group by o.rank, o.obstacle order by o.rank, o.obstacle`;
  return rows.map((row) => row.obstacle);
}

export type FieldChange = { readonly field: string; readonly before: unknown; readonly after: unknown };

export async function insertEdit(
  db: Sql,
  edit: { predictionId: string; edit: number; editedAt: Instant; changes: readonly FieldChange[] },
): Promise<void> {
  await db`
    insert into prediction_edits (prediction_id, edit, edited_at, changes)
    values (${edit.predictionId}, ${edit.edit}, ${timestamp(edit.editedAt)}, ${json(db, edit.changes)})`;
}

export async function listEdits(
  db: Sql,
  predictionId: string,
  edits: readonly number[],
): Promise<{ edit: number; changes: FieldChange[] }[]> {
  return await db<{ edit: number; changes: FieldChange[] }[]>`
    select edit, changes from prediction_edits where prediction_id = ${predictionId} and edit = any(${edits}::int[]) order by edit`;
}

export type CriterionRow = {
  readonly version: number;
  readonly criterion: Criterion;
  readonly criterionHash: string;
  readonly reason: string | null;
};

/** The given versions of a prediction's criterion, oldest first. */
export async function listCriteria(
  db: Sql,
  predictionId: string,
  versions: readonly number[],
): Promise<CriterionRow[]> {
  const rows = await db<CriterionRow[]>`
    select version, criterion, criterion_hash as "criterionHash", reason from criteria
    where prediction_id = ${predictionId} and version = any(${versions}::int[]) order by version`;
  return withReadableCriteria(rows, () => predictionId);
}
