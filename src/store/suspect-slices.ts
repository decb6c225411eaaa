import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

export type SuspectSliceRow = {
  readonly vendor: string | null;
  readonly observedAt: Instant;
  readonly itemKeys: string[];
};

/** How many earlier suspect listings are compared with a poll, newest first: more than 24 hours of quarter-hourly polls. */
export const suspectSlicesMax = 200;

/** Records what a suspect poll listed, of one vendor or in all (null): a later poll that lists the same confirms it. */
export async function insertSuspectSlice(
  db: Sql,
  slice: {
    pollId: string;
    feedId: string;
    vendor: string | null;
    observedAt: Instant;
    itemKeys: readonly string[];
    items: readonly unknown[];
  },
): Promise<void> {
  await db`
    insert into suspect_slices (poll_id, feed_id, vendor, observed_at, item_keys, items)
    values (${slice.pollId}, ${slice.feedId}, ${slice.vendor}, ${timestamp(slice.observedAt)},
      ${json(db, slice.itemKeys)}, ${json(db, slice.items)})`;
}

/** Suspect listings of a feed after one moment and up to another, newest first. */
export async function listSuspectSlices(
  db: Sql,
  feedId: string,
  { after, until }: { readonly after: Instant; readonly until: Instant },
): Promise<SuspectSliceRow[]> {
  return await db<SuspectSliceRow[]>`
    select vendor, observed_at as "observedAt", item_keys as "itemKeys" from suspect_slices
    where feed_id = ${feedId} and observed_at > ${timestamp(after)} and observed_at <= ${timestamp(until)}
    order by observed_at desc, poll_id desc, vendor limit ${suspectSlicesMax}`;
}
