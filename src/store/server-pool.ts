import postgres from 'postgres';
import { isConnectFailure, isConnectionLoss, isReadOnlyFailure } from '../domain/database-failure.ts';
import { type Liveness, watchLiveness } from './liveness.ts';
import { createOutage, jittered, type Outage, refuseDuring } from './outage.ts';
import type { DatabaseLog, Pool, PoolLimits, PoolListener } from './pool.ts';
import { openReadLanes } from './read-lanes.ts';
import type { Semaphore } from './semaphore.ts';
import { askServer, type Client, openClient } from './server-client.ts';
import type { ServerSockets } from './server-sockets.ts';

export type ServerPoolOptions = {
  readonly databaseUrl: string;
  /** Where `databaseUrl` is a pooler in transaction mode: the server itself, for notifications. */
  readonly directUrl?: string | undefined;
  readonly poolMax: number;
  readonly queryMsMax: number;
  readonly lockMsMax: number;
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

/**
 * The longest wait before the connection for notifications is opened again: short at first, longer once an outage has lasted
 * about ten seconds. Without notifications events and deliveries are found by polling, so nothing waits for it.
 */
const relistenSecondsMax = { atFirst: 1, later: 20 };
/** Attempts that fail within about ten seconds. */
const relistenAttemptsAtFirst = 15;

/** How often the connections to a server that accepts only reads are replaced, in case another one accepts writes now. */
const leaveReadOnlyMs = { atFirst: 1000, later: 5000 };
const readOnlyAtFirstMs = 10_000;

/** How long statements may take to finish when the pool is closed. */
const closeSecondsMax = 5;

/** Error codes of a statement whose session is not the one that prepared it, as behind a pooler in transaction mode. */
const lostPreparedCodes: ReadonlySet<unknown> = new Set(['26000', '42P05']);

/** Why connections are replaced, for the log. */
const reasons = {
  dead: 'connections to the database no longer respond; they are replaced',
  mute: 'a connection to the database cannot be used again; the connections are replaced',
  late: 'the database did not answer in time; its connections are replaced',
  readOnly: 'the database accepts only reads, as after a failover; its connections are replaced',
  unprepared: 'the database lost a prepared statement, as behind a pooler in transaction mode; none are used now',
};

/**
 * A pool of connections to a server. The driver has no deadlines of its own: a backend that falls silent would keep its
 * connection for ever. Therefore a statement that waits too long discards the client, and a new one replaces it.
 *
 * A pooler in transaction mode keeps no prepared statements: none are used once one was lost, and notifications may need
 * a connection of their own.
 */
export function openServerPool(options: ServerPoolOptions): Pool {
  let { prepares } = options;
  const outage = createOutage();
  const replaced = new Set<Promise<void>>();
  const onMute = (muted: postgres.Sql): void => replace(muted, reasons.mute);
  const open = (poolMax: number): Client =>
    openClient({ ...options, poolMax, prepares }, { onFailure: outage.failed, onMute });
  const discard = (old: Client, secondsMax: number): void => endInBackground(old, secondsMax, replaced);
  let client = open(options.poolMax);
  const lanes = openReadLanes(() => open(1), discard);
  const listening = keepListening(options);
  let isEnded = false;
  const replace = (which: postgres.ISql | 'all', reason: string, secondsMax = replacedSecondsMax): void => {
    const isPool = which === 'all' || which === client.sql;
    if (isEnded || (!isPool && !lanes.has(which))) return;
    options.log?.warn({}, reason);
    if (which === 'all' || !isPool) lanes.replace(which, secondsMax);
    if (!isPool) return;
    discard(client, secondsMax);
    client = open(options.poolMax);
    listening.replace();
  };
  const leavesReadOnly = createPace(leaveReadOnlyMs, readOnlyAtFirstMs);
  return {
    kind: 'server',
    client: () => client.sql,
    readClient: (creator) => (creator !== undefined && lanes.has(creator) ? creator : lanes.next()),
    refuseRead: outage.refuse,
    statements: refuseDuring(outage, options.semaphore),
    transactions: refuseDuring(outage, options.semaphore),
    limits: options.limits,
    expectAnswer: watchClients(options, () => [client, ...lanes.all()], replace).expectAnswer,
    condemn: (condemned) => replace(condemned, reasons.late),
    noteAnswer: outage.answered,
    noteFailure: (failed, error) => {
      noteLoss(outage, error);
      const isCurrent = failed === client.sql || lanes.has(failed);
      if (isCurrent && isReadOnlyFailure(error) && leavesReadOnly()) replace('all', reasons.readOnly);
      if (!prepares || !isCurrent || !isPreparedLost(error)) return;
      prepares = false;
      replace('all', reasons.unprepared);
    },
    listen: listening.listen,
    end: async () => {
      isEnded = true;
      const current = [client, ...lanes.all()].map((one) => one.end(closeSecondsMax));
      await Promise.all([...current, listening.end(), ...replaced]);
    },
  };
}

function noteLoss(outage: Outage, error: unknown): void {
  if (isConnectFailure(error)) outage.failed();
  else if (isConnectionLoss(error)) outage.lost();
}

/** Ends a client that was replaced. `ending` has what is not ended yet. */
function endInBackground(old: Client, secondsMax: number, ending: Set<Promise<void>>): void {
  const end = old.end(secondsMax).finally(() => ending.delete(end));
  ending.add(end);
}

/** Replaces the connections when some of them no longer respond. */
function watchClients(
  { databaseUrl }: ServerPoolOptions,
  clients: () => readonly Client[],
  replace: (which: 'all', reason: string, secondsMax: number) => void,
): Liveness {
  const sum = (count: (sockets: ServerSockets) => number): number =>
    clients().reduce((total, { sockets }) => total + count(sockets), 0);
  return watchLiveness({
    connecting: () => sum((sockets) => sockets.connecting()),
    progressed: () => sum((sockets) => sockets.progressed()),
    ask: (pids) => askServer(databaseUrl, pids),
    report: (which) => replace('all', reasons.dead, which === 'all' ? 0 : replacedSecondsMax),
  });
}

/** Returns whether something may be repeated now: often at first, less often once it has been repeated for a while. */
function createPace(everyMs: { atFirst: number; later: number }, atFirstMs: number): () => boolean {
  let startedAt = Number.NEGATIVE_INFINITY;
  let lastAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    // After a long pause it is about something new.
    if (now - lastAt > 2 * everyMs.later) startedAt = now;
    if (now - lastAt < jittered(now - startedAt < atFirstMs ? everyMs.atFirst : everyMs.later)) return false;
    lastAt = now;
    return true;
  };
}

/** Notifications have a client of their own, because the driver opens another connection for them in any case. */
function keepListening(options: ServerPoolOptions) {
  const { directUrl = options.databaseUrl } = options;
  const open = (): Client => {
    const own = { databaseUrl: directUrl, poolMax: 1, prepares: true, backoff: relistenSeconds };
    const onMute = (muted: postgres.Sql): void => {
      if (muted === client.sql) replace();
    };
    return openClient({ ...options, ...own }, { onMute });
  };
  let client = open();
  const channels = keepChannels(options.log);
  const replaced = new Set<Promise<void>>();
  /** Listens again over a new connection. */
  const replace = (): void => {
    endInBackground(client, 0, replaced);
    client = open();
    channels.reopen(client.sql);
  };
  return {
    listen: (name: string, onNotify: (payload: string) => void, onListening?: () => void): Promise<PoolListener> =>
      channels.open(client.sql, (current) => current.listen(name, onNotify, onListening)),
    /** The connections of the pool were replaced. Those to another address need not be. */
    replace: (): void => {
      if (options.directUrl === undefined) replace();
    },
    end: async (): Promise<void> => {
      await Promise.all([client.end(closeSecondsMax), ...replaced]);
    },
  };
}

function relistenSeconds(retries: number): number {
  const { atFirst, later } = relistenSecondsMax;
  if (retries <= relistenAttemptsAtFirst) return Math.min(2 ** retries / 100, atFirst);
  return Math.min(atFirst * 1.5 ** (retries - relistenAttemptsAtFirst), later);
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
        // With a lost connection, the server no longer listens either.
        await channel?.listener.then((listener) => listener.unlisten()).catch(() => {});
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
