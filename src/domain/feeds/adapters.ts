import type { Trust } from '../trust.ts';
import type { FeedParser } from './item.ts';
import { parseLedger } from './ledger.ts';
import { parseLitellm } from './litellm.ts';
import { parseModelsDev } from './models-dev.ts';
import { parseNpmSdk } from './npm-sdk.ts';

/** The kinds of feed that can be read. */
export const adapterNames = ['ledger', 'npm_sdk', 'litellm', 'models_dev'] as const;

export type AdapterName = (typeof adapterNames)[number];

/** What a feed of an adapter is taken to be unless its entry says otherwise. */
export type AdapterDefaults = {
  /** The most that its rows are believed. */
  readonly trust: Trust;
  /** Feeds of one origin copy each other and count once. */
  readonly origin: string;
  /** Vendors whose every release the feed is expected to list: only for these is its silence evidence. */
  readonly covers: readonly string[];
  /** How long after a release the feed may take to list it; ISO 8601 duration. */
  readonly settlementLag: string;
  /** Where it is published; null when each feed of the adapter has its own. */
  readonly url: string | null;
};

export type Adapter = {
  readonly name: AdapterName;
  readonly parse: FeedParser;
  /** What its rows state besides their existence: only for these can its silence be evidence. */
  readonly publishes?: readonly string[];
  readonly defaults: AdapterDefaults;
};

const catalogueVendors = ['openai', 'anthropic', 'google', 'xai', 'meta', 'deepseek', 'mistral', 'qwen'] as const;

const adapters: { readonly [K in AdapterName]: Omit<Adapter, 'name'> } = {
  ledger: {
    parse: parseLedger,
    defaults: { trust: 'curated', origin: 'outturn-ledger', covers: [], settlementLag: 'PT0S', url: null },
  },
  npm_sdk: {
    parse: parseNpmSdk,
    defaults: { trust: 'first_party', origin: 'openai-sdk', covers: [], settlementLag: 'PT0S', url: null },
  },
  litellm: {
    parse: parseLitellm,
    publishes: ['input_usd_per_mtok', 'output_usd_per_mtok', 'context_tokens', 'shutdown'],
    defaults: {
      trust: 'aggregator',
      origin: 'litellm',
      covers: catalogueVendors,
      settlementLag: 'P2D',
      url: 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json',
    },
  },
  models_dev: {
    parse: parseModelsDev,
    publishes: ['input_usd_per_mtok', 'output_usd_per_mtok', 'context_tokens', 'open_weights'],
    defaults: {
      trust: 'curated',
      origin: 'models.dev',
      covers: catalogueVendors,
      settlementLag: 'P2D',
      url: 'https://models.dev/api.json',
    },
  },
};

/** The adapter of that name, or null. */
export function findAdapter(name: string): Adapter | null {
  const known = adapterNames.find((candidate) => candidate === name);
  return known === undefined ? null : { name: known, ...adapters[known] };
}
