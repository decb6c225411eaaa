import type { Criterion } from '../../src/domain/criterion/criterion.ts';

/** Payloads in the formats of the catalogues, as small as a test needs them. */

export type LitellmRow = { readonly host?: string; readonly price?: number };

/** LiteLLM's price map. A plain list of ids stands for rows of their vendor. */
export function litellm(rows: readonly string[] | Readonly<Record<string, LitellmRow>>): object {
  const entries: [string, LitellmRow][] = Array.isArray(rows) ? rows.map((id) => [id, {}]) : Object.entries(rows);
  return Object.fromEntries(
    entries.map(([id, { host = vendorOf(id), price = 1e-6 }]) => [
      id,
      { litellm_provider: host, mode: 'chat', input_cost_per_token: price },
    ]),
  );
}

export type ModelsDevRow = { readonly date?: string; readonly price?: number };

/** A models.dev catalogue of the vendors' own rows. A plain date stands for a row. */
export function modelsDev(
  rows: readonly string[] | Readonly<Record<string, ModelsDevRow | string>>,
  host?: string,
): object {
  const entries: [string, ModelsDevRow | string][] = Array.isArray(rows)
    ? rows.map((id) => [id, {}])
    : Object.entries(rows);
  const providers: Record<string, { models: Record<string, object> }> = {};
  for (const [id, row] of entries) {
    const { date, price = 1 } = typeof row === 'string' ? { date: row } : row;
    const provider = host ?? vendorOf(id);
    providers[provider] ??= { models: {} };
    providers[provider].models[id] = { id, ...(date && { release_date: date }), cost: { input: price } };
  }
  return providers;
}

function vendorOf(id: string): string {
  return id.startsWith('claude') ? 'anthropic' : 'openai';
}

export type LedgerRow = {
  readonly id: string;
  readonly released?: string;
  readonly published: string;
  readonly stage?: 'announced' | 'preview' | 'general';
};

export function ledger(reviewedThrough: string, rows: readonly LedgerRow[]): object {
  return {
    format: 'outturn-ledger/1',
    reviewed_through: reviewedThrough,
    entries: rows.map((row) => ({
      id: row.id,
      vendor: vendorOf(row.id),
      stage: row.stage ?? 'general',
      ...(row.released && { released: row.released }),
      published_at: row.published,
      source_url: 'https://example.com/news',
    })),
  };
}

/** Models that were always listed, so that a listing with one more or less is not suspect. */
export const oldModels: readonly string[] = [
  'gpt-4',
  'gpt-4-turbo',
  'gpt-4o',
  'gpt-4o-mini',
  'o1',
  'o1-mini',
  'claude-3-opus-20240229',
  'claude-3-haiku-20240307',
];

/** "GPT-5, exactly, is released", within the window if one is given. */
export function gptReleased(version: string, window: { from?: string; by?: string } = {}): Criterion {
  return { op: 'released', model: { vendor: 'openai', family: 'gpt', version, tier: null }, ...window };
}
