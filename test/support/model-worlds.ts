import type { Sighting } from '../../src/domain/evidence/timeline.ts';
import type { FeedSetups } from './feed-setups.ts';
import type { Fate } from './oracle.ts';
import { feed, sighting, type TestFeed, type TestVersion } from './timelines.ts';
import { hours, moment } from './tiny-worlds.ts';

/**
 * Tiny worlds of up to three models that are released, change their price once and are withdrawn, and what polls show
 * of them:
 * - A feed lists a model, shows a new price and states an end no later than its lag after the fact. Polls are at most
 *   two days apart.
 * - A price holds for at least five days. An end is announced before its day, and moved at least three days before. If
 *   no end is announced, every feed drops the model, and it has no price any more.
 * - A model that every feed drops for another reason is not withdrawn, and no claim asks about its price.
 * - At most one feed is odd, or drops rows that others keep, in the same way for all models. An odd feed never lists a
 *   model; lists it too early, for one poll or permanently; shows a wrong price for one poll, or permanently one that
 *   does not change; states no price; or states a wrong end.
 * - The vendor's own feed is never odd.
 * Hours count from 2025-08-01T00:00Z.
 */

/** The models: their tier and version. */
export const modelNames = {
  plain: { name: 'gpt-5', tier: null, version: '5' },
  mini: { name: 'gpt-5-mini', tier: 'mini', version: '5' },
  next: { name: 'gpt-5.1', tier: null, version: '5.1' },
} as const;

export type ModelName = keyof typeof modelNames;

export type ModelStory = {
  /** The hour of its release; null if it is never released. */
  readonly release: number | null;
  /** Its first price, and when it changes to the other one; null if never. */
  readonly price: 5 | 20;
  readonly repricedAt: number | null;
  /**
   * The first hour of the day on which it is withdrawn, when that was announced, and which other day was stated until
   * when.
   */
  readonly end: {
    readonly day: number;
    /** Null: nobody announces it, and its rows are dropped as soon as it is withdrawn. */
    readonly saidAt: number | null;
    readonly moved: { from: number; until: number } | null;
  } | null;
};

export const oddKinds = ['blind', 'slip', 'placeholder', 'price_slip', 'wrong_price', 'mute', 'wrong_end'] as const;

export type ModelWorld = {
  readonly models: Readonly<Partial<Record<ModelName, ModelStory>>>;
  /** By how much of its lag each feed is late: 0 or 1. */
  readonly delays: readonly number[];
  readonly odd: { readonly feed: number; readonly kind: (typeof oddKinds)[number]; readonly read: number } | null;
  /** Which feeds drop a row seven and a half days after they listed it. */
  readonly dropped: 'none' | 'first' | 'all';
  /** Whether the first feed states the day of the release. */
  readonly dated: boolean;
};

/** What one poll shows of one model. */
type Shown = { readonly released: string; readonly price: number | null; readonly end: string };

/** Longer than the time within which a feed must first have been read after a window opened. */
const droppedAfterHours = 180;
/** The minimum time for which a price holds. */
const standsHours = 120;
/** The hour of the day at which a model is withdrawn. */
export const endHour = 12;

export function priceAt(story: ModelStory, hour: number): number {
  const changed = story.repricedAt !== null && hour >= story.repricedAt;
  return changed ? 25 - story.price : story.price;
}

function dayText(hour: number): string {
  return new Date(moment(hour)).toISOString().slice(0, 10);
}

function showModel(setup: FeedSetups, world: ModelWorld, model: ModelName, index: number, read: number): Shown | null {
  const story = world.models[model];
  const delay = (world.delays[index] ?? 0) * (setup.feeds[index]?.lag ?? 0);
  const odd = world.odd?.feed === index ? world.odd : null;
  if (story === undefined || !isListed(story, world, odd, index, read, delay)) return null;
  const price = priceAt(story, read - delay);
  const wrong = (odd?.kind === 'price_slip' && read === odd.read) || (odd?.kind === 'wrong_price' && read >= odd.read);
  const { release } = story;
  return {
    released: index === 0 && world.dated && release !== null && read >= release + delay ? dayText(release) : '',
    price: odd?.kind === 'mute' ? null : wrong ? 25 - price : price,
    end: odd?.kind === 'wrong_end' && read >= odd.read ? dayText(wrongEnd(story)) : endShown(story, read - delay),
  };
}

function wrongEnd({ end, release }: ModelStory): number {
  return end === null ? Math.floor(((release ?? 0) + hours(3)) / 24) * 24 : end.day - hours(3);
}

function isListed(
  { release, end }: ModelStory,
  world: ModelWorld,
  odd: ModelWorld['odd'],
  index: number,
  read: number,
  delay: number,
): boolean {
  if (odd?.kind === 'blind') return false;
  const early = odd !== null && (release === null || odd.read < release);
  if (early && odd.kind === 'slip' && read === odd.read) return true;
  if (early && odd.kind === 'placeholder' && read >= odd.read) return true;
  if (release === null || read < release + delay) return false;
  if (end?.saidAt === null && read >= end.day + endHour + delay) return false;
  const drops = world.dropped === 'all' || (world.dropped === 'first' && index === 0);
  return !drops || read < release + delay + droppedAfterHours;
}

function endShown({ end }: ModelStory, hour: number): string {
  if (end === null || end.saidAt === null || hour < end.saidAt) return '';
  return dayText(end.moved !== null && hour < end.moved.until ? end.moved.from : end.day);
}

/** What every poll up to a moment shows of every model. */
export function showModels(setup: FeedSetups, world: ModelWorld, until: number): Map<ModelName, (Shown | null)[][]> {
  const names = Object.keys(world.models) as ModelName[];
  return new Map(
    names.map((name) => [
      name,
      setup.feeds.map(({ reads }, index) =>
        reads.filter((read) => read <= until).map((read) => showModel(setup, world, name, index, read)),
      ),
    ]),
  );
}

/** The feeds as they had been read up to a moment; all of them publish prices and ends. */
export function modelFeeds(setup: FeedSetups, until: number): TestFeed[] {
  return setup.feeds.map(({ reads, lag, firstParty }, index) =>
    feed(`f${index}`, {
      reads: reads.filter((read) => read <= until).map(moment),
      lagHours: lag,
      trust: firstParty ? 'first_party' : 'curated',
      publishes: ['output_usd_per_mtok', 'shutdown'],
    }),
  );
}

/** The rows that ingesting those polls writes. */
export function modelSightings(feeds: readonly TestFeed[], shown: ReturnType<typeof showModels>): Sighting[] {
  return [...shown].flatMap(([name, byFeed]) =>
    byFeed.flatMap((polls, index) => {
      const feedOf = feeds[index];
      return feedOf === undefined ? [] : rowsOf(feedOf, name, polls);
    }),
  );
}

function rowsOf(feedOf: TestFeed, model: ModelName, polls: readonly (Shown | null)[]): Sighting[] {
  const rows: Sighting[] = [];
  // An item that returns keeps the versions of its earlier sightings, as in the store.
  const versions: TestVersion[] = [];
  let last: string | undefined;
  let from: number | undefined;
  const { name, tier, version } = modelNames[model];
  const close = (gone: number | undefined): void => {
    if (from !== undefined)
      rows.push(
        sighting(feedOf, { name, seen: from, model: { tier, version }, ...(gone === undefined ? {} : { gone }) }),
      );
    from = undefined;
  };
  for (const [nth, shown] of polls.entries()) {
    const read = feedOf.reads[nth];
    if (read === undefined) continue;
    if (shown === null) close(read);
    else {
      from ??= read;
      const text = JSON.stringify(shown);
      if (text !== last) versions.push(versionOf(shown, read));
      last = text;
    }
  }
  close(undefined);
  const [first, ...edits] = versions;
  if (first?.at === undefined) return [];
  const seen = first.at;
  const model0 = sighting(feedOf, { ...first, name, seen, model: { tier, version }, edits });
  return rows.map((row) => ({ ...row, versions: model0.versions }));
}

function versionOf({ released, price, end }: Shown, read: number): TestVersion {
  return {
    at: read,
    ...(released === '' ? {} : { released }),
    ...(price === null ? {} : { price }),
    ...(end === '' ? {} : { shutdown: end }),
  };
}

/** Returns numbers in [0, 1), the same in every run, to choose the worlds that are tried. */
export type Chance = () => number;

function pick<T>(chance: Chance, from: readonly T[]): T {
  const picked = from[Math.floor(chance() * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

function drawStory(chance: Chance): ModelStory {
  const slot = Math.floor(chance() * 18) - 2;
  const release = slot < 0 ? null : hours(1 + (slot >> 1), slot % 2 === 0 ? 6 : 18);
  const price = pick(chance, [5, 20] as const);
  if (release === null) return { release, price, repricedAt: null, end: null };
  const repricedAt = chance() < 0.5 ? null : release + standsHours + 12 * Math.floor(chance() * 8);
  const end = chance() < 0.5 ? null : drawEnd(chance, release);
  // A model that was withdrawn without an announcement has no price any more.
  const late = end?.saidAt === null && repricedAt !== null && repricedAt + standsHours > end.day + endHour;
  return { release, price, repricedAt: late ? null : repricedAt, end };
}

function drawEnd(chance: Chance, release: number): ModelStory['end'] {
  const day = (Math.floor(release / 24) + 4 + Math.floor(chance() * 6)) * 24;
  const saidAt = release + 12 * Math.floor((chance() * (day - release)) / 12);
  const until = saidAt + 48;
  const from = pick(
    chance,
    [-72, -48, 48, 96].map((shift) => day + shift),
  );
  if (chance() < 0.2) return { day, saidAt: null, moved: null };
  const moves = chance() < 0.4 && until + 72 <= Math.min(from, day);
  return { day, saidAt, moved: moves ? { from, until } : null };
}

/** Draws a world that a setup allows, with the given models. */
export function drawWorld(setup: FeedSetups, chance: Chance, names: readonly ModelName[]): ModelWorld {
  const fallible = setup.feeds.flatMap((feedOf, index) => (feedOf.firstParty ? [] : [index]));
  const oddFeed = pick(chance, fallible);
  const early = (setup.feeds[oddFeed]?.reads ?? []).filter((read) => read >= 0 && read < hours(12));
  const odd = chance() < 0.4 ? null : { feed: oddFeed, kind: pick(chance, oddKinds), read: pick(chance, early) };
  const dropped = pick(chance, odd === null ? (['none', 'none', 'first', 'all'] as const) : (['none', 'all'] as const));
  const story = (): ModelStory => {
    const drawn = drawStory(chance);
    if (dropped === 'all') return { ...drawn, repricedAt: null, end: null };
    return odd?.kind === 'wrong_price' ? { ...drawn, repricedAt: null } : drawn;
  };
  return {
    models: Object.fromEntries(names.map((name) => [name, story()])),
    delays: setup.feeds.map((feedOf) => (feedOf.firstParty || chance() < 0.5 ? 0 : 1)),
    odd,
    dropped,
    dated: chance() < 0.3,
  };
}

/** The truth about the models, for the oracle. */
export function fatesOf({ models }: ModelWorld): Fate[] {
  return (Object.keys(models) as ModelName[]).flatMap((name) => {
    const story = models[name];
    if (story === undefined) return [];
    const { release, price, repricedAt, end } = story;
    const first = release === null ? [] : [{ from: release, price }];
    const second = repricedAt === null ? [] : [{ from: repricedAt, price: 25 - price }];
    const over = end?.saidAt === null ? [{ from: end.day + endHour, price: Number.NaN }] : [];
    const withdrawn = end === null ? null : end.day + endHour;
    return [{ ...modelNames[name], release, prices: [...first, ...second, ...over], end: withdrawn }];
  });
}
