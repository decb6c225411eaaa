import type { Listener } from '../../store/db.ts';
import { deliveriesChannel } from '../../store/events.ts';
import type { Deps } from '../deps.ts';
import { attemptDelivery, claimDue, type EndedDelivery, settleDeliveries } from './deliver.ts';

/** Deliveries under way at once in one process. */
export const inFlightMax = 256;

/** Ends written down in one transaction. */
const settleMax = 200;

/** NOTIFY is a hint that can get lost, and retries come due by time: so often it is looked whether anything is due. */
const sweepMs = 1000;

/**
 * With much under way, ends are gathered for a moment before they are written down, and as much is taken at once: many
 * small transactions would cost more than the messages themselves. With little under way nothing waits.
 */
const busyFrom = 16;
const gatherMax = 32;
const gatherMs = 5;

/** After a failure of the database. */
const troubleMs = 1000;

export type Sender = {
  /** Takes nothing more, lets exchanges under way end for so long, breaks off the rest and gives every lease back. */
  stop(drainMsMax: number): Promise<void>;
};

type State = {
  readonly deps: Deps;
  readonly broken: AbortController;
  readonly inFlight: Set<Promise<void>>;
  readonly ended: EndedDelivery[];
  readonly alarm: Alarm;
  stopping: boolean;
  after: string;
};

/** Tells subscribers for as long as the process runs; any number of processes may do so on one database. */
export async function startSender(deps: Deps): Promise<Sender> {
  const state: State = {
    deps,
    broken: new AbortController(),
    inFlight: new Set(),
    ended: [],
    alarm: makeAlarm(),
    stopping: false,
    after: '',
  };
  const listener = await listen(state);
  const running = run(state);
  return {
    stop: async (drainMsMax) => {
      state.stopping = true;
      state.alarm.ring();
      const deadline = setTimeout(() => state.broken.abort(), drainMsMax);
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
    state.deps.log.warn({ error: String(error) }, 'notifications cannot be heard; what is due is found by looking');
    return null;
  }
}

/** Writes down what ended, takes what is due, and so on; until it is told to stop and nothing is under way. */
async function run(state: State): Promise<void> {
  while (!state.stopping || state.inFlight.size > 0 || state.ended.length > 0) {
    try {
      const gathered = Math.min(gatherMax, state.inFlight.size / 2);
      if (state.inFlight.size >= busyFrom && state.ended.length < gathered) await state.alarm.pause(gatherMs);
      const settled = await settleSome(state);
      const taken = state.stopping ? 0 : await takeSome(state);
      if (settled + taken === 0) await state.alarm.wait(sweepMs);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      state.deps.log.error({ error: text }, 'sending met trouble; it goes on in a moment');
      if (state.stopping && state.inFlight.size === 0) return;
      await state.alarm.pause(troubleMs);
    }
  }
}

/** After trouble each end by itself, so that none stands in the way of the others; what fails even then is sent once more. */
async function settleSome(state: State): Promise<number> {
  const batch = state.ended.splice(0, settleMax);
  try {
    await settleDeliveries(state.deps, batch);
  } catch (error) {
    state.deps.log.warn(
      { error: String(error), ended: batch.length },
      'what came of attempts could not be written down',
    );
    await state.alarm.pause(troubleMs);
    for (const end of batch) await settleAlone(state, end);
  }
  return batch.length;
}

async function settleAlone({ deps }: State, end: EndedDelivery): Promise<void> {
  try {
    await settleDeliveries(deps, [end]);
  } catch (error) {
    deps.log.error({ delivery: end.result.id, error: String(error) }, 'an attempt could not be written down');
  }
}

async function takeSome(state: State): Promise<number> {
  const free = inFlightMax - state.inFlight.size - state.ended.length;
  if (free <= 0) return 0;
  const claimed = await claimDue(state.deps, free, state.after);
  state.after =
    claimed
      .map(({ endpointId }) => endpointId)
      .sort()
      .at(-1) ?? '';
  for (const delivery of claimed) {
    const attempt = attemptDelivery(state.deps, delivery, state.broken.signal).then((end) => {
      state.ended.push(end);
      state.inFlight.delete(attempt);
      state.alarm.ring();
    });
    state.inFlight.add(attempt);
  }
  return claimed.length;
}

/** Wakes whoever waits; rung while nobody does, it wakes the next one at once. */
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

/** Sends what is due at this moment, one batch after the other, until nothing is: for programs that do not stay. */
export async function sendDue(deps: Deps): Promise<number> {
  const { signal } = new AbortController();
  for (let sent = 0; ; ) {
    const claimed = await claimDue(deps, inFlightMax);
    if (claimed.length === 0) return sent;
    await settleDeliveries(deps, await Promise.all(claimed.map((one) => attemptDelivery(deps, one, signal))));
    sent += claimed.length;
  }
}
