import { describe, expect, it } from 'vitest';
import { parseLedger } from '../../../../src/domain/feeds/adapters/ledger.ts';
import { readStatedRelease } from '../../../../src/domain/feeds/stated-date.ts';
import { Refusal } from '../../../../src/domain/refusal.ts';
import { readExpected, readGolden, toBytes } from './payloads.ts';

const entry = {
  id: 'gpt-5',
  vendor: 'openai',
  stage: 'general',
  released: '2025-08-07',
  published_at: '2025-08-07',
  source_url: 'https://example.com/gpt-5',
};

function ledger(...entries: object[]) {
  return { format: 'outturn-ledger/1', reviewed_through: '2026-11-22', entries };
}

/** The pointers that a refusal names; an empty list when the ledger is accepted. */
function findPointers(payload: unknown): string[] {
  try {
    parseLedger(toBytes(payload));
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.code).toBe('feed_unparsable');
    return error.errors.map((each) => each.pointer);
  }
}

describe('the ledger parser', () => {
  it('matches its golden payload exactly', () => {
    expect(parseLedger(readGolden('ledger.payload.json'))).toEqual(readExpected('ledger.json'));
  });

  it('gives an entry a decisive date, and its source', () => {
    const [item] = parseLedger(toBytes(ledger(entry))).items;
    expect(item).toMatchObject({
      key: 'openai/gpt-5#general',
      name: 'gpt-5',
      host: 'openai',
      publishedAt: '2025-08-07',
      released: { text: '2025-08-07', weight: 'stands' },
      stage: 'general',
      sourceUrl: 'https://example.com/gpt-5',
    });
  });

  it.each([
    ['a date that does not exist', { released: '2025-02-31' }, '#/entries/0/released'],
    ['a month as publication date', { published_at: '2025-08' }, '#/entries/0/published_at'],
    ['an instant without a zone', { published_at: '2025-08-07T17:04:19' }, '#/entries/0/published_at'],
    ['an unknown stage', { stage: 'deprecated' }, '#/entries/0/stage'],
    ['a source without https', { source_url: 'http://example.com' }, '#/entries/0/source_url'],
    ['an id with a NUL', { id: 'gpt\u0000' }, '#/entries/0/id'],
    ['an id with a space', { id: 'gpt 5' }, '#/entries/0/id'],
    ['a vendor in capitals', { vendor: 'OpenAI' }, '#/entries/0/vendor'],
    ['an unknown field', { relased: '2025-08-07' }, '#/entries/0/relased'],
    ['a source older than the release', { published_at: '2025-08-06' }, '#/entries/0/published_at'],
    ['a source later than the review', { published_at: '2026-11-23' }, '#/entries/0/published_at'],
    ['a release at the stage announced', { stage: 'announced' }, '#/entries/0/released'],
    ['an interval that ends before it begins', { released: '2025-08-07/2025-08-06' }, '#/entries/0/released'],
    ['an interval of months', { released: '2025-07/2025-08' }, '#/entries/0/released'],
    ['an interval of three days', { released: '2025-08-05/2025-08-06/2025-08-07' }, '#/entries/0/released'],
    ['a source older than the interval', { released: '2025-08-08/2025-08-09' }, '#/entries/0/published_at'],
  ])('rejects a ledger as a whole with %s', (_name, change, pointer) => {
    expect(findPointers(ledger({ ...entry, ...change }, { ...entry, id: 'gpt-5-mini' }))).toEqual([pointer]);
  });

  it.each([
    ['another format', { ...ledger(entry), format: 'outturn-ledger/2' }, '#/format'],
    ['a month as review date', { ...ledger(entry), reviewed_through: '2026-11' }, '#/reviewed_through'],
    ['a duplicate fact', ledger(entry, entry), '#/entries/1/id'],
    [
      'an entry later than the review of its vendor',
      { ...ledger(entry), reviewed: { openai: '2025-08-06' } },
      '#/entries/0/published_at',
    ],
    ['a review of a vendor in capitals', { ...ledger(entry), reviewed: { OpenAI: '2026-01-01' } }, '#/reviewed/OpenAI'],
  ])('rejects a ledger with %s', (_name, payload, pointer) => {
    expect(findPointers(payload)).toEqual([pointer]);
  });

  it('accepts a publication on the day of the release and a preview beside a general release', () => {
    expect(findPointers(ledger(entry, { ...entry, stage: 'preview' }))).toEqual([]);
    expect(findPointers(ledger({ ...entry, published_at: '2025-08-07T17:04:19Z' }))).toEqual([]);
    expect(findPointers(ledger({ ...entry, released: '2025-08' }))).toEqual([]);
  });

  it('reads an interval if no source gives the day, and the day through which each vendor was reviewed', () => {
    const released = '2025-08-05/2025-08-07';
    const payload = { ...ledger({ ...entry, released }), reviewed: { openai: '2025-08-07', xai: '2025-01-01' } };
    const [item] = parseLedger(toBytes(payload)).items;
    expect(item?.released).toEqual({ text: released, weight: 'stands' });
    expect(readStatedRelease({ text: released, weight: 'stands' })?.interval).toEqual({
      from: Date.UTC(2025, 7, 5),
      to: Date.UTC(2025, 7, 8),
    });
  });

  it('is not affected by a __proto__ key', () => {
    const text = JSON.stringify(ledger(entry)).replace('"id"', '"__proto__":{"vendor":"x"},"id"');
    expect(findPointers(text)).toEqual(['#/entries/0/__proto__']);
    expect(({} as { vendor?: string }).vendor).toBeUndefined();
  });

  it('reports at most twenty errors', () => {
    const entries = Array.from({ length: 50 }, (_, index) => ({ ...entry, id: `m${index}`, released: 'soon' }));
    expect(findPointers(ledger(...entries))).toHaveLength(20);
  });
});
