import type { EventLeaf } from '../criterion/criterion.ts';
import { namesOneModel } from '../criterion/pattern.ts';
import { comparisonText, modelName } from '../criterion/text.ts';
import { absentThrough, type Coverage } from '../evidence/coverage.ts';
import type { ModelEvidence } from '../evidence/release.ts';
import { dayMs, formatInstant, formatInterval, type Interval } from '../instant.ts';
import {
  type Answer,
  answer,
  coveringTrust,
  datedBy,
  lastOf,
  liesWithin,
  listedBy,
  type Parts,
  type Setting,
  witnessesOf,
} from './answer.ts';
import { lastMoment, windowText } from './explanation.ts';
import { bearsOn, believed, eventsInTheWay, isCovered, type LeafStanding, standLeaf } from './leaf-standing.ts';

/** The leaves that one event of one model settles. */
export type SingleEvent = Extract<EventLeaf, { op: 'released' | 'retired' | 'attribute' }>;

/** Evaluates `released`, `retired` or `attribute`: an admissible event wholly in the window, or coverage past the deadline without any. */
export function evaluateEvent(leaf: SingleEvent, setting: Setting): Answer {
  const standing = standLeaf(leaf, setting);
  return (
    answerYes(leaf, setting, standing) ??
    answerBefore(leaf, setting, standing) ??
    answerNo(leaf, standing) ??
    answerOpen(leaf, standing)
  );
}

/** The earliest event that is believed, lies wholly in the window and has happened. A date still to come decides nothing. */
export function findEvent(setting: Setting, standing: LeafStanding): ModelEvidence | undefined {
  return standing.events.find(
    (event) =>
      believed(event, setting) && liesWithin(event.occurred, standing.window) && event.occurred.from <= setting.at,
  );
}

function answerYes(leaf: SingleEvent, setting: Setting, standing: LeafStanding): Answer | null {
  const { window, events } = standing;
  const event = findEvent(setting, standing);
  if (event === undefined) return null;
  const interval = event.effective ?? event.occurred;
  const more = events.length - 1;
  const others = more > 0 ? ` ${more} more matching ${more === 1 ? 'model is' : 'models are'} known.` : '';
  const text = `${event.key} ${happened(leaf)} ${formatInterval(interval)}, ${windowText(window)}: ${listedBy(event)}; ${datedBy(event)}.${others}`;
  const reason = leaf.op === 'released' ? 'released_in_window' : 'happened_in_window';
  return answer(leaf.op, 'yes', reason, text, { interval, witnesses: witnessesOf(event), trust: event.trust });
}

/** Where a claim names one model that had been out, or gone, before its window opened, a person must say what was meant. */
export function answerBefore(leaf: EventLeaf, setting: Setting, standing: LeafStanding): Answer | null {
  // A value that held before the window and no longer does says nothing; a release or an end happens once.
  if (leaf.op === 'attribute' || !namesOneModel(leaf.model)) return null;
  const { window, events } = standing;
  const event = events.find((candidate) => believed(candidate, setting) && candidate.occurred.to <= window.from);
  if (event === undefined) return null;
  const state = leaf.op === 'retired' ? 'already withdrawn' : 'already out';
  const text = `${event.key} was ${state} before the window opened (${formatInterval(event.occurred)}): ${listedBy(event)}. A person must say what the claim then meant.`;
  return answer(leaf.op, 'undetermined', 'already_before_window', text, { witnesses: witnessesOf(event) });
}

function answerNo(leaf: SingleEvent, standing: LeafStanding): Answer | null {
  const { window, coverage } = standing;
  if (!isCovered(standing) || eventsInTheWay(leaf, standing).length > 0) return null;
  const feeds = coverage.marks.filter((mark) => mark.readThrough >= window.to);
  const names = feeds.map((mark) => mark.feed.slug).join(', ');
  const text = `No ${modelName(leaf.model)} ${happened(leaf)} ${windowText(window)}: ${names} had been read past the deadline and the settlement lag.`;
  const trust = coveringTrust([coverage], window.to);
  return answer(leaf.op, 'no', 'covered_without_it', text, { interval: lastOf(window), trust, coverage: [coverage] });
}

function answerOpen(leaf: SingleEvent, standing: LeafStanding): Answer {
  const { window, events, coverage, recheckAt } = standing;
  const touching = events.filter((event) => bearsOn(leaf, event, window));
  // A short witness wholly inside the window is what a person should look at first.
  const inside = touching.find((event) => event.grade === 'short' && liesWithin(event.occurred, window));
  const event = inside ?? touching[0];
  if (event === undefined) return openWithoutEvent(leaf, standing);
  const base = { witnesses: touching.flatMap(witnessesOf), recheckAt, coverage: [coverage] };
  if (event.grade === 'admissible') {
    const text = `${event.key} ${happened(leaf)} ${formatInterval(event.effective ?? event.occurred)}, which is not known to lie wholly ${windowText(window)}: ${listedBy(event)}; ${datedBy(event)}.`;
    return answer(leaf.op, 'undetermined', 'straddles_window', text, base);
  }
  const reason = isContradicted(event, window, coverage) ? 'contradicted' : 'below_policy';
  const text = `${event.key} was seen (${listedBy(event)}), but ${event.missing ?? 'below the evidence policy'}.`;
  return answer(leaf.op, 'undetermined', reason, text, base);
}

/** Enough other origins were read past the deadline without it. */
export function isContradicted(event: ModelEvidence, window: Interval, coverage: Coverage): boolean {
  if (!Number.isFinite(window.to)) return false;
  const origins = new Set(event.witnesses.map((witness) => witness.feed.origin));
  const others = coverage.marks.filter((mark) => !origins.has(mark.feed.origin) && mark.readThrough >= window.to);
  const distinct = new Set(others.map((mark) => mark.feed.origin)).size;
  return others.some((mark) => mark.feed.trust === 'first_party') || distinct >= 2;
}

function openWithoutEvent(leaf: SingleEvent, standing: LeafStanding): Answer {
  const { window, coverage, recheckAt, events } = standing;
  const base = { recheckAt, coverage: [coverage] };
  const outside = events[0];
  const known = outside === undefined ? '' : ` (${outside.key} is known, ${formatInterval(outside.occurred)})`;
  const nothing = `No ${modelName(leaf.model)} is known that ${happened(leaf)} ${windowText(window)}${known}`;
  if (!Number.isFinite(window.to)) {
    const text = `${nothing}; there is no deadline, so this stays open until one is.`;
    return answer(leaf.op, 'undetermined', 'nothing_seen', text, base);
  }
  return openUntilCovered(leaf.op, nothing, window, coverage, base);
}

/** What a NO still waits for: coverage from before the window, or reads past its end. */
export function openUntilCovered(
  op: EventLeaf['op'] | 'precedes' | 'within',
  nothing: string,
  window: Interval,
  coverage: Coverage,
  base: Pick<Parts, 'recheckAt' | 'coverage' | 'witnesses' | 'of'>,
): Answer {
  if (coverage.coveredTo >= window.to && absentThrough(coverage, window.from) < window.to) {
    const text = `${nothing}, but none of the feeds read past the deadline was read from before the window opened, so absence proves nothing.`;
    return answer(op, 'undetermined', 'window_not_covered', text, base);
  }
  const text = `${nothing}; a NO waits for ${waitingFor(window, coverage)}.`;
  return answer(op, 'undetermined', 'awaiting_coverage', text, base);
}

function waitingFor(window: Interval, coverage: Coverage): string {
  const lagging = coverage.marks.filter((mark) => mark.readThrough < window.to);
  const past = `past ${lastMoment(window)}`;
  if (coverage.marks.length === 0) return `a feed that covers ${coverage.vendor} in this: none is configured`;
  const named = lagging.map((mark) => {
    const read = mark.watermark === null ? 'never read' : `read to ${formatInstant(mark.watermark)}`;
    return `${mark.feed.slug} (${read}, lag ${Math.round(mark.feed.settlementLagMs / dayMs)} d)`;
  });
  return named.length === 0
    ? `one more origin to be read ${past} and its lag`
    : `${named.join(', ')} to be read ${past} and its lag`;
}

/** What a leaf says of a model, with the model as subject. */
export function happened(leaf: EventLeaf): string {
  switch (leaf.op) {
    case 'released':
    case 'count':
      return 'was released';
    case 'retired':
      return 'was withdrawn';
    case 'attribute':
      return `had ${leaf.name} ${comparisonText(leaf.is)}`;
  }
}
