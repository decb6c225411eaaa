import type { EvidencePolicy } from '../criterion/policy.ts';
import { weighModel } from '../evidence/release.ts';
import { weighRetirement } from '../evidence/retirement.ts';
import { listSuspensions } from '../evidence/suspension.ts';
import {
  announcedFor,
  type ItemVersion,
  type KnownSighting,
  type Sighting,
  seasonedAt,
  type Timeline,
} from '../evidence/timeline.ts';
import type { Stage } from '../feeds/item.ts';
import { statesVendorEnd } from '../feeds/stated-end.ts';
import { lowerTrust } from '../feeds/trust.ts';
import type { Instant, Interval } from '../instant.ts';

/** A row that is evidence of a stage, as it was known. */
export type StageWitness = Pick<KnownSighting, 'sighting' | 'feed' | 'trust' | 'version' | 'seenFrom'>;

/** A stage that a model reached, with the evidence. */
export type StageFact = {
  readonly stage: Stage;
  readonly grade: 'admissible' | 'short';
  /**
   * When it reached the stage, as far as evidence bounds it. For an announcement or a deprecation: when it was first
   * listed as such.
   */
  readonly since: Interval;
  /** When it left the stage: only a suspension ends. Null while it lasts, and for every other stage. */
  readonly until: Interval | null;
  /** What evidence is missing for it to be admissible, in words; null when it is admissible. */
  readonly missing: string | null;
  /** Oldest first; never empty. */
  readonly witnesses: readonly StageWitness[];
};

type Moment = { readonly at: Instant; readonly policy: EvidencePolicy };

/**
 * Every stage for which there was evidence at `at`, in the order of a model's life: announced < limited < preview < general <
 * deprecated < suspended < retired. `sightings` are those of one model.
 */
export function listStages(timeline: Timeline, sightings: readonly Sighting[], moment: Moment): StageFact[] {
  const facts = [
    announced(timeline, sightings, moment),
    limited(timeline, sightings, moment),
    weighed('preview', timeline, previews(sightings, moment.at), moment),
    weighed('general', timeline, sightings, moment),
    deprecated(timeline, sightings, moment),
    ...suspended(timeline, sightings, moment),
    retired(timeline, sightings, moment),
  ];
  return facts.filter((fact) => fact !== null);
}

/**
 * The last stage with admissible evidence that the model has not left; otherwise the last with any evidence. Null if
 * there is none.
 */
export function stageReached(facts: readonly StageFact[]): Stage | null {
  const current = facts.filter((fact) => fact.until === null);
  const sure = current.filter((fact) => fact.grade === 'admissible');
  return (sure.length > 0 ? sure : current).at(-1)?.stage ?? null;
}

function announced(timeline: Timeline, sightings: readonly Sighting[], { at }: Moment): StageFact | null {
  const witnesses = versionsThat(timeline, sightings, at, (version) => {
    return version.stage === 'announced' || announcedFor(version) !== null;
  });
  return witnesses.length === 0 ? null : stated('announced', witnesses, null);
}

/** The rows that list the model while only approved customers can call it. */
function limited(timeline: Timeline, sightings: readonly Sighting[], { at }: Moment): StageFact | null {
  const witnesses = versionsThat(timeline, sightings, at, (version) => version.stage === 'limited');
  return witnesses.length === 0 ? null : stated('limited', witnesses, null);
}

/** The rows that were ever listed as a preview. */
function previews(sightings: readonly Sighting[], at: Instant): Sighting[] {
  return sightings.filter((sighting) =>
    sighting.versions.some((version) => version.stage === 'preview' && version.observedAt <= at),
  );
}

function weighed(
  stage: 'preview' | 'general',
  timeline: Timeline,
  sightings: readonly Sighting[],
  { at, policy }: Moment,
): StageFact | null {
  const { evidence } = weighModel(timeline, sightings, { at, policy, stage: stage === 'general' ? 'ga' : 'any' });
  if (evidence === null) return null;
  const { grade, occurred, missing, witnesses } = evidence;
  return { stage, grade, since: occurred, until: null, missing, witnesses };
}

/**
 * The vendor's own rows that are still listed as deprecated, each since it last became so. Admissible with one first
 * party, or as many origins as the policy requires.
 */
function deprecated(timeline: Timeline, sightings: readonly Sighting[], { at, policy }: Moment): StageFact | null {
  const witnesses = findVersions(timeline, sightings, at, deprecatedSince).filter(
    ({ sighting, trust }) => sighting.model.own && trust !== 'community',
  );
  if (witnesses.length === 0) return null;
  const lasting = witnesses.filter(({ sighting, seenFrom }) => {
    const until = sighting.goneAt ?? Number.POSITIVE_INFINITY;
    return seasonedAt(timeline, sighting, { since: seenFrom, until, at }) !== null;
  });
  const origins = new Set(lasting.map(({ feed }) => feed.origin)).size;
  const firstParty = witnesses.some(({ trust }) => trust === 'first_party');
  const sure = firstParty || (!policy.firstPartyOnly && origins >= policy.originsMin);
  const origin = policy.firstPartyOnly ? 'a first party' : `a first party or ${policy.originsMin} origins`;
  const missing = `${origin} must list it as deprecated in reads a day apart`;
  return stated('deprecated', witnesses, sure ? null : missing);
}

/**
 * The first version of the run of deprecated or retired versions that lasts to the end; undefined if the row is listed
 * as active again.
 */
function deprecatedSince(versions: readonly ItemVersion[]): ItemVersion | undefined {
  const other = versions.findLastIndex(({ lifecycle, end }) => {
    return !(statesVendorEnd(end) && (lifecycle === 'deprecated' || lifecycle === 'retired'));
  });
  return versions[other + 1];
}

function retired(timeline: Timeline, sightings: readonly Sighting[], moment: Moment): StageFact | null {
  const { evidence } = weighRetirement(timeline, sightings, moment);
  // A withdrawal that was undone is a suspension.
  if (evidence === null || evidence.reinstated === true) return null;
  const { grade, occurred, missing, witnesses } = evidence;
  return { stage: 'retired', grade, since: occurred, until: null, missing, witnesses };
}

function suspended(timeline: Timeline, sightings: readonly Sighting[], moment: Moment): StageFact[] {
  return listSuspensions(timeline, sightings, moment).map(({ since, until, witnesses }) => {
    return { stage: 'suspended', grade: 'admissible', since, until, missing: null, witnesses };
  });
}

function stated(stage: Stage, witnesses: readonly StageWitness[], missing: string | null): StageFact {
  const first = Math.min(...witnesses.map(({ seenFrom }) => seenFrom));
  return {
    stage,
    grade: missing === null ? 'admissible' : 'short',
    since: { from: first, to: first + 1 },
    until: null,
    missing,
    witnesses,
  };
}

/** For each row, the first version known at `at` that satisfies `says`; oldest first. */
function versionsThat(
  timeline: Timeline,
  sightings: readonly Sighting[],
  at: Instant,
  says: (version: ItemVersion) => boolean,
): StageWitness[] {
  return findVersions(timeline, sightings, at, (versions) => versions.find(says));
}

/** For each row, the version that `pick` chooses among those known at `at`; oldest first. */
function findVersions(
  timeline: Timeline,
  sightings: readonly Sighting[],
  at: Instant,
  pick: (versions: readonly ItemVersion[]) => ItemVersion | undefined,
): StageWitness[] {
  const found = sightings.flatMap((sighting): StageWitness[] => {
    const feed = timeline.feeds.get(sighting.feedId);
    const version = pick(versionsOfRun(sighting).filter((candidate) => candidate.observedAt <= at));
    if (feed === undefined || version === undefined || sighting.seenFrom > at) return [];
    const trust = lowerTrust(feed.trust, version.itemTrust ?? feed.trust);
    return [{ sighting, feed, trust, version, seenFrom: Math.max(sighting.seenFrom, version.observedAt) }];
  });
  return found.sort(
    (a, b) => a.seenFrom - b.seenFrom || a.version.observationId.localeCompare(b.version.observationId, 'en'),
  );
}

/** The versions of an item during a run of polls: the last one before the run, and those within it. */
function versionsOfRun({ versions, seenFrom, goneAt }: Sighting): Sighting['versions'] {
  return versions.filter(({ observedAt }, index) => {
    const next = versions[index + 1]?.observedAt ?? Number.POSITIVE_INFINITY;
    return next > seenFrom && (goneAt === null || observedAt < goneAt);
  });
}
