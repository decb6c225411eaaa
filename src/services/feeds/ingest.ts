import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import type { FeedItem, ParsedPayload } from '../../domain/feeds/item.ts';
import { assessPoll, keysByVendor, type PollAssessment } from '../../domain/feeds/poll.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import type { FeedRow } from '../../store/feeds.ts';
import { insertObservations, listLatestItems } from '../../store/observations.ts';
import { listLastReads } from '../../store/polls.ts';
import { type NewReading, recordReadings } from '../../store/readings.ts';
import {
  endSightings,
  insertSightings,
  listPresentItems,
  type PresentItem,
  updateSightingHashes,
} from '../../store/sightings.ts';
import type { TouchedModel } from '../../store/watch-selections.ts';
import type { Deps } from '../deps.ts';
import type { NameListing } from '../identity/name-events.ts';
import { readItem } from '../identity/read-item.ts';
import { computedFamily, distinctFamilies } from '../models/families.ts';
import { endFacts, knowledgeTime, releaseFacts } from './item-facts.ts';
import { summariseListing } from './listing-summary.ts';
import { keyByModel } from './renamed-items.ts';
import { keepSuspect, suspectsSince } from './suspects.ts';

export type TouchedFamily = { readonly vendor: string; readonly family: string };

/** The result of an accepted or suspect payload. */
export type Ingested = {
  readonly assessment: PollAssessment;
  readonly items: number;
  readonly newItems: number;
  readonly changedItems: number;
  readonly vanishedItems: number;
  readonly touched: readonly TouchedModel[];
  /** Models of which only stated facts changed: prices, sizes, shutdown dates. */
  readonly touchedFacts: readonly TouchedModel[];
  /** Families whose models must be recomputed: a row appeared, vanished, or changed in more than a price. */
  readonly touchedModels: readonly TouchedFamily[];
  /** Names that are newly listed. */
  readonly listed: readonly NameListing[];
  /** The earliest knowledge time of the new evidence. */
  readonly evidenceFrom: Instant | null;
};

type Reading = {
  readonly feed: FeedRow;
  readonly pollId: string;
  /** The watermark after this read; for a reviewed document, the day of its review. */
  readonly observedAt: Instant;
  /** When the payload was read. Changes and vanished items are known from then, whatever was reviewed. */
  readonly readAt: Instant;
  readonly ingestedAt: Instant;
  readonly payload: ParsedPayload;
};

type Listing = {
  readonly hashes: ReadonlyMap<string, string>;
  /** What is known of every item's name. */
  readonly names: ReadonlyMap<string, NewReading | PresentItem>;
  /** The readings of new and changed items. */
  readonly readings: ReadonlyMap<string, NewReading>;
  readonly present: ReadonlyMap<string, PresentItem>;
};

/**
 * Stores one payload of a feed as evidence, in the caller's transaction and with the feed locked: new, changed and
 * vanished items compared with the last accepted poll. A suspect payload is stored without changing the evidence.
 */
export async function ingestPayload(tx: Sql, deps: Deps, given: Reading): Promise<Ingested> {
  const present = new Map((await listPresentItems(tx, given.feed.id)).map((item) => [item.itemKey, item]));
  const { items, hashes } = await keyByModel(tx, deps, given.feed, given.payload.items, present);
  const reading: Reading = { ...given, payload: { ...given.payload, items } };
  const listing = readNames(deps, given.feed, items, { hashes, present });
  const assessment = await assess(tx, reading, listing);
  const nothing = {
    items: reading.payload.items.length,
    newItems: 0,
    changedItems: 0,
    vanishedItems: 0,
    touched: [],
    touchedFacts: [],
    touchedModels: [],
    listed: [],
    evidenceFrom: null,
  };
  if (assessment.kind === 'suspect') {
    await keepSuspect(tx, reading, null, reading.payload.items);
    return { assessment, ...nothing };
  }
  for (const vendor of assessment.frozenVendors) {
    await keepSuspect(
      tx,
      reading,
      vendor,
      reading.payload.items.filter((item) => listing.names.get(item.key)?.vendor === vendor),
    );
  }
  return { assessment, ...(await applyAccepted(tx, deps, reading, listing, new Set(assessment.frozenVendors))) };
}

/** Parses the names of new and changed items. An unchanged item keeps its reading, unless the identity data has changed. */
function readNames(
  deps: Deps,
  feed: FeedRow,
  items: readonly FeedItem[],
  { hashes, present }: Pick<Listing, 'hashes' | 'present'>,
): Listing {
  const names = new Map<string, NewReading | PresentItem>();
  const readings = new Map<string, NewReading>();
  for (const item of items) {
    const before = present.get(item.key);
    if (before?.itemHash === hashes.get(item.key) && before?.identityVersion === deps.identity.version) {
      names.set(item.key, before);
      continue;
    }
    const reading = readItem(deps, feed, item);
    names.set(item.key, reading);
    readings.set(item.key, reading);
  }
  return { hashes, names, readings, present };
}

async function assess(tx: Sql, reading: Reading, listing: Listing): Promise<PollAssessment> {
  const { feed, observedAt } = reading;
  const now = summariseListing(feed, listing.names);
  const before = summariseListing(feed, listing.present);
  const suspects = await suspectsSince(tx, feed, observedAt, [...keysByVendor(before.listed).keys()]);
  const window = findAdapter(feed.adapter)?.window ?? false;
  return assessPoll({ ...now, observedAt }, { ...before, observedAt: feed.watermark, window }, suspects);
}

async function applyAccepted(
  tx: Sql,
  deps: Deps,
  reading: Reading,
  listing: Listing,
  frozen: ReadonlySet<string>,
): Promise<Omit<Ingested, 'assessment'>> {
  const { feed, payload, readAt } = reading;
  const believed = payload.items.filter((item) => !isFrozen(listing.names.get(item.key), frozen));
  const fresh = believed.filter((item) => !listing.present.has(item.key));
  const changed = believed.filter(
    (item) => listing.present.has(item.key) && listing.present.get(item.key)?.itemHash !== listing.hashes.get(item.key),
  );
  const vanished = [...listing.present.values()].filter(
    (item) => !listing.hashes.has(item.itemKey) && !isFrozen(item, frozen),
  );
  const before = new Map(
    (
      await listLatestItems(
        tx,
        feed.id,
        changed.map((item) => item.key),
      )
    ).map((row) => [row.itemKey, row.item]),
  );
  await endSightings(
    tx,
    feed.id,
    vanished.map((item) => item.itemKey),
    readAt,
  );
  const listed = await writeFresh(tx, deps, reading, listing, fresh);
  await writeObservations(tx, deps, reading, listing, changed, () => readAt);
  await updateSightingHashes(
    tx,
    feed.id,
    changed.map((item) => ({ itemKey: item.key, itemHash: listing.hashes.get(item.key) ?? '' })),
  );
  const moved = changed.filter((item) => releaseFacts(item) !== releaseFacts(before.get(item.key)));
  const ended = changed.filter((item) => endFacts(item) !== endFacts(before.get(item.key)));
  const readingOf = (item: FeedItem): NewReading | undefined => listing.readings.get(item.key);
  const touching = [...fresh, ...moved].map(readingOf);
  return {
    items: payload.items.length,
    newItems: fresh.length,
    changedItems: changed.length,
    vanishedItems: vanished.length,
    touched: [...distinctModels([...touching, ...vanished]), ...newFamilies(fresh.map(readingOf), listing.present)],
    touchedFacts: distinctModels(changed.map(readingOf)),
    touchedModels: distinctFamilies(
      [...touching, ...vanished, ...ended.map(readingOf)].map((row) =>
        row === undefined ? null : computedFamily(row),
      ),
    ),
    listed,
    evidenceFrom: [
      ...listed.map((row) => row.seenFrom),
      ...(changed.length + vanished.length > 0 ? [readAt] : []),
    ].reduce<Instant | null>((low, at) => (low === null ? at : Math.min(low, at)), null),
  };
}

async function writeFresh(
  tx: Sql,
  deps: Deps,
  reading: Reading,
  listing: Listing,
  fresh: readonly FeedItem[],
): Promise<NameListing[]> {
  const { feed, readAt } = reading;
  const vendors = [...new Set(fresh.map((item) => listing.readings.get(item.key)?.vendor ?? ''))];
  const lastReads = new Map((await listLastReads(tx, feed.id, vendors)).map((row) => [row.vendor, row.observedAt]));
  await recordReadings(
    tx,
    fresh.map((item) => listing.readings.get(item.key)).filter((row) => row !== undefined),
  );
  // An item that returns was listed before, so its own publication time counts only the first time.
  const returned = new Set(
    (
      await listLatestItems(
        tx,
        feed.id,
        fresh.map((item) => item.key),
      )
    ).map((row) => row.itemKey),
  );
  const seen = (item: FeedItem): Instant => (returned.has(item.key) ? readAt : knowledgeTime(item, readAt));
  const ids = await writeObservations(tx, deps, reading, listing, fresh, seen);
  const sightings = fresh.map((item) => ({
    feedId: feed.id,
    itemKey: item.key,
    seenFrom: seen(item),
    // An item with its own publication time could not be listed before that time.
    absentAt:
      item.publishedAt === undefined ? (lastReads.get(listing.readings.get(item.key)?.vendor ?? '') ?? null) : null,
    observationId: ids.get(item.key) ?? '',
    itemHash: listing.hashes.get(item.key) ?? '',
  }));
  await insertSightings(tx, sightings);
  return sightings.flatMap(({ itemKey, observationId, seenFrom }) => {
    const row = listing.readings.get(itemKey);
    return row === undefined ? [] : [{ reading: row, observationId, seenFrom }];
  });
}

async function writeObservations(
  tx: Sql,
  deps: Deps,
  reading: Reading,
  listing: Listing,
  items: readonly FeedItem[],
  seen: (item: FeedItem) => Instant,
): Promise<Map<string, string>> {
  const ids = new Map(items.map((item) => [item.key, deps.newId('obs')]));
  const { feed, pollId, ingestedAt } = reading;
  await insertObservations(
    tx,
    items.map((item) => ({
      id: ids.get(item.key) ?? '',
      feedId: feed.id,
      pollId,
      itemHash: listing.hashes.get(item.key) ?? '',
      observedAt: seen(item),
      ingestedAt,
      item,
    })),
  );
  return ids;
}

function isFrozen(row: { vendor: string | null } | undefined, frozen: ReadonlySet<string>): boolean {
  return row?.vendor !== null && row?.vendor !== undefined && frozen.has(row.vendor);
}

type Named = Pick<NewReading, 'vendor' | 'family' | 'modelVersion' | 'tier'>;

/** Each model once. */
function distinctModels(rows: readonly (Named | undefined)[]): TouchedModel[] {
  const byKey = new Map<string, TouchedModel>();
  for (const row of rows) {
    if (row === undefined || row.vendor === null || row.family === null) continue;
    const { vendor, family, modelVersion: version, tier } = row;
    byKey.set(JSON.stringify([vendor, family, version, tier]), { vendor, family, model: { version, tier } });
  }
  return [...byKey.values()];
}

/**
 * Families of which the feed listed nothing before. That it lists them at all concerns every prediction about them: how far
 * one has been checked depends on the feeds that list its family.
 */
function newFamilies(
  fresh: readonly (Named | undefined)[],
  present: ReadonlyMap<string, PresentItem>,
): TouchedFamily[] {
  const known = new Set([...present.values()].map(({ vendor, family }) => `${vendor}/${family}`));
  return distinctFamilies(fresh).filter(({ vendor, family }) => !known.has(`${vendor}/${family}`));
}
