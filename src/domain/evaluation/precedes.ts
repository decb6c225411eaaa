import type { Precedes } from '../criterion/criterion.ts';
import { eventClause } from '../criterion/text.ts';
import { earliest } from '../evidence/release.ts';
import { formatInstant, formatInterval, type Instant, parseDate } from '../instant.ts';
import type { Steps } from '../steps.ts';
import { absenceText, noteAbsence } from './absence.ts';
import { type Answer, answer, coveringTrust, lastOf, type OrderSide, type Setting, weakestTrust } from './answer.ts';
import { isContradicted } from './event.ts';
import type { ReasonCode } from './explanation.ts';
import { lastMoment } from './explanation.ts';
import { isCovered } from './leaf-evidence.ts';
import { cutAt, isExcluded, obstacles, orderSideOf } from './order-side.ts';

type Base = Pick<Parameters<typeof answer>[4], 'of' | 'recheckAt'>;

/**
 * Evaluates `precedes`: YES if the first event is before the earliest time of the second, NO in the reverse case. It is
 * also NO, regardless of the second event, if the first did not happen by the deadline (its own or that of the order).
 */
export function* evaluatePrecedes(criterion: Precedes, setting: Setting): Steps<Answer> {
  const by = criterion.by === undefined ? null : parseDate(criterion.by);
  const end = by?.interval.to ?? Number.POSITIVE_INFINITY;
  const first = yield* orderSideOf(criterion.first, { ...setting, deadline: end });
  const second = yield* orderSideOf(criterion.second, setting);
  const deadline = Math.min(end, first.evidence.window.to);
  const base = {
    of: [first.answer.node, second.answer.node],
    recheckAt: earliest(first.evidence.recheckAt, second.evidence.recheckAt),
  };
  return (
    answerYes(first, second, deadline, base) ??
    answerMirror(first, second, deadline, base) ??
    answerTooLate(first, deadline, base) ??
    answerOpen(first, second, deadline, base)
  );
}

function answerYes(first: OrderSide, second: OrderSide, deadline: Instant, base: Base): Answer | null {
  if (first.doneBy === null || first.doneBy > deadline || first.doneBy > second.notBefore.at) return null;
  const text = `The first event (${when(first)}) is before the earliest time of the second: ${boundText(second)}.`;
  return answer('precedes', 'yes', 'order_is_certain', text, {
    ...base,
    ...restsOn(first, second),
    interval: first.answer.interval,
  });
}

/**
 * NO, because the second event is before the earliest time of the first. If the second event is after the deadline, the
 * answer is dated by the deadline.
 */
function answerMirror(first: OrderSide, second: OrderSide, deadline: Instant, base: Base): Answer | null {
  if (second.surelyBy === null || second.surelyBy > first.notBefore.at) return null;
  const late = second.notBefore.at >= deadline;
  const text = `The second event (${when(second)}) is before the earliest time of the first: ${boundText(first)}.`;
  return answer('precedes', 'no', 'order_is_certain', text, {
    ...base,
    ...restsOn(second, first),
    interval: late ? lastOf({ from: deadline, to: deadline }) : second.answer.interval,
  });
}

function restsOn(known: OrderSide, bounded: OrderSide) {
  const { trust, witnesses, coverage, absence } = bounded.notBefore;
  return { trust: weakestTrust([known.answer.trust, trust]), witnesses, coverage, absence };
}

function answerTooLate(first: OrderSide, deadline: Instant, base: Base): Answer | null {
  const evidence = cutAt(first.evidence, deadline);
  const { window, coverage } = evidence;
  // If the model was released before its window opened, a person must decide.
  if (first.answer.node.reason === 'already_before_window' || !isExcluded(first.leaf, evidence)) return null;
  const text = `The first event had not happened by ${lastMoment(window)}: ${absenceText(coverage, window.to)}.`;
  return answer('precedes', 'no', 'covered_without_it', text, {
    ...base,
    interval: lastOf(window),
    trust: coveringTrust([coverage], window.to),
    coverage: [coverage],
    absence: noteAbsence(coverage, window.to),
  });
}

function answerOpen(first: OrderSide, second: OrderSide, deadline: Instant, base: Base): Answer {
  const coverage = [first.evidence.coverage, second.evidence.coverage];
  const text = `Undetermined. First event: ${stateText(first)}. Second event: ${stateText(second)}.`;
  return answer('precedes', 'undetermined', reasonOpen(first, deadline), text, { ...base, coverage });
}

/** `below_policy` or `contradicted` if evidence below the policy alone keeps the first event from being proven absent. */
function reasonOpen(first: OrderSide, deadline: Instant): ReasonCode {
  const evidence = cutAt(first.evidence, deadline);
  const inTheWay = obstacles(first.leaf, evidence);
  const short = inTheWay.filter((event) => event.grade === 'short');
  if (!isCovered(evidence) || short.length === 0 || short.length < inTheWay.length) return 'order_is_open';
  const disputed = short.every((event) => isContradicted(event, evidence.window, evidence.coverage));
  return disputed ? 'contradicted' : 'below_policy';
}

function when({ leaf, answer: { interval } }: OrderSide): string {
  return `${eventClause(leaf)}${interval === null ? '' : `, ${formatInterval(interval)}`}`;
}

function stateText(side: OrderSide): string {
  const done = side.doneBy === null ? 'not known to have happened' : `happened ${spanText(side)}`;
  return `${done}; ${boundText(side)}`;
}

function spanText({ answer: { interval } }: OrderSide): string {
  return interval === null ? 'at an unknown time' : formatInterval(interval);
}

function boundText({ notBefore: { at, witnesses } }: OrderSide): string {
  if (at === Number.POSITIVE_INFINITY) return 'never in its window';
  if (at === Number.NEGATIVE_INFINITY) return 'possibly before its window opened';
  const [witness] = witnesses;
  return `not before ${formatInstant(at)}${witness === undefined ? '' : `, according to the evidence for ${witness.model}`}`;
}
