import type { ModelName } from '../criterion/pattern.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import { type Trust, trustRank } from '../feeds/trust.ts';
import { modelKey } from '../identity/model-id.ts';
import { dayMs, type Instant, type Interval } from '../instant.ts';
import { coverageOf } from './coverage.ts';
import { type Dating, dateModel } from './dating.ts';
import {
  announcedFor,
  durability,
  type KnownSighting,
  knownSighting,
  type Sighting,
  seasoningMs,
  speaksOf,
  type Timeline,
} from './timeline.ts';

/** What is known, at one moment, of whether and when one model was released. */
export type ModelEvidence = {
  readonly key: string;
  readonly model: ModelName;
  /** `admissible`: it satisfies the policy. `short`: it was seen, below the policy. */
  readonly grade: 'admissible' | 'short';
  /** When it happened, as far as the evidence bounds it. */
  readonly occurred: Interval;
  /** What an answer names as the time, where that is not `occurred`: since when a value held. */
  readonly effective?: Interval;
  /** Where the bounds come from, for people. */
  readonly dating: Dating;
  /** The sightings that count, best first sighting per feed, oldest first. */
  readonly witnesses: readonly KnownSighting[];
  /** What it lacks to be admissible, in words; null when it is. */
  readonly missing: string | null;
  /** No row in the vendor's own namespace, no first party: only hosts list it. */
  readonly hostsOnly: boolean;
  /** Every row of it vanished within 24 hours. */
  readonly slipsOnly: boolean;
  /** Below the policy: it may have happened as late as this, when the second of the origins that list it did, lasting or not. */
  readonly unprovenTo?: Instant;
  readonly trust: Trust;
};

/** What is known of a model, and when time alone may change that: a row seasons, an announced day or a stated date comes. */
export type Weighed = { readonly evidence: ModelEvidence | null; readonly recheckAt: Instant | null };

/** Since when one origin's seasoned rows carry a model, or null while they do not. */
type OriginWord = { readonly origin: string; readonly seasonedFrom: Instant | null };

type Ask = { readonly at: Instant; readonly stage: 'any' | 'ga'; readonly policy: EvidencePolicy };

/**
 * Weighs every sighting of one model as known at `at`. No evidence when nothing witnesses it.
 * `sightings` are those of one model; `ga` looks only at the vendor's own rows of general availability.
 */
export function weighModel(timeline: Timeline, sightings: readonly Sighting[], ask: Ask): Weighed {
  const known: KnownSighting[] = [];
  let recheckAt: Instant | null = null;
  const speaking = sightings.filter(
    (sighting) =>
      speaksOf(timeline, sighting, 'release') && (ask.stage === 'any' || speaksOf(timeline, sighting, 'general')),
  );
  for (const sighting of speaking) {
    const found = knownSighting(timeline, sighting, ask.at, ask.stage);
    if (found === 'announced') recheckAt = earliest(recheckAt, nextLook(sighting, ask.at));
    else if (found !== null && countsForStage(found, ask.stage)) known.push(found);
  }
  const first = known[0];
  if (first === undefined) return { evidence: null, recheckAt };
  known.sort((a, b) => a.seenFrom - b.seenFrom || a.version.observationId.localeCompare(b.version.observationId, 'en'));
  const ids = sightings.filter((sighting) => sighting.seenFrom <= ask.at).map((sighting) => sighting.name);
  const evidence = weighKnown(timeline, first.sighting.model, known, ids, ask);
  for (const row of known) {
    const due = row.seenFrom + seasoningMs;
    if (due > ask.at && durability(row, ask.at) === 'young') recheckAt = earliest(recheckAt, due);
  }
  if (evidence.occurred.from > ask.at) recheckAt = earliest(recheckAt, evidence.occurred.from);
  return { evidence, recheckAt };
}

function weighKnown(
  timeline: Timeline,
  model: ModelName,
  known: readonly KnownSighting[],
  ids: readonly string[],
  { policy, at }: Ask,
): ModelEvidence {
  const firstParty = known.find((sighting) => sighting.trust === 'first_party') ?? null;
  const words = originWords(known, model, at);
  const seasoned = words.flatMap((word) =>
    word.seasonedFrom === null ? [] : [{ origin: word.origin, at: word.seasonedFrom }],
  );
  const admissible = firstParty !== null || (!policy.firstPartyOnly && seasoned.length >= policy.originsMin);
  const unseenAt = Math.min(...known.map((sighting) => sighting.unseenAt));
  const dating = dateModel({
    timeline,
    at,
    ids,
    known,
    firstParty,
    // Where only the vendor settles it, only the vendor bounds it.
    seasonedFrom: policy.firstPartyOnly ? [] : seasoned,
    originsMin: policy.originsMin,
    coveredBefore: coverageOf(timeline, model.vendor, unseenAt, policy).coveredTo,
  });
  return {
    key: modelKey(model),
    model,
    grade: admissible ? 'admissible' : 'short',
    occurred: dating.occurred,
    dating,
    witnesses: firstPerFeed(known),
    missing: admissible ? null : missingText(words, policy),
    hostsOnly: known.every((sighting) => !sighting.sighting.model.own && sighting.trust !== 'first_party'),
    slipsOnly: known.every((sighting) => durability(sighting, at) === 'slip'),
    ...(admissible ? {} : { unprovenTo: unprovenTo(known, model, policy) }),
    trust: known
      .map((sighting) => sighting.trust)
      .reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
  };
}

/** `ga` is read only from rows in the vendor's own namespace: hosts drop `-preview` from names. */
function countsForStage(found: KnownSighting, stage: 'any' | 'ga'): boolean {
  return stage === 'any' || (found.sighting.model.own && found.version.stage === 'general');
}

/** An announced day that has come is looked at again every hour until a poll lists the model or drops it. */
export function nextLook(sighting: Sighting, at: Instant): Instant | null {
  const version = sighting.versions.findLast((candidate) => candidate.observedAt <= at);
  const due = version === undefined ? null : announcedFor(version);
  if (due === null) return null;
  return due > at ? due : at + dayMs / 24;
}

function byOrigin(known: readonly KnownSighting[]): Map<string, KnownSighting[]> {
  const origins = new Map<string, KnownSighting[]>();
  for (const row of known) origins.set(row.feed.origin, [...(origins.get(row.feed.origin) ?? []), row]);
  return origins;
}

function originWords(known: readonly KnownSighting[], model: ModelName, at: Instant): OriginWord[] {
  const rows = known.filter((row) => row.trust !== 'community' && row.trust !== 'first_party');
  return [...byOrigin(rows)].map(([origin, listed]) => ({
    origin,
    seasonedFrom: carriedFrom(
      listed.filter((row) => durability(row, at) === 'lasting'),
      model,
    ),
  }));
}

/** One host row never makes a bare name: hosts shorten tiers ("grok-4.1" for grok-4.1-fast). A second host or the vendor does. */
function carriedFrom(rows: readonly KnownSighting[], model: ModelName): Instant | null {
  const sure = rows.filter((row) => model.tier !== null || row.sighting.model.own);
  const byHost = new Map<string, Instant>();
  for (const row of rows) {
    const host = row.sighting.host ?? '';
    byHost.set(host, Math.min(byHost.get(host) ?? Number.POSITIVE_INFINITY, row.seenFrom));
  }
  const secondHost = [...byHost.values()].sort((a, b) => a - b)[1] ?? null;
  return sure.map((row) => row.seenFrom).reduce<Instant | null>(earliest, secondHost);
}

/** A lone early row bounds nothing once another origin lists the model too, though that row has not lasted yet. */
function unprovenTo(known: readonly KnownSighting[], model: ModelName, policy: EvidencePolicy): Instant {
  const listed = [...byOrigin(known).values()]
    .map((rows) => carriedFrom(rows, model) ?? Math.min(...rows.map((row) => row.seenFrom)))
    .sort((a, b) => a - b);
  return (listed[Math.min(policy.originsMin, listed.length) - 1] ?? Number.NEGATIVE_INFINITY) + 1;
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
