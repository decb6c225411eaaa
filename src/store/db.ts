import postgres from 'postgres';
import { Refusal } from '../domain/refusal.ts';
import { admitCounting, beginCounting, openChangeCount } from './change-count.ts';
import { type Embedded, openEmbedded } from './embedded/open.ts';
import type { DatabaseLog, Pool, PoolLimits } from './pool.ts';
import { postgresTypes } from './postgres-types.ts';
import { createSemaphore, type Semaphore } from './semaphore.ts';
import { openServerPool, sharesSessions } from './server-pool.ts';
import { guardSql } from './statement-guard.ts';
import { type BeginOptions, refuseInsideTransaction, runTransaction } from './transaction.ts';

/** The first argument of a store function, either the pool or a transaction: a tagged template that runs one statement. */
export type Sql = postgres.ISql;

export type { BeginOptions };

export type Database = {
  /** Runs single statements outside a transaction. Inside `begin` it is refused, because it would wait for itself. */
  readonly sql: Sql;
  /**
   * The same for look-ups that take well below a millisecond and return few rows: they share connections with others and do not
   * wait for longer statements.
   */
  readonly reads: Sql;
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
  /** See `ChangeCount`; null if other processes can change the data. */
  readonly changeCount: (() => number) | null;
  /** Copies the files of an embedded database; null on a server. See `Embedded.copyFiles`. */
  readonly copyFiles: (() => Promise<string>) | null;
  close(): Promise<void>;
};

export type Listener = { unlisten(): Promise<void> };

export type DatabaseOptions = {
  /** A PostgreSQL server, `postgres://…`; without it the embedded database is used. */
  readonly databaseUrl?: string | undefined;
  /** The server itself, if `databaseUrl` is a pooler in transaction mode. */
  readonly directUrl?: string | undefined;
  /** The directory of the embedded database; `memory://` keeps it in memory. */
  readonly dataDir?: string | undefined;
  /** Connections to a server, not counting the one for notifications. */
  readonly poolMax?: number | undefined;
  /** A prepared image from which to start a new embedded database; see `EmbeddedOptions`. */
  readonly imagePath?: string | undefined;
  /** How long one statement may run. */
  readonly queryMsMax?: number | undefined;
  /** How long a statement may wait for a lock; on a server only, because the embedded database has one session. */
  readonly lockMsMax?: number | undefined;
  readonly transactionMsMax?: number | undefined;
  readonly idleInTransactionMsMax?: number | undefined;
  /** How long connecting to a server may take. */
  readonly connectSecondsMax?: number | undefined;
  /** How long to wait for the answer to a statement after the server's own limit for the statement has passed. */
  readonly answerGraceMs?: number | undefined;
  /** How long `begin`, including the time to connect, and `commit` may each take. */
  readonly boundaryMsMax?: number | undefined;
  /** How long the answer to a short read may take. */
  readonly readMsMax?: number | undefined;
  /** Opens the pool without checking that the server answers; the first statement fails if it does not. */
  readonly mayBeAway?: boolean | undefined;
  /** How long to wait for a connection. */
  readonly acquireMsMax?: number | undefined;
  readonly log?: DatabaseLog | undefined;
  /** See `EmbeddedOptions.onLost`. */
  readonly onLost?: ((error: Refusal) => void) | undefined;
};

export const poolMaxDefault = 10;
export const queryMsMax = 60_000;
/**
 * Sessions that lost their client while they waited for a lock must not get it one after the other, each keeping it for
 * `idleInTransactionMsMax`.
 */
export const lockMsMax = 5000;
export const transactionMsMax = 20_000;
export const idleInTransactionMsMax = 10_000;
export const acquireMsMax = 10_000;
export const connectSecondsMax = 5;
export const answerGraceMs = 5000;
export const boundaryMsMax = 15_000;
export const readMsMax = 10_000;

/** Callers that may wait for a connection at once; further ones are refused. */
const waitersMax = 10_000;

/** Statements under way at once on the embedded database's one connection, which pipelines them. */
const embeddedStatementsMax = 100;

/** How long `close` waits for statements under way. */
const closeSecondsMax = 5;

/** Opens the database that the options name and checks that it answers. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { pool, embedded } = await openPool(options);
  const changes = embedded && openChangeCount();
  const admit = (cursor: boolean) => admitStatement(pool, cursor);
  const begin: Database['begin'] = (run, begin) => runTransaction(pool, run, begin);
  const database: Database = {
    kind: pool.kind,
    sql: guardSql(() => pool.client(), {
      admit: changes === null ? admit : admitCounting(changes, admit),
      answerMsMax: pool.limits.answerMsMax,
      late: (client) => pool.condemn(client),
      expectAnswer: pool.expectAnswer,
      answered: () => pool.noteAnswer(),
      failed: (error, client) => pool.noteFailure(client, error),
    }),
    reads: guardSql((creator) => pool.readClient(creator), {
      admit: () => admitRead(pool),
      answerMsMax: pool.limits.readMsMax,
      late: (client) => pool.condemn(client),
      expectAnswer: pool.expectAnswer,
      answered: () => pool.noteAnswer(),
      failed: (error, client) => pool.noteFailure(client, error),
    }),
    begin: changes === null ? begin : beginCounting(changes, begin),
    listen: (channel, onNotify, onListening) => pool.listen(channel, onNotify, onListening),
    changeCount: changes?.count ?? null,
    copyFiles:
      embedded &&
      (async () => {
        // Otherwise the copy would have to replay the log when it is opened.
        await database.sql`checkpoint`;
        return await embedded.copyFiles();
      }),
    close: () => pool.end(),
  };
  if (options.mayBeAway === true) return database;
  try {
    await requireUtf8(database.sql);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

async function requireUtf8(db: Sql): Promise<void> {
  const [row] = await db<{ encoding: string }[]>`select current_setting('server_encoding') as encoding`;
  if (row !== undefined && row.encoding !== 'UTF8')
    throw new Refusal(
      'service_unavailable',
      `the database has the encoding ${row.encoding}: create one with the encoding UTF8`,
    );
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
  const { kind } = db;
  const begin: Database['begin'] = (run) => run(tx);
  return { kind, sql: tx, reads: tx, begin, listen: refuse, changeCount: null, copyFiles: null, close: refuse };
}

const nothingToLeave = (): void => {};

/** A short read takes no slot, and waits for nothing. */
function admitRead(pool: Pool): () => void {
  refuseInsideTransaction();
  const refusal = pool.refuseRead();
  if (refusal !== null) throw refusal;
  return nothingToLeave;
}

/** A cursor outside a transaction takes no slot: its reader may stop at any time, and we cannot see when it ends. */
async function admitStatement(pool: Pool, cursor: boolean): Promise<() => void> {
  refuseInsideTransaction();
  return cursor ? () => {} : pool.statements.acquire();
}

async function openPool(options: DatabaseOptions): Promise<{ pool: Pool; embedded: Embedded | null }> {
  const { databaseUrl } = options;
  if (databaseUrl !== undefined) return { pool: await openPoolOf(options, databaseUrl), embedded: null };
  const embedded = await openEngine(options);
  return { pool: makeEmbeddedPool(options, embedded), embedded };
}

async function openEngine(options: DatabaseOptions): Promise<Embedded> {
  if (options.dataDir === undefined) throw new Error('a database URL or a data directory must be given');
  const { log } = options;
  return await openEmbedded({
    dataDir: options.dataDir,
    imagePath: options.imagePath,
    queryMsMax: options.queryMsMax ?? queryMsMax,
    idleInTransactionMsMax: options.idleInTransactionMsMax ?? idleInTransactionMsMax,
    onLost: options.onLost,
    warn: log && ((fields, message) => log.warn(fields, message)),
  });
}

function makeEmbeddedPool(options: DatabaseOptions, embedded: Embedded): Pool {
  const client = postgres({ ...commonOptions(), ...embeddedOptions(embedded), max: 1, max_lifetime: null });
  return {
    kind: 'embedded',
    client: () => client,
    readClient: () => client,
    statements: limit(options, embeddedStatementsMax),
    transactions: limit(options, 1),
    limits: limitsOf(options),
    // The database runs in this process, and ends a statement by its own deadline.
    condemn: () => {},
    refuseRead: () => null,
    expectAnswer: () => () => {},
    noteAnswer: () => {},
    noteFailure: () => {},
    listen: (channel, onNotify, onListening) => client.listen(channel, onNotify, onListening),
    end: async () => {
      await client.end({ timeout: closeSecondsMax });
      await embedded.close();
    },
  };
}

async function openPoolOf(options: DatabaseOptions, databaseUrl: string): Promise<Pool> {
  const poolMax = options.poolMax ?? poolMaxDefault;
  const secondsMax = options.connectSecondsMax ?? connectSecondsMax;
  // A database that may be unavailable is not asked: the first lost prepared statement will reveal a pooler.
  const isAsked = options.directUrl === undefined && options.mayBeAway !== true;
  const prepares = options.directUrl === undefined && !(isAsked && (await sharesSessions(databaseUrl, secondsMax)));
  return openServerPool({
    databaseUrl,
    directUrl: options.directUrl,
    poolMax,
    queryMsMax: options.queryMsMax ?? queryMsMax,
    lockMsMax: options.lockMsMax ?? lockMsMax,
    idleInTransactionMsMax: options.idleInTransactionMsMax ?? idleInTransactionMsMax,
    connectSecondsMax: secondsMax,
    prepares,
    limits: limitsOf(options),
    semaphore: limit(options, poolMax),
    log: options.log,
  });
}

function limitsOf(options: DatabaseOptions): PoolLimits {
  return {
    transactionMsMax: options.transactionMsMax ?? transactionMsMax,
    answerMsMax: (options.queryMsMax ?? queryMsMax) + (options.answerGraceMs ?? answerGraceMs),
    boundaryMsMax: options.boundaryMsMax ?? boundaryMsMax,
    readMsMax: options.readMsMax ?? readMsMax,
  };
}

function commonOptions(): postgres.Options<Record<string, postgres.PostgresType>> {
  return { types: postgresTypes, fetch_types: false, onnotice: () => {} };
}

/**
 * Options that the driver's type declarations lack. The driver opens its connections with `socket`. In 3.4.9, a transaction
 * that begins behind `max_pipeline` statements fails.
 */
function embeddedOptions(embedded: Embedded) {
  return {
    socket: () => embedded.connect(),
    max_pipeline: 2 * embeddedStatementsMax,
    database: 'postgres',
    user: 'postgres',
  };
}

function limit(options: DatabaseOptions, holdersMax: number): Semaphore {
  return createSemaphore({ holdersMax, waitersMax, waitMsMax: options.acquireMsMax ?? acquireMsMax });
}
