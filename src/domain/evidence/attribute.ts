import { type Trust, trustRank } from '../feeds/trust.ts';
import { modelKey } from '../identity/model-id.ts';
import { dayMs, type Instant, type Interval } from '../instant.ts';
import { type AttributeAsk, type Run, runsOf } from './attribute-runs.ts';
import type { Dating } from './dating.ts';
import { type ModelEvidence, type Weighed, weighModel } from './release.ts';
import type { Sighting, Timeline } from './timeline.ts';

/**
 * Weighs whether a model had an attribute that satisfies a comparison at some moment of the window, and dates the first
 * such moment. A value is believed if two origins publish it in the vendor's own rows at the same time, each for 24
 * hours, or if one first party does: catalogues have contained errors of a factor of 1,000. It applied at the earliest
 * when the first origin can have had it, and at the latest when the second showed it. A value that its own feed
 * corrected no longer counts, unless it had already been believed. A value that only hosts publish holds a NO back and
 * settles nothing.
 */
export function weighAttribute(timeline: Timeline, sightings: readonly Sighting[], ask: AttributeAsk): Weighed {
  const release = weighModel(timeline, sightings, ask);
  const released = release.evidence?.occurred ?? anyTime;
  const releasedFrom = release.evidence?.possible?.from ?? released.from;
  const runsFrom = (of: 'own' | 'hosts'): Run[] =>
    runsOf(timeline, sightings, ask, { releasedFrom, of }).sort(
      (a, b) => a.since - b.since || a.row.version.observationId.localeCompare(b.row.version.observationId, 'en'),
    );
  const { recheckAt } = release;
  const model = sightings[0]?.model;
  if (model === undefined) return { evidence: null, recheckAt };
  const found = findHolding(runsFrom('own'), ask, released);
  if (found !== null) return { evidence: evidenceOf(model, found, release.evidence, ask.window), recheckAt };
  // General availability is read only from the vendor's own rows.
  const hosted = ask.stage === 'ga' ? null : findHosted(runsFrom('hosts'), ask, released);
  if (hosted === null) return { evidence: null, recheckAt };
  const evidence = evidenceOf(model, hosted, null, ask.window);
  const missing = `${evidence.missing ?? ''}; rows of hosts settle nothing`;
  return { evidence: { ...evidence, missing, hostsOnly: true, holdsOnly: true }, recheckAt };
}

const anyTime: Interval = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/**
 * The time for which the value applied, and the runs that show it. `occurred` bounds the first moment of the window at
 * which it applied.
 */
type Holding = {
  readonly grade: ModelEvidence['grade'];
  readonly runs: readonly Run[];
  readonly occurred: Interval;
  /** When it started to apply, which may be before the window. */
  readonly since: Interval;
};

function findHolding(all: readonly Run[], ask: AttributeAsk, released: Interval): Holding | null {
  const runs = all.filter((run) => run.until > ask.window.from);
  const gone = all.filter((run) => run.lasting && !runs.includes(run));
  return findCurrent(runs, ask, released) ?? findGone(gone);
}

/**
 * The end of the bounds of the first moment at which a value applied. A row listed before the release states the value
 * at the release.
 */
function endAt(moment: Instant, released: Interval): Instant {
  return moment < released.from ? released.to : moment + 1;
}

function findCurrent(runs: readonly Run[], ask: AttributeAsk, released: Interval): Holding | null {
  const votes = runs.filter((run) => run.lasting && run.row.trust !== 'community');
  const agreed = agreeAt(
    votes.filter((run) => run.inside),
    ask,
    (run) => Math.max(run.since, ask.window.from),
  );
  const uncorrected = runs.filter((run) => !run.corrected);
  if (agreed !== null) {
    const counted = runs.filter((run) => votes.includes(run) || uncorrected.includes(run));
    const low = lowestOf(counted);
    const since = agreeAt(votes, ask, (run) => run.since) ?? agreed;
    const occurred = { from: Math.max(low, ask.window.from), to: endAt(agreed, released) };
    return { grade: 'admissible', runs: votes, occurred, since: { from: low, to: endAt(since, released) } };
  }
  const touching = agreeAt(votes, ask, (run) => run.since);
  if (touching !== null)
    return { grade: 'admissible', runs: votes, ...edgeBracket(votes, endAt(touching, released), ask) };
  // Two origins stated it, but not at the same time. That holds a NO back and settles nothing.
  const separate = isEnough(new Set(votes.map((run) => run.row.feed.origin)).size, ask) ? votes : [];
  return findShort(uncorrected.length > 0 ? uncorrected : separate, ask, released);
}

/** A value that only rows of hosts state, and that was not corrected. */
function findHosted(runs: readonly Run[], ask: AttributeAsk, released: Interval): Holding | null {
  return findShort(
    runs.filter((run) => run.until > ask.window.from && !run.corrected),
    ask,
    released,
  );
}

function findShort(short: readonly Run[], ask: AttributeAsk, released: Interval): Holding | null {
  const [first] = short;
  if (first === undefined) return null;
  const inside = short.filter((run) => run.inside);
  if (inside.length === 0)
    return { grade: 'short', runs: short, ...edgeBracket(short, endAt(first.since, released), ask) };
  const since = { from: lowestOf(short), to: endAt(Math.min(...inside.map((run) => run.since)), released) };
  const occurred = { from: Math.max(since.from, ask.window.from), to: Math.max(since.to, ask.window.from + 1) };
  return { grade: 'short', runs: short, occurred, since };
}

/** A value whose rows all vanished before the window opened, without another value replacing it. */
function findGone(runs: readonly Run[]): Holding | null {
  const [first] = runs;
  if (first === undefined) return null;
  const since = { from: lowestOf(runs), to: Math.max(lowestOf(runs), first.since) + 1 };
  return { grade: 'short', runs, since, occurred: { from: since.from, to: Math.max(...runs.map((run) => run.until)) } };
}

/**
 * The bounds of a value that is not known to lie inside the window: it crosses an edge, or ended before the window
 * opened.
 */
function edgeBracket(
  runs: readonly Run[],
  seen: Instant,
  { window }: AttributeAsk,
): Pick<Holding, 'occurred' | 'since'> {
  const since = { from: lowestOf(runs), to: seen + 1 };
  return { since, occurred: { from: since.from, to: Math.max(since.to, window.from + 1) } };
}

function lowestOf(runs: readonly Run[]): Instant {
  return Math.min(...runs.map((run) => run.notBefore));
}

/** The first moment at which a first party, or enough origins at the same time, published the value, or null. */
function agreeAt(runs: readonly Run[], ask: AttributeAsk, beginning: (run: Run) => Instant): Instant | null {
  const moments = [...new Set(runs.map(beginning))].sort((a, b) => a - b);
  const agreed = moments.find((moment) => {
    const then = runs.filter((run) => beginning(run) <= moment && run.until > moment);
    const origins = new Set(then.map((run) => run.row.feed.origin));
    return then.some((run) => run.row.trust === 'first_party') || isEnough(origins.size, ask);
  });
  return agreed ?? null;
}

function isEnough(origins: number, { policy }: AttributeAsk): boolean {
  return !policy.firstPartyOnly && origins >= policy.originsMin;
}

/** When the value started to apply inside the window. An older value takes effect on the window's first day. */
function effectiveIn(since: Interval, window: Interval): Interval {
  if (since.from >= window.from) return since;
  return { from: window.from, to: since.to > window.from + 1 ? since.to : window.from + dayMs };
}

function evidenceOf(
  model: Sighting['model'],
  found: Holding,
  release: ModelEvidence | null,
  window: Interval,
): ModelEvidence {
  const { runs, grade, occurred, since } = found;
  const fromStart = runs[0]?.fromStart === true && release?.grade === 'admissible' ? release : null;
  const rows = runs.map((run) => run.row);
  const origins = [...new Set(rows.map((row) => row.feed.origin))];
  const dating: Dating = fromStart?.dating ?? { occurred: since, basis: 'bracket', dated: [], setAside: [] };
  return {
    key: modelKey(model),
    model,
    grade,
    occurred,
    // A value that its row has stated since its first listing is as old as the model.
    effective: effectiveIn(fromStart?.occurred ?? since, window),
    dating,
    witnesses: [...new Map([...rows].reverse().map((row) => [row.feed.id, row])).values()].reverse(),
    missing:
      grade === 'admissible'
        ? null
        : `only ${origins.join(', ')} publishes such a value; a first party or one more origin must publish it, in reads a day apart`,
    hostsOnly: false,
    slipsOnly: false,
    trust: rows
      .map((row): Trust => row.trust)
      .reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
  };
}
