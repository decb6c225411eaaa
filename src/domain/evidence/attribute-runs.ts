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
  /** The value cannot have applied before this, judging by this row and the release of the model. */
  readonly notBefore: Instant;
  /** The first poll that showed it. */
  readonly since: Instant;
  /** The first poll that no longer showed it, or infinity. */
  readonly until: Instant;
  /**
   * Whether its feed corrected it: within a day, or to a value that another origin had shown throughout. A corrected
   * value no longer counts on its own.
   */
  readonly corrected: boolean;
  /** Whether another value followed. If not, the value is current, or its row vanished. */
  readonly replaced: boolean;
  /** Whether the row had the value when it was first listed. */
  readonly fromStart: boolean;
  /** Whether a read a day later still showed it. A first party needs no such read. */
  readonly lasting: boolean;
  /** Whether it shows that the value applied at a moment of the window. */
  readonly inside: boolean;
};

/** What a row stated over a period: a value that satisfies the comparison, another value, or none. */
type Stretch = { readonly says: 'yes' | 'no' | 'nothing'; readonly from: Instant; readonly version: ItemVersion };

/**
 * The runs that can matter to the window, in the vendor's own rows of one model or in the rows of hosts. `releasedFrom`
 * is the earliest moment at which the model can have been released: no value applies before it.
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
  const histories = rows.map((row): RowHistory => {
    const stretches = stretchesOf(row, ask);
    return { row, stretches, deniedTo: deniedTo(timeline, row, stretches, ask, firstSeen) };
  });
  const deniedByEnough = enoughDeny(histories, ask.policy);
  return histories
    .flatMap((history) => runsOfRow(timeline, history, histories, ask, { releasedFrom, deniedByEnough }))
    .filter((run) => run.until > run.notBefore && run.notBefore < ask.window.to)
    .filter((run) => run.until > ask.window.from || !run.replaced);
}

type RowHistory = {
  readonly row: KnownSighting;
  /** What the row stated, oldest first. */
  readonly stretches: readonly Stretch[];
  /** Until when the row stated another value without a gap that matters, minus the feed's lag, or minus infinity. */
  readonly deniedTo: Instant;
};

function runsOfRow(
  timeline: Timeline,
  { row, stretches, deniedTo: denied }: RowHistory,
  others: readonly RowHistory[],
  ask: AttributeAsk,
  model: { releasedFrom: Instant; deniedByEnough: Instant },
): Run[] {
  const end = row.goneAt ?? Number.POSITIVE_INFINITY;
  return stretches.flatMap((stretch, index): Run[] => {
    if (stretch.says !== 'yes') return [];
    const next = stretches[index + 1];
    const since = stretch.from;
    const until = next?.from ?? end;
    // If enough rows stated another value until some moment, this value applies only from then on, or from when this
    // row first showed it, if that was earlier.
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

/** What the row stated while it was evidence, oldest first. Consecutive versions that state the same are one. */
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
 * Until when a row that started with another value went on stating it. The row must have been read since before the
 * window opened, or since within a day of the model's first listing: a value shown for less than a day is not believed.
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

/** Until when a first party, or as many origins as the policy requires, stated another value. */
function enoughDeny(histories: readonly RowHistory[], policy: EvidencePolicy): Instant {
  const byOrigin = new Map<string, Instant>();
  let firstParty = Number.NEGATIVE_INFINITY;
  for (const { row, deniedTo: denied } of histories) {
    if (row.trust === 'community') continue;
    if (row.trust === 'first_party') firstParty = Math.max(firstParty, denied);
    byOrigin.set(row.feed.origin, Math.max(byOrigin.get(row.feed.origin) ?? Number.NEGATIVE_INFINITY, denied));
  }
  const reached = [...byOrigin.values()].sort((a, b) => b - a)[policy.originsMin - 1] ?? Number.NEGATIVE_INFINITY;
  return policy.firstPartyOnly ? firstParty : Math.max(firstParty, reached);
}

/**
 * Whether another origin had stated another value for a day when this row changed, and was read later still stating it.
 * An origin that has not been read since proves nothing: its row may have vanished.
 */
function isContradicted(
  timeline: Timeline,
  row: KnownSighting,
  until: Instant,
  { others, at }: { readonly others: readonly RowHistory[]; readonly at: Instant },
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

/**
 * Whether the run shows that the value applied inside the window. A poll may show a state that is up to the feed's lag
 * old, so it must be that far inside the window unless the value itself started inside.
 */
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
