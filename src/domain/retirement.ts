import { extentOfEnd } from './ended-ids.ts';
import type { Weighed } from './evidence.ts';
import { earliest } from './evidence.ts';
import { type Instant, type Interval, parseDate } from './instant.ts';
import { modelKey } from './model-id.ts';
import type { EvidencePolicy } from './policy.ts';
import {
  durability,
  type KnownSighting,
  knownSighting,
  lastReadAt,
  type Sighting,
  speaksOf,
  type Timeline,
} from './timeline.ts';
import { type Trust, trustRank } from './trust.ts';

type Ask = { readonly at: Instant; readonly policy: EvidencePolicy };

/** What one origin says of a model's end: the day from which none of its rows is served any more. */
type EndWord = {
  readonly origin: string;
  readonly trust: Trust;
  readonly ends: Interval;
  /** It speaks of the model and not only of a name, and of what has happened and not only of a plan. */
  readonly whole: boolean;
  /** Its rows themselves say that it is over. */
  readonly over: boolean;
  readonly rows: readonly KnownSighting[];
};

/**
 * Weighs whether a model was withdrawn: a first-party shutdown date that has passed, or two origins whose own rows state a
 * past date. Every own row of an origin must state one, since a snapshot's end is not the model's; the last of them counts.
 * An origin that lists only what ends must state one for every id that the vendor's own rows elsewhere have.
 * Absence never retires.
 */
export function weighRetirement(timeline: Timeline, sightings: readonly Sighting[], ask: Ask): Weighed {
  const words = endWords(timeline, sightings, ask.at);
  const past = words.filter((word) => word.over || word.ends.to <= ask.at);
  const recheckAt = words
    .filter((word) => !past.includes(word))
    .map((word) => word.ends.to)
    .reduce<Instant | null>(earliest, null);
  const model = sightings[0]?.model;
  if (past.length === 0 || model === undefined) return { evidence: null, recheckAt };
  const whole = past.filter((word) => word.whole);
  const firstParty = whole.filter((word) => word.trust === 'first_party');
  const origins = new Set(whole.map((word) => word.origin)).size;
  const admissible = firstParty.length > 0 || (!ask.policy.firstPartyOnly && origins >= ask.policy.originsMin);
  const dating = firstParty.length > 0 ? firstParty : admissible ? whole : past;
  const rows = dating.flatMap((word) => word.rows);
  return {
    recheckAt,
    evidence: {
      key: modelKey(model),
      model,
      grade: admissible ? 'admissible' : 'short',
      occurred: {
        from: Math.min(...dating.map((word) => word.ends.from)),
        to: Math.max(...dating.map((word) => word.ends.to)),
      },
      dating: {
        occurred: dating[0]?.ends ?? { from: ask.at, to: ask.at },
        basis: 'stated',
        dated: firstOfEachFeed(rows),
        setAside: [],
      },
      witnesses: firstOfEachFeed(past.flatMap((word) => word.rows)),
      missing: admissible
        ? null
        : `only ${past.map((word) => word.origin).join(', ')} states a shutdown date that has passed; a first party or one more origin must, for every id of the model`,
      hostsOnly: false,
      slipsOnly: false,
      trust: past.map((word) => word.trust).reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
    },
  };
}

function endWords(timeline: Timeline, sightings: readonly Sighting[], at: Instant): EndWord[] {
  const byOrigin = new Map<string, KnownSighting[]>();
  const listed: string[] = [];
  for (const sighting of sightings) {
    const row = knownSighting(timeline, sighting, at);
    if (row === null || row === 'announced' || row.trust === 'community') continue;
    if (!row.sighting.model.own || durability(row, at) === 'slip') continue;
    if (speaksOf(timeline, sighting, 'release')) listed.push(sighting.name);
    if (speaksOf(timeline, sighting, 'end'))
      byOrigin.set(row.feed.origin, [...(byOrigin.get(row.feed.origin) ?? []), row]);
  }
  return [...byOrigin].flatMap(([origin, rows]) => endWord(timeline, origin, rows, listed));
}

/** `listed` are the ids under which the vendor's own rows list the model, in any feed. */
function endWord(
  timeline: Timeline,
  origin: string,
  rows: readonly KnownSighting[],
  listed: readonly string[],
): EndWord[] {
  const ends = rows.map((row) => endOf(timeline, row));
  const [first, ...others] = ends.filter((end) => end !== null);
  if (first === undefined || ends.includes(null)) return [];
  const last = others.reduce((latest, next) => (next.interval.to > latest.interval.to ? next : latest), first);
  const isPartial = rows.every((row) => row.feed.ends === 'by_rights' || !speaksOf(timeline, row.sighting, 'release'));
  const names = rows.map((row) => row.sighting.name);
  const extent = isPartial ? extentOfEnd(names, listed) : 'whole';
  if (extent === 'part') return [];
  const trust = rows.some((row) => row.trust === 'first_party') ? 'first_party' : (rows[0]?.trust ?? 'community');
  const whole = extent === 'whole' && ends.every((end) => end?.kind !== 'plan');
  return [{ origin, trust, ends: last.interval, whole, over: ends.every((end) => end?.kind === 'over'), rows }];
}

/** `over`: the row says that it has ended. `day`: it states when it ends. `plan`: the same, and will say so once it has. */
type End = { readonly interval: Interval; readonly kind: 'over' | 'day' | 'plan' };

/** What a row says of its end; null when it says nothing. */
function endOf(timeline: Timeline, row: KnownSighting): End | null {
  const { feed, version } = row;
  const date = version.shutdown === undefined ? null : parseDate(version.shutdown);
  const stated = date?.precision === 'day' || date?.precision === 'instant' ? date.interval : null;
  if (feed.ends !== 'by_status' || version.lifecycle !== 'retired')
    return stated === null ? null : { interval: stated, kind: feed.ends === 'by_status' ? 'plan' : 'day' };
  // A day that was still to come when the row called the model retired is not when it was.
  const interval = stated !== null && stated.from <= version.observedAt ? stated : retiredWithin(timeline, row);
  return { interval, kind: 'over' };
}

/** From the last read that had it in service, if any, to the first that called it retired. */
function retiredWithin(timeline: Timeline, { sighting, version }: KnownSighting): Interval {
  const known = sighting.versions.filter((one) => one.observedAt <= version.observedAt);
  const served = known.findLast((one) => one.lifecycle !== 'retired');
  const first = known.find((one) => served === undefined || one.observedAt > served.observedAt) ?? version;
  const from =
    served === undefined ? null : lastReadAt(timeline, sighting.feedId, sighting.model.vendor, first.observedAt - 1);
  return { from: from ?? Number.NEGATIVE_INFINITY, to: first.observedAt + 1 };
}

function firstOfEachFeed(rows: readonly KnownSighting[]): KnownSighting[] {
  return [...new Map([...rows].reverse().map((row) => [row.feed.id, row])).values()];
}
