import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/**
 * Whether the case `c` of the prediction `p`, at its step `s`, waits for the vote, the commitment or the reveal of a member. `who` is
 * the id of its key, of one that replaced it, or of its predictor. Of members with an interest, the rule is that of
 * `findKnownInterests` and `interestOf`; a test compares the two.
 */
export function waitsFor(db: Sql, who: string, now: Instant) {
  return db`c.state in ('open', 'revealing') and c.due_at > ${timestamp(now)} and p.withdrawn_at is null
    and p.criterion_version = c.criterion_version and exists (
      select from panels n cross join lateral (select e ->> 'keyId' as key_id, e ->> 'predictorId' as predictor_id
        from json_array_elements(n.rules -> 'members') e) m
      where n.id = s.panel_id
        and (m.predictor_id = ${who} or m.key_id in (${keysBefore(db, who)}))
        and ${hasToAct(db)}
        and ((n.rules ->> 'allowInterested')::boolean or not (coalesce(m.predictor_id = c.predictor_id, false)
          or ${hasInterestedKey(db)})))`;
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
