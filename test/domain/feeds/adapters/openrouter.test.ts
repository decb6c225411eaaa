import { describe, expect, it } from 'vitest';
import { parseOpenrouter } from '../../../../src/domain/feeds/adapters/openrouter.ts';
import { toBytes } from './payloads.ts';

const pricing = { prompt: '0.00000125', completion: '0.00001' };
const row = { id: 'openai/gpt-5', pricing, context_length: 400_000 };
const parse = (rows: readonly unknown[], more: object = {}) => parseOpenrouter(toBytes({ data: rows, ...more }));
const attributes = (fields: object) => parse([{ ...row, ...fields }]).items[0]?.attributes;

describe("OpenRouter's list", () => {
  it('is read with and without page markers', () => {
    const closed = { links: { next: null }, total_count: 1 };
    expect(parse([row], closed)).toEqual(parse([row]));
  });

  it.each([
    ['an HTML page', '<!doctype html>', /HTML or XML/],
    ['an error message', '{"error": {"message": "rate limited", "code": 429}}', /without a list of data/],
    ['an array', '[]', /an array/],
    ['a list of other objects', '{"data": [{"title": "x"}, 7, null]}', /3 rows without a model/],
    ['one page of several', '{"data": [], "links": {"next": "/api/v1/models?offset=500"}}', /followed by others/],
    ['an invalid next page', '{"data": [], "links": {"next": 5}}', /followed by others/],
    ['a truncated list', JSON.stringify({ data: [row], total_count: 2 }), /1 rows of 2/],
  ])('is rejected when it is %s', (_name, text, detail) => {
    expect(() => parseOpenrouter(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseOpenrouter(toBytes(text))).toThrow(detail);
  });

  it('with no rows has no items, which makes the poll suspect', () => {
    expect(parse([])).toEqual({ items: [], lost: [] });
  });
});

describe('a row of OpenRouter', () => {
  it('does not date a release by when the entry was created, nor by the day in its slug', () => {
    const { items } = parse([{ ...row, created: 1993, canonical_slug: 'openai/gpt-5-2025-08-07' }]);
    expect(items[0]).not.toHaveProperty('released');
    expect(items[0]).not.toHaveProperty('publishedAt');
  });

  it.each([
    [null, 'is null, not a model'],
    [[row], 'is an array, not a model'],
    [{ pricing }, 'has no id'],
    [{ id: 7, pricing }, 'has no id'],
    [{ id: 'openai/gpt-7' }, 'has no pricing'],
    [{ id: 'openai/gpt-7', pricing: '0' }, 'has no pricing'],
    [{ ...row }, 'repeats the key of an earlier row'],
    [{ id: 'openai/\u0000', pricing }, 'contains a NUL or a lone surrogate'],
  ])('that is invalid is lost, and no other: %j', (bad, why) => {
    const parsed = parse([row, bad]);
    expect(parsed.items.map((item) => item.key)).toEqual(['openai/gpt-5']);
    expect(parsed.lost.map((lost) => lost.why)).toEqual([why]);
  });
});

describe('a price of OpenRouter', () => {
  const price = (prompt: unknown) => attributes({ pricing: { prompt } })?.input_usd_per_mtok;

  it.each([
    ['0.00000125', 1.25],
    ['0', 0],
    ['5e-7', 0.5],
    ['0.0006', 600],
  ])('is read from the string %s', (text, expected) => expect(price(text)).toBe(expected));

  it.each([
    '-1',
    '',
    ' 1',
    '1 ',
    '0x10',
    '1,5',
    '1e999',
    'NaN',
    'free',
    '.5',
    0.000001,
    null,
    ['1'],
    `0.${'1'.repeat(40)}`,
  ])('is dropped when it is %j', (text) => expect(price(text)).toBeUndefined());

  it.each([['openai/gpt-5:free'], ['openai/gpt-4o:extended'], ['anthropic/claude-opus-4.7-fast']])(
    'of a serving variant, %s, is not the price of the model',
    (id) => expect(attributes({ id })).toBeUndefined(),
  );

  it("is read for a tier that has the name of another vendor's variant", () => {
    expect(attributes({ id: 'x-ai/grok-4-fast' })?.input_usd_per_mtok).toBe(1.25);
  });

  it("of a model with published weights is a host's, and is dropped with that host's limits", () => {
    const fields = { id: 'deepseek/deepseek-r1', hugging_face_id: 'deepseek-ai/DeepSeek-R1' };
    expect(attributes(fields)).toEqual({ open_weights: true });
    expect(attributes({ id: 'z-ai/glm-4.6', hugging_face_id: 'zai-org/GLM-4.6' })).toEqual({ open_weights: true });
  });

  it("and weights under a closed model's name in another namespace prove nothing", () => {
    expect(attributes({ hugging_face_id: 'Xenova/gpt-5' })).toBeUndefined();
    expect(attributes({ id: 'toString/x', hugging_face_id: 'valueOf/x' })).toBeUndefined();
  });
});
