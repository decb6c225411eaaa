import { type Answer, answer, coveringTrust, lastOf, liesWithin, type Setting, witnessesOf } from './answer.ts';
import { addDuration } from './calendar.ts';
import type { EventLeaf, Precedes, Within } from './criterion.ts';
import { eventClause } from './criterion-text.ts';
import { countedEvents, distinctEvents, evaluateCount } from './evaluate-count.ts';
import { evaluateEvent, openUntilCovered } from './evaluate-event.ts';
import { earliest, type ModelEvidence } from './evidence.ts';
import { dayMs, formatDay, formatInterval, type Instant, type Interval, parseDate, startOfDay } from './instant.ts';
import { bearsOn, believed, isCovered, type LeafStanding, standLeaf } from './leaf-standing.ts';
import { namesOneModel } from './pattern.ts';

/** One side of an order of events: what it came to, and the earliest moment at which it can have happened at all. */
type Side = {
  readonly leaf: EventLeaf;
  readonly standing: LeafStanding;
  readonly answer: Answer;
  readonly notBefore: Instant;
  /** The events that are believed and may be the one, earliest first. */
  readonly events: readonly ModelEvidence[];
};

function sideOf(leaf: EventLeaf, setting: Setting): Side {
  const standing = standLeaf(leaf, setting);
  const result = leaf.op === 'count' ? evaluateCount(leaf, setting) : evaluateEvent(leaf, setting);
  const events =
    leaf.op === 'count'
      ? countedEvents(leaf, setting, standing)
      : standing.events.filter((event) => believed(event, setting));
  return { leaf, standing, answer: result, notBefore: earliestPossible(leaf, standing), events };
}

/** The earliest witness of any grade, or the time covered without one. */
function earliestPossible(leaf: EventLeaf, standing: LeafStanding): Instant {
  const { window, coverage } = standing;
  const possible = standing.events.filter((event) => bearsOn(leaf, event, window));
  const starts = (leaf.op === 'count' ? distinctEvents(leaf, possible) : possible)
    .map((event) => Math.max(event.occurred.from, window.from))
    .sort((a, b) => a - b);
  const nth = starts[leaf.op === 'count' ? leaf.at_least - 1 : 0];
  if (nth !== undefined) return nth;
  const opened = coverage.marks.some((mark) => mark.readFrom !== null && mark.readFrom <= window.from);
  return opened ? Math.max(window.from, coverage.coveredTo) : window.from;
}

/** Evaluates `precedes`: one side dated wholly before the earliest moment at which the other can have happened. */
export function evaluatePrecedes(criterion: Precedes, setting: Setting): Answer {
  const first = sideOf(criterion.first, setting);
  const second = sideOf(criterion.second, setting);
  const by =
    criterion.by === undefined
      ? Number.POSITIVE_INFINITY
      : (parseDate(criterion.by)?.interval.to ?? Number.POSITIVE_INFINITY);
  const of = [first.answer.node, second.answer.node];
  const base = { of, recheckAt: earliest(first.answer.recheckAt, second.answer.recheckAt) };
  const before = decided(first, second, by);
  if (before !== null) {
    const text = `The first, ${formatInterval(before)}, lies before the earliest moment at which the second can have happened.`;
    return answer('precedes', 'yes', 'order_is_certain', text, {
      ...base,
      interval: before,
      trust: first.answer.trust,
    });
  }
  const after = decided(second, first, Number.POSITIVE_INFINITY);
  if (after !== null) {
    const text = `The second, ${formatInterval(after)}, lies before the earliest moment at which the first can have happened.`;
    return answer('precedes', 'no', 'order_is_certain', text, { ...base, interval: after, trust: second.answer.trust });
  }
  const coverages = [first.standing.coverage, second.standing.coverage];
  const window = { from: Math.min(first.standing.window.from, second.standing.window.from), to: by };
  if (Number.isFinite(by) && neitherBy(first, window) && neitherBy(second, window)) {
    const text = `Neither happened by ${formatDay(by - 1)}, and enough feeds had been read past it and the settlement lag.`;
    const trust = coveringTrust(coverages, by);
    return answer('precedes', 'no', 'covered_without_it', text, {
      ...base,
      interval: lastOf(window),
      trust,
      coverage: coverages,
    });
  }
  const text = 'Undetermined: neither is dated wholly before the earliest moment at which the other can have happened.';
  return answer('precedes', 'undetermined', 'order_is_open', text, { ...base, coverage: coverages });
}

function decided(side: Side, other: Side, by: Instant): Interval | null {
  const { answer: found } = side;
  if (found.verdict !== 'yes' || found.interval === null) return null;
  return found.interval.to <= other.notBefore && found.interval.to <= by ? found.interval : null;
}

function neitherBy(side: Side, window: Interval): boolean {
  const standing = {
    ...side.standing,
    window: { from: side.standing.window.from, to: Math.min(window.to, side.standing.window.to) },
  };
  return isCovered(standing) && !standing.events.some((event) => bearsOn(side.leaf, event, standing.window));
}

/** Evaluates `within`: the event lies at or after the other, the same day included, and ends by the last day of the duration. */
export function evaluateWithin(criterion: Within, setting: Setting): Answer {
  const after = sideOf(criterion.after, setting);
  const event = sideOf(criterion.event, setting);
  const of = [event.answer.node, after.answer.node];
  const recheckAt = earliest(after.answer.recheckAt, event.answer.recheckAt);
  const anchor = anchorOf(after);
  if (anchor === null) {
    const text = `Undetermined: ${eventClause(criterion.after)} is not known to have happened, so the time does not run yet.`;
    return answer('within', 'undetermined', 'order_is_open', text, { of, recheckAt });
  }
  const span = spanAfter(anchor, criterion.duration);
  const hit = event.events.find(
    (found) =>
      liesWithin(found.occurred, { from: span.surelyFrom, to: span.surelyTo }) &&
      liesWithin(found.occurred, event.standing.window) &&
      found.occurred.from <= setting.at,
  );
  if (hit !== undefined) {
    const text = `${hit.key}, ${formatInterval(hit.occurred)}, lies within ${criterion.duration} after ${formatInterval(anchor)}.`;
    const parts = { of, interval: hit.occurred, trust: hit.trust, witnesses: witnessesOf(hit) };
    return answer('within', 'yes', 'happened_in_window', text, parts);
  }
  return withinNo(criterion, event, span, { of, recheckAt }) ?? withinOpen(criterion, event, span, { of, recheckAt });
}

/** When the time began to run: a value that held since before its window counts from the moment the window opens. */
function anchorOf({ answer: found, standing }: Side): Interval | null {
  if (found.verdict !== 'yes' || found.interval === null) return null;
  const { from, to } = found.interval;
  return { from: Math.max(from, standing.window.from), to: Math.max(to, standing.window.from + 1) };
}

/** The bounds that hold wherever in its bracket the anchor lies, and those beyond which nothing can count. */
type Span = {
  readonly surelyFrom: Instant;
  readonly surelyTo: Instant;
  readonly earliest: Instant;
  readonly latest: Instant;
};

function spanAfter(anchor: Interval, duration: string): Span {
  const last = startOfDay(anchor.to - 1);
  return {
    surelyFrom: last,
    surelyTo: addDuration(anchor.from, duration) + dayMs,
    earliest: startOfDay(anchor.from),
    latest: addDuration(last, duration) + dayMs,
  };
}

type Base = Pick<Parameters<typeof answer>[4], 'of' | 'recheckAt'>;

/** The span in which the event would count, cut to the event's own window. */
function spanWindow(event: Side, span: Span): Interval {
  const { window } = event.standing;
  return { from: Math.max(span.earliest, window.from), to: Math.min(span.latest, window.to) };
}

function withinNo(criterion: Within, event: Side, span: Span, base: Base): Answer | null {
  const window = spanWindow(event, span);
  const standing = { ...event.standing, window };
  const possible = standing.events.filter((found) => bearsOn(criterion.event, found, window));
  if (possible.length > 0) return null;
  const outside = findOutside(criterion, event, span);
  if (outside !== undefined) {
    const early = outside.occurred.to <= span.earliest;
    const where = early ? 'before the time began to run' : `after the last day, ${formatDay(span.latest - 1)}`;
    const text = `${outside.key}, ${formatInterval(outside.occurred)}, lies ${where}.`;
    const interval = early ? outside.occurred : lastOf({ from: span.earliest, to: span.latest });
    const parts = { ...base, interval, trust: outside.trust, witnesses: witnessesOf(outside) };
    return answer('within', 'no', 'order_is_certain', text, parts);
  }
  if (!isCovered(standing)) return null;
  const text = `Nothing of the kind happened by the last day, ${formatDay(span.latest - 1)}, and enough feeds had been read past it and the settlement lag.`;
  const { coverage } = standing;
  const trust = coveringTrust([coverage], window.to);
  const parts = { ...base, interval: lastOf(window), trust, coverage: [coverage] };
  return answer('within', 'no', 'covered_without_it', text, parts);
}

/**
 * The release of the one model asked for, known to lie outside the span: a release happens once, so it settles a no without
 * coverage. After the span only a stated date says so; a late sighting alone does not.
 */
function findOutside(criterion: Within, event: Side, span: Span): ModelEvidence | undefined {
  if (criterion.event.op !== 'released' || !namesOneModel(criterion.event.model)) return undefined;
  return event.events.find(
    ({ occurred, dating }) =>
      occurred.to <= span.earliest || (dating.basis === 'stated' && occurred.from >= span.latest),
  );
}

function withinOpen(criterion: Within, event: Side, span: Span, base: Base): Answer {
  const window = spanWindow(event, span);
  const { coverage } = event.standing;
  const possible = event.standing.events.filter((found) => bearsOn(criterion.event, found, window));
  if (possible.length === 0) {
    const nothing = `Nothing of the kind is known by the last day, ${formatDay(span.latest - 1)}`;
    const open = openUntilCovered('within', nothing, window, coverage, {
      recheckAt: base.recheckAt ?? null,
      coverage: [coverage],
    });
    return { ...open, node: { ...open.node, of: base.of ?? [] } };
  }
  const short = possible.every((found) => found.grade === 'short');
  const text = `Undetermined: ${possible[0]?.key ?? 'a model'} is ${short ? 'seen below the evidence policy' : 'not dated closely enough'} for the time from ${formatDay(span.earliest)} to ${formatDay(span.latest - 1)}.`;
  const parts = { ...base, witnesses: possible.flatMap(witnessesOf), coverage: [coverage] };
  return answer('within', 'undetermined', short ? 'below_policy' : 'straddles_window', text, parts);
}
