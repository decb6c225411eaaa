import { describe, expect, it } from 'vitest';
import {
  type FirstListed,
  type OriginRecord,
  recordHistory,
  recordRead,
  startRecord,
} from '../../../src/domain/evidence/coverage-measure.ts';
import { coverageRows } from '../../../src/domain/evidence/coverage-rows.ts';
import { type CoverageRow, readCoverageTable } from '../../../src/domain/evidence/coverage-table.ts';
import type { FeedItem } from '../../../src/domain/feeds/item.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { instantOf, readIdentityData } from '../../support/world.ts';

const identity = readIdentityTable(readIdentityData());

function item(name: string, more: Partial<FeedItem> = {}): FeedItem {
  return { key: name, name, host: 'openai', raw: {}, ...more };
}

/** An origin that was read at these times, with these own rows of OpenAI. */
function readAt(origin: string, adapter: string, reads: Readonly<Record<string, readonly FeedItem[]>>): OriginRecord {
  const record = startRecord(origin, null);
  for (const [at, items] of Object.entries(reads))
    recordRead(identity, record, { origin, adapter, observedAt: instantOf(at), items });
  return record;
}

function ledgerOf(released: Readonly<Record<string, string>>): OriginRecord {
  const items = Object.entries(released).map(([name, text]) =>
    item(name, { stage: 'general', released: { text, weight: 'stands' }, publishedAt: text }),
  );
  return readAt('outturn-ledger', 'ledger', { '2026-01-01T00:00:00Z': items });
}

function measure(records: readonly OriginRecord[], origins: readonly string[] = ['litellm']): CoverageRow[] {
  const rows = coverageRows({
    ...{ records, origins },
    measures: () => true,
    witnessesEnds: (origin) => origin === 'deprecation-pages',
  });
  const file = { format: 'outturn-coverage/1', version: '2026-01-01.1', computed_at: '2026-01-01', notes: [], rows };
  expect(readCoverageTable(file).rows).toEqual(rows);
  return rows;
}

const listing = (rows: readonly CoverageRow[]) => rows.find((row) => row.fact === 'listing')?.models ?? [];
const old = item('gpt-4o');

describe('lags measured from payloads', () => {
  it('run from the start of the day to the first read that lists the model', () => {
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-07T12:00:00Z': [old],
      '2025-08-09T12:00:00Z': [old, item('gpt-5')],
      '2025-08-17T00:00:00Z': [old, item('gpt-5')],
    });
    expect(measure([litellm, ledgerOf({ 'gpt-5': '2025-08-07' })])).toEqual([
      {
        origin: 'litellm',
        vendor: 'openai',
        fact: 'listing',
        reads: { from: '2025-08-01T00:00:00Z', to: '2025-08-17T00:00:00Z', count: 4 },
        models: [
          {
            model: 'openai/gpt-5',
            happened: '2025-08-07',
            lag_days: 2.5,
            watched_days: 10,
            dated_by: 'outturn-ledger',
          },
        ],
      },
    ]);
  });

  it('are null for a model that no read lists', () => {
    const litellm = readAt('litellm', 'litellm', { '2025-08-01T00:00:00Z': [old], '2025-08-17T00:00:00Z': [old] });
    const models = listing(measure([litellm, ledgerOf({ 'gpt-5': '2025-08-07' })]));
    expect(models).toMatchObject([{ model: 'openai/gpt-5', lag_days: null, watched_days: 10 }]);
  });

  it.each([
    ['was released before the first read with a row of its vendor', { 'gpt-5': '2025-07-31' }],
    ['was released after the last read', { 'gpt-5': '2025-08-18' }],
    ['is not a language model', { 'gpt-image-1': '2025-08-07' }],
    ['is of a vendor without own rows in the feed', { 'claude-opus-4-1': '2025-08-05' }],
    ['is dated only by a month', { 'gpt-5': '2025-08' }],
  ])('omit a model that %s', (_name, released) => {
    const litellm = readAt('litellm', 'litellm', { '2025-08-01T00:00:00Z': [old], '2025-08-17T00:00:00Z': [old] });
    expect(measure([litellm, ledgerOf(released)])).toEqual([]);
  });

  it('omit models that the first read listed', () => {
    const both = [old, item('gpt-5')];
    const litellm = readAt('litellm', 'litellm', { '2025-08-01T00:00:00Z': both, '2025-08-17T00:00:00Z': both });
    expect(measure([litellm, ledgerOf({ 'gpt-5': '2025-08-07' })])).toEqual([]);
  });

  it('ignore rows of hosts', () => {
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-08T00:00:00Z': [old, item('azure/gpt-5', { host: 'azure' })],
    });
    const models = listing(measure([litellm, ledgerOf({ 'gpt-5': '2025-08-07' })]));
    expect(models).toMatchObject([{ model: 'openai/gpt-5', lag_days: null }]);
  });

  it('are never based on dates of the measured origin', () => {
    const dated = item('gpt-5', { released: { text: '2025-08-07', weight: 'curated' } });
    const catalogue = readAt('models.dev', 'models_dev', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-09T00:00:00Z': [old, dated],
    });
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-10T00:00:00Z': [old, item('gpt-5')],
    });
    expect(measure([catalogue, litellm], ['models.dev'])).toEqual([]);
    expect(listing(measure([catalogue, litellm]))).toMatchObject([{ dated_by: 'models.dev', lag_days: 3 }]);
  });

  it('prefer a reviewed date to an earlier one in a catalogue', () => {
    const dated = item('gpt-5', { released: { text: '2025-08-03', weight: 'curated' } });
    const catalogue = readAt('models.dev', 'models_dev', { '2025-08-09T00:00:00Z': [old, dated] });
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-10T00:00:00Z': [old, item('gpt-5')],
    });
    const models = listing(measure([catalogue, litellm, ledgerOf({ 'gpt-5': '2025-08-07' })]));
    expect(models).toMatchObject([{ dated_by: 'outturn-ledger', happened: '2025-08-07' }]);
  });

  it('omit a model that was listed days before the date in a catalogue', () => {
    const dated = item('gpt-5', { released: { text: '2025-08-07', weight: 'curated' } });
    const catalogue = readAt('models.dev', 'models_dev', { '2025-08-09T00:00:00Z': [old, dated] });
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-03T00:00:00Z': [old, item('gpt-5')],
      '2025-08-10T00:00:00Z': [old, item('gpt-5')],
    });
    expect(measure([catalogue, litellm])).toEqual([]);
  });
});

describe('lags of prices and ends', () => {
  it('take a price from the listing if the first payload of the model states it, and otherwise from when one does', () => {
    const price = { attributes: { input_usd_per_mtok: 1.25 } };
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [old],
      '2025-08-08T00:00:00Z': [old, item('gpt-5', price), item('gpt-5-mini')],
      '2025-08-12T00:00:00Z': [old, item('gpt-5', price), item('gpt-5-mini', price)],
    });
    const rows = measure([litellm, ledgerOf({ 'gpt-5': '2025-08-07', 'gpt-5-mini': '2025-08-07' })]);
    expect(rows.find((row) => row.fact === 'input_usd_per_mtok')?.models).toMatchObject([
      { model: 'openai/gpt-5', lag_days: 1 },
      { model: 'openai/gpt-5-mini', lag_days: 5 },
    ]);
  });

  it('count an end announced in advance as shown at once, and ignore the end of a preview', () => {
    const pages = readAt('deprecation-pages', 'deprecations', {
      '2025-08-20T00:00:00Z': [
        item('gpt-4o', { stage: 'deprecated', shutdown: '2025-08-10' }),
        item('gpt-4-turbo-preview', { stage: 'deprecated', shutdown: '2025-08-10' }),
        item('o1', { stage: 'deprecated', shutdown: '2025-08-10' }),
      ],
    });
    const turbo = item('gpt-4-turbo');
    const litellm = readAt('litellm', 'litellm', {
      '2025-08-01T00:00:00Z': [item('gpt-4o', { shutdown: '2025-08-10' }), item('o1'), turbo],
      '2025-08-15T00:00:00Z': [item('gpt-4o', { shutdown: '2025-08-10' }), item('o1'), turbo],
    });
    const rows = measure([pages, litellm]);
    expect(rows.find((row) => row.fact === 'end')?.models).toMatchObject([
      { model: 'openai/gpt-4o', lag_days: 0 },
      { model: 'openai/o1', lag_days: null },
    ]);
  });
});

describe('lags measured from a history of first listings', () => {
  const history = (listed: Readonly<Record<string, string>>): FirstListed => ({
    ...{ origin: 'litellm', adapter: 'litellm', reads: 900 },
    from: instantOf('2025-08-01T00:00:00Z'),
    to: instantOf('2025-08-31T00:00:00Z'),
    before: [{ name: 'gpt-4o', host: 'openai' }],
    listed: Object.entries(listed).map(([name, at]) => ({
      ...{ name, host: 'openai', at: instantOf(at), absentAt: instantOf(at) - 3_600_000 },
    })),
  });

  it('run to the first listing', () => {
    const record = recordHistory(identity, history({ 'gpt-5': '2025-08-08T06:00:00Z' }));
    const rows = measure([record, ledgerOf({ 'gpt-5': '2025-08-07', 'gpt-4o': '2025-08-05' })]);
    expect(rows[0]?.reads).toEqual({ from: '2025-08-01T00:00:00Z', to: '2025-08-31T00:00:00Z', count: 900 });
    expect(listing(rows)).toMatchObject([{ model: 'openai/gpt-5', lag_days: 1.25, watched_days: 24 }]);
  });

  it('continue with the payloads after it', () => {
    const record = recordHistory(identity, history({}));
    const read = { origin: 'litellm', adapter: 'litellm', observedAt: instantOf('2025-09-06T00:00:00Z') };
    recordRead(identity, record, { ...read, items: [old, item('gpt-5')] });
    const rows = measure([record, ledgerOf({ 'gpt-5': '2025-08-07' })]);
    expect(rows[0]?.reads).toMatchObject({ to: '2025-09-06T00:00:00Z', count: 901 });
    expect(listing(rows)).toMatchObject([{ lag_days: 30, watched_days: 30 }]);
  });

  it('count imported models as missing until the import, and omit them after it', () => {
    const at = '2025-08-17T00:00:00Z';
    const names = ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'o3', 'o3-mini', 'o4-mini'];
    const imported = recordHistory(identity, history(Object.fromEntries(names.map((name) => [name, at]))));
    const models = listing(measure([imported, ledgerOf({ 'gpt-5': '2025-08-07' })]));
    expect(models).toMatchObject([{ model: 'openai/gpt-5', lag_days: null, watched_days: 10 }]);
    const five = recordHistory(identity, history(Object.fromEntries(names.slice(1).map((name) => [name, at]))));
    expect(listing(measure([five, ledgerOf({ 'gpt-5-mini': '2025-08-07' })]))).toMatchObject([{ lag_days: 10 }]);
  });
});
