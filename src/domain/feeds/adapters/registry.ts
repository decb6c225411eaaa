import type { Adapter } from '../adapter.ts';
import { anthropicModels } from './anthropic-models.ts';
import { deepseekModels } from './deepseek-models.ts';
import { deprecations } from './deprecations.ts';
import { endoflife } from './endoflife.ts';
import { epoch } from './epoch.ts';
import { geminiModels } from './gemini-models.ts';
import { genaiPrices } from './genai-prices.ts';
import { githubReleases } from './github-releases.ts';
import { huggingface } from './huggingface.ts';
import { json } from './json.ts';
import { ledger } from './ledger.ts';
import { litellm } from './litellm.ts';
import { mistralModels } from './mistral-models.ts';
import { modelsDev } from './models-dev.ts';
import { news } from './news.ts';
import { npmSdk } from './npm-sdk.ts';
import { openaiModels } from './openai-models.ts';
import { openrouter } from './openrouter.ts';
import { vercelGateway } from './vercel-gateway.ts';
import { xaiModels } from './xai-models.ts';

/** Every adapter by name. */
const adapters = {
  ledger,
  npm_sdk: npmSdk,
  litellm,
  models_dev: modelsDev,
  openrouter,
  openai_models: openaiModels,
  anthropic_models: anthropicModels,
  gemini_models: geminiModels,
  xai_models: xaiModels,
  mistral_models: mistralModels,
  deepseek_models: deepseekModels,
  huggingface,
  vercel_gateway: vercelGateway,
  deprecations,
  endoflife,
  news,
  github_releases: githubReleases,
  epoch,
  genai_prices: genaiPrices,
  json,
} as const satisfies Record<string, Adapter>;

export type AdapterName = keyof typeof adapters;

// Object.keys widens the type of the keys to string.
export const adapterNames = Object.keys(adapters) as AdapterName[];

/** The adapter with this name, or null. */
export function findAdapter(name: string): (Adapter & { readonly name: AdapterName }) | null {
  const known = adapterNames.find((candidate) => candidate === name);
  return known === undefined ? null : { name: known, ...adapters[known] };
}

/** The adapters of vendors' lists whose rows state what an alias stands for. */
export function listAliasAdapters(): AdapterName[] {
  return adapterNames.filter((name) => findAdapter(name)?.aliases === true);
}
