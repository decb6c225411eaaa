import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { isConnectFailure, isConnectionLoss } from '../domain/database-failure.ts';
import type { Found, Statement } from './liveness.ts';
import { jittered } from './outage.ts';
import { postgresTypes } from './postgres-types.ts';
import { openSockets, type ServerSockets, type SocketEvents } from './server-sockets.ts';

/** The longest wait before a single connection is opened again. During an outage, `Outage` limits the attempts of all. */
const reconnectSecondsMax = 0.1;

/** A client of the driver, and its sockets. */
export type Client = {
  readonly sql: postgres.Sql;
  readonly sockets: ServerSockets;
  /** Closes the connections; statements under way have this time to finish. */
  end(secondsMax: number): Promise<void>;
};

export type ClientOptions = {
  readonly databaseUrl: string;
  readonly poolMax: number;
  readonly queryMsMax: number;
  readonly lockMsMax: number;
  readonly idleInTransactionMsMax: number;
  readonly connectSecondsMax: number;
  readonly prepares: boolean;
  /** The time before a connection is opened again, in seconds. */
  readonly backoff?: (retries: number) => number;
};

export type ClientEvents = {
  readonly onFailure?: SocketEvents['onFailure'];
  /** See `SocketEvents.onMute`. */
  readonly onMute?: (sql: postgres.Sql) => void;
};

export function openClient(options: ClientOptions, { onFailure, onMute }: ClientEvents = {}): Client {
  const sockets = openSockets({ onFailure, onMute: () => onMute?.(sql) });
  const { backoff = reconnectSeconds } = options;
  const sql: postgres.Sql = postgres(options.databaseUrl, {
    types: postgresTypes,
    fetch_types: false,
    onnotice: () => {},
    max: options.poolMax,
    prepare: options.prepares,
    connect_timeout: options.connectSecondsMax,
    backoff: (retries: number) => jittered(backoff(retries)),
    // The database or the role may have settings that would change results. These take precedence over them.
    connection: {
      application_name: 'outturn',
      TimeZone: 'UTC',
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'postgres',
      default_transaction_isolation: 'read committed',
      statement_timeout: options.queryMsMax,
      lock_timeout: options.lockMsMax,
      idle_in_transaction_session_timeout: options.idleInTransactionMsMax,
    },
    ...socketOption(sockets),
  });
  return {
    sql,
    sockets,
    end: async (secondsMax) => {
      await sql.end({ timeout: secondsMax });
      sockets.destroy();
    },
  };
}

/** The driver's type declarations lack this option. */
function socketOption({ open }: ServerSockets): object {
  return { socket: open };
}

function reconnectSeconds(retries: number): number {
  return Math.min(2 ** retries / 100, reconnectSecondsMax);
}

/** How long the server may take to say what it is doing. */
const askSecondsMax = 3;

/** Asks over a new connection what the server is doing in some sessions. */
export async function askServer(databaseUrl: string, pids: readonly number[]): Promise<Found> {
  const sockets = openSockets();
  const client = postgres(databaseUrl, {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: askSecondsMax,
    connection: { application_name: 'outturn' },
    ...socketOption(sockets),
  });
  try {
    const late = wait(askSecondsMax * 1000, 'unreachable' as const, { ref: false });
    return await Promise.race([listSessions(client, pids), late]);
  } catch (error) {
    // A server that refuses the connection, for example because it has none free, is alive.
    return isConnectFailure(error) || isConnectionLoss(error) ? 'unreachable' : 'unknown';
  } finally {
    await client.end({ timeout: 0 });
    sockets.destroy();
  }
}

async function listSessions(client: postgres.Sql, pids: readonly number[]): Promise<Found> {
  const query = client<{ pid: number; state: string | null; forMs: number; own: number; tracked: boolean }[]>`
    select pid, state, (extract(epoch from clock_timestamp() - state_change) * 1000)::float8 as "forMs",
      pg_backend_pid() as own, current_setting('track_activities')::boolean as tracked
    from pg_stat_activity where pid = any(string_to_array(${pids.join(',')}, ',')::int[]) or pid = pg_backend_pid()`;
  const rows = await query;
  const [first] = rows;
  // A pooler names its connections by process ids of its own; and a server need not keep the states.
  if (first === undefined || !first.tracked || first.own !== sessionOf(query)) return 'unknown';
  return new Map(rows.map(({ pid, state, forMs }) => [pid, { active: state === 'active', forMs }]));
}

/** The process id that the server gave to the driver. */
function sessionOf(query: object): number | null {
  return (query as Statement).state?.pid ?? null; // the driver's type declarations lack it
}
