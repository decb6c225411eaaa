import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { Refusal } from '../domain/refusal.ts';
import type { Semaphore } from './semaphore.ts';
import { guardSql, type StatementGuard } from './statement-guard.ts';

/**
 * Transactions that survive a lost connection. When the driver loses one during a transaction, it rejects the
 * transaction but lets its callback continue. Whatever that sends next, including the driver's own rollback, is written
 * to no socket (and throws where nobody can catch it) or into the next transaction on the reopened connection. Therefore
 * nothing is sent or settled once a transaction is over, and after a failure that may be a lost connection everything
 * waits until the driver must have noticed it.
 *
 * A commit is verified. The driver sends its own as a prepared statement and ignores what became of it: where a pooler has
 * moved the session, preparing fails, that aborts the transaction, and the repeated commit then succeeds by rolling back. So
 * the transaction is committed here, in the simple protocol, and only the tag `COMMIT` counts. The driver's own commit
 * follows, outside of any transaction, and nobody waits for it.
 */

/** The state of a running transaction. */
type Scope = {
  over: boolean;
  committing: boolean;
  /** The error of the first statement that failed. */
  failure: unknown;
  /** After a failure that may be a lost connection: settles when the driver must have noticed it. */
  lossKnown: Promise<void> | null;
};

/** A socket reports its error and its end within one or two turns of the event loop. */
const lossNoticeMs = 50;

const scopes = new AsyncLocalStorage<Scope>();

/** True in code that a running transaction has called. */
export function isInsideTransaction(): boolean {
  return scopes.getStore()?.over === false;
}

/** Throws within a transaction: a statement sent to the pool there would wait for the transaction or run outside it. */
export function refuseInsideTransaction(): void {
  if (isInsideTransaction()) {
    throw new Error('the pool was used inside a transaction: use the transaction that begin passes to its callback');
  }
}

/** See `Database.begin`. */
export async function runTransaction<T>(
  deps: { readonly pool: postgres.Sql; readonly semaphore: Semaphore },
  run: (tx: postgres.ISql) => Promise<T>,
  msMax: number,
): Promise<T> {
  refuseInsideTransaction();
  const release = await deps.semaphore.acquire();
  const scope: Scope = { over: false, committing: false, failure: null, lossKnown: null };
  return new Promise<T>((resolve, reject) => {
    let giveUp: (error: Error) => void = () => {};
    const deadline = setTimeout(() => {
      if (scope.committing) return; // The commit may still succeed, so it must not be reported as failed.
      scope.over = true;
      const detail = `the transaction took longer than ${msMax} ms and was rolled back; try again`;
      const error = new Refusal('service_unavailable', detail);
      giveUp(error);
      reject(error);
      release();
    }, msMax);
    const work = deps.pool.begin(
      (tx) =>
        new Promise<void>((finish, fail) => {
          giveUp = fail;
          void scopes
            .run(scope, () => runInside(tx, scope, run))
            .then((result) => {
              scope.over = true;
              resolve(result);
              finish();
            }, fail);
        }),
    );
    const settle = () => {
      scope.over = true;
      clearTimeout(deadline);
      release();
    };
    // A connection that is lost after the verified commit changes nothing: the promise is then already resolved.
    work.then(settle, (error) => {
      settle();
      reject(error);
    });
  });
}

async function runInside<T>(tx: postgres.ISql, scope: Scope, run: (tx: postgres.ISql) => Promise<T>): Promise<T> {
  try {
    const result = await run(guardSql(tx, transactionGuard(scope)));
    await scope.lossKnown;
    if (scope.over) return await never();
    scope.committing = true;
    await commit(tx, scope);
    return result;
  } catch (error) {
    await scope.lossKnown;
    // Rejecting would make the driver send a rollback.
    if (scope.over) return never();
    throw error;
  }
}

async function commit(tx: postgres.ISql, { failure }: Scope): Promise<void> {
  const { command } = await tx.unsafe('commit');
  if (command === 'COMMIT') return;
  throw failure ?? new Error(`the transaction was not committed: the database answered ${command}`);
}

function transactionGuard(scope: Scope): StatementGuard {
  return {
    admit: async () => {
      await scope.lossKnown;
      if (scope.over) throw new Error('the transaction is over: it took too long or its connection was lost');
      return () => {};
    },
    failed: (error) => {
      scope.failure ??= error;
      if (!(error instanceof postgres.PostgresError)) scope.lossKnown ??= wait(lossNoticeMs);
    },
  };
}

/** Nothing references the promise, so it is garbage-collected together with everything that waits for it. */
function never<T>(): Promise<T> {
  return new Promise(() => {});
}
