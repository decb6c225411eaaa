import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJsonFile } from '../../src/cli/json-file.ts';
import { type Skipped, walkFiles } from '../../src/cli/scan-files.ts';
import { readIdentityTable } from '../../src/domain/identity/table.ts';
import { noEnd } from '../../src/domain/scan/end.ts';
import { type ScanLimits, scanLimits } from '../../src/domain/scan/limits.ts';
import { packageRoot } from '../../src/package-root.ts';
import { scanFiles } from '../../src/services/scan/scan.ts';

const identity = readIdentityTable(readJsonFile(join(packageRoot(), 'data', 'identity.json')));
const root = mkdtempSync(join(tmpdir(), 'outturn-walk-'));
beforeAll(() => {
  for (const path of ['a.ts', 'b.ts', 'd/c.ts', 'd/e/f.ts']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `use('gpt-4o');\nuse('gpt-4.1');\n`);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function walk(limits: Partial<ScanLimits>) {
  const skipped: Skipped = { large: 0, unreadable: [], cutBy: null };
  const paths: string[] = [];
  for await (const { path } of walkFiles(root, { ...scanLimits, ...limits }, skipped)) paths.push(path);
  return { paths, skipped };
}

describe('the limits of a scan', () => {
  it('are reached by no small repository', async () => {
    expect(await walk({})).toEqual({
      paths: ['a.ts', 'b.ts', 'd/c.ts', 'd/e/f.ts'],
      skipped: { large: 0, unreadable: [], cutBy: null },
    });
  });

  it('end it after so many files', async () => {
    expect((await walk({ filesMax: 4 })).skipped.cutBy).toBeNull();
    expect(await walk({ filesMax: 3 })).toMatchObject({
      paths: ['a.ts', 'b.ts', 'd/c.ts'],
      skipped: { cutBy: 'files' },
    });
  });

  it('end it below so many directories', async () => {
    expect((await walk({ depthMax: 2 })).skipped.cutBy).toBeNull();
    expect(await walk({ depthMax: 1 })).toMatchObject({
      paths: ['a.ts', 'b.ts', 'd/c.ts'],
      skipped: { cutBy: 'depth' },
    });
  });

  it('skip files with more bytes', async () => {
    const bytes = Buffer.byteLength(`use('gpt-4o');\nuse('gpt-4.1');\n`);
    expect((await walk({ fileBytesMax: bytes })).skipped.large).toBe(0);
    expect(await walk({ fileBytesMax: bytes - 1 })).toMatchObject({ paths: [], skipped: { large: 4 } });
  });

  it('end it after so many uses of ids', async () => {
    const run = async (findingsMax: number) => {
      const limits = { ...scanLimits, findingsMax };
      const ends = {
        describe: () => 'none',
        findEnds: async (ids: readonly { id: string }[]) => new Map(ids.map(({ id }) => [id, noEnd])),
      };
      const files = walkFiles(root, limits, { large: 0, unreadable: [], cutBy: null });
      const { rows, isCut } = await scanFiles({ identity, ends, limits, now: Date.now }, files);
      return { uses: rows.reduce((sum, { where }) => sum + where.length, 0), isCut };
    };
    expect(await run(8)).toEqual({ uses: 8, isCut: false });
    expect(await run(7)).toEqual({ uses: 7, isCut: true });
  });
});
