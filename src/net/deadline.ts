import { setMaxListeners } from 'node:events';

export type Deadline = { readonly signal: AbortSignal; readonly passed: Promise<never>; readonly end: () => void };

/** Passes after `ms` or with the caller's signal; `end` lets go of the timer and of the caller's signal. */
export function startDeadline(ms: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const passed = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  // Whoever races it hears of it; nobody else needs to.
  passed.catch(() => {});
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  // One signal may end any number of exchanges, each of which lets go of it in time.
  if (signal !== undefined) setMaxListeners(0, signal);
  signal?.addEventListener('abort', abort, { once: true });
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, passed, end };
}
