import { isDatabaseDown } from '../../domain/database-failure.ts';
import type { Listener } from '../../store/db.ts';
import { deliveriesChannel } from '../../store/events.ts';
import type { Deps } from '../deps.ts';
import {
  attemptDelivery,
  claimDue,
  type EndedDelivery,
  type LeasedDelivery,
  recordOutcomes,
  releaseUnconfirmed,
} from './deliver.ts';

/** Concurrent deliveries of one process. */
export const inFlightMax = 256;

/** Finished attempts that are recorded in one transaction. */
const recordMax = 200;

/** How often due deliveries are polled, because notifications can be lost and retries become due by time alone. */
const pollMs = 1000;

/**
 * From `busyFrom` concurrent deliveries on, finished attempts are gathered for a moment and recorded together, because many small
 * transactions would cost more than the requests. With fewer, each is recorded immediately. The more there are, the longer the
 * moment: the others go on meanwhile.
 */
const busyFrom = 16;
const gatherMsOf = (concurrent: number): number => Math.min(20, Math.ceil(concurrent / 8));

/** The delay after a failure of the database. */
const failureDelayMs = 1000;

/** For this long after a claim failed, its commit may still take effect in a session that lost its client. */
const unconfirmedMs = 15_000;

export type Sender = {
  /** Claims no more deliveries, waits at most `drainMsMax` for running requests, aborts the others and releases every lease. */
  stop(drainMsMax: number): Promise<void>;
};

type State = {
  readonly deps: Deps;
  readonly abort: AbortController;
  /** The running attempts by delivery. */
  readonly inFlight: Map<string, Promise<void>>;
  readonly ended: EndedDelivery[];
  readonly alarm: Alarm;
  stopping: boolean;
  after: string;
  /** Until when, by `performance.now()`, a claim that failed may have leased deliveries nonetheless. */
  unconfirmedUntil: number;
};

/** Delivers webhooks until it is stopped. Any number of processes may do so on one database. */
export async function startSender(deps: Deps): Promise<Sender> {
  const state: State = {
    deps,
    abort: new AbortController(),
    inFlight: new Map(),
    ended: [],
    alarm: makeAlarm(),
    stopping: false,
    after: '',
    unconfirmedUntil: 0,
  };
  const listener = await listen(state);
  const running = run(state);
  return {
    stop: async (drainMsMax) => {
      state.stopping = true;
      state.alarm.ring();
      const deadline = setTimeout(() => state.abort.abort(), drainMsMax);
      await running;
      clearTimeout(deadline);
      await listener?.unlisten();
    },
  };
}

async function listen(state: State): Promise<Listener | null> {
  const ring = () => state.alarm.ring();
  try {
    return await state.deps.db.listen(deliveriesChannel, ring, ring);
  } catch (error) {
    state.deps.log.warn(
      { error: String(error) },
      'notifications are not available; due deliveries are found by polling',
    );
    return null;
  }
}

/** Records finished attempts and claims due deliveries, until it is stopped and no attempt is running. */
async function run(state: State): Promise<void> {
  while (!state.stopping || state.inFlight.size > 0 || state.ended.length > 0) {
    try {
      const concurrent = state.inFlight.size;
      if (concurrent >= busyFrom && state.ended.length < concurrent) await state.alarm.pause(gatherMsOf(concurrent));
      const recorded = await recordSome(state);
      const claimed = state.stopping ? 0 : await claimSome(state);
      if (recorded + claimed === 0) await state.alarm.wait(pollMs);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      state.deps.log.error({ error: text }, 'sending webhooks failed; it continues in a moment');
      if (state.stopping && state.inFlight.size === 0) return;
      await state.alarm.pause(failureDelayMs);
    }
  }
}

/**
 * While the database is down, finished attempts are kept: a message that was sent should not be sent again. If a batch cannot be
 * recorded for another reason, its attempts are recorded one by one. An attempt that still fails is repeated later.
 */
async function recordSome(state: State): Promise<number> {
  const batch = state.ended.splice(0, recordMax);
  try {
    await recordOutcomes(state.deps, batch);
  } catch (error) {
    if (isDatabaseDown(error)) {
      state.ended.unshift(...batch);
      throw error;
    }
    state.deps.log.warn(
      { error: String(error), ended: batch.length },
      'attempts could not be recorded together; they are recorded one by one',
    );
    await state.alarm.pause(failureDelayMs);
    for (const end of batch) await recordAlone(state, end);
  }
  return batch.length;
}

async function recordAlone({ deps }: State, end: EndedDelivery): Promise<void> {
  try {
    await recordOutcomes(deps, [end]);
  } catch (error) {
    deps.log.error(
      { delivery: end.result.id, error: String(error) },
      'an attempt could not be recorded; it will be repeated',
    );
  }
}

async function claimSome(state: State): Promise<number> {
  const free = inFlightMax - state.inFlight.size - state.ended.length;
  if (free <= 0) return 0;
  const claimed = await claimConfirmed(state, free);
  state.after =
    claimed
      .map(({ endpointId }) => endpointId)
      .sort()
      .at(-1) ?? '';
  for (const delivery of claimed) {
    const attempt = attemptDelivery(state.deps, delivery, state.abort.signal).then((end) => {
      state.ended.push(end);
      state.inFlight.delete(delivery.id);
      state.alarm.ring();
    });
    state.inFlight.set(delivery.id, attempt);
  }
  return claimed.length;
}

/** Claims deliveries. After a claim that failed, those that it may have leased are released first: they would wait for the lease. */
async function claimConfirmed(state: State, limit: number): Promise<LeasedDelivery[]> {
  if (performance.now() < state.unconfirmedUntil) {
    const ended = state.ended.map(({ claimed }) => claimed.id);
    await releaseUnconfirmed(state.deps, [...state.inFlight.keys(), ...ended]);
  }
  try {
    return await claimDue(state.deps, limit, state.after);
  } catch (error) {
    state.unconfirmedUntil = performance.now() + unconfirmedMs;
    throw error;
  }
}

/** `ring` ends the current `wait`, or the next one if there is none. `pause` cannot be interrupted. */
type Alarm = { ring(): void; wait(msMax: number): Promise<void>; pause(ms: number): Promise<void> };

function makeAlarm(): Alarm {
  let rung = false;
  let wake: (() => void) | null = null;
  const sleep = (ms: number, listening: boolean) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        wake = null;
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (listening) wake = end;
    });
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (msMax) => {
      if (!rung) await sleep(msMax, true);
      rung = false;
    },
    pause: (ms) => sleep(ms, false),
  };
}

/** Sends due deliveries, batch by batch, until none is due. For programs that do not keep running. */
export async function sendDue(deps: Deps): Promise<number> {
  const { signal } = new AbortController();
  for (let sent = 0; ; ) {
    const claimed = await claimDue(deps, inFlightMax);
    if (claimed.length === 0) return sent;
    await recordOutcomes(deps, await Promise.all(claimed.map((one) => attemptDelivery(deps, one, signal))));
    sent += claimed.length;
  }
}
