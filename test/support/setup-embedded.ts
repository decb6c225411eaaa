import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { TestProject } from 'vitest/node';
import { packageRoot } from '../../src/package-root.ts';

/** Once per engine version: an initialised database as a tar file, from which each test file's own one starts. */
export default async function setup(project: TestProject): Promise<void> {
  const manifest = join(packageRoot(), 'node_modules', '@electric-sql', 'pglite', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }; // Every package has one.
  const imagePath = join(tmpdir(), `outturn-pglite-${version}-${process.getuid?.() ?? 'user'}.tar`);
  if (!existsSync(imagePath)) {
    const database = await PGlite.create('memory://');
    const image = await database.dumpDataDir('none');
    await database.close();
    const unfinished = `${imagePath}.${process.pid}`;
    writeFileSync(unfinished, Buffer.from(await image.arrayBuffer()));
    renameSync(unfinished, imagePath);
  }
  project.provide('imagePath', imagePath);
}
