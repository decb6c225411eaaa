import { canonicalJson } from '../canonical-json.ts';
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
import { runSteps, type Steps } from '../steps.ts';
import { type Answer, type Setting, weakestTrust } from './answer.ts';
import { evaluateCount } from './count.ts';
import { evaluateEvent } from './event.ts';
import { type ExplanationNode, findOpenNode, type ReasonCode, type Verdict } from './explanation.ts';
import { findLeafEvidence, weighLeafInSteps } from './leaf-evidence.ts';
import { evaluatePrecedes } from './precedes.ts';
import { evidenceOf, missChanceOf } from './verdict-basis.ts';
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
  /** The chance that the absence behind the answer is wrong: the sum over its parts. Null if there is none. */
  readonly missChance: number | null;
  /** Whether other origins contradict the evidence for the leaning. */
  readonly contradicted: boolean;
  /** When the passing of time alone may change the answer. */
  readonly recheckAt: Instant | null;
};

/**
 * The central function: evaluates a criterion with what was observed by `at`. Pure: the same criterion, timeline, terms
 * and `at` give the same answer and the same explanation.
 */
export function evaluate(criterion: Criterion, timeline: Timeline, at: Instant, terms: Terms): Evaluation {
  return runSteps(evaluateInSteps(criterion, timeline, at, terms));
}

/** The same in steps, each of which goes through a bounded number of sightings or evaluates one node or side. */
export function* evaluateInSteps(
  criterion: Criterion,
  timeline: Timeline,
  at: Instant,
  terms: Terms,
): Steps<Evaluation> {
  const { coverage, ...ownTerms } = terms;
  const setting: Setting = {
    ...ownTerms,
    timeline: coverage === undefined ? timeline : { ...timeline, coverage },
    at,
    shortEvidence: 'strict',
    absence: 'proven',
    missBound: missBound(terms.policy, countAbsenceLeaves(criterion)),
    memo: { weighings: new Map(), leafEvidence: new Map(), sides: new Map(), answers: new Map() },
  };
  const strict = yield* evaluateNode(criterion, setting);
  const open = strict.verdict === 'undetermined';
  return {
    verdict: strict.verdict,
    effectiveAt: open || strict.interval === null ? null : formatInterval(strict.interval),
    explanation: strict.node,
    evidence: open ? [] : evidenceOf(strict.node),
    missChance: open ? null : missChanceOf(strict.node),
    trust: strict.trust,
    leaning: open ? yield* leaningOf(criterion, setting, strict.node) : null,
    contradicted: open && findOpenNode(strict.node, ['contradicted']) !== null,
    recheckAt: open ? strict.recheckAt : null,
  };
}

/** Evaluates a node once within an evaluation. */
function* evaluateNode(criterion: Criterion, setting: Setting): Steps<Answer> {
  const key = canonicalJson(criterion);
  const known = setting.memo.answers.get(key);
  if (known !== undefined) return known;
  if ('model' in criterion) {
    yield* weighLeafInSteps(criterion, setting);
    findLeafEvidence(criterion, setting);
    yield;
  }
  const found = yield* answerNode(criterion, setting);
  setting.memo.answers.set(key, found);
  yield;
  return found;
}

function* answerNode(criterion: Criterion, setting: Setting): Steps<Answer> {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
      return evaluateEvent(criterion, setting);
    case 'count':
      return evaluateCount(criterion, setting);
    case 'precedes':
      return yield* evaluatePrecedes(criterion, setting);
    case 'within':
      return yield* evaluateWithin(criterion, setting);
    case 'judged':
      return judgedAnswer(criterion.question);
    case 'not':
      return negate(yield* evaluateNode(criterion.of, setting));
    case 'all':
    case 'any': {
      const operands: Answer[] = [];
      for (const operand of criterion.of) operands.push(yield* evaluateNode(operand, setting));
      return combine(criterion.op, operands);
    }
  }
}

/**
 * The same setting with short evidence or absence treated differently. It shares the weighings, which do not depend on
 * that.
 */
function settingWith(setting: Setting, treatment: Partial<Pick<Setting, 'shortEvidence' | 'absence'>>): Setting {
  const { weighings } = setting.memo;
  return {
    ...setting,
    ...treatment,
    memo: { weighings, leafEvidence: new Map(), sides: new Map(), answers: new Map() },
  };
}

function judgedAnswer(question: string): Answer {
  const text = `Only a person can answer this: ${question}`;
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
      ? 'Undetermined, because what it denies is undetermined.'
      : `${verdict === 'yes' ? 'Yes' : 'No'}, because what it denies is ${verdict === 'yes' ? 'false' : 'true'}.`;
  return { ...operand, verdict, node: parent('not', verdict, text, operand.interval, [operand]) };
}

/**
 * The earliest NO decides `all`, and the earliest YES decides `any`. Without one, an open operand leaves the whole
 * open; if none is open, the last operand decides.
 */
function combine(op: 'all' | 'any', operands: readonly Answer[]): Answer {
  const decisive = op === 'all' ? 'no' : 'yes';
  const deciding = operands.filter((operand) => operand.verdict === decisive);
  const open = operands.filter((operand) => operand.verdict === 'undetermined');
  const chosen = deciding.length > 0 ? pick(deciding, 'first') : open.length > 0 ? null : pick(operands, 'last');
  const verdict = chosen === null ? 'undetermined' : chosen.verdict;
  const text = combinedText(op, operands, decisive, chosen);
  return {
    verdict,
    interval: chosen?.interval ?? null,
    node: parent(op, verdict, text, chosen?.interval ?? null, operands),
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
    return `Undetermined: ${open} of ${total} parts ${open === 1 ? 'is' : 'are'} still open, and no part decides the answer alone.`;
  }
  if (chosen.verdict === decisive)
    return `${decisive === 'yes' ? 'Yes' : 'No'}, because part ${number} of ${total} is ${decisive}.`;
  return op === 'all'
    ? `Yes, because all ${total} parts are yes; part ${number} was settled last.`
    : `No, because all ${total} parts are no; part ${number} was settled last.`;
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

/**
 * The leaning of an open criterion; the first of these that applies:
 * - Evidence below the policy would settle it if believed: that verdict.
 * - A model was released or withdrawn before its window opened, or only evidence below the policy prevents a verdict:
 *   no outcome, because a person must decide.
 * - No reads can prove absence: the verdict that proven absence would give.
 */
function* leaningOf(criterion: Criterion, setting: Setting, strict: ExplanationNode): Steps<Leaning | null> {
  const believed = yield* evaluateNode(criterion, settingWith(setting, { shortEvidence: 'believed' }));
  const short = findOpenNode(strict, ['contradicted', 'below_policy', 'reinstated', 'may_match']);
  if (short !== null && believed.verdict !== 'undetermined')
    return { outcome: believed.verdict, reason: short.reason, text: short.text };
  const before =
    findOpenNode(strict, ['already_before_window']) ?? findOpenNode(believed.node, ['already_before_window']);
  if (before !== null) return { outcome: null, reason: before.reason, text: before.text };
  if (short !== null) {
    const withoutShort = settingWith(setting, { absence: 'assumed', shortEvidence: 'dismissed' });
    const dismissed = yield* evaluateNode(criterion, withoutShort);
    return dismissed.verdict === 'undetermined' ? null : { outcome: null, reason: short.reason, text: short.text };
  }
  const unproven = findOpenNode(strict, ['absence_unprovable', 'window_not_covered']);
  if (unproven === null) return null;
  const { verdict } = yield* evaluateNode(criterion, settingWith(setting, { absence: 'assumed' }));
  return verdict === 'undetermined' ? null : { outcome: verdict, reason: unproven.reason, text: unproven.text };
}
