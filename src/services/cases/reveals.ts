import type { Caller } from '../../domain/access/api-key.ts';
import type { Ballot } from '../../domain/cases/ballot.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { heldByJudge, insertReveal, listReceipts, type SealedPlace } from '../../store/case-votes.ts';
import { type ListedCase, lockCase } from '../../store/cases.ts';
import type { Deps } from '../deps.ts';
import { requireCase } from './cases.ts';
import { requireMember, requireOpenRound, requireSameClaim, requireVoteMode } from './membership.ts';
import { requirePanel } from './panels.ts';
import { sealBallot } from './sealing.ts';
import { type CastVote, castVote, openVoting, placeVote, requireSound } from './votes.ts';

/**
 * Casts the vote of the caller as its SHA-256, which the caller reveals after the close. Refuses what `createCaseVote` refuses, and
 * with `validation_failed` a commitment that the case has already, because anybody can copy it.
 */
export async function createCaseCommitment(
  deps: Deps,
  caseId: string,
  { commitment, round }: { readonly commitment: string; readonly round: number | null },
  caller: Caller,
): Promise<CastVote> {
  return await deps.db.begin(async (tx) => {
    const voting = await openVoting(tx, deps, { caseId, caller, mode: 'committed' });
    const place = await placeVote(tx, deps, voting, round);
    const receipts = await listReceipts(tx, caseId);
    const isCopy = receipts.some((known) => known.commitment === commitment && known.member !== place.member);
    if (isCopy) {
      const detail = 'commitment must differ from those of the other members; use a random salt of your own';
      throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/commitment' }]);
    }
    return await castVote(tx, { ...place, commitment, sealed: heldByJudge, castAt: voting.now });
  });
}

export type RevealedVote = SealedPlace & { readonly commitment: string; readonly revealedAt: Instant };

/**
 * Reveals the vote to which the caller has committed in the round whose votes have closed. It is published when the round is decided.
 * Refuses with `forbidden` strangers; with `conflict` a vote that is early, late, not committed to or revealed before; with
 * `validation_failed` one that is not what was committed to, and what no vote may contain.
 */
export async function createCaseReveal(
  deps: Deps,
  caseId: string,
  { ballot, salt }: { readonly ballot: Ballot; readonly salt: string },
  caller: Caller,
): Promise<RevealedVote> {
  return await deps.db.begin(async (tx) => {
    await requireCase(tx, caseId);
    await lockCase(tx, caseId);
    const row = await requireCase(tx, caseId);
    const panel = await requirePanel(tx, row.last.panelId);
    const member = await requireMember(tx, panel, caller);
    const now = deps.now();
    requireVoteMode(panel, 'committed', caseId);
    requireReveals(row, now);
    await requireSameClaim(tx, row);
    const place = { caseId, round: row.last.round, member: member.keyId };
    const receipts = await listReceipts(tx, caseId);
    const receipt = receipts.find(({ round, member: keyId }) => round === place.round && keyId === member.keyId);
    if (receipt === undefined)
      throw new Refusal(
        'conflict',
        `this member committed to no vote in round ${place.round}, so it has none to reveal`,
      );
    const { sealed, commitment } = sealBallot(deps.webhooks.vault, place, ballot, salt);
    if (commitment !== receipt.commitment)
      throw new Refusal(
        'validation_failed',
        `the vote must be the one that was committed to: its SHA-256 is ${commitment}, and the commitment is ${receipt.commitment}; see docs/judging.md for the text that is hashed`,
      );
    await requireSound(tx, row, ballot, now);
    if (!(await insertReveal(tx, { ...place, sealed, revealedAt: now })))
      throw new Refusal('conflict', `this member has revealed its vote of round ${place.round}`);
    return { ...place, commitment, revealedAt: now };
  });
}

/** Refuses with `conflict` unless votes can be revealed now. */
function requireReveals(row: ListedCase, now: Instant): void {
  const { state, round, dueAt } = row.last;
  if (state === 'open') {
    const closes = dueAt === null ? 'later' : formatInstant(dueAt);
    const detail = `the votes of round ${round} close at ${closes}; reveal yours once the case is revealing, at most a minute later`;
    throw new Refusal('conflict', detail);
  }
  if (state !== 'revealing') requireOpenRound(row, now);
  if (dueAt !== null && dueAt <= now)
    throw new Refusal('conflict', `the time to reveal the votes of round ${round} ended at ${formatInstant(dueAt)}`);
}
