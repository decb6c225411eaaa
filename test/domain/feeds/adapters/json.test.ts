import { describe, expect, it } from 'vitest';
import { json, parseJsonFeed } from '../../../../src/domain/feeds/adapters/json.ts';
import { readJsonOptions, stageWordsMax } from '../../../../src/domain/feeds/adapters/json-options.ts';
import { feedItemsMax } from '../../../../src/domain/feeds/item.ts';
import { keyCharactersMax } from '../../../../src/domain/feeds/payload.ts';
import { pointerCharactersMax } from '../../../../src/domain/json-pointer.ts';
import { Refusal } from '../../../../src/domain/refusal.ts';
import { toBytes } from './payloads.ts';

const list = { items: '/data', id: '/id' };
const parse = (options: object, payload: unknown) => parseJsonFeed(toBytes(payload), options);
const one = (options: object, row: object) =>
  parse({ ...list, ...options }, { data: [{ id: 'gpt-5', ...row }] }).items[0];

/** The pointers that a refusal names; an empty list when the options are accepted. */
function findPointers(options: unknown): string[] {
  try {
    readJsonOptions(options);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.code).toBe('validation_failed');
    return error.errors.map((each) => each.pointer);
  }
}

describe('rows', () => {
  it.each([
    ['in an array under a member', list, { data: [{ id: 'gpt-5' }] }],
    ['in an array that is the document', { items: '', id: '/id' }, [{ id: 'gpt-5' }]],
    ['in an object keyed by id', { items: '/models' }, { models: { 'gpt-5': {} } }],
    [
      'in an object, with an id of their own',
      { items: '/models', id: '/model/name' },
      { models: { x: { model: { name: 'gpt-5' } } } },
    ],
    ['under escaped members', { items: '/a~1b/0/m~0n', id: '/' }, { 'a/b': [{ 'm~n': [{ '': 'gpt-5' }] }] }],
  ])('are found %s', (_name, options, payload) => {
    expect(parse(options, payload).items.map((item) => item.name)).toEqual(['gpt-5']);
  });

  it.each([
    ['a fixed vendor', { vendor: 'openai' }, { provider: 'azure' }, 'gpt-5', 'openai'],
    ['a fixed host', { host: { is: 'azure' } }, {}, 'gpt-5', 'azure'],
    ['a host of their own', { host: '/provider' }, { provider: 'azure' }, 'azure/gpt-5', 'azure'],
    ['a host that is not a string', { host: '/provider' }, { provider: 7 }, '/gpt-5', null],
    ['nobody', {}, { provider: 'azure' }, 'gpt-5', null],
  ])('belong to %s', (_name, options, row, key, host) => {
    const item = one(options, row);
    expect([item?.key, item?.host]).toEqual([key, host]);
  });

  it.each([
    ['no id', { name: 'gpt-6' }],
    ['a number as id', { id: 6 }],
    ['an empty id', { id: '' }],
    ['an overlong id', { id: 'x'.repeat(keyCharactersMax + 1) }],
    ['a NUL', { id: 'gpt-6', note: '\0' }],
    ['a lone surrogate', { id: 'gpt-6\udc00' }],
    ['the id of an earlier one', { id: 'gpt-5', late: true }],
    ['no object', 'gpt-6'],
  ])('with %s are lost, and no other', (_name, bad) => {
    const parsed = parse(list, { data: [{ id: 'gpt-5' }, bad] });
    expect([parsed.items.length, parsed.lost.length]).toEqual([1, 1]);
    expect(JSON.stringify(parsed.lost)).not.toMatch(/\\u0000|\\udc00/);
  });

  it('may be empty, which makes the poll suspect', () => {
    expect(parse(list, { data: [] })).toEqual({ items: [], lost: [] });
  });
});

describe('a payload is rejected', () => {
  it.each([
    ['an HTML page', list, '<html>', /HTML or XML/],
    ['without rows at the pointer', list, { models: [] }, /nothing at \/data/],
    ['with a string at the pointer', list, { data: 'none' }, /a string at \/data/],
    ['with an array of rows without a key', { items: '/data' }, { data: [{}] }, /have no key/],
    ['of rows without ids', list, { data: [{ error: 'quota' }] }, /without an id/],
    ['without valid options', {}, { data: [] }, /invalid options/],
  ])('%s', (_name, options, payload, detail) => {
    expect(() => parse(options, payload)).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parse(options, payload)).toThrow(detail);
  });

  it('with more rows than a payload may have', () => {
    const data = Array.from({ length: feedItemsMax + 1 }, (_, index) => ({ id: `m${index}` }));
    expect(() => parse(list, { data })).toThrow(/more than 100000 rows/);
  });
});

describe('a date', () => {
  const read = (as: string, value: unknown) => one({ released: { at: '/at', as } }, { at: value })?.released?.text;

  it.each([
    ['text', '2025-08-07', '2025-08-07'],
    ['text', '2025-02-31', '2025-02-31'],
    ['text', 1754586000, undefined],
    ['unix_seconds', 1754586000, '2025-08-07'],
    ['unix_seconds', '1754586000', undefined],
    ['unix_seconds', 1754586000000, undefined],
    ['unix_seconds', 0, undefined],
    ['unix_seconds', -1, undefined],
    ['unix_milliseconds', 1754586000000, '2025-08-07'],
    ['unix_milliseconds', 1e300, undefined],
  ])('written as %s, %j, is %s', (as, value, text) => {
    expect(read(as, value)).toBe(text);
  });

  it('is compared with sightings unless it is configured to decide', () => {
    const row = { at: '2025-08-07' };
    expect(one({ released: '/at' }, row)?.released).toEqual({ text: '2025-08-07', weight: 'curated' });
    expect(one({ released: '/at', weight: 'stands' }, row)?.released?.weight).toBe('stands');
  });
});

describe('a stage', () => {
  const words = { beta: 'preview', ga: 'general', soon: 'announced' };

  it.each([
    [{ at: '/status', words }, 'beta', 'preview'],
    [{ at: '/status', words }, 'ga', 'general'],
    [{ at: '/status', words }, 'retired', 'announced'],
    [{ at: '/status', words }, 'toString', 'announced'],
    [{ at: '/status', words }, 7, 'announced'],
    [{ at: '/status', words }, null, undefined],
    [{ at: '/status', words }, undefined, undefined],
    [{ at: '/status' }, 'preview', 'preview'],
    [{ at: '/status' }, 'beta', 'announced'],
  ])('from %j, %j, is %s: a word without a meaning is not a release', (stage, status, expected) => {
    expect(one({ stage }, { status })?.stage).toBe(expected);
  });
});

describe('a price', () => {
  const read = (per: string, value: unknown) =>
    one({ attributes: { input_usd_per_mtok: { at: '/price', per } } }, { price: value })?.attributes
      ?.input_usd_per_mtok;

  it.each([
    ['token', 1.25e-6, 1.25],
    ['token', '0.00000125', 1.25],
    ['thousand', 0.00125, 1.25],
    ['million', 1.25, 1.25],
    ['million', '1.25', 1.25],
    ['million', 0, 0],
    ['million', -1, undefined],
    ['million', '-1', undefined],
    ['million', '0x10', undefined],
    ['million', true, undefined],
    ['million', { amount: 1.25 }, undefined],
  ])('per %s, %j, is %s dollars per million', (per, value, dollars) => {
    expect(read(per, value)).toBe(dollars);
  });
});

describe('other attributes', () => {
  it.each([
    [{ context_tokens: '/x' }, 400000, { context_tokens: 400000 }],
    [{ context_tokens: '/x' }, '400000', undefined],
    [{ open_weights: '/x' }, false, { open_weights: false }],
    [{ open_weights: '/x' }, 'true', undefined],
    [{ parameters: { at: '/x', in: 'billion' } }, 671, { parameters: 671e9 }],
    [{ parameters: { at: '/x', in: 'one' } }, 671, undefined],
    [{ parameters: { at: '/x', in: 'billion' } }, 1e9, undefined],
  ])('%j of %j are %j', (attributes, x, expected) => {
    expect(one({ attributes }, { x })?.attributes).toEqual(expected);
  });
});

describe('what a configured feed is evidence of', () => {
  const declare = (options: object) => json.options?.declare({ ...list, ...options });
  const price = { at: '/price', per: 'million' };

  it.each([
    ['ids alone', {}, ['release'], []],
    ['a stage', { stage: { at: '/s' } }, ['release', 'general'], []],
    ['an end', { shutdown: '/end' }, ['release', 'end'], ['shutdown']],
    ['a price', { attributes: { input_usd_per_mtok: price } }, ['release', 'attribute'], ['input_usd_per_mtok']],
    [
      'a price, and only prices',
      { attributes: { input_usd_per_mtok: price }, witnesses: ['attribute'] },
      ['attribute'],
      ['input_usd_per_mtok'],
    ],
    ['nothing', { witnesses: [] }, [], []],
  ])('that points to %s', (_name, options, witnesses, publishes) => {
    expect(declare(options)).toEqual({ witnesses, publishes });
  });

  it('decides nothing until an operator raises its trust', () => {
    expect(json.defaults).toMatchObject({ trust: 'community', covers: [] });
  });
});

describe('options', () => {
  it.each([
    ['nothing', {}, ['#/options/items']],
    ['a text', 'items', ['#/options']],
    ['an invalid pointer', { items: 'data', id: '/id' }, ['#/options/items']],
    ['an expression', { items: '$.data[*]', id: '/id' }, ['#/options/items']],
    ['an overlong pointer', { items: `/${'x'.repeat(pointerCharactersMax)}`, id: '/id' }, ['#/options/items']],
    ['the whole row as id', { items: '/data', id: '' }, ['#/options/id']],
    ['an unknown field', { ...list, match: '^gpt' }, ['#/options/match']],
    ['both a vendor and a host', { ...list, vendor: 'openai', host: '/provider' }, ['#/options/host']],
    [
      'a price without its unit',
      { ...list, attributes: { input_usd_per_mtok: { at: '/p' } } },
      ['#/options/attributes/input_usd_per_mtok/per'],
    ],
    [
      'a price with an unknown unit',
      { ...list, attributes: { input_usd_per_mtok: { at: '/p', per: 'hour' } } },
      ['#/options/attributes/input_usd_per_mtok/per'],
    ],
    [
      'parameters without their unit',
      { ...list, attributes: { parameters: '/p' } },
      ['#/options/attributes/parameters'],
    ],
    ['an unknown stage', { ...list, stage: { at: '/s', words: { 'a/b': 'beta' } } }, ['#/options/stage/words/a~1b']],
    [
      'too many words',
      {
        ...list,
        stage: {
          at: '/s',
          words: Object.fromEntries(Array.from({ length: stageWordsMax + 1 }, (_, index) => [`w${index}`, 'preview'])),
        },
      },
      ['#/options/stage/words'],
    ],
    ['an unknown weight', { ...list, weight: 'certain' }, ['#/options/weight']],
  ])('with %s are rejected', (_name, options, pointers) => {
    expect(findPointers(options)).toEqual(pointers);
  });

  it('may use every field', () => {
    const options = {
      ...list,
      host: { is: 'azure' },
      released: { at: '/r', as: 'unix_seconds' },
      weight: 'stands',
      shutdown: '/s',
      end_kind: { at: '/k', words: { final: 'firm' } },
      end_scope: 'plan',
      stage: { at: '/st', words: { beta: 'preview' } },
      source_url: '/u',
      attributes: { context_tokens: '/c', open_weights: '/o', parameters: { at: '/p', in: 'billion' } },
      witnesses: ['release'],
    };
    expect(readJsonOptions(options)).toEqual(options);
  });
});
