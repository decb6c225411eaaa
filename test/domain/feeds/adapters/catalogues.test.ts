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
  it('read their golden payloads to the letter', () => {
    expect(parseLitellm(readGolden('litellm.payload.json'))).toEqual(readExpected('litellm.json'));
    expect(parseModelsDev(readGolden('models-dev.payload.json'))).toEqual(readExpected('models-dev.json'));
  });

  it.each([
    ['an HTML page', '<!doctype html><title>502</title>', /HTML or XML/],
    ['an empty body', ' \n', /an empty body/],
    ['an array', '[]', /an array/],
    ['null', 'null', /null/],
    ['a cut-off object', '{"gpt-5": {"mode": "ch', /broken or cut off/],
    ['prose', 'rate limited', /not JSON/],
    ['an error message', '{"error": {"message": "rate limited"}}', /without (such a row|a provider)/],
  ])('refuse %s and say what they found', (_name, text, detail) => {
    for (const parse of [parseLitellm, parseModelsDev]) {
      expect(() => parse(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
      expect(() => parse(toBytes(text))).toThrow(detail);
    }
  });

  it('refuse bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from([0x7b, 0xff, 0x7d]);
    expect(() => parseLitellm(bytes)).toThrow(/not UTF-8/);
    expect(() => parseModelsDev(bytes)).toThrow(/not UTF-8/);
  });

  it('read an empty object as no items, for polling to hold suspect', () => {
    expect(parseLitellm(toBytes({}))).toEqual({ items: [], lost: [] });
    expect(parseModelsDev(toBytes({}))).toEqual({ items: [], lost: [] });
  });

  it('refuse more rows than a payload may hold', () => {
    const models = Object.fromEntries(Array.from({ length: feedItemsMax + 1 }, (_, index) => [`m${index}`, row]));
    expect(() => parseLitellm(toBytes(models))).toThrow(/more than 100000 rows/);
    expect(() => parseModelsDev(toBytes({ openai: { models } }))).toThrow(/more than 100000 rows/);
  });

  it('skip a byte order mark', () => {
    expect(parseLitellm(toBytes(`\uFEFF${JSON.stringify({ 'gpt-5': row })}`)).items).toHaveLength(1);
  });
});

describe('one bad row', () => {
  it.each([
    [
      'a NUL in a value',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "note": "x\\u0000"}}`,
      'holds a NUL or a broken character',
    ],
    [
      'a NUL in its key',
      `{"bad\\u0000": {"litellm_provider": "a", "mode": "chat"}}`,
      'holds a NUL or a broken character',
    ],
    [
      'a NUL in an inner key',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "x": {"\\u0000": 1}}}`,
      'holds a NUL or a broken character',
    ],
    [
      'a lone surrogate',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "note": "\\ud800"}}`,
      'holds a NUL or a broken character',
    ],
    [
      'bottomless nesting',
      `{"bad": {"litellm_provider": "a", "mode": "chat", "x": ${nest(50_000)}}}`,
      `nested deeper than ${rowDepthMax} levels`,
    ],
    [
      'an endless key',
      JSON.stringify({ ['x'.repeat(keyCharactersMax + 1)]: row }),
      `has a key or host longer than ${keyCharactersMax} characters`,
    ],
    ['an empty key', JSON.stringify({ '': row }), 'has no name'],
    ['no mode', JSON.stringify({ bad: { litellm_provider: 'a' } }), 'has no mode'],
    [
      'a number for a provider',
      JSON.stringify({ bad: { litellm_provider: 1, mode: 'chat' } }),
      'has no litellm_provider',
    ],
    ['an array for a row', JSON.stringify({ bad: [row] }), 'is an array, not a row'],
  ])('with %s is lost, and no other', (_name, text, why) => {
    const withGood = `{"gpt-5": ${JSON.stringify(row)}, ${text.slice(1)}`;
    const parsed = parseLitellm(toBytes(withGood));
    expect(parsed.items.map((item) => item.name)).toEqual(['gpt-5']);
    expect(parsed.lost.map((lost) => lost.why)).toEqual([why]);
    expect(JSON.stringify(parsed.lost)).not.toContain('\\u0000');
  });

  it('named __proto__ or constructor changes nothing but itself', () => {
    const text = `{"__proto__": {"litellm_provider": "a", "mode": "chat", "__proto__": {"polluted": true}}, "constructor": ${JSON.stringify(row)}}`;
    const parsed = parseLitellm(toBytes(text));
    expect(parsed.items.map((item) => item.name)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('that makes the key of another in models.dev is lost, the first one stays', () => {
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
  ])('that are no plain numbers are dropped: %j', (fields) => {
    expect(readAttributes(fields)).toBeUndefined();
  });

  it('beyond every number are dropped', () => {
    const text =
      '{"m": {"litellm_provider": "a", "mode": "chat", "input_cost_per_token": 1e999, "max_input_tokens": 1e300}}';
    expect(parseLitellm(toBytes(text)).items[0]?.attributes).toBeUndefined();
  });

  it('are rounded to a millionth of a dollar and keep a price of nothing', () => {
    expect(readAttributes({ input_cost_per_token: 1.1e-7, output_cost_per_token: 0 })).toEqual({
      input_usd_per_mtok: 0.11,
      output_usd_per_mtok: 0,
    });
  });
});

describe('models.dev', () => {
  it('passes on the dates of all providers: whose own a row is, the identity data says', () => {
    const model = { release_date: '2025-08-07' };
    const parsed = parseModelsDev(
      toBytes({ openai: { models: { 'gpt-5': model } }, nobody: { models: { 'gpt-5': model } } }),
    );
    expect(parsed.items.map((item) => [item.host, item.released?.text])).toEqual([
      ['openai', '2025-08-07'],
      ['nobody', '2025-08-07'],
    ]);
  });

  it('passes a date on as it is written and drops what is no text', () => {
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
