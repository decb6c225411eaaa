import { dayMs, hourMs, type Instant } from '../instant.ts';

/** A poll that has not ended by then is taken to be lost; longer than any fetch with its limits. */
export const pollLeaseMs = 180_000;
/** A poll may lose this share of the last accepted poll's items before it is suspect. */
export const lossShareMax = 0.3;
/** Across a longer gap catalogues turn over, and only a loss beyond this share is suspect. */
export const lossShareMaxAfterGap = 0.9;
/** What "a longer gap" is. */
export const gapMs = 48 * hourMs;
/** A vendor's own slice of a catalogue is judged by itself from this many items on. */
export const vendorItemsMin = 5;
/** A suspect listing is believed after all once a later poll, this long after, agrees with it … */
export const confirmAfterMs = dayMs;
/** … in this share of the items of both. */
export const confirmShareMin = 0.9;

/** Items present in a poll: key and the vendor it was read to belong to (null: none known). */
export type Listed = ReadonlyMap<string, string | null>;

export type PollAssessment =
  | { readonly kind: 'accepted'; readonly frozenVendors: readonly string[]; readonly confirmed: boolean }
  | { readonly kind: 'suspect'; readonly reason: string };

/** A suspect listing of an earlier poll; `vendor` null is the whole poll. */
export type SuspectSlice = {
  readonly vendor: string | null;
  readonly observedAt: Instant;
  readonly keys: ReadonlySet<string>;
};

/** `window`: the feed lists the latest entries alone, so that the oldest leave all the time; it has lost what it is shorter by. */
type Before = { readonly listed: Listed; readonly observedAt: Instant | null; readonly window?: boolean };

/**
 * Whether a poll is to be believed. Suspect when it is empty, or has lost too much against the last accepted poll;
 * a vendor's slice alone is frozen when only that vendor lost too much. Accepted after all when it confirms an
 * earlier suspect listing at least a day old. An empty poll is never accepted: an empty feed is not news.
 */
export function assessPoll(
  now: { readonly listed: Listed; readonly observedAt: Instant },
  before: Before,
  suspects: readonly SuspectSlice[],
): PollAssessment {
  if (now.listed.size === 0) return { kind: 'suspect', reason: 'the feed lists nothing' };
  if (before.observedAt === null || before.listed.size === 0)
    return { kind: 'accepted', frozenVendors: [], confirmed: false };
  const shareMax = now.observedAt - before.observedAt > gapMs ? lossShareMaxAfterGap : lossShareMax;
  const shorter = (before.listed.size - now.listed.size) / before.listed.size;
  const lost = before.window ? shorter : lossShare(before.listed.keys(), before.listed.size, now.listed);
  const keys = new Set(now.listed.keys());
  if (lost > shareMax && !confirms(null, keys, now.observedAt, suspects)) {
    const percent = Math.round(lost * 100);
    return {
      kind: 'suspect',
      reason: `${percent} % of the last accepted poll's ${before.listed.size} items are gone (at most ${Math.round(shareMax * 100)} % are believed)`,
    };
  }
  const confirmed = lost > shareMax;
  const frozenVendors = confirmed || before.window ? [] : vendorsLost(now, before.listed, shareMax, suspects);
  return { kind: 'accepted', frozenVendors, confirmed };
}

function vendorsLost(
  now: { listed: Listed; observedAt: Instant },
  before: Listed,
  shareMax: number,
  suspects: readonly SuspectSlice[],
): string[] {
  return [...keysByVendor(before)]
    .filter(([vendor, keys]) => {
      if (keys.size < vendorItemsMin || lossShare(keys, keys.size, now.listed) <= shareMax) return false;
      const slice = keysByVendor(now.listed).get(vendor) ?? new Set<string>();
      return slice.size === 0 || !confirms(vendor, slice, now.observedAt, suspects);
    })
    .map(([vendor]) => vendor)
    .sort();
}

function lossShare(keys: Iterable<string>, size: number, now: Listed): number {
  let lost = 0;
  for (const key of keys) if (!now.has(key)) lost += 1;
  return size === 0 ? 0 : lost / size;
}

/** Keys of a poll by vendor; items of no known vendor are left out. */
export function keysByVendor(listed: Listed): Map<string, Set<string>> {
  const byVendor = new Map<string, Set<string>>();
  for (const [key, vendor] of listed) {
    if (vendor === null) continue;
    const keys = byVendor.get(vendor);
    if (keys === undefined) byVendor.set(vendor, new Set([key]));
    else keys.add(key);
  }
  return byVendor;
}

function confirms(
  vendor: string | null,
  keys: ReadonlySet<string>,
  observedAt: Instant,
  suspects: readonly SuspectSlice[],
): boolean {
  return suspects.some(
    (slice) =>
      slice.vendor === vendor &&
      observedAt - slice.observedAt >= confirmAfterMs &&
      agreement(keys, slice.keys) >= confirmShareMin,
  );
}

/** Shared items over the larger of the two: 1 is the same set. */
function agreement(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const key of a) if (b.has(key)) shared += 1;
  return shared / Math.max(a.size, b.size, 1);
}
