import type { ApiWorld } from './api-world.ts';
import { litellm, modelsDev, oldModels } from './listings.ts';

/**
 * How three feeds came to list GPT-5, retyped from what they published in August 2025: the vendor's SDK at 17:04 UTC on the
 * 7th, a catalogue 55 minutes later, a price list by 19:08. One host's row in the catalogue carried a date seven months early,
 * which dates nothing.
 */

const archives = [
  { slug: 'openai-sdk', adapter: 'npm_sdk' },
  { slug: 'models-dev', adapter: 'models_dev' },
  { slug: 'litellm', adapter: 'litellm' },
] as const;

type Slug = (typeof archives)[number]['slug'];

function sdk(ids: readonly string[]): object {
  const union = ids.map((id) => `'${id}'`).join(' | ');
  const files = [{ path: 'resources/shared.d.ts', text: `export type ChatModel = ${union};` }];
  return { package: 'openai', version: '5.12.0', published_at: null, files };
}

const catalogueOfOld = Object.fromEntries(oldModels.map((id) => [id, { price: 2 }]));
const catalogue = {
  ...modelsDev({ ...catalogueOfOld, 'gpt-5': { date: '2025-08-07', price: 1.25 } }),
  ...modelsDev({ 'gpt-5': { date: '2025-01-01', price: 1.4 } }, 'helicone'),
};
/** The last price list of the history, row by row. */
export const listedPrices = {
  ...Object.fromEntries(oldModels.map((id) => [id, {}])),
  'gpt-5': { price: 1.25e-6 },
  'azure/gpt-5': { host: 'azure' },
};

const served: readonly (readonly [string, Slug, object])[] = [
  ['2025-08-06T07:12:00Z', 'litellm', litellm(oldModels)],
  ['2025-08-06T12:00:00Z', 'models-dev', modelsDev(oldModels)],
  ['2025-08-06T17:00:00Z', 'openai-sdk', sdk(['gpt-4o', 'o1'])],
  ['2025-08-07T07:12:00Z', 'litellm', litellm(oldModels)],
  ['2025-08-07T17:04:19Z', 'openai-sdk', sdk(['gpt-4o', 'o1', 'gpt-5', 'gpt-5-mini'])],
  ['2025-08-07T17:59:07Z', 'models-dev', catalogue],
  ['2025-08-07T19:08:55Z', 'litellm', litellm(listedPrices)],
  ['2025-08-09T07:12:00Z', 'litellm', litellm(listedPrices)],
  ['2025-08-09T12:00:00Z', 'models-dev', catalogue],
];

/** Creates the three feeds and imports what they served, in the order in which it was served. */
export async function replayGpt5(world: ApiWorld): Promise<void> {
  for (const { slug, adapter } of archives) await world.admin('POST /v1/feeds', { json: { slug, adapter, url: null } });
  for (const [at, slug, payload] of served) {
    const answer = await world.admin(`POST /v1/feeds/${slug}/snapshots?observed_at=${at}`, {
      body: JSON.stringify(payload),
    });
    if (answer.status !== 200) throw new Error(`${slug} at ${at} was refused: ${answer.text}`);
  }
}
