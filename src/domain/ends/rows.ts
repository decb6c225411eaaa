import { type FeedFacts, type ItemVersion, type Sighting, seasoningMs, type Timeline } from '../evidence/timeline.ts';
import { type EndScope, endScopeOf } from '../feeds/stated-end.ts';
import { lowerTrust, type Trust } from '../feeds/trust.ts';
import type { IdentityTable } from '../identity/table.ts';
import type { Instant } from '../instant.ts';
import { endHost, endId } from './end-id.ts';

/** A row of a feed, over all runs of polls that list it. */
export type EndRow = {
  readonly id: string;
  readonly feed: FeedFacts;
  readonly name: string;
  readonly model: Sighting['model'];
  /** Oldest first; never empty. */
  readonly runs: readonly Sighting[];
};

/** A row as it was known at a moment: its latest run that was no slip. */
export type KnownRow = {
  readonly row: EndRow;
  readonly run: Sighting;
  readonly trust: Trust;
  /** Oldest first; never empty. */
  readonly versions: readonly ItemVersion[];
  readonly version: ItemVersion;
  readonly goneAt: Instant | null;
};

/** The rows of a family, by id. Rows that anyone can edit are left out. */
export function groupRowsById(table: IdentityTable, timeline: Timeline): Map<string, EndRow[]> {
  const runs = new Map<string, Sighting[]>();
  for (const sighting of timeline.sightings) {
    const key = `${sighting.feedId} ${sighting.itemKey}`;
    const known = runs.get(key);
    if (known === undefined) runs.set(key, [sighting]);
    else known.push(sighting);
  }
  const byId = new Map<string, EndRow[]>();
  for (const of of runs.values()) {
    const [first] = of;
    const feed = first === undefined ? undefined : timeline.feeds.get(first.feedId);
    if (first === undefined || feed === undefined || feed.trust === 'community') continue;
    const id = endId(table, first.name);
    const row = { id, feed, name: first.name, model: first.model, runs: of };
    byId.set(id, [...(byId.get(id) ?? []), row]);
  }
  return byId;
}

/** Whether any version of the rows states an end. */
export function stateAnEnd(sightings: readonly Sighting[]): boolean {
  return sightings.some(({ versions }) => versions.some(statesAnEnd));
}

export function statesAnEnd({ shutdown, end, lifecycle }: ItemVersion): boolean {
  return shutdown !== undefined || end?.kind === 'passed' || lifecycle === 'retired';
}

/** Null if the row was not listed by then, or only in a run that a read within a day no longer showed. */
export function knownRow(row: EndRow, at: Instant): KnownRow | null {
  const run = row.runs.findLast((one) => one.seenFrom <= at && !isSlip(one, at));
  if (run === undefined) return null;
  const goneAt = run.goneAt !== null && run.goneAt <= at ? run.goneAt : null;
  const versions = run.versions.filter(
    ({ observedAt }) => observedAt <= at && (goneAt === null || observedAt < goneAt),
  );
  const version = versions.at(-1);
  if (version === undefined) return null;
  const trust = lowerTrust(row.feed.trust, version.itemTrust ?? row.feed.trust);
  return trust === 'community' ? null : { row, run, trust, versions, version, goneAt };
}

function isSlip({ seenFrom, goneAt }: Sighting, at: Instant): boolean {
  return goneAt !== null && goneAt <= at && goneAt - seenFrom <= seasoningMs;
}

/** What an end that a version states applies to. */
export function extentOf({ row, run }: Pick<KnownRow, 'row' | 'run'>, { end }: ItemVersion) {
  const scope: EndScope = endScopeOf(end, row.model.own);
  return { scope, host: scope === 'host' ? endHost(run.host ?? row.feed.origin) : null };
}
