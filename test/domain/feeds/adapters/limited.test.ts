import { describe, expect, it } from 'vitest';
import { type AdapterName, findAdapter } from '../../../../src/domain/feeds/adapters/registry.ts';
import { parseModelId } from '../../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../../support/world.ts';
import { toBytes } from './payloads.ts';

/** Which models only approved customers may call is asked for every feed alike: no adapter knows any. */

const sdk = (name: string, text: string) => ({
  package: name,
  version: '1.0.0',
  published_at: null,
  files: [{ path: 'models.d.ts', text }],
});

const listings: readonly [AdapterName, (id: string, vendor: string) => unknown][] = [
  ['litellm', (id, vendor) => ({ [id]: { litellm_provider: vendor, mode: 'chat', input_cost_per_token: 1e-5 } })],
  [
    'models_dev',
    (id, vendor) => ({ [vendor]: { models: { [id]: { id, release_date: '2026-06-09', status: 'beta' } } } }),
  ],
  ['openrouter', (id, vendor) => ({ data: [{ id: `${vendor}/${id}`, pricing: { prompt: '0.00001' } }] })],
  [
    'vercel_gateway',
    (id, vendor) => ({ data: [{ id: `${vendor}/${id}`, object: 'model', type: 'language', released: 1_781_000_000 }] }),
  ],
  ['json', (id, vendor) => ({ models: [{ id, vendor, status: 'general' }] })],
];

const ofAnthropic: readonly [AdapterName, (id: string) => unknown][] = [
  [
    'anthropic_models',
    (id) => ({ data: [{ id, type: 'model', created_at: '2026-06-09T00:00:00Z' }], has_more: false }),
  ],
  ['npm_sdk', (id) => sdk('@anthropic-ai/sdk', `type Model = '${id}';`)],
  ['endoflife', (id) => ({ result: { name: 'claude', releases: [{ name: id, releaseDate: '2026-06-09' }] } })],
];

const ofOpenai: readonly [AdapterName, (id: string) => unknown][] = [
  ['openai_models', (id) => ({ data: [{ id, object: 'model', owned_by: 'system' }] })],
  ['npm_sdk', (id) => sdk('openai', `type AllModels = '${id}';`)],
];

const table = readIdentityTable(readIdentityData());
const jsonOptions = { items: '/models', id: '/id', host: '/vendor', stage: { at: '/status' } };

/** The stages of a payload's rows, as their names are read. */
function stagesOf(adapter: AdapterName, payload: unknown): string[] {
  const items = findAdapter(adapter)?.parse(toBytes(payload), adapter === 'json' ? jsonOptions : undefined).items ?? [];
  return items.map(({ name, host }) => {
    const read = parseModelId(table, name, { feed: adapter, host });
    return read.outcome === 'model' ? read.stage : read.reason;
  });
}

describe('a model that only approved customers can call', () => {
  it.each([...listings, ...ofAnthropic])('is limited in %s', (adapter, payload) => {
    expect(stagesOf(adapter, payload('claude-mythos-5', 'anthropic'))).toEqual(['limited']);
    expect(stagesOf(adapter, payload('claude-mythos-5-3', 'anthropic'))).toEqual(['limited']);
    expect(stagesOf(adapter, payload('claude-opus-5', 'anthropic'))).toEqual(['general']);
  });

  it.each([...listings, ...ofOpenai])('is limited in %s, for OpenAI too', (adapter, payload) => {
    expect(stagesOf(adapter, payload('gpt-6-cyber', 'openai'))).toEqual(['limited']);
    expect(stagesOf(adapter, payload('gpt-6', 'openai'))).toEqual(['general']);
  });
});
