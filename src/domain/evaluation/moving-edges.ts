import { canonicalJson } from '../canonical-json.ts';
import type { Criterion, EventLeaf, Within } from '../criterion/criterion.ts';
import { nodesOf } from '../criterion/parts.ts';
import { matchesPattern, type VersionStyleOf } from '../criterion/pattern.ts';
import { type Edge, hostLapseMs, windowOf } from '../criterion/watch.ts';
import { addDuration } from '../duration.ts';
import { satisfies } from '../evidence/attribute-runs.ts';
import {
  announcedFor,
  firstReadFrom,
  type ItemVersion,
  type Sighting,
  sightingsPerStepMax,
  type Timeline,
} from '../evidence/timeline.ts';
import { readStatedRelease } from '../feeds/stated-date.ts';
import { dayMs, type Instant, parseDate } from '../instant.ts';
import { runSteps, type Steps } from '../steps.ts';

type AttributeLeaf = Extract<EventLeaf, { op: 'attribute' }>;

/** The inputs of a criterion's edges besides its text. */
export type EdgeTerms = { readonly madeFrom: Instant; readonly styleOf: VersionStyleOf };

type Seen = Pick<Timeline, 'sightings' | 'reads'>;

/**
 * The edges of a criterion that depend on what was seen, without duplicates. They start from every moment to which the
 * sightings may date an event (`momentsOf`):
 * - `within`: the moment of `after`, the end of `duration` after it, and the lapse of host rows after that end.
 * - `precedes`: the moments of each side, because coverage of the other side past them decides the order.
 * - An attribute: see `addAttributeEdges`.
 */
export function movingEdges(criterion: Criterion, seen: Seen, terms: EdgeTerms): Edge[] {
  return runSteps(movingEdgesInSteps(criterion, seen, terms));
}

/** The same in steps. Equal parts of the criterion are processed once. */
export function* movingEdgesInSteps(criterion: Criterion, seen: Seen, terms: EdgeTerms): Steps<Edge[]> {
  const found: Found = { seen, terms, moments: new Map(), edges: [], known: new Map() };
  const distinct = new Map(nodesOf(criterion).map(({ part }) => [canonicalJson(part), part]));
  for (const part of distinct.values()) {
    if (part.op === 'within') yield* addWithinEdges(part, found);
    if (part.op === 'precedes') {
      for (const at of yield* momentsOf(part.first, found)) add(found, { vendor: part.second.model.vendor, at });
      for (const at of yield* momentsOf(part.second, found)) add(found, { vendor: part.first.model.vendor, at });
    }
  }
  for (const leaf of distinct.values()) if (leaf.op === 'attribute') yield* addAttributeEdges(leaf, found);
  return found.edges;
}

/** The edges found so far, the same by vendor (`known`), and the moments of the leaves processed so far. */
type Found = {
  readonly seen: Seen;
  readonly terms: EdgeTerms;
  readonly moments: Map<string, readonly Instant[]>;
  readonly edges: Edge[];
  readonly known: Map<string, Set<Instant>>;
};

function add({ edges, known }: Found, edge: Edge): void {
  const moments = known.get(edge.vendor) ?? new Set();
  if (moments.has(edge.at)) return;
  known.set(edge.vendor, moments.add(edge.at));
  edges.push(edge);
}

function* addWithinEdges({ event, after, duration }: Within, found: Found): Steps<void> {
  const { vendor } = event.model;
  if (event.op === 'count') for (const at of yield* momentsOf(event, found)) add(found, { vendor, at });
  for (const [index, moment] of (yield* momentsOf(after, found)).entries()) {
    const end = addDuration(moment - 1, duration) + dayMs;
    add(found, { vendor: after.model.vendor, at: moment });
    add(found, { vendor, at: end });
    add(found, { vendor, at: end + hostLapseMs });
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
  }
}

/**
 * Adds the edges of an attribute: the opening of the window, because a value from before it counts once a poll shows it
 * inside, and the end of each value that satisfies the leaf.
 */
function* addAttributeEdges(leaf: AttributeLeaf, found: Found): Steps<void> {
  const opening = windowOf(leaf, found.terms.madeFrom).from;
  for (const sighting of yield* matchingInSteps(leaf, found)) {
    const { vendor } = sighting.model;
    for (const at of [opening, ...endsOfValue(leaf, sighting)]) add(found, { vendor, at });
  }
}

/** When a row stopped showing a value that satisfies the leaf. Later reads of other feeds may show a correction. */
function endsOfValue({ name, is }: AttributeLeaf, { versions, seenFrom }: Sighting): Instant[] {
  const satisfied = versions.map(({ attributes }) => {
    const value = attributes?.[name];
    return value !== undefined && satisfies(value, is);
  });
  return versions.flatMap(({ observedAt }, index) =>
    satisfied[index - 1] === true && satisfied[index] === false ? [Math.max(observedAt, seenFrom)] : [],
  );
}

function* matchingInSteps(leaf: EventLeaf, { seen, terms }: Found): Steps<Sighting[]> {
  const matching: Sighting[] = [];
  for (const [index, sighting] of seen.sightings.entries()) {
    if (matchesPattern(leaf.model, sighting.model, terms.styleOf)) matching.push(sighting);
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
  }
  return matching;
}

/**
 * The latest moments (exclusive) to which evidence may date an event of the leaf: those at which a row appeared,
 * vanished, changed or stopped being an announcement, the ends of stated dates, and the opening of a window.
 */
function* momentsOf(leaf: EventLeaf, found: Found): Steps<readonly Instant[]> {
  const key = canonicalJson(leaf);
  const known = found.moments.get(key);
  if (known !== undefined) return known;
  const moments = new Set<Instant>();
  const sightings = yield* matchingInSteps(leaf, found);
  if (leaf.op === 'attribute' && sightings.length > 0) moments.add(windowOf(leaf, found.terms.madeFrom).from + 1);
  for (const [index, sighting] of sightings.entries()) {
    for (const moment of momentsOfSighting(leaf, sighting, found.seen)) moments.add(moment);
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
  }
  const derived = [...moments];
  found.moments.set(key, derived);
  return derived;
}

function momentsOfSighting(leaf: EventLeaf, sighting: Sighting, seen: Seen): Instant[] {
  const moments = [sighting.seenFrom + 1];
  if (leaf.op === 'retired' && sighting.goneAt !== null) moments.push(sighting.goneAt + 1);
  for (const [index, version] of sighting.versions.entries()) {
    const released = version.released === null ? null : readStatedRelease(version.released);
    const ends = version.shutdown === undefined ? null : parseDate(version.shutdown);
    for (const date of [released, ends]) if (date !== null) moments.push(date.interval.to);
    const turns = mayTurn(leaf, version, sighting.versions[index - 1]);
    if (turns) moments.push(Math.max(version.observedAt, sighting.seenFrom) + 1);
    // An announcement becomes evidence with the first poll after its day.
    const due = announcedFor(version);
    const from = due === null ? null : Math.max(due, version.observedAt, sighting.seenFrom);
    const listed = from === null ? null : firstReadFrom(seen, sighting.feedId, sighting.model.vendor, from);
    if (listed !== null) moments.push(listed + 1);
  }
  return moments;
}

/**
 * Whether an edit may make a row state what the leaf needs. A changed price, for example, does not affect a release.
 */
function mayTurn(leaf: EventLeaf, version: ItemVersion, before: ItemVersion | undefined): boolean {
  if (leaf.op === 'attribute' && version.attributes?.[leaf.name] !== before?.attributes?.[leaf.name]) return true;
  return version.stage !== before?.stage || version.lifecycle !== before?.lifecycle;
}
