import { canonicalJson } from '../canonical-json.ts';
import type { EventLeaf } from '../criterion/criterion.ts';
import { matchesPattern, namesOneModel } from '../criterion/pattern.ts';
import { hostLapseMs, windowOf } from '../criterion/watch.ts';
import { weighAttribute } from '../evidence/attribute.ts';
import { absentThrough, type Coverage, coverageOf, openingMarks } from '../evidence/coverage.ts';
import { findHeldNamesInSteps } from '../evidence/held-names.ts';
import { findInService, type InService } from '../evidence/in-service.ts';
import { groupByModelInSteps } from '../evidence/model-rows.ts';
import { earliest, type ModelEvidence, type Weighed, weighModel } from '../evidence/release.ts';
import { weighDisappearance, weighRetirement } from '../evidence/retirement.ts';
import { type Sighting, sightingsPerStepMax, type Timeline } from '../evidence/timeline.ts';
import { modelKey } from '../identity/model-id.ts';
import type { Interval } from '../instant.ts';
import { runSteps, type Steps } from '../steps.ts';
import type { LeafEvidence, LeafWeighing, Setting } from './answer.ts';

/** A step ends once it has weighed this many sightings. Those of its last model may exceed the number. */
export const weighedPerStepMax = 50;

/**
 * The key of a leaf in the memo. The deadline of an order of events is part of it only for ends, whose weighing depends
 * on it.
 */
export function keyOf(leaf: EventLeaf, { deadline }: Setting): string {
  const key = canonicalJson(leaf);
  return leaf.op === 'retired' && Number.isFinite(deadline) ? `${key} by ${deadline}` : key;
}

/** Weighs the evidence of every model that a leaf names, once within an evaluation and in bounded steps. */
export function* weighLeafInSteps(leaf: EventLeaf, setting: Setting): Steps<LeafWeighing> {
  const key = keyOf(leaf, setting);
  const known = setting.memo.weighings.get(key);
  if (known !== undefined) return known;
  const window = windowOf(leaf, setting.madeFrom);
  const byModel = yield* groupMatching(leaf, setting);
  const weighed: Weighed[] = [];
  let inStep = 0;
  for (const rows of byModel.values()) {
    weighed.push(weigh(leaf, setting, rows, window));
    inStep += rows.length;
    if (inStep < weighedPerStepMax) continue;
    inStep = 0;
    yield;
  }
  const matching = [...byModel.values()].flat();
  const weighing = { weighed, matching, blocking: yield* heldNames(leaf, setting, matching, window) };
  setting.memo.weighings.set(key, weighing);
  yield;
  return weighing;
}

function* groupMatching(
  leaf: EventLeaf,
  { timeline, styleOf }: Setting,
): Steps<ReadonlyMap<string, readonly Sighting[]>> {
  const byModel = new Map<string, readonly Sighting[]>();
  const models = yield* groupByModelInSteps(timeline);
  for (const [index, { model, rows }] of models.entries()) {
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
    if (!matchesPattern(leaf.model, model, styleOf)) continue;
    const key = modelKey(model);
    // Two models can have one canonical name; their rows are then in the order of the timeline.
    byModel.set(key, byModel.has(key) ? timeline.sightings.filter(isNamed(key, leaf, styleOf)) : rows);
  }
  return byModel;
}

function isNamed(key: string, leaf: EventLeaf, styleOf: Setting['styleOf']) {
  return ({ model }: Sighting): boolean => modelKey(model) === key && matchesPattern(leaf.model, model, styleOf);
}

/** The events of a leaf, and how far absence is proven, under the setting's treatment of short evidence and absence. */
export function findLeafEvidence(leaf: EventLeaf, setting: Setting): LeafEvidence {
  const key = keyOf(leaf, setting);
  const known = setting.memo.leafEvidence.get(key);
  if (known !== undefined) return known;
  const evidence = leafEvidenceOf(leaf, setting, runSteps(weighLeafInSteps(leaf, setting)));
  setting.memo.leafEvidence.set(key, evidence);
  return evidence;
}

function leafEvidenceOf(
  leaf: EventLeaf,
  setting: Setting,
  { weighed, matching, blocking }: LeafWeighing,
): LeafEvidence {
  const window = windowOf(leaf, setting.madeFrom);
  const weighedEvents = weighed.flatMap(({ evidence }) =>
    evidence === null || (setting.shortEvidence === 'dismissed' && evidence.grade === 'short') ? [] : [evidence],
  );
  const events = setting.shortEvidence === 'dismissed' ? weighedEvents : [...weighedEvents, ...blocking];
  events.sort(
    (a, b) => a.occurred.to - b.occurred.to || a.occurred.from - b.occurred.from || a.key.localeCompare(b.key, 'en'),
  );
  const silent = silentFeeds(leaf, setting, matching, window);
  const listing = listingOrigins(leaf, events, window);
  for (const feed of setting.timeline.feeds.values()) if (listing.has(feed.origin)) silent.add(feed.id);
  return {
    window,
    events,
    coverage: coverageOf(setting.timeline, {
      vendor: leaf.model.vendor,
      at: setting.at,
      policy: setting.policy,
      publishes: publishedBy(leaf),
      silent,
      bound: setting.missBound,
    }),
    inService: inServiceAfter(leaf, setting, matching, window),
    assumesAbsence: setting.absence === 'assumed',
    recheckAt: weighed.map((found) => found.recheckAt).reduce(earliest, null),
  };
}

function weigh(leaf: EventLeaf, setting: Setting, rows: readonly Sighting[], window: Interval): Weighed {
  const { timeline, at, policy } = setting;
  const ask = { at, stage: leaf.model.stage ?? 'any', policy };
  switch (leaf.op) {
    case 'released':
    case 'count':
      return weighModel(timeline, rows, ask);
    case 'retired':
      return weighEnd(timeline, rows, { ...ask, deadline: Math.min(window.to, setting.deadline ?? window.to) });
    case 'attribute':
      return weighAttribute(timeline, rows, { ...ask, name: leaf.name, is: leaf.is, window });
  }
}

/** Partially recognised names, and models that only approved customers can call, if they may fulfil the leaf. */
function heldNames(
  leaf: EventLeaf,
  { timeline, at, policy, styleOf }: Setting,
  matching: readonly Sighting[],
  window: Interval,
): Steps<ModelEvidence[]> {
  return findHeldNamesInSteps(timeline, matching, { at, op: leaf.op, pattern: leaf.model, window, policy, styleOf });
}

/** Weighs stated ends or, if none is stated, a disappearance, which settles nothing but holds a NO back. */
function weighEnd(
  timeline: Timeline,
  rows: readonly Sighting[],
  ask: Parameters<typeof weighDisappearance>[2],
): Weighed {
  const { evidence, recheckAt } = weighRetirement(timeline, rows, ask);
  return { evidence: evidence ?? weighDisappearance(timeline, rows, ask), recheckAt };
}

function inServiceAfter(
  leaf: EventLeaf,
  { timeline, at }: Setting,
  matching: readonly Sighting[],
  { to: deadline }: Interval,
): InService | null {
  if (leaf.op !== 'retired' || !namesOneModel(leaf.model) || deadline > at) return null;
  return findInService(timeline, matching, { at, deadline, stage: leaf.model.stage ?? 'any' });
}

/**
 * What a feed must publish for its silence to count as evidence; null for a release, where the listing itself counts.
 */
export function publishedBy(leaf: EventLeaf): string | null {
  if (leaf.op === 'retired') return 'shutdown';
  return leaf.op === 'attribute' ? leaf.name : null;
}

/**
 * Feeds that list the one model of the leaf but never state its attribute. They do not count as absence, because a
 * blank value is not a denial. If the pattern matches several models, no feed is excluded for a blank row.
 */
function silentFeeds(leaf: EventLeaf, setting: Setting, rows: readonly Sighting[], window: Interval): Set<string> {
  const { at, timeline } = setting;
  const silent = new Set<string>();
  if (leaf.op !== 'attribute' || !namesOneModel(leaf.model)) return silent;
  const known = rows.filter((row) => row.seenFrom <= at && row.seenFrom < window.to);
  for (const row of known) silent.add(row.feedId);
  for (const row of known) {
    const stated = row.versions.some(
      (version) => version.observedAt <= at && version.attributes?.[leaf.name] !== undefined,
    );
    const speaks = row.model.own || timeline.feeds.get(row.feedId)?.trust === 'first_party';
    if (stated && speaks) silent.delete(row.feedId);
  }
  return silent;
}

/**
 * Origins that list what the leaf needs, but only in rows of hosts. Even after those rows lapse, such an origin is no
 * evidence of absence.
 */
function listingOrigins(leaf: EventLeaf, events: readonly ModelEvidence[], window: Interval): Set<string> {
  const listing = events
    .filter((event) => event.grade === 'short' && event.hostsOnly && blocksNo(leaf, event, window))
    .flatMap((event) => event.witnesses.map((witness) => witness.feed.origin));
  return new Set(listing);
}

export function believed(event: ModelEvidence, setting: Setting): boolean {
  return event.grade === 'admissible' || (setting.shortEvidence === 'believed' && event.holdsOnly !== true);
}

/** When a believed event happened. Evidence below the policy dates a model no earlier than its listing. */
export function believedTime(event: ModelEvidence): Interval {
  const { occurred, unlistedAt = Number.NEGATIVE_INFINITY } = event;
  return { from: Math.min(Math.max(occurred.from, unlistedAt), occurred.to - 1), to: occurred.to };
}

/** The widest bounds of when an event may have happened. A NO takes all of them into account. */
export function possibleTime({ occurred, possible = occurred, unprovenTo = occurred.to }: ModelEvidence): Interval {
  return { from: Math.min(occurred.from, possible.from), to: Math.max(occurred.to, possible.to, unprovenTo) };
}

/**
 * Whether an event holds a NO back. Any event that may lie in the window does. So does short evidence from before the
 * window of the one model of the leaf, unless its rows had all vanished a day later: the model may already have been
 * released.
 */
export function blocksNo(leaf: EventLeaf, event: ModelEvidence, window: Interval): boolean {
  const { from, to } = possibleTime(event);
  if (from >= window.to) return false;
  if (to > window.from) return true;
  return event.grade === 'short' && !event.slipsOnly && namesOneModel(leaf.model);
}

/**
 * Whether the event has only rows of hosts and the watermark is 90 days past the deadline, so that it no longer holds a
 * NO back.
 */
export function hasLapsed(event: ModelEvidence, window: Interval, coverage: Coverage): boolean {
  return event.grade === 'short' && event.hostsOnly && coverage.listedTo >= window.to + hostLapseMs;
}

/** Whether absence is proven over the whole window: from soon after it opened until past its end. */
export function isCovered(evidence: LeafEvidence): boolean {
  const { window, coverage, assumesAbsence } = evidence;
  if (!Number.isFinite(window.to)) return false;
  return absentThrough(coverage, window.from, window.to) >= window.to || (assumesAbsence && isUnprovable(evidence));
}

/** Whether the deadline has passed and no further reads can prove absence over the window. */
export function isUnprovable({ window, coverage }: Pick<LeafEvidence, 'window' | 'coverage'>): boolean {
  if (coverage.listedTo < window.to) return false;
  return !coverage.attainable || openingMarks(coverage, window.from, window.to).length === 0;
}

/** The events that can hold back a NO over a window. */
export function eventsInTheWay(leaf: EventLeaf, evidence: LeafEvidence): ModelEvidence[] {
  const { events, window, coverage } = evidence;
  return events.filter((event) => blocksNo(leaf, event, window) && !hasLapsed(event, window, coverage));
}
