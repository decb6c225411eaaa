import type { ModelPattern } from '../criterion/criterion.ts';
import { mayMatchPattern } from '../criterion/may-match.ts';
import type { VersionStyleOf } from '../criterion/pattern.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import type { Trust } from '../feeds/trust.ts';
import { modelKey } from '../identity/model-id.ts';
import type { Instant, Interval } from '../instant.ts';
import { coverageOf } from './coverage.ts';
import type { ModelEvidence } from './release.ts';
import { type KnownSighting, lastReadAt, type Sighting, type Timeline, type UnreadSighting } from './timeline.ts';

/**
 * Names that keep a NO from being settled and settle nothing themselves: those that nobody can read in full yet, and models
 * that only approved customers can call. An unread name is never silence.
 */

export type HeldQuestion = {
  readonly at: Instant;
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
};

/**
 * The names that may match a pattern as events below the policy, first seen once the window was open. What was first seen
 * before it opened is older than the window; what was in a feed's first read is held to be as old as that read.
 * `matching` are the sightings of models that match the pattern.
 */
export function findHeldNames(
  timeline: Timeline,
  matching: readonly Sighting[],
  question: HeldQuestion,
): ModelEvidence[] {
  const names = [...unreadNames(timeline, question), ...limitedModels(timeline, matching, question.at)];
  return names.flatMap((name) => heldEvidence(timeline, name, question));
}

function heldEvidence(timeline: Timeline, name: HeldName, { window, policy }: HeldQuestion): ModelEvidence[] {
  const rows = name.rows.toSorted((a, b) => a.seenFrom - b.seenFrom);
  const first = rows[0];
  if (first === undefined || first.seenFrom < window.from) return [];
  const before = first.seenFrom - 1;
  const { vendor } = name.model;
  const occurred = { from: coverageOf(timeline, { vendor, at: before, policy }).coveredTo, to: first.seenFrom + 1 };
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
      unlistedAt: lastReadAt(timeline, first.feed.id, vendor, before) ?? Number.NEGATIVE_INFINITY,
      mayMatch: true,
      trust: first.trust,
    },
  ];
}

function unreadNames(timeline: Timeline, { at, pattern, styleOf }: HeldQuestion): HeldName[] {
  const byName = new Map<string, UnreadSighting[]>();
  for (const unread of timeline.unread ?? []) {
    if (unread.seenFrom > at || !mayMatchPattern(pattern, unread.partial, styleOf)) continue;
    const key = `${unread.partial.vendor}/${plainName(unread)}`;
    byName.set(key, [...(byName.get(key) ?? []), unread]);
  }
  return [...byName].flatMap(([key, all]) => {
    const rows = all.flatMap((unread) => unreadRow(timeline, unread));
    const [first] = rows;
    const partial = all[0]?.partial;
    if (first === undefined || partial === undefined) return [];
    const words = partial.family === null ? 'the name' : partial.unknown.map((word) => `"${word}"`).join(' and ');
    const missing = `nobody has said yet what ${words} stands for, so it may be what is asked about; a curator must`;
    return [{ key, model: first.sighting.model, rows, missing }];
  });
}

/** The same name in several feeds counts once, whatever stands before it. */
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
    goneAt: null,
    versions: [stated],
  };
  return [knownRow(sighting, { feed, trust: feed.trust, version: stated })];
}

function limitedModels(timeline: Timeline, matching: readonly Sighting[], at: Instant): HeldName[] {
  const byModel = new Map<string, KnownSighting[]>();
  for (const sighting of matching) {
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
    return model === undefined ? [] : [{ key, model, rows, missing: 'only approved customers can call it' }];
  });
}

function knownRow(
  sighting: Sighting,
  facts: { readonly feed: KnownSighting['feed']; readonly trust: Trust; readonly version: KnownSighting['version'] },
): KnownSighting {
  const { seenFrom } = sighting;
  return { sighting, ...facts, seenFrom, unseenAt: seenFrom - 1, goneAt: null, seasonedAt: null };
}
