import { isDatabaseDown } from '../domain/database-failure.ts';
import type { Deps } from './deps.ts';

/** The time between two attempts of a cleanup. */
const retryMs = 1000;

export type Cleanup = {
  /** What it does, for the log. */
  readonly name: string;
  /** After this time the cleanup is no longer needed, because a lease has expired. */
  readonly msMax: number;
  readonly run: () => Promise<unknown>;
};

/**
 * Cleans up after work that failed with `cause`, so that nobody has to wait for a lease to expire. If the database failed, the
 * cleanup is repeated in the background until the database is back, and this resolves at once. Never rejects.
 */
export async function cleanUp(deps: Pick<Deps, 'log'>, cause: unknown, cleanup: Cleanup): Promise<void> {
  if (!isDatabaseDown(cause) && (await attempt(deps, cleanup))) return;
  void repeat(deps, cleanup);
}

async function repeat(deps: Pick<Deps, 'log'>, cleanup: Cleanup): Promise<void> {
  const endsAt = performance.now() + cleanup.msMax;
  while (performance.now() < endsAt) {
    // A process that ends need not wait for this.
    await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
    if (await attempt(deps, cleanup)) return;
  }
}

async function attempt({ log }: Pick<Deps, 'log'>, { name, run }: Cleanup): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    log.warn({ cleanup: name, error: String(error) }, 'a cleanup failed; it is repeated until its lease expires');
    return false;
  }
}
