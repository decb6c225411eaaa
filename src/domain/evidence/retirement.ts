import type { EvidencePolicy } from '../criterion/policy.ts';
import { type Trust, trustRank } from '../feeds/trust.ts';
import { modelKey } from '../identity/model-id.ts';
import { dayMs, formatInstant, type Instant, type Interval } from '../instant.ts';
import { extentOfEnd } from './ended-ids.ts';
import { earliest, nextLook, type Weighed } from './release.ts';
import { type End, endOf } from './row-end.ts';
import {
  durability,
  type KnownSighting,
  knownSighting,
  lastReadAt,
  type Sighting,
  seasoningMs,
  speaksOf,
  type Timeline,
} from './timeline.ts';

type Ask = { readonly at: Instant; readonly policy: EvidencePolicy; readonly stage?: 'any' | 'ga' };

/** What one origin states about a model's end: the day after which none of the model's rows is served. */
type EndWord = {
  readonly origin: string;
  readonly trust: Trust;
  readonly ends: Interval;
  /**
   * Whether it covers every id of the model, is more than a plan, and is stated by all of its rows in lasting reads.
   */
  readonly whole: boolean;
  /** Whether its rows themselves say that the model has ended. */
  readonly over: boolean;
  readonly rows: readonly KnownSighting[];
};

/**
 * Weighs whether a model was withdrawn. This needs a first-party shutdown date that has passed, or past dates in the
 * own rows of two origins.
 * - Every own row of an origin must state a date, because the end of a snapshot is not the end of the model. The latest
 *   date counts. An origin that lists only what ends must state one for every id in the vendor's own rows elsewhere.
 * - If origins of equal rank state different dates, a future date widens the interval; otherwise the answer would
 *   change when that day comes.
 * - Absence never retires a model. If too few origins still list a model, that only holds a NO back.
 */
export function weighRetirement(timeline: Timeline, sightings: readonly Sighting[], ask: Ask): Weighed {
  const { rows, recheckAt } = knownRows(timeline, sightings, ask);
  const back = findReinstated(timeline, rows);
  return back === null ? weighStatedEnds(timeline, sightings, ask) : { evidence: reinstatedEvidence(back), recheckAt };
}

/** Weighs the ends that are stated at a moment, ignoring earlier withdrawals that were undone. */
export function weighStatedEnds(timeline: Timeline, sightings: readonly Sighting[], ask: Ask): Weighed {
  const { rows, listed, recheckAt } = knownRows(timeline, sightings, ask);
  const words = endWords(timeline, rows, listed);
  const pending = words.filter((word) => !hasPassed(word, ask.at));
  const due = pending.flatMap(({ ends }) => [ends.from, ends.to]).filter((moment) => moment > ask.at);
  // If a row names a month, the model may end at any time in it, so the end may have come once the month begins. A day
  // counts only once it has passed.
  const begun = words.some(
    (word) => hasPassed(word, ask.at) || (word.ends.from <= ask.at && word.ends.to - word.ends.from > dayMs),
  );
  return {
    evidence: begun ? wordsEvidence(words, ask, sightings[0]?.model) : null,
    recheckAt: due.reduce<Instant | null>(earliest, recheckAt),
  };
}

function hasPassed({ over, ends }: EndWord, at: Instant): boolean {
  return over || ends.to <= at;
}

/**
 * A first party's row that once stated an end and now lists the model as in service: the end that it stated, and since
 * when it has listed the model again.
 */
type Reinstated = { readonly row: KnownSighting; readonly ended: Interval; readonly since: Instant };

function findReinstated(timeline: Timeline, rows: readonly KnownSighting[]): Reinstated | null {
  for (const row of rows) {
    if (row.trust !== 'first_party' || row.goneAt !== null) continue;
    const now = endOf(timeline, row);
    const versions = row.sighting.versions.filter((version) => version.observedAt <= row.version.observedAt);
    for (const [index, version] of versions.slice(0, -1).entries()) {
      const end = endOf(timeline, { ...row, version });
      const since = versions[index + 1]?.observedAt ?? row.version.observedAt;
      if (end !== null && isUndone(end, now, row.version.observedAt)) return { row, ended: end.interval, since };
    }
  }
  return null;
}

/**
 * Whether a stated end was undone. Any other status undoes the status "retired". A day that has passed is undone only
 * if the row no longer states an end.
 */
function isUndone(end: End, now: End | null, at: Instant): boolean {
  if (end.kind === 'over') return now?.kind !== 'over';
  return now === null && end.interval.to <= at;
}

/** A model that its publisher withdrew and lists again was suspended. A person must decide whether that was a withdrawal. */
function reinstatedEvidence({ row, ended, since }: Reinstated): NonNullable<Weighed['evidence']> {
  const state = row.version.lifecycle ?? 'active';
  return {
    key: modelKey(row.sighting.model),
    model: row.sighting.model,
    grade: 'short',
    occurred: ended,
    dating: { occurred: ended, basis: 'stated', dated: [row], setAside: [] },
    witnesses: [row],
    missing: `${row.feed.slug} has listed it as ${state} again since ${formatInstant(since)}, so it was suspended`,
    hostsOnly: false,
    slipsOnly: false,
    reinstated: true,
    trust: row.trust,
  };
}

function wordsEvidence(
  words: readonly EndWord[],
  { policy, at }: Ask,
  model: Sighting['model'] | undefined,
): Weighed['evidence'] {
  if (model === undefined) return null;
  const { counted, admissible } = countWords(words, policy, at);
  const occurred = {
    from: Math.min(...counted.map((word) => word.ends.from)),
    to: Math.max(...counted.map((word) => word.ends.to)),
  };
  const rows = counted.flatMap((word) => word.rows);
  return {
    key: modelKey(model),
    model,
    grade: admissible ? 'admissible' : 'short',
    occurred,
    dating: { occurred, basis: 'stated', dated: firstOfEachFeed(rows), setAside: [] },
    witnesses: firstOfEachFeed(words.flatMap((word) => word.rows)),
    missing: admissible ? null : missingText(words, at),
    hostsOnly: false,
    slipsOnly: false,
    trust: counted.map((word) => word.trust).reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
  };
}

/**
 * The statements that decide. Those of first parties do once one of their dates has passed. Otherwise those of enough
 * origins do, unless a first party states a future date. If neither applies, the statements can only hold a NO back.
 */
function countWords(
  words: readonly EndWord[],
  policy: EvidencePolicy,
  at: Instant,
): { readonly counted: readonly EndWord[]; readonly admissible: boolean } {
  const whole = words.filter((word) => word.whole);
  const firstParty = whole.filter((word) => word.trust === 'first_party');
  if (firstParty.some((word) => hasPassed(word, at))) return { counted: firstParty, admissible: true };
  const passed = whole.filter((word) => hasPassed(word, at));
  const isEnough = firstParty.length === 0 && !policy.firstPartyOnly && passed.length >= policy.originsMin;
  return { counted: isEnough ? whole : words, admissible: isEnough };
}

function missingText(words: readonly EndWord[], at: Instant): string {
  const [past, pending] = [true, false].map((passed) => words.filter((word) => hasPassed(word, at) === passed));
  const names = (some: readonly EndWord[] = []): string => some.map((word) => word.origin).join(', ');
  const toCome = pending?.length === 0 ? '' : `; ${names(pending)} states one in the future`;
  const only = past?.length === 0 ? 'no origin' : `only ${names(past)}`;
  return `${only} states a shutdown date that has passed${toCome}; a first party or one more origin must state one, for every id of the model`;
}

/**
 * Weighs a model that disappeared: feeds dropped it, and too few feeds still list it to show that it is available. It
 * may have been withdrawn when its rows vanished. A row that was not read after the deadline may have vanished too.
 * Null if an end is stated, or if the model did not disappear.
 */
export function weighDisappearance(
  timeline: Timeline,
  sightings: readonly Sighting[],
  ask: Ask & { readonly deadline: Instant },
): Weighed['evidence'] {
  const { rows, listed } = knownRows(timeline, sightings, ask);
  const model = sightings[0]?.model;
  if (model === undefined || endWords(timeline, rows, listed).length > 0) return null;
  // A row listed for longer than a day is no slip, however rarely its feed was read.
  const firm = rows.filter((row) => row.goneAt === null || row.goneAt - row.seenFrom > seasoningMs);
  const left = firm.filter((row) => row.goneAt === null && wasReadSince(timeline, row, ask));
  const origins = new Set(left.map((row) => row.feed.origin));
  if (left.some((row) => row.trust === 'first_party') || origins.size >= ask.policy.originsMin) return null;
  const gone = firm.flatMap((row) =>
    row.goneAt === null || origins.has(row.feed.origin) ? [] : [{ row, goneAt: row.goneAt }],
  );
  const [first] = gone;
  if (first === undefined) return null;
  const lastListed = gone.map(({ row, goneAt }) => lastListedAt(timeline, row, goneAt));
  const occurred = { from: Math.min(...lastListed), to: Math.max(...gone.map(({ goneAt }) => goneAt)) + 1 };
  const dropped = gone.map(({ row }) => row);
  return {
    key: modelKey(model),
    model,
    grade: 'short',
    occurred,
    dating: { occurred, basis: 'bracket', dated: [], setAside: [] },
    witnesses: firstOfEachFeed(dropped),
    missing: `${[...new Set(dropped.map((row) => row.feed.slug))].join(', ')} no longer lists it and stated no end; absence alone never retires a model`,
    hostsOnly: false,
    slipsOnly: false,
    trust: first.row.trust,
  };
}

function wasReadSince(
  timeline: Timeline,
  { feed, sighting }: KnownSighting,
  { at, deadline }: { readonly at: Instant; readonly deadline: Instant },
): boolean {
  if (!Number.isFinite(deadline)) return true;
  return (lastReadAt(timeline, feed.id, sighting.model.vendor, at) ?? Number.NEGATIVE_INFINITY) >= deadline;
}

/** The rows that can be evidence of a model's end (for `ga`, generally available ones), and all ids that are listed. */
function knownRows(timeline: Timeline, sightings: readonly Sighting[], { at, stage = 'any' }: Ask) {
  const rows: KnownSighting[] = [];
  const listed: string[] = [];
  let recheckAt: Instant | null = null;
  for (const sighting of sightings) {
    const row = knownSighting(timeline, sighting, at, stage);
    if (row === 'announced') recheckAt = earliest(recheckAt, nextLook(sighting, at));
    else if (row !== null && isOwn(row) && (stage === 'any' || row.version.stage === 'general')) {
      const names = speaksOf(timeline, sighting, 'release') && durability(row) !== 'slip';
      if (names) listed.push(sighting.name);
      if (speaksOf(timeline, sighting, 'end')) rows.push(row);
    }
  }
  rows.sort((a, b) => a.seenFrom - b.seenFrom || a.version.observationId.localeCompare(b.version.observationId, 'en'));
  return { rows, listed, recheckAt };
}

function isOwn(row: KnownSighting): boolean {
  return row.trust !== 'community' && row.sighting.model.own;
}

function endWords(timeline: Timeline, rows: readonly KnownSighting[], listed: readonly string[]): EndWord[] {
  const byOrigin = new Map<string, KnownSighting[]>();
  for (const row of rows) byOrigin.set(row.feed.origin, [...(byOrigin.get(row.feed.origin) ?? []), row]);
  return [...byOrigin].flatMap(([origin, all]) => endWord(timeline, origin, all, listed));
}

/** `listed` are the ids under which the vendor's own rows list the model, in any feed. */
function endWord(
  timeline: Timeline,
  origin: string,
  all: readonly KnownSighting[],
  listed: readonly string[],
): EndWord[] {
  const firm = all.filter((row) => durability(row) !== 'slip');
  const rows = firm.some((row) => endOf(timeline, row) !== null) ? firm : all;
  const stated = rows.flatMap((row) => {
    const end = endOf(timeline, row);
    return end === null ? [] : [{ row, end }];
  });
  const [first, ...others] = stated;
  // A row that is still listed without an end shows that the model is still served.
  const goesOn = rows.some((row) => row.goneAt === null && endOf(timeline, row) === null);
  if (first === undefined || goesOn) return [];
  const last = others.reduce((latest, next) => (next.end.interval.to > latest.end.interval.to ? next : latest), first);
  const named = stated.map(({ row }) => row);
  const isPartial = rows.every((row) => row.feed.ends === 'by_rights' || !speaksOf(timeline, row.sighting, 'release'));
  const names = named.map((row) => row.sighting.name);
  const extent = isPartial ? extentOfEnd(names, listed) : 'whole';
  if (extent === 'part') return [];
  const lasts = (row: KnownSighting): boolean =>
    durability(row) === 'lasting' || (row.trust === 'first_party' && durability(row) === 'young');
  const sure = stated.length === rows.length && rows.every(lasts);
  const whole = sure && extent === 'whole' && stated.every(({ end }) => end.kind !== 'plan');
  const trust = named.some((row) => row.trust === 'first_party') ? 'first_party' : first.row.trust;
  const over = stated.every(({ end }) => end.kind === 'over');
  const ends = { ...last.end.interval, from: endedFrom(timeline, named, last.end.interval) };
  return [{ origin, trust, ends, whole, over, rows: named }];
}

/**
 * The start of an end. A publisher's list that dropped all rows of a model before the day that they stated may have
 * withdrawn it at once, so the end may have come since its last read that listed the model.
 */
function endedFrom(timeline: Timeline, rows: readonly KnownSighting[], stated: Interval): Instant {
  const isDropped = rows.every(
    ({ trust, goneAt }) => trust === 'first_party' && goneAt !== null && goneAt < stated.from,
  );
  if (!isDropped) return stated.from;
  return Math.max(...rows.map((row) => lastListedAt(timeline, row, row.goneAt ?? stated.from)));
}

/** The last read that listed a row before it was dropped, less the lag with which its feed shows changes. */
function lastListedAt(timeline: Timeline, { feed, sighting, seenFrom }: KnownSighting, goneAt: Instant): Instant {
  const read = lastReadAt(timeline, feed.id, sighting.model.vendor, goneAt - 1);
  return Math.max(seenFrom, read ?? seenFrom) - feed.settlementLagMs;
}

function firstOfEachFeed(rows: readonly KnownSighting[]): KnownSighting[] {
  return [...new Map([...rows].reverse().map((row) => [row.feed.id, row])).values()];
}
