import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest, writeManifest } from '../../../src/domain/transfer/backup.ts';
import { packBackup, unpackBackup } from '../../../src/store/embedded/backup-archive.ts';

const manifest = writeManifest({
  program: '0.1.0',
  engine: '18',
  migration: 30,
  created_at: '2026-01-01T00:00:00Z',
});
const here = { engine: '18', migration: 30 };

let home: string;
let made = 0;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'outturn-archive-'));
  const data = join(home, 'data');
  mkdirSync(join(data, 'postgres', 'pg_twophase'), { recursive: true });
  writeFileSync(join(data, 'postgres', 'PG_VERSION'), '18\n');
  writeFileSync(join(data, 'postgres', 'empty'), '');
  writeFileSync(join(data, 'postgres', 'large'), Buffer.alloc(300_000, 'page'));
  writeFileSync(join(data, 'secret'), 'secret\n');
  writeFileSync(join(data, 'status.sock'), 'not part of a backup');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function packAll(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const dataDir = join(home, 'data');
  const write = async (bytes: Uint8Array): Promise<void> => void chunks.push(bytes);
  await packBackup({ manifest, dataDir, copy: join(dataDir, 'postgres'), write });
  return Buffer.concat(chunks);
}

/** Unpacks into a new directory and returns that. */
async function unpack(bytes: Uint8Array): Promise<string> {
  made += 1;
  const directory = join(home, `unpacked-${made}`);
  mkdirSync(directory);
  const source = (async function* () {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  })();
  await unpackBackup(source, directory, (text) => readManifest(text, here));
  return directory;
}

async function makeArchive(entries: readonly (readonly [string, string])[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of entries) archive.entry({ name }, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

const damaged = { code: 'validation_failed', message: expect.stringContaining('damaged or truncated') };

describe('a backup', () => {
  it('contains the files, the empty directories and the secrets, and nothing else', async () => {
    const directory = await unpack(await packAll());
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual([
      'postgres',
      'postgres/PG_VERSION',
      'postgres/empty',
      'postgres/large',
      'postgres/pg_twophase',
      'secret',
    ]);
    for (const name of ['postgres/PG_VERSION', 'postgres/empty', 'postgres/large', 'secret'])
      expect(readFileSync(join(directory, name)).equals(readFileSync(join(home, 'data', name)))).toBe(true);
  });

  it('is refused when truncated, wherever it ends', async () => {
    const bytes = await packAll();
    for (const length of [0, 1, 10, 100, bytes.length / 2, bytes.length - 9, bytes.length - 1])
      await expect(unpack(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject(damaged);
    const unpacked = gunzipSync(bytes);
    for (let length = 0; length < unpacked.length - 1024; length += 512 * 37)
      await expect(unpack(gzipSync(unpacked.subarray(0, length))), `${length} bytes`).rejects.toMatchObject(damaged);
  });

  it('is refused when a byte differs, even if the checksum of the compression is right', async () => {
    const bytes = await packAll();
    for (const at of [0, 12, Math.floor(bytes.length / 2), bytes.length - 5]) {
      const wrong = Buffer.from(bytes);
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      await expect(unpack(wrong), `byte ${at}`).rejects.toMatchObject(damaged);
    }
    const unpacked = gunzipSync(bytes);
    const content = unpacked.indexOf('pagepage');
    unpacked[content + 1000] = 0;
    await expect(unpack(gzipSync(unpacked))).rejects.toMatchObject(damaged);
  });

  it.each([
    ['without a manifest', [['secret', 'x']]],
    [
      'with a name that leads elsewhere',
      [
        ['backup.json', manifest],
        ['../secret', 'x'],
      ],
    ],
    [
      'with a name that leads elsewhere later',
      [
        ['backup.json', manifest],
        ['postgres/../../secret', 'x'],
      ],
    ],
    [
      'with a file that no backup has',
      [
        ['backup.json', manifest],
        ['outturn.lock', 'x'],
      ],
    ],
    [
      'without a footer',
      [
        ['backup.json', manifest],
        ['secret', 'x'],
      ],
    ],
    ['with nothing', []],
  ] as const)('is refused: an archive %s', async (_name, entries) => {
    await expect(unpack(await makeArchive(entries))).rejects.toMatchObject(damaged);
    expect(readdirSync(home)).not.toContain('secret');
  });

  it('is not written on when the reader fails', async () => {
    const dataDir = join(home, 'data');
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await expect(
      packBackup({ manifest, dataDir, copy: join(dataDir, 'postgres'), write: () => Promise.reject(full) }),
    ).rejects.toBe(full);
  });

  it('is refused if the files change while they are packed', async () => {
    const dataDir = join(home, 'data');
    await expect(
      packBackup({ manifest, dataDir, copy: join(dataDir, 'missing'), write: async () => {} }),
    ).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the manifest', () => {
  const parsed = JSON.parse(manifest);

  it.each([
    ['a later migration', { migration: 31 }, 'made by a newer version (0.1.0) and is at migration 31'],
    [
      'a later format',
      { format: 'outturn-backup/2', more: 1 },
      'made by a newer version (0.1.0) and has the format outturn-backup/2',
    ],
    ['the files of another engine', { engine: '19' }, 'has the format of PostgreSQL 19, and this program reads 18'],
  ])('of %s is refused with what to do', (_name, change, message) => {
    expect(() => readManifest(JSON.stringify({ ...parsed, ...change }), here)).toThrow(message);
  });

  it('of an earlier migration is accepted: the database is migrated then', () => {
    expect(readManifest(JSON.stringify({ ...parsed, migration: 3 }), here)).toMatchObject({ migration: 3 });
  });

  it.each(['', '{}', '[]', '{"format":"outturn-export/1"}', '{"format":"outturn-backup/1"}'])(
    '%s is no manifest',
    (text) => {
      expect(() => readManifest(text, here)).toThrow('not a backup of Outturn');
    },
  );
});
