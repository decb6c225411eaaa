import postgres from 'postgres';
import { type Embedded, openEmbedded } from './embedded/open.ts';
import { postgresTypes } from './postgres-types.ts';
import { createSemaphore, type Semaphore } from './semaphore.ts';
import { guardSql } from './statement-guard.ts';
import { refuseInsideTransaction, runTransaction } from './transaction.ts';

/** The first argument of a store function, either the pool or a transaction: a tagged template that runs one statement. */
export type Sql = postgres.ISql;

export type BeginOptions = {
  /** How long the transaction may take; `transactionMsMax` by default. */
  readonly msMax?: number | undefined;
};

export type Database = {
  /** Runs single statements outside a transaction. Inside `begin` it is refused, because it would wait for itself. */
  readonly sql: Sql;
  readonly kind: 'embedded' | 'server';
  /**
   * Runs `run` in one transaction: committed when it resolves, rolled back when it rejects. Not nestable.
   * Rejects when `run` takes longer than `msMax`; the transaction is then over, and further statements in it fail.
   * Refuses with `service_unavailable` when no connection becomes free in time.
   */
  begin<T>(run: (tx: Sql) => Promise<T>, options?: BeginOptions): Promise<T>;
  /**
   * Receives notifications on a channel. They are hints: one sent while the connection is down is lost.
   * `onListening` is called at the start and after each reconnection.
   */
  listen(channel: string, onNotify: (payload: string) => void, onListening?: () => void): Promise<Listener>;
  close(): Promise<void>;
};

export type Listener = { unlisten(): Promise<void> };

/** The part of a logger that the store uses. */
export type DatabaseLog = { warn(fields: object, message: string): void };

export type DatabaseOptions = {
  /** A PostgreSQL server, `postgres://…`; without it the embedded database is used. */
  readonly databaseUrl?: string | undefined;
  /** The directory of the embedded database; `memory://` keeps it in memory. */
  readonly dataDir?: string | undefined;
  /** Connections to a server, not counting the one for notifications. */
  readonly poolMax?: number | undefined;
  /** A prepared image from which to start a new embedded database; see `EmbeddedOptions`. */
  readonly imagePath?: string | undefined;
  /** How long one statement may run. */
  readonly queryMsMax?: number | undefined;
  readonly transactionMsMax?: number | undefined;
  readonly idleInTransactionMsMax?: number | undefined;
  /** How long connecting to a server may take; the driver's own limit by default. */
  readonly connectSecondsMax?: number | undefined;
  /** Opens the pool without checking that the server answers; the first statement fails if it does not. */
  readonly mayBeAway?: boolean | undefined;
  /** How long to wait for a connection. */
  readonly acquireMsMax?: number | undefined;
  readonly log?: DatabaseLog | undefined;
};

export const poolMaxDefault = 10;
export const queryMsMax = 60_000;
export const transactionMsMax = 20_000;
export const idleInTransactionMsMax = 10_000;
export const acquireMsMax = 10_000;

/** Callers that may wait for a connection at once; further ones are refused. */
const waitersMax = 10_000;

/** Statements under way at once on the embedded database's one connection, which pipelines them. */
const embeddedStatementsMax = 100;

/** How long `close` waits for statements under way. */
const closeSecondsMax = 5;

/** The pool, with one semaphore for single statements and one for transactions; a server's pool has one for both. */
type Pool = {
  readonly kind: Database['kind'];
  readonly sql: postgres.Sql;
  readonly statements: Semaphore;
  readonly transactions: Semaphore;
  readonly transactionMsMax: number;
  end(): Promise<void>;
};

/** Opens the database that the options name and checks that it answers. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const pool =
    options.databaseUrl === undefined ? await openEmbeddedPool(options) : openServerPool(options, options.databaseUrl);
  const database: Database = {
    kind: pool.kind,
    sql: guardSql(pool.sql, { admit: (cursor) => admitStatement(pool, cursor) }),
    begin: (run, begin) =>
      runTransaction({ pool: pool.sql, semaphore: pool.transactions }, run, begin?.msMax ?? pool.transactionMsMax),
    listen: async (channel, onNotify, onListening) => pool.sql.listen(channel, onNotify, onListening),
    close: async () => {
      await pool.sql.end({ timeout: closeSecondsMax });
      await pool.end();
    },
  };
  if (options.mayBeAway === true) return database;
  try {
    await database.sql`select 1`;
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Whether the server refuses writes, for example because it is a standby. */
export async function isReadOnly(db: Sql): Promise<boolean> {
  const rows = await db<{ readOnly: boolean }[]>`select current_setting('transaction_read_only') = 'on' as "readOnly"`;
  return rows[0]?.readOnly === true;
}

/**
 * A running transaction as a `Database`: everything done in it, including its own calls of `begin`, commits or fails with
 * it. It cannot listen or close, since these outlive a transaction.
 */
export function withinTransaction(db: Database, tx: Sql): Database {
  const refuse = (): never => {
    throw new Error('listen and close are not available within a transaction');
  };
  return { kind: db.kind, sql: tx, begin: (run) => run(tx), listen: refuse, close: refuse };
}

/** A cursor outside a transaction takes no slot: its reader may stop at any time, and we cannot see when it ends. */
async function admitStatement(pool: Pool, cursor: boolean): Promise<() => void> {
  refuseInsideTransaction();
  return cursor ? () => {} : pool.statements.acquire();
}

async function openEmbeddedPool(options: DatabaseOptions): Promise<Pool> {
  if (options.dataDir === undefined) throw new Error('a database URL or a data directory must be given');
  const { log } = options;
  const embedded = await openEmbedded({
    dataDir: options.dataDir,
    imagePath: options.imagePath,
    queryMsMax: options.queryMsMax ?? queryMsMax,
    idleInTransactionMsMax: options.idleInTransactionMsMax ?? idleInTransactionMsMax,
    warn: log && ((fields, message) => log.warn(fields, message)),
  });
  return {
    kind: 'embedded',
    sql: postgres({ ...commonOptions(), ...embeddedOptions(embedded), max: 1, max_lifetime: null }),
    statements: limit(options, embeddedStatementsMax),
    transactions: limit(options, 1),
    transactionMsMax: options.transactionMsMax ?? transactionMsMax,
    end: () => embedded.close(),
  };
}

function openServerPool(options: DatabaseOptions, databaseUrl: string): Pool {
  const poolMax = options.poolMax ?? poolMaxDefault;
  const shared = limit(options, poolMax);
  const sql = postgres(databaseUrl, {
    ...commonOptions(),
    max: poolMax,
    ...(options.connectSecondsMax === undefined ? {} : { connect_timeout: options.connectSecondsMax }),
    connection: {
      application_name: 'outturn',
      TimeZone: 'UTC',
      statement_timeout: options.queryMsMax ?? queryMsMax,
      idle_in_transaction_session_timeout: options.idleInTransactionMsMax ?? idleInTransactionMsMax,
    },
  });
  return {
    kind: 'server',
    sql,
    statements: shared,
    transactions: shared,
    transactionMsMax: options.transactionMsMax ?? transactionMsMax,
    end: async () => {},
  };
}

function commonOptions(): postgres.Options<Record<string, postgres.PostgresType>> {
  return { types: postgresTypes, onnotice: () => {} };
}

/** The driver opens its connections with `socket`, an option that its type declarations lack. */
function embeddedOptions(embedded: Embedded) {
  return { socket: () => embedded.connect(), database: 'postgres', user: 'postgres' };
}

function limit(options: DatabaseOptions, holdersMax: number): Semaphore {
  return createSemaphore({ holdersMax, waitersMax, waitMsMax: options.acquireMsMax ?? acquireMsMax });
}
