import type { Steps } from '../../domain/steps.ts';
import { isInsideTransaction } from '../../store/transaction.ts';

/** The last turn that some computation of this process waits for. There is one event loop, so there is one queue. */
let lastTurn: Promise<void> = Promise.resolve();

function nextTurn(): Promise<void> {
  lastTurn = lastTurn.then(nextIteration);
  return lastTurn;
}

function nextIteration(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Runs a computation one step at a time, each in its own iteration of the event loop, so that requests are served in between.
 * Computations that run at the same time take turns: an iteration has one step, however many there are. Inside a transaction
 * a computation waits for no other, because others may wait for what the transaction has locked.
 */
export async function runInTurns<T>(steps: Steps<T>): Promise<T> {
  const wait = isInsideTransaction() ? nextIteration : nextTurn;
  if (wait === nextTurn) await nextTurn();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await wait();
  }
}
