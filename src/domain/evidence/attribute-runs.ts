import type { EventLeaf } from '../criterion/criterion.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import type { Attributes } from '../feeds/item.ts';
import type { Instant, Interval } from '../instant.ts';
import {
  firstReadFrom,
  type ItemVersion,
  type KnownSighting,
  knownSighting,
  lastReadAt,
  type Sighting,
  seasonedAt,
  seasoningMs,
  speaksOf,
  type Timeline,
} from './timeline.ts';

type AttributeLeaf = Extract<EventLeaf, { op: 'attribute' }>;

export type AttributeAsk = {
  readonly at: Instant;
  readonly stage: 'any' | 'ga';
  readonly policy: EvidencePolicy;
  readonly name: AttributeLeaf['name'];
  readonly is: AttributeLeaf['is'];
  readonly window: Interval;
};

/** An unbroken stretch over which one row published a value that satisfies the comparison. */
export type Run = {
  readonly row: KnownSighting;
  /** It cannot have held before this, as far as this row and the model's release tell. */
  readonly notBefore: Instant;
  /** The first poll that showed it. */
  readonly since: Instant;
  /** The first poll that did not any more, or infinity. */
  readonly until: Instant;
  /** Its feed took it back: within a day, or for the value that another origin had all along. It no longer counts by itself. */
  readonly corrected: boolean;
  /** Another value followed it; otherwise it stands, or its row went. */
  readonly replaced: boolean;
  /** The row had the value when it was first listed. */
  readonly fromStart: boolean;
  /** A read a day later still showed it; a first party needs none. */
  readonly lasting: boolean;
  /** Whether it shows that the value held at a moment of the window. */
  readonly inside: boolean;
};

/** What a row said over a stretch: a value that satisfies the comparison, another, or nothing. */
type Stretch = { readonly says: 'yes' | 'no' | 'nothing'; readonly from: Instant; readonly version: ItemVersion };

/**
 * The runs of the vendor's own rows of one model, or of the rows of hosts, that may bear on the window. `releasedFrom` is the earliest moment at which the model
 * can have been released: no value holds before it.
 */
export function runsOf(
  timeline: Timeline,
  sightings: readonly Sighting[],
  ask: AttributeAsk,
  { releasedFrom, of }: { readonly releasedFrom: Instant; readonly of: 'own' | 'hosts' },
): Run[] {
  const rows = sightings.flatMap((sighting) => {
    const row = speaksOf(timeline, sighting, 'attribute') ? knownSighting(timeline, sighting, ask.at, ask.stage) : null;
    if (row === null || row === 'announced') return [];
    return (sighting.model.own || row.trust === 'first_party') === (of === 'own') ? [row] : [];
  });
  const firstSeen = Math.min(...rows.map((row) => row.seenFrom));
  const told = rows.map((row): Told => {
    const stretches = stretchesOf(row, ask);
    return { row, stretches, deniedTo: deniedTo(timeline, row, stretches, ask, firstSeen) };
  });
  const deniedByEnough = enoughDeny(told, ask.policy);
  return told
    .flatMap((one) => runsOfRow(timeline, one, told, ask, { releasedFrom, deniedByEnough }))
    .filter((run) => run.until > run.notBefore && run.notBefore < ask.window.to)
    .filter((run) => run.until > ask.window.from || !run.replaced);
}

type Told = {
  readonly row: KnownSighting;
  /** What it said, stretch by stretch. */
  readonly stretches: readonly Stretch[];
  /** How far it denied the value all the while that matters, less its feed's lag; minus infinity where it did not. */
  readonly deniedTo: Instant;
};

function runsOfRow(
  timeline: Timeline,
  { row, stretches, deniedTo: denied }: Told,
  others: readonly Told[],
  ask: AttributeAsk,
  model: { releasedFrom: Instant; deniedByEnough: Instant },
): Run[] {
  const end = row.goneAt ?? Number.POSITIVE_INFINITY;
  return stretches.flatMap((stretch, index): Run[] => {
    if (stretch.says !== 'yes') return [];
    const next = stretches[index + 1];
    const since = stretch.from;
    const until = next?.from ?? end;
    // What enough rows denied cannot have been sooner, unless this one showed it all the same.
    const deniedHere = index === 1 ? denied : Number.NEGATIVE_INFINITY;
    const notBefore = Math.max(deniedHere, Math.min(model.deniedByEnough, since), model.releasedFrom);
    const lasting = isLasting(timeline, row, since, until, ask.at);
    return [
      {
        row: { ...row, version: stretch.version, seenFrom: since },
        notBefore,
        since,
        until,
        corrected: next?.says === 'no' && (!lasting || isContradicted(timeline, row, until, { others, at: ask.at })),
        replaced: next?.says === 'no',
        fromStart: index === 0,
        lasting,
        inside: isInside(timeline, row, { notBefore, since, until }, ask),
      },
    ];
  });
}

/** What the row said, oldest first, from when it witnesses until it went; versions that say the same are one stretch. */
function stretchesOf(row: KnownSighting, ask: AttributeAsk): Stretch[] {
  const { versions } = row.sighting;
  const stretches: Stretch[] = [];
  for (const [index, version] of versions.entries()) {
    const from = Math.max(version.observedAt, row.seenFrom);
    const next = versions[index + 1]?.observedAt ?? Number.POSITIVE_INFINITY;
    if (from > ask.at || from >= (row.goneAt ?? Number.POSITIVE_INFINITY) || next <= row.seenFrom) continue;
    const says = ask.stage === 'ga' && version.stage !== 'general' ? 'nothing' : saysOf(version.attributes, ask);
    if (stretches.at(-1)?.says !== says) stretches.push({ says, from, version });
  }
  return stretches;
}

function saysOf(attributes: Attributes | undefined, { name, is }: AttributeAsk): Stretch['says'] {
  const value = attributes?.[name];
  if (value === undefined) return 'nothing';
  return satisfies(value, is) ? 'yes' : 'no';
}

/**
 * How far a row denied the value from the first. It must have been looked at all the while that matters: from before the
 * window opened, or within a day of the model's first listing, since what stands for less than a day is not believed anyway.
 */
function deniedTo(
  timeline: Timeline,
  { sighting, feed, seenFrom, goneAt }: KnownSighting,
  [first, second]: readonly Stretch[],
  { at, window }: AttributeAsk,
  firstSeen: Instant,
): Instant {
  const always = sighting.absentAt !== null && seenFrom < firstSeen + seasoningMs;
  if (first?.says !== 'no' || !(always || first.from <= window.from)) return Number.NEGATIVE_INFINITY;
  const end = second?.from ?? goneAt;
  const read = lastReadAt(timeline, feed.id, sighting.model.vendor, end === null ? at : end - 1);
  return read === null ? Number.NEGATIVE_INFINITY : read - feed.settlementLagMs;
}

/** How far a first party, or as many origins as a NO would need, denied the value. */
function enoughDeny(told: readonly Told[], policy: EvidencePolicy): Instant {
  const byOrigin = new Map<string, Instant>();
  let firstParty = Number.NEGATIVE_INFINITY;
  for (const { row, deniedTo: denied } of told) {
    if (row.trust === 'community') continue;
    if (row.trust === 'first_party') firstParty = Math.max(firstParty, denied);
    byOrigin.set(row.feed.origin, Math.max(byOrigin.get(row.feed.origin) ?? Number.NEGATIVE_INFINITY, denied));
  }
  const reached = [...byOrigin.values()].sort((a, b) => b - a)[policy.originsMin - 1] ?? Number.NEGATIVE_INFINITY;
  return policy.firstPartyOnly ? firstParty : Math.max(firstParty, reached);
}

/**
 * Whether another origin had said otherwise for a day when the row came to say so too, and a read from then on still says it.
 * A row that has not been read since proves nothing: it may have gone.
 */
function isContradicted(
  timeline: Timeline,
  row: KnownSighting,
  until: Instant,
  { others, at }: { readonly others: readonly Told[]; readonly at: Instant },
): boolean {
  return others.some(
    ({ row: other, stretches }) =>
      other.feed.origin !== row.feed.origin &&
      other.trust !== 'community' &&
      stretches.some(({ says, from }, index) => {
        const to = stretches[index + 1]?.from ?? other.goneAt ?? Number.POSITIVE_INFINITY;
        if (says !== 'no' || from > until - seasoningMs) return false;
        const read = firstReadFrom(timeline, other.feed.id, other.sighting.model.vendor, until);
        return read !== null && read <= at && read < to;
      }),
  );
}

function isLasting(timeline: Timeline, row: KnownSighting, since: Instant, until: Instant, at: Instant): boolean {
  return row.trust === 'first_party' || seasonedAt(timeline, row.sighting, { since, until, at }) !== null;
}

/** A poll tells of a moment up to the feed's lag earlier: it must lie so far inside, or the value begin inside. */
function isInside(
  timeline: Timeline,
  { sighting, feed }: KnownSighting,
  run: Pick<Run, 'notBefore' | 'since' | 'until'>,
  { window, at }: AttributeAsk,
): boolean {
  const surely = window.from + feed.settlementLagMs;
  const shown =
    run.notBefore >= window.from || run.since >= surely
      ? run.since
      : firstReadFrom(timeline, feed.id, sighting.model.vendor, surely);
  return shown !== null && shown <= at && shown < run.until && shown < window.to;
}

export function satisfies(value: number | boolean, is: AttributeLeaf['is']): boolean {
  const { gte, gt, lte, lt, eq } = is;
  if (eq !== undefined && value !== eq) return false;
  if (typeof value === 'boolean') return gte === undefined && gt === undefined && lte === undefined && lt === undefined;
  return (
    (gte === undefined || value >= gte) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (lt === undefined || value < lt)
  );
}
