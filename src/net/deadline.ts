import { setMaxListeners } from 'node:events';

export type Deadline = { readonly signal: AbortSignal; readonly passed: Promise<never>; readonly end: () => void };

/** A deadline that passes after `ms` or when the caller's signal fires; `end` releases the timer and the signal. */
export function startDeadline(ms: number, signal: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const passed = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  // Without this handler, a deadline that nobody awaits would be an unhandled rejection.
  passed.catch(() => {});
  const abort = () => controller.abort();
  const timer = setTimeout(abort, ms);
  // One signal serves any number of exchanges, each of which removes its listener.
  if (signal !== undefined) setMaxListeners(0, signal);
  signal?.addEventListener('abort', abort, { once: true });
  const end = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, passed, end };
}
