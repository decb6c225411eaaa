import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureCoverage } from '../../src/cli/coverage.ts';
import { coverageCells, coverageFileText, renderCoverage } from '../../src/cli/coverage-report.ts';
import { type CoverageRow, readCoverageTable } from '../../src/domain/evidence/coverage-table.ts';
import { packageRoot } from '../../src/package-root.ts';
import { instantOf } from '../support/world.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outturn-coverage-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, content: object): void {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), JSON.stringify(content));
}

const row = { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 0.000001 };
const history = {
  format: 'outturn-first-listed/1',
  adapter: 'litellm',
  source: 'a mirror',
  from: '2025-08-01T00:00Z',
  to: '2025-08-31T00:00Z',
  reads: 120,
  before: [{ name: 'gpt-4o', host: 'openai' }],
  listed: [{ name: 'gpt-5', host: 'openai', at: '2025-08-08T12:00Z', absent_at: '2025-08-08T10:00Z' }],
};

function measure(...origins: string[]) {
  return measureCoverage({ directory, origins, now: instantOf('2026-11-29') });
}

describe('outturn coverage', () => {
  it('measures a directory by the releases that the reviewed files date, and prints a file that can be loaded', () => {
    write('litellm/first-listed.json', history);
    write('litellm/prices-2025-09-01T0000Z.json', { 'gpt-4o': row, 'gpt-5': row });
    const report = measure();
    const table = readCoverageTable(JSON.parse(coverageFileText(report)));
    const models = table.find('litellm', 'openai', 'listing')?.models ?? [];
    expect(models.find(({ model }) => model === 'openai/gpt-5')).toEqual({
      ...{ model: 'openai/gpt-5', happened: '2025-08-07', lag_days: 1.5, watched_days: 25 },
      dated_by: 'outturn-ledger',
    });
    expect(table.version).toMatch(/^2026-11-29\.[0-9a-f]{8}$/);
    const text = renderCoverage(report);
    expect(text).toMatch(/litellm +openai +listing +2025-08-01 +2025-09-01 +121 /);
    expect(text).toContain('from litellm: a mirror');
  });

  it('refuses an origin that is not in the directory, and names those that are', () => {
    write('litellm/prices-2025-09-01T0000Z.json', { 'gpt-4o': row });
    expect(() => measure('openrouter')).toThrow(/no archive of the origin openrouter .*use one of litellm$/);
  });

  it('refuses a history in another form, and says where', () => {
    write('litellm/prices-2025-09-01T0000Z.json', { 'gpt-4o': row });
    write('litellm/first-listed.json', { ...history, from: '2025-08-01' });
    expect(() => measure()).toThrow('/from: must be an instant such as 2025-08-07T19:08Z');
  });

  it('lists the payloads that it left out', () => {
    write('litellm/prices-2025-09-01T0000Z.json', { 'gpt-4o': row });
    write('litellm/prices-2025-09-02T0000Z.json', {});
    expect(measure().left).toEqual([{ name: 'litellm/prices-2025-09-02T0000Z.json', why: 'it lists nothing' }]);
  });
});

describe('the documents', () => {
  const read = (...path: string[]): string => readFileSync(join(packageRoot(), ...path), 'utf8');
  const { rows } = readCoverageTable(JSON.parse(read('data', 'coverage.json')));
  const shownIn = (page: string) => read('docs', page).match(/^\| \S+ \| [a-z0-9-]+ \| \w+ \| \d{4}-.*$/gm);
  const toLine = (row: CoverageRow): string => `| ${coverageCells(row).join(' | ')} |`;

  it('docs/coverage.md has every row of data/coverage.json and no other', () => {
    expect(shownIn('coverage.md')).toEqual(rows.map(toLine));
  });

  it('docs/accuracy.md has the rows of listings', () => {
    expect(shownIn('accuracy.md')).toEqual(rows.filter(({ fact }) => fact === 'listing').map(toLine));
  });
});
