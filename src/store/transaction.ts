import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import type { Gate } from './gate.ts';
import { guardSql, type StatementGuard } from './statement-guard.ts';

/**
 * Transactions on a driver that takes a connection lost in the middle of one badly: it rejects the transaction, but
 * its callback goes on, and whatever that sends next, the driver's own rollback included, goes to no socket (which
 * throws where nobody can catch it) or into the next transaction on the re-opened connection. Therefore nothing is
 * sent and nothing is settled once a transaction is over, and what follows a suspicious failure waits for the news.
 */

/** A transaction under way, as seen from what runs within it. */
type Scope = {
  over: boolean;
  committing: boolean;
  /** After a failure that may be a lost connection: settles when the driver must have noticed. */
  news: Promise<void> | null;
};

/** A socket reports its error and its end within a turn or two of the event loop. */
const lossNewsMs = 50;

const scopes = new AsyncLocalStorage<Scope>();

/** Throws within a transaction: what is sent to the pool there would wait for the transaction, or escape it. */
export function refuseInsideTransaction(): void {
  if (scopes.getStore()?.over === false) {
    throw new Error('the pool was used inside a transaction: pass the transaction on to what runs in it');
  }
}

/** See `Database.begin`. */
export async function runTransaction<T>(
  deps: { readonly pool: postgres.Sql; readonly gate: Gate },
  run: (tx: postgres.ISql) => Promise<T>,
  msMax: number,
): Promise<T> {
  refuseInsideTransaction();
  const leave = await deps.gate.enter();
  const scope: Scope = { over: false, committing: false, news: null };
  return new Promise<T>((resolve, reject) => {
    let giveUp: (error: Error) => void = () => {};
    const deadline = setTimeout(() => {
      if (scope.committing) return; // To call a commit under way failed could be wrong.
      scope.over = true;
      const error = new Error(`the transaction took longer than ${msMax} ms and was given up`);
      giveUp(error);
      reject(error);
      leave();
    }, msMax);
    const work = deps.pool.begin(
      (tx) =>
        new Promise<T>((finish, fail) => {
          giveUp = fail;
          void scopes.run(scope, () => runInside(tx, scope, run)).then(finish, fail);
        }),
    );
    const settle = () => {
      scope.over = true;
      clearTimeout(deadline);
      leave();
    };
    work.then(
      (result) => {
        settle();
        // The driver's type unwraps arrays of promises; `run` resolves to a value, so nothing is unwrapped.
        resolve(result as T);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}

async function runInside<T>(tx: postgres.ISql, scope: Scope, run: (tx: postgres.ISql) => Promise<T>): Promise<T> {
  try {
    const result = await run(guardSql(tx, transactionGuard(scope)));
    await scope.news;
    if (scope.over) return await never();
    scope.committing = true;
    return result;
  } catch (error) {
    await scope.news;
    // The driver would send a rollback.
    if (scope.over) return never();
    throw error;
  }
}

function transactionGuard(scope: Scope): StatementGuard {
  return {
    admit: async () => {
      await scope.news;
      if (scope.over) throw new Error('the transaction is over: it took too long, or its connection was lost');
      return () => {};
    },
    failed: (error) => {
      if (!(error instanceof postgres.PostgresError)) scope.news ??= wait(lossNewsMs);
    },
  };
}

/** Nothing holds on to it, so it is collected with all that waits for it. */
function never<T>(): Promise<T> {
  return new Promise(() => {});
}
