import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Ballot, ballotText, voteValues } from '../../domain/cases/ballot.ts';
import { heldByJudge, type SealedPlace, type SealedVote } from '../../store/case-votes.ts';
import type { Vault } from '../vault.ts';

/** Random bytes of a salt, so that a vote cannot be guessed from its commitment. */
const saltBytes = 32;

const textSchema = z.strictObject({
  vote: z.enum(voteValues),
  reason: z.string(),
  evidence: z.array(z.string()),
  effective_at: z.string().nullable(),
  not_before: z.string().nullable(),
  salt: z.string(),
});

/** A vote cannot be opened as the vote of another case, round or member. */
function ownerOf({ caseId, round, member }: SealedPlace): string {
  return `case-vote/${caseId}/${round}/${member}`;
}

/** Seals a vote. The commitment is published at once, and proves later that the vote was not changed. */
export function sealBallot(
  vault: Vault,
  place: SealedPlace,
  ballot: Ballot,
  salt = randomBytes(saltBytes).toString('base64url'),
): { sealed: string; commitment: string } {
  const text = ballotText(ballot, salt);
  return { sealed: vault.seal(text, ownerOf(place)), commitment: commitmentOf(text) };
}

export function commitmentOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * The vote, or `held_by_judge` if its judge has not revealed it. Null if it was imported, was sealed with an unknown secret, or is
 * not what was committed to.
 */
export function openBallot(
  vault: Vault,
  vote: SealedVote,
): (Ballot & { readonly salt: string }) | 'held_by_judge' | null {
  if (vote.sealed === heldByJudge) return 'held_by_judge';
  const text = vote.sealed === null ? null : vault.open(vote.sealed, ownerOf(vote));
  if (text === null || commitmentOf(text) !== vote.commitment) return null;
  const { effective_at: effectiveAt, not_before: notBefore, ...rest } = textSchema.parse(JSON.parse(text));
  return { ...rest, effectiveAt, notBefore };
}
