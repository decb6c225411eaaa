import type { Listener } from '../../store/db.ts';
import { settleChannel } from '../../store/settle-queue.ts';
import type { Deps } from '../deps.ts';
import { withCurrentIdentity } from '../identity/identity.ts';
import { refreshModels } from '../models/states.ts';
import { settleMarked } from './queue.ts';

/** How often the queue is looked at, because notifications can be lost, and postponed predictions become due by time alone. */
const lookMs = 60_000;

export type Settler = {
  /** Begins no further batch, and waits for the one in progress. */
  stop(): Promise<void>;
};

/**
 * Settles the predictions that polls have left in the queue, as soon as the database notifies of them: at a start, and when a
 * poll could not settle all of what it affects. Any number of processes may do so on one database, and share the work.
 */
export async function startSettler(deps: Deps): Promise<Settler> {
  let stopping = false;
  let asked = false;
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    while (asked && !stopping) {
      asked = false;
      await settleQueue(deps, () => stopping).catch((error: unknown) =>
        deps.log.error({ error: String(error) }, 'settling predictions failed; it continues within a minute'),
      );
    }
  };
  const ring = (): void => {
    asked = true;
    running ??= run().finally(() => {
      running = null;
    });
  };
  const listener = await listen(deps, ring);
  const timer = setInterval(ring, lookMs).unref();
  return {
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await listener?.unlisten();
      await running;
    },
  };
}

async function listen(deps: Deps, ring: () => void): Promise<Listener | null> {
  try {
    return await deps.db.listen(settleChannel, ring, ring);
  } catch (error) {
    const fields = { error: String(error) };
    deps.log.warn(fields, 'notifications are not available; predictions that wait are settled every minute');
    return null;
  }
}

/** Settles everything in the queue, and recomputes the models that evidence has touched. */
export async function settleQueue(
  deps: Deps,
  isOver: () => boolean = () => false,
): Promise<{ settled: number; resolved: number; models: number }> {
  const current = await withCurrentIdentity(deps);
  const { evaluated, resolved } = await settleMarked(current, { isOver });
  const models = isOver() ? 0 : await refreshModels(current);
  return { settled: evaluated, resolved, models };
}
