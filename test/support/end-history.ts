import { dayMs, type Instant } from '../../src/domain/instant.ts';
import type { FeedInput } from '../../src/services/feeds/feeds.ts';
import { makeChance, type Served } from './history.ts';
import { hours } from './play.ts';
import { instantOf } from './world.ts';

/** Feeds that state ends: a catalogue, announcements, and the lists of two vendors. */
export const endFeeds: readonly FeedInput[] = [
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/prices.json' },
  { slug: 'deprecations', adapter: 'deprecations', url: 'https://deprecations.test/v1/deprecations.json' },
  { slug: 'openai', adapter: 'openai_models', url: 'https://openai.test/v1/models' },
  { slug: 'anthropic', adapter: 'anthropic_models', url: 'https://anthropic.test/v1/models' },
];

/** LiteLLM's price map: ids with the date that their row states, if any. */
export function prices(rows: Readonly<Record<string, { host?: string; ends?: string }>>): object {
  return Object.fromEntries(
    Object.entries(rows).map(([id, { host = vendorOf(id), ends }]) => [
      id,
      { litellm_provider: host, mode: 'chat', ...(ends !== undefined && { deprecation_date: ends }) },
    ]),
  );
}

export type Announced = {
  readonly provider: string;
  readonly id: string;
  readonly ends: string;
  readonly announced?: string;
  readonly successors?: readonly string[];
};

export function announcements(rows: readonly Announced[]): object[] {
  return rows.map(({ provider, id, ends, announced = '2026-01-05', successors }) => ({
    provider,
    model_id: id,
    deprecation_date: announced,
    shutdown_date: ends,
    replacement_models: successors ?? null,
  }));
}

/** OpenAI's list: ids with their shutdown date, or null. */
export function openaiList(rows: Readonly<Record<string, string | null>>): object {
  const data = Object.entries(rows).map(([id, shutdown]) => ({
    id,
    object: 'model',
    created: 1_750_000_000,
    owned_by: 'system',
    shutdown_date: shutdown,
  }));
  return { object: 'list', data };
}

/** The list of a vendor that states what its aliases stand for. */
export const mistralFeed: FeedInput = {
  slug: 'mistral',
  adapter: 'mistral_models',
  url: 'https://mistral.test/v1/models',
};

/** Mistral's list: a row for each id, with the id that it stands for. `ends`: the dates of ids. */
export function mistralList(
  rows: Readonly<Record<string, string>>,
  ends: Readonly<Record<string, string>> = {},
): object {
  const data = Object.entries(rows).map(([id, name]) => ({
    ...{ id, name, object: 'model', created: 1_750_000_000, owned_by: 'mistralai', aliases: [] },
    deprecation: ends[name] ?? null,
  }));
  return { object: 'list', data };
}

/** Anthropic's list: ids with their status, and the date of their end if there is one. */
export function anthropicList(rows: Readonly<Record<string, readonly [lifecycle: string, ends?: string]>>): object {
  const data = Object.entries(rows).map(([id, [lifecycle, ends]]) => ({
    type: 'model',
    id,
    display_name: id,
    created_at: '2025-11-24T00:00:00Z',
    lifecycle,
    retires_at: ends ?? null,
  }));
  return { data, has_more: false };
}

function vendorOf(id: string): string {
  return id.startsWith('claude') ? 'anthropic' : 'openai';
}

const openaiIds = ['gpt-5', 'gpt-5-2025-08-07', 'gpt-5-mini', 'o3', 'o3-2025-04-16', 'chatgpt-4o-latest'] as const;
const anthropicIds = ['claude-opus-4-5-20251101', 'claude-opus-4-1-20250805', 'claude-sonnet-4-5'] as const;
const lifecycles = ['active', 'active', 'deprecated', 'retired'] as const;

/** Payloads of `endFeeds` over some months: dates are stated, move and vanish, ids end, stay listed, and come back. */
export function makeEndHistory(seed: number, polls: number): Served[] {
  const chance = makeChance(seed);
  const dates = new Map<string, string | null>();
  const status = new Map<string, readonly [string, string?]>();
  const listed = new Set<string>([...openaiIds, ...anthropicIds]);
  const served: Served[] = [];
  let at = instantOf('2026-01-01');
  const date = (): string => new Date(at + Math.floor(chance() * 60 - 20) * dayMs).toISOString().slice(0, 10);
  const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(chance() * of.length)];
  for (let poll = 0; poll < polls; poll += 1) {
    at += hours(pick([1, 5, 13, 24, 49, 130, 400]) ?? 1);
    for (const feed of ['litellm', 'deprecations', 'openai']) {
      const id = pick(openaiIds);
      if (id !== undefined && chance() < 0.3) dates.set(`${feed} ${id}`, chance() < 0.2 ? null : date());
    }
    const claude = pick(anthropicIds);
    if (claude !== undefined && chance() < 0.4)
      status.set(claude, chance() < 0.5 ? [pick(lifecycles) ?? 'active', date()] : [pick(lifecycles) ?? 'active']);
    const toggled = pick(openaiIds);
    if (toggled !== undefined && chance() < 0.2 && !listed.delete(toggled)) listed.add(toggled);
    const dateOf = (feed: string, id: string): string | null => dates.get(`${feed} ${id}`) ?? null;
    for (const slug of ['litellm', 'deprecations', 'openai', 'anthropic']) {
      if (chance() < 0.3) continue;
      served.push({ slug, at, payload: payloadOf(slug, { listed, dateOf, status }) });
    }
  }
  return served;
}

type Facts = {
  readonly listed: ReadonlySet<string>;
  readonly dateOf: (feed: string, id: string) => string | null;
  readonly status: ReadonlyMap<string, readonly [string, string?]>;
};

function payloadOf(slug: string, { listed, dateOf, status }: Facts): unknown {
  const ids = openaiIds.filter((id) => listed.has(id));
  if (slug === 'anthropic')
    return anthropicList(Object.fromEntries(anthropicIds.map((id) => [id, status.get(id) ?? ['active']])));
  if (slug === 'openai') return openaiList(Object.fromEntries(['gpt-4.1', ...ids].map((id) => [id, dateOf(slug, id)])));
  const stated = ids.flatMap((id) => {
    const ends = dateOf(slug, id);
    return ends === null ? [] : [{ id, ends }];
  });
  if (slug === 'deprecations')
    return announcements([
      { provider: 'OpenAI', id: 'gpt-4', ends: '2027-01-01', successors: ['gpt-5'] },
      ...stated.map(({ id, ends }) => ({ provider: 'OpenAI', id, ends })),
      ...stated.map(({ id, ends }) => ({ provider: 'Azure', id, ends: `${ends.slice(0, 8)}28` })),
    ]);
  return prices({
    'gpt-4.1': {},
    ...Object.fromEntries(ids.map((id) => [id, {}])),
    ...Object.fromEntries(stated.map(({ id, ends }) => [id, { ends }])),
    ...Object.fromEntries(stated.map(({ id, ends }) => [`azure/${id}`, { host: 'azure', ends }])),
  });
}

/** A moment after a history. */
export function endOf(history: readonly Served[]): Instant {
  return Math.max(...history.map(({ at }) => at)) + 60 * dayMs;
}
