import type postgres from 'postgres';

/** What stands before each statement. */
export type StatementGuard = {
  /**
   * Resolves when the statement may be sent, to what is called once it has settled; rejects to fail the statement.
   * A cursor is read at its reader's pace and may never settle.
   */
  admit(cursor: boolean): Promise<() => void>;
  /** A statement failed. Called before those who wait for it hear of it. */
  failed?(error: unknown): void;
};

/**
 * The part of the driver's query object that the guard hooks: a query is sent when it is first awaited, by
 * `handle`, and settled by `resolve` or `reject`. Fragments of other statements are never handled on their own.
 */
type Query = {
  handle(): Promise<void>;
  reject(error: unknown): void;
  resolve(rows: unknown): void;
  cursorFn?: unknown;
};

/** The same tagged template, with the guard before each statement. */
export function guardSql(sql: postgres.ISql, guard: StatementGuard): postgres.ISql {
  // The overloads of a tagged template cannot be spelled for a wrapper; arguments and result pass through unchanged.
  const call = sql as unknown as (...args: unknown[]) => unknown;
  const unsafe = sql.unsafe as unknown as (...args: unknown[]) => unknown;
  const guarded = Object.assign((...args: unknown[]) => guardQuery(call(...args), guard), sql, {
    unsafe: (...args: unknown[]) => guardQuery(unsafe(...args), guard),
  });
  return guarded as unknown as postgres.ISql;
}

/** Identifiers, row helpers and the like are no queries and pass unchanged. */
function guardQuery(value: unknown, guard: StatementGuard): unknown {
  if (!isQuery(value)) return value;
  const query = value;
  const send = query.handle;
  let handled: Promise<void> | null = null;
  query.handle = () => {
    handled ??= sendGuarded(query, send, guard);
    return handled;
  };
  return query;
}

async function sendGuarded(query: Query, send: Query['handle'], guard: StatementGuard): Promise<void> {
  let leave: () => void;
  try {
    leave = await guard.admit(query.cursorFn !== undefined);
  } catch (error) {
    query.reject(error);
    return;
  }
  const { resolve, reject } = query;
  query.reject = (error) => {
    leave();
    guard.failed?.(error);
    reject(error);
  };
  query.resolve = (rows) => {
    if (!isWhole(rows)) return query.reject(new Error('the database driver returned an answer with rows missing'));
    leave();
    resolve(rows);
  };
  await send.call(query);
}

/**
 * When a connection is lost in the middle of an answer, the driver (3.4.9) keeps counting its rows where it stopped:
 * after it has reconnected, an answer to another statement begins with as many empty places. The server's own count
 * tells. Statements that return nothing have a count as well, so an empty answer says nothing.
 */
function isWhole(rows: unknown): boolean {
  if (!Array.isArray(rows) || rows.length === 0) return true;
  return !('count' in rows) || typeof rows.count !== 'number' || rows.count === rows.length;
}

function isQuery(value: unknown): value is Query {
  return value instanceof Promise && 'handle' in value && 'resolve' in value && 'reject' in value;
}
