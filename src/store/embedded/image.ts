import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../package-root.ts';
import { hashMigrations } from '../migrate.ts';

/** Where the build puts the image of a migrated database without rows. */
export function imageDirectory(): string {
  return join(packageRoot(), 'dist', 'image');
}

/** The file of the image. Its name depends on the engine and the migrations, so that an image of others is never used. */
export function imageFile(): string {
  const described = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const engine = String(described.dependencies['@electric-sql/pglite']);
  const key = createHash('sha256').update(`${engine}\n${hashMigrations()}`).digest('hex').slice(0, 16);
  return join(imageDirectory(), `${key}.tar`);
}

/** The image, if the build made one for this engine and these migrations. Without it, a new database takes seconds longer. */
export function findImage(): string | undefined {
  const file = imageFile();
  return existsSync(file) ? file : undefined;
}
