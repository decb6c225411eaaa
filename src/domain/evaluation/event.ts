import type { EventLeaf } from '../criterion/criterion.ts';
import { namesOneModel } from '../criterion/pattern.ts';
import { comparisonText, modelName } from '../criterion/text.ts';
import { type Coverage, isReadPast } from '../evidence/coverage.ts';
import type { ModelEvidence } from '../evidence/release.ts';
import { modelKey } from '../identity/model-id.ts';
import { formatInstant, formatInterval, type Instant, type Interval } from '../instant.ts';
import { absenceText, noteAbsence, unprovableText, waitingText } from './absence.ts';
import {
  type Answer,
  answer,
  coveringTrust,
  datedBy,
  type LeafEvidence,
  lastOf,
  liesWithin,
  listedBy,
  type Parts,
  type Setting,
  witnessesOf,
  witnessesOfEvents,
} from './answer.ts';
import { noteWitness, windowText } from './explanation.ts';
import {
  believed,
  believedTime,
  blocksNo,
  eventsInTheWay,
  findLeafEvidence,
  isCovered,
  isUnprovable,
} from './leaf-evidence.ts';

/** The leaves that a single event of a single model settles. */
export type SingleEvent = Extract<EventLeaf, { op: 'released' | 'retired' | 'attribute' }>;

/**
 * Evaluates `released`, `retired` or `attribute`: an admissible event inside the window, or coverage past the deadline
 * without one.
 */
export function evaluateEvent(leaf: SingleEvent, setting: Setting): Answer {
  const evidence = findLeafEvidence(leaf, setting);
  return (
    answerYes(leaf, setting, evidence) ??
    answerBefore(leaf, setting, evidence) ??
    answerLate(leaf, setting, evidence) ??
    answerInService(leaf, evidence) ??
    answerNo(leaf, evidence) ??
    answerOpen(leaf, evidence)
  );
}

/** The earliest admissible event that is inside the window and has happened. A future date decides nothing. */
export function findEvent(setting: Setting, evidence: LeafEvidence): ModelEvidence | undefined {
  return evidence.events.find(
    (event) =>
      believed(event, setting) && liesWithin(believedTime(event), evidence.window) && event.occurred.from <= setting.at,
  );
}

function answerYes(leaf: SingleEvent, setting: Setting, evidence: LeafEvidence): Answer | null {
  const { window, events } = evidence;
  const event = findEvent(setting, evidence);
  if (event === undefined) return null;
  const interval = event.effective ?? believedTime(event);
  const more = events.length - 1;
  const others = more > 0 ? ` ${more} more matching ${more === 1 ? 'model is' : 'models are'} known.` : '';
  const text = `${event.key} ${happened(leaf)} ${formatInterval(interval)}, in the window (${windowText(window)}): ${listedBy(event)}; ${datedBy(event)}.${others}`;
  const reason = leaf.op === 'released' ? 'released_in_window' : 'happened_in_window';
  return answer(leaf.op, 'yes', reason, text, { interval, witnesses: witnessesOf(event), trust: event.trust });
}

/**
 * If a claim names one model and that model was released or withdrawn before the window opened, a person must decide
 * what the claim means.
 */
export function answerBefore(leaf: EventLeaf, setting: Setting, evidence: LeafEvidence): Answer | null {
  // A value can apply again, so one that ended before the window opened decides nothing. A release or an end happens
  // once.
  if (leaf.op === 'attribute' || !namesOneModel(leaf.model)) return null;
  const { window, events } = evidence;
  const event = events.find((candidate) => believed(candidate, setting) && candidate.occurred.to <= window.from);
  if (event === undefined) return null;
  const state = leaf.op === 'retired' ? 'already withdrawn' : 'already released';
  const text = `${event.key} was ${state} before the window opened (${formatInterval(event.occurred)}): ${listedBy(event)}. A person must decide what the claim means.`;
  return answer(leaf.op, 'undetermined', 'already_before_window', text, {
    witnesses: witnessesOf(event),
    recheckAt: evidence.recheckAt,
  });
}

/**
 * A model is released or withdrawn only once, so a ledger or first-party date after the deadline settles a NO without
 * coverage. It does not if a feed listed the model before the deadline, or if a partially read name may be the model.
 */
function answerLate(leaf: SingleEvent, setting: Setting, evidence: LeafEvidence): Answer | null {
  if (leaf.op === 'attribute' || !namesOneModel(leaf.model)) return null;
  const { window, events } = evidence;
  const event = events.find(
    (candidate) => isDatedAfter(leaf, candidate, window.to) && candidate.occurred.from <= setting.at,
  );
  if (event === undefined || eventsInTheWay(leaf, evidence).length > 0) return null;
  const text = `${event.key} ${happened(leaf)} ${formatInterval(event.effective ?? event.occurred)}, after the deadline: ${listedBy(event)}; ${datedBy(event)}.`;
  return answer(leaf.op, 'no', 'happened_after_deadline', text, {
    interval: lastOf(window),
    witnesses: witnessesOf(event),
    trust: event.trust,
  });
}

/**
 * Whether the publisher or a reviewed document dates the event after the deadline. The date of a catalogue does not
 * count, even if an operator has raised its trust. Only the publisher can date an end, because catalogues keep listing
 * models and state ends late.
 */
function isDatedAfter(leaf: SingleEvent, event: ModelEvidence, deadline: Instant): boolean {
  const { grade, dating, occurred, witnesses, trust } = event;
  if (grade !== 'admissible' || dating.basis !== 'stated' || occurred.from < deadline) return false;
  if (!dating.dated.some((row) => row.trust === 'first_party' || row.feed.reviewed === true)) return false;
  return leaf.op === 'retired' ? trust === 'first_party' : witnesses.every((witness) => witness.seenFrom >= deadline);
}

/**
 * A model that its publisher still lists as in service after the deadline was not withdrawn before it, so no coverage is
 * needed. Any evidence of an end that touches the window holds this NO back too.
 */
function answerInService(leaf: SingleEvent, evidence: LeafEvidence): Answer | null {
  const { window, inService } = evidence;
  if (inService === null || eventsInTheWay(leaf, evidence).length > 0) return null;
  const { row, readAt, ends } = inService;
  const key = modelKey(row.sighting.model);
  const state = ends === null ? 'as active' : `with an end that is still to come (${ends})`;
  const text = `${key} was not withdrawn ${windowText(window)}: ${row.feed.slug} listed it ${state} on ${formatInstant(readAt)}.`;
  return answer(leaf.op, 'no', 'in_service_after_deadline', text, {
    interval: lastOf(window),
    witnesses: [noteWitness(row, key)],
    trust: row.trust,
  });
}

function answerNo(leaf: SingleEvent, evidence: LeafEvidence): Answer | null {
  const { window, coverage } = evidence;
  if (!isCovered(evidence) || eventsInTheWay(leaf, evidence).length > 0) return null;
  const text = `No ${modelName(leaf.model)} ${happened(leaf)} ${windowText(window)}: ${absenceText(coverage, window.to)}.`;
  const trust = coveringTrust([coverage], window.to);
  const absence = noteAbsence(coverage, window.to);
  return answer(leaf.op, 'no', 'covered_without_it', text, {
    interval: lastOf(window),
    trust,
    coverage: [coverage],
    absence,
  });
}

function answerOpen(leaf: SingleEvent, evidence: LeafEvidence): Answer {
  const { window, events, coverage, recheckAt } = evidence;
  const touching = events.filter((event) => blocksNo(leaf, event, window));
  // Insufficient evidence of an event inside the window comes first, because a person should look at it first.
  const inside = touching.find((event) => event.grade === 'short' && liesWithin(believedTime(event), window));
  const event = inside ?? touching[0];
  if (event === undefined) return openWithoutEvent(leaf, evidence);
  const base = { witnesses: witnessesOfEvents(touching), recheckAt, coverage: [coverage] };
  if (event.grade === 'admissible') {
    const text = `${event.key} ${happened(leaf)} ${formatInterval(event.effective ?? event.occurred)}, which may lie outside the window (${windowText(window)}): ${listedBy(event)}; ${datedBy(event)}.`;
    return answer(leaf.op, 'undetermined', 'straddles_window', text, base);
  }
  const disputed = isContradicted(event, window, coverage) ? 'contradicted' : 'below_policy';
  const reason = event.mayMatch === true ? 'may_match' : event.reinstated === true ? 'reinstated' : disputed;
  const text = `${event.key} was seen (${listedBy(event)}), but ${event.missing ?? 'the evidence does not satisfy the policy'}.`;
  return answer(leaf.op, 'undetermined', reason, text, base);
}

/** Whether enough origins that do not list the model were read past the deadline. */
export function isContradicted(event: ModelEvidence, window: Interval, coverage: Coverage): boolean {
  if (!Number.isFinite(window.to)) return false;
  const origins = new Set([...event.witnesses.map((witness) => witness.feed.origin), ...(event.listedBy ?? [])]);
  const others = coverage.marks.filter((mark) => !origins.has(mark.feed.origin) && isReadPast(mark, window.to));
  const distinct = new Set(others.map((mark) => mark.feed.origin)).size;
  return others.some((mark) => mark.feed.trust === 'first_party') || distinct >= coverage.policy.originsMin;
}

function openWithoutEvent(leaf: SingleEvent, evidence: LeafEvidence): Answer {
  const { window, coverage, recheckAt, events } = evidence;
  const base = { recheckAt, coverage: [coverage] };
  const outside = events[0];
  const known = outside === undefined ? '' : ` (${outside.key} is known, ${formatInterval(outside.occurred)})`;
  const nothing = `No ${modelName(leaf.model)} is known to have ${happenedPerfect(leaf)} ${windowText(window)}${known}`;
  if (!Number.isFinite(window.to)) {
    const text = `${nothing}; there is no deadline, so this stays open until one is known.`;
    return answer(leaf.op, 'undetermined', 'nothing_seen', text, base);
  }
  return openUntilCovered(leaf.op, nothing, evidence, base);
}

/** What a NO still needs, or why no reads can settle it. */
export function openUntilCovered(
  op: EventLeaf['op'] | 'precedes' | 'within',
  nothing: string,
  { window, coverage }: Pick<LeafEvidence, 'window' | 'coverage'>,
  base: Pick<Parts, 'recheckAt' | 'coverage' | 'witnesses' | 'of'>,
): Answer {
  if (!coverage.attainable) {
    const text = `${nothing}; no reads can prove absence: ${unprovableText(coverage)}. A person must decide.`;
    const reason = isUnprovable({ window, coverage }) ? 'absence_unprovable' : 'awaiting_coverage';
    return answer(op, 'undetermined', reason, text, base);
  }
  if (isUnprovable({ window, coverage })) {
    const text = `${nothing}, but no feed that was read past the deadline had been read within 7 days of the start of the window, so its silence proves nothing. A person must decide.`;
    return answer(op, 'undetermined', 'window_not_covered', text, base);
  }
  const text = `${nothing}; a NO waits for ${waitingText(coverage, window.to)}.`;
  return answer(op, 'undetermined', 'awaiting_coverage', text, base);
}

/** What the leaf states, as words that follow "to have". */
function happenedPerfect(leaf: EventLeaf): string {
  return happened(leaf).replace(/^was /, 'been ');
}

/** What a leaf states about a model, with the model as subject. */
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
