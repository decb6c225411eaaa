import { describe, expect, it } from 'vitest';
import { frontMatterCharsMax, parseEndoflife } from '../../../../src/domain/feeds/adapters/endoflife.ts';
import { feedItemsMax } from '../../../../src/domain/feeds/item.ts';
import { parseModelId } from '../../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../../support/world.ts';
import { readGolden, toBytes } from './payloads.ts';

const release = { name: 'claude-3-7-sonnet-20250219', releaseDate: '2025-02-24', isEoas: false, eoasFrom: null };

function parse(...releases: unknown[]) {
  return parseEndoflife(toBytes({ schema_version: '1.2.1', result: { name: 'claude', releases } }));
}

describe('a product of endoflife.date', () => {
  it('names models by their API id, whatever their label was renamed to', () => {
    const table = readIdentityTable(readIdentityData());
    const { items } = parseEndoflife(readGolden('endoflife.payload.json'));
    const read = items.map((item) => parseModelId(table, item.name, { feed: 'endoflife', host: item.host }));
    expect(read.every((identity) => identity.outcome === 'model' && identity.own)).toBe(true);
    const renamed = ['Claude 3.7 Sonnet', 'Claude Sonnet 3.7'].map((label) => parse({ ...release, label }).items[0]);
    expect(renamed.map((item) => item?.name)).toEqual([release.name, release.name]);
  });

  it('gives a release a curated date, never a decisive one', () => {
    expect(parse(release).items[0]?.released).toEqual({ text: '2025-02-24', weight: 'curated' });
  });

  it.each([
    ['supported, "not sooner than"', { isEoas: false, eoasFrom: null, eolFrom: '2026-11-24' }, 'earliest 2026-11-24'],
    ['supported until a day', { isEoas: false, eoasFrom: '2026-06-05', eolFrom: '2026-08-05' }, 'firm 2026-08-05'],
    ['no longer supported', { isEoas: true, eoasFrom: null, eolFrom: '2026-01-05' }, 'firm 2026-01-05'],
    ['ended without a date', { isEoas: true, eoasFrom: '2026-01-05', eolFrom: null }, 'none'],
  ])('states a final end only of what is deprecated: %s', (_name, support, stated) => {
    const [item] = parse({ ...release, ...support }).items;
    expect(item?.end === undefined ? 'none' : `${item.end.kind} ${item.shutdown}`).toBe(stated);
  });

  it.each([
    ['claude-sonnet-4-6', 'claude-sonnet-4-6'],
    ['N/A', undefined],
    ['any newer model', undefined],
    [null, undefined],
  ])('names the recommended successor %s if it is an id', (recommendedReplacement, successor) => {
    expect(parse({ ...release, custom: { recommendedReplacement } }).items[0]?.successor).toBe(successor);
    const front = `permalink: /claude\nreleases:\n  - releaseCycle: x\n    recommendedReplacement: ${recommendedReplacement}`;
    expect(parseEndoflife(toBytes(`---\n${front}\n---\n`)).items[0]?.successor).toBe(successor);
  });

  it.each([
    ['the HTML of a missing page', '<!DOCTYPE html><html><title>404</title></html>', /HTML or XML/],
    ['an empty body', '', /an empty body/],
    ['the list of products', { result: [{ name: 'claude' }] }, /an array/],
    ['another product', { result: { name: 'python', releases: [{ name: '3.14' }] } }, /"python"/],
    ['a product without a name', { result: { releases: [] } }, /not a model/],
    ['a product named like a method', { result: { name: 'constructor', releases: [] } }, /not a model/],
  ])('rejects %s', (_name, payload, detail) => {
    expect(() => parseEndoflife(toBytes(payload))).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseEndoflife(toBytes(payload))).toThrow(detail);
  });

  it('rejects more releases than a payload may have', () => {
    expect(() => parse(...Array(feedItemsMax + 1).fill(release))).toThrow(/more than 100000 rows/);
  });

  it.each([
    ['no name', { ...release, name: '' }],
    ['a NUL', { ...release, name: 'claude-4', label: '\0' }],
    ['a lone surrogate', { ...release, name: 'claude-4\udc00' }],
    ['the name of an earlier one', release],
  ])('loses a release with %s, and no other', (_name, bad) => {
    const parsed = parse(release, bad);
    expect([parsed.items.length, parsed.lost.length]).toEqual([1, 1]);
  });
});

describe('the page of a product, in Markdown with a YAML front matter', () => {
  it('is read like the API response', () => {
    const { items, lost } = parseEndoflife(readGolden('endoflife-page.payload.md'));
    expect(items.map(({ raw: _raw, ...item }) => item)).toEqual([
      {
        key: 'claude-opus-5',
        name: 'claude-opus-5',
        host: 'anthropic',
        released: { text: '2026-07-24', weight: 'curated' },
        shutdown: '2027-07-24',
        end: { kind: 'earliest', scope: 'vendor' },
      },
      {
        key: 'claude-mythos-5',
        name: 'claude-mythos-5',
        host: 'anthropic',
        released: { text: '2026-06-09', weight: 'curated' },
        sourceUrl: 'https://www.anthropic.com/news/claude-fable-5-mythos-5',
      },
      {
        key: 'claude-opus-4-1-20250805',
        name: 'claude-opus-4-1-20250805',
        host: 'anthropic',
        released: { text: '2025-08-05', weight: 'curated' },
        shutdown: '2026-08-05',
        end: { kind: 'firm', scope: 'vendor' },
        sourceUrl: 'https://www.anthropic.com/news/claude-opus-4-1',
      },
      {
        key: 'claude-3-opus-20240229',
        name: 'claude-3-opus-20240229',
        host: 'anthropic',
        released: { text: '2024-02-31', weight: 'curated' },
        stage: 'deprecated',
        shutdown: '2026-01-05',
        end: { kind: 'firm', scope: 'vendor' },
      },
    ]);
    expect(lost).toEqual([
      { key: '#4', why: 'has no name' },
      { key: '#5', why: 'is a string, not a release' },
    ]);
  });

  it('is read with any line endings and a byte order mark', () => {
    const text = new TextDecoder().decode(readGolden('endoflife-page.payload.md'));
    const other = toBytes(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(parseEndoflife(other)).toEqual(parseEndoflife(toBytes(text)));
  });

  const page = (front: string): Uint8Array => toBytes(`---\n${front}\n---\ntext\n`);
  const releases = 'releases:\n  - releaseCycle: claude-x\n';
  it.each([
    ['without an end', toBytes(`---\npermalink: /claude\n${releases}`)],
    ['that is invalid YAML', page('permalink: [')],
    ['with aliases, which can multiply', page(`permalink: /claude\na: &a [x]\nb: [*a, *a]\n${releases}`)],
    ['with a duplicate key', page(`permalink: /claude\npermalink: /claude\n${releases}`)],
    ['of another product', page(`permalink: /python\n${releases}`)],
    ['without releases', page('permalink: /claude')],
    ['nested too deeply', page(`permalink: /claude\ndeep: ${'['.repeat(90_000)}\n${releases}`)],
    ['that ends too late', page(`permalink: /claude\n${releases}# ${'x'.repeat(frontMatterCharsMax)}`)],
  ])('is rejected with a front matter %s', (_what, bytes) => {
    expect(() => parseEndoflife(bytes)).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
  });

  it('may have a front matter up to the size limit', () => {
    const front = `permalink: /claude\n${releases}# `;
    const filled = front + 'x'.repeat(frontMatterCharsMax - front.length - '---\n'.length);
    expect(parseEndoflife(page(filled)).items).toHaveLength(1);
  });
});
