import type { Criterion, EventLeaf } from '../criterion/criterion.ts';
import type { VersionStyleOf } from '../criterion/pattern.ts';
import type { EvidencePolicy } from '../criterion/policy.ts';
import { type Coverage, isReadPast } from '../evidence/coverage.ts';
import type { Rational } from '../evidence/coverage-miss.ts';
import { setAsideText } from '../evidence/dating.ts';
import type { InService } from '../evidence/in-service.ts';
import type { ModelEvidence, Weighed } from '../evidence/release.ts';
import type { KnownSighting, Sighting, Timeline } from '../evidence/timeline.ts';
import { type Trust, trustRank } from '../feeds/trust.ts';
import { dayMs, formatInstant, formatInterval, type Instant, type Interval } from '../instant.ts';
import {
  type AbsenceNote,
  type ExplanationNode,
  noteWatermarks,
  noteWitness,
  type ReasonCode,
  type Verdict,
  type Witness,
  witnessesPerNodeMax,
} from './explanation.ts';

/** The common inputs of every leaf. */
export type Setting = {
  readonly timeline: Timeline;
  readonly at: Instant;
  readonly madeFrom: Instant;
  readonly policy: EvidencePolicy;
  readonly styleOf: VersionStyleOf;
  /**
   * How evidence below the policy is treated. `strict`: it can hold a NO back and settles nothing. `believed`: it
   * counts, to find the leaning. `dismissed`: it is ignored, to find out whether it alone holds a NO back.
   */
  readonly shortEvidence: 'strict' | 'believed' | 'dismissed';
  /** `assumed`: to find the leaning, absence is taken as proven where no reads can ever prove it. */
  readonly absence: 'proven' | 'assumed';
  /** The deadline of the order of events that the leaf belongs to. If omitted, only the leaf's own deadline counts. */
  readonly deadline?: Instant;
  /** The largest chance of a miss at which absence settles one leaf. */
  readonly missBound: Rational;
  readonly memo: Memo;
};

/** The weighed evidence of every model that a leaf names, and the names that may turn out to match. */
export type LeafWeighing = {
  readonly weighed: readonly Weighed[];
  readonly matching: readonly Sighting[];
  readonly blocking: readonly ModelEvidence[];
};

/**
 * Everything known at a moment that matters to a leaf: the events of its models, earliest first, and how far absence is
 * proven.
 */
export type LeafEvidence = {
  readonly window: Interval;
  readonly events: readonly ModelEvidence[];
  readonly coverage: Coverage;
  /** For the withdrawal of one model: a read after the deadline in which its publisher lists it as in service. */
  readonly inService: InService | null;
  /** Whether absence is taken as proven if no reads can prove it. */
  readonly assumesAbsence: boolean;
  readonly recheckAt: Instant | null;
};

/** Intermediate results of one evaluation, by canonical JSON, so that equal parts of a criterion are evaluated once. */
export type Memo = {
  /** Kept for every setting, because weighings do not depend on how short evidence and absence are treated. */
  readonly weighings: Map<string, LeafWeighing>;
  readonly leafEvidence: Map<string, LeafEvidence>;
  readonly sides: Map<string, OrderSide>;
  readonly answers: Map<string, Answer>;
};

/** The answer of a node. `interval` is the time of the deciding event. */
export type Answer = {
  readonly verdict: Verdict;
  readonly interval: Interval | null;
  readonly node: ExplanationNode;
  readonly trust: Trust | null;
  readonly recheckAt: Instant | null;
};

/** The earliest moment at which something can have happened, and the evidence for that moment. */
export type Bound = {
  /** Minus infinity if it may have happened before its own window; plus infinity if it never happens. */
  readonly at: Instant;
  /** True if nothing unseen can have happened earlier, so that further reads cannot move the bound. */
  readonly closed: boolean;
  readonly trust: Trust | null;
  readonly witnesses: readonly Witness[];
  readonly coverage: readonly Coverage[];
  /** The absence that bounds it; null if only witnesses do. */
  readonly absence: AbsenceNote | null;
};

/** One side of an order: its answer, and the bounds of the moment at which its event happened. */
export type OrderSide = {
  readonly leaf: EventLeaf;
  readonly evidence: LeafEvidence;
  readonly answer: Answer;
  readonly notBefore: Bound;
  /** The event happened before this moment. Null while it is not known to have happened. */
  readonly doneBy: Instant | null;
  /** As `doneBy`, but also valid if reads that are still missing contradict the event's dates. A NO uses this bound. */
  readonly surelyBy: Instant | null;
};

/** The fields of an answer besides its verdict and text; omitted fields are empty. */
export type Parts = {
  readonly interval?: Interval | null;
  readonly witnesses?: readonly Witness[];
  readonly trust?: Trust | null;
  readonly recheckAt?: Instant | null;
  readonly coverage?: readonly Coverage[];
  readonly of?: readonly ExplanationNode[];
  /** The absence that the answer is based on. */
  readonly absence?: AbsenceNote | null;
};

/** Builds an answer with its explanation node. */
export function answer(op: Criterion['op'], verdict: Verdict, reason: ReasonCode, text: string, parts: Parts): Answer {
  const interval = parts.interval ?? null;
  const node: ExplanationNode = {
    op,
    verdict,
    reason,
    text,
    effective_at: interval === null ? null : formatInterval(interval),
    witnesses: (parts.witnesses ?? []).slice(0, witnessesPerNodeMax),
    watermarks: (parts.coverage ?? []).flatMap(noteWatermarks),
    absence: parts.absence ?? null,
    of: parts.of ?? [],
  };
  return { verdict, interval, node, trust: parts.trust ?? null, recheckAt: parts.recheckAt ?? null };
}

export function liesWithin(inner: Interval, window: Interval): boolean {
  return inner.from >= window.from && inner.to <= window.to;
}

/** The last moment of a window, as the whole day if it closes at midnight. */
export function lastOf(window: Interval): Interval {
  return window.to % dayMs === 0 ? { from: window.to - dayMs, to: window.to } : { from: window.to - 1, to: window.to };
}

/** The highest trust among measured feeds that were read past a moment. */
export function coveringTrust(coverages: readonly Coverage[], to: Instant): Trust | null {
  const feeds = coverages.flatMap((coverage) => coverage.marks).filter((mark) => isReadPast(mark, to));
  return feeds
    .map((mark) => mark.feed.trust)
    .reduce<Trust | null>((best, next) => (best === null || trustRank(next) > trustRank(best) ? next : best), null);
}

/** The lowest trust among the required evidence; null if none was required. */
export function weakestTrust(trusts: readonly (Trust | null)[]): Trust | null {
  return trusts.reduce(
    (low, next) => (next === null ? low : low === null || trustRank(next) < trustRank(low) ? next : low),
    null,
  );
}

export function witnessesOf(event: Pick<ModelEvidence, 'key' | 'dating' | 'witnesses'>): Witness[] {
  const sightings = new Map<string, KnownSighting>();
  for (const sighting of [...event.dating.dated, ...event.witnesses])
    sightings.set(sighting.version.observationId, sighting);
  return [...sightings.values()].map((sighting) => noteWitness(sighting, event.key));
}

/** The witnesses of the events, in order: up to `perEvent` of each, and no more than one node shows. */
export function witnessesOfEvents(
  events: Iterable<Pick<ModelEvidence, 'key' | 'dating' | 'witnesses'>>,
  perEvent = Number.POSITIVE_INFINITY,
): Witness[] {
  const witnesses: Witness[] = [];
  for (const event of events) {
    witnesses.push(...witnessesOf(event).slice(0, perEvent));
    if (witnesses.length >= witnessesPerNodeMax) break;
  }
  return witnesses.slice(0, witnessesPerNodeMax);
}

export function listedBy(event: ModelEvidence): string {
  const feeds = event.witnesses
    .slice(0, 6)
    .map((sighting) => `${sighting.feed.slug} from ${formatInstant(sighting.seenFrom)}`);
  return `listed by ${feeds.join(', ')}`;
}

export function datedBy(event: ModelEvidence): string {
  const { basis, dated, setAside } = event.dating;
  const aside = setAside.length === 0 ? '' : ` (dates not used: ${setAside.slice(0, 3).map(setAsideText).join('; ')})`;
  const names = [...new Set(dated.map((sighting) => sighting.feed.slug))].join(', ');
  switch (basis) {
    case 'stated':
      return `dated by ${names}${aside}`;
    case 'curated':
      return `dated by the vendor's row in ${names}, inside the bracket of first sightings${aside}`;
    case 'late':
      return `from the date in ${names} to the sighting that proves it${aside}`;
    case 'bracket':
      return `dated by sightings alone${aside}`;
  }
}
