import type { ModelName } from '../criterion/pattern.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import { unusedDate } from '../evidence/dating.ts';
import { type ModelEvidence, weighModel } from '../evidence/release.ts';
import {
  announcedFor,
  durability,
  type FeedFacts,
  type ItemVersion,
  type KnownSighting,
  knownSighting,
  type Sighting,
  speaksOf,
  type Timeline,
} from '../evidence/timeline.ts';
import { type EndKind, type EndScope, endKindOf, endScopeOf } from '../feeds/stated-end.ts';
import { lowerTrust, type Trust } from '../feeds/trust.ts';
import type { Instant } from '../instant.ts';

/** How a row counts as evidence that its model is released. */
export type RowStanding = 'witness' | 'young' | 'slip' | 'announcement' | 'community' | 'other_subject';

/** A release date as a row states it, verbatim, and how it was used. */
export type StatedDate = {
  readonly text: string;
  readonly weight: 'stands' | 'curated';
  readonly observationId: string;
  /** When the row first stated it. */
  readonly observedAt: Instant;
  readonly use: 'used' | 'set_aside' | 'replaced';
  /** Why the date was not used, as a text that continues from the date; null when it was used. */
  readonly why: string | null;
};

/** An end as a row states it, or the fact that the row no longer states one. */
export type StatedEndDate = {
  /** Verbatim; null when the row no longer stated a date. */
  readonly text: string | null;
  readonly kind: EndKind;
  readonly scope: EndScope;
  readonly observationId: string;
  /** When the row first stated it. */
  readonly observedAt: Instant;
};

/** A row of one feed for a model, over one unbroken run of polls that list it. */
export type RowRecord = {
  readonly sighting: Sighting;
  readonly feed: FeedFacts;
  readonly trust: Trust;
  /** The latest version known. */
  readonly version: ItemVersion;
  readonly goneAt: Instant | null;
  readonly standing: RowStanding;
  /** Every date that it stated, oldest first. */
  readonly dates: readonly StatedDate[];
  /** Every end that it stated and every change of it, oldest first. */
  readonly ends: readonly StatedEndDate[];
};

/** What is known of one model at one moment: whether and when it was released, and every row that lists it. */
export type ModelRecord = {
  readonly model: ModelName;
  readonly release: ModelEvidence | null;
  /** The vendor's own rows first, then by first sighting. */
  readonly rows: readonly RowRecord[];
};

type Moment = { readonly at: Instant; readonly policy: EvidencePolicy };

/** Weighs a model by the rule that settles predictions, and says how each row counted. Null if nothing lists it yet. */
export function recordModel(timeline: Timeline, sightings: readonly Sighting[], moment: Moment): ModelRecord | null {
  const seen = sightings.filter((sighting) => sighting.seenFrom <= moment.at);
  const first = seen[0];
  if (first === undefined) return null;
  const release = weighModel(timeline, sightings, { ...moment, stage: 'any' }).evidence;
  const rows = seen.flatMap((sighting) => recordRow(timeline, sighting, release, moment.at));
  rows.sort(
    (a, b) =>
      Number(b.sighting.model.own) - Number(a.sighting.model.own) ||
      a.sighting.seenFrom - b.sighting.seenFrom ||
      a.version.observationId.localeCompare(b.version.observationId, 'en'),
  );
  const { vendor, family, version, tier } = first.model;
  return { model: { vendor, family, version, tier }, release, rows };
}

function recordRow(timeline: Timeline, sighting: Sighting, release: ModelEvidence | null, at: Instant): RowRecord[] {
  const feed = timeline.feeds.get(sighting.feedId);
  const versions = sighting.versions.filter((version) => version.observedAt <= at);
  const version = versions.at(-1);
  if (feed === undefined || version === undefined) return [];
  const known = knownSighting(timeline, sighting, at);
  const standing = speaksOf(timeline, sighting, 'release') ? standingOf(known) : 'other_subject';
  const goneAt = sighting.goneAt !== null && sighting.goneAt <= at ? sighting.goneAt : null;
  const why = whyNow(known, standing, version, release);
  const trust = lowerTrust(feed.trust, version.itemTrust ?? feed.trust);
  return [
    {
      sighting,
      feed,
      trust,
      version,
      goneAt,
      standing,
      dates: datesOf(versions, why),
      ends: endsOf(versions, sighting.model.own),
    },
  ];
}

function standingOf(known: KnownSighting | 'announced' | null): RowStanding {
  if (known === 'announced' || known === null) return 'announcement';
  if (known.trust === 'community') return 'community';
  if (known.trust === 'first_party') return 'witness';
  const lasts = durability(known);
  return lasts === 'lasting' ? 'witness' : lasts;
}

/** Why the date that the row states now was not used; null if the model was dated by it. */
function whyNow(
  known: KnownSighting | 'announced' | null,
  standing: RowStanding,
  version: ItemVersion,
  release: ModelEvidence | null,
): string | null {
  if (standing === 'other_subject') return 'is stated by a feed that is not evidence of releases';
  if (version.stage === 'limited') return 'belongs to a model that only approved customers can call';
  if (known === null || known === 'announced' || release === null)
    return announcedFor(version) === null ? 'belongs to an announcement' : 'was in the future when it was listed';
  return unusedDate(release.dating, known);
}

function datesOf(versions: readonly ItemVersion[], why: string | null): StatedDate[] {
  const dates: StatedDate[] = [];
  for (const { released, observationId, observedAt } of versions) {
    const last = dates.at(-1);
    if (last?.use === 'used') {
      if (last.text === released?.text && last.weight === released.weight) continue;
      dates[dates.length - 1] = { ...last, use: 'replaced', why: replaced };
    }
    if (released !== null) dates.push({ ...released, observationId, observedAt, use: 'used', why: null });
  }
  const last = dates.at(-1);
  if (last?.use === 'used' && why !== null) dates[dates.length - 1] = { ...last, use: 'set_aside', why };
  return dates;
}

function endsOf(versions: readonly ItemVersion[], isOwn: boolean): StatedEndDate[] {
  const ends: StatedEndDate[] = [];
  for (const { shutdown, end, observationId, observedAt } of versions) {
    const stated = { text: shutdown ?? null, kind: endKindOf(end), scope: endScopeOf(end, isOwn) };
    const last = ends.at(-1);
    const isSame =
      stated.text === (last?.text ?? null) &&
      (stated.text === null || (stated.kind === last?.kind && stated.scope === last.scope));
    if (!isSame) ends.push({ ...stated, observationId, observedAt });
  }
  return ends;
}

const replaced = 'was withdrawn by its feed, which has since stated another date or none';
