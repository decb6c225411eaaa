import { describe, expect, test } from 'vitest';
import { limitEdges } from '../../../src/domain/identity/limited.ts';
import { parseModelId } from '../../../src/domain/identity/parse.ts';
import { type IdentityTable, readIdentityTable } from '../../../src/domain/identity/table.ts';
import { parseDate } from '../../../src/domain/instant.ts';
import { readIdentityData } from '../../support/world.ts';

type Limited = { vendor: string; family?: string; version?: string | null; tier?: string | null; name?: string };

/** The reviewed data with one limit in the place of all. */
function withLimit(limited: Limited & { from?: string; until?: string }): IdentityTable {
  return readIdentityTable({ ...Object(readIdentityData()), limited: [{ ...limited, source: 'a test' }] });
}

function stageOf(table: IdentityTable, name: string, at?: string): string {
  const moment = at === undefined ? undefined : parseDate(at)?.interval.from;
  const read = parseModelId(table, name, {
    feed: 'litellm',
    host: 'openai',
    ...(moment !== undefined && { at: moment }),
  });
  return read.outcome === 'model' ? read.stage : read.reason;
}

const gpt = { vendor: 'openai', family: 'gpt' };

describe('a limit', () => {
  test.each<[string, Limited, readonly string[], readonly string[]]>([
    [
      'of a tier applies to every version of it',
      { ...gpt, tier: 'pro' },
      ['gpt-5-pro', 'gpt-6.1-pro'],
      ['gpt-5', 'gpt-5-mini'],
    ],
    [
      'of the unsuffixed models does not apply to their tiers',
      { ...gpt, tier: null },
      ['gpt-5', 'gpt-6'],
      ['gpt-5-pro'],
    ],
    [
      'of one version does not apply to the others',
      { ...gpt, version: '5', tier: 'pro' },
      ['gpt-5-pro'],
      ['gpt-5.1-pro', 'gpt-6-pro'],
    ],
    [
      'of models without a version does not apply to the others',
      { ...gpt, version: null, tier: 'rosalind-research' },
      ['gpt-rosalind-research'],
      ['gpt-5-rosalind-research'],
    ],
    [
      'of a name applies to the ids that begin with it, not to the model',
      { vendor: 'openai', name: 'gpt-5-2025' },
      ['gpt-5-2025-08-07', 'openai/gpt-5-2025-08-07', 'azure/eu/gpt-5-2025-08-07'],
      ['gpt-5', 'gpt-5-2024-08-07', 'gpt-5-20250807'],
    ],
    ['of another family does not apply', { vendor: 'openai', family: 'o', tier: 'pro' }, ['o3-pro'], ['gpt-5-pro']],
  ])('%s', (_what, limited, closed, open) => {
    const table = withLimit(limited);
    expect(closed.map((name) => stageOf(table, name))).toEqual(closed.map(() => 'limited'));
    expect(open.map((name) => stageOf(table, name))).toEqual(open.map(() => 'general'));
  });

  test('applies from its first day until the day on which everybody can call the model, exclusive', () => {
    const table = withLimit({ ...gpt, tier: 'pro', from: '2026-02-01', until: '2026-03-01' });
    const at = (when: string) => stageOf(table, 'gpt-6-pro', when);
    expect(at('2026-01-31T23:59:59Z')).toBe('general');
    expect(at('2026-02-01')).toBe('limited');
    expect(at('2026-02-28T23:59:59Z')).toBe('limited');
    expect(at('2026-03-01')).toBe('general');
  });

  test('applies to a name without a time, whatever its dates', () => {
    expect(stageOf(withLimit({ ...gpt, tier: 'pro', until: '2026-03-01' }), 'gpt-6-pro')).toBe('limited');
  });

  test('overrides the stage in an id, which counts again afterwards', () => {
    const table = withLimit({ ...gpt, tier: 'pro', until: '2026-03-01' });
    expect(stageOf(table, 'gpt-6-pro-preview', '2026-02-01')).toBe('limited');
    expect(stageOf(table, 'gpt-6-pro-preview', '2026-03-01')).toBe('preview');
  });

  test('does not apply to unrecognised names', () => {
    expect(stageOf(withLimit({ vendor: 'openai', name: 'gpt-6-quokka' }), 'gpt-6-quokka')).toBe('unrecognised');
  });

  test('has the dates given in its data', () => {
    const model = { ...gpt, version: '6', tier: 'pro' };
    const edges = (from?: string, until?: string) =>
      limitEdges(withLimit({ ...gpt, tier: 'pro', ...(from && { from }), ...(until && { until }) }).limits, model);
    expect(edges()).toEqual([]);
    expect(edges('2026-02-01', '2026-03-01')).toEqual([Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)]);
    expect(limitEdges(withLimit({ ...gpt, tier: 'mini', until: '2026-03-01' }).limits, model)).toEqual([]);
  });
});
