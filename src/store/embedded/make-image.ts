/**
 * The last step of the build: makes the image from which new embedded databases start, unless it is there. Creating and
 * migrating a database takes several seconds, which every first start would wait for.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openDatabase } from '../db.ts';
import { migrate } from '../migrate.ts';
import { imageDirectory, imageFile } from './image.ts';
import { packImage } from './image-archive.ts';

const file = imageFile();
mkdirSync(imageDirectory(), { recursive: true });
for (const name of readdirSync(imageDirectory()))
  if (name !== basename(file)) rmSync(join(imageDirectory(), name), { recursive: true });
if (!existsSync(file)) await makeImage();

async function makeImage(): Promise<void> {
  const scratch = mkdtempSync(join(imageDirectory(), 'unfinished-'));
  try {
    const db = await openDatabase({ dataDir: scratch });
    await migrate(db);
    await db.close();
    await packImage(join(scratch, 'postgres'), join(scratch, 'image'));
    renameSync(join(scratch, 'image'), file);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
