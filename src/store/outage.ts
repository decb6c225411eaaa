import { Refusal } from '../domain/refusal.ts';
import type { Semaphore } from './semaphore.ts';

/**
 * Whether the database can be connected to. While it cannot, one caller at a time tries, about twice a second; every
 * other one is refused immediately. Otherwise each request would wait for a connection attempt of its own, and together they
 * would be a burden on a server that is just starting.
 */
export type Outage = {
  /** Throws `service_unavailable` during an outage, unless it is time for another try. */
  refuseEarly(): void;
  /** The same for a caller that then makes the try: returns what to reject with, or null. */
  refuse(): Refusal | null;
  /** A connection could not be opened. */
  failed(): void;
  /** A statement was lost with its connection, which may have been an old one. */
  lost(): void;
  /** The database has answered a statement. */
  answered(): void;
};

/** The longest time between two tries. It stays this short, because requests are refused until one succeeds. */
const tryMsMax = 500;
const tryMsMin = 10;
/** A try without a result is followed by another after this time, so that only a few connections are being opened at once. */
const hangingTryMs = 1000;

export function createOutage(now: () => number = performance.now.bind(performance)): Outage {
  let failures = 0;
  let nextTryAt = 0;
  let trying = false;
  const isTooEarly = (): boolean => failures > 0 && now() < nextTryAt;
  return {
    refuseEarly: () => {
      if (isTooEarly()) throw unreachable();
    },
    refuse: () => {
      if (failures === 0) return null;
      if (isTooEarly()) return unreachable();
      trying = true;
      nextTryAt = now() + hangingTryMs;
      return null;
    },
    failed: () => {
      // Tries that fail together count once.
      if (failures > 0 && !trying) return;
      trying = false;
      failures += 1;
      nextTryAt = now() + jittered(Math.min(tryMsMin * 2 ** failures, tryMsMax));
    },
    lost: () => {
      if (!trying) return;
      trying = false;
      nextTryAt = now() + jittered(tryMsMin);
    },
    answered: () => {
      failures = 0;
    },
  };
}

function unreachable(): Refusal {
  return new Refusal('service_unavailable', 'the database is not reachable; try again');
}

/** Nodes that lost the database at the same moment must not return at the same moment. */
export function jittered(ms: number): number {
  return (0.5 + Math.random() / 2) * ms;
}

/** A semaphore that refuses its callers during an outage, also those that were already waiting. */
export function refuseDuring(outage: Outage, semaphore: Semaphore): Semaphore {
  return {
    acquire: async () => {
      outage.refuseEarly();
      const release = await semaphore.acquire();
      const refusal = outage.refuse();
      if (refusal === null) return release;
      release();
      throw refusal;
    },
  };
}
