import { Refusal } from '../domain/refusal.ts';

/** Lets so many in at once; others wait in the order they came, not for ever and not without number. */
export type Gate = {
  /**
   * Resolves to the function that leaves again; calling that twice counts once.
   * Refuses with `service_unavailable` when the wait or the queue is too long.
   */
  enter(): Promise<() => void>;
};

export type GateLimits = {
  readonly insideMax: number;
  readonly waitersMax: number;
  readonly waitMsMax: number;
};

type Waiter = { admit(): void };

export function createGate(limits: GateLimits): Gate {
  const waiters = new Set<Waiter>();
  let inside = 0;

  function admit(): () => void {
    inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      const next = waiters.values().next();
      if (!next.done) next.value.admit();
    };
  }

  return {
    enter: () => {
      if (inside < limits.insideMax) return Promise.resolve(admit());
      if (waiters.size >= limits.waitersMax) return Promise.reject(overloaded(`${limits.waitersMax} are waiting`));
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          waiters.delete(waiter);
          reject(overloaded(`waited ${limits.waitMsMax} ms`));
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
  return new Refusal('service_unavailable', `the database is busy: ${why} for a connection; try again later`);
}
