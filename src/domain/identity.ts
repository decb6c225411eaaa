import { familyVendor, findFamily, type Reading, readName } from './identity-name.ts';
import { type Place, readPlace } from './identity-place.ts';
import { feedKey, type IdentityTable } from './identity-table.ts';
import { splitTokens } from './identity-tokens.ts';
import type { IdContext, Identity, NotAModel } from './model-id.ts';

/** Longer ids are not read at all. */
export const modelIdCharactersMax = 256;

/**
 * Reads a model id as met in a feed, by the reviewed table alone: no fuzzy matching, no guessing.
 * What the table does not declare is `unrecognised` where a vendor is certain and `unknown_vendor` otherwise.
 * Pure, never throws, and takes time in proportion to the id's length.
 */
export function parseModelId(table: IdentityTable, id: string, context: IdContext): Identity {
  const mentions = table.feeds.get(feedKey(context.feed)) === 'mention';
  if (mentions && (context.host ?? null) === null) return refuse('not_a_model', null);
  if (id.length > modelIdCharactersMax) return refuse('unrecognised', null);
  const place = readPlace(table, id, context);
  const certain = place.namespace ?? (place.owner?.certain === true ? place.owner.vendor : null);
  const found = findFamily(table, place.name);
  if (found === null || (found.family.needsVendor && certain !== found.family.vendor)) {
    // A headline may have a vendor's site around it and yet name no model.
    return mentions ? refuse('not_a_model', certain) : refuseNameless(table, place, certain);
  }
  const { vendor } = found.family;
  const others = listFamilyVendors(table, found.rest);
  if (place.reason !== null) return refuse(place.reason, certain ?? vendor);
  if (place.foreign || (place.namespace !== null && place.namespace !== vendor)) {
    return refuse('derivative', certain ?? onlyVendor([vendor, ...others]));
  }
  const reading = readName(table, found.family, found.rest);
  if (reading.flaw === 'derivative') return refuse('derivative', certain ?? onlyVendor([vendor, ...others]));
  return reading.flaw === null ? toModel(reading, place) : refuse(reading.flaw, vendor);
}

function toModel(reading: Reading, place: Place): Identity {
  const { vendor, family } = reading.family;
  const own = place.owner?.vendor === vendor;
  return {
    outcome: 'model',
    vendor,
    family,
    version: reading.version,
    tier: reading.tier,
    stage: reading.preview ? 'preview' : 'general',
    snapshot: reading.snapshot,
    snapshotDay: reading.snapshotDay,
    host: own ? null : place.host,
    channels: [...place.channels, ...reading.channels],
    own,
  };
}

/**
 * No declared family begins the name. A family's word further on makes it somebody's training of that family
 * where the id says so (a foreign namespace, `hermes`, a second family).
 */
function refuseNameless(table: IdentityTable, place: Place, certain: string | null): NotAModel {
  const vendors = listFamilyVendors(table, place.name);
  if (place.reason !== null && (place.name === '' || certain !== null)) return refuse(place.reason, certain);
  if (vendors.length === 0) return refuse(certain === null ? 'unknown_vendor' : 'unrecognised', certain);
  const vendor = certain ?? onlyVendor(vendors);
  const trained = splitTokens(place.name).some(({ text }) => table.words.get(text)?.kind === 'derivative');
  return refuse(place.foreign || trained || vendors.length > 1 ? 'derivative' : 'unrecognised', vendor);
}

/** The vendor of every family's word in the name, as often as one stands there. */
function listFamilyVendors(table: IdentityTable, name: string): string[] {
  return splitTokens(name).flatMap(({ text }) => familyVendor(table, text) ?? []);
}

/** The one vendor that all of them are, or null. */
function onlyVendor(vendors: readonly string[]): string | null {
  const [first, ...rest] = vendors;
  return first !== undefined && rest.every((vendor) => vendor === first) ? first : null;
}

function refuse(reason: NotAModel['reason'], vendor: string | null): NotAModel {
  return { outcome: 'none', reason, vendor };
}
