import type { ApiWorld } from './api-world.ts';
import { hostileName, hostileTitle } from './hostile.ts';

/** A page that the tests open in a browser. */
export type PageAddress = {
  /** Ids that are only known in a world are names in braces: see `addressOf`. */
  readonly path: string;
  /** Default: 200. */
  readonly status?: number;
};

/** Every kind of page, in the world of `openPageWorld`. A new page adds its addresses here. */
export const pageAddresses: readonly PageAddress[] = [
  { path: '/' },
  { path: '/?as_of=2025-03-01' },
  { path: '/?status=proposed,disputed&q=nothing%20like%20it&family=gpt' },
  { path: '/predictions/gpt-5-never-released' },
  { path: '/predictions/o5-arrives' },
  { path: '/predictions/o4-before-gpt-5' },
  { path: '/predictions/eventful' },
  { path: '/predictions/taken-back' },
  { path: '/nothing/here', status: 404 },
  { path: '/?as_of=2099-01-01', status: 400 },
  { path: '/embed/gpt-5-never-released' },
  { path: '/?q=hostile-' },
  { path: '/predictions/hostile-markup' },
  { path: '/predictions/hostile-long-word' },
  { path: '/predictions/hostile-right-to-left' },
  { path: '/predictions/forecast-6' },
  { path: '/predictors' },
  { path: '/predictors?as_of=2026-11-20' },
  { path: '/predictors/{forecaster}' },
  { path: '/predictors/{author}?as_of=2026-11-20' },
  { path: '/predictors/{author}' },
  { path: '/predictors/{nobody}' },
  { path: '/predictors/who_nobody', status: 404 },
  { path: '/predictors/{hostilePredictor}' },
  { path: '/sources' },
  { path: '/sources?as_of=2026-11-20' },
  { path: '/sources/{article}' },
  { path: '/sources/{article}?as_of=2025-03-01' },
  { path: '/sources/{hostileSource}' },
  { path: '/sources/{unused}' },
  { path: '/models' },
  { path: '/models?vendor=openai&q=no-such-model' },
  { path: '/models/openai/gpt-5' },
  { path: '/models/openai/gpt-5?as_of=2025-09-01' },
  { path: '/models/openai/gpt-77', status: 404 },
  { path: '/models?as_of=2025-09-01' },
  { path: '/releases' },
  { path: '/releases?as_of=2025-09-01' },
  { path: '/releases?vendor=anthropic' },
  { path: '/feeds' },
  { path: '/feeds/ledger' },
  { path: '/feeds/openai-models' },
  { path: '/observations/{observation}' },
  { path: '/cases' },
  { path: '/cases/{case}' },
  { path: '/predictions/distilled' },
  { path: '/cases/case_none', status: 404 },
];

/** The path of an API whose answer has the id that a name stands for. */
const lookups: Readonly<Record<string, { readonly list: string; readonly has: string }>> = {
  forecaster: { list: '/v1/predictors', has: 'Forecaster of everything' },
  nobody: { list: '/v1/predictors', has: 'Nobody yet' },
  unused: { list: '/v1/sources', has: 'A source without claims' },
  author: { list: '/v1/predictors', has: 'Alberto Romero' },
  article: { list: '/v1/sources', has: 'keeps it inside' },
  hostilePredictor: { list: '/v1/predictors', has: JSON.stringify(hostileName).slice(1, -1) },
  hostileSource: { list: '/v1/sources', has: JSON.stringify(hostileTitle).slice(1, -1) },
  case: { list: '/v1/cases', has: '' },
  observation: { list: '/v1/observations?name=gpt-5', has: '' },
};

/** The path with its names replaced by the ids of a world: those of the first entry of a list, or the first with a text. */
export async function addressOf(world: ApiWorld, path: string): Promise<string> {
  const name = /\{(\w+)\}/.exec(path)?.[1];
  const lookup = name === undefined ? undefined : lookups[name];
  if (lookup === undefined) return path;
  const { data } = (await world.anyone(`GET ${lookup.list}`)).json;
  const found = data.find((entry: { id: string }) => JSON.stringify(entry).includes(lookup.has));
  return path.replace(`{${name}}`, found.id);
}
