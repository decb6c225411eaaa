import type { ModelName } from '../criterion/pattern.ts';
import type { Steps } from '../steps.ts';
import { type Sighting, sightingsPerStepMax, type Timeline } from './timeline.ts';

/** A model with its sightings, in the order of the timeline. */
export type ModelRows = { readonly model: ModelName; readonly rows: readonly [Sighting, ...Sighting[]] };

/** Grouping takes longer than comparing the models of a family with a pattern, so that it is done once for each timeline. */
const grouped = new WeakMap<Timeline['sightings'], readonly ModelRows[]>();

/** The models of a timeline, in the order of their first sightings. */
export function* groupByModelInSteps({ sightings }: Pick<Timeline, 'sightings'>): Steps<readonly ModelRows[]> {
  const known = grouped.get(sightings);
  if (known !== undefined) return known;
  const groups = new Map<string, { model: ModelName; rows: [Sighting, ...Sighting[]] }>();
  for (const [index, sighting] of sightings.entries()) {
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
    const { vendor, family, version, tier } = sighting.model;
    const key = JSON.stringify([vendor, family, version, tier]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { model: sighting.model, rows: [sighting] });
    else group.rows.push(sighting);
  }
  const found = [...groups.values()];
  grouped.set(sightings, found);
  return found;
}
