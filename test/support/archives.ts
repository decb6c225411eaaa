import type { Criterion, EventLeaf, ModelPattern } from '../../src/domain/criterion/criterion.ts';
import { dayMs } from '../../src/domain/instant.ts';
import type { FeedInput } from '../../src/services/feeds/feeds.ts';
import { createFeedSnapshot } from '../../src/services/feeds/snapshots.ts';
import { resolveDue } from '../../src/services/settling/resolver.ts';
import { makeChance, claims as releaseClaims, type Served } from './history.ts';
import { gptReleased, oldModels } from './listings.ts';
import { hours, record } from './play.ts';
import { toBytes } from './wire.ts';
import { catalogues, instantOf, type World } from './world.ts';

/** Archives of several feeds about the same models, and the orders in which they can be imported. */

const covers = ['openai', 'anthropic'];

/** Two catalogues, a third one without dates, and the vendor's own list with the days on which models end. */
export const archivedFeeds: readonly FeedInput[] = [
  ...catalogues,
  { slug: 'openrouter', adapter: 'openrouter', url: 'https://openrouter.test/models', covers, settlementLag: 'P2D' },
  { slug: 'own', adapter: 'openai_models', url: 'https://openai.test/v1/models', covers, settlementLag: 'P2D' },
];

const slugs = ['litellm', 'models-dev', 'openrouter', 'own'] as const;
type Slug = (typeof slugs)[number];

const candidates = ['gpt-5', 'gpt-5-mini', 'gpt-4.5-preview', 'o3', 'claude-opus-4-20250514'] as const;

/** A row of one feed: the price in US dollars per million tokens, the release date and the end date. */
type Row = { price: number; date?: string; ends?: string };

/**
 * Payloads that four feeds served over some months. Models appear, vanish and return at different times in each feed,
 * prices and dates are edited, ends are stated and withdrawn, some payloads are invalid or incomplete, and polls are
 * missed.
 */
export function makeArchives(seed: number, polls = 14): Served[] {
  const chance = makeChance(seed);
  const pick = <Value>(values: readonly [Value, ...Value[]]): Value =>
    values[Math.floor(chance() * values.length)] ?? values[0];
  const listed = new Map<Slug, Map<string, Row>>(slugs.map((slug) => [slug, new Map()]));
  const served: Served[] = [];
  let at = instantOf('2024-12-27');
  for (let poll = 0; poll < polls; poll += 1) {
    at += hours(pick([5, 13, 25, 49, 130, 240]));
    for (const [index, slug] of slugs.entries()) {
      if (chance() < 0.3) continue;
      const rows = listed.get(slug) ?? new Map<string, Row>();
      const day = (offset: number): string => new Date(at + offset * dayMs).toISOString().slice(0, 10);
      for (const id of candidates) {
        const row = rows.get(id);
        if (row === undefined) {
          if (chance() < 0.2)
            rows.set(id, { price: pick([1, 2]), ...(chance() < 0.6 && { date: day(-pick([0, 1, 3, 12])) }) });
        } else if (chance() < 0.06) rows.delete(id);
        else {
          if (chance() < 0.2) row.price = pick([1, 2]);
          if (chance() < 0.1) row.date = day(-pick([0, 2, 9]));
          if (chance() < 0.1) row.ends = day(pick([-3, 2, 10]));
          else if (row.ends !== undefined && chance() < 0.15) delete row.ends;
        }
      }
      served.push({ slug, at: at + index * 1000, payload: payloadOf(slug, rows, chance()) });
    }
  }
  return served;
}

function payloadOf(slug: Slug, rows: ReadonlyMap<string, Row>, luck: number): unknown {
  if (luck < 0.04) return '<html>Bad gateway</html>';
  const old = luck < 0.08 ? oldModels.slice(0, 3) : oldModels;
  const all = new Map<string, Row>([...old.map((id): [string, Row] => [id, { price: 3 }]), ...rows]);
  const vendorOf = (id: string): string => (id.startsWith('claude') ? 'anthropic' : 'openai');
  const entries = [...all].map(([id, row]) => ({ id, vendor: vendorOf(id), ...row }));
  switch (slug) {
    case 'litellm':
      return Object.fromEntries(
        entries.map(({ id, vendor, price, ends }) => [
          id,
          {
            litellm_provider: vendor,
            mode: 'chat',
            input_cost_per_token: price / 1e6,
            ...(ends && { deprecation_date: ends }),
          },
        ]),
      );
    case 'models-dev': {
      const providers: Record<string, { models: Record<string, object> }> = {};
      for (const { id, vendor, price, date } of entries) {
        providers[vendor] ??= { models: {} };
        providers[vendor].models[id] = { id, ...(date && { release_date: date }), cost: { input: price } };
      }
      return providers;
    }
    case 'openrouter':
      return {
        data: entries.map(({ id, vendor, price }) => ({
          id: `${vendor}/${id}`,
          created: 1_700_000_000,
          pricing: { prompt: String(price / 1e6), completion: '0.00001' },
        })),
      };
    case 'own':
      return {
        object: 'list',
        data: entries
          .filter(({ vendor }) => vendor === 'openai')
          .map(({ id, ends }) => ({
            id,
            object: 'model',
            created: 1_700_000_000,
            owned_by: 'system',
            ...(ends && { shutdown_date: ends }),
          })),
      };
  }
}

const gpt5: ModelPattern = { vendor: 'openai', family: 'gpt', version: '5', tier: null };
const anyGpt5: ModelPattern = { vendor: 'openai', family: 'gpt', version: { gte: '5' }, tier: 'any' };
const opus: ModelPattern = { vendor: 'anthropic', family: 'claude', version: '4', tier: ['opus'] };
type Window = { readonly from?: string; readonly by?: string };
const released = (model: ModelPattern): EventLeaf => ({ op: 'released', model });
const price = (is: { lte: number } | { gte: number }, window: Window = {}): EventLeaf => ({
  op: 'attribute',
  model: gpt5,
  name: 'input_usd_per_mtok',
  is,
  ...window,
});

export const archiveClaims: readonly { slug: string; criterion: Criterion; evidencePolicy?: { origins: number } }[] = [
  ...releaseClaims,
  { slug: 'cheap', criterion: price({ lte: 1 }) },
  { slug: 'cheap-in-january', criterion: price({ lte: 1 }, { from: '2025-01-05', by: '2025-01-31' }) },
  { slug: 'dear-in-february', criterion: price({ gte: 2 }, { from: '2025-02-01', by: '2025-02-15' }) },
  { slug: 'dear-by-february', criterion: price({ gte: 2 }, { by: '2025-02-10' }) },
  { slug: 'dearer', criterion: price({ gte: 3 }, { by: '2025-02-10' }) },
  { slug: 'retired', criterion: { op: 'retired', model: gpt5 } },
  { slug: 'retired-in-time', criterion: { op: 'retired', model: gpt5, from: '2025-01-05', by: '2025-02-20' } },
  {
    slug: 'two-of-gpt-5',
    criterion: { op: 'count', model: anyGpt5, at_least: 2, distinct: 'model', by: '2025-02-20' },
  },
  { slug: 'two-of-gpt-5-soon', criterion: { op: 'count', model: anyGpt5, at_least: 2, distinct: 'model' } },
  {
    slug: 'gpt-5-before-opus',
    criterion: { op: 'precedes', first: released(gpt5), second: released(opus) },
  },
  {
    slug: 'opus-soon-after',
    criterion: {
      op: 'within',
      event: released(opus),
      after: released(gpt5),
      duration: 'P14D',
    },
  },
  { slug: 'gpt-5-after-january', criterion: gptReleased('5', { from: '2025-02-01' }) },
];

/** The payloads in the order of an import. Each feed's own order is kept. */
export function inOrder(archives: readonly Served[], order: 'time' | 'feeds' | 'reversed' | number): Served[] {
  if (order === 'time') return [...archives];
  const queues = slugs.map((slug) => archives.filter((served) => served.slug === slug));
  if (order === 'feeds') return queues.flat();
  if (order === 'reversed') return queues.reverse().flat();
  const chance = makeChance(order);
  const mixed: Served[] = [];
  while (queues.some((queue) => queue.length > 0)) {
    const served = queues[Math.floor(chance() * queues.length)]?.shift();
    if (served !== undefined) mixed.push(served);
  }
  return mixed;
}

/** Imports payloads one after another, as an operator with archives would, and settles after each. */
export async function importArchives(world: World, archives: readonly Served[]): Promise<void> {
  for (const { slug, at, payload } of archives) {
    await createFeedSnapshot(world.deps, slug, at, toBytes(payload));
    await resolveDue(world.deps);
  }
}

export async function recordArchiveClaims(world: World): Promise<void> {
  for (const { slug, criterion, evidencePolicy } of archiveClaims)
    await record(world, slug, criterion, { madeAt: '2024-12-20', ...(evidencePolicy && { evidencePolicy }) });
}

export type FinalAnswer = {
  readonly slug: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly effectiveAt: string | null;
  readonly knownAt: number | null;
  /** The verdicts that dispute the current resolution. */
  readonly disputes: string;
};

/** The final state of each claim: its status, its outcome with its dates, and the verdicts that dispute it. */
export async function finalAnswers(world: World): Promise<FinalAnswer[]> {
  return await world.db.sql<FinalAnswer[]>`
    select p.slug, p.state, r.outcome, r.effective_at as "effectiveAt", r.known_at as "knownAt",
      (select coalesce(string_agg(d.verdict, ' ' order by d.verdict), '') from disputes d where d.resolution_id = r.id) as disputes
    from predictions p left join lateral (
      select * from resolutions where prediction_id = p.id order by seq desc limit 1) r on true
    order by p.slug`;
}
