import { Refusal } from '../domain/refusal.ts';

/** A counting semaphore: callers beyond its limit wait in order of arrival, for a limited time and in a limited queue. */
export type Semaphore = {
  /**
   * Resolves to the function that releases the place; calling it twice counts once.
   * Refuses with `service_unavailable` when the wait or the queue is too long.
   */
  acquire(): Promise<() => void>;
};

export type SemaphoreLimits = {
  readonly holdersMax: number;
  readonly waitersMax: number;
  readonly waitMsMax: number;
};

type Waiter = { admit(): void };

export function createSemaphore(limits: SemaphoreLimits): Semaphore {
  const waiters = new Set<Waiter>();
  let holders = 0;

  function admit(): () => void {
    holders += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      holders -= 1;
      const next = waiters.values().next();
      if (!next.done) next.value.admit();
    };
  }

  return {
    acquire: () => {
      if (holders < limits.holdersMax) return Promise.resolve(admit());
      if (waiters.size >= limits.waitersMax)
        return Promise.reject(overloaded(`${limits.waitersMax} callers are already waiting for a connection`));
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiters.delete(waiter);
          reject(overloaded(`no connection came free within ${limits.waitMsMax} ms`));
        }, limits.waitMsMax);
        const waiter = {
          admit: () => {
            clearTimeout(late);
            waiters.delete(waiter);
            resolve(admit());
          },
        };
        waiters.add(waiter);
      });
    },
  };
}

function overloaded(why: string): Refusal {
  return new Refusal('service_unavailable', `the database is busy: ${why}; try again later`);
}
