import type { Caller } from '../../domain/access/api-key.ts';
import { type Ballot, ballotProblems } from '../../domain/cases/ballot.ts';
import { restartRound } from '../../domain/cases/case-state.ts';
import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listEvidence } from '../../store/case-evidence.ts';
import {
  type InterestRow,
  insertInterest,
  insertVote,
  listSealedVotes,
  type VoteReceipt,
} from '../../store/case-votes.ts';
import { type ListedCase, lockCase, recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PanelRow } from '../../store/panels.ts';
import type { Deps } from '../deps.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { requireCase } from './cases.ts';
import { findInterest, requireMember, requireNoInterest, requireOpenRound, requireSameClaim } from './membership.ts';
import { requirePanel } from './panels.ts';
import { openBallot, sealBallot } from './sealing.ts';

export type CastVote = VoteReceipt & { readonly caseId: string };

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
    await requireCase(tx, caseId);
    // Votes and the close of their round wait for each other, so that every accepted vote is counted.
    await lockCase(tx, caseId);
    const found = await requireCase(tx, caseId);
    const panel = await requirePanel(tx, found.last.panelId);
    const member = await requireMember(tx, panel, caller);
    const now = deps.now();
    requireOpenRound(found, now);
    await requireSameClaim(tx, found);
    requireNoInterest(panel, await findInterest(tx, found, member));
    await requireSound(tx, found, ballot, now);
    const row = await restartIfUnreadable(tx, deps, found, panel);
    requireRound(row, round);
    const place = { caseId, round: row.last.round, member: member.keyId };
    const vote = { ...place, ...sealBallot(deps.webhooks.vault, place, ballot), castAt: now };
    if (!(await insertVote(tx, vote)))
      throw new Refusal('conflict', `this member has voted in round ${place.round}; a vote cannot be changed`);
    return { ...place, commitment: vote.commitment, castAt: now };
  });
}

function requireRound({ last }: ListedCase, round: number | null): void {
  if (round === null || round === last.round) return;
  const detail = `round must be the one that is open (${last.round}); read the case again`;
  throw new Refusal('conflict', detail, [{ detail, pointer: '#/round' }]);
}

async function requireSound(tx: Sql, row: ListedCase, ballot: Ballot, now: Instant): Promise<void> {
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
