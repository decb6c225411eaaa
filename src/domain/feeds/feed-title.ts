import { vendorTitle } from '../identity/display-names.ts';

/** The names of the shipped feeds, and of the origins that they read. Everything else in the API has their ids. */
const titles: ReadonlyMap<string, string> = new Map([
  ['ledger', 'Outturn ledger'],
  ['outturn-ledger', 'Outturn ledger'],
  ['litellm', 'LiteLLM'],
  ['models-dev', 'models.dev'],
  ['deprecations', 'deprecations.info'],
  ['deprecation-pages', 'deprecation pages of vendors'],
  ['endoflife-claude', 'endoflife.date (Claude)'],
  ['openrouter', 'OpenRouter'],
  ['deepmind-news', 'DeepMind news'],
  ['epoch', 'Epoch AI'],
  ['epoch-ai', 'Epoch AI'],
  ['llm-prices', 'llm-prices.com'],
  ['vercel-gateway', 'Vercel AI Gateway'],
  ['huggingface', 'Hugging Face'],
  ...['openai', 'google', 'xai', 'meta', 'deepseek', 'mistral', 'qwen'].map(
    (vendor) => [`huggingface-${vendor}`, `Hugging Face (${vendorTitle(vendor)})`] as const,
  ),
  ...['openai', 'anthropic'].flatMap((vendor) => [
    [`${vendor}-sdk`, `${vendorTitle(vendor)} SDK`] as const,
    [`${vendor}-sdk-history`, `${vendorTitle(vendor)} SDK history`] as const,
    [`${vendor}-sdk-releases`, `${vendorTitle(vendor)} SDK releases`] as const,
    [`${vendor}-news`, `${vendorTitle(vendor)} news`] as const,
  ]),
  ...(['openai', 'anthropic', 'xai', 'mistral', 'deepseek'] as const).flatMap((vendor) => apiTitles(vendor, vendor)),
  ...apiTitles('gemini', 'google'),
]);

/** The list of models in the API of a vendor, as a feed and as an origin. */
function apiTitles(prefix: string, vendor: string): (readonly [string, string])[] {
  const title = `${vendorTitle(vendor)} API`;
  return [
    [`${prefix}-models`, title],
    [`${prefix}-api`, title],
  ];
}

/** The name of a feed or of an origin, or its id if an operator has added it. */
export function feedTitle(id: string): string {
  return titles.get(id) ?? id;
}
