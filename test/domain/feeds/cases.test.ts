import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AdapterName, findAdapter } from '../../../src/domain/feeds/adapters/registry.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../support/world.ts';

/** Rows of real lists that were once misread, and how each is read: the payloads in `cases` are cut from published ones. */

const table = readIdentityTable(readIdentityData());

/** By row: `vendor family version tier`, `own` where the row stands in the vendor's own place; or why it is no model. */
function readCase(adapter: AdapterName, file: string): Record<string, string> {
  const bytes = readFileSync(new URL(`./cases/${file}`, import.meta.url));
  const items = findAdapter(adapter)?.parse(bytes).items ?? [];
  return Object.fromEntries(
    items.map(({ key, name, host }) => {
      const read = parseModelId(table, name, { feed: adapter, host });
      if (read.outcome !== 'model') return [key, read.reason];
      const { vendor, family, version, tier, own } = read;
      return [key, `${vendor} ${family} ${version ?? '-'} ${tier ?? '-'}${own ? ' own' : ''}`];
    }),
  );
}

describe("Meta's own rows", () => {
  it.each<[AdapterName, string, Record<string, string>]>([
    [
      'models_dev',
      'muse-models-dev.json',
      {
        'llama/llama-4-maverick-17b-128e-instruct-fp8': 'meta llama 4 maverick own',
        'meta/muse-spark-1.2': 'meta muse 1.2 spark own',
      },
    ],
    [
      'openrouter',
      'muse-openrouter.json',
      {
        'meta-llama/llama-guard-4-12b': 'meta llama-guard 4 12b own',
        'meta-llama/llama-4-maverick': 'meta llama 4 maverick own',
        'meta/muse-spark-1.1': 'meta muse 1.1 spark own',
      },
    ],
    [
      'litellm',
      'muse-litellm.json',
      {
        'meta_llama/Llama-4-Scout-17B-16E-Instruct-FP8': 'meta llama 4 scout own',
        'meta/muse-spark-1.1': 'meta muse 1.1 spark own',
      },
    ],
  ])('of %s are recognised wherever it sells its models', (adapter, file, expected) => {
    expect(readCase(adapter, file)).toEqual(expected);
  });
});

it("Mistral's aliases are not models, and Codestral's stamps are its versions", () => {
  expect(readCase('mistral_models', 'mistral-aliases.json')).toEqual({
    'open-mistral-nemo': 'rolling_alias',
    'mistral-tiny-2407': 'rolling_alias',
    'mistral-tiny-2312': 'rolling_alias',
    'codestral-2501': 'mistral codestral 25.1 - own',
    'codestral-2508': 'mistral codestral 25.8 - own',
  });
});

it("both sizes of Epoch's Gemini Nano belong to Gemini 1", () => {
  expect(readCase('epoch', 'epoch-nano.csv')).toMatchObject({
    'Google DeepMind/Gemini Nano-1': 'google gemini 1 nano own',
    'Google DeepMind/Gemini Nano-2': 'google gemini 1 nano own',
  });
});

it.each<[AdapterName, string, Record<string, string>]>([
  [
    'gemini_models',
    'gemini-list.json',
    {
      'nano-banana-pro-preview': 'google gemini-image 3 pro own',
      'gemini-embedding-exp-03-07': 'google gemini-embedding - - own',
      'embedding-001': 'google embedding - - own',
      aqa: 'not_a_model',
    },
  ],
  ['xai_models', 'xai-list.json', { 'grok-4-0709': 'xai grok 4 - own', 'grok-2-image-1212': 'xai grok-image 2 - own' }],
  [
    'huggingface',
    'huggingface-mistral.json',
    { 'mistralai/Mistral-Large-4.0-1T05-A52B': 'mistral mistral 4 large own' },
  ],
])('every own name in the list of %s is recognised, or known not to be a language model', (adapter, file, expected) => {
  expect(readCase(adapter, file)).toEqual(expected);
});
