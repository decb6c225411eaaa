import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelIdCharactersMax, parseModelId } from '../../src/domain/identity.ts';
import { readIdentityTable, versionStyle } from '../../src/domain/identity-table.ts';
import type { Identity } from '../../src/domain/model-id.ts';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const table = readIdentityTable(JSON.parse(readText('../../data/identity.json')));
const orNull = (cell: string | undefined): string | null => (cell === undefined || cell === '' ? null : cell);

/** The corpus is typed by hand from the rules; it has no quoted cells and no commas inside cells. */
const corpus = readText('./identity.csv')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [id = '', feed = '', host, vendor, family, version, tier, stage, outcome = '', trap, note] = line.split(',');
    const model = { vendor: orNull(vendor), family: orNull(family), version: orNull(version), tier: orNull(tier), stage };
    const expected = outcome === 'model' ? model : { reason: outcome, vendor: orNull(vendor) };
    return { id, context: { feed, host: orNull(host) }, expected, trap: trap === 'y', note };
  });

function summarise(identity: Identity): object {
  if (identity.outcome === 'none') return { reason: identity.reason, vendor: identity.vendor };
  const { vendor, family, version, tier, stage } = identity;
  return { vendor, family, version, tier, stage };
}

describe('the hand-typed corpus', () => {
  test.each(corpus)('$id of $context.feed $context.host is read as typed', ({ id, context, expected }) => {
    expect(summarise(parseModelId(table, id, context))).toEqual(expected);
  });
});
