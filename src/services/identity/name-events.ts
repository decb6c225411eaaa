import { mayMatchCriterion } from '../../domain/criterion/may-match.ts';
import { unreadNameData } from '../../domain/events/name-event.ts';
import type { PartialName } from '../../domain/identity/model-id.ts';
import { versionStyle } from '../../domain/identity/table.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import type { FeedRow } from '../../store/feeds.ts';
import type { NewReading } from '../../store/readings.ts';
import { insertUnreadNames, listUnresolvedCriteria } from '../../store/unread-names.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { listWatchingNames, partialNames } from './unread-names.ts';

/** The most events `name.unrecognised` that one read of a feed raises. */
export const nameEventsMax = 20;
/** The most new names of one read that are compared with predictions, to choose which of them have an event. */
const namesComparedMax = 200;

/** A new listing of a name, with the observation that shows it. */
export type NameListing = { readonly reading: NewReading; readonly observationId: string; readonly seenFrom: Instant };

/** A name that no feed listed before, and the unresolved predictions that it may match. */
type NewName = {
  readonly listing: NameListing;
  readonly partial: PartialName;
  readonly predictions: readonly string[];
};

/**
 * Records the names of a read that are not fully recognised, and announces those that no feed listed before, except in a
 * feed's first read. Call it last in the transaction of the read: another read with the same name waits for this one.
 */
export async function announceUnreadNames(
  tx: Sql,
  deps: Deps,
  feed: FeedRow,
  listings: readonly NameListing[],
): Promise<void> {
  const inserted = await recordUnreadNames(
    tx,
    deps,
    listings.map(({ reading }) => reading),
  );
  if (feed.watermark === null || inserted.length === 0) return;
  const names = await compareNames(tx, deps, inserted.slice(0, namesComparedMax), listings);
  const announced = names.slice(0, nameEventsMax);
  for (const { listing, partial, predictions } of announced) {
    const { reading, observationId: id, seenFrom: observedAt } = listing;
    const observation = { id, itemKey: reading.itemKey, observedAt };
    const furtherNames = inserted.length - announced.length;
    const data = unreadNameData({ name: reading.name, partial, feed, observation, predictions, furtherNames });
    await recordEvent(tx, deps, { type: 'name.unrecognised', occurredAt: deps.now(), feedId: feed.id, data });
  }
}

/** Records names that are not fully recognised, so that no later read announces them. Returns the keys of new ones, in order. */
export async function recordUnreadNames(tx: Sql, deps: Deps, readings: readonly NewReading[]): Promise<string[]> {
  const names = new Map(partialNames(readings).map((name) => [nameKey(name), name]));
  const inserted = await insertUnreadNames(
    tx,
    [...names.values()].map(({ vendor, name }) => ({ vendor, name })),
    deps.now(),
  );
  return inserted.map(nameKey).sort();
}

function nameKey({ vendor, name }: { readonly vendor: string; readonly name: string }): string {
  return `${vendor}/${name}`;
}

/** New names with their first listings and the predictions that they may match, those with the most predictions first. */
async function compareNames(
  tx: Sql,
  deps: Deps,
  keys: readonly string[],
  listings: readonly NameListing[],
): Promise<NewName[]> {
  const wanted = new Set(keys);
  const found = new Map<string, { listing: NameListing; partial: PartialName }>();
  for (const listing of listings) {
    const [partial] = partialNames([listing.reading]);
    const key = partial === undefined ? null : nameKey(partial);
    if (partial === undefined || key === null || !wanted.has(key) || found.has(key)) continue;
    found.set(key, { listing, partial });
  }
  const names = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
  const watching = await listWatchingNames(
    tx,
    names.map(({ partial }) => partial),
  );
  const open = await listUnresolvedCriteria(tx, watching);
  const styleOf = (vendor: string, family: string) => versionStyle(deps.identity, vendor, family);
  return names
    .map(({ listing, partial }) => {
      const matching = open.filter(({ criterion }) => mayMatchCriterion(criterion, partial, styleOf));
      return { listing, partial, predictions: matching.map(({ id }) => id) };
    })
    .sort((a, b) => b.predictions.length - a.predictions.length);
}
