import { describe, expect, it } from 'vitest';
import { parseDeprecations } from '../../../../src/domain/feeds/adapters/deprecations.ts';
import { feedItemsMax } from '../../../../src/domain/feeds/item.ts';
import { toBytes } from './payloads.ts';

const row = { provider: 'OpenAI', model_id: 'gpt-4.5-preview', shutdown_date: '2025-07-14' };
const parse = (payload: unknown) => parseDeprecations(toBytes(payload));

describe('the rows of deprecations.info', () => {
  it('read the bare array and the JSON Feed alike', () => {
    const url = 'https://platform.openai.com/docs/deprecations';
    const bare = parse([{ ...row, url }]);
    const feed = parse({
      version: 'https://jsonfeed.org/version/1.1',
      items: [{ id: 'openai-gpt-4.5-preview', url, date_published: '2026-03-26T13:06:41Z', _deprecation: row }],
    });
    expect(feed).toEqual(bare);
    expect(bare.items[0]).toMatchObject({ shutdown: '2025-07-14', sourceUrl: url });
  });

  it('date nothing by the day of the scrape: GPT-4.5 was announced long before it was first observed', () => {
    const scraped = { announcement_date: '2026-03-26', deprecation_date: '2025-04-14', first_observed: '2026-03-26' };
    const [item] = parse([{ ...row, ...scraped }]).items;
    expect([item?.released, item?.publishedAt, item?.shutdown]).toEqual([undefined, undefined, '2025-07-14']);
  });

  it("distinguish a host's end from the vendor's", () => {
    const { items } = parse([row, { ...row, provider: 'Azure', shutdown_date: '2025-11-30' }]);
    expect(items.map((item) => [item.key, item.host, item.shutdown])).toEqual([
      ['OpenAI/gpt-4.5-preview', 'openai', '2025-07-14'],
      ['Azure/gpt-4.5-preview', 'azure', '2025-11-30'],
    ]);
  });

  it.each([
    ['the same in both fields', '2026-10-16', '2026-10-16', 'earliest', undefined],
    ['no announcement', undefined, '2026-10-16', 'earliest', undefined],
    ['announced for an earlier day', '2025-11-04', '2025-12-09', 'firm', 'deprecated'],
    ['announced for a day that does not exist', '2025-02-31', '2025-12-09', 'earliest', undefined],
  ])("call Google's earliest day that, and not deprecated: %s", (_name, announced, ends, kind, stage) => {
    const google = { provider: 'Google', model_id: 'gemini-2.5-pro', deprecation_date: announced, shutdown_date: ends };
    const [item] = parse([google]).items;
    expect([item?.shutdown, item?.end, item?.stage]).toEqual([ends, { kind }, stage]);
  });

  it.each([[null], [''], [20250714], ['x'.repeat(65)]])('drop the shutdown date %j, which is not a string', (date) => {
    expect(parse([{ ...row, shutdown_date: date }]).items[0]).not.toHaveProperty('shutdown');
  });

  it.each([
    ['an HTML page', '<!DOCTYPE html><title>Not Found</title>', /HTML or XML/],
    ['a truncated array', '[{"provider": "OpenAI"', /malformed or truncated/],
    ['an object with other fields', { error: 'rate limited' }, /an object/],
    ['an array of other objects', [{ id: 'gpt-5' }, 7], /2 entries of which none/],
    ['a JSON Feed of other items', { items: [{ title: 'GPT-5' }] }, /1 entries of which none/],
  ])('reject %s', (_name, payload, detail) => {
    expect(() => parse(payload)).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parse(payload)).toThrow(detail);
  });

  it('read an empty list as no items, which makes the poll suspect', () => {
    expect(parse([])).toEqual({ items: [], lost: [] });
    expect(parse({ items: [] })).toEqual({ items: [], lost: [] });
  });

  it('reject more rows than a payload may have', () => {
    const rows = Array.from({ length: feedItemsMax + 1 }, (_, index) => ({ ...row, model_id: `m${index}` }));
    expect(() => parse(rows)).toThrow(/more than 100000 rows/);
  });

  it.each([
    ['a NUL in its provider', { ...row, provider: 'Open\0AI' }],
    ['a lone surrogate in a string', { ...row, deprecation_context: '\ud800' }],
    ['a NUL in its shutdown date', { ...row, shutdown_date: '2025\0' }],
    ['the key of an earlier row', { ...row, shutdown_date: '2099-01-01' }],
    ['no id', { provider: 'OpenAI' }],
  ])('lose a row with %s, and no other', (_name, bad) => {
    const parsed = parse([row, bad]);
    expect(parsed.items.map((item) => item.shutdown)).toEqual(['2025-07-14']);
    expect(parsed.lost).toHaveLength(1);
    expect(JSON.stringify(parsed.lost)).not.toMatch(/\\u0000|\\ud800/);
  });
});
