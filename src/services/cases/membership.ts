import type { Caller } from '../../domain/access/api-key.ts';
import { type Interest, interestOf, type Member, type VoteMode } from '../../domain/cases/panel-rules.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { listKeyLineage } from '../../store/case-votes.ts';
import type { CaseRow, ListedCase } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { PanelRow } from '../../store/panels.ts';
import { requirePrediction } from '../predictions/predictions.ts';
import { findKnownInterests } from './interests.ts';

/** The member that a caller is, by its key or one that it replaced. Refuses strangers with `forbidden`. */
export async function requireMember(db: Sql, { id, name, version, rules }: PanelRow, caller: Caller): Promise<Member> {
  const keys = await listKeyLineage(db, caller.id);
  const member = rules.members.find(({ keyId }) => keys.includes(keyId));
  if (member !== undefined) return member;
  const detail = `the key ${caller.id} is not a member of the panel "${name}" (version ${version}); GET /v1/panels/${id} lists its members`;
  throw new Refusal('forbidden', detail);
}

/** How a member is interested in the claim of a case; null if it is not. */
export async function findInterest(db: Sql, row: CaseRow, member: Member): Promise<Interest | null> {
  return interestOf(member, await findKnownInterests(db, row));
}

/** Refuses with `forbidden` a member with an interest, unless the panel allows it. */
export function requireNoInterest({ rules }: PanelRow, interest: Interest | null): void {
  if (interest === null || rules.allowInterested) return;
  const why: Record<Interest, string> = {
    predictor: 'it made the claim',
    recorder: 'it recorded the claim',
    declared: 'it declared an interest in the claim',
  };
  const detail = `this member may not vote on this case, because ${why[interest]}; only a panel with allow_interested lets it vote`;
  throw new Refusal('forbidden', detail);
}

/** Refuses with `conflict` what the other kind of panel accepts. */
export function requireVoteMode({ name, rules }: PanelRow, mode: VoteMode, caseId: string): void {
  if (rules.voteMode === mode) return;
  const detail =
    mode === 'sealed'
      ? `the judges of the panel "${name}" hold their votes until the close; send the SHA-256 of yours to POST /v1/cases/${caseId}/commitments`
      : `the server holds the votes of the panel "${name}"; send yours to POST /v1/cases/${caseId}/votes`;
  throw new Refusal('conflict', detail);
}

/** Refuses with `conflict` unless votes are accepted now. */
export function requireOpenRound({ id, last }: ListedCase, now: Instant): void {
  const { state, round, dueAt } = last;
  const remedy: Record<typeof state, string> = {
    open: '',
    revealing: `the votes of round ${round} have closed; a judge who committed to one reveals it with POST /v1/cases/${id}/reveals`,
    postponed: `the case ${id} is postponed until ${dueAt === null ? 'later' : formatInstant(dueAt)}; vote then`,
    decided: `the case ${id} is decided; appeal the decision with POST /v1/cases/${id}/appeal`,
    final: `the case ${id} has ended; its decision is final`,
    superseded: `the case ${id} has ended, because the claim was settled or changed otherwise`,
  };
  if (state !== 'open') throw new Refusal('conflict', remedy[state]);
  if (dueAt !== null && dueAt <= now)
    throw new Refusal(
      'conflict',
      `the votes of round ${round} closed at ${formatInstant(dueAt)}; read the case for what follows`,
    );
}

/** Refuses with `conflict` if the claim is no longer the one that the case froze. */
export async function requireSameClaim(db: Sql, row: CaseRow): Promise<void> {
  const prediction = await requirePrediction(db, row.predictionId);
  if (prediction.criterionVersion === row.criterionVersion && prediction.withdrawnAt === null) return;
  const detail =
    prediction.withdrawnAt !== null
      ? 'the prediction was withdrawn, so its case ends'
      : `the case is about version ${row.criterionVersion} of the criterion, and version ${prediction.criterionVersion} is current, so the case ends; open another with POST /v1/cases`;
  throw new Refusal('conflict', detail);
}
