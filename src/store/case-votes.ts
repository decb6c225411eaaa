import type { VoteValue } from '../domain/cases/ballot.ts';
import type { Interest } from '../domain/cases/panel-rules.ts';
import type { Instant } from '../domain/instant.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** A vote before its round closes: that a member has voted, and the seal. */
export type SealedVote = {
  readonly caseId: string;
  readonly round: number;
  /** The id of the key that the panel names. */
  readonly member: string;
  /** SHA-256 of the text of the vote, in hex. */
  readonly commitment: string;
  /** The encrypted vote, or `committed` as long as its judge holds it. Null after an import. */
  readonly sealed: string | null;
  readonly castAt: Instant;
};

/** A vote after its round has closed. */
export type BallotRow = {
  readonly caseId: string;
  readonly round: number;
  readonly member: string;
  readonly vote: VoteValue;
  readonly reason: string;
  readonly evidence: string[];
  readonly effectiveAt: string | null;
  readonly notBefore: string | null;
  readonly salt: string;
  /** How the member is interested in the claim; null if it is not. */
  readonly interest: Interest | null;
  readonly counted: boolean;
  readonly revealedAt: Instant;
};

/** False if the member has voted in this round. */
export async function insertVote(db: Sql, vote: SealedVote): Promise<boolean> {
  const rows = await db`
    insert into case_votes (case_id, round, member, commitment, sealed, cast_at)
    values (${vote.caseId}, ${vote.round}, ${vote.member}, ${vote.commitment}, ${vote.sealed}, ${timestamp(vote.castAt)})
    on conflict do nothing returning member`;
  return rows.length === 1;
}

/** In place of a vote that its judge holds. */
export const heldByJudge = 'committed';

/** Adds a vote that its judge has revealed. False if it was revealed before. */
export async function insertReveal(
  db: Sql,
  {
    caseId,
    round,
    member,
    sealed,
    revealedAt,
  }: SealedPlace & { readonly sealed: string; readonly revealedAt: Instant },
): Promise<boolean> {
  const rows = await db`
    insert into case_reveals (case_id, round, member, sealed, revealed_at)
    values (${caseId}, ${round}, ${member}, ${sealed}, ${timestamp(revealedAt)})
    on conflict do nothing returning member`;
  return rows.length === 1;
}

export type SealedPlace = Pick<SealedVote, 'caseId' | 'round' | 'member'>;

/** The sealed votes of one round, with what judges have revealed of them, in the order of the members. */
export async function listSealedVotes(db: Sql, caseId: string, round: number): Promise<SealedVote[]> {
  return await db<SealedVote[]>`
    select v.case_id as "caseId", v.round, v.member, v.commitment, case when r.member is null then v.sealed else r.sealed end as sealed,
      v.cast_at as "castAt"
    from case_votes v left join case_reveals r on (r.case_id, r.round, r.member) = (v.case_id, v.round, v.member)
    where v.case_id = ${caseId} and v.round = ${round} order by v.member`;
}

export type VoteReceipt = Omit<SealedVote, 'sealed' | 'caseId'> & {
  /** When its judge revealed a committed vote; null before, and for a sealed one. */
  readonly revealedAt: Instant | null;
};

/** Who voted in which round, and the commitments: what may be shown at any time. */
export async function listReceipts(db: Sql, caseId: string): Promise<VoteReceipt[]> {
  return await db<VoteReceipt[]>`
    select v.round, v.member, v.commitment, v.cast_at as "castAt", r.revealed_at as "revealedAt"
    from case_votes v left join case_reveals r on (r.case_id, r.round, r.member) = (v.case_id, v.round, v.member)
    where v.case_id = ${caseId} order by v.round, v.member`;
}

export async function insertBallot(db: Sql, row: BallotRow): Promise<void> {
  await db`
    insert into case_ballots (case_id, round, member, vote, reason, evidence, effective_at, not_before, salt, interest, counted,
      revealed_at)
    values (${row.caseId}, ${row.round}, ${row.member}, ${row.vote}, ${row.reason}, ${row.evidence}, ${row.effectiveAt},
      ${row.notBefore}, ${row.salt}, ${row.interest}, ${row.counted}, ${timestamp(row.revealedAt)})`;
}

/** The votes of every closed round of a case. */
export async function listBallots(db: Sql, caseId: string): Promise<BallotRow[]> {
  return await db<BallotRow[]>`
    select case_id as "caseId", round, member, vote, reason, evidence, effective_at as "effectiveAt", not_before as "notBefore",
      salt, interest, counted, revealed_at as "revealedAt"
    from case_ballots where case_id = ${caseId} order by round, member`;
}

export type InterestRow = { readonly member: string; readonly interest: string; readonly declaredAt: Instant };

/** False if the member has declared an interest before. */
export async function insertInterest(db: Sql, caseId: string, row: InterestRow): Promise<boolean> {
  const rows = await db`
    insert into case_interests (case_id, member, interest, declared_at)
    values (${caseId}, ${row.member}, ${row.interest}, ${timestamp(row.declaredAt)})
    on conflict do nothing returning member`;
  return rows.length === 1;
}

export async function listInterests(db: Sql, caseId: string): Promise<InterestRow[]> {
  return await db<InterestRow[]>`
    select member, interest, declared_at as "declaredAt" from case_interests where case_id = ${caseId} order by declared_at, member`;
}

/** A counted vote of a round that decided. */
export type DecidedVote = {
  readonly caseId: string;
  readonly round: number;
  readonly member: string;
  readonly vote: VoteValue;
  readonly outcome: Outcome;
  /** The outcome of the next decision of the same case; null if there is none. */
  readonly later: Outcome | null;
};

/** The counted votes of the latest decisions of every version of a panel, newest first. */
export async function listDecidedVotes(db: Sql, panelName: string, decisionsMax: number): Promise<DecidedVote[]> {
  return await db<DecidedVote[]>`
    select b.case_id as "caseId", b.round, b.member, b.vote, d.outcome, d.later
    from (select s.case_id, s.round, s.at, s.outcome,
        (select n.outcome from case_steps n where n.case_id = s.case_id and n.kind = 'decided' and n.step > s.step
          order by n.step limit 1) as later
      from case_steps s join panels p on p.id = s.panel_id where p.name = ${panelName} and s.kind = 'decided'
      order by s.at desc, s.case_id, s.step desc limit ${decisionsMax}) d
    join case_ballots b on b.case_id = d.case_id and b.round = d.round and b.counted
    order by d.at desc, b.case_id, b.round, b.member`;
}

/**
 * The member that a key is: the key itself, or one that it replaced, directly or through others. Ids of keys from the caller's
 * back to the oldest.
 */
export async function listKeyLineage(db: Sql, keyId: string): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    with recursive lineage (id, depth) as (
      select ${keyId}::text, 0
      union all select k.id, l.depth + 1 from lineage l join api_keys k on k.replaced_by = l.id where l.depth < 100)
    select id from lineage order by depth, id`;
  return rows.map(({ id }) => id);
}

/**
 * Every key of the people who hold the given ones: those that replaced them or that they replaced, directly or through others, and
 * the given ones themselves. `holder` is the given key.
 */
export async function listKeysOfHolders(
  db: Sql,
  keyIds: readonly string[],
): Promise<{ readonly holder: string; readonly id: string }[]> {
  return await db<{ holder: string; id: string }[]>`
    with recursive held (holder, id) as (
      select g.id, g.id from unnest(${[...new Set(keyIds)]}::text[]) as g(id)
      union select h.holder, case when k.id = h.id then k.replaced_by else k.id end
      from held h join api_keys k on k.replaced_by = h.id or (k.id = h.id and k.replaced_by is not null))
    select holder, id from held order by holder, id`;
}
