import type { CaseState, CaseStep } from '../domain/cases/case-state.ts';
import type { Instant } from '../domain/instant.ts';
import { waitsFor } from './case-waits.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** The claim as it was when a case was opened. */
export type FrozenQuestion = {
  readonly statement: string;
  readonly fine_print: string | null;
  readonly made_at: string;
  readonly resolve_by: string | null;
  readonly criterion_hash: string;
  readonly criterion_text: string;
  /** The questions for people in the criterion. */
  readonly questions: readonly string[];
};

/** What a case froze when it was opened. */
export type CaseRow = {
  readonly id: string;
  readonly predictionId: string;
  readonly criterionVersion: number;
  readonly question: FrozenQuestion;
  readonly predictorId: string | null;
  /** The id of the key that recorded the claim, if it is known. */
  readonly recordedBy: string | null;
  /** The resolution that was current then; null if there was none. */
  readonly baseResolution: string | null;
  readonly openedAt: Instant;
  readonly openedBy: string;
};

export type ListedCase = CaseRow & { readonly seq: number; readonly slug: string; readonly last: CaseStep };

function stepColumns(db: Sql) {
  return db`s.step, s.kind, s.at, s.state, s.panel_id as "panelId", s.round, s.rounds_left as "roundsLeft", s.due_at as "dueAt",
    s.outcome, s.effective_at as "effectiveAt", s.basis, s.resolution_id as "resolutionId", s.actor, s.note`;
}

function caseColumns(db: Sql) {
  return db`c.id, c.prediction_id as "predictionId", c.criterion_version as "criterionVersion", c.question,
    c.predictor_id as "predictorId", c.recorded_by as "recordedBy", c.base_resolution as "baseResolution",
    c.opened_at as "openedAt", c.opened_by as "openedBy", c.seq, p.slug`;
}

/** A row of `cases` and the columns of its step, side by side. */
type JoinedCase = CaseRow & { readonly seq: number; readonly slug: string } & CaseStep;

function splitCase(row: JoinedCase): ListedCase {
  const { step, kind, at, state, panelId, round, roundsLeft, dueAt, outcome, effectiveAt, basis, resolutionId, actor } =
    row;
  const position = { step, kind, at, state, panelId, round, roundsLeft, dueAt, actor, note: row.note };
  return {
    id: row.id,
    predictionId: row.predictionId,
    criterionVersion: row.criterionVersion,
    question: row.question,
    predictorId: row.predictorId,
    recordedBy: row.recordedBy,
    baseResolution: row.baseResolution,
    openedAt: row.openedAt,
    openedBy: row.openedBy,
    seq: row.seq,
    slug: row.slug,
    last: { ...position, outcome, effectiveAt, basis, resolutionId },
  };
}

/** Opens a case with its first step. False if the prediction has one that has not ended. */
export async function insertCase(db: Sql, row: CaseRow, first: CaseStep): Promise<boolean> {
  const rows = await db`
    insert into cases (id, prediction_id, criterion_version, question, predictor_id, recorded_by, base_resolution, opened_at,
      opened_by, state, steps, due_at)
    values (${row.id}, ${row.predictionId}, ${row.criterionVersion}, ${json(db, row.question)}, ${row.predictorId},
      ${row.recordedBy}, ${row.baseResolution}, ${timestamp(row.openedAt)}, ${row.openedBy}, ${first.state}, ${first.step},
      ${timestamp(first.dueAt)})
    on conflict do nothing returning id`;
  if (rows.length === 0) return false;
  await insertStep(db, row.id, first);
  await db`update predictions set has_case = true where id = ${row.predictionId} and not has_case`;
  return true;
}

async function insertStep(db: Sql, caseId: string, step: CaseStep): Promise<void> {
  await db`
    insert into case_steps (case_id, step, kind, at, state, panel_id, round, rounds_left, due_at, outcome, effective_at, basis,
      resolution_id, actor, note)
    values (${caseId}, ${step.step}, ${step.kind}, ${timestamp(step.at)}, ${step.state}, ${step.panelId}, ${step.round},
      ${step.roundsLeft}, ${timestamp(step.dueAt)}, ${step.outcome}, ${step.effectiveAt}, ${step.basis}, ${step.resolutionId},
      ${step.actor}, ${step.note})`;
}

/** Takes the next step of a case that the transaction has locked. The key of a step makes it happen once. */
export async function recordStep(db: Sql, caseId: string, step: CaseStep): Promise<void> {
  await insertStep(db, caseId, step);
  await db`
    update cases set state = ${step.state}, steps = ${step.step}, due_at = ${timestamp(step.dueAt)} where id = ${caseId}`;
}

export async function findCase(db: Sql, id: string): Promise<ListedCase | null> {
  const rows = await db<JoinedCase[]>`
    select ${caseColumns(db)}, ${stepColumns(db)}
    from cases c join predictions p on p.id = c.prediction_id join case_steps s on s.case_id = c.id and s.step = c.steps
    where c.id = ${id}`;
  const [row] = rows;
  return row === undefined ? null : splitCase(row);
}

/** The case of a prediction that has not ended; null if there is none. */
export async function findRunningCase(db: Sql, predictionId: string): Promise<ListedCase | null> {
  const rows = await db<JoinedCase[]>`
    select ${caseColumns(db)}, ${stepColumns(db)}
    from cases c join predictions p on p.id = c.prediction_id join case_steps s on s.case_id = c.id and s.step = c.steps
    where c.prediction_id = ${predictionId} and c.state in ('open', 'revealing', 'postponed', 'decided')`;
  const [row] = rows;
  return row === undefined ? null : splitCase(row);
}

/** Locks a case for the transaction. Its prediction must have been locked before. */
export async function lockCase(db: Sql, id: string): Promise<void> {
  await db`select id from cases where id = ${id} for update`;
}

export type CaseFilter = {
  readonly state?: CaseState;
  /** True for cases that have not ended. */
  readonly isRunning?: boolean;
  readonly predictionId?: string;
  readonly panel?: string;
  /** Cases that wait for a member at a moment. */
  readonly waiting?: { readonly forWhom: string; readonly at: Instant };
};

/** Cases in the order of opening, after a sequence number. */
export async function listCases(
  db: Sql,
  filter: CaseFilter,
  page: { readonly after: number | null; readonly limit: number },
): Promise<ListedCase[]> {
  const { state, predictionId, panel, waiting } = filter;
  const rows = await db<JoinedCase[]>`
    select ${caseColumns(db)}, ${stepColumns(db)}
    from cases c join predictions p on p.id = c.prediction_id join case_steps s on s.case_id = c.id and s.step = c.steps
    where c.seq > ${page.after ?? 0}
      ${state === undefined ? db`` : db`and c.state = ${state}`}
      ${filter.isRunning === true ? db`and c.due_at is not null` : db``}
      ${predictionId === undefined ? db`` : db`and c.prediction_id = ${predictionId}`}
      ${waiting === undefined ? db`` : db`and ${waitsFor(db, waiting.forWhom, waiting.at)}`}
      ${panel === undefined ? db`` : db`and s.panel_id in (select x.id from panels x where x.id = ${panel} or x.name = ${panel})`}
    order by c.seq limit ${page.limit}`;
  return rows.map(splitCase);
}

/** The history of a case, oldest first. */
export async function listSteps(db: Sql, caseId: string): Promise<CaseStep[]> {
  return await db<CaseStep[]>`select ${stepColumns(db)} from case_steps s where s.case_id = ${caseId} order by s.step`;
}

/**
 * Running cases that something has to be done about: the clock has reached their date, or their claim was settled, withdrawn or
 * given another criterion, or votes of the round cannot be read because they were imported, or all of them are revealed.
 */
export async function listDueCases(
  db: Sql,
  now: Instant,
  limit: number,
): Promise<{ id: string; predictionId: string }[]> {
  return await db<{ id: string; predictionId: string }[]>`
    select c.id, c.prediction_id as "predictionId" from cases c join predictions p on p.id = c.prediction_id
    where c.due_at is not null and (c.due_at <= ${timestamp(now)} or p.withdrawn_at is not null
      or p.criterion_version <> c.criterion_version
      or (select r.id from resolutions r where r.prediction_id = c.prediction_id order by r.seq desc limit 1)
        is distinct from c.base_resolution
      or exists (select from case_steps s join case_votes v on v.case_id = s.case_id and v.round = s.round
        where s.case_id = c.id and s.step = c.steps and s.state in ('open', 'revealing') and v.sealed is null)
      or (c.state = 'revealing' and not exists (select from case_steps s
        join case_votes v on v.case_id = s.case_id and v.round = s.round
        left join case_reveals r on (r.case_id, r.round, r.member) = (v.case_id, v.round, v.member)
        where s.case_id = c.id and s.step = c.steps and r.member is null)))
    order by c.due_at, c.id limit ${limit}`;
}

/** The last case about a prediction, with its state. */
export type LastCase = { readonly id: string; readonly state: CaseState };

/** The last cases of predictions that had been opened by a moment, in their states then; null: now. */
export async function listLastCases(
  db: Sql,
  predictionIds: readonly string[],
  asOf: Instant | null,
): Promise<Map<string, LastCase>> {
  // A step can be later than the clock of this node.
  const then = asOf === null ? db`'infinity'::timestamptz` : db`${timestamp(asOf)}::timestamptz`;
  const rows = await db<(LastCase & { readonly predictionId: string })[]>`
    select distinct on (c.prediction_id) c.prediction_id as "predictionId", c.id, s.state
    from cases c join case_steps s on s.case_id = c.id
    where c.prediction_id = any(${predictionIds}) and c.opened_at <= ${then} and s.at <= ${then}
    order by c.prediction_id, c.seq desc, s.step desc`;
  return new Map(rows.map(({ predictionId, id, state }) => [predictionId, { id, state }]));
}

/** The state of the last case of a prediction at a moment. */
export type CaseStanding = {
  readonly predictionId: string;
  readonly caseId: string;
  readonly criterionVersion: number;
  readonly panelName: string;
  readonly panelVersion: number;
  readonly step: CaseStep;
};

type StandingRow = Omit<CaseStanding, 'step'> & CaseStep;

/** Decisions that can still be appealed, of the last case of each prediction at a moment. */
export async function listProvisionalDecisions(
  db: Sql,
  predictionIds: readonly string[],
  at: Instant,
): Promise<CaseStanding[]> {
  const rows = await db<StandingRow[]>`
    select x.prediction_id as "predictionId", x.id as "caseId", x.criterion_version as "criterionVersion",
      n.name as "panelName", n.version as "panelVersion", ${stepColumns(db)}
    from (select distinct on (c.prediction_id) c.* from cases c
      where c.prediction_id = any(${predictionIds}) and c.opened_at <= ${timestamp(at)} order by c.prediction_id, c.seq desc) x
    cross join lateral (select t.* from case_steps t where t.case_id = x.id and t.at <= ${timestamp(at)}
      order by t.step desc limit 1) s
    join panels n on n.id = s.panel_id
    where s.state = 'decided' order by x.prediction_id`;
  return rows.map(({ predictionId, caseId, criterionVersion, panelName, panelVersion, ...step }) => ({
    predictionId,
    caseId,
    criterionVersion,
    panelName,
    panelVersion,
    step,
  }));
}

/** The id of the key that recorded a prediction; null if it is not known. The audit log has those of older predictions. */
export async function findRecorder(db: Sql, predictionId: string): Promise<string | null> {
  const rows = await db<{ recorder: string | null }[]>`
    select coalesce(p.recorded_by, (select a.actor from audit a
      where a.resource_id = p.id and a.operation = 'createPrediction' order by a.seq limit 1)) as recorder
    from predictions p where p.id = ${predictionId}`;
  return rows[0]?.recorder ?? null;
}
