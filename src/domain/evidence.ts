import { coverageOf } from './coverage.ts';
import { type Dating, dateModel } from './dating.ts';
import { dayMs, type Instant, type Interval } from './instant.ts';
import { modelKey } from './model-id.ts';
import type { ModelName } from './pattern.ts';
import type { EvidencePolicy } from './policy.ts';
import { announcedFor, type KnownSighting, knownSighting, type Sighting, type Timeline } from './timeline.ts';
import { type Trust, trustRank } from './trust.ts';

/** A row of a curated or aggregator feed must last this long before it counts: slips and placeholders do not. */
export const seasoningMs = dayMs;

/** What is known, at one moment, of whether and when one model was released. */
export type ModelEvidence = {
  readonly key: string;
  readonly model: ModelName;
  /** `admissible`: it satisfies the policy. `short`: it was seen, below the policy. */
  readonly grade: 'admissible' | 'short';
  /** When it happened, as far as the evidence bounds it. */
  readonly occurred: Interval;
  /** Where the bounds come from, for people. */
  readonly dating: Dating;
  /** The sightings that count, best first sighting per feed, oldest first. */
  readonly witnesses: readonly KnownSighting[];
  /** What it lacks to be admissible, in words; null when it is. */
  readonly missing: string | null;
  /** No row in the vendor's own namespace, no first party: only hosts list it. */
  readonly hostsOnly: boolean;
  readonly trust: Trust;
  /** When time alone may change this: a row seasons, an announced day comes. */
  readonly recheckAt: Instant | null;
};

/** One origin's word on a model: its seasoned sightings, or why it has none. */
type OriginWord = {
  readonly origin: string;
  readonly seasonedFrom: Instant | null;
  readonly seasonsAt: Instant | null;
};

/**
 * Weighs every sighting of one model as known at `at`. Null when nothing witnesses it.
 * `sightings` are those of one model; `ga` looks only at the vendor's own rows of general availability.
 */
export function weighModel(
  timeline: Timeline,
  sightings: readonly Sighting[],
  ask: { readonly at: Instant; readonly stage: 'any' | 'ga'; readonly policy: EvidencePolicy },
): ModelEvidence | null {
  const first = sightings[0];
  if (first === undefined) return null;
  const known: KnownSighting[] = [];
  let announcedUntil: Instant | null = null;
  for (const sighting of sightings) {
    const found = knownSighting(timeline, sighting, ask.at);
    if (found === 'announced') announcedUntil = earliest(announcedUntil, nextLook(sighting, ask.at));
    else if (found !== null && countsForStage(found, ask.stage)) known.push(found);
  }
  if (known.length === 0) return null;
  known.sort((a, b) => a.seenFrom - b.seenFrom || a.version.observationId.localeCompare(b.version.observationId, 'en'));
  return weighKnown(timeline, known, first.model, ask, announcedUntil);
}

function weighKnown(
  timeline: Timeline,
  known: readonly KnownSighting[],
  model: ModelName,
  ask: { readonly at: Instant; readonly policy: EvidencePolicy },
  announcedUntil: Instant | null,
): ModelEvidence {
  const { policy, at } = ask;
  const firstParty = known.find((sighting) => sighting.trust === 'first_party') ?? null;
  const words = originWords(known, model, at);
  const seasoned = words.filter((word) => word.seasonedFrom !== null);
  const admissible = firstParty !== null || (!policy.firstPartyOnly && seasoned.length >= policy.originsMin);
  const firstSeen = known[0]?.seenFrom ?? at;
  const dating = dateModel({
    known,
    firstParty,
    seasonedFrom: seasoned.map((word) => ({ origin: word.origin, at: word.seasonedFrom ?? at })),
    originsMin: policy.originsMin,
    coveredBefore: coverageOf(timeline, model.vendor, firstSeen - 1, policy).coveredTo,
  });
  const seasonsAt = words.map((word) => word.seasonsAt).reduce(earliest, announcedUntil);
  return {
    key: modelKey(model),
    model,
    grade: admissible ? 'admissible' : 'short',
    occurred: dating.occurred,
    dating,
    witnesses: firstPerFeed(known),
    missing: admissible ? null : missingText(words, policy),
    hostsOnly: known.every((sighting) => !sighting.sighting.model.own && sighting.trust !== 'first_party'),
    trust: known
      .map((sighting) => sighting.trust)
      .reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
    recheckAt: seasonsAt,
  };
}

/** `ga` is read only from rows in the vendor's own namespace: hosts drop `-preview` from names. */
function countsForStage(found: KnownSighting, stage: 'any' | 'ga'): boolean {
  return stage === 'any' || (found.sighting.model.own && found.version.stage === 'general');
}

/** An announced day that has come is looked at again every hour until a poll lists the model or drops it. */
function nextLook(sighting: Sighting, at: Instant): Instant | null {
  const version = sighting.versions.findLast((candidate) => candidate.observedAt <= at);
  const due = version === undefined ? null : announcedFor(version);
  if (due === null) return null;
  return due > at ? due : at + dayMs / 24;
}

function originWords(known: readonly KnownSighting[], model: ModelName, at: Instant): OriginWord[] {
  const byOrigin = new Map<string, KnownSighting[]>();
  for (const sighting of known) {
    if (sighting.trust === 'community' || sighting.trust === 'first_party') continue;
    const rows = byOrigin.get(sighting.feed.origin) ?? [];
    rows.push(sighting);
    byOrigin.set(sighting.feed.origin, rows);
  }
  return [...byOrigin].map(([origin, rows]) => wordOf(origin, rows, model, at));
}

function wordOf(origin: string, rows: readonly KnownSighting[], model: ModelName, at: Instant): OriginWord {
  // One host row never makes a bare name: hosts shorten tiers ("grok-4.1" for grok-4.1-fast).
  const hosts = new Set(rows.map((row) => row.sighting.host ?? ''));
  const carries = model.tier !== null || rows.some((row) => row.sighting.model.own) || hosts.size >= 2;
  let seasonedFrom: Instant | null = null;
  let seasonsAt: Instant | null = null;
  for (const row of rows) {
    const due = row.seenFrom + seasoningMs;
    if (row.goneAt !== null && row.goneAt <= due) continue;
    if (due <= at) seasonedFrom = earliest(seasonedFrom, row.seenFrom);
    else seasonsAt = earliest(seasonsAt, due);
  }
  return { origin, seasonedFrom: carries ? seasonedFrom : null, seasonsAt: seasonedFrom === null ? seasonsAt : null };
}

function missingText(words: readonly OriginWord[], policy: EvidencePolicy): string {
  if (policy.firstPartyOnly) return 'no first-party feed lists it, and this prediction accepts nothing less';
  const ready = words.filter((word) => word.seasonedFrom !== null).map((word) => word.origin);
  const unready = words.filter((word) => word.seasonedFrom === null).map((word) => word.origin);
  const needed = policy.originsMin - ready.length;
  const have = ready.length === 0 ? 'no origin lists it reliably yet' : `only ${ready.join(', ')} lists it`;
  const waiting =
    unready.length === 0 ? '' : `; ${unready.join(', ')} not for 24 hours without a break, or by a single host's row`;
  return `${have}${waiting}; a first-party feed or ${needed} more origin${needed === 1 ? '' : 's'} must list it for 24 hours`;
}

function firstPerFeed(known: readonly KnownSighting[]): KnownSighting[] {
  const byFeed = new Map<string, KnownSighting>();
  for (const sighting of known) {
    const held = byFeed.get(sighting.feed.id);
    if (
      held === undefined ||
      (held.version.released === null && sighting.version.released !== null && sighting.seenFrom === held.seenFrom)
    ) {
      byFeed.set(sighting.feed.id, sighting);
    }
  }
  return [...byFeed.values()];
}

export function earliest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}
