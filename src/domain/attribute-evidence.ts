import type { EventLeaf } from './criterion.ts';
import type { Dating } from './dating.ts';
import { earliest, type ModelEvidence, type Weighed, weighModel } from './evidence.ts';
import type { Instant, Interval } from './instant.ts';
import { modelKey } from './model-id.ts';
import type { EvidencePolicy } from './policy.ts';
import {
  type KnownSighting,
  knownSighting,
  lastReadAt,
  type Sighting,
  seasoningMs,
  speaksOf,
  type Timeline,
} from './timeline.ts';
import { type Trust, trustRank } from './trust.ts';

type AttributeLeaf = Extract<EventLeaf, { op: 'attribute' }>;

type Ask = {
  readonly at: Instant;
  readonly stage: 'any' | 'ga';
  readonly policy: EvidencePolicy;
  readonly name: AttributeLeaf['name'];
  readonly is: AttributeLeaf['is'];
  readonly window: Interval;
};

/** A stretch over which one row published a value that satisfies the comparison. */
type Run = {
  readonly row: KnownSighting;
  readonly since: Instant;
  /** When its feed published something else, or infinity. */
  readonly until: Instant;
  /** The item had the value when it was first listed. */
  readonly fromStart: boolean;
};

/**
 * Weighs whether a model has an attribute that satisfies a comparison inside the window. A value is believed when two
 * origins' own rows publish one for 24 hours, or one first party does: catalogues have carried errors of a factor of
 * 1,000. The first of them dates it; a value that was there from the start is dated from the model's release.
 */
export function weighAttribute(timeline: Timeline, sightings: readonly Sighting[], ask: Ask): Weighed {
  const runs = sightings.flatMap((sighting) => runsOf(timeline, sighting, ask)).filter((run) => overlaps(run, ask));
  const release = weighModel(timeline, sightings, ask);
  const model = sightings[0]?.model;
  const young = runs.map((run) => run.since + seasoningMs).filter((due) => due > ask.at);
  const recheckAt = young.reduce<Instant | null>(earliest, release.recheckAt);
  if (runs.length === 0 || model === undefined) return { evidence: null, recheckAt };
  runs.sort(
    (a, b) => a.since - b.since || a.row.version.observationId.localeCompare(b.row.version.observationId, 'en'),
  );
  const sure = runs.filter((run) => isSure(run, ask.at));
  const firstParty = sure.some((run) => run.row.trust === 'first_party');
  const origins = new Set(sure.filter((run) => run.row.trust !== 'community').map((run) => run.row.feed.origin));
  const admissible = firstParty || (!ask.policy.firstPartyOnly && origins.size >= ask.policy.originsMin);
  // Below the policy only what is still published stands in the way: a value that its feed corrected no longer counts.
  const counted = admissible ? sure : runs.filter((run) => run.until > ask.at);
  const first = counted[0];
  if (first === undefined) return { evidence: null, recheckAt };
  return {
    evidence: evidenceOf(timeline, model, counted, first, ask, { admissible, release: release.evidence }),
    recheckAt,
  };
}

function evidenceOf(
  timeline: Timeline,
  model: Sighting['model'],
  counted: readonly Run[],
  first: Run,
  ask: Ask,
  found: { admissible: boolean; release: ModelEvidence | null },
): ModelEvidence {
  const since = sinceOf(timeline, first, found.release);
  // A value that held before the window and still holds inside it counts from the moment the window opens.
  const held =
    since.from < ask.window.from && counted.some((run) => run.until > ask.window.from && run.since <= ask.window.from);
  const origins = [...new Set(counted.map((run) => run.row.feed.origin))];
  return {
    key: modelKey(model),
    model,
    grade: found.admissible ? 'admissible' : 'short',
    occurred: held ? { from: ask.window.from, to: ask.window.from + 1 } : since,
    effective: since,
    dating: datingOf(first, since, found.release),
    witnesses: [...new Map([...counted].reverse().map((run) => [run.row.feed.id, run.row])).values()].reverse(),
    missing: found.admissible
      ? null
      : `only ${origins.join(', ')} publishes such a value; a first party or one more origin must, for 24 hours`,
    hostsOnly: false,
    slipsOnly: false,
    trust: counted
      .map((run): Trust => run.row.trust)
      .reduce((best, next) => (trustRank(next) > trustRank(best) ? next : best)),
  };
}

function datingOf(run: Run, since: Interval, release: ModelEvidence | null): Dating {
  if (run.fromStart && release !== null && release.grade === 'admissible') return release.dating;
  return { occurred: since, basis: 'bracket', dated: [run.row], setAside: [] };
}

function sinceOf(timeline: Timeline, run: Run, release: ModelEvidence | null): Interval {
  if (run.fromStart && release !== null && release.grade === 'admissible') return release.occurred;
  const { sighting, feed } = run.row;
  const before = run.fromStart
    ? sighting.absentAt
    : lastReadAt(timeline, feed.id, sighting.model.vendor, run.since - 1);
  return { from: before ?? Number.NEGATIVE_INFINITY, to: run.since + 1 };
}

function runsOf(timeline: Timeline, sighting: Sighting, ask: Ask): Run[] {
  const row = speaksOf(timeline, sighting, 'attribute') ? knownSighting(timeline, sighting, ask.at, ask.stage) : null;
  if (row === null || row === 'announced') return [];
  if (!sighting.model.own && row.trust !== 'first_party') return [];
  const runs: Run[] = [];
  const versions = sighting.versions.filter((version) => version.observedAt <= ask.at);
  for (const [index, version] of versions.entries()) {
    const until = versions[index + 1]?.observedAt ?? Number.POSITIVE_INFINITY;
    if (until <= sighting.seenFrom || !satisfies(version.attributes?.[ask.name], ask.is)) continue;
    const last = runs.at(-1);
    const since = Math.max(version.observedAt, sighting.seenFrom);
    if (last !== undefined && last.until === version.observedAt) runs[runs.length - 1] = { ...last, until };
    else runs.push({ row: { ...row, version, seenFrom: since }, since, until, fromStart: index === 0 });
  }
  return runs;
}

function overlaps(run: Run, ask: Ask): boolean {
  return run.since < ask.window.to && run.until > ask.window.from;
}

/** It stood for 24 hours; a first party needs not. */
function isSure(run: Run, at: Instant): boolean {
  return run.row.trust === 'first_party' || Math.min(run.until, at, run.row.agedTo) - run.since >= seasoningMs;
}

function satisfies(value: number | boolean | undefined, is: AttributeLeaf['is']): boolean {
  if (value === undefined) return false;
  if (is.eq !== undefined && value !== is.eq) return false;
  const { gte, gt, lte, lt } = is;
  if (typeof value === 'boolean') return gte === undefined && gt === undefined && lte === undefined && lt === undefined;
  return (
    (gte === undefined || value >= gte) &&
    (gt === undefined || value > gt) &&
    (lte === undefined || value <= lte) &&
    (lt === undefined || value < lt)
  );
}
