import { watchesOf } from '../../domain/criterion/watch.ts';
import { isInsideTransaction } from '../../store/transaction.ts';
import type { Claim } from './timelines.ts';

/**
 * The purpose of loading a wide timeline. Reads do not wait for checks, which anybody may send. Settling never waits
 * for a turn, because it runs in transactions.
 */
export type WidePurpose = 'checks' | 'reads';

/** The last wide evaluation of each purpose that was admitted to the queue. */
const last: Record<WidePurpose, Promise<unknown>> = { checks: Promise.resolve(), reads: Promise.resolve() };

/**
 * Loads and evaluates wide claims one after the other, so that memory holds at most one wide timeline per purpose, and
 * other requests wait for the statements of at most one load per purpose. Claims that name vendor and family run
 * immediately.
 */
export async function inWideTurn<T>(
  purpose: WidePurpose,
  claims: readonly Pick<Claim, 'criterion'>[],
  run: () => Promise<T>,
): Promise<T> {
  // A transaction must not wait: a claim ahead in the queue may be waiting for the connection that it holds.
  if (!claims.some(isWide) || isInsideTransaction()) return await run();
  const turn = last[purpose].then(run, run);
  last[purpose] = turn.catch(() => {});
  return await turn;
}

/** Whether a criterion watches the models of any vendor, or of any family. */
function isWide({ criterion }: Pick<Claim, 'criterion'>): boolean {
  return watchesOf(criterion).some(({ vendor, family }) => vendor === 'any' || family === 'any');
}
