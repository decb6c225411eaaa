import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configurationTable } from '../src/environment.ts';
import { packageRoot } from '../src/package-root.ts';

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');

describe('docs/configuration.md', () => {
  it('has the row of every variable, with its default, values and meaning, and no other row', () => {
    const rows = read('docs/configuration.md').match(/^\| `.*$/gm) ?? [];
    const expected = configurationTable.map(
      (row) =>
        `| \`${row.name}\` | ${row.default === null ? 'unset' : `\`${row.default}\``} | ${row.values} | ${row.meaning} |`,
    );
    expect(rows.length).toBeGreaterThan(20);
    expect([...rows].sort()).toEqual(expected.sort());
  });
});

describe('the README', () => {
  it('names no variable that the program does not read', () => {
    const names = new Set(configurationTable.map((row) => row.name));
    const named = [...read('README.md').matchAll(/\b(?:OUTTURN|DATABASE|METRICS|LOG)_[A-Z_]+\b/g)].map(String);
    expect(named).toContain('DATABASE_URL');
    expect(named.filter((name) => !names.has(name))).toEqual([]);
  });
});
