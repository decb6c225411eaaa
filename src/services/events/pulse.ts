import { Refusal } from '../../domain/refusal.ts';
import type { Listener } from '../../store/db.ts';
import { eventsChannel } from '../../store/event-log.ts';
import type { Deps } from '../deps.ts';
import { type EventHead, getEventHead } from './event-log.ts';

/** Notifies the event streams of this process of new events, with one query for all of them. */
export type EventPulse = {
  /**
   * Adds a follower that has seen a head of the log, and returns a function that removes it. Refuses with `service_unavailable` if
   * there are too many.
   */
  join(seen: EventHead): () => void;
  /** True once streams must end. */
  isOver(): boolean;
  /** The newest position that this process knows. */
  newest(): number;
  /** How often the log went back or began another epoch, because the database was restored or replaced. */
  rewinds(): number;
  /** Resolves when there may be events after a position, when `signal` is aborted, and on shutdown. */
  beyond(position: number, signal: AbortSignal): Promise<void>;
  /** Wakes every follower; `isOver` is then true. */
  close(): Promise<void>;
};

/** How often the log is polled, because notifications can be lost. */
const pollEveryMs = 1000;
/** The most followers of one process. */
export const followersMax = 1000;

export function createEventPulse(deps: Pick<Deps, 'db' | 'log'>, pollMs = pollEveryMs): EventPulse {
  const waiters = createWaiters();
  const end = createKnownEnd();
  let rewinds = 0;
  let over = false;
  const poll = createPoll(async () => {
    const before = end.reached();
    try {
      const isRewound = end.update(await getEventHead(deps), before);
      if (isRewound) {
        rewinds += 1;
        waiters.wakeBelow(Number.POSITIVE_INFINITY);
      }
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'the event log could not be read; it is polled again');
    }
    waiters.wakeBelow(end.position());
  });
  // Without followers nobody needs to learn of a rewind, so the next poll does not compare with what was known.
  const watch = createWatch(deps, { poll: poll.now, pause: end.forget, pollMs });
  return {
    isOver: () => over,
    newest: end.position,
    rewinds: () => rewinds,
    join: (seen) => {
      const leave = watch.join();
      end.follow(seen);
      return leave;
    },
    beyond: async (position, signal) => {
      if (over || end.position() > position || signal.aborted) return;
      end.reach(position);
      const woken = waiters.add(position, signal);
      poll.now();
      await woken;
    },
    close: async () => {
      over = true;
      waiters.wakeBelow(Number.POSITIVE_INFINITY);
      await watch.close();
      await poll.idle();
    },
  };
}

/**
 * What a process knows of the end of the log: its head as polled, or as the first follower read it, and the newest position that the
 * log or a follower has reached. Followers read the log themselves, so that they may be ahead of the last poll.
 */
function createKnownEnd() {
  let head: EventHead | null = null;
  let reached = 0;
  const reach = (position: number): void => {
    reached = Math.max(reached, position);
  };
  return {
    position: (): number => head?.position ?? 0,
    reached: (): number => reached,
    reach,
    follow: (seen: EventHead): void => {
      head ??= seen;
      reach(seen.position);
    },
    forget: (): void => {
      head = null;
      reached = 0;
    },
    /**
     * Takes the head that a poll found, and returns whether the log went back or began another epoch. `before` is what was reached
     * when the poll began: meanwhile, a follower may have read a newer event, or the last follower may have left.
     */
    update: (found: EventHead, before: number): boolean => {
      const isRewound = found.position < Math.min(before, reached) || (head !== null && found.epoch !== head.epoch);
      head = found;
      if (isRewound) reached = found.position;
      reach(found.position);
      return isRewound;
    },
  };
}

/** The followers that wait for events after a position. */
function createWaiters() {
  const waiters = new Set<{ readonly position: number; readonly wake: () => void }>();
  return {
    add: (position: number, signal: AbortSignal): Promise<void> =>
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

/** Polls one at a time. A request during a poll may concern an event that the poll missed, so another poll follows it. */
function createPoll(poll: () => Promise<void>) {
  let running: Promise<void> | null = null;
  let again = false;
  const now = (): void => {
    if (running !== null) {
      again = true;
      return;
    }
    running = poll().finally(() => {
      running = null;
      if (!again) return;
      again = false;
      now();
    });
  };
  return { now, idle: async () => await running };
}

type Watch = { readonly poll: () => void; readonly pause: () => void; readonly pollMs: number };

/** Polls at an interval while there are followers, and on every notification of the database. */
function createWatch(deps: Pick<Deps, 'db' | 'log'>, { poll, pause: forget, pollMs }: Watch) {
  let followers = 0;
  let timer: NodeJS.Timeout | undefined;
  let listener: Promise<Listener | null> | null = null;
  const start = (): void => {
    timer ??= setInterval(poll, pollMs).unref();
    listener ??= deps.db.listen(eventsChannel, poll, poll).catch((error) => {
      deps.log.warn(
        { error: String(error) },
        'notifications are not available; the event log is polled at an interval',
      );
      return null;
    });
  };
  const pause = (): void => {
    clearInterval(timer);
    timer = undefined;
    forget();
  };
  return {
    join: (): (() => void) => {
      if (followers >= followersMax)
        throw new Refusal(
          'service_unavailable',
          `this node already serves ${followersMax} event streams; try again later`,
        );
      followers += 1;
      start();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        followers -= 1;
        if (followers === 0) pause();
      };
    },
    close: async (): Promise<void> => {
      pause();
      await (await listener)?.unlisten();
    },
  };
}
