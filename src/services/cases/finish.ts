import { type CaseStep, endCase } from '../../domain/cases/case-state.ts';
import { type PersonReasonCode, panelDecider } from '../../domain/evaluation/resolution.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { listBallots } from '../../store/case-votes.ts';
import { recordStep } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';
import { appendDecision } from '../predictions/resolutions.ts';
import type { LockedCase } from './locked-case.ts';

const reasonCodes: Readonly<Record<Outcome, PersonReasonCode>> = {
  yes: 'judged',
  no: 'judged',
  ambiguous: 'reality_unclear',
  annulled: 'criterion_defective',
};

/** Writes the resolution of a decision that was not appealed in time. */
export async function finishCase(tx: Sql, deps: Deps, locked: LockedCase): Promise<void> {
  const { row, prediction, current, now } = locked;
  const { outcome, effectiveAt } = row.last;
  if (outcome === null || effectiveAt === null) throw new Error(`the case ${row.id} has no decision`);
  const decision = {
    outcome,
    effectiveAt,
    decidedBy: panelDecider,
    reasonCode: reasonCodes[outcome],
    reason: await reasonOf(tx, locked, row.last),
    evidence: [],
    now,
  };
  const resolution = await appendDecision(tx, deps, prediction, current, decision);
  const end =
    resolution === null
      ? { state: 'superseded' as const, resolutionId: null, note: 'The prediction was resolved meanwhile.' }
      : { state: 'final' as const, resolutionId: resolution.id, note: null };
  await recordStep(tx, row.id, endCase(row.last, end, now));
}

async function reasonOf(tx: Sql, { row, panel }: LockedCase, { outcome, basis, round }: CaseStep): Promise<string> {
  const ballots = (await listBallots(tx, row.id)).filter((ballot) => ballot.round === round && ballot.counted);
  const agreeing = ballots.filter(({ vote }) => vote === outcome).length;
  const judge = `The panel "${panel.name}" (version ${panel.version})`;
  const interested = ballots.some(({ interest }) => interest !== null)
    ? ' Members with an interest in the claim voted, which the panel allows.'
    : '';
  const found =
    basis === 'votes'
      ? `${judge} decided ${outcome} with ${agreeing} of ${ballots.length} votes in round ${round} of ${row.id}.`
      : `${judge} did not agree in ${row.id}, so its fall-back is ${outcome}.`;
  return `${found}${interested}`;
}
