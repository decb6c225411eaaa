import { expect, it } from 'vitest';
import { parseLedger } from '../../../../src/domain/feeds/adapters/ledger.ts';
import { ledgerEditions } from '../../../../src/domain/feeds/adapters/ledger-editions.ts';
import { ledger } from '../../../support/listings.ts';
import { at } from '../../../support/timelines.ts';
import { toBytes } from '../../../support/wire.ts';

it('a ledger is split into editions by publication time, and each edition is a ledger', () => {
  const whole = ledger('2025-09-01', [
    { id: 'gpt-5', released: '2025-08-07', published: '2025-08-07T17:04:19Z' },
    { id: 'gpt-5-mini', released: '2025-08-07', published: '2025-08-07' },
    { id: 'o3', released: '2025-04-16', published: '2025-04-16' },
  ]);
  const editions = ledgerEditions(toBytes(whole)).map(({ observedAt, bytes }) => {
    const { items, reviewedThrough } = parseLedger(bytes);
    return [observedAt, reviewedThrough, items.map((item) => item.name).sort()];
  });
  expect(editions).toEqual([
    [at('2025-04-17'), '2025-04-16', ['o3']],
    [at('2025-08-07T17:04:19Z'), '2025-08-07', ['gpt-5', 'o3']],
    [at('2025-08-08'), '2025-08-07', ['gpt-5', 'gpt-5-mini', 'o3']],
    [at('2025-09-02'), '2025-09-01', ['gpt-5', 'gpt-5-mini', 'o3']],
  ]);
});

it('an entry published at midnight belongs to the day that begins', () => {
  const whole = ledger('2025-09-01', [
    { id: 'o3', released: '2025-04-16', published: '2025-04-16' },
    { id: 'o4-mini', released: '2025-04-16', published: '2025-04-17T00:00:00Z' },
  ]);
  const editions = ledgerEditions(toBytes(whole)).map(({ observedAt, bytes }) => [
    observedAt,
    parseLedger(bytes).reviewedThrough,
  ]);
  expect(editions).toEqual([
    [at('2025-04-17'), '2025-04-17'],
    [at('2025-09-02'), '2025-09-01'],
  ]);
});
