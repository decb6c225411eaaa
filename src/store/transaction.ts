import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { isConflict, isConnectionLoss } from '../domain/database-failure.ts';
import { Refusal } from '../domain/refusal.ts';
import { jittered } from './outage.ts';
import type { Pool, PoolLimits } from './pool.ts';
import { guardSql, type StatementGuard } from './statement-guard.ts';

/**
 * Transactions that survive a lost connection. When the driver loses one during a transaction, it rejects the
 * transaction but lets its callback continue. Anything sent after that, including the driver's own rollback, is either
 * written to a missing socket, which throws where nobody can catch it, or becomes part of the next transaction on the
 * reopened connection. Therefore nothing is sent or settled once a transaction is over. After a failure that may be a
 * lost connection, everything waits until the driver must have noticed the loss.
 *
 * A commit is verified. The driver sends its own commit as a prepared statement and ignores the result. If a pooler has
 * moved the session, preparing fails and aborts the transaction; the driver repeats the commit, which rolls back and
 * reports success. So the transaction is committed here, in the simple protocol, and only the tag `COMMIT` counts. `and
 * chain` immediately begins an empty transaction for the driver's own commit to end; nothing waits for that commit.
 * Without `and chain` the driver would see its transaction end early, and free the connection before it has sent its
 * commit.
 */

export type BeginOptions = {
  /** How long the transaction may take; `transactionMsMax` by default. */
  readonly msMax?: number | undefined;
  /**
   * True if the callback may run again after the database has rolled it back because of a conflict with another
   * transaction: all that it changes, it changes in the transaction.
   */
  readonly repeatable?: boolean;
};

/** How often a transaction is tried that the database rolls back because of a conflict, or that could not begin. */
const attemptsMax = 3;
/** A transaction that could not begin is tried again within this time only: a caller is waiting. */
const beginAgainMsMax = 1000;
/** The longest wait before the second attempt; twice as long before the third. */
const conflictWaitMs = 50;

/** The state of a running transaction. */
type Scope = {
  began: boolean;
  over: boolean;
  committing: boolean;
  /** The error of the first statement that failed. */
  failure: unknown;
  /** After a failure that may be a lost connection: resolves when the driver must have noticed the loss. */
  lossKnown: Promise<void> | null;
};

/** A socket reports its error and its end within one or two turns of the event loop. */
const lossNoticeMs = 50;

const scopes = new AsyncLocalStorage<Scope>();

/** While no transaction is running nothing is tracked, because that makes every promise of the process slower. */
let runningCount = 0;

/** Tracks a transaction until its slot is released. Releasing twice counts once. */
function trackUntil(release: () => void): () => void {
  runningCount += 1;
  let isReleased = false;
  return () => {
    release();
    if (isReleased) return;
    isReleased = true;
    runningCount -= 1;
    if (runningCount === 0) scopes.disable();
  };
}

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
  pool: Pool,
  run: (tx: postgres.ISql) => Promise<T>,
  { msMax = pool.limits.transactionMsMax, repeatable = false }: BeginOptions = {},
): Promise<T> {
  refuseInsideTransaction();
  const startedAt = performance.now();
  const endsAt = startedAt + msMax;
  for (let attempt = 1; ; attempt += 1) {
    const scope: Scope = { began: false, over: false, committing: false, failure: null, lossKnown: null };
    try {
      return await runOnce(pool, run, scope, Math.max(1, Math.ceil(endsAt - performance.now())));
    } catch (error) {
      // A pooled connection may have been lost long ago, of which the driver learns when it uses it.
      const mayRepeat = scope.began
        ? repeatable && isConflict(error)
        : isConnectionLoss(error) && performance.now() - startedAt < beginAgainMsMax;
      if (!mayRepeat || attempt >= attemptsMax || performance.now() >= endsAt) throw error;
      if (scope.began) await wait(jittered(conflictWaitMs * attempt));
    }
  }
}

async function runOnce<T>(pool: Pool, run: (tx: postgres.ISql) => Promise<T>, scope: Scope, msMax: number): Promise<T> {
  const release = trackUntil(await pool.transactions.acquire());
  const client = pool.client();
  const { answerMsMax, commitMsMax } = limitsWithin(pool.limits, msMax);
  return new Promise<T>((resolve, reject) => {
    const limits = limitTime({ pool, client, scope, release, reject, msMax, answerMsMax });
    const { silence, finish, abandon } = limits;
    const begun = pool.expectAnswer({});
    const work = client.begin(async (tx) => {
      begun();
      pool.noteAnswer();
      if (scope.over) throw new Error('the transaction was given up before it began');
      scope.began = true;
      silence.end();
      const running = { tx, client, pool, scope, silence, abandon, answerMsMax, commitMsMax };
      const result = await Promise.race([limits.givenUp(), scopes.run(scope, () => runInside(running, run))]);
      silence.end();
      finish(() => resolve(result));
    });
    // A connection that is lost after the verified commit changes nothing: the promise is then already resolved.
    const fail = (error: unknown): void => {
      if (!scope.began) pool.noteFailure(client, error);
      finish(() => reject(error));
    };
    const end = (): void => {
      begun();
      silence.end();
      release();
    };
    void work.catch(fail).finally(end);
  });
}

type Limited = {
  readonly pool: Pool;
  readonly client: postgres.Sql;
  readonly scope: Scope;
  readonly release: () => void;
  readonly reject: (error: Error) => void;
  readonly msMax: number;
  readonly answerMsMax: number;
};

/** Ends a transaction that takes too long, and one whose connection does not respond. */
function limitTime({ pool, client, scope, release, reject, msMax, answerMsMax }: Limited) {
  const finish = (end: () => void): void => {
    scope.over = true;
    clearTimeout(deadline);
    end();
  };
  const abandon = (error: Error): void => {
    finish(() => reject(error));
    release();
    pool.condemn(client);
  };
  const silence = watchForSilence(abandon);
  let giveUp: (error: Error) => void = () => {};
  const deadline = setTimeout(() => {
    if (scope.committing) return; // The commit may still succeed, so it must not be reported as failed.
    const error = unavailable(`the transaction took longer than ${msMax} ms and was rolled back; try again`);
    giveUp(error);
    finish(() => reject(error));
    release();
    silence.expect(answerMsMax, error);
  }, msMax);
  silence.expect(pool.limits.boundaryMsMax, unavailable('the database did not begin a transaction in time; try again'));
  /** Rejects when the transaction has taken too long. */
  const givenUp = (): Promise<never> =>
    new Promise<never>((_resolve, fail) => {
      giveUp = fail;
    });
  return { silence, finish, abandon, givenUp };
}

/** If a transaction may take longer than usual, such as a migration, its statements and its commit may, too. */
function limitsWithin({ transactionMsMax, answerMsMax, boundaryMsMax }: PoolLimits, msMax: number) {
  const least = msMax > transactionMsMax ? msMax : 0;
  return { answerMsMax: Math.max(answerMsMax, least), commitMsMax: Math.max(boundaryMsMax, least) };
}

type Silence = { expect(msMax: number, error: Error): void; end(): void };

/** Reports an error when what is expected does not happen in time. */
function watchForSilence(report: (error: Error) => void): Silence {
  let timer: NodeJS.Timeout | undefined;
  return {
    expect: (msMax, error) => {
      clearTimeout(timer);
      timer = setTimeout(() => report(error), msMax);
    },
    end: () => clearTimeout(timer),
  };
}

function unavailable(detail: string): Refusal {
  return new Refusal('service_unavailable', detail);
}

type Running = {
  readonly tx: postgres.ISql;
  readonly client: postgres.Sql;
  readonly pool: Pool;
  readonly scope: Scope;
  readonly silence: Silence;
  readonly answerMsMax: number;
  readonly commitMsMax: number;
  /** Rejects the transaction at once and closes its connection. */
  readonly abandon: (error: Error) => void;
};

/**
 * Runs the callback of a transaction and commits. Once the transaction is over, nothing may be sent any more, so the
 * returned promise then never settles.
 */
async function runInside<T>(running: Running, run: (tx: postgres.ISql) => Promise<T>): Promise<T> {
  const { tx, scope, silence } = running;
  const guarded = guardSql(() => tx, transactionGuard(running));
  try {
    const result = await run(guarded);
    await scope.lossKnown;
    if (scope.over) return await never();
    scope.committing = true;
    const detail = 'the database did not confirm the commit in time: it may or may not have succeeded';
    silence.expect(running.commitMsMax, unavailable(detail));
    await commit(guarded, scope);
    return result;
  } catch (failure) {
    await scope.lossKnown;
    // Rejecting would make the driver send a rollback.
    if (scope.over) return never();
    const error = scope.committing && isConnectionLoss(failure) ? unavailable(commitLost) : failure;
    silence.expect(running.answerMsMax, error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

const commitLost = 'the connection to the database was lost during the commit: it may or may not have succeeded';

async function commit(tx: postgres.ISql, { failure }: Scope): Promise<void> {
  const { command } = await tx.unsafe('commit and chain');
  if (command === 'COMMIT') return;
  throw failure ?? new Error(`the transaction was not committed: the database answered ${command}`);
}

function transactionGuard({ client, pool, scope, abandon, answerMsMax }: Running): StatementGuard {
  return {
    answerMsMax,
    // Nothing can be rolled back on a connection that does not answer: it is closed.
    late: (_client, error) => abandon(error),
    admit: async () => {
      await scope.lossKnown;
      if (scope.over) throw new Error('the transaction is over: it took too long or its connection was lost');
      return () => {};
    },
    expectAnswer: pool.expectAnswer,
    answered: () => pool.noteAnswer(),
    failed: (error) => {
      scope.failure ??= error;
      pool.noteFailure(client, error);
      if (!(error instanceof postgres.PostgresError)) scope.lossKnown ??= wait(lossNoticeMs);
    },
  };
}

/** Nothing references the promise, so it is garbage-collected together with everything that waits for it. */
function never<T>(): Promise<T> {
  return new Promise(() => {});
}
