import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { packageRoot } from '../package-root.ts';
import type { Database, Sql } from './db.ts';

/** A numbered file of SQL statements, `NNNN_name.sql`, applied once and never changed. */
type Migration = { readonly version: number; readonly name: string; readonly sha256: string; readonly sql: string };

type AppliedRow = { version: number; name: string; sha256: string };

/** How a database compares with the program's migrations. The program serves only `current`. */
export type MigrationState =
  | { readonly state: 'current'; readonly version: number }
  | { readonly state: 'pending'; readonly pending: readonly string[] }
  | { readonly state: 'newer'; readonly version: number }
  | { readonly state: 'changed'; readonly name: string };

/** Generous, because a migration may rewrite a large table. */
const migrationMsMax = 60 * 60_000;

/** An arbitrary fixed number that nothing else in the database uses: "outturn" in ASCII. */
const advisoryLockKey = '31372865445393006';

/**
 * Applies the pending migrations, one transaction per file, and returns their names. Several nodes may start at once: an
 * advisory lock admits one at a time. (The single session of the embedded database is granted every lock; there the lock
 * of the data directory keeps other processes out.) Refuses with `conflict` if an applied file was changed or the
 * database is newer than the program.
 */
export async function migrate(db: Database, directory: string = migrationsDirectory()): Promise<string[]> {
  const migrations = readMigrations(directory);
  // Nearly every start: two statements instead of a transaction.
  if (compare(migrations, await listAppliedIfAny(db.sql)).state === 'current') return [];
  const applied: string[] = [];
  for (;;) {
    const name = await db.begin((tx) => applyNext(tx, migrations), { msMax: migrationMsMax });
    if (name === null) return applied;
    applied.push(name);
  }
}

/** Compares the database with the migrations in `directory` without changing it. */
export async function migrationState(db: Database, directory: string = migrationsDirectory()): Promise<MigrationState> {
  return compare(readMigrations(directory), await listAppliedIfAny(db.sql));
}

/** False where a migration could not install what searches for a text in many predictions need. */
export async function hasTextIndex(db: Database): Promise<boolean> {
  const [found] = await db.sql<
    { exists: boolean }[]
  >`select to_regclass('prediction_words_by_text') is not null as exists`;
  return found?.exists === true;
}

/** The number of the newest migration of a database; 0 if it was never migrated. */
export async function findMigrationVersion(db: Database): Promise<number> {
  return (await listAppliedIfAny(db.sql)).at(-1)?.version ?? 0;
}

/** The number of the newest migration that this program knows. */
export function newestMigrationVersion(): number {
  return readMigrations(migrationsDirectory()).length;
}

/** Refuses with `conflict` a database that `migrate` would change, or that is newer than the program. */
export async function requireMigrated(db: Database): Promise<void> {
  const state = await migrationState(db);
  refuseMismatch(state);
  if (state.state === 'pending')
    throw new Refusal('conflict', `the database lacks ${state.pending.join(', ')}: run "outturn migrate" first`);
}

/** A hash of all migrations. */
export function hashMigrations(): string {
  const hash = createHash('sha256');
  for (const { name, sha256 } of readMigrations(migrationsDirectory())) hash.update(`${name} ${sha256}\n`);
  return hash.digest('hex');
}

export function migrationsDirectory(): string {
  return join(packageRoot(), 'sql');
}

function compare(migrations: readonly Migration[], applied: readonly AppliedRow[]): MigrationState {
  const newest = applied.at(-1)?.version ?? 0;
  if (newest > migrations.length) return { state: 'newer', version: newest };
  const changed = applied.find((row) => migrations[row.version - 1]?.sha256 !== row.sha256);
  if (changed) return { state: 'changed', name: changed.name };
  const pending = migrations.slice(applied.length).map((migration) => migration.name);
  return pending.length > 0 ? { state: 'pending', pending } : { state: 'current', version: newest };
}

async function applyNext(tx: Sql, migrations: readonly Migration[]): Promise<string | null> {
  await tx`set local statement_timeout = 0`;
  await tx`set local lock_timeout = 0`;
  await tx`select pg_advisory_xact_lock(${advisoryLockKey}::int8)`;
  await tx`
    create table if not exists schema_migrations (
      version integer primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`;
  const applied = await listApplied(tx);
  refuseMismatch(compare(migrations, applied));
  const next = migrations[applied.length];
  if (next === undefined) return null;
  await tx.unsafe(next.sql);
  await tx`insert into schema_migrations (version, name, sha256) values (${next.version}, ${next.name}, ${next.sha256})`;
  return next.name;
}

async function listAppliedIfAny(db: Sql): Promise<AppliedRow[]> {
  const [found] = await db<{ exists: boolean }[]>`select to_regclass('schema_migrations') is not null as exists`;
  return found?.exists ? await listApplied(db) : [];
}

async function listApplied(db: Sql): Promise<AppliedRow[]> {
  return db<AppliedRow[]>`select version, name, sha256 from schema_migrations order by version`;
}

function refuseMismatch(state: MigrationState): void {
  if (state.state === 'newer') {
    throw new Refusal(
      'conflict',
      `the database is at migration ${state.version}, which this program does not know: ` +
        'run the newer version of the program, or restore a backup from before the upgrade',
    );
  }
  if (state.state === 'changed') {
    throw new Refusal(
      'conflict',
      `the migration ${state.name} was changed after it was applied: restore it and write a new one`,
    );
  }
}

/** The numbered files in order; their numbers must be 1, 2, 3 and so on, so that no file can slip in between. */
function readMigrations(directory: string): Migration[] {
  const names = existsSync(directory) ? readdirSync(directory).filter((name) => /^\d.*\.sql$/.test(name)) : [];
  return names.sort().map((name, index) => {
    const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (version !== index + 1) {
      throw new Error(`${join(directory, name)}: expected the name ${String(index + 1).padStart(4, '0')}_….sql`);
    }
    // A checkout may have changed the line endings, which must not count as a change.
    const sql = readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
    return { version, name, sha256: createHash('sha256').update(sql).digest('hex'), sql };
  });
}
