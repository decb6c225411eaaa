import { Refusal } from '../domain/refusal.ts';
import type { Listener } from '../store/db.ts';
import { eventsChannel } from '../store/event-log.ts';
import type { Deps } from './deps.ts';
import { findNewestPosition } from './event-log.ts';

/** Tells those who follow the event log that there is more of it: one look at the database for all of a node's followers. */
export type EventPulse = {
  /** A place among the followers, and how to leave it. Refuses with `service_unavailable` when there are too many. */
  join(): () => void;
  /** True once streams must end. */
  isOver(): boolean;
  /** The newest place this node knows of. */
  newest(): number;
  /** Resolves when the log may go on beyond a place, when `signal` is aborted, and when all is over. */
  beyond(position: number, signal: AbortSignal): Promise<void>;
  /** Wakes every follower, to find that it is over. */
  close(): Promise<void>;
};

/** How often a node looks for itself, since a notification may be lost. */
const lookEveryMs = 1000;
/** Followers of one node. */
export const followersMax = 1000;

type Waiter = { readonly position: number; readonly wake: () => void };

export function createEventPulse(deps: Pick<Deps, 'db' | 'log'>, lookMs = lookEveryMs): EventPulse {
  const waiters = new Set<Waiter>();
  let followers = 0;
  let newest = 0;
  let over = false;
  let looking: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let listener: Promise<Listener | null> | null = null;

  const look = async (): Promise<void> => {
    try {
      newest = await findNewestPosition(deps);
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'the event log could not be read; it is looked at again');
    }
    for (const waiter of waiters) if (newest > waiter.position) waiter.wake();
  };
  // A hint that comes during a look may be of what that look did not see: it is followed by another.
  let again = false;
  const lookOnce = (): void => {
    if (looking !== null) {
      again = true;
      return;
    }
    looking = look().finally(() => {
      looking = null;
      if (!again) return;
      again = false;
      lookOnce();
    });
  };
  const start = (): void => {
    timer ??= setInterval(lookOnce, lookMs).unref();
    listener ??= deps.db.listen(eventsChannel, lookOnce, lookOnce).catch((error) => {
      deps.log.warn({ error: String(error) }, 'notifications cannot be heard; the event log is looked at by the clock');
      return null;
    });
  };
  const rest = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };

  return {
    isOver: () => over,
    newest: () => newest,
    join: () => {
      if (followers >= followersMax)
        throw new Refusal('service_unavailable', `${followersMax} are following the events of this node already`);
      followers += 1;
      start();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        followers -= 1;
        if (followers === 0) rest();
      };
    },
    beyond: async (position, signal) => {
      if (over || newest > position || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const waiter = { position, wake };
        waiters.add(waiter);
        signal.addEventListener('abort', wake, { once: true });
        lookOnce();
      });
    },
    close: async () => {
      over = true;
      rest();
      for (const waiter of waiters) waiter.wake();
      await looking;
      await (await listener)?.unlisten();
    },
  };
}
