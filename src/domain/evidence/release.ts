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
  lastReadAt,
  type Sighting,
  speaksOf,
  type Timeline,
} from './timeline.ts';

/** What is known at a moment about whether and when one model was released. */
export type ModelEvidence = {
  readonly key: string;
  readonly model: ModelName;
  /** `admissible`: it satisfies the policy. `short`: it was seen, but does not satisfy the policy. */
  readonly grade: 'admissible' | 'short';
  /** When it happened, as far as the evidence bounds it. */
  readonly occurred: Interval;
  /** Wider bounds that would apply if reads that are still missing contradicted the dates. Default: `occurred`. */
  readonly possible?: Interval;
  /** The time that an answer shows instead of `occurred`: when a value started to apply. */
  readonly effective?: Interval;
  /** Why it has these bounds, in words. */
  readonly dating: Dating;
  /** One sighting per feed, oldest first: the feed's first, or of several first ones one that states a date. */
  readonly witnesses: readonly KnownSighting[];
  /** What it lacks to be admissible, in words; null if it is admissible. */
  readonly missing: string | null;
  /** Only hosts list it: no row is in the vendor's own namespace or in a first-party feed. */
  readonly hostsOnly: boolean;
  /** For general availability: every origin that lists the model, including those with an inferred stage only. */
  readonly listedBy?: readonly string[];
  /** Whether every row of it had vanished by the first read a day later. */
  readonly slipsOnly: boolean;
  /** Below the policy: the moment (exclusive) by which enough origins (or all, if fewer) listed it, seasoned or not. */
  readonly unprovenTo?: Instant;
  /** Below the policy: the last read of its feed without it. It bounds the listing, not the release. */
  readonly unlistedAt?: Instant;
  /** It may match but is not known to: its name is not fully recognised, or only approved customers can call it. */
  readonly mayMatch?: true;
  /** It holds a NO back, and is never believed to find a leaning. */
  readonly holdsOnly?: true;
  /** Of an end: the publisher withdrew the model and lists it as active again. */
  readonly reinstated?: true;
  readonly trust: Trust;
};

/** What is known of a model, and when time alone may change that because an announced day or a stated date arrives. */
export type Weighed = { readonly evidence: ModelEvidence | null; readonly recheckAt: Instant | null };

/** Since when the seasoned rows of an origin list a model; null if they do not. */
type OriginWord = { readonly origin: string; readonly seasonedFrom: Instant | null };

type Ask = { readonly at: Instant; readonly stage: 'any' | 'ga'; readonly policy: EvidencePolicy };

/**
 * Weighs every sighting of one model as known at `at`. Returns no evidence if nothing witnesses it. `sightings` must be
 * those of one model. With `ga`, only the vendor's own rows of general availability count.
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
  if (known.length === 0) return { evidence: null, recheckAt };
  known.sort((a, b) => a.seenFrom - b.seenFrom || a.version.observationId.localeCompare(b.version.observationId, 'en'));
  const ids = sightings.filter((sighting) => sighting.seenFrom <= ask.at).map((sighting) => sighting.name);
  const evidence =
    ask.stage === 'ga' ? weighGeneral(timeline, known, speaking, ids, ask) : weighKnown(timeline, known, ids, ask);
  if (evidence.occurred.from > ask.at) recheckAt = earliest(recheckAt, evidence.occurred.from);
  return { evidence, recheckAt };
}

/**
 * Weighs general availability. A stage that a ledger, a first party or the vendor's own row states takes precedence. A
 * stage inferred from an id without a preview word counts only if no row states a preview and the family marks previews
 * in its ids. Otherwise the evidence is short.
 */
function weighGeneral(
  timeline: Timeline,
  known: readonly KnownSighting[],
  sightings: readonly Sighting[],
  ids: readonly string[],
  ask: Ask,
): ModelEvidence {
  const isContradicted = sightings.some((sighting) => statesPreview(timeline, sighting, ask.at));
  const sure = known.filter(({ version: { stageBasis = 'stated' } }) => {
    return stageBasis === 'stated' || (stageBasis === 'inferred' && !isContradicted);
  });
  const listedBy = [...new Set(known.map(({ feed }) => feed.origin))];
  if (sure.length > 0) return { ...weighKnown(timeline, sure, ids, ask), listedBy };
  const evidence = weighKnown(timeline, known, ids, ask);
  const missing = isContradicted
    ? 'its general availability is inferred from its id alone, and other rows state that it is a preview'
    : "its general availability is inferred from its id alone, and this family's previews are not marked in ids";
  return { ...evidence, grade: 'short', missing, unprovenTo: unprovenTo(known, evidence.model, ask.policy) };
}

/** Whether one of the vendor's own rows, or a first party, has ever stated that the model is a preview. */
function statesPreview(timeline: Timeline, sighting: Sighting, at: Instant): boolean {
  const isFirstParty = timeline.feeds.get(sighting.feedId)?.trust === 'first_party';
  if (sighting.seenFrom > at || !(sighting.model.own || isFirstParty)) return false;
  return sighting.versions.some(
    ({ stage, stageBasis, observedAt }) => stage === 'preview' && stageBasis === 'stated' && observedAt <= at,
  );
}

function weighKnown(
  timeline: Timeline,
  known: readonly KnownSighting[],
  ids: readonly string[],
  { policy, at }: Ask,
): ModelEvidence {
  const model = modelOf(known);
  const firstParty = known.find((sighting) => sighting.trust === 'first_party') ?? null;
  const words = originWords(known, model);
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
    // If only the vendor can settle it, the listings of other origins do not bound the release either.
    seasonedFrom: policy.firstPartyOnly ? [] : seasoned,
    originsMin: policy.originsMin,
    absentTo: coverageOf(timeline, { vendor: model.vendor, at: unseenAt, policy }).coveredTo,
  });
  return {
    key: modelKey(model),
    model,
    grade: admissible ? 'admissible' : 'short',
    occurred: dating.occurred,
    ...(dating.possible !== undefined && { possible: dating.possible }),
    dating,
    witnesses: firstPerFeed(known),
    missing: admissible ? null : missingText(words, policy),
    hostsOnly: known.every((sighting) => !sighting.sighting.model.own && sighting.trust !== 'first_party'),
    slipsOnly: known.every((sighting) => durability(sighting) === 'slip'),
    ...(admissible ? {} : { unprovenTo: unprovenTo(known, model, policy), unlistedAt: unlistedAt(timeline, known) }),
    trust: known
      .map((sighting) => sighting.trust)
      .reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
  };
}

/** The model of the rows, which must all be of the same one. */
function modelOf([first]: readonly KnownSighting[]): KnownSighting['sighting']['model'] {
  if (first === undefined) throw new Error('a model without sightings was weighed');
  return first.sighting.model;
}

/** `ga` is read only from rows in the vendor's own namespace: hosts drop `-preview` from names. */
function countsForStage(found: KnownSighting, stage: 'any' | 'ga'): boolean {
  return stage === 'any' || (found.sighting.model.own && found.version.stage === 'general');
}

/** When to look again after an announced day has come: every hour, until a poll lists the model or drops it. */
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

function originWords(known: readonly KnownSighting[], model: ModelName): OriginWord[] {
  const rows = known.filter((row) => row.trust !== 'community' && row.trust !== 'first_party');
  return [...byOrigin(rows)].map(([origin, listed]) => ({
    origin,
    seasonedFrom: carriedFrom(
      listed.filter((row) => durability(row) === 'lasting'),
      model,
    ),
  }));
}

/**
 * Since when an origin's rows are evidence of the model. The row of a single host is no evidence of an unsuffixed
 * model, because hosts shorten tiers ("grok-4.1" for grok-4.1-fast). Rows of two hosts are, and so is the vendor's own
 * row.
 */
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

/** The last read without the model by the feed that listed it first; minus infinity if there was none. */
function unlistedAt(timeline: Timeline, [first]: readonly KnownSighting[]): Instant {
  if (first === undefined) return Number.NEGATIVE_INFINITY;
  const { feed, sighting, unseenAt } = first;
  return lastReadAt(timeline, feed.id, sighting.model.vendor, unseenAt) ?? Number.NEGATIVE_INFINITY;
}

/**
 * The moment (exclusive) by which as many origins as the policy requires, or all if there are fewer, listed the model.
 */
function unprovenTo(known: readonly KnownSighting[], model: ModelName, policy: EvidencePolicy): Instant {
  const listed = [...byOrigin(known).values()]
    .map((rows) => carriedFrom(rows, model) ?? Math.min(...rows.map((row) => row.seenFrom)))
    .sort((a, b) => a - b);
  return (listed[Math.min(policy.originsMin, listed.length) - 1] ?? Number.NEGATIVE_INFINITY) + 1;
}

function missingText(words: readonly OriginWord[], policy: EvidencePolicy): string {
  if (policy.firstPartyOnly) return 'no first-party feed lists it, and this prediction requires one';
  const ready = words.filter((word) => word.seasonedFrom !== null).map((word) => word.origin);
  const unready = words.filter((word) => word.seasonedFrom === null).map((word) => word.origin);
  const needed = policy.originsMin - ready.length;
  const have = ready.length === 0 ? 'no origin lists it reliably yet' : `only ${ready.join(', ')} lists it`;
  const waiting =
    unready.length === 0 ? '' : `; ${unready.join(', ')} not yet in reads a day apart, or only in a single host's row`;
  return `${have}${waiting}; a first-party feed or ${needed} more origin${needed === 1 ? '' : 's'} must list it in reads a day apart`;
}

function firstPerFeed(sightings: readonly KnownSighting[]): KnownSighting[] {
  const byFeed = new Map<string, KnownSighting>();
  for (const sighting of sightings) {
    const known = byFeed.get(sighting.feed.id);
    if (
      known === undefined ||
      (known.version.released === null && sighting.version.released !== null && sighting.seenFrom === known.seenFrom)
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
