import { describe, expect, it } from 'vitest';
import { parseDeepseekModels } from '../../../../src/domain/feeds/adapters/deepseek-models.ts';
import { parseGeminiModels } from '../../../../src/domain/feeds/adapters/gemini-models.ts';
import { huggingface, parseHuggingface } from '../../../../src/domain/feeds/adapters/huggingface.ts';
import { parseMistralModels } from '../../../../src/domain/feeds/adapters/mistral-models.ts';
import { parseVercelGateway, vercelGateway } from '../../../../src/domain/feeds/adapters/vercel-gateway.ts';
import { parseXaiModels } from '../../../../src/domain/feeds/adapters/xai-models.ts';
import { toBytes } from './payloads.ts';

const lists = [
  ['Gemini', parseGeminiModels, 'models', { name: 'models/gemini-3-pro' }],
  ['xAI', parseXaiModels, 'data', { id: 'grok-5', object: 'model' }],
  ['Mistral', parseMistralModels, 'data', { id: 'mistral-large-2512', object: 'model' }],
  ['DeepSeek', parseDeepseekModels, 'data', { id: 'deepseek-v5', object: 'model' }],
  ['Vercel', parseVercelGateway, 'data', { id: 'xai/grok-5', object: 'model' }],
] as const;

describe.each(lists)('the list of %s', (_vendor, parse, member, row) => {
  it.each([
    ['<html>', /HTML or XML/],
    ['[]', /an array/],
    ['{"error": {"code": 401}}', /without a list of/],
    [`{"${member}": 7}`, /without a list of/],
    [`{"${member}": [{}, 7]}`, /2 rows without a model/],
  ])('is rejected when it is %s', (text, detail) => {
    expect(() => parse(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parse(toBytes(text))).toThrow(detail);
  });

  it.each([{}, null, 'x', [], { id: '', name: '' }, { id: 7, name: 7 }])(
    'loses a row without a name, %j, and no other',
    (bad) => {
      expect(parse(toBytes({ [member]: [bad, row] }))).toMatchObject({ items: [{}], lost: [{ key: '#0' }] });
    },
  );

  it('does not use the creation time of an entry as a release date', () => {
    const { items } = parse(
      toBytes({ [member]: [{ ...row, created: 1_754_425_777, created_at: '2025-08-05T00:00:00Z' }] }),
    );
    expect(items[0]).not.toHaveProperty('released');
    expect(items[0]).not.toHaveProperty('publishedAt');
  });
});

describe("a customer's fine-tune", () => {
  it('is not a model of the vendor', () => {
    const { lost } = parseMistralModels(
      toBytes({
        data: [
          { id: 'm', type: 'base' },
          { id: 'ft:m:x', type: 'fine-tuned' },
        ],
      }),
    );
    expect(lost.map(({ key }) => key)).toEqual(['ft:m:x']);
    expect(
      parseGeminiModels(toBytes({ models: [{ name: 'models/gemini-3-pro' }, { name: 'tunedModels/x' }] })).lost,
    ).toHaveLength(1);
  });
});

describe("the gateway's list", () => {
  const one = (fields: object) => parseVercelGateway(toBytes({ data: [{ id: 'openai/gpt-5', ...fields }] })).items[0];

  it.each([
    [1_754_524_800, '2025-08-07'],
    [1_754_611_199, '2025-08-07'],
    [0, undefined],
    [-1, undefined],
    [1_754_524_800_000, undefined],
    [1_500_000_000, undefined],
    ['1754524800', undefined],
    [null, undefined],
  ])('reads `released` %j as the day %s', (released, day) => expect(one({ released })?.released?.text).toBe(day));

  it.each([
    ['openai/gpt-5-batch', undefined],
    ['openai/gpt-5-decisions', undefined],
    ['anthropic/claude-opus-4.8-fast', undefined],
    ['xai/grok-4-fast', 2],
    ['spacexai/grok-5-fast', 2],
    ['openai/gpt-5', 2],
    ['openai/gpt-oss-120b', undefined],
    ['google/gemma-4-31b-it', undefined],
    ['deepseek/deepseek-v4', undefined],
  ])("reads %s with an input price of %s as the vendor's", (id, price) => {
    expect(one({ id, pricing: { input: '0.000002' } })?.attributes?.input_usd_per_mtok).toBe(price);
  });

  it('does not date a model by its batch row', () =>
    expect(one({ id: 'openai/gpt-5-batch', released: 1_759_968_000 })?.released).toBeUndefined());

  it('is not evidence of general availability, ends or silence', () => {
    expect(vercelGateway.witnesses).toEqual(['release', 'attribute']);
    expect(vercelGateway.defaults.covers).toEqual([]);
  });
});

describe("the hub's list", () => {
  const repository = { id: 'Qwen/Qwen4-32B', gated: false, safetensors: { parameters: { BF16: 5 }, total: 5 } };
  const one = (fields: object) => parseHuggingface(toBytes([{ ...repository, ...fields }])).items[0];

  it.each([
    ['<html>', /HTML or XML/],
    ['{"error": "x"}', /an object/],
    ['[{}, 7]', /2 rows without a repository/],
  ])('is rejected when it is %s', (text, detail) => expect(() => parseHuggingface(toBytes(text))).toThrow(detail));

  it.each([
    [null, 'is null, not a repository'],
    [{ id: 'gpt-2' }, 'has no id of the form owner/name'],
    [{ id: 'a/b/c' }, 'has no id of the form owner/name'],
    [{ ...repository, id: 'Qwen/x', private: true }, 'is not public'],
    [{ ...repository, id: 'Qwen/x', disabled: true }, 'is not public'],
    [repository, 'repeats the key of an earlier row'],
  ])('loses %j and no other', (bad, why) => {
    const parsed = parseHuggingface(toBytes([repository, bad]));
    expect([parsed.items.length, parsed.lost.map((lost) => lost.why)]).toEqual([1, [why]]);
  });

  it('does not use the time a repository was created or changed', () => {
    const item = one({ createdAt: '2022-03-02T23:29:04.000Z', lastModified: '2026-01-01T00:00:00Z' });
    expect(item).not.toHaveProperty('released');
    expect(item).not.toHaveProperty('publishedAt');
  });

  const none = { safetensors: undefined };
  it.each([
    ['nothing but a name', none, 'announced'],
    ['a card', { ...none, siblings: [{ rfilename: 'README.md' }, { rfilename: 'config.json' }, 7] }, 'announced'],
    ['tensors of size zero', { safetensors: { total: 0 } }, 'announced'],
    ['weight files', { ...none, siblings: [{ rfilename: 'model-00001-of-2.SAFETENSORS' }] }, undefined],
    ['a GGUF', { ...none, gguf: { total: 5 } }, undefined],
    ['tensors', {}, undefined],
  ])('with %s', (_what, fields, stage) => expect(one(fields)?.stage).toBe(stage));

  it.each([
    [false, true],
    ['auto', undefined],
    ['manual', undefined],
    [undefined, undefined],
  ])('with the gate %s states open weights: %s', (gated, open) =>
    expect(one({ gated })?.attributes?.open_weights).toBe(open),
  );

  it('never states that weights are not open', () => expect(one(none)?.attributes).toBeUndefined());

  it.each([
    [{ BF16: 5 }, 5],
    [{ BF16: 2, F8_E4M3: 3 }, 5],
    [{ BF16: 2, I32: 3 }, undefined],
    [{ U8: 5 }, undefined],
    [undefined, undefined],
  ])('counts parameters of the tensors %j as %s', (parameters, count) => {
    expect(one({ safetensors: { parameters, total: 5 } })?.attributes?.parameters).toBe(count);
  });

  it('has the trust of a catalogue, since accidental publications are withdrawn within the hour', () => {
    expect(huggingface.defaults).toMatchObject({ trust: 'curated', covers: [] });
  });
});
