import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** A member whose vote, commitment or reveal a case waits for. */
export type Wait = { readonly caseId: string; readonly member: string; readonly name: string | null };

/** What waits for whom among some cases, in the order of the members of their panels. */
export async function listWaits(db: Sql, caseIds: readonly string[], now: Instant): Promise<Wait[]> {
  if (caseIds.length === 0) return [];
  return await db<Wait[]>`
    select c.id as "caseId", m.key_id as member, m.name
    from cases c join predictions p on p.id = c.prediction_id join case_steps s on s.case_id = c.id and s.step = c.steps
      join panels n on n.id = s.panel_id cross join lateral ${membersOf(db)} m
    where c.id = any(${[...caseIds]}::text[]) and ${asksMembers(db, now)} and ${hasToAct(db)} and ${mayAct(db)}
    order by c.id, m.place`;
}

/**
 * Whether the case `c` of the prediction `p`, at its step `s`, waits for the vote, the commitment or the reveal of a member. `who` is
 * the id of its key, of one that replaced it, or of its predictor.
 */
export function waitsFor(db: Sql, who: string, now: Instant) {
  return db`${asksMembers(db, now)} and exists (
      select from panels n cross join lateral ${membersOf(db)} m
      where n.id = s.panel_id and (m.predictor_id = ${who} or m.key_id in (${keysBefore(db, who)}))
        and ${hasToAct(db)} and ${mayAct(db)})`;
}

/** Whether the case accepts votes, commitments or reveals. */
function asksMembers(db: Sql, now: Instant) {
  return db`c.state in ('open', 'revealing') and c.due_at > ${timestamp(now)} and p.withdrawn_at is null
    and p.criterion_version = c.criterion_version`;
}

/** The members of the panel `n`. */
function membersOf(db: Sql) {
  return db`(select e ->> 'keyId' as key_id, e ->> 'predictorId' as predictor_id, e ->> 'name' as name, place
    from json_array_elements(n.rules -> 'members') with ordinality as t (e, place))`;
}

/** Whether the member `m` is not excluded: the rule of `findKnownInterests` and `interestOf`; a test compares the two. */
function mayAct(db: Sql) {
  return db`((n.rules ->> 'allowInterested')::boolean or not (coalesce(m.predictor_id = c.predictor_id, false)
    or ${hasInterestedKey(db)}))`;
}

/** A key, and those that it replaced. */
function keysBefore(db: Sql, keyId: string) {
  return db`with recursive seat (id) as (
      select ${keyId}::text union select k.id from seat join api_keys k on k.replaced_by = seat.id)
    select id from seat`;
}

/** Before the close, a member that has not voted; afterwards, one that has not revealed the vote that it committed to. */
function hasToAct(db: Sql) {
  return db`(exists (select from case_votes v where v.case_id = c.id and v.round = s.round and v.member = m.key_id
      and not exists (select from case_reveals r where (r.case_id, r.round, r.member) = (v.case_id, v.round, v.member)))
    = (c.state = 'revealing'))`;
}

function hasInterestedKey(db: Sql) {
  return db`exists (with recursive held (id) as (
      select m.key_id union select case when k.id = held.id then k.replaced_by else k.id end
      from held join api_keys k on k.replaced_by = held.id or (k.id = held.id and k.replaced_by is not null))
    select from held where held.id = c.recorded_by
      or exists (select from case_interests i where i.case_id = c.id and i.member = held.id))`;
}
