import { describe, expect, it } from 'vitest';
import { recordRead, startRecord } from '../../../src/domain/evidence/coverage-measure.ts';
import { compareLedger } from '../../../src/domain/evidence/ledger-check.ts';
import type { FeedItem } from '../../../src/domain/feeds/item.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { dayMs } from '../../../src/domain/instant.ts';
import { instantOf, readIdentityData } from '../../support/world.ts';

const identity = readIdentityTable(readIdentityData());
const ledger = [
  {
    model: 'openai/gpt-5',
    id: 'gpt-5',
    interval: { from: instantOf('2025-08-07'), to: instantOf('2025-08-07') + dayMs },
  },
];
const old: FeedItem = { key: 'gpt-4o', name: 'gpt-4o', host: 'openai', raw: {} };

function compare(adapter: string, day: string, item: Partial<FeedItem>) {
  const record = startRecord('a-feed', null);
  const read = { origin: 'a-feed', adapter };
  recordRead(identity, record, { ...read, observedAt: instantOf('2025-07-01'), items: [old] });
  const listed = { ...old, key: 'gpt-5', name: 'gpt-5', ...item };
  recordRead(identity, record, { ...read, observedAt: instantOf(day), items: [old, listed] });
  return compareLedger(ledger, [record]);
}

const released = (text: string): Partial<FeedItem> => ({ released: { text, weight: 'curated' } });

describe('the ledger check', () => {
  it.each([
    ['a row states the same day', 'models_dev', '2025-08-09', released('2025-08-07')],
    ['a model is first listed after its release', 'litellm', '2025-08-20', {}],
    ['a model is first listed within two days before its release', 'litellm', '2025-08-05', {}],
    ['a package first names the model later', 'ledger', '2025-12-01', { publishedAt: '2025-11-01T09:00:00Z' }],
  ])('finds nothing if %s', (_name, adapter, day, item) => expect(compare(adapter, day, item)).toEqual([]));

  it.each([
    ['a row states another day', 'models_dev', '2025-08-09', released('2025-08-08'), 'date', '2025-08-08'],
    ['a row states an earlier day', 'models_dev', '2025-08-09', released('2025-08-05'), 'date', '2025-08-05'],
    ['a model is listed days before its release', 'litellm', '2025-08-04', {}, 'listed_before', '2025-08-04'],
  ])('reports if %s', (_name, adapter, day, item, kind, feed) => {
    const expected = { kind, model: 'openai/gpt-5', origin: 'a-feed', ledger: '2025-08-07', feed };
    expect(compare(adapter, day, item)).toEqual([expected]);
  });

  it('reports a model that the ledger lacks', () => {
    expect(compare('litellm', '2025-08-08', { name: 'gpt-5-mini' })).toEqual([
      { kind: 'not_in_ledger', model: 'openai/gpt-5-mini', origin: 'a-feed', ledger: null, feed: '2025-08-08' },
    ]);
  });
});
