import type { EventLeaf } from '../criterion/criterion.ts';
import { modelName } from '../criterion/text.ts';
import type { ModelEvidence } from '../evidence/release.ts';
import { formatInterval, type Instant, type Interval } from '../instant.ts';
import { absenceText, noteAbsence } from './absence.ts';
import {
  type Answer,
  answer,
  coveringTrust,
  type LeafEvidence,
  lastOf,
  liesWithin,
  type Setting,
  weakestTrust,
  witnessesOfEvents,
} from './answer.ts';
import { answerBefore, isContradicted, openUntilCovered } from './event.ts';
import type { Witness } from './explanation.ts';
import { windowText } from './explanation.ts';
import {
  believed,
  believedTime,
  blocksNo,
  eventsInTheWay,
  findLeafEvidence,
  isCovered,
  possibleTime,
} from './leaf-evidence.ts';

export type CountLeaf = Extract<EventLeaf, { op: 'count' }>;

/**
 * A model or version that counts: the earliest event that proves it, and the earliest moment at which it can have been
 * released.
 */
export type Counted = { readonly event: ModelEvidence; readonly from: Instant };

/**
 * Distinct models or versions, sorted by the latest moment of their release. A model without a version adds no version.
 */
export function distinctEvents(leaf: CountLeaf, events: readonly ModelEvidence[]): Counted[] {
  const byName = new Map<string, Counted>();
  for (const event of events) {
    const name = nameOf(leaf, event);
    if (name === null) continue;
    const known = byName.get(name);
    const from = Math.min(known?.from ?? Number.POSITIVE_INFINITY, possibleTime(event).from);
    byName.set(name, { event: known?.event ?? event, from });
  }
  return [...byName.values()];
}

/** The same number in two families is two versions. */
function nameOf(leaf: CountLeaf, { key, model, mayMatch }: ModelEvidence): string | null {
  if (leaf.distinct === 'model') return key;
  // A partially read name without a version may be a new version.
  if (model.version === null && mayMatch === true) return key;
  return model.version === null ? null : `${model.vendor}/${model.family}/${model.version}`;
}

/**
 * The interval in which the count reached `at_least`, as far as known dates bound it; null if too few models are known.
 */
function enoughAt(leaf: CountLeaf, counted: readonly Counted[], evidence: LeafEvidence): Interval | null {
  const { window, events } = evidence;
  const to = counted[leaf.at_least - 1]?.event.occurred.to;
  const known = events.filter((event) => event.grade === 'admissible' && blocksNo(leaf, event, window));
  const from = distinctEvents(leaf, [...known, ...counted.map(({ event }) => event)])
    .map((one) => Math.max(one.from, window.from))
    .sort((a, b) => a - b)[leaf.at_least - 1];
  return to === undefined || from === undefined ? null : { from, to };
}

/**
 * Evaluates `count`. YES needs enough distinct models in the window. NO needs coverage past the deadline and too few
 * models, counting even those with insufficient evidence.
 */
export function evaluateCount(leaf: CountLeaf, setting: Setting): Answer {
  const evidence = findLeafEvidence(leaf, setting);
  return (
    answerYes(leaf, setting, evidence) ??
    answerBefore(leaf, setting, evidence) ??
    answerNo(leaf, evidence) ??
    answerOpen(leaf, setting, evidence)
  );
}

/** The models that count, earliest first. */
export function countedEvents(leaf: CountLeaf, setting: Setting, evidence: LeafEvidence): Counted[] {
  const { events, window } = evidence;
  return distinctEvents(
    leaf,
    events.filter(
      (event) =>
        believed(event, setting) && liesWithin(believedTime(event), window) && event.occurred.from <= setting.at,
    ),
  );
}

function answerYes(leaf: CountLeaf, setting: Setting, evidence: LeafEvidence): Answer | null {
  const all = countedEvents(leaf, setting, evidence);
  const interval = enoughAt(leaf, all, evidence);
  if (interval === null) return null;
  const counted = all.slice(0, leaf.at_least);
  const names = counted.map(({ event }) => `${event.key} ${formatInterval(believedTime(event))}`).join(', ');
  const text = `${countText(leaf, leaf.at_least)} released ${windowText(evidence.window)}: ${names}.`;
  const trust = weakestTrust(counted.map(({ event }) => event.trust));
  return answer(leaf.op, 'yes', 'enough_in_window', text, { interval, witnesses: witnessesOfAll(counted), trust });
}

/** "3 distinct versions were". */
function countText(leaf: CountLeaf, count: number): string {
  return `${count} distinct ${leaf.distinct}${count === 1 ? ' was' : 's were'}`;
}

export function witnessesOfAll(counted: readonly Counted[]): Witness[] {
  return witnessesOfEvents(
    counted.map(({ event }) => event),
    2,
  );
}

function answerNo(leaf: CountLeaf, evidence: LeafEvidence): Answer | null {
  const possible = distinctEvents(leaf, eventsInTheWay(leaf, evidence));
  if (!isCovered(evidence) || possible.length >= leaf.at_least) return null;
  const { window, coverage } = evidence;
  const text = `At most ${countText(leaf, possible.length)} released ${windowText(window)} (${modelName(leaf.model)}); the claim needs ${leaf.at_least}. Any others: ${absenceText(coverage, window.to)}.`;
  return answer(leaf.op, 'no', 'covered_without_it', text, {
    interval: lastOf(window),
    trust: coveringTrust([coverage], window.to),
    witnesses: witnessesOfAll(possible),
    coverage: [coverage],
    absence: noteAbsence(coverage, window.to),
  });
}

function answerOpen(leaf: CountLeaf, setting: Setting, evidence: LeafEvidence): Answer {
  const { window, coverage, recheckAt } = evidence;
  const counted = countedEvents(leaf, setting, evidence);
  const inTheWay = eventsInTheWay(leaf, evidence);
  const possible = distinctEvents(leaf, inTheWay);
  const base = { witnesses: witnessesOfAll(possible), recheckAt, coverage: [coverage] };
  const soFar = `${countText(leaf, counted.length)} released ${windowText(window)} (${modelName(leaf.model)}), and the claim needs ${leaf.at_least}`;
  if (possible.length >= leaf.at_least) {
    const text = `${soFar}; up to ${possible.length} may have been, including those below the evidence policy or not dated precisely enough.`;
    return answer(leaf.op, 'undetermined', reasonOpen(leaf, inTheWay, evidence), text, base);
  }
  if (!Number.isFinite(window.to)) {
    const text = `${soFar}; there is no deadline, so this stays open until there are enough.`;
    return answer(leaf.op, 'undetermined', 'nothing_seen', text, base);
  }
  return openUntilCovered(leaf.op, soFar, evidence, base);
}

/** Why the answer stays open: the dates are uncertain, or evidence is below the policy and possibly contradicted. */
function reasonOpen(leaf: CountLeaf, inTheWay: readonly ModelEvidence[], { window, coverage }: LeafEvidence) {
  const isEnough = (events: readonly ModelEvidence[]): boolean => distinctEvents(leaf, events).length >= leaf.at_least;
  if (isEnough(inTheWay.filter((event) => event.grade === 'admissible'))) return 'straddles_window';
  const undisputed = inTheWay.filter(
    (event) => event.grade === 'admissible' || !isContradicted(event, window, coverage),
  );
  return isEnough(undisputed) ? 'below_policy' : 'contradicted';
}
