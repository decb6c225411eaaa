import { describe, expect, it } from 'vitest';
import { parseAnthropicModels } from '../../../../src/domain/feeds/adapters/anthropic-models.ts';
import { parseOpenaiModels } from '../../../../src/domain/feeds/adapters/openai-models.ts';
import { toBytes } from './payloads.ts';

const openai = (rows: readonly unknown[]) => parseOpenaiModels(toBytes({ object: 'list', data: rows }));
const anthropic = (rows: readonly unknown[], more: object = { has_more: false }) =>
  parseAnthropicModels(toBytes({ data: rows, ...more }));

const gpt5 = { id: 'gpt-5', object: 'model', created: 1_754_425_777, owned_by: 'system', shutdown_date: null };
const opus = { id: 'claude-opus-4-6', type: 'model', created_at: '2026-02-04T00:00:00Z', lifecycle: 'active' };

describe("the vendors' own lists", () => {
  it.each([
    ['an HTML page', '<html>', /HTML or XML/],
    ['an error message', '{"error": {"message": "Incorrect API key provided"}}', /without a list of data/],
    ['an object for a list', '{"data": {}}', /without a list of data/],
    ['a list of strangers', '{"data": [{"id": "x"}, 7]}', /2 rows without a model/],
    ['cut off', '{"data": [{"id": "gpt', /broken or cut off/],
  ])('are refused when they are %s', (_name, text, detail) => {
    for (const parse of [parseOpenaiModels, parseAnthropicModels]) {
      expect(() => parse(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
      expect(() => parse(toBytes(text))).toThrow(detail);
    }
  });

  it('are read as no items when they are empty, for polling to hold suspect', () => {
    expect(openai([])).toEqual({ items: [], lost: [] });
    expect(anthropic([])).toEqual({ items: [], lost: [] });
  });

  it.each([null, 7, 'gpt-5', [], {}, { id: '' }, { id: ['gpt-5'], object: 'model', type: 'model' }])(
    'lose a row that is none, %j, and no other',
    (bad) => {
      expect(openai([gpt5, bad])).toMatchObject({ items: [{ key: 'gpt-5' }], lost: [{ key: '#1' }] });
      expect(anthropic([bad, opus])).toMatchObject({ items: [{ key: 'claude-opus-4-6' }], lost: [{ key: '#0' }] });
    },
  );
});

describe("OpenAI's list", () => {
  it('dates no release by `created`, which precedes it by days and is rewritten', () => {
    const [item] = openai([gpt5]).items;
    expect(item).not.toHaveProperty('released');
    expect(item).not.toHaveProperty('publishedAt');
    expect(item).toMatchObject({ name: 'gpt-5', host: 'openai' });
  });

  it('states ends, as written', () => {
    const { items } = openai([gpt5, { ...gpt5, id: 'o1-pro', shutdown_date: '2026-10-23' }]);
    expect(items.map((item) => item.shutdown)).toEqual([undefined, '2026-10-23']);
  });

  it.each([
    ['system', undefined],
    ['openai', undefined],
    ['openai-internal', undefined],
    ['user-abc', 'community'],
    ['acme-openai', 'community'],
    [undefined, 'community'],
  ])('believes a row that is owned by %s as %s', (owner, trust) => {
    expect(openai([{ ...gpt5, owned_by: owner }]).items[0]?.trust).toBe(trust);
  });
});

describe("Anthropic's list", () => {
  const released = (value: unknown) => anthropic([{ ...opus, created_at: value }]).items[0]?.released;

  it('gives the day of a release, off by a day at times, and is weighed so', () => {
    expect(released('2026-02-04T00:00:00Z')).toEqual({ text: '2026-02-04', weight: 'curated', slackDays: 1 });
    expect(released('2026-02-04T23:30:00-08:00')?.text).toBe('2026-02-05');
  });

  it.each([
    '1970-01-01T00:00:00Z',
    '1970-01-01',
    '2019-12-31T23:59:59Z',
    'soon',
    '2026-02-31T00:00:00Z',
    0,
    null,
    undefined,
  ])('gives none where it is unknown: %j', (value) => expect(released(value)).toBeUndefined());

  it.each([
    ['active', undefined],
    ['deprecated', 'deprecated'],
    ['retired', 'retired'],
    ['toString', undefined],
    [undefined, undefined],
  ])('reads the lifecycle %s as the stage %s', (lifecycle, stage) => {
    expect(anthropic([{ ...opus, lifecycle }]).items[0]?.stage).toBe(stage);
  });

  it('is refused while it goes on', () => {
    expect(() => anthropic([opus], { has_more: true, last_id: 'claude-opus-4-6' })).toThrow(/followed by others/);
  });
});
