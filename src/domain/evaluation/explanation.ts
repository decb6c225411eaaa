import type { Criterion } from '../criterion/criterion.ts';
import type { Coverage } from '../evidence/coverage.ts';
import type { KnownSighting } from '../evidence/timeline.ts';
import type { Trust } from '../feeds/trust.ts';
import { formatInstant, formatInterval, type Instant, type Interval } from '../instant.ts';

export type Verdict = 'yes' | 'no' | 'undetermined';

/** The reason for a node's verdict, as a closed set of codes. */
export type ReasonCode =
  | 'released_in_window'
  | 'happened_in_window'
  | 'enough_in_window'
  | 'order_is_certain'
  | 'order_is_open'
  | 'covered_without_it'
  | 'happened_after_deadline'
  | 'in_service_after_deadline'
  | 'already_before_window'
  | 'below_policy'
  | 'contradicted'
  | 'reinstated'
  | 'may_match'
  | 'straddles_window'
  | 'awaiting_coverage'
  | 'window_not_covered'
  | 'absence_unprovable'
  | 'nothing_seen'
  | 'needs_a_person'
  | 'decided_by_panel'
  | 'from_operands';

/** An observation that supports a node. Instants are RFC 3339 texts. */
export type Witness = {
  readonly observation_id: string;
  readonly feed: string;
  readonly origin: string;
  readonly trust: Trust;
  readonly name: string;
  readonly model: string;
  readonly observed_at: string;
  readonly source_as_of: string | null;
};

/** How far a covering feed has been read. */
export type WatermarkNote = {
  readonly feed: string;
  readonly origin: string;
  readonly vendor: string;
  readonly read_from: string | null;
  readonly watermark: string | null;
  /** Whether the coverage table has measured how often the feed's origin misses this fact of the vendor. */
  readonly measured: boolean;
};

/** One origin that attests absence. */
export type OriginAbsence = {
  readonly origin: string;
  readonly feeds: readonly string[];
  readonly read_to: string;
  /** Days by which the last accepted read is later than the moment up to which absence is claimed. */
  readonly patience_days: number;
  /** Of `known` models that were watched for at least `patience_days`, `missed` were not shown within that time. */
  readonly missed: number;
  readonly known: number;
};

/** The absence that a node is based on: the origins that show it, and the chance that all of them missed the event. */
export type AbsenceNote = {
  readonly vendor: string;
  /** `listing`, `end`, or the name of an attribute. */
  readonly fact: string;
  readonly absent_to: string;
  readonly miss_chance: number;
  readonly miss_max: number;
  readonly origins: readonly OriginAbsence[];
};

/** One node of the tree that mirrors the criterion. The evaluation itself builds it. */
export type ExplanationNode = {
  readonly op: Criterion['op'];
  readonly verdict: Verdict;
  readonly reason: ReasonCode;
  readonly text: string;
  readonly effective_at: string | null;
  readonly witnesses: readonly Witness[];
  readonly watermarks: readonly WatermarkNote[];
  /** Null if the node is not based on absence. */
  readonly absence: AbsenceNote | null;
  readonly of: readonly ExplanationNode[];
};

/** A node and everything below it. */
export function nodesOf(node: ExplanationNode): ExplanationNode[] {
  return [node, ...node.of.flatMap(nodesOf)];
}

/** The first open node with one of the reasons, or null. Decided nodes and their children are skipped. */
export function findOpenNode(node: ExplanationNode, reasons: readonly ReasonCode[]): ExplanationNode | null {
  if (node.verdict !== 'undetermined') return null;
  if (reasons.includes(node.reason)) return node;
  for (const child of node.of) {
    const found = findOpenNode(child, reasons);
    if (found !== null) return found;
  }
  return null;
}

/** The most witnesses that one node lists. Those that settled it come first. */
export const witnessesPerNodeMax = 24;

export function noteWitness(sighting: KnownSighting, model: string): Witness {
  return {
    observation_id: sighting.version.observationId,
    feed: sighting.feed.slug,
    origin: sighting.feed.origin,
    trust: sighting.trust,
    name: sighting.sighting.name,
    model,
    observed_at: formatInstant(sighting.seenFrom),
    source_as_of: sighting.version.released?.text ?? null,
  };
}

export function noteWatermarks(coverage: Coverage): WatermarkNote[] {
  return coverage.marks.map((mark) => ({
    feed: mark.feed.slug,
    origin: mark.feed.origin,
    vendor: coverage.vendor,
    read_from: orNull(mark.readFrom),
    watermark: orNull(mark.watermark),
    measured: mark.measured,
  }));
}

function orNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

/** A window in words: "from 2025-01-01 to 2025-12-31", "since 2025-01-01". */
export function windowText(window: Interval): string {
  const from = formatInterval({ from: window.from, to: window.from + 1 }).replace('T00:00:00Z', '');
  if (!Number.isFinite(window.to)) return `since ${from}`;
  return `from ${from} to ${lastMoment(window)}`;
}

/** The last day a window includes, or its closing instant. */
export function lastMoment(window: Interval): string {
  return formatInterval({ from: window.to - 1, to: window.to }).replace(/T23:59:59\.999Z$/, '');
}
