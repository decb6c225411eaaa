import type { VoteValue } from '../domain/cases/ballot.ts';
import type { Citation, Opinion } from '../domain/cases/opinion.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** What an adviser said about a round, or why it said nothing. */
export type OpinionRow = {
  readonly round: number;
  readonly model: string;
  readonly vote: VoteValue | null;
  readonly reason: string | null;
  readonly citations: readonly Citation[] | null;
  readonly problem: string | null;
  readonly recordedAt: Instant;
};

/** A round whose adviser a node asks now. `attempt` counts from 1. */
export type LeasedOpinion = {
  readonly caseId: string;
  readonly round: number;
  readonly model: string;
  readonly attempt: number;
};

export type OpinionPlace = { readonly caseId: string; readonly round: number; readonly model: string };

/** Queues the question for the adviser. */
export async function insertOpinion(db: Sql, { caseId, round, model }: OpinionPlace, dueAt: Instant): Promise<void> {
  await db`
    insert into case_opinions (case_id, round, model, due_at) values (${caseId}, ${round}, ${model}, ${timestamp(dueAt)})`;
}

/** Leases a question that is due, so that no other node asks it meanwhile, and counts the attempt. Null if there is none. */
export async function leaseOpinion(db: Sql, now: Instant, leaseMs: number): Promise<LeasedOpinion | null> {
  const rows = await db<LeasedOpinion[]>`
    update case_opinions o set attempts = o.attempts + 1, lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    from (select d.case_id, d.round from case_opinions d
      where d.due_at <= ${timestamp(now)} and (d.lease_until is null or d.lease_until < clock_timestamp())
      order by d.due_at, d.case_id, d.round limit 1 for update skip locked) due
    where o.case_id = due.case_id and o.round = due.round
    returning o.case_id as "caseId", o.round, o.model, o.attempts as attempt`;
  return rows[0] ?? null;
}

/** Records how an attempt ended, unless a later one has begun: `dueAt` is when to ask again, null for never. */
export async function recordOpinion(
  db: Sql,
  { caseId, round, attempt }: LeasedOpinion,
  result: {
    readonly opinion: Opinion | null;
    readonly problem: string | null;
    readonly dueAt: Instant | null;
    readonly now: Instant;
  },
): Promise<void> {
  const { opinion, problem, dueAt, now } = result;
  await db`
    update case_opinions set vote = ${opinion?.vote ?? null}, reason = ${opinion?.reason ?? null},
      citations = ${json(db, opinion?.citations ?? null)}, problem = ${problem}, due_at = ${timestamp(dueAt)}, lease_until = null,
      recorded_at = ${timestamp(now)}
    where case_id = ${caseId} and round = ${round} and attempts = ${attempt}`;
}

/** The opinions about a case that are complete, or that are no longer tried. */
export async function listOpinions(db: Sql, caseId: string): Promise<OpinionRow[]> {
  return await db<OpinionRow[]>`
    select round, model, vote, reason, citations, problem, recorded_at as "recordedAt" from case_opinions
    where case_id = ${caseId} and due_at is null order by round`;
}
