import { type Coverage, coverageOf, openedBefore } from './coverage.ts';
import type { Released } from './criterion.ts';
import { modelName } from './criterion-text.ts';
import { earliest, type ModelEvidence, weighModel } from './evidence.ts';
import {
  type ExplanationNode,
  lastMoment,
  noteWatermarks,
  noteWitness,
  type ReasonCode,
  type Verdict,
  type Witness,
  windowText,
  witnessesPerNodeMax,
} from './explanation.ts';
import { dayMs, formatInstant, formatInterval, type Instant, type Interval } from './instant.ts';
import { modelKey } from './model-id.ts';
import { matchesPattern, namesOneModel, type VersionStyleOf } from './pattern.ts';
import type { EvidencePolicy } from './policy.ts';
import type { KnownSighting, Sighting, Timeline } from './timeline.ts';
import { type Trust, trustRank } from './trust.ts';
import { hostLapseMs, windowOf } from './watch.ts';

/** What every leaf needs to know besides its own words. */
export type Setting = {
  readonly timeline: Timeline;
  readonly at: Instant;
  readonly madeFrom: Instant;
  readonly policy: EvidencePolicy;
  readonly styleOf: VersionStyleOf;
  /** Whether evidence below the policy is believed: it never settles anything, it shows where a prediction leans. */
  readonly lenient: boolean;
};

/** A node's answer. `interval` is what in the world settled it. */
export type Answer = {
  readonly verdict: Verdict;
  readonly interval: Interval | null;
  readonly node: ExplanationNode;
  readonly trust: Trust | null;
  readonly recheckAt: Instant | null;
};

type Standing = {
  readonly window: Interval;
  readonly events: readonly ModelEvidence[];
  readonly coverage: Coverage;
  readonly recheckAt: Instant | null;
};

/** Evaluates `released`: an admissible event wholly in the window, or coverage past the deadline without any. */
export function evaluateReleased(leaf: Released, setting: Setting): Answer {
  const window = windowOf(leaf, setting.madeFrom);
  const { events, recheckAt } = weighMatching(leaf, setting);
  const coverage = coverageOf(setting.timeline, leaf.model.vendor, setting.at, setting.policy);
  const standing = { window, events, coverage, recheckAt };
  return (
    answerYes(leaf, setting, standing) ??
    answerBefore(leaf, setting, standing) ??
    answerNo(leaf, standing) ??
    answerOpen(leaf, standing)
  );
}

function weighMatching(leaf: Released, setting: Setting): Pick<Standing, 'events' | 'recheckAt'> {
  const byModel = new Map<string, Sighting[]>();
  for (const sighting of setting.timeline.sightings) {
    if (!matchesPattern(leaf.model, sighting.model, setting.styleOf)) continue;
    const key = modelKey(sighting.model);
    const rows = byModel.get(key);
    if (rows === undefined) byModel.set(key, [sighting]);
    else rows.push(sighting);
  }
  const ask = { at: setting.at, stage: leaf.model.stage ?? 'any', policy: setting.policy };
  const weighed = [...byModel.values()].map((rows) => weighModel(setting.timeline, rows, ask));
  const events = weighed.flatMap(({ evidence }) => (evidence === null ? [] : [evidence]));
  events.sort(
    (a, b) => a.occurred.to - b.occurred.to || a.occurred.from - b.occurred.from || a.key.localeCompare(b.key, 'en'),
  );
  return { events, recheckAt: weighed.map((found) => found.recheckAt).reduce(earliest, null) };
}

function believed(event: ModelEvidence, setting: Setting): boolean {
  return setting.lenient || event.grade === 'admissible';
}

function answerYes(leaf: Released, setting: Setting, standing: Standing): Answer | null {
  const { window, events } = standing;
  // A date still to come decides nothing, however good its source.
  const event = events.find(
    (candidate) =>
      believed(candidate, setting) && liesWithin(candidate.occurred, window) && candidate.occurred.from <= setting.at,
  );
  if (event === undefined) return null;
  const witnesses = witnessesOf(event);
  const when = formatInterval(event.occurred);
  const others =
    events.length > 1
      ? ` ${events.length - 1} more matching ${events.length === 2 ? 'model is' : 'models are'} known.`
      : '';
  const text = `${event.key} was released ${when}, ${windowText(window)}: ${listedBy(event)}; ${datedBy(event)}.${others}`;
  return answer(leaf, 'yes', 'released_in_window', text, {
    interval: event.occurred,
    witnesses,
    trust: event.trust,
    recheckAt: null,
    coverage: null,
  });
}

function answerBefore(leaf: Released, setting: Setting, standing: Standing): Answer | null {
  if (!namesOneModel(leaf.model)) return null;
  const { window, events } = standing;
  const event = events.find((candidate) => believed(candidate, setting) && candidate.occurred.to <= window.from);
  if (event === undefined) return null;
  const text = `${event.key} was already out before the window opened (${formatInterval(event.occurred)}): ${listedBy(event)}. A person must say what the claim then meant.`;
  return answer(leaf, 'undetermined', 'already_before_window', text, {
    interval: null,
    witnesses: witnessesOf(event),
    trust: null,
    recheckAt: null,
    coverage: null,
  });
}

function answerNo(leaf: Released, standing: Standing): Answer | null {
  const { window, coverage, events } = standing;
  if (!Number.isFinite(window.to) || coverage.coveredTo < window.to || !openedBefore(coverage, window)) return null;
  if (events.some((event) => bearsOn(leaf, event, window) && !hasLapsed(event, window, coverage))) return null;
  const feeds = coverage.marks.filter((mark) => mark.readThrough >= window.to);
  const names = feeds.map((mark) => mark.feed.slug).join(', ');
  const text = `No ${modelName(leaf.model)} was listed ${windowText(window)}, and ${names} had been read past the deadline and the settlement lag.`;
  const trust = feeds
    .map((mark) => mark.feed.trust)
    .reduce<Trust | null>((best, next) => (best === null || trustRank(next) > trustRank(best) ? next : best), null);
  const interval = { from: window.to - 1, to: window.to };
  return answer(leaf, 'no', 'covered_without_it', text, {
    interval: lastDay(interval),
    witnesses: [],
    trust,
    recheckAt: null,
    coverage,
  });
}

/**
 * Whether an event keeps a NO from being settled. Any that touches the window does. So does a lasting listing of the one
 * model asked for that is older than the window and below the policy: it may have been out already.
 */
function bearsOn(leaf: Released, event: ModelEvidence, window: Interval): boolean {
  if (event.occurred.from >= window.to) return false;
  if (event.occurred.to > window.from) return true;
  return event.grade === 'short' && !event.slipsOnly && namesOneModel(leaf.model);
}

/** Host rows alone stop standing in the way 90 days after the deadline, by watermark. */
function hasLapsed(event: ModelEvidence, window: Interval, coverage: Coverage): boolean {
  return event.grade === 'short' && event.hostsOnly && coverage.coveredTo >= window.to + hostLapseMs;
}

function answerOpen(leaf: Released, standing: Standing): Answer {
  const { window, events, coverage, recheckAt } = standing;
  const touching = events.filter((event) => bearsOn(leaf, event, window));
  // A short witness wholly inside the window is what a person should look at first.
  const inside = touching.find((event) => event.grade === 'short' && liesWithin(event.occurred, window));
  const event = inside ?? touching[0];
  const base = { interval: null, trust: null, recheckAt, coverage };
  if (event === undefined) return openWithoutEvent(leaf, standing);
  const witnesses = touching.flatMap(witnessesOf);
  if (event.grade === 'admissible') {
    const text = `${event.key} was released ${formatInterval(event.occurred)}, which is not known to lie wholly ${windowText(window)}: ${listedBy(event)}; ${datedBy(event)}.`;
    return answer(leaf, 'undetermined', 'straddles_window', text, { ...base, witnesses });
  }
  const origins = new Set(event.witnesses.map((witness) => witness.feed.origin));
  const others = [...coverage.marks].filter((mark) => !origins.has(mark.feed.origin) && mark.readThrough >= window.to);
  const enough =
    others.some((mark) => mark.feed.trust === 'first_party') ||
    new Set(others.map((mark) => mark.feed.origin)).size >= 2;
  const contradicted = Number.isFinite(window.to) && enough;
  const text = `${event.key} was seen (${listedBy(event)}), but ${event.missing ?? 'below the evidence policy'}.`;
  return answer(leaf, 'undetermined', contradicted ? 'contradicted' : 'below_policy', text, { ...base, witnesses });
}

function openWithoutEvent(leaf: Released, standing: Standing): Answer {
  const { window, coverage, recheckAt, events } = standing;
  const base = { interval: null, witnesses: [], trust: null, recheckAt, coverage };
  const outside = events[0];
  const known = outside === undefined ? '' : ` (${outside.key} is known, ${formatInterval(outside.occurred)})`;
  const nothing = `No ${modelName(leaf.model)} is known to have been released ${windowText(window)}${known}`;
  if (!Number.isFinite(window.to)) {
    const text = `${nothing}; there is no deadline, so this stays open until one is released.`;
    return answer(leaf, 'undetermined', 'nothing_seen', text, base);
  }
  if (coverage.coveredTo >= window.to && !openedBefore(coverage, window)) {
    const text = `${nothing}, but none of the feeds read past the deadline was read from before the window opened, so absence proves nothing.`;
    return answer(leaf, 'undetermined', 'window_not_covered', text, base);
  }
  const text = `${nothing}; a NO waits for ${waitingFor(window, coverage)}.`;
  return answer(leaf, 'undetermined', 'awaiting_coverage', text, base);
}

function waitingFor(window: Interval, coverage: Coverage): string {
  const lagging = coverage.marks.filter((mark) => mark.readThrough < window.to);
  const past = `past ${lastMoment(window)}`;
  if (coverage.marks.length === 0) return `a feed that covers ${coverage.vendor}: none is configured`;
  const named = lagging.map((mark) => {
    const read = mark.watermark === null ? 'never read' : `read to ${formatInstant(mark.watermark)}`;
    return `${mark.feed.slug} (${read}, lag ${Math.round(mark.feed.settlementLagMs / dayMs)} d)`;
  });
  return named.length === 0
    ? `one more origin to be read ${past} and its lag`
    : `${named.join(', ')} to be read ${past} and its lag`;
}

function liesWithin(inner: Interval, window: Interval): boolean {
  return inner.from >= window.from && inner.to <= window.to;
}

function lastDay(interval: Interval): Interval {
  return interval.to % dayMs === 0 ? { from: interval.to - dayMs, to: interval.to } : interval;
}

function witnessesOf(event: ModelEvidence): Witness[] {
  const sightings = new Map<string, KnownSighting>();
  for (const sighting of [...event.dating.dated, ...event.witnesses])
    sightings.set(sighting.version.observationId, sighting);
  return [...sightings.values()].map((sighting) => noteWitness(sighting, event.key));
}

function listedBy(event: ModelEvidence): string {
  const feeds = event.witnesses
    .slice(0, 6)
    .map((sighting) => `${sighting.feed.slug} from ${formatInstant(sighting.seenFrom)}`);
  return `listed by ${feeds.join(', ')}`;
}

function datedBy(event: ModelEvidence): string {
  const { basis, dated, setAside } = event.dating;
  const aside = setAside.length === 0 ? '' : ` (set aside: ${setAside.slice(0, 3).join('; ')})`;
  const names = [...new Set(dated.map((sighting) => sighting.feed.slug))].join(', ');
  switch (basis) {
    case 'stated':
      return `dated by ${names}${aside}`;
    case 'curated':
      return `dated by the vendor's row in ${names}, inside the bracket of first sightings${aside}`;
    case 'late':
      return `from the date in ${names} to the sighting that proves it${aside}`;
    case 'bracket':
      return `bracketed by sightings alone${aside}`;
  }
}

type Parts = {
  readonly interval: Interval | null;
  readonly witnesses: readonly Witness[];
  readonly trust: Trust | null;
  readonly recheckAt: Instant | null;
  readonly coverage: Coverage | null;
};

function answer(leaf: Released, verdict: Verdict, reason: ReasonCode, text: string, parts: Parts): Answer {
  const node: ExplanationNode = {
    op: leaf.op,
    verdict,
    reason,
    text,
    effective_at: parts.interval === null ? null : formatInterval(parts.interval),
    witnesses: parts.witnesses.slice(0, witnessesPerNodeMax),
    watermarks: parts.coverage === null ? [] : noteWatermarks(parts.coverage),
    of: [],
  };
  return { verdict, interval: parts.interval, node, trust: parts.trust, recheckAt: parts.recheckAt };
}
