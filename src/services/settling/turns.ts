import type { Steps } from '../../domain/steps.ts';
import { isInsideTransaction } from '../../store/transaction.ts';

/** How long a computation runs at a time, in milliseconds. The step that is running then is finished first. */
export const sliceMsMax = 5;

/**
 * Iterations of the event loop between two slices. Serving a request takes many of them, one for each of its statements.
 * If no request is being served, they take microseconds.
 */
export const restIterations = 10;

type Clock = () => number;

/** Resolves when the last slice that waits for its turn, and the pause after it, are over. There is one event loop, so one queue. */
let lastTurn: Promise<void> = Promise.resolve();

/**
 * Runs a computation in slices, so that requests are served in between. Most computations end within their first slice, which
 * waits for nothing. Longer ones take turns: one slice at a time, however many there are. Inside a transaction a computation
 * waits for no other, because others may wait for what the transaction has locked.
 */
export async function runInTurns<T>(steps: Steps<T>, now: Clock = () => performance.now()): Promise<T> {
  const isAlone = isInsideTransaction();
  let slice = runSlice(steps, now);
  while (slice.done !== true) {
    await rest();
    if (isAlone) slice = runSlice(steps, now);
    else slice = await takeTurn(() => runSlice(steps, now));
  }
  return slice.value;
}

/** Runs steps until the slice is used up or the computation is done. */
function runSlice<T>(steps: Steps<T>, now: Clock): IteratorResult<void, T> {
  const end = now() + sliceMsMax;
  for (;;) {
    const step = steps.next();
    if (step.done === true || now() >= end) return step;
  }
}

async function takeTurn<T>(run: () => T): Promise<T> {
  const before = lastTurn;
  let finish: () => void = () => {};
  lastTurn = new Promise((resolve) => {
    finish = resolve;
  });
  await before;
  try {
    return run();
  } finally {
    void rest().then(finish);
  }
}

async function rest(): Promise<void> {
  for (let iteration = 0; iteration < restIterations; iteration += 1)
    await new Promise((resolve) => setImmediate(resolve));
}
