import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { packageRoot } from '../../src/package-root.ts';
import { openDatabase } from '../../src/store/db.ts';
import { findImage } from '../../src/store/embedded/image.ts';
import { migrate, migrationsDirectory } from '../../src/store/migrate.ts';
import { rememberFirstRows } from './empty-database.ts';

/** Files from which embedded test databases start, because creating and migrating a database takes several seconds. */
export type EmbeddedImage = {
  /** A tar file of an initialised database without tables. */
  readonly empty: string;
  /** The same, migrated. */
  readonly migrated: string;
  /** A migrated data directory, to copy for a program that starts on files. */
  readonly dataDir: string;
};

const imagePrefix = `outturn-test-image-${process.getuid?.() ?? 'user'}-`;
const keptMsMax = 24 * 60 * 60_000;

/** The prepared image, if an earlier run made it. */
export function findEmbeddedImage(): EmbeddedImage | null {
  const home = imageHome();
  return existsSync(home) ? imageIn(home) : null;
}

function imageHome(): string {
  return join(tmpdir(), `${imagePrefix}${imageKey()}`);
}

/**
 * Makes the image once for each version of the engine and each state of `sql/`. It stays in the temporary directory.
 */
export async function prepareEmbeddedImage(): Promise<EmbeddedImage> {
  const home = imageHome();
  if (!existsSync(home)) {
    removeOld();
    const unfinished = `${home}.${process.pid}`;
    await makeImage(imageIn(unfinished), unfinished);
    // Another run may have made the same one meanwhile.
    if (existsSync(home)) rmSync(unfinished, { recursive: true });
    else renameSync(unfinished, home);
  }
  return imageIn(home);
}

function imageIn(home: string): EmbeddedImage {
  return { empty: join(home, 'empty.tar'), migrated: join(home, 'migrated.tar'), dataDir: join(home, 'data') };
}

async function makeImage(image: EmbeddedImage, home: string): Promise<void> {
  mkdirSync(home, { recursive: true });
  await writeImage(image.empty, await PGlite.create('memory://'));
  const db = await openDatabase({ dataDir: image.dataDir, imagePath: findImage() });
  await migrate(db);
  await rememberFirstRows(db);
  await db.close();
  await writeImage(image.migrated, await PGlite.create(join(image.dataDir, 'postgres')));
}

async function writeImage(path: string, engine: PGlite): Promise<void> {
  const image = await engine.dumpDataDir('none');
  await engine.close();
  writeFileSync(path, Buffer.from(await image.arrayBuffer()));
}

function imageKey(): string {
  const hash = createHash('sha256');
  hash.update(rememberFirstRows.toString());
  hash.update(readFileSync(join(packageRoot(), 'node_modules', '@electric-sql', 'pglite', 'package.json')));
  for (const name of readdirSync(migrationsDirectory()).sort())
    if (/^\d/.test(name)) hash.update(name).update(readFileSync(join(migrationsDirectory(), name)));
  return hash.digest('hex').slice(0, 16);
}

/** Removes images that are more than a day old. */
function removeOld(): void {
  for (const name of readdirSync(tmpdir())) {
    const path = join(tmpdir(), name);
    if (name.startsWith(imagePrefix) && Date.now() - statSync(path).mtimeMs > keptMsMax)
      rmSync(path, { recursive: true, force: true });
  }
}
