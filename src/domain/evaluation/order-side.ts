import type { EventLeaf } from '../criterion/criterion.ts';
import { namesOneModel } from '../criterion/pattern.ts';
import { absentThrough } from '../evidence/coverage.ts';
import type { ModelEvidence } from '../evidence/release.ts';
import type { Instant } from '../instant.ts';
import type { Steps } from '../steps.ts';
import { noteAbsence } from './absence.ts';
import {
  type Answer,
  type Bound,
  coveringTrust,
  type LeafEvidence,
  type OrderSide,
  type Setting,
  witnessesOf,
} from './answer.ts';
import { countedEvents, distinctEvents, evaluateCount } from './count.ts';
import { evaluateEvent, findEvent } from './event.ts';
import {
  blocksNo,
  eventsInTheWay,
  findLeafEvidence,
  isCovered,
  keyOf,
  possibleTime,
  weighLeafInSteps,
} from './leaf-evidence.ts';

/**
 * Evaluates one side of an order, once within an evaluation. Its event is the first matching one in the window; for a
 * count, the one that completes it.
 */
export function* orderSideOf(leaf: EventLeaf, setting: Setting): Steps<OrderSide> {
  const key = keyOf(leaf, setting);
  const known = setting.memo.sides.get(key);
  if (known !== undefined) return known;
  yield* weighLeafInSteps(leaf, setting);
  const evidence = findLeafEvidence(leaf, setting);
  yield;
  const answer = leaf.op === 'count' ? evaluateCount(leaf, setting) : evaluateEvent(leaf, setting);
  yield;
  const side = {
    leaf,
    evidence,
    answer,
    notBefore: earliestPossible(leaf, evidence, answer),
    ...(answer.verdict === 'yes' ? endsOf(leaf, setting, evidence) : { doneBy: null, surelyBy: null }),
  };
  setting.memo.sides.set(key, side);
  yield;
  return side;
}

function endsOf(leaf: EventLeaf, setting: Setting, evidence: LeafEvidence): Pick<OrderSide, 'doneBy' | 'surelyBy'> {
  if (leaf.op === 'count') {
    const counted = countedEvents(leaf, setting, evidence).map(({ event }) => event);
    const latest = counted.map((event) => possibleTime(event).to).sort((a, b) => a - b);
    return { doneBy: counted[leaf.at_least - 1]?.occurred.to ?? null, surelyBy: latest[leaf.at_least - 1] ?? null };
  }
  const event = findEvent(setting, evidence);
  return event === undefined
    ? { doneBy: null, surelyBy: null }
    : { doneBy: event.occurred.to, surelyBy: possibleTime(event).to };
}

/**
 * The earliest moment at which the side can have happened: that of the earliest witness of any grade, or the end of the
 * time for which absence is proven. If the pattern matches several models, an unseen one may be earlier than the first
 * one seen, unless absence is proven or a ledger or the vendor dates the first.
 */
function earliestPossible(leaf: EventLeaf, evidence: LeafEvidence, answer: Answer): Bound {
  const { window, coverage } = evidence;
  const nothing = { closed: true, trust: null, witnesses: [], coverage: [], absence: null };
  if (answer.node.reason === 'already_before_window') return { ...nothing, at: Number.NEGATIVE_INFINITY };
  const proven = absentThrough(coverage, window.from);
  const absent = Math.max(window.from, proven);
  const covered = {
    ...nothing,
    closed: false,
    at: absent,
    trust: coveringTrust([coverage], absent),
    coverage: [coverage],
    absence: proven > window.from ? noteAbsence(coverage, proven) : null,
  };
  if (answer.verdict === 'no') {
    return { ...covered, at: Number.POSITIVE_INFINITY, trust: answer.trust, absence: answer.node.absence };
  }
  const first = firstWitness(leaf, evidence);
  if (first === null) return covered;
  const { at, event } = first;
  const witnessed = { ...nothing, at, trust: event.trust, witnesses: witnessesOf(event) };
  const dated = leaf.op !== 'count' && (namesOneModel(leaf.model) || event.dating.basis === 'stated');
  if (dated || at <= window.from) return witnessed;
  if (absent < at) return covered;
  return {
    ...witnessed,
    closed: absent >= event.occurred.to,
    coverage: [coverage],
    absence: noteAbsence(coverage, at),
  };
}

/**
 * The event, of any grade, that may be the earliest, and when it can have happened. For a count, the event that may
 * complete it.
 */
function firstWitness(leaf: EventLeaf, evidence: LeafEvidence): { at: Instant; event: ModelEvidence } | null {
  const { window, events } = evidence;
  // A single named model counts from its actual time, even before the window. In all other cases only times in the
  // window count.
  const startOf = (from: Instant): Instant =>
    leaf.op !== 'attribute' && namesOneModel(leaf.model) ? from : Math.max(from, window.from);
  const possible = events.filter((event) => blocksNo(leaf, event, window));
  const starts =
    leaf.op === 'count'
      ? distinctEvents(leaf, possible).map(({ event, from }) => ({ at: startOf(from), event }))
      : possible.map((event) => ({ at: startOf(possibleTime(event).from), event }));
  starts.sort((a, b) => a.at - b.at || a.event.key.localeCompare(b.event.key, 'en'));
  return starts[leaf.op === 'count' ? leaf.at_least - 1 : 0] ?? null;
}

/** The evidence of a leaf whose window ends no later than `to`. */
export function cutAt(evidence: LeafEvidence, to: Instant): LeafEvidence {
  return { ...evidence, window: { from: evidence.window.from, to: Math.min(to, evidence.window.to) } };
}

/** The events that hold a NO of the leaf back; none if they are too few to complete its count. */
export function obstacles(leaf: EventLeaf, evidence: LeafEvidence): ModelEvidence[] {
  const inTheWay = eventsInTheWay(leaf, evidence);
  return leaf.op === 'count' && distinctEvents(leaf, inTheWay).length < leaf.at_least ? [] : inTheWay;
}

/** Whether it is proven that the leaf was not fulfilled in its window. */
export function isExcluded(leaf: EventLeaf, evidence: LeafEvidence): boolean {
  return isCovered(evidence) && obstacles(leaf, evidence).length === 0;
}
