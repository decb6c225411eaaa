import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/db.ts';
import { findImage } from '../../../src/store/embedded/image.ts';
import { packImage, unpackImage } from '../../../src/store/embedded/image-archive.ts';
import { migrate, migrationState } from '../../../src/store/migrate.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'outturn-image-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a new database starts from the image that the build made: migrated, and without rows of another installation', async () => {
  const image = findImage();
  if (image === undefined) throw new Error('the build made no image');
  const db = await openDatabase({ dataDir: join(home, 'data'), imagePath: image });
  expect((await migrationState(db)).state).toBe('current');
  expect(await migrate(db)).toEqual([]);
  for (const table of ['predictions', 'feeds', 'events', 'api_keys', 'predictors'])
    expect([table, (await db.sql`select from ${db.sql(table)}`).length]).toEqual([table, 0]);
  await db.close();
  expect(readdirSync(join(home, 'data'))).not.toContain('postgres.unfinished');
});

test('an existing database is opened as it is, whatever image there is', async () => {
  const dataDir = join(home, 'data');
  const first = await openDatabase({ dataDir, imagePath: findImage() });
  await first.sql`create table kept (id integer)`;
  await first.close();
  const second = await openDatabase({ dataDir, imagePath: join(home, 'missing.tar') });
  expect(await second.sql`select from kept`).toEqual([]);
  await second.close();
});

test('an image that is cut short is refused, and leaves nothing that looks like a database', async () => {
  const dataDir = join(home, 'data');
  const cut = join(home, 'cut.tar');
  mkdirWithFile(join(home, 'files'));
  await packImage(join(home, 'files'), cut);
  truncateSync(cut, 60);
  await expect(openDatabase({ dataDir, imagePath: cut })).rejects.toThrow();
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  const db = await openDatabase({ dataDir, imagePath: findImage() });
  expect((await migrationState(db)).state).toBe('current');
  await db.close();
});

test('unpacking restores what was packed, empty directories included', async () => {
  const files = mkdirWithFile(join(home, 'files'));
  await packImage(files, join(home, 'image.tar'));
  await unpackImage(join(home, 'image.tar'), join(home, 'copy'));
  expect(readdirSync(join(home, 'copy'), { recursive: true }).sort()).toEqual(['empty', 'full', join('full', 'file')]);
});

function mkdirWithFile(directory: string): string {
  for (const name of ['empty', 'full']) mkdirSync(join(directory, name), { recursive: true });
  writeFileSync(join(directory, 'full', 'file'), 'x'.repeat(100_000));
  return directory;
}
