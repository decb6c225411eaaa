import postgres from 'postgres';
import { type Embedded, openEmbedded } from './embedded/open.ts';
import { createGate, type Gate } from './gate.ts';
import { postgresTypes } from './postgres-types.ts';
import { guardSql } from './statement-guard.ts';
import { refuseInsideTransaction, runTransaction } from './transaction.ts';

/** What a store function takes first, the pool or a transaction: a tagged template that runs one statement. */
export type Sql = postgres.ISql;

export type BeginOptions = {
  /** The transaction is given up after so long; `transactionMsMax` unless told. */
  readonly msMax?: number | undefined;
};

export type Database = {
  /** Statements of their own. Not to be used inside `begin`: that is refused at once, as it would wait for itself. */
  readonly sql: Sql;
  readonly kind: 'embedded' | 'server';
  /**
   * Runs `run` in one transaction: committed when it resolves, rolled back when it rejects. Not nestable.
   * Rejects when `run` takes longer than `msMax`; the transaction is then over, and further statements in it fail.
   * Refuses with `service_unavailable` when no connection comes free in time.
   */
  begin<T>(run: (tx: Sql) => Promise<T>, options?: BeginOptions): Promise<T>;
  /**
   * Hears notifications on a channel. They are hints: one sent while the connection is down is lost.
   * `onListening` is called at first and after each reconnection.
   */
  listen(channel: string, onNotify: (payload: string) => void, onListening?: () => void): Promise<Listener>;
  close(): Promise<void>;
};

export type Listener = { unlisten(): Promise<void> };

/** As much of a logger as the database floor uses. */
export type DatabaseLog = { warn(fields: object, message: string): void };

export type DatabaseOptions = {
  /** A PostgreSQL server, `postgres://…`; without it the embedded database is used. */
  readonly databaseUrl?: string | undefined;
  /** Where the embedded database lives; `memory://` keeps it in memory. */
  readonly dataDir?: string | undefined;
  /** Connections to a server, besides one for notifications. */
  readonly poolMax?: number | undefined;
  /** A prepared image to start a new embedded database from; see `EmbeddedOptions`. */
  readonly imagePath?: string | undefined;
  /** One statement may run so long. */
  readonly queryMsMax?: number | undefined;
  readonly transactionMsMax?: number | undefined;
  readonly idleInTransactionMsMax?: number | undefined;
  /** How long a server may take to let a connection in; the driver's own limit unless told. */
  readonly connectSecondsMax?: number | undefined;
  /** It may be away when it is opened: the first to ask it will see. */
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

/** Callers that may wait for a connection at once; the next one is turned away. */
const waitersMax = 10_000;

/** Statements under way at once on the embedded database's one connection, which pipelines them. */
const embeddedStatementsMax = 100;

/** How long `close` waits for statements under way. */
const closeSecondsMax = 5;

/** The pool and the two doors before it: for statements of their own and for transactions. */
type Pool = {
  readonly kind: Database['kind'];
  readonly sql: postgres.Sql;
  readonly statements: Gate;
  readonly transactions: Gate;
  readonly transactionMsMax: number;
  end(): Promise<void>;
};

/** Opens the database that the options name and makes sure that it answers. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const pool =
    options.databaseUrl === undefined ? await openEmbeddedPool(options) : openServerPool(options, options.databaseUrl);
  const database: Database = {
    kind: pool.kind,
    sql: guardSql(pool.sql, { admit: (cursor) => admitStatement(pool, cursor) }),
    begin: (run, begin) =>
      runTransaction({ pool: pool.sql, gate: pool.transactions }, run, begin?.msMax ?? pool.transactionMsMax),
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

/**
 * A transaction under way, as a database: whatever is done in it, transactions of its own included, commits or fails with it.
 * What outlives a transaction is not to be had of it.
 */
export function withinTransaction(db: Database, tx: Sql): Database {
  const refuse = (): never => {
    throw new Error('a transaction is no place for this');
  };
  return { kind: db.kind, sql: tx, begin: (run) => run(tx), listen: refuse, close: refuse };
}

/** Cursors belong into transactions, which have their place; one outside is let pass, as its end may never be told. */
async function admitStatement(pool: Pool, cursor: boolean): Promise<() => void> {
  refuseInsideTransaction();
  return cursor ? () => {} : pool.statements.enter();
}

async function openEmbeddedPool(options: DatabaseOptions): Promise<Pool> {
  if (options.dataDir === undefined) throw new Error('neither a database URL nor a data directory was given');
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
    statements: gate(options, embeddedStatementsMax),
    transactions: gate(options, 1),
    transactionMsMax: options.transactionMsMax ?? transactionMsMax,
    end: () => embedded.close(),
  };
}

function openServerPool(options: DatabaseOptions, databaseUrl: string): Pool {
  const poolMax = options.poolMax ?? poolMaxDefault;
  const shared = gate(options, poolMax);
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

/** The driver takes its connections from `socket`; its type declarations leave that option out. */
function embeddedOptions(embedded: Embedded) {
  return { socket: () => embedded.connect(), database: 'postgres', user: 'postgres' };
}

function gate(options: DatabaseOptions, insideMax: number): Gate {
  return createGate({ insideMax, waitersMax, waitMsMax: options.acquireMsMax ?? acquireMsMax });
}
