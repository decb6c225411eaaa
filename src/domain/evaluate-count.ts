import { type Answer, answer, coveringTrust, lastOf, liesWithin, type Setting, witnessesOf } from './answer.ts';
import type { EventLeaf } from './criterion.ts';
import { modelName } from './criterion-text.ts';
import { openUntilCovered } from './evaluate-event.ts';
import type { ModelEvidence } from './evidence.ts';
import { windowText } from './explanation.ts';
import { formatInterval } from './instant.ts';
import { believed, eventsInTheWay, isCovered, type LeafStanding, standLeaf } from './leaf-standing.ts';

export type CountLeaf = Extract<EventLeaf, { op: 'count' }>;

/** Events of distinct models or versions, the earliest of each; models without a version make no version. */
export function distinctEvents(leaf: CountLeaf, events: readonly ModelEvidence[]): ModelEvidence[] {
  const byName = new Map<string, ModelEvidence>();
  for (const event of events) {
    const name = leaf.distinct === 'model' ? event.key : event.model.version;
    if (name !== null && !byName.has(name)) byName.set(name, event);
  }
  return [...byName.values()];
}

/** Evaluates `count`: enough distinct models in the window, or coverage past the deadline with too few, seen ones included. */
export function evaluateCount(leaf: CountLeaf, setting: Setting): Answer {
  const standing = standLeaf(leaf, setting);
  return answerYes(leaf, setting, standing) ?? answerNo(leaf, standing) ?? answerOpen(leaf, setting, standing);
}

/** Those that count, earliest first. */
export function countedEvents(leaf: CountLeaf, setting: Setting, standing: LeafStanding): ModelEvidence[] {
  const { events, window } = standing;
  return distinctEvents(
    leaf,
    events.filter(
      (event) => believed(event, setting) && liesWithin(event.occurred, window) && event.occurred.from <= setting.at,
    ),
  );
}

function answerYes(leaf: CountLeaf, setting: Setting, standing: LeafStanding): Answer | null {
  const counted = countedEvents(leaf, setting, standing).slice(0, leaf.at_least);
  const last = counted.at(-1);
  if (last === undefined || counted.length < leaf.at_least) return null;
  const names = counted.map((event) => `${event.key} ${formatInterval(event.occurred)}`).join(', ');
  const text = `${leaf.at_least} distinct ${leaf.distinct}s were released ${windowText(standing.window)}: ${names}.`;
  const witnesses = counted.flatMap((event) => witnessesOf(event).slice(0, 2));
  return answer(leaf.op, 'yes', 'enough_in_window', text, { interval: last.occurred, witnesses, trust: last.trust });
}

function answerNo(leaf: CountLeaf, standing: LeafStanding): Answer | null {
  const possible = distinctEvents(leaf, eventsInTheWay(leaf, standing));
  if (!isCovered(standing) || possible.length >= leaf.at_least) return null;
  const { window, coverage } = standing;
  const text = `At most ${possible.length} of ${leaf.at_least} distinct ${leaf.distinct}s of ${modelName(leaf.model)} were released ${windowText(window)}, and enough feeds had been read past the deadline and the settlement lag.`;
  return answer(leaf.op, 'no', 'covered_without_it', text, {
    interval: lastOf(window),
    trust: coveringTrust([coverage], window.to),
    witnesses: possible.flatMap((event) => witnessesOf(event).slice(0, 2)),
    coverage: [coverage],
  });
}

function answerOpen(leaf: CountLeaf, setting: Setting, standing: LeafStanding): Answer {
  const { window, coverage, recheckAt } = standing;
  const counted = countedEvents(leaf, setting, standing);
  const possible = distinctEvents(leaf, eventsInTheWay(leaf, standing));
  const witnesses = possible.flatMap((event) => witnessesOf(event).slice(0, 2));
  const sofar = `${counted.length} of ${leaf.at_least} distinct ${leaf.distinct}s of ${modelName(leaf.model)} are known to have been released ${windowText(window)}`;
  if (possible.length >= leaf.at_least) {
    const text = `${sofar}; ${possible.length} were seen, counting those below the evidence policy or not dated closely enough.`;
    return answer(leaf.op, 'undetermined', 'below_policy', text, { witnesses, recheckAt, coverage: [coverage] });
  }
  if (!Number.isFinite(window.to)) {
    const text = `${sofar}; there is no deadline, so this stays open until there are enough.`;
    return answer(leaf.op, 'undetermined', 'nothing_seen', text, { witnesses, recheckAt, coverage: [coverage] });
  }
  return openUntilCovered(leaf.op, sofar, window, coverage, { recheckAt, coverage: [coverage] });
}
