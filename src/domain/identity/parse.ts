import { isLimited } from './limited.ts';
import { type IdContext, type Identity, type ModelId, modelKey, type NotAModel, type PartialName } from './model-id.ts';
import { familyVendor, findFamily, type Reading, readName } from './name.ts';
import { type Place, readPlace } from './place.ts';
import { feedKey, type Guards, type IdentityTable } from './table.ts';
import { splitTokens } from './tokens.ts';

/** Longer ids are not parsed. */
export const modelIdCharactersMax = 256;

/**
 * Reads a model id from a feed. Only the reviewed table is used: there is no fuzzy matching and no guessing.
 *
 * An id that the table does not declare in full has one of three outcomes:
 * - `partial` if the vendor itself lists the name. Without a host, an id in the vendor's namespace counts as its own listing;
 * - `unrecognised` if somebody else lists it and its vendor is certain;
 * - `unknown_vendor` if nothing in it points to a vendor.
 *
 * Curators' additions can make an unreadable name readable, declare that it names no model, or that its model is limited.
 * They cannot turn a name that the file declares to be no model into a release, nor change which model a readable name means.
 * An unknown namespace is not such a declaration: an addition can state its owner.
 *
 * Pure; never throws. The time is proportional to the length of the id.
 */
export function parseModelId(table: IdentityTable, id: string, context: IdContext): Identity {
  const read = readModelId(table, id, context);
  const found = table.curated === null ? read : bound(read, table.curated, (guard) => readModelId(guard, id, context));
  return found.outcome === 'partial' && isOtherKind(table, found) ? refuse('not_a_model', found.vendor) : found;
}

/** Whether an unknown word shows that the name is no language model: `muse-image`, `mistral-rerank-2`. */
function isOtherKind(table: IdentityTable, { unknown }: PartialName): boolean {
  return unknown.some((word) => table.otherKinds.has(word));
}

/** Limits what additions changed to what the reviewed file allows. */
function bound(found: Identity, guards: Guards, readBy: (guard: IdentityTable) => Identity): Identity {
  const before = readBy(guards.file);
  const base = guards.base === guards.file ? before : readBy(guards.base);
  if (before.outcome === 'model') {
    const named = guards.aliases === guards.file ? before : readBy(guards.aliases);
    if (named.outcome !== 'model') return named;
    return base.outcome === 'model' && modelKey(base) === modelKey(before) ? base : before;
  }
  // A foreign namespace makes a name a derivative only until an addition declares whose namespace it is.
  if (!isReadable(before.reason) && before.reason !== 'derivative') return before;
  if (base.outcome === 'model') return found.outcome === 'model' ? base : found;
  return isReadable(base.reason) ? found : base;
}

/**
 * Whether additions may make a name readable that the file rejects for this reason: the file does not define the name
 * or its vendor.
 */
export function isReadable(reason: NotAModel['reason']): boolean {
  return reason === 'unrecognised' || reason === 'unknown_vendor';
}

/** Why a name is not read as a model, in words; `reason` as it was stored. */
export function whyUnread(reason: string): string {
  return why.get(reason) ?? 'an earlier version of the identity data did not recognise it as a model';
}

const why: ReadonlyMap<string, string> = new Map<NotAModel['reason'], string>([
  ['unrecognised', 'its vendor is known, but the identity data does not define the rest of the name'],
  ['unknown_vendor', 'nothing in it identifies a vendor that the identity data knows'],
  ['rolling_alias', 'it is an alias of the newest release, so it names no single model'],
  ['preset', 'it names a setting of a model, such as reasoning effort, not a model'],
  ['derivative', 'it is a fine-tune or conversion of a model, or is in the namespace of another publisher'],
  ['codename', 'it is a name used for a model before its vendor announced it'],
  ['not_a_model', 'the identity data lists it as not a model'],
]);

function readModelId(table: IdentityTable, id: string, context: IdContext): Identity {
  const mentions = table.feeds.get(feedKey(context.feed)) === 'mention';
  if (mentions && (context.host ?? null) === null) return refuse('not_a_model', null);
  if (id.length > modelIdCharactersMax) return refuse('unrecognised', null);
  const place = readPlace(table, id, context);
  const certain = place.namespace ?? (place.owner?.certain === true ? place.owner.vendor : null);
  const found = findFamily(table, place.name);
  if (found === null || (found.family.needsVendor && certain !== found.family.vendor)) {
    // A headline on a vendor's site may name no model.
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
  if (reading.flaw !== null) {
    // Headlines are prose, so an unknown word in one does not count as part of a name.
    const listed = !mentions && isListedByVendor(place, vendor);
    return reading.flaw === 'unrecognised' && listed ? toPartial(reading, place) : refuse(reading.flaw, vendor);
  }
  const model = toModel(reading, place);
  return isLimited(table.limits, model, place.name, context.at ?? null) ? { ...model, stage: 'limited' } : model;
}

/**
 * Whether the vendor itself lists the row: it is the vendor's own, or the feed states no host and the id is in the
 * vendor's namespace.
 */
function isListedByVendor({ owner, namespace, host, foreign }: Place, vendor: string): boolean {
  return owner?.vendor === vendor || (namespace === vendor && host === null && !foreign);
}

function toModel(reading: Reading, place: Place): ModelId {
  const { vendor, family } = reading.family;
  return {
    outcome: 'model',
    vendor,
    family,
    version: reading.version,
    tier: reading.tier,
    stage: reading.preview ? 'preview' : 'general',
    snapshot: reading.snapshot,
    snapshotDay: reading.snapshotDay,
    channels: [...place.channels, ...reading.channels],
    ...servedBy(place, vendor),
  };
}

function toPartial({ family, certainVersion, tiers, unknown }: Reading, place: Place): PartialName {
  const { vendor } = family;
  return toPartialName(place, vendor, { family: family.family, version: certainVersion, tiers, unknown });
}

/** Whether the row is the vendor's own, or which host serves it. */
function servedBy(place: Place, vendor: string): { own: boolean; host: string | null } {
  const own = place.owner?.vendor === vendor;
  return { own, host: own ? null : place.host };
}

/**
 * Handles a name that does not begin with a declared family. If a family's word occurs later in the name, the name is a
 * derivative of that family if the id also has a foreign namespace, a word such as `hermes`, or a second family.
 */
function refuseNameless(table: IdentityTable, place: Place, certain: string | null): NotAModel | PartialName {
  const vendors = listFamilyVendors(table, place.name);
  if (place.reason !== null && (place.name === '' || certain !== null)) return refuse(place.reason, certain);
  if (vendors.length === 0) return certain === null ? refuse('unknown_vendor', null) : toNameless(place, certain);
  const vendor = certain ?? onlyVendor(vendors);
  const trained = splitTokens(place.name).some(({ text }) => table.words.get(text)?.kind === 'derivative');
  const derived = place.foreign || trained || vendors.length > 1;
  return derived || vendor === null
    ? refuse(derived ? 'derivative' : 'unrecognised', vendor)
    : toNameless(place, vendor);
}

function toNameless(place: Place, vendor: string): NotAModel | PartialName {
  const unknown = splitTokens(place.name).map(({ text }) => text);
  if (unknown.length === 0 || !isListedByVendor(place, vendor)) return refuse('unrecognised', vendor);
  return toPartialName(place, vendor, { family: null, version: null, tiers: [], unknown });
}

type KnownParts = Pick<PartialName, 'family' | 'version' | 'tiers' | 'unknown'>;

function toPartialName(place: Place, vendor: string, known: KnownParts): PartialName {
  return {
    outcome: 'partial',
    reason: 'unrecognised',
    name: place.name,
    vendor,
    ...known,
    ...servedBy(place, vendor),
  };
}

/** The vendor of each family word in the name, with duplicates. */
function listFamilyVendors(table: IdentityTable, name: string): string[] {
  return splitTokens(name).flatMap(({ text }) => familyVendor(table, text) ?? []);
}

/** The vendor, if all are the same; otherwise null. */
function onlyVendor(vendors: readonly string[]): string | null {
  const [first, ...rest] = vendors;
  return first !== undefined && rest.every((vendor) => vendor === first) ? first : null;
}

function refuse(reason: NotAModel['reason'], vendor: string | null): NotAModel {
  return { outcome: 'none', reason, vendor };
}
