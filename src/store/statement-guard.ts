import type postgres from 'postgres';
import { Refusal } from '../domain/refusal.ts';
import type { Statement } from './liveness.ts';

/** Hooks around every statement of a `postgres` client: `admit` runs before it is sent, `failed` after it fails. */
export type StatementGuard = {
  /** How long the answer to a statement may take, in milliseconds. */
  readonly answerMsMax: number;
  /**
   * Returns a function that is called once the statement has settled, or resolves to one when the statement may be sent; throws
   * or rejects to fail the statement. A cursor is read at its reader's pace and may never settle.
   */
  admit(cursor: boolean): (() => void) | Promise<() => void>;
  /** Called when a statement was not answered in time, before it fails with `error`. `client` is the client that sent it. */
  late(client: postgres.ISql, error: Refusal): void;
  /** Called when a statement is sent. The returned function is called once it has settled. */
  expectAnswer?(statement: Statement): () => void;
  /** Called when a statement has been answered with a result. */
  answered?(): void;
  /** Called when a statement has failed, before its own promise rejects. */
  failed?(error: unknown, client: postgres.ISql): void;
};

/**
 * The part of the driver's query object that the guard replaces: `handle` sends a query when it is first awaited, and
 * `resolve` or `reject` settles it. `handle` is never called for a fragment of another statement.
 */
type Query = Statement & {
  /** Gives the query to the client that it was created with. */
  handler: unknown;
  handle(): Promise<void>;
  reject(error: unknown): void;
  resolve(rows: unknown): void;
  cursorFn?: unknown;
};

/**
 * The same tagged template with the guard around each statement. `current` returns the client for the next statement; given the
 * client that a statement was created with, it returns the client that shall send it, which differs if that one was replaced.
 */
export function guardSql(current: CurrentClient, guard: StatementGuard): postgres.ISql {
  // A wrapper cannot restate the overloads of the tagged template; arguments and result pass through unchanged.
  const call = (sql: postgres.ISql) => sql as unknown as (...args: unknown[]) => unknown;
  const unsafe = (sql: postgres.ISql) => sql.unsafe as unknown as (...args: unknown[]) => unknown;
  const guarded = Object.assign(
    (...args: unknown[]) => {
      const client = current();
      return guardQuery(call(client)(...args), client, { current, guard });
    },
    // The copied members build fragments and parameters, which do not depend on a client.
    current(),
    {
      unsafe: (...args: unknown[]) => {
        const client = current();
        return guardQuery(unsafe(client)(...args), client, { current, guard });
      },
    },
  );
  return guarded as unknown as postgres.ISql;
}

/** Values that are not queries, such as identifiers and row helpers, pass through unchanged. */
function guardQuery(value: unknown, creator: postgres.ISql, sending: Omit<Sending, 'creator'>): unknown {
  if (!isQuery(value)) return value;
  const query = value;
  const send = query.handle;
  let handled: Promise<void> | null = null;
  query.handle = () => {
    handled ??= sendGuarded(query, send, { ...sending, creator });
    return handled;
  };
  return query;
}

type CurrentClient = (creator?: postgres.ISql) => postgres.ISql;

type Sending = {
  readonly creator: postgres.ISql;
  readonly current: CurrentClient;
  readonly guard: StatementGuard;
};

function sendGuarded(query: Query, send: Query['handle'], sending: Sending): Promise<void> {
  try {
    const admitted = sending.guard.admit(query.cursorFn !== undefined);
    // Reads wait for nothing, and a promise more costs a tenth of a read.
    if (typeof admitted === 'function') return sendAdmitted(query, send, sending, admitted);
    return admitted.then(
      (leave) => sendAdmitted(query, send, sending, leave),
      (error) => query.reject(error),
    );
  } catch (error) {
    query.reject(error);
    return Promise.resolve();
  }
}

function sendAdmitted(
  query: Query,
  send: Query['handle'],
  { creator, current, guard }: Sending,
  leave: () => void,
): Promise<void> {
  const isCursor = query.cursorFn !== undefined;
  const client = current(creator);
  // The client that it was created with may have been replaced while the query waited to be sent.
  if (client !== creator) redirect(query, client);
  const { resolve, reject } = query;
  // A cursor waits for its reader.
  const answered = isCursor ? undefined : guard.expectAnswer?.(query);
  const deadline = isCursor
    ? undefined
    : setTimeout(() => {
        const error = new Refusal('service_unavailable', 'the database did not answer in time; try again');
        guard.late(client, error);
        query.reject(error);
      }, guard.answerMsMax);
  const settle = (): void => {
    clearTimeout(deadline);
    answered?.();
    leave();
  };
  query.reject = (error) => {
    settle();
    guard.failed?.(error, client);
    reject(error);
  };
  query.resolve = (rows) => {
    if (!isWhole(rows))
      return query.reject(new Refusal('service_unavailable', 'the connection to the database was lost; try again'));
    settle();
    guard.answered?.();
    resolve(rows);
  };
  return send.call(query);
}

/** Lets another client send a query. */
function redirect(query: Query, client: postgres.ISql): void {
  const unsent: unknown = client.unsafe('');
  if (isQuery(unsent)) query.handler = unsent.handler;
}

/**
 * Whether a result has as many rows as the server counted. If a connection is lost in the middle of a result, the driver
 * (3.4.9) continues counting its rows after the reconnection, and the result of another statement begins with that many
 * empty elements. An empty result is not checked: statements that return no rows have a count as well.
 */
function isWhole(rows: unknown): boolean {
  if (!Array.isArray(rows) || rows.length === 0) return true;
  return !('count' in rows) || typeof rows.count !== 'number' || rows.count === rows.length;
}

function isQuery(value: unknown): value is Query {
  return value instanceof Promise && 'handle' in value && 'resolve' in value && 'reject' in value;
}
