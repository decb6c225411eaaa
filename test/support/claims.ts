import type { ApiWorld } from './api-world.ts';
import type { Json } from './http-client.ts';

export const gpt5 = { vendor: 'openai', family: 'gpt', version: '5', tier: null };

/** "GPT-5 is never released": can only resolve to no. */
export const neverGpt5 = { op: 'not', of: { op: 'released', model: gpt5 } };

/** Records a complete prediction, with the fields that a test sets itself. */
export async function recordClaim(world: ApiWorld, fields: object = {}): Promise<Json> {
  const json = { statement: 'OpenAI never releases GPT-5.', made_at: '2025-01', criterion: neverGpt5, ...fields };
  const answer = await world.admin('POST /v1/predictions', { json });
  if (answer.status !== 201) throw new Error(`recording a claim was refused: ${answer.text}`);
  return answer.json;
}

export type LedgerEntry = { readonly id: string; readonly vendor: string; readonly released: string };

/** A ledger in which every entry was published on the day of its release. */
export function ledgerOf(entries: readonly LedgerEntry[]): string {
  const rows = entries.map((entry) => ({
    ...entry,
    stage: 'general',
    published_at: entry.released,
    source_url: `https://example.com/${entry.id}`,
  }));
  return JSON.stringify({ format: 'outturn-ledger/1', reviewed_through: '2026-01-10', entries: rows });
}

export const gpt5Ledger = ledgerOf([{ id: 'gpt-5', vendor: 'openai', released: '2025-08-07' }]);

/** A first-party feed without a URL, which is read from snapshots. */
export async function createArchive(world: ApiWorld, slug: string, fields: object = {}): Promise<Json> {
  const json = { slug, adapter: 'ledger', trust: 'first_party', origin: 'openai-sdk', covers: ['openai'], ...fields };
  const answer = await world.admin('POST /v1/feeds', { json });
  if (answer.status !== 201) throw new Error(`creating a feed was refused: ${answer.text}`);
  return answer.json;
}
