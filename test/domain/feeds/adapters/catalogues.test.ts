import { describe, expect, it } from 'vitest';
import { parseLitellm } from '../../../../src/domain/feeds/adapters/litellm.ts';
import { parseModelsDev } from '../../../../src/domain/feeds/adapters/models-dev.ts';
import { feedItemsMax } from '../../../../src/domain/feeds/item.ts';
import { keyCharactersMax, rowDepthMax } from '../../../../src/domain/feeds/payload.ts';
import { readExpected, readGolden, toBytes } from './payloads.ts';

const row = { litellm_provider: 'openai', mode: 'chat' };

/** JSON text of an array nested `levels` deep. */
function nest(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('both catalogues', () => {
  it('match their golden payloads exactly', () => {
    expect(parseLitellm(readGolden('litellm.payload.json'))).toEqual(readExpected('litellm.json'));
    expect(parseModelsDev(readGolden('models-dev.payload.json'))).toEqual(readExpected('models-dev.json'));
  });

  it.each([
    ['an HTML page', '<!doctype html><title>502</title>', /HTML or XML/],
    ['an empty body', ' \n', /an empty body/],
    ['an array', '[]', /an array/],
    ['null', 'null', /null/],
    ['a truncated object', '{"gpt-5": {"mode": "ch', /malformed or truncated/],
    ['prose', 'rate limited', /not JSON/],
    ['an error message', '{"error": {"message": "rate limited"}}', /without (such a row|a provider)/],
  ])('reject %s and report what they found', (_name, text, detail) => {
    for (const parse of [parseLitellm, parseModelsDev]) {
      expect(() => parse(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
      expect(() => parse(toBytes(text))).toThrow(detail);
    }
  });

  it('reject bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from([0x7b, 0xff, 0x7d]);
    expect(() => parseLitellm(bytes)).toThrow(/not UTF-8/);
    expect(() => parseModelsDev(bytes)).toThrow(/not UTF-8/);
  });

  it('read an empty object as no items, which makes the poll suspect', () => {
    expect(parseLitellm(toBytes({}))).toEqual({ items: [], lost: [] });
    expect(parseModelsDev(toBytes({}))).toEqual({ items: [], lost: [] });
  });

  it('reject more rows than a payload may have', () => {
    const models = Object.fromEntries(Array.from({ length: feedItemsMax + 1 }, (_, index) => [`m${index}`, row]));
    expect(() => parseLitellm(toBytes(models))).toThrow(/more than 100000 rows/);
    expect(() => parseModelsDev(toBytes({ openai: { models } }))).toThrow(/more than 100000 rows/);
  });

  it('skip a byte order mark', () => {
    expect(parseLitellm(toBytes(`\uFEFF${JSON.stringify({ 'gpt-5': row })}`)).items).toHaveLength(1);
  });
});

describe('one invalid row', () => {
  it.each([
    [
      'a NUL in a value',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "note": "x\\u0000"}}`,
      'contains a NUL or a lone surrogate',
    ],
    [
      'a NUL in its key',
      `{"bad\\u0000": {"litellm_provider": "a", "mode": "chat"}}`,
      'contains a NUL or a lone surrogate',
    ],
    [
      'a NUL in a nested key',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "x": {"\\u0000": 1}}}`,
      'contains a NUL or a lone surrogate',
    ],
    [
      'a lone surrogate',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "note": "\\ud800"}}`,
      'contains a NUL or a lone surrogate',
    ],
    [
      'bottomless nesting',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "x": ${nest(50_000)}}}`,
      `nested deeper than ${rowDepthMax} levels`,
    ],
    [
      'an overlong key',
      JSON.stringify({ ['x'.repeat(keyCharactersMax + 1)]: row }),
      `has a key or host longer than ${keyCharactersMax} characters`,
    ],
    ['an empty key', JSON.stringify({ '': row }), 'has no name'],
    ['no mode', JSON.stringify({ bad: { litellm_provider: 'a' } }), 'has no mode'],
    ['a number as provider', JSON.stringify({ bad: { litellm_provider: 1, mode: 'chat' } }), 'has no litellm_provider'],
    ['an array as row', JSON.stringify({ bad: [row] }), 'is an array, not a row'],
  ])('with %s is lost, and no other', (_name, text, why) => {
    const withGood = `{"gpt-5": ${JSON.stringify(row)}, ${text.slice(1)}`;
    const parsed = parseLitellm(toBytes(withGood));
    expect(parsed.items.map((item) => item.name)).toEqual(['gpt-5']);
    expect(parsed.lost.map((lost) => lost.why)).toEqual([why]);
    expect(JSON.stringify(parsed.lost)).not.toContain('\\u0000');
  });

  it('named __proto__ or constructor affects only itself', () => {
    const text = `{"__proto__": {"litellm_provider": "a", "mode": "chat", "__proto__": {"polluted": true}}, "constructor": ${JSON.stringify(row)}}`;
    const parsed = parseLitellm(toBytes(text));
    expect(parsed.items.map((item) => item.name)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('with a duplicate key in models.dev is lost, and the first one remains', () => {
    const parsed = parseModelsDev(
      toBytes({ a: { models: { 'b/c': { cost: { input: 1 } } } }, 'a/b': { models: { c: {} } } }),
    );
    expect(parsed.items.map((item) => [item.key, item.host])).toEqual([['a/b/c', 'a']]);
    expect(parsed.lost).toEqual([{ key: 'a/b/c', why: 'repeats the key of an earlier row' }]);
  });
});

describe('attributes', () => {
  const readAttributes = (fields: object) => parseLitellm(toBytes({ m: { ...row, ...fields } })).items[0]?.attributes;

  it.each([
    [{ input_cost_per_token: '1e-6' }],
    [{ input_cost_per_token: -1 }],
    [{ input_cost_per_token: '-1' }],
    [{ output_cost_per_token: null }],
    [{ max_input_tokens: '128000' }],
    [{ max_input_tokens: 0 }],
    [{ max_input_tokens: 1.5 }],
    [{ max_input_tokens: -4096 }],
  ])('that are not plain numbers are dropped: %j', (fields) => {
    expect(readAttributes(fields)).toBeUndefined();
  });

  it('out of range are dropped', () => {
    const text =
      '{"m": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 1e999, "max_input_tokens": 1e300}}';
    expect(parseLitellm(toBytes(text)).items[0]?.attributes).toBeUndefined();
  });

  it('are rounded to a millionth of a dollar, and zero prices are kept', () => {
    expect(readAttributes({ input_cost_per_token: 1.1e-7, output_cost_per_token: 0 })).toEqual({
      input_usd_per_mtok: 0.11,
      output_usd_per_mtok: 0,
    });
  });
});

describe('models.dev', () => {
  it('returns the dates of all providers: the identity data decides whose own a row is', () => {
    const model = { release_date: '2025-08-07' };
    const parsed = parseModelsDev(
      toBytes({ openai: { models: { 'gpt-5': model } }, nobody: { models: { 'gpt-5': model } } }),
    );
    expect(parsed.items.map((item) => [item.host, item.released?.text])).toEqual([
      ['openai', '2025-08-07'],
      ['nobody', '2025-08-07'],
    ]);
  });

  it('returns a date as written, and drops values that are not strings', () => {
    const models = {
      a: { release_date: '2025-25-11' },
      b: { release_date: 20250807 },
      c: { release_date: 'x'.repeat(65) },
    };
    const parsed = parseModelsDev(toBytes({ openai: { models } }));
    expect(parsed.items.map((item) => item.released?.text)).toEqual(['2025-25-11', undefined, undefined]);
  });

  it.each([
    ['alpha', 'preview'],
    ['beta', 'preview'],
    ['deprecated', 'deprecated'],
    ['toString', undefined],
    [undefined, undefined],
  ])('reads the status %s as the stage %s', (status, stage) => {
    expect(parseModelsDev(toBytes({ openai: { models: { m: { status } } } })).items[0]?.stage).toBe(stage);
  });
});
