import { dayMs, hourMs, type Instant } from '../instant.ts';

/** A poll that has not ended after this time is considered lost. No fetch can take this long. */
export const pollLeaseMs = 180_000;
/** A poll that lacks more than this share of the last accepted poll's items is suspect. */
export const lossShareMax = 0.3;
/** As `lossShareMax`, if the last accepted poll is older than `gapMs`: a catalogue changes more over a longer time. */
export const lossShareMaxAfterGap = 0.9;
export const gapMs = 48 * hourMs;
/** A vendor with at least this many items in a catalogue is also assessed on its own. */
export const vendorItemsMin = 5;
/** A suspect listing is confirmed by a poll at least this much later … */
export const confirmAfterMs = dayMs;
/** … that agrees with it on at least this share of the items of the larger one. */
export const confirmShareMin = 0.9;

/** The items of a poll by key, each with its vendor (null if none is known). */
export type Listed = ReadonlyMap<string, string | null>;

export type PollAssessment =
  | { readonly kind: 'accepted'; readonly frozenVendors: readonly string[]; readonly confirmed: boolean }
  | { readonly kind: 'suspect'; readonly reason: string };

/** The listing of a suspect poll, or of one vendor in it; a null `vendor` means the whole poll. */
export type SuspectSlice = {
  readonly vendor: string | null;
  readonly observedAt: Instant;
  readonly keys: ReadonlySet<string>;
};

/** The keys of the items whose names the identity data knows. If omitted, a loss is counted over all items only. */
type KnownKeys = { readonly known?: ReadonlySet<string> };

/** `window`: the feed lists only its latest entries. Old ones always disappear, so only a shorter list is a loss. */
type Before = KnownKeys & { readonly listed: Listed; readonly observedAt: Instant | null; readonly window?: boolean };

type Poll = KnownKeys & { readonly listed: Listed; readonly observedAt: Instant };

/**
 * Whether a poll is accepted. A poll is suspect if it is empty or has lost too many items since the last accepted poll,
 * unless it confirms a suspect listing at least a day old. If only some vendors have lost too many, the poll is accepted
 * and these vendors are frozen. An empty poll is never accepted, whatever it confirms.
 */
export function assessPoll(now: Poll, before: Before, suspects: readonly SuspectSlice[]): PollAssessment {
  if (now.listed.size === 0) return { kind: 'suspect', reason: 'the feed lists nothing' };
  if (before.observedAt === null || before.listed.size === 0)
    return { kind: 'accepted', frozenVendors: [], confirmed: false };
  const shareMax = now.observedAt - before.observedAt > gapMs ? lossShareMaxAfterGap : lossShareMax;
  const lost = shareOfLoss(now, before);
  const whole = { vendor: null, observedAt: now.observedAt, keys: new Set(now.listed.keys()) };
  if (lost > shareMax && !confirms(whole, suspects, before.listed)) {
    const percent = Math.round(lost * 100);
    return {
      kind: 'suspect',
      reason: `${percent} % of the last accepted poll's ${before.listed.size} items are missing (limit: ${Math.round(shareMax * 100)} %)`,
    };
  }
  const confirmed = lost > shareMax;
  const frozenVendors =
    confirmed || before.window ? [] : listFrozen(now, { listed: before.listed, shareMax, suspects });
  return { kind: 'accepted', frozenVendors, confirmed };
}

/**
 * The share of the last accepted poll that is missing now. It is counted over all items and over the items with known
 * names, and the smaller share is returned: a first read full of junk would otherwise make the good reads after it
 * suspect, whereas an outage loses known names too.
 */
function shareOfLoss(now: Poll, before: Before): number {
  const shorter = (before.listed.size - now.listed.size) / before.listed.size;
  const lost = before.window ? shorter : lossShare(new Set(before.listed.keys()), now.listed);
  if (before.known === undefined || now.known === undefined) return lost;
  if (before.known.size === 0) return now.known.size === 0 ? lost : 0;
  return Math.min(lost, lossShare(before.known, now.listed));
}

type Baseline = {
  readonly listed: Listed;
  readonly shareMax: number;
  readonly suspects: readonly SuspectSlice[];
};

/** The vendors that have lost more than `shareMax` of their items, without confirming an earlier suspect listing. */
function listFrozen({ listed, observedAt }: Poll, baseline: Baseline): string[] {
  const slices = keysByVendor(listed);
  return [...keysByVendor(baseline.listed)]
    .filter(([vendor, keys]) => {
      if (keys.size < vendorItemsMin || lossShare(keys, listed) <= baseline.shareMax) return false;
      const slice = slices.get(vendor) ?? new Set<string>();
      return slice.size === 0 || !confirms({ vendor, observedAt, keys: slice }, baseline.suspects, baseline.listed);
    })
    .map(([vendor]) => vendor)
    .sort();
}

function lossShare(keys: ReadonlySet<string>, now: Listed): number {
  let lost = 0;
  for (const key of keys) if (!now.has(key)) lost += 1;
  return keys.size === 0 ? 0 : lost / keys.size;
}

/** The keys of a poll by vendor, without items of no known vendor. */
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

/**
 * Whether an earlier suspect listing confirms this one. An item that neither that listing nor the last accepted poll
 * had is new and does not count as a disagreement.
 */
function confirms(slice: SuspectSlice, suspects: readonly SuspectSlice[], accepted: Listed): boolean {
  return suspects.some((earlier) => {
    if (earlier.vendor !== slice.vendor || slice.observedAt - earlier.observedAt < confirmAfterMs) return false;
    const old = [...slice.keys].filter((key) => earlier.keys.has(key) || accepted.has(key));
    return agreement(new Set(old), earlier.keys) >= confirmShareMin;
  });
}

/** The number of common items divided by the size of the larger set: 1 for equal sets. */
function agreement(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const key of a) if (b.has(key)) shared += 1;
  return shared / Math.max(a.size, b.size, 1);
}
