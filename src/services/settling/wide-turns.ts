import { watchesOf } from '../../domain/criterion/watch.ts';
import { isInsideTransaction } from '../../store/transaction.ts';
import type { Claim } from './timelines.ts';

/**
 * What wide timelines are loaded for. Reads do not wait for checks, which anybody may send. Settling takes no turns at all:
 * it runs in transactions.
 */
export type WidePurpose = 'checks' | 'reads';

/** The last wide evaluation of each purpose that was admitted to the queue. */
const last: Record<WidePurpose, Promise<unknown>> = { checks: Promise.resolve(), reads: Promise.resolve() };

/**
 * Loads and evaluates wide claims one after the other, so that there is one wide timeline of each purpose in memory, and
 * statements of one such load between those of other requests. Claims that name vendor and family run at once.
 */
export async function inWideTurn<T>(
  purpose: WidePurpose,
  claims: readonly Pick<Claim, 'criterion'>[],
  run: () => Promise<T>,
): Promise<T> {
  // Inside a transaction, those that come first may wait for a connection that the transaction holds.
  if (!claims.some(isWide) || isInsideTransaction()) return await run();
  const turn = last[purpose].then(run, run);
  last[purpose] = turn.catch(() => {});
  return await turn;
}

/** Whether a criterion watches the models of any vendor, or of any family. */
function isWide({ criterion }: Pick<Claim, 'criterion'>): boolean {
  return watchesOf(criterion).some(({ vendor, family }) => vendor === 'any' || family === 'any');
}
