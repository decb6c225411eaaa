import type { VoteValue } from '../../domain/cases/ballot.ts';
import { type CaseStep, closeRound } from '../../domain/cases/case-state.ts';
import { countVotes, decideRound, type RoundResult } from '../../domain/cases/decision.ts';
import { interestOf } from '../../domain/cases/panel-rules.ts';
import { momentOrNull } from '../../domain/events/case-event.ts';
import { formatInstant } from '../../domain/instant.ts';
import { insertOpinion } from '../../store/case-opinions.ts';
import { type BallotRow, insertBallot, listSealedVotes } from '../../store/case-votes.ts';
import { recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { settlePredictions } from '../settling/settle.ts';
import { announcedCase } from './cases.ts';
import { findKnownInterests } from './interests.ts';
import type { LockedCase } from './locked-case.ts';
import { openBallot } from './sealing.ts';

/** Closes the votes of a round: reveals them, takes the step that follows, and announces it, in one transaction. */
export async function closeVotes(tx: Sql, deps: Deps, locked: LockedCase): Promise<void> {
  const { row, panel, prediction, now } = locked;
  const ballots = await revealBallots(tx, deps, locked);
  for (const ballot of ballots) await insertBallot(tx, ballot);
  const counted = ballots.filter((ballot) => ballot.counted);
  const result = decideRound(counted, panel.rules, { roundsLeft: row.last.roundsLeft, closedAt: now });
  const step = closeRound(row.last, result, panel.rules, now);
  await recordStep(tx, row.id, step);
  // Only about the last round: judges of a further one would read the opinion.
  const { adviser } = panel.rules;
  if (step.state === 'decided' && adviser !== null)
    await insertOpinion(tx, { caseId: row.id, round: row.last.round, model: adviser }, now);
  await announceClosed(tx, deps, locked, { result, step, counts: countVotes(counted) });
  if (step.state === 'decided') await settlePredictions(tx, deps, [prediction.id], { now, evidenceFrom: null });
}

/** The votes of the round, with whether each counts. */
async function revealBallots(tx: Sql, deps: Deps, { row, panel, now }: LockedCase): Promise<BallotRow[]> {
  const known = await findKnownInterests(tx, row);
  const votes = await listSealedVotes(tx, row.id, row.last.round);
  return votes.flatMap((vote) => {
    const ballot = openBallot(deps.webhooks.vault, vote);
    // A vote that was not revealed does not count.
    if (ballot === 'held_by_judge') return [];
    const member = panel.rules.members.find(({ keyId }) => keyId === vote.member);
    if (ballot === null || member === undefined) throw new Error(`the vote of ${vote.member} cannot be opened`);
    const interest = interestOf(member, known);
    const { caseId, round } = vote;
    const counted = interest === null || panel.rules.allowInterested;
    const place = { caseId, round, member: vote.member };
    return [{ ...ballot, evidence: [...ballot.evidence], ...place, interest, counted, revealedAt: now }];
  });
}

async function announceClosed(
  tx: Sql,
  deps: Deps,
  { row, panel, prediction, now }: LockedCase,
  closed: {
    readonly result: RoundResult;
    readonly step: CaseStep;
    readonly counts: ReadonlyMap<VoteValue, number>;
  },
): Promise<void> {
  const { result, step, counts } = closed;
  const about = announcedCase({ prediction, caseId: row.id, panel, round: row.last.round });
  const count = (value: VoteValue): number => counts.get(value) ?? 0;
  const event = { occurredAt: now, predictionId: prediction.id };
  await recordEvent(tx, deps, {
    ...event,
    type: 'case.round_closed',
    data: {
      ...about,
      result: result.kind,
      votes: {
        yes: count('yes'),
        no: count('no'),
        ambiguous: count('ambiguous'),
        annulled: count('annulled'),
        too_early: count('too_early'),
      },
      closes_at: result.kind === 'split' ? momentOrNull(step.dueAt) : null,
      resumes_at: result.kind === 'postponed' ? momentOrNull(step.dueAt) : null,
    },
  });
  if (result.kind !== 'decided') return;
  const { outcome, basis, effectiveAt } = result;
  const review = { review_ends_at: formatInstant(step.dueAt ?? now) };
  await recordEvent(tx, deps, {
    ...event,
    type: 'case.decided',
    data: { ...about, outcome, basis, effective_at: effectiveAt, ...review },
  });
}
