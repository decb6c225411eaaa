import type { Criterion } from '../criterion/criterion.ts';
import type { VersionStyleOf } from '../criterion/pattern.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import { countAbsenceLeaves } from '../criterion/watch.ts';
import { missBound } from '../evidence/coverage.ts';
import type { CoverageTable } from '../evidence/coverage-table.ts';
import { earliest } from '../evidence/release.ts';
import type { Timeline } from '../evidence/timeline.ts';
import type { Trust } from '../feeds/trust.ts';
import { formatInterval, type Instant, type Interval } from '../instant.ts';
import { type Answer, type Setting, weakestTrust } from './answer.ts';
import { evaluateCount } from './count.ts';
import { evaluateEvent } from './event.ts';
import { type ExplanationNode, findOpenNode, type ReasonCode, type Verdict } from './explanation.ts';
import { evaluatePrecedes } from './precedes.ts';
import { evaluateWithin } from './within.ts';

/** Incremented with any change that could alter an answer over the same evidence; stored with every resolution. */
export const evaluatorVersion = '3';

/** The inputs of an evaluation besides the criterion and the timeline. */
export type Terms = {
  readonly madeFrom: Instant;
  readonly policy: EvidencePolicy;
  readonly styleOf: VersionStyleOf;
  /** Replaces the timeline's table of coverage; for backtests. */
  readonly coverage?: CoverageTable | undefined;
};

/** The leaning of an undetermined prediction, for a person to decide. */
export type Leaning = { readonly outcome: 'yes' | 'no' | null; readonly reason: ReasonCode; readonly text: string };

export type Evaluation = {
  readonly verdict: Verdict;
  /** ISO 8601; null while undetermined. */
  readonly effectiveAt: string | null;
  readonly explanation: ExplanationNode;
  /** Ids of the observations that settled it. */
  readonly evidence: readonly string[];
  /** The highest trust among what settled it. */
  readonly trust: Trust | null;
  readonly leaning: Leaning | null;
  /**
   * The chance that the absence it is based on is wrong: the sum over its parts. Null if it is not based on absence.
   */
  readonly missChance: number | null;
  /** Whether other origins contradict the evidence for the leaning. */
  readonly contradicted: boolean;
  /** When the passing of time alone may change the answer. */
  readonly recheckAt: Instant | null;
};

/**
 * The central function: the answer of a criterion from what was observed by `at`. Pure: the same criterion, timeline,
 * terms and `at` give the same answer and the same explanation.
 */
export function evaluate(criterion: Criterion, timeline: Timeline, at: Instant, terms: Terms): Evaluation {
  const { coverage, ...ownTerms } = terms;
  const setting: Setting = {
    ...ownTerms,
    timeline: coverage === undefined ? timeline : { ...timeline, coverage },
    at,
    shortEvidence: 'strict',
    absence: 'proven',
    missBound: missBound(terms.policy, countAbsenceLeaves(criterion)),
  };
  const strict = evaluateNode(criterion, setting);
  const open = strict.verdict === 'undetermined';
  return {
    verdict: strict.verdict,
    effectiveAt: open || strict.interval === null ? null : formatInterval(strict.interval),
    explanation: strict.node,
    evidence: open ? [] : evidenceOf(strict.node),
    missChance: open ? null : missChanceOf(strict.node),
    trust: strict.trust,
    leaning: open ? leaningOf(criterion, setting, strict.node) : null,
    contradicted: open && findOpenNode(strict.node, ['contradicted']) !== null,
    recheckAt: open ? strict.recheckAt : null,
  };
}

function evaluateNode(criterion: Criterion, setting: Setting): Answer {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
      return evaluateEvent(criterion, setting);
    case 'count':
      return evaluateCount(criterion, setting);
    case 'precedes':
      return evaluatePrecedes(criterion, setting);
    case 'within':
      return evaluateWithin(criterion, setting);
    case 'judged':
      return judgedAnswer(criterion.question);
    case 'not':
      return negate(evaluateNode(criterion.of, setting));
    case 'all':
      return combine(criterion, setting, 'no');
    case 'any':
      return combine(criterion, setting, 'yes');
  }
}

function judgedAnswer(question: string): Answer {
  const text = `Only a person can say: ${question}`;
  const node = {
    op: 'judged',
    verdict: 'undetermined',
    reason: 'needs_a_person',
    text,
    effective_at: null,
    witnesses: [],
    watermarks: [],
    absence: null,
    of: [],
  } as const;
  return { verdict: 'undetermined', interval: null, node, trust: null, recheckAt: null };
}

function negate(operand: Answer): Answer {
  const verdict: Verdict =
    operand.verdict === 'undetermined' ? 'undetermined' : operand.verdict === 'yes' ? 'no' : 'yes';
  const text =
    verdict === 'undetermined'
      ? 'Undetermined, because what it denies is.'
      : `${verdict === 'yes' ? 'Yes' : 'No'}, because what it denies came out ${operand.verdict}.`;
  return { ...operand, verdict, node: parent('not', verdict, text, operand.interval, [operand]) };
}

/** `all` is decided by its first no (the earliest), `any` by its first yes; otherwise by the last of them. */
function combine(
  criterion: Extract<Criterion, { op: 'all' | 'any' }>,
  setting: Setting,
  decisive: 'yes' | 'no',
): Answer {
  const operands = criterion.of.map((operand) => evaluateNode(operand, setting));
  const deciding = operands.filter((operand) => operand.verdict === decisive);
  const open = operands.filter((operand) => operand.verdict === 'undetermined');
  const chosen = deciding.length > 0 ? pick(deciding, 'first') : open.length > 0 ? null : pick(operands, 'last');
  const verdict = chosen === null ? 'undetermined' : chosen.verdict;
  const text = combinedText(criterion.op, operands, decisive, chosen);
  return {
    verdict,
    interval: chosen?.interval ?? null,
    node: parent(criterion.op, verdict, text, chosen?.interval ?? null, operands),
    trust:
      chosen === null
        ? null
        : deciding.length > 0
          ? chosen.trust
          : weakestTrust(operands.map((operand) => operand.trust)),
    recheckAt: chosen === null ? open.map((operand) => operand.recheckAt).reduce(earliest, null) : null,
  };
}

function combinedText(
  op: 'all' | 'any',
  operands: readonly Answer[],
  decisive: 'yes' | 'no',
  chosen: Answer | null,
): string {
  const total = operands.length;
  const number = chosen === null ? 0 : operands.indexOf(chosen) + 1;
  if (chosen === null) {
    const open = operands.filter((operand) => operand.verdict === 'undetermined').length;
    return `Undetermined: ${open} of ${total} parts ${open === 1 ? 'is' : 'are'} still open and none decides it.`;
  }
  if (chosen.verdict === decisive)
    return `${decisive === 'yes' ? 'Yes' : 'No'}, because part ${number} of ${total} came out ${decisive}.`;
  return op === 'all'
    ? `Yes, because all ${total} parts came out yes; part ${number} was the last.`
    : `No, because all ${total} parts came out no; part ${number} was the last.`;
}

function pick(answers: readonly Answer[], which: 'first' | 'last'): Answer | null {
  return answers.reduce<Answer | null>((best, next) => {
    if (best === null) return next;
    const order = compareEnds(next.interval, best.interval);
    return (which === 'first' ? order < 0 : order > 0) ? next : best;
  }, null);
}

function compareEnds(a: Interval | null, b: Interval | null): number {
  return (a?.to ?? 0) - (b?.to ?? 0) || (a?.from ?? 0) - (b?.from ?? 0);
}

function parent(
  op: 'not' | 'all' | 'any',
  verdict: Verdict,
  text: string,
  interval: Interval | null,
  of: readonly Answer[],
): ExplanationNode {
  const effective = verdict === 'undetermined' || interval === null ? null : formatInterval(interval);
  return {
    op,
    verdict,
    reason: 'from_operands',
    text,
    effective_at: effective,
    witnesses: [],
    watermarks: [],
    absence: null,
    of: of.map((answer) => answer.node),
  };
}

/** Operators whose parts matter whatever their verdicts. */
function passesOn(op: Criterion['op']): boolean {
  return op === 'not' || op === 'precedes' || op === 'within';
}

/** The nodes with the verdict of the whole. */
function decidingNodes(node: ExplanationNode): ExplanationNode[] {
  if (node.verdict === 'undetermined') return [];
  const below = node.of.filter((child) => passesOn(node.op) || child.verdict === node.verdict);
  return [node, ...below.flatMap(decidingNodes)];
}

/** The witnesses of the branches with the verdict of the whole. */
function evidenceOf(node: ExplanationNode): string[] {
  const witnesses = decidingNodes(node).flatMap((deciding) => deciding.witnesses);
  return [...new Set(witnesses.map((witness) => witness.observation_id))];
}

/** The sum over what the verdict is based on; null if it is not based on absence. */
function missChanceOf(node: ExplanationNode): number | null {
  const chances = missChances(node);
  return chances.length === 0
    ? null
    : Math.min(
        chances.reduce((sum, chance) => sum + chance, 0),
        1,
      );
}

function missChances(node: ExplanationNode): number[] {
  if (node.verdict === 'undetermined') return [];
  const own = node.absence === null ? [] : [node.absence];
  const below = node.of.filter((child) => passesOn(node.op) || child.verdict === node.verdict);
  if (node.op !== 'precedes' && node.op !== 'within')
    return [...own.map((note) => note.miss_chance), ...below.flatMap(missChances)];
  // An order and its sides may be based on the same absence, which counts once.
  const notes = [...own, ...below.flatMap((child) => (child.absence === null ? [] : [child.absence]))];
  const distinct = new Map(notes.map((note) => [`${note.vendor} ${note.fact} ${note.absent_to}`, note.miss_chance]));
  return [...distinct.values()];
}

/**
 * The leaning of an open criterion: its verdict if evidence below the policy were believed. Null, for a person to
 * decide, if only such evidence, or a model released too early, prevents a verdict. If no reads can prove absence: its
 * verdict if absence were proven.
 */
function leaningOf(criterion: Criterion, setting: Setting, strict: ExplanationNode): Leaning | null {
  const believed = evaluateNode(criterion, { ...setting, shortEvidence: 'believed' });
  const short = findOpenNode(strict, ['contradicted', 'below_policy', 'reinstated', 'may_match']);
  if (short !== null && believed.verdict !== 'undetermined')
    return { outcome: believed.verdict, reason: short.reason, text: short.text };
  const before =
    findOpenNode(strict, ['already_before_window']) ?? findOpenNode(believed.node, ['already_before_window']);
  if (before !== null) return { outcome: null, reason: before.reason, text: before.text };
  const assumed = { ...setting, absence: 'assumed' } as const;
  if (short !== null) {
    const dismissed = evaluateNode(criterion, { ...assumed, shortEvidence: 'dismissed' });
    return dismissed.verdict === 'undetermined' ? null : { outcome: null, reason: short.reason, text: short.text };
  }
  const unproven = findOpenNode(strict, ['absence_unprovable', 'window_not_covered']);
  if (unproven === null) return null;
  const { verdict } = evaluateNode(criterion, assumed);
  return verdict === 'undetermined' ? null : { outcome: verdict, reason: unproven.reason, text: unproven.text };
}
