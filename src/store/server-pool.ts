import postgres from 'postgres';
import type { DatabaseLog, Pool, PoolLimits, PoolListener } from './pool.ts';
import { postgresTypes } from './postgres-types.ts';
import { openReadLanes } from './read-lanes.ts';
import type { Semaphore } from './semaphore.ts';

export type ServerPoolOptions = {
  readonly databaseUrl: string;
  /** Where `databaseUrl` is a pooler in transaction mode: the server itself, for notifications. */
  readonly directUrl?: string | undefined;
  readonly poolMax: number;
  readonly queryMsMax: number;
  readonly idleInTransactionMsMax: number;
  readonly connectSecondsMax: number;
  readonly limits: PoolLimits;
  /** False where sessions are known not to keep prepared statements. */
  readonly prepares: boolean;
  /** For single statements and transactions together. */
  readonly semaphore: Semaphore;
  readonly log?: DatabaseLog | undefined;
};

/** How long statements that are still running on a replaced client may continue. */
const replacedSecondsMax = 2;

/** The longest wait before a lost connection is opened again. Requests wait for it, so it does not grow further. */
const reconnectSecondsMax = 1;

/** How long statements may take to finish when the pool is closed. */
const closeSecondsMax = 5;

/** Error codes of a statement whose session is not the one that prepared it, as behind a pooler in transaction mode. */
const lostPreparedCodes: ReadonlySet<unknown> = new Set(['26000', '42P05']);

/**
 * A pool of connections to a server. The driver has no deadlines of its own: a backend that falls silent would keep its
 * connection for ever. Therefore a statement that waits too long discards the client, and a new one replaces it.
 *
 * A pooler in transaction mode keeps no prepared statements: none are used once one was lost, and notifications may need
 * a connection of their own.
 */
export function openServerPool(options: ServerPoolOptions): Pool {
  let { prepares } = options;
  let client = makeClient(options, prepares);
  const direct = makeDirectClient(options);
  let isEnded = false;
  const channels = keepChannels(options.log);
  const replaced = new Set<Promise<void>>();
  const lanes = openReadLanes(
    () => makeClient({ ...options, poolMax: 1 }, prepares),
    (lane) => endInBackground(lane, replaced),
  );
  const replacePool = (): void => {
    endInBackground(client, replaced);
    client = makeClient(options, prepares);
    if (direct === null) channels.reopen(client);
  };
  const replace = (old: postgres.ISql, reason: string): void => {
    if (isEnded || (old !== client && !lanes.has(old))) return;
    options.log?.warn({}, reason);
    if (old === client) replacePool();
    else lanes.replace(old);
  };
  return {
    kind: 'server',
    client: () => client,
    readClient: () => lanes.next(),
    statements: options.semaphore,
    transactions: options.semaphore,
    limits: options.limits,
    condemn: (condemned) => replace(condemned, 'the database did not answer in time; its connections are replaced'),
    noteFailure: (failed, error) => {
      const isCurrent = failed === client || lanes.has(failed);
      if (!prepares || !isCurrent || !isPreparedLost(error)) return;
      prepares = false;
      replace(client, lostPreparedText);
      lanes.replace('all');
    },
    listen: (name, onNotify, onListening) =>
      channels.open(direct ?? client, (current) => current.listen(name, onNotify, onListening)),
    end: async () => {
      isEnded = true;
      await Promise.all([
        client.end({ timeout: closeSecondsMax }),
        lanes.end(closeSecondsMax),
        direct?.end({ timeout: closeSecondsMax }),
        ...replaced,
      ]);
    },
  };
}

/** Ends a client that was replaced. `ending` has what is not ended yet. */
function endInBackground(old: postgres.Sql, ending: Set<Promise<void>>): void {
  const end = old.end({ timeout: replacedSecondsMax }).finally(() => ending.delete(end));
  ending.add(end);
}

const lostPreparedText =
  'the database lost a prepared statement, as behind a pooler in transaction mode; none are used now';

/** The client for notifications if a pooler is between the pool and the server. */
function makeDirectClient(options: ServerPoolOptions): postgres.Sql | null {
  if (options.directUrl === undefined) return null;
  return makeClient({ ...options, databaseUrl: options.directUrl, poolMax: 1 }, true);
}

type Listen = (client: postgres.Sql) => Promise<PoolListener>;

/** The channels that are listened to, so that a new client can listen to them again. */
function keepChannels(log: DatabaseLog | undefined) {
  const channels = new Map<object, { readonly listen: Listen; listener: Promise<PoolListener> }>();
  return {
    open: async (client: postgres.Sql, listen: Listen): Promise<PoolListener> => {
      const key = {};
      channels.set(key, { listen, listener: listen(client) });
      const close = async (): Promise<void> => {
        const channel = channels.get(key);
        channels.delete(key);
        await (await channel?.listener)?.unlisten();
      };
      await channels.get(key)?.listener.catch((error) => {
        channels.delete(key);
        throw error;
      });
      return { unlisten: close };
    },
    reopen: (client: postgres.Sql): void => {
      for (const channel of channels.values()) {
        channel.listener = channel.listen(client);
        channel.listener.catch((error) =>
          log?.warn({ error: String(error) }, 'no notifications after the connections were replaced'),
        );
      }
    },
  };
}

/**
 * Whether a pooler in transaction mode answers at this address. If so, one connection sees what another has set for its
 * session, because the pooler gives it the server connection that was used last.
 */
export async function sharesSessions(databaseUrl: string, connectSecondsMax: number): Promise<boolean> {
  const open = () =>
    postgres(databaseUrl, { max: 1, prepare: false, fetch_types: false, connect_timeout: connectSecondsMax });
  const [one, other] = [open(), open()];
  const probe = 'outturn.probe';
  try {
    await other`select 1`;
    await one`select set_config(${probe}, 'set', false)`;
    const [row] = await other`select current_setting(${probe}, true) as value`;
    await one`select set_config(${probe}, '', false)`;
    return row?.value === 'set';
  } finally {
    await Promise.all([one, other].map((client) => client.end({ timeout: 1 })));
  }
}

function isPreparedLost(error: unknown): boolean {
  return error instanceof postgres.PostgresError && lostPreparedCodes.has(error.code);
}

function makeClient(options: ServerPoolOptions, prepare: boolean): postgres.Sql {
  return postgres(options.databaseUrl, {
    types: postgresTypes,
    onnotice: () => {},
    max: options.poolMax,
    prepare,
    connect_timeout: options.connectSecondsMax,
    backoff: (retries: number) => (0.5 + Math.random() / 2) * Math.min(2 ** retries / 100, reconnectSecondsMax),
    // The database or the role may have settings that would change results. These take precedence over them.
    connection: {
      application_name: 'outturn',
      TimeZone: 'UTC',
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'postgres',
      default_transaction_isolation: 'read committed',
      statement_timeout: options.queryMsMax,
      idle_in_transaction_session_timeout: options.idleInTransactionMsMax,
    },
  });
}
