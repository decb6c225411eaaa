import type { Criterion } from '../../src/domain/criterion/criterion.ts';
import { dayMs, type Instant } from '../../src/domain/instant.ts';
import { gptReleased, litellm, modelsDev, oldModels } from './listings.ts';
import { hours } from './play.ts';
import { instantOf } from './world.ts';

/** A payload that a feed served at a moment. */
export type Served = { readonly slug: string; readonly at: Instant; readonly payload: unknown };

const candidates = ['gpt-5', 'gpt-5-mini', 'gpt-4.5-preview', 'o3', 'claude-opus-4-20250514'] as const;

/** Numbers in [0, 1) that are the same in every run: mulberry32. */
export function makeChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Payloads that two catalogues served over some months: models appear, vanish and return, prices and dates are edited,
 * some payloads are invalid or incomplete, and polls are missed.
 */
export function makeHistory(seed: number, polls: number): Served[] {
  const chance = makeChance(seed);
  const listed = { litellm: new Set<string>(), 'models-dev': new Set<string>() };
  const dates = new Map<string, string>();
  const served: Served[] = [];
  let at = instantOf('2025-01-01');
  for (let poll = 0; poll < polls; poll += 1) {
    at += hours([1, 5, 13, 24, 25, 49, 130][Math.floor(chance() * 7)] ?? 1);
    for (const slug of ['litellm', 'models-dev'] as const) {
      if (chance() < 0.25) continue;
      for (const id of candidates) if (chance() < 0.12) toggle(listed[slug], id);
      const date = new Date(at - Math.floor(chance() * 20) * dayMs).toISOString().slice(0, 10);
      const edited = candidates[Math.floor(chance() * 12)];
      if (edited !== undefined) dates.set(edited, date);
      served.push({
        slug,
        at: at + (slug === 'litellm' ? 0 : 1000),
        payload: payloadOf(slug, listed[slug], dates, chance),
      });
    }
  }
  return served;
}

function toggle(set: Set<string>, id: string): void {
  if (!set.delete(id)) set.add(id);
}

function payloadOf(
  slug: string,
  listed: ReadonlySet<string>,
  dates: ReadonlyMap<string, string>,
  chance: () => number,
) {
  const luck = chance();
  if (luck < 0.05) return '<html>Bad gateway</html>';
  const ids = [...(luck < 0.12 ? oldModels.slice(0, 3) : oldModels), ...listed];
  const price = chance() < 0.5 ? 1e-6 : 2e-6;
  if (slug === 'litellm') return litellm(Object.fromEntries(ids.map((id) => [id, { price }])));
  return modelsDev(Object.fromEntries(ids.map((id) => [id, { price: price * 1e6, ...dated(dates.get(id)) }])));
}

function dated(date: string | undefined): { date?: string } {
  return date === undefined ? {} : { date };
}

const o3: Criterion = { op: 'released', model: { vendor: 'openai', family: 'o', version: '3', tier: null } };
const anyGpt5: Criterion = {
  op: 'released',
  model: { vendor: 'openai', family: 'gpt', version: { gte: '5' }, tier: 'any' },
};
const opus: Criterion = {
  op: 'released',
  model: { vendor: 'anthropic', family: 'claude', version: '4', tier: ['opus'] },
  from: '2025-01-05',
  by: '2025-02-28',
};
const february = gptReleased('5', { from: '2025-01-05', by: '2025-02-15' });

/** Claims that such a history can settle either way. */
export const claims: readonly { slug: string; criterion: Criterion; evidencePolicy?: { origins: number } }[] = [
  { slug: 'gpt-5', criterion: gptReleased('5') },
  { slug: 'gpt-5-never', criterion: { op: 'not', of: gptReleased('5') } },
  { slug: 'gpt-5-by-february', criterion: february },
  { slug: 'gpt-5-of-any-size', criterion: anyGpt5 },
  { slug: 'gpt-5-of-three-origins', criterion: gptReleased('5'), evidencePolicy: { origins: 3 } },
  { slug: 'opus-in-time', criterion: opus },
  { slug: 'both', criterion: { op: 'all', of: [o3, { op: 'not', of: february }] } },
  {
    slug: 'either',
    criterion: { op: 'any', of: [opus, gptReleased('4.5', { from: '2025-01-05', by: '2025-03-10' })] },
  },
  { slug: 'never-in-march', criterion: { op: 'not', of: gptReleased('5', { from: '2025-03-01', by: '2025-03-31' }) } },
];
