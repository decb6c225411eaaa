import type { Within } from '../criterion/criterion.ts';
import { namesOneModel } from '../criterion/pattern.ts';
import { durationText, eventClause } from '../criterion/text.ts';
import { addDuration } from '../duration.ts';
import { earliest } from '../evidence/release.ts';
import type { Trust } from '../feeds/trust.ts';
import { dayMs, formatDay, formatInterval, type Instant, type Interval, startOfDay } from '../instant.ts';
import type { Steps } from '../steps.ts';
import { absenceText, noteAbsence } from './absence.ts';
import {
  type Answer,
  answer,
  coveringTrust,
  type LeafEvidence,
  lastOf,
  liesWithin,
  type OrderSide,
  type Setting,
  weakestTrust,
  witnessesOf,
  witnessesOfEvents,
} from './answer.ts';
import { type Counted, type CountLeaf, countedEvents, witnessesOfAll } from './count.ts';
import { isContradicted, openUntilCovered } from './event.ts';
import type { Witness } from './explanation.ts';
import { believed, believedTime, isCovered, possibleTime } from './leaf-evidence.ts';
import { obstacles, orderSideOf } from './order-side.ts';

type Base = Pick<Parameters<typeof answer>[4], 'of' | 'recheckAt'>;

/** One believed occurrence of the event. */
type Happening = {
  readonly name: string;
  readonly occurred: Interval;
  /** The event happened by this time, even if reads that are still missing contradict its dates. */
  readonly surelyBy: Instant;
  readonly shown: Interval;
  readonly trust: Trust | null;
  readonly witnesses: () => readonly Witness[];
  /** Whether its day is stated, not merely bracketed by sightings. */
  readonly stated: boolean;
};

/** The span of the duration after the other event (the anchor), whose time may be known only within bounds. */
type Span = {
  readonly anchor: Interval;
  readonly anchorTrust: Trust | null;
  /** An event in this interval is within the duration, wherever in its bounds the anchor lies. */
  readonly surely: Interval;
  /** An event outside this interval is outside the duration, wherever in its bounds the anchor lies. */
  readonly possibly: Interval;
};

/**
 * Evaluates `within`: YES if the event is at or after the other one, the same day included, and no later than the last
 * day of the duration.
 */
export function* evaluateWithin(criterion: Within, setting: Setting): Steps<Answer> {
  const after = yield* orderSideOf(criterion.after, setting);
  const span = spanAfter(after, criterion.duration);
  const event = yield* orderSideOf(
    criterion.event,
    span === null ? setting : { ...setting, deadline: span.possibly.to },
  );
  const base = {
    of: [event.answer.node, after.answer.node],
    recheckAt: earliest(after.evidence.recheckAt, event.evidence.recheckAt),
  };
  if (span === null) {
    const text = `Undetermined: it is not known that ${eventClause(criterion.after)}, so the duration has not started.`;
    return answer('within', 'undetermined', 'order_is_open', text, base);
  }
  const happenings = happeningsOf(event, setting);
  return (
    answerYes(criterion, span, happenings, base) ??
    answerBefore(event, base) ??
    answerOutside(criterion, span, happenings, base) ??
    answerNo(event, span, base) ??
    answerOpen(event, span, base)
  );
}

function spanAfter(after: OrderSide, duration: string): Span | null {
  const { doneBy: to, surelyBy } = after;
  if (to === null || surelyBy === null) return null;
  const { closed, at } = after.notBefore;
  const { window } = after.evidence;
  const from = Math.max(Math.min(closed ? at : window.from, to - 1), window.from);
  const lastStart = startOfDay(to - 1);
  return {
    anchor: { from, to },
    anchorTrust: weakestTrust([after.answer.trust, after.notBefore.trust]),
    surely: { from: lastStart, to: addDuration(from, duration) + dayMs },
    possibly: { from: startOfDay(from), to: addDuration(startOfDay(surelyBy - 1), duration) + dayMs },
  };
}

/** Every believed event in the window that has happened; for a count, the event that completed it. */
function happeningsOf(side: OrderSide, setting: Setting): Happening[] {
  const { leaf, evidence } = side;
  if (leaf.op === 'count') return enoughOf(side, leaf, countedEvents(leaf, setting, evidence));
  return evidence.events
    .filter((found) => believed(found, setting) && found.occurred.from <= setting.at)
    .filter((found) => liesWithin(believedTime(found), evidence.window))
    .map((found) => ({
      name: found.key,
      occurred: believedTime(found),
      surelyBy: possibleTime(found).to,
      shown: found.effective ?? believedTime(found),
      trust: found.trust,
      witnesses: () => witnessesOf(found),
      stated: found.dating.basis === 'stated',
    }));
}

/** The event that completed a count. Unless absence is proven, unseen events may have completed it earlier. */
function enoughOf(
  { doneBy, surelyBy, notBefore, evidence, answer }: OrderSide,
  leaf: CountLeaf,
  all: readonly Counted[],
): Happening[] {
  if (doneBy === null || surelyBy === null) return [];
  const occurred = { from: notBefore.closed ? notBefore.at : evidence.window.from, to: doneBy };
  const counted = all.slice(0, leaf.at_least);
  const trust = weakestTrust([answer.trust, notBefore.trust]);
  const shown = answer.interval ?? occurred;
  const name = `the ${leaf.distinct} that completed the count of ${leaf.at_least}`;
  return [{ name, occurred, surelyBy, shown, trust, witnesses: () => witnessesOfAll(counted), stated: false }];
}

function answerYes(criterion: Within, span: Span, happenings: readonly Happening[], base: Base): Answer | null {
  const hit = happenings.find((found) => liesWithin(found.occurred, span.surely));
  if (hit === undefined) return null;
  const { name, shown } = hit;
  const text = `${name}, ${formatInterval(shown)}, is within ${durationText(criterion.duration)} after ${formatInterval(span.anchor)}.`;
  const trust = weakestTrust([hit.trust, span.anchorTrust]);
  return answer('within', 'yes', 'happened_in_window', text, {
    ...base,
    interval: shown,
    trust,
    witnesses: hit.witnesses(),
  });
}

/** If the model was released before its own window opened, a person must decide. */
function answerBefore({ answer: { node } }: OrderSide, base: Base): Answer | null {
  if (node.reason !== 'already_before_window') return null;
  return answer('within', 'undetermined', node.reason, node.text, base);
}

/**
 * If the leaf is a count or names one model, its event counts as happening only once, so one outside the duration
 * settles a NO without coverage. An event after the duration needs a stated day; a late sighting is not enough.
 */
function answerOutside(criterion: Within, span: Span, happenings: readonly Happening[], base: Base): Answer | null {
  if (criterion.event.op !== 'count' && !namesOneModel(criterion.event.model)) return null;
  const { possibly } = span;
  const early = happenings.find(({ surelyBy }) => surelyBy <= possibly.from);
  const late = happenings.find(({ occurred, stated }) => stated && occurred.from >= possibly.to);
  const found = early ?? late;
  if (found === undefined) return null;
  const where =
    early === undefined ? `after the last day, ${formatDay(possibly.to - 1)}` : 'before the duration started';
  const text = `${found.name}, ${formatInterval(found.shown)}, is ${where} (${formatInterval(span.anchor)}).`;
  return answer('within', 'no', 'order_is_certain', text, {
    ...base,
    interval: early === undefined ? lastOf(possibly) : span.anchor,
    trust: weakestTrust([found.trust, span.anchorTrust]),
    witnesses: found.witnesses(),
  });
}

/**
 * The evidence over the part of the duration in which the event counts: its own window may start later or end earlier.
 */
function spanEvidence({ leaf, evidence }: OrderSide, { possibly }: Span): LeafEvidence {
  const { from, to } = evidence.window;
  // All events from the start of the window affect when a count is completed.
  const start = leaf.op === 'count' ? from : Math.max(possibly.from, from);
  return { ...evidence, window: { from: start, to: Math.min(possibly.to, to) } };
}

function answerNo(event: OrderSide, span: Span, base: Base): Answer | null {
  const evidence = spanEvidence(event, span);
  const { window, coverage } = evidence;
  if (window.to <= span.possibly.from) {
    const text = `The duration started ${formatInterval(span.anchor)}, after the last day on which the event could count, ${formatDay(window.to - 1)}.`;
    const parts = { ...base, interval: span.anchor, trust: span.anchorTrust };
    return answer('within', 'no', 'order_is_certain', text, parts);
  }
  if (!isCovered(evidence) || inTheWay(event, span).length > 0) return null;
  const text = `No such event happened by the last day, ${formatDay(window.to - 1)}: ${absenceText(coverage, window.to)}.`;
  const trust = weakestTrust([coveringTrust([coverage], window.to), span.anchorTrust]);
  const absence = noteAbsence(coverage, window.to);
  const parts = { ...base, interval: lastOf(window), trust, coverage: [coverage], absence };
  return answer('within', 'no', 'covered_without_it', text, parts);
}

/**
 * The events that may lie in the duration. An event that can only have happened before the duration does not count,
 * unless it is also older than its own window.
 */
function inTheWay(event: OrderSide, span: Span) {
  const { window } = event.evidence;
  return obstacles(event.leaf, spanEvidence(event, span)).filter((found) => {
    const latest = possibleTime(found).to;
    return latest > span.possibly.from || latest <= window.from;
  });
}

function answerOpen(event: OrderSide, span: Span, base: Base): Answer {
  const evidence = spanEvidence(event, span);
  const { window, coverage } = evidence;
  const possible = inTheWay(event, span);
  const [first] = possible;
  const last = formatDay(window.to - 1);
  if (first === undefined) {
    const nothing = `No such event is known by the last day, ${last}`;
    return openUntilCovered('within', nothing, evidence, { ...base, coverage: [coverage] });
  }
  const short = possible.filter((found) => found.grade === 'short');
  const isShort = short.length === possible.length;
  const state = isShort
    ? `was seen, but ${first.missing ?? 'the evidence does not satisfy the policy'}`
    : 'is not dated precisely enough';
  const text = `Undetermined from ${formatDay(span.possibly.from)} to ${last}: ${first.key} ${state}.`;
  const disputed = isShort && short.every((found) => isContradicted(found, window, coverage));
  const reason = !isShort ? 'straddles_window' : disputed ? 'contradicted' : 'below_policy';
  const parts = { ...base, witnesses: witnessesOfEvents(possible), coverage: [coverage] };
  return answer('within', 'undetermined', reason, text, parts);
}
