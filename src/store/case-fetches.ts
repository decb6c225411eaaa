import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** An item whose page a node fetches now. */
export type LeasedFetch = {
  readonly evidenceId: string;
  readonly url: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
};

/** Queues the page of an item for its first attempt. */
export async function insertFetch(db: Sql, evidenceId: string, dueAt: Instant): Promise<void> {
  await db`insert into case_fetches (evidence_id, due_at) values (${evidenceId}, ${timestamp(dueAt)})`;
}

/** Leases pages that are due, so that no other node fetches them meanwhile, and counts the attempt. */
export async function leaseFetches(
  db: Sql,
  { now, leaseMs, limit }: { readonly now: Instant; readonly leaseMs: number; readonly limit: number },
): Promise<LeasedFetch[]> {
  return await db<LeasedFetch[]>`
    update case_fetches f set attempts = f.attempts + 1, lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
    from (select d.evidence_id, e.url from case_fetches d join case_evidence e on e.id = d.evidence_id
      where d.due_at <= ${timestamp(now)} and (d.lease_until is null or d.lease_until < clock_timestamp())
      order by d.due_at, d.evidence_id limit ${limit} for update of d skip locked) due
    where f.evidence_id = due.evidence_id
    returning f.evidence_id as "evidenceId", due.url, f.attempts as attempt`;
}

/** Records how an attempt ended, unless a later one has begun: `dueAt` is when to try again, null for never. */
export async function recordFetch(
  db: Sql,
  { evidenceId, attempt }: LeasedFetch,
  { dueAt, problem }: { readonly dueAt: Instant | null; readonly problem: string | null },
): Promise<void> {
  await db`
    update case_fetches set due_at = ${timestamp(dueAt)}, problem = ${problem}, lease_until = null
    where evidence_id = ${evidenceId} and attempts = ${attempt}`;
}
