import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';
import { findEmbeddedImage } from './embedded-image.ts';
import { rememberFirstRows } from './empty-database.ts';
import { chooseServer, startServer } from './server.ts';

/** Starts a server if none is given, and migrates the database that all others are copied from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const choice = chooseServer();
  if (choice.kind === 'none') throw new Error(choice.reason);
  const started = choice.kind === 'programs' ? await startServer(choice.directory) : null;
  const serverUrl = started?.url ?? (choice.kind === 'given' ? choice.url : '');
  const prefix = `outturn_test_${randomBytes(4).toString('hex')}`;
  const template = `${prefix}_template`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  try {
    await admin`create database ${admin(template)}`;
    await migrateTemplate(serverUrl, template);
  } catch (error) {
    await admin.end();
    started?.stop();
    throw error;
  }
  project.provide('server', { url: serverUrl, prefix, template });
  const image = findEmbeddedImage();
  if (image !== null) project.provide('embedded', image);
  return async () => {
    if (started === null) await dropDatabases(admin, prefix);
    await admin.end({ timeout: 1 });
    started?.stop();
  };
}

async function migrateTemplate(serverUrl: string, template: string): Promise<void> {
  const url = new URL(serverUrl);
  url.pathname = `/${template}`;
  const db = await openDatabase({ databaseUrl: url.href, poolMax: 1 });
  try {
    await migrate(db);
    await rememberFirstRows(db);
  } finally {
    await db.close();
  }
}

/** Drops the databases that test files left on a server that keeps running. */
async function dropDatabases(admin: postgres.Sql, prefix: string): Promise<void> {
  const rows = await admin<
    { datname: string }[]
  >`select datname from pg_database where starts_with(datname, ${prefix})`;
  for (const { datname } of rows) await admin`drop database if exists ${admin(datname)} with (force)`;
}
