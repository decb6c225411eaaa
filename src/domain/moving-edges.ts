import { addDuration } from './calendar.ts';
import type { Criterion, EventLeaf } from './criterion.ts';
import { dayMs, type Instant, parseDate } from './instant.ts';
import { matchesPattern, type VersionStyleOf } from './pattern.ts';
import { readStatedRelease } from './stated-date.ts';
import type { Sighting } from './timeline.ts';
import type { Edge } from './watch.ts';

/**
 * Edges that depend on what was seen: `within` runs out a duration after the event it hangs on, and in `precedes` coverage
 * past one side's date decides the other. Every moment that a sighting may come to be dated to gives one.
 */
export function movingEdges(criterion: Criterion, sightings: readonly Sighting[], styleOf: VersionStyleOf): Edge[] {
  switch (criterion.op) {
    case 'within':
      return momentsOf(criterion.after, sightings, styleOf).map((moment) => ({
        vendor: criterion.event.model.vendor,
        at: addDuration(moment - 1, criterion.duration) + dayMs,
      }));
    case 'precedes':
      return [
        ...momentsOf(criterion.first, sightings, styleOf).map((at) => ({ vendor: criterion.second.model.vendor, at })),
        ...momentsOf(criterion.second, sightings, styleOf).map((at) => ({ vendor: criterion.first.model.vendor, at })),
      ];
    case 'not':
      return movingEdges(criterion.of, sightings, styleOf);
    case 'all':
    case 'any':
      return criterion.of.flatMap((operand) => movingEdges(operand, sightings, styleOf));
    default:
      return [];
  }
}

/** The ends of the brackets that an event of the leaf may have: listings, and the ends of stated days. */
function momentsOf(leaf: EventLeaf, sightings: readonly Sighting[], styleOf: VersionStyleOf): Instant[] {
  const moments = new Set<Instant>();
  for (const sighting of sightings) {
    if (!matchesPattern(leaf.model, sighting.model, styleOf)) continue;
    moments.add(sighting.seenFrom + 1);
    for (const version of sighting.versions) {
      const released = version.released === null ? null : readStatedRelease(version.released);
      const ends = version.shutdown === undefined ? null : parseDate(version.shutdown);
      for (const date of [released, ends]) if (date !== null) moments.add(date.interval.to);
      if (version.observedAt > sighting.seenFrom) moments.add(version.observedAt + 1);
    }
  }
  return [...moments];
}
