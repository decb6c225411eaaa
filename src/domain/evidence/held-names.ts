import type { EventLeaf, ModelPattern } from '../criterion/criterion.ts';
import { mayMatchPattern } from '../criterion/may-match.ts';
import { namesOneModel, type VersionStyleOf } from '../criterion/pattern.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import type { Trust } from '../feeds/trust.ts';
import { modelKey } from '../identity/model-id.ts';
import type { Instant, Interval } from '../instant.ts';
import type { Steps } from '../steps.ts';
import { coverageOf } from './coverage.ts';
import type { ModelEvidence } from './release.ts';
import {
  type KnownSighting,
  lastReadAt,
  type Sighting,
  seasonedAt,
  sightingsPerStepMax,
  type Timeline,
  type UnreadSighting,
} from './timeline.ts';

/**
 * Names that hold a NO back but settle nothing: partially recognised names, and models that only approved customers can
 * call. An unrecognised name never counts as absence.
 */

export type HeldQuestion = {
  readonly at: Instant;
  readonly op: EventLeaf['op'];
  readonly pattern: ModelPattern;
  readonly window: Interval;
  readonly policy: EvidencePolicy;
  readonly styleOf: VersionStyleOf;
};

/** One such name with the rows that list it. */
type HeldName = {
  readonly key: string;
  readonly model: KnownSighting['sighting']['model'];
  readonly rows: readonly KnownSighting[];
  readonly missing: string;
  /** Vendor, family and version are known, so it may be the one model of the pattern. */
  readonly closelyRead: boolean;
};

/**
 * The names that may match a pattern, as events below the policy. A name in a feed's first read counts as listed since
 * that read. A name listed before the window opened holds nothing back, except where the leaf is about what happens to
 * released models, or where the name may be the one model of the pattern, so that a person must decide what the claim
 * means. `matching` are the sightings of models that match the pattern.
 */
export function* findHeldNamesInSteps(
  timeline: Timeline,
  matching: readonly Sighting[],
  question: HeldQuestion,
): Steps<ModelEvidence[]> {
  const unread = yield* weighNames(timeline, yield* unreadNames(timeline, question), question);
  if (question.op === 'retired') return unread;
  const names = yield* limitedModels(timeline, matching, question.at);
  const limited = names.filter(({ rows }) => rows.every((row) => row.seenFrom >= question.window.from));
  return [...unread, ...(yield* weighNames(timeline, limited, { ...question, op: 'released' }))];
}

/** The most names that are weighed in one step. */
export const namesPerStepMax = 20;

function* weighNames(timeline: Timeline, names: readonly HeldName[], question: HeldQuestion): Steps<ModelEvidence[]> {
  const evidence: ModelEvidence[] = [];
  for (const [index, name] of names.entries()) {
    if (index % namesPerStepMax === namesPerStepMax - 1) yield;
    evidence.push(...heldEvidence(timeline, name, question));
  }
  return evidence;
}

function heldEvidence(timeline: Timeline, name: HeldName, question: HeldQuestion): ModelEvidence[] {
  const { pattern, window, policy, op } = question;
  const rows = name.rows.toSorted((a, b) => a.seenFrom - b.seenFrom);
  const first = rows[0];
  if (first === undefined) return [];
  const before = first.seenFrom - 1;
  const { vendor } = name.model;
  const unlistedAt = lastReadAt(timeline, first.feed.id, vendor, before) ?? Number.NEGATIVE_INFINITY;
  const from = coverageOf(timeline, { vendor, at: before, policy }).coveredTo;
  const outBy = provenOutBy(timeline, rows, question);
  const isOlder = outBy <= window.from;
  const isOfModels = op === 'attribute' || op === 'retired';
  if (isOlder && !isOfModels && !(namesOneModel(pattern) && name.closelyRead)) return [];
  const isListedBefore = first.seenFrom < window.from;
  const occurred = {
    // A stated end may lie in the past, and a value may have applied from the start.
    from: op === 'retired' ? Number.NEGATIVE_INFINITY : from,
    to: isOfModels ? Math.max(first.seenFrom, window.from) + 1 : first.seenFrom + 1,
  };
  return [
    {
      key: name.key,
      model: name.model,
      grade: 'short',
      occurred,
      dating: { occurred, basis: 'bracket', dated: [], setAside: [] },
      witnesses: [...new Map(rows.toReversed().map((row) => [row.feed.id, row])).values()].reverse(),
      missing: name.missing,
      hostsOnly: false,
      slipsOnly: false,
      unlistedAt,
      ...(!isOfModels && { unprovenTo: outBy }),
      mayMatch: true,
      ...((op === 'retired' || isListedBefore) && { holdsOnly: true as const }),
      trust: first.trust,
    },
  ];
}

/**
 * The moment (exclusive) by which a name was released, if it is a release: when a first party had listed it, or as many
 * origins as the policy requires in rows that lasted. If fewer origins list it, when the last of them did. Infinity if
 * enough origins list it but too few of their rows lasted.
 */
function provenOutBy(
  timeline: Timeline,
  rows: readonly KnownSighting[],
  { at, policy: { originsMin } }: HeldQuestion,
): Instant {
  const firstParty = rows.find(({ trust }) => trust === 'first_party')?.seenFrom;
  const listed = firstPerOrigin(rows);
  const lasting = firstPerOrigin(rows.filter((row) => hasLasted(timeline, row, at)))[originsMin - 1];
  const last = listed.length < originsMin && firstParty === undefined ? listed.at(-1) : undefined;
  return (
    Math.min(...[firstParty, lasting, last].filter((moment) => moment !== undefined), Number.POSITIVE_INFINITY) + 1
  );
}

/** When each origin first listed the name, ascending. */
function firstPerOrigin(rows: readonly KnownSighting[]): Instant[] {
  const byOrigin = new Map<string, Instant>();
  for (const { feed, seenFrom } of rows.toReversed()) byOrigin.set(feed.origin, seenFrom);
  return [...byOrigin.values()].sort((a, b) => a - b);
}

function hasLasted(timeline: Timeline, { sighting, seenFrom }: KnownSighting, at: Instant): boolean {
  return (
    seasonedAt(timeline, sighting, { since: seenFrom, until: sighting.goneAt ?? Number.POSITIVE_INFINITY, at }) !== null
  );
}

function* unreadNames(timeline: Timeline, { at, op, pattern, styleOf }: HeldQuestion): Steps<HeldName[]> {
  const byName = new Map<string, UnreadSighting[]>();
  for (const [index, unread] of (timeline.unread ?? []).entries()) {
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
    if (unread.seenFrom > at || !mayMatchPattern(pattern, unread.partial, styleOf)) continue;
    if (op === 'retired' && !(timeline.feeds.get(unread.feedId)?.witnesses?.includes('end') ?? true)) continue;
    const key = `${unread.partial.vendor}/${plainName(unread)}`;
    byName.set(key, [...(byName.get(key) ?? []), unread]);
  }
  return [...byName].flatMap(([key, all]) => {
    const rows = all.flatMap((unread) => unreadRow(timeline, unread));
    const [first] = rows;
    const partial = all[0]?.partial;
    if (first === undefined || partial === undefined) return [];
    const words = partial.family === null ? 'the name' : partial.unknown.map((word) => `"${word}"`).join(' and ');
    const missing = `the identity data does not define ${words}, so it may match; a curator must define it`;
    const closelyRead = partial.family !== null && partial.version !== null;
    return [{ key, model: first.sighting.model, rows, missing, closelyRead }];
  });
}

/** The name without prefixes, so that the same name in several feeds counts once. */
function plainName({ name }: UnreadSighting): string {
  return name.slice(name.lastIndexOf('/') + 1).toLowerCase();
}

function unreadRow(timeline: Timeline, unread: UnreadSighting): KnownSighting[] {
  const feed = timeline.feeds.get(unread.feedId);
  if (feed === undefined || feed.trust === 'community') return [];
  const { vendor, family, version } = unread.partial;
  const observed = { observationId: unread.observationId, observedAt: unread.seenFrom, itemTrust: null };
  const stated = { ...observed, stage: 'general', stageBasis: 'unmarked', released: null } as const;
  const sighting: Sighting = {
    feedId: unread.feedId,
    itemKey: unread.itemKey,
    name: unread.name,
    host: null,
    model: { vendor, family: family ?? plainName(unread), version, tier: null, own: true, snapshotDay: null },
    seenFrom: unread.seenFrom,
    absentAt: null,
    goneAt: unread.goneAt,
    versions: [stated],
  };
  return [knownRow(sighting, { feed, trust: feed.trust, version: stated })];
}

function* limitedModels(timeline: Timeline, matching: readonly Sighting[], at: Instant): Steps<HeldName[]> {
  const byModel = new Map<string, KnownSighting[]>();
  for (const [index, sighting] of matching.entries()) {
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
    const feed = timeline.feeds.get(sighting.feedId);
    const version = sighting.versions.findLast((one) => one.observedAt <= at);
    if (feed === undefined || feed.trust === 'community' || sighting.seenFrom > at || version?.stage !== 'limited')
      continue;
    const key = modelKey(sighting.model);
    const row = knownRow(sighting, { feed, trust: feed.trust, version });
    byModel.set(key, [...(byModel.get(key) ?? []), row]);
  }
  return [...byModel].flatMap(([key, rows]) => {
    const model = rows[0]?.sighting.model;
    const missing = 'only approved customers can call it';
    return model === undefined ? [] : [{ key, model, rows, missing, closelyRead: true }];
  });
}

function knownRow(
  sighting: Sighting,
  facts: { readonly feed: KnownSighting['feed']; readonly trust: Trust; readonly version: KnownSighting['version'] },
): KnownSighting {
  const { seenFrom } = sighting;
  return { sighting, ...facts, seenFrom, unseenAt: seenFrom - 1, goneAt: null, seasonedAt: null };
}
