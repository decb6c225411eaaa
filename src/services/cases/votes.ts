import type { Caller } from '../../domain/access/api-key.ts';
import { type Ballot, ballotProblems } from '../../domain/cases/ballot.ts';
import { restartRound } from '../../domain/cases/case-state.ts';
import type { Member, VoteMode } from '../../domain/cases/panel-rules.ts';
import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listEvidence } from '../../store/case-evidence.ts';
import {
  type InterestRow,
  insertInterest,
  insertVote,
  listSealedVotes,
  type SealedPlace,
  type SealedVote,
  type VoteReceipt,
} from '../../store/case-votes.ts';
import { type ListedCase, lockCase, recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PanelRow } from '../../store/panels.ts';
import type { Deps } from '../deps.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { requireCase } from './cases.ts';
import {
  findInterest,
  requireMember,
  requireNoInterest,
  requireOpenRound,
  requireSameClaim,
  requireVoteMode,
} from './membership.ts';
import { requirePanel } from './panels.ts';
import { openBallot, sealBallot } from './sealing.ts';

export type CastVote = Omit<VoteReceipt, 'revealedAt'> & { readonly caseId: string };

/** Why a round began anew. */
export const unreadableNote =
  'The votes of the round could not be read, because they were imported or OUTTURN_SECRET was replaced. The round begins anew.';

/**
 * Casts the vote of the caller in the open round, sealed. The receipt says that the caller has voted, not what. Refuses with
 * `forbidden` strangers and members with an interest; with `conflict` a second vote, one that is late, and one on another
 * version of the criterion, or in another round than `round`; null for any.
 */
export async function createCaseVote(
  deps: Deps,
  caseId: string,
  { ballot, round }: { readonly ballot: Ballot; readonly round: number | null },
  caller: Caller,
): Promise<CastVote> {
  return await deps.db.begin(async (tx) => {
    const voting = await openVoting(tx, deps, { caseId, caller, mode: 'sealed' });
    await requireSound(tx, voting.row, ballot, voting.now);
    const place = await placeVote(tx, deps, voting, round);
    return await castVote(tx, { ...place, ...sealBallot(deps.webhooks.vault, place, ballot), castAt: voting.now });
  });
}

/** A member that may vote in the open round of a case, which is locked. */
export type Voting = {
  readonly row: ListedCase;
  readonly panel: PanelRow;
  readonly member: Member;
  readonly now: Instant;
};

/** Locks a case for a vote, and refuses callers that may not vote on it now. */
export async function openVoting(
  tx: Sql,
  deps: Deps,
  { caseId, caller, mode }: { readonly caseId: string; readonly caller: Caller; readonly mode: VoteMode },
): Promise<Voting> {
  await requireCase(tx, caseId);
  // Votes and the close of their round wait for each other, so that every accepted vote is counted.
  await lockCase(tx, caseId);
  const row = await requireCase(tx, caseId);
  const panel = await requirePanel(tx, row.last.panelId);
  const member = await requireMember(tx, panel, caller);
  const now = deps.now();
  requireVoteMode(panel, mode, caseId);
  requireOpenRound(row, now);
  await requireSameClaim(tx, row);
  requireNoInterest(panel, await findInterest(tx, row, member));
  return { row, panel, member, now };
}

/** Where a vote belongs: the round begins anew first if it has to. */
export async function placeVote(
  tx: Sql,
  deps: Deps,
  { row: found, panel, member }: Voting,
  round: number | null,
): Promise<SealedPlace> {
  const row = await restartIfUnreadable(tx, deps, found, panel);
  requireRound(row, round);
  return { caseId: row.id, round: row.last.round, member: member.keyId };
}

export async function castVote(tx: Sql, vote: SealedVote): Promise<CastVote> {
  if (!(await insertVote(tx, vote)))
    throw new Refusal('conflict', `this member has voted in round ${vote.round}; a vote cannot be changed`);
  const { sealed: _sealed, ...receipt } = vote;
  return receipt;
}

function requireRound({ last }: ListedCase, round: number | null): void {
  if (round === null || round === last.round) return;
  const detail = `round must be the one that is open (${last.round}); read the case again`;
  throw new Refusal('conflict', detail, [{ detail, pointer: '#/round' }]);
}

/** Refuses with `validation_failed` times that do not fit the claim, and items that the packet does not have. */
export async function requireSound(tx: Sql, row: ListedCase, ballot: Ballot, now: Instant): Promise<void> {
  const { madeFrom } = await requirePrediction(tx, row.predictionId);
  const known = new Set((await listEvidence(tx, row.id)).map(({ id }) => id));
  const unknown = ballot.evidence.flatMap((id, index) =>
    known.has(id) ? [] : [{ detail: `the case has no item ${id} in its packet`, pointer: `#/evidence/${index}` }],
  );
  const problems = [...ballotProblems(ballot, madeFrom, now), ...unknown];
  if (problems.length > 0)
    throw new Refusal('validation_failed', 'the vote cannot be accepted; change what errors lists', problems);
}

/** Begins the open round anew if a vote of it cannot be read. The case must be locked. */
export async function restartIfUnreadable(tx: Sql, deps: Deps, row: ListedCase, panel: PanelRow): Promise<ListedCase> {
  const votes = await listSealedVotes(tx, row.id, row.last.round);
  if (votes.every((vote) => openBallot(deps.webhooks.vault, vote) !== null)) return row;
  await recordStep(tx, row.id, restartRound(row.last, panel.rules, Math.max(deps.now(), row.last.at), unreadableNote));
  return await requireCase(tx, row.id);
}

/**
 * Records that the caller, a member, is interested in the claim of a case. Its vote is then refused, or not counted if it was
 * cast before, unless the panel allows interested members; in any case the interest is shown. Refuses with `conflict` a second one.
 */
export async function createCaseInterest(
  deps: Deps,
  caseId: string,
  interest: string,
  caller: Caller,
): Promise<InterestRow> {
  return await deps.db.begin(async (tx) => {
    await requireCase(tx, caseId);
    await lockCase(tx, caseId);
    const row = await requireCase(tx, caseId);
    const member = await requireMember(tx, await requirePanel(tx, row.last.panelId), caller);
    const { state } = row.last;
    if (state === 'final' || state === 'superseded') requireOpenRound(row, deps.now());
    const declared = { member: member.keyId, interest, declaredAt: deps.now() };
    if (!(await insertInterest(tx, caseId, declared)))
      throw new Refusal('conflict', 'this member has declared an interest in this case before');
    return declared;
  });
}
