import { describe, expect, it } from 'vitest';
import { parseAnthropicModels } from '../../../../src/domain/feeds/adapters/anthropic-models.ts';
import { parseMistralModels } from '../../../../src/domain/feeds/adapters/mistral-models.ts';
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
    ['an object instead of a list', '{"data": {}}', /without a list of data/],
    ['a list of other objects', '{"data": [{"id": "x"}, 7]}', /2 rows without a model/],
    ['cut off', '{"data": [{"id": "gpt', /malformed or truncated/],
  ])('are rejected when they are %s', (_name, text, detail) => {
    for (const parse of [parseOpenaiModels, parseAnthropicModels]) {
      expect(() => parse(toBytes(text))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
      expect(() => parse(toBytes(text))).toThrow(detail);
    }
  });

  it('have no items when they are empty, which makes the poll suspect', () => {
    expect(openai([])).toEqual({ items: [], lost: [] });
    expect(anthropic([])).toEqual({ items: [], lost: [] });
  });

  it.each([null, 7, 'gpt-5', [], {}, { id: '' }, { id: ['gpt-5'], object: 'model', type: 'model' }])(
    'lose an invalid row, %j, and no other',
    (bad) => {
      expect(openai([gpt5, bad])).toMatchObject({ items: [{ key: 'gpt-5' }], lost: [{ key: '#1' }] });
      expect(anthropic([bad, opus])).toMatchObject({ items: [{ key: 'claude-opus-4-6' }], lost: [{ key: '#0' }] });
    },
  );
});

describe("OpenAI's list", () => {
  it('does not date a release by `created`, which precedes it by days and is rewritten', () => {
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
  ])('gives a row owned by %s the trust %s', (owner, trust) => {
    expect(openai([{ ...gpt5, owned_by: owner }]).items[0]?.trust).toBe(trust);
  });
});

describe("Anthropic's list", () => {
  const released = (value: unknown) => anthropic([{ ...opus, created_at: value }]).items[0]?.released;

  it('dates a release to within a day, so the date is curated', () => {
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
  ])('gives no date if it is unknown: %j', (value) => expect(released(value)).toBeUndefined());

  it.each([
    ['active', undefined],
    ['deprecated', 'deprecated'],
    ['retired', 'retired'],
    ['toString', undefined],
    [undefined, undefined],
  ])('reads the lifecycle %s as the stage %s', (lifecycle, stage) => {
    expect(anthropic([{ ...opus, lifecycle }]).items[0]?.stage).toBe(stage);
  });

  it('is rejected while another page follows', () => {
    expect(() => anthropic([opus], { has_more: true, last_id: 'claude-opus-4-6' })).toThrow(/followed by others/);
  });
});

describe("Mistral's list", () => {
  const mistral = (...rows: object[]) =>
    parseMistralModels(toBytes({ data: rows.map((row) => ({ object: 'model', owned_by: 'mistralai', ...row })) }))
      .items;
  const names = (...rows: object[]) => Object.fromEntries(mistral(...rows).map((item) => [item.key, item.name]));

  it('reads a row by its name if that differs from its id, in whatever order they are listed', () => {
    expect(
      names(
        { id: 'open-mistral-nemo', name: 'open-mistral-nemo', aliases: ['mistral-tiny-2407'] },
        { id: 'mistral-tiny-2407', name: 'open-mistral-nemo', aliases: ['open-mistral-nemo'] },
      ),
    ).toEqual({ 'open-mistral-nemo': 'open-mistral-nemo', 'mistral-tiny-2407': 'open-mistral-nemo' });
  });

  it('reads a row without a name as the row that lists it among its aliases, if there is only one', () => {
    const named = { id: 'codestral-2501', name: 'codestral-2501', aliases: ['codestral-2412'] };
    expect(names(named, { id: 'codestral-2412' })['codestral-2412']).toBe('codestral-2501');
    const other = { id: 'codestral-2508', aliases: ['codestral-2412'] };
    expect(names(named, other, { id: 'codestral-2412' })['codestral-2412']).toBe('codestral-2412');
    const mutual = { id: 'codestral-2412', aliases: ['codestral-2501'] };
    expect(names(named, mutual)).toEqual({ 'codestral-2501': 'codestral-2501', 'codestral-2412': 'codestral-2412' });
  });

  it.each(['Codestral, 25.01 edition', '', 7, null])('keeps the id if the name is invalid: %j', (name) => {
    expect(names({ id: 'codestral-2501', name })).toEqual({ 'codestral-2501': 'codestral-2501' });
  });

  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    [null, undefined],
    [7, undefined],
  ])('reads the deprecation as the end of a model, %j', (deprecation, shutdown) => {
    expect(mistral({ id: 'codestral-2501', deprecation })[0]?.shutdown).toBe(shutdown);
  });

  it.each([
    ['mistralai', 'mistral'],
    ['mistral', 'mistral'],
    [undefined, 'mistral'],
    ['openai', 'mistral-api'],
    ['acme', 'mistral-api'],
  ])('assigns a row owned by %s to %s', (owned_by, host) => {
    expect(mistral({ id: 'some-model-2', owned_by })[0]?.host).toBe(host);
  });
});
