/**
 * A step of the build: makes the image from which new embedded databases start, unless it is there. Creating and
 * migrating a database takes several seconds, which every first start would wait for.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Database, openDatabase } from '../db.ts';
import { migrate } from '../migrate.ts';
import { imageDirectory, imageFile } from './image.ts';
import { packImage } from './image-archive.ts';

const file = imageFile();
mkdirSync(imageDirectory(), { recursive: true });
for (const name of readdirSync(imageDirectory()))
  if (name !== basename(file)) rmSync(join(imageDirectory(), name), { recursive: true });
if (!existsSync(file)) void makeImage();

async function makeImage(): Promise<void> {
  const scratch = mkdtempSync(join(imageDirectory(), 'unfinished-'));
  try {
    const db = await openDatabase({ dataDir: scratch });
    await migrate(db);
    await dropTemplates(db);
    await db.close();
    await packImage(join(scratch, 'postgres'), join(scratch, 'image'));
    renameSync(join(scratch, 'image'), file);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Two thirds of the files of a new database are those of templates for further databases, of which the engine opens none. */
async function dropTemplates(db: Database): Promise<void> {
  const templates = ['template0', 'template1'];
  await db.sql`update pg_database set datistemplate = false where datname in ${db.sql(templates)}`;
  for (const name of templates) await db.sql`drop database ${db.sql(name)}`;
}
