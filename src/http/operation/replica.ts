import { Refusal } from '../../domain/refusal.ts';
import type { Deps, Log } from '../../services/deps.ts';

/** A replica that could not be asked is left alone for so long. */
export const replicaRestMs = 30_000;

/** Runs a read on a copy of the database that may lag behind, or on the database itself where the copy cannot answer. */
export type Replica = <T>(services: Deps, read: (services: Deps) => Promise<T>) => Promise<T>;

/**
 * What the replica refuses is asked again of the database itself: it may only not have heard of it yet. When it fails it is
 * left alone for a while, and nobody but who asked at that moment has waited for it.
 */
export function createReplica(db: Deps['db'], log: Log): Replica {
  let restsUntil = 0;
  return async (services, read) => {
    if (services.now() < restsUntil) return await read(services);
    try {
      return await read({ ...services, db });
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'service_unavailable') {
        restsUntil = services.now() + replicaRestMs;
        log.warn(
          { error: String(error) },
          'the replica could not be asked; reads go to the database itself for a while',
        );
      }
      return await read(services);
    }
  };
}
