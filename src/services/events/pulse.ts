import { Refusal } from '../../domain/refusal.ts';
import type { Listener } from '../../store/db.ts';
import { eventsChannel } from '../../store/event-log.ts';
import type { Deps } from '../deps.ts';
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

export function createEventPulse(deps: Pick<Deps, 'db' | 'log'>, lookMs = lookEveryMs): EventPulse {
  const room = createWaitingRoom();
  let newest = 0;
  let over = false;
  const look = createLook(async () => {
    try {
      newest = await findNewestPosition(deps);
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'the event log could not be read; it is looked at again');
    }
    room.wakeBelow(newest);
  });
  const watch = createWatch(deps, look.now, lookMs);
  return {
    isOver: () => over,
    newest: () => newest,
    join: watch.join,
    beyond: async (position, signal) => {
      if (over || newest > position || signal.aborted) return;
      const woken = room.enter(position, signal);
      look.now();
      await woken;
    },
    close: async () => {
      over = true;
      room.wakeBelow(Number.POSITIVE_INFINITY);
      await watch.close();
      await look.idle();
    },
  };
}

/** Those who wait for the log to go on beyond a place. */
function createWaitingRoom() {
  const waiters = new Set<{ readonly position: number; readonly wake: () => void }>();
  return {
    enter: (position: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const waiter = { position, wake };
        waiters.add(waiter);
        signal.addEventListener('abort', wake, { once: true });
      }),
    wakeBelow: (newest: number): void => {
      for (const waiter of waiters) if (newest > waiter.position) waiter.wake();
    },
  };
}

/** One look at a time. A hint that comes during a look may be of what that did not see: it is followed by another. */
function createLook(look: () => Promise<void>) {
  let looking: Promise<void> | null = null;
  let again = false;
  const now = (): void => {
    if (looking !== null) {
      again = true;
      return;
    }
    looking = look().finally(() => {
      looking = null;
      if (!again) return;
      again = false;
      now();
    });
  };
  return { now, idle: async () => await looking };
}

/** Looks by the clock while there are followers, and whenever the database hints that there is something. */
function createWatch(deps: Pick<Deps, 'db' | 'log'>, look: () => void, lookMs: number) {
  let followers = 0;
  let timer: NodeJS.Timeout | undefined;
  let listener: Promise<Listener | null> | null = null;
  const start = (): void => {
    timer ??= setInterval(look, lookMs).unref();
    listener ??= deps.db.listen(eventsChannel, look, look).catch((error) => {
      deps.log.warn({ error: String(error) }, 'notifications cannot be heard; the event log is looked at by the clock');
      return null;
    });
  };
  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    join: (): (() => void) => {
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
    close: async (): Promise<void> => {
      rest();
      await (await listener)?.unlisten();
    },
  };
}
