import type { Criterion, EventLeaf, Within } from '../criterion/criterion.ts';
import { matchesPattern, type VersionStyleOf } from '../criterion/pattern.ts';
import { type Edge, eventLeaves, hostLapseMs, windowOf } from '../criterion/watch.ts';
import { addDuration } from '../duration.ts';
import { satisfies } from '../evidence/attribute-runs.ts';
import { announcedFor, firstReadFrom, type ItemVersion, type Sighting, type Timeline } from '../evidence/timeline.ts';
import { readStatedRelease } from '../feeds/stated-date.ts';
import { dayMs, type Instant, parseDate } from '../instant.ts';

type AttributeLeaf = Extract<EventLeaf, { op: 'attribute' }>;

/** The inputs of a criterion's edges besides its text. */
export type EdgeTerms = { readonly madeFrom: Instant; readonly styleOf: VersionStyleOf };

type Seen = Pick<Timeline, 'sightings' | 'reads'>;

/**
 * Edges that depend on what was seen; every moment to which a sighting may be dated gives one. `within` ends a duration after
 * its other event. In `precedes`, coverage past the date of one side decides the other. A value from before a window counts
 * once a poll shows it inside the window, and is corrected once polls of other feeds show another value.
 */
export function movingEdges(criterion: Criterion, seen: Seen, terms: EdgeTerms): Edge[] {
  return [...orderEdges(criterion, seen, terms), ...attributeEdges(criterion, seen, terms)];
}

function orderEdges(criterion: Criterion, seen: Seen, terms: EdgeTerms): Edge[] {
  switch (criterion.op) {
    case 'within':
      return withinEdges(criterion, seen, terms);
    case 'precedes':
      return [
        ...momentsOf(criterion.first, seen, terms).map((at) => ({ vendor: criterion.second.model.vendor, at })),
        ...momentsOf(criterion.second, seen, terms).map((at) => ({ vendor: criterion.first.model.vendor, at })),
      ];
    case 'not':
      return orderEdges(criterion.of, seen, terms);
    case 'all':
    case 'any':
      return criterion.of.flatMap((operand) => orderEdges(operand, seen, terms));
    default:
      return [];
  }
}

function withinEdges({ event, after, duration }: Within, seen: Seen, terms: EdgeTerms): Edge[] {
  const { vendor } = event.model;
  const enough = event.op === 'count' ? momentsOf(event, seen, terms).map((at) => ({ vendor, at })) : [];
  const run = momentsOf(after, seen, terms).flatMap((moment) => {
    const end = addDuration(moment - 1, duration) + dayMs;
    return [
      { vendor: after.model.vendor, at: moment },
      { vendor, at: end },
      { vendor, at: end + hostLapseMs },
    ];
  });
  return [...enough, ...run];
}

/**
 * For attributes: the opening of the window, for the vendors of listed models, and each end of a value that satisfies
 * the leaf.
 */
function attributeEdges(criterion: Criterion, seen: Seen, terms: EdgeTerms): Edge[] {
  const edges = new Map<string, Edge>();
  for (const leaf of eventLeaves(criterion)) {
    if (leaf.op !== 'attribute') continue;
    const opening = windowOf(leaf, terms.madeFrom).from;
    for (const sighting of matching(leaf, seen, terms)) {
      const { vendor } = sighting.model;
      for (const at of [opening, ...endsOfValue(leaf, sighting)]) edges.set(`${vendor}/${at}`, { vendor, at });
    }
  }
  return [...edges.values()];
}

/** When a row stopped showing a value that satisfies the leaf: later reads of other feeds show whether it was corrected. */
function endsOfValue({ name, is }: AttributeLeaf, { versions, seenFrom }: Sighting): Instant[] {
  const satisfied = versions.map(({ attributes }) => {
    const value = attributes?.[name];
    return value !== undefined && satisfies(value, is);
  });
  return versions.flatMap(({ observedAt }, index) =>
    satisfied[index - 1] === true && satisfied[index] === false ? [Math.max(observedAt, seenFrom)] : [],
  );
}

function matching(leaf: EventLeaf, seen: Seen, { styleOf }: EdgeTerms): Sighting[] {
  return seen.sightings.filter((sighting) => matchesPattern(leaf.model, sighting.model, styleOf));
}

/** The ends of the brackets that an event of the leaf may have: listings, stated days, the opening of a window. */
function momentsOf(leaf: EventLeaf, seen: Seen, terms: EdgeTerms): Instant[] {
  const moments = new Set<Instant>();
  const sightings = matching(leaf, seen, terms);
  if (leaf.op === 'attribute' && sightings.length > 0) moments.add(windowOf(leaf, terms.madeFrom).from + 1);
  for (const sighting of sightings) {
    moments.add(sighting.seenFrom + 1);
    if (leaf.op === 'retired' && sighting.goneAt !== null) moments.add(sighting.goneAt + 1);
    for (const [index, version] of sighting.versions.entries()) {
      const released = version.released === null ? null : readStatedRelease(version.released);
      const ends = version.shutdown === undefined ? null : parseDate(version.shutdown);
      for (const date of [released, ends]) if (date !== null) moments.add(date.interval.to);
      const turns = mayTurn(leaf, version, sighting.versions[index - 1]);
      if (turns) moments.add(Math.max(version.observedAt, sighting.seenFrom) + 1);
      // An announcement becomes evidence with the first poll after its day.
      const due = announcedFor(version);
      const from = due === null ? null : Math.max(due, version.observedAt, sighting.seenFrom);
      const listed = from === null ? null : firstReadFrom(seen, sighting.feedId, sighting.model.vendor, from);
      if (listed !== null) moments.add(listed + 1);
    }
  }
  return [...moments];
}

/** Whether an edit may make a row state what the leaf needs; a price change does not affect a release. */
function mayTurn(leaf: EventLeaf, version: ItemVersion, before: ItemVersion | undefined): boolean {
  if (leaf.op === 'attribute' && version.attributes?.[leaf.name] !== before?.attributes?.[leaf.name]) return true;
  return version.stage !== before?.stage || version.lifecycle !== before?.lifecycle;
}
