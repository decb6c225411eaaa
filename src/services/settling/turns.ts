import type { Steps } from '../../domain/steps.ts';

/** The last turn that some computation of this process waits for. There is one event loop, so there is one queue. */
let lastTurn: Promise<void> = Promise.resolve();

function nextTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)));
  return lastTurn;
}

/**
 * Runs a computation one step at a time, each in its own iteration of the event loop, so that requests are served in between.
 * Computations that run at the same time take turns: an iteration has one step, however many there are.
 */
export async function runInTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    await nextTurn();
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
