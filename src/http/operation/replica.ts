import { Refusal } from '../../domain/refusal.ts';
import type { Deps, Log } from '../../services/deps.ts';

/** How long reads go to the primary after the replica failed. */
export const replicaPauseMs = 30_000;

/** Runs a read on the replica, or on the primary if the replica cannot serve it. */
export type Replica = <T>(services: Deps, read: (services: Deps) => Promise<T>) => Promise<T>;

/**
 * Creates a `Replica` for the database `db`. A read that the replica refuses is repeated on the primary, because the replica
 * may lag behind. When the replica fails, reads go to the primary for a while, so that only few requests wait for it.
 */
export function createReplica(db: Deps['db'], log: Log): Replica {
  let pausedUntil = 0;
  return async (services, read) => {
    if (services.now() < pausedUntil) return await read(services);
    try {
      return await read({ ...services, db });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'service_unavailable') {
        pausedUntil = services.now() + replicaPauseMs;
        log.warn({ error: String(error) }, 'the replica failed; reads go to the primary for a while');
      }
      return await read(services);
    }
  };
}
