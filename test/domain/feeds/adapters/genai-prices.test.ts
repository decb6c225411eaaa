import { describe, expect, it } from 'vitest';
import { clauseDepthMax, parseGenaiPrices } from '../../../../src/domain/feeds/adapters/genai-prices.ts';
import { feedItemsMax } from '../../../../src/domain/feeds/item.ts';
import { readGolden, toBytes } from './payloads.ts';

const price = { input_mtok: 1.25, output_mtok: 10 };
const gpt5 = { id: 'gpt-5', match: { equals: 'gpt-5' }, prices: price };
const parse = (...models: unknown[]) => parseGenaiPrices(toBytes([{ id: 'openai', models }]));
const attributes = (fields: object) => parse({ ...gpt5, ...fields }).items[0]?.attributes;
const both = { input_usd_per_mtok: 1.25, output_usd_per_mtok: 10 };

describe('genai-prices', () => {
  it('groups GPT-5 Codex and GPT-5 Chat under GPT-5; its clauses do not create models', () => {
    const { items } = parseGenaiPrices(readGolden('genai-prices.payload.json'));
    expect(items.filter((item) => /codex|chat-latest|gpt-5-chat/.test(item.name))).toEqual([]);
    expect(items[0]).toMatchObject({ name: 'gpt-5', attributes: both });
  });

  it.each([
    ['equals', { equals: 'GPT-5' }, true],
    ['starts_with', { starts_with: 'gpt' }, true],
    ['ends_with', { ends_with: '-5' }, true],
    ['contains', { contains: 't-' }, true],
    ['or', { or: [{ equals: 'x' }, { equals: 'gpt-5' }] }, true],
    ['and', { and: [{ contains: 'gpt' }, { contains: '5' }] }, true],
    ['and, in part', { and: [{ contains: 'gpt' }, { contains: '6' }] }, false],
    ['and, of nothing', { and: [] }, false],
    ['or, of nothing', { or: [] }, false],
    ['a regular expression, which is not executed', { regex: '^gpt-5$' }, false],
    ['another name', { equals: 'gpt-5-codex' }, false],
    ['no text', { contains: 5 }, false],
    ['nothing', {}, false],
    ['no clause', 'gpt-5', false],
    ['a clause named like a prototype member', { constructor: 'gpt-5' }, false],
  ])('prices a model only if its clause accepts its own id: %s', (_name, match, priced) => {
    expect(attributes({ match })).toEqual(priced ? both : undefined);
  });

  it('evaluates clauses up to a maximum depth', () => {
    const nest = (depth: number) =>
      Array.from({ length: depth }).reduce<object>((inner) => ({ or: [inner] }), { equals: 'gpt-5' });
    expect(attributes({ match: nest(clauseDepthMax) })).toEqual(both);
    expect(attributes({ match: nest(clauseDepthMax + 1) })).toBeUndefined();
    const endless = '{"or":['.repeat(50_000) + ']}'.repeat(50_000);
    const text = `[{"id":"openai","models":[{"id":"gpt-5","match":${endless},"prices":{"input_mtok":1}},${JSON.stringify({ ...gpt5, id: 'o3' })}]}]`;
    expect(parseGenaiPrices(toBytes(text)).lost).toMatchObject([{ key: 'openai/gpt-5' }]);
  });

  const from = (start_date: string, prices: object) => ({ constraint: { start_date }, prices });

  it.each([
    ['that all agree', [{ prices: price }, from('2026-03-13', price)], both],
    [
      'one of which has a lower tier',
      [{ prices: price }, from('2025-06-10', { ...price, input_mtok: 1 })],
      { output_usd_per_mtok: 10 },
    ],
    ['one of which has no price', [{ prices: price }, from('2025-06-10', {})], undefined],
    ['that are empty', [], undefined],
    ['that are invalid', [7, null], undefined],
  ])('publishes of conditional prices what holds on every day: %s', (_name, prices, expected) => {
    expect(attributes({ prices })).toEqual(expected);
  });

  it.each([
    ['openai', 'openai'],
    ['x-ai', 'xai'],
    ['moonshotai', 'moonshot'],
    ['zhipuai', 'zhipu'],
    ['zai', 'zhipu'],
    ['minimax', 'minimax'],
    ['cohere', 'cohere'],
    ['perplexity', 'perplexity'],
    ['groq', 'groq'],
  ])('assigns the provider %s to %s', (id, host) => {
    expect(parseGenaiPrices(toBytes([{ id, models: [gpt5] }])).items[0]?.host).toBe(host);
  });

  it('does not date models by the first day of a price', () => {
    const [item] = parse({ ...gpt5, prices: [{ prices: price }, from('2025-06-10', price)] }).items;
    expect([item?.released, item?.publishedAt, item?.statedOn]).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    [{ input_mtok: { base: 5, tiers: [{ start: 200_000, price: 10 }] } }, { input_usd_per_mtok: 5 }],
    [{ input_mtok: { tiers: [] } }, undefined],
    [{ input_mtok: '1.25' }, undefined],
    [{ input_mtok: -1 }, undefined],
    [{ input_audio_mtok: 32 }, undefined],
  ])('reads the price %j as %j', (prices, expected) => {
    expect(attributes({ prices })).toEqual(expected);
  });

  it.each([
    ['an HTML page', '<html>429</html>', /HTML or XML/],
    ['an object', { providers: [] }, /an object/],
    ['an array of other objects', [{ id: 'openai' }, 7], /without a model with prices/],
  ])('rejects %s', (_name, payload, detail) => {
    expect(() => parseGenaiPrices(toBytes(payload))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseGenaiPrices(toBytes(payload))).toThrow(detail);
  });

  it('reads an empty array as no items, which makes the poll suspect', () => {
    expect(parseGenaiPrices(toBytes([]))).toEqual({ items: [], lost: [] });
  });

  it('rejects more models than a payload may have', () => {
    const models = Array.from({ length: feedItemsMax + 1 }, (_, index) => ({ ...gpt5, id: `m${index}` }));
    expect(() => parse(...models)).toThrow(/more than 100000 rows/);
  });

  it.each([
    ['no id', { ...gpt5, id: '' }],
    ['no prices', { ...gpt5, id: 'o3', prices: null }],
    ['a NUL', { ...gpt5, id: 'o3', name: '\0' }],
    ['a lone surrogate', { ...gpt5, id: 'o3\ud800' }],
    ['the id of an earlier one', { ...gpt5, prices: {} }],
    ['a non-object', 7],
  ])('loses a model with %s, and no other', (_name, bad) => {
    const parsed = parse(gpt5, bad);
    expect(parsed.items.map((item) => item.attributes)).toEqual([both]);
    expect(parsed.lost).toHaveLength(1);
  });
});
