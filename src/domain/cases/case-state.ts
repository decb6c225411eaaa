import { dayMs, type Instant } from '../instant.ts';
import type { Outcome } from '../outcome.ts';
import type { RoundResult } from './decision.ts';
import type { PanelRules } from './panel-rules.ts';

/**
 * `open`: votes are accepted. `revealing`: judges reveal the votes that they committed to. `postponed`: voting begins again at a later date. `decided`: the decision can be appealed.
 * `final`: the decision is the resolution of the claim. `superseded`: the claim was settled or changed otherwise.
 */
export const caseStates = ['open', 'revealing', 'postponed', 'decided', 'final', 'superseded'] as const;
export type CaseState = (typeof caseStates)[number];

/** Whether a case has not ended: its panel can still decide the claim. */
export function isRunning(state: CaseState): boolean {
  return state !== 'final' && state !== 'superseded';
}

export const stepKinds = [
  'opened',
  'votes_closed',
  'round_closed',
  'decided',
  'postponed',
  'resumed',
  'restarted',
  'appealed',
  'final',
  'superseded',
] as const;
export type StepKind = (typeof stepKinds)[number];

/** A step in the history of a case: the whole state from then on. */
export type CaseStep = {
  readonly step: number;
  readonly kind: StepKind;
  readonly at: Instant;
  readonly state: CaseState;
  readonly panelId: string;
  /** The number of the current or last round, counted over the whole case. */
  readonly round: number;
  /** Rounds that may follow this one before the fall-back. */
  readonly roundsLeft: number;
  /** When the clock moves the case on: the end of the votes, of revealing them, of the postponement, or of the review. Null once it has ended. */
  readonly dueAt: Instant | null;
  readonly outcome: Outcome | null;
  readonly effectiveAt: string | null;
  readonly basis: 'votes' | 'fall_back' | null;
  readonly resolutionId: string | null;
  /** Who made the step: the id of a key; null for the clock. */
  readonly actor: string | null;
  /** Why, in words, where people or circumstances give a reason. */
  readonly note: string | null;
};

const undecided = { outcome: null, effectiveAt: null, basis: null, resolutionId: null } as const;

type Opening = { readonly at: Instant; readonly panelId: string; readonly rules: PanelRules; readonly actor: string };

export function openCase({ at, panelId, rules, actor }: Opening): CaseStep {
  return {
    ...undecided,
    step: 1,
    kind: 'opened',
    at,
    state: 'open',
    panelId,
    round: 1,
    roundsLeft: rules.rounds - 1,
    dueAt: at + rules.voteDays * dayMs,
    actor,
    note: null,
  };
}

/** The votes of a round are closed, and their judges reveal them. */
export function beginReveals(last: CaseStep, rules: PanelRules, at: Instant): CaseStep {
  const step = { ...last, step: last.step + 1, at, actor: null, note: null };
  return { ...step, kind: 'votes_closed', state: 'revealing', dueAt: at + rules.revealDays * dayMs };
}

/** The step that follows the votes of a round. */
export function closeRound(last: CaseStep, result: RoundResult, rules: PanelRules, at: Instant): CaseStep {
  const next = { ...last, ...undecided, step: last.step + 1, at, actor: null, note: null };
  switch (result.kind) {
    case 'split':
      return { ...next, kind: 'round_closed', ...newRound(last, rules, at), roundsLeft: last.roundsLeft - 1 };
    case 'postponed':
      return { ...next, kind: 'postponed', state: 'postponed', dueAt: result.until };
    case 'decided': {
      const { outcome, effectiveAt, basis } = result;
      const decision = { outcome, effectiveAt, basis };
      return { ...next, ...decision, kind: 'decided', state: 'decided', dueAt: at + rules.reviewDays * dayMs };
    }
  }
}

/** A postponed case begins to vote again, with every round that its panel allows. */
export function resumeCase(last: CaseStep, rules: PanelRules, at: Instant): CaseStep {
  const step = { ...last, step: last.step + 1, at, actor: null, note: null };
  return { ...step, kind: 'resumed', ...newRound(last, rules, at), roundsLeft: rules.rounds - 1 };
}

/** A round whose votes can no longer be read begins anew. */
export function restartRound(last: CaseStep, rules: PanelRules, at: Instant, note: string): CaseStep {
  const step = { ...last, step: last.step + 1, at, actor: null, note };
  return { ...step, kind: 'restarted', ...newRound(last, rules, at) };
}

export function appealCase(last: CaseStep, { at, panelId, rules, actor }: Opening, note: string): CaseStep {
  const step = { ...last, ...undecided, step: last.step + 1, at, panelId, actor, note };
  return { ...step, kind: 'appealed', ...newRound(last, rules, at), roundsLeft: rules.rounds - 1 };
}

export function endCase(
  last: CaseStep,
  end: {
    readonly state: 'final' | 'superseded';
    readonly resolutionId: string | null;
    readonly note: string | null;
    /** The id of the key of a person who ends it. */
    readonly actor?: string;
  },
  at: Instant,
): CaseStep {
  return { ...last, ...end, step: last.step + 1, kind: end.state, at, dueAt: null, actor: end.actor ?? null };
}

function newRound(last: CaseStep, rules: PanelRules, at: Instant) {
  return { state: 'open', round: last.round + 1, dueAt: at + rules.voteDays * dayMs } as const;
}
