import type { Config } from './config.ts';
import { openOwnDatabase } from './database.ts';
import type { Refusal } from './domain/refusal.ts';
import { makeLog } from './log.ts';
import type { StopReason } from './serving.ts';

/**
 * Config → database → seed → serve → jobs, until SIGINT or SIGTERM; then an orderly stop in reverse order. The embedded database
 * starts in a thread of its own while this one loads the other modules, which takes about as long.
 */
export async function serve(config: Config, say: (line: string) => void): Promise<void> {
  const log = makeLog(config.logLevel);
  const stopping = stopReason();
  const opening = openOwnDatabase(config, log, { onLost: stopping.lose });
  const [{ openRuntime, prepare, serveUntil, tables }, db] = await Promise.all([load(), opening]);
  const runtime = await openRuntime(config, log, db, tables);
  try {
    await prepare(config, runtime.deps);
    await serveUntil(stopping.reason, config, runtime, say);
  } finally {
    await runtime.close();
  }
}

/** What serving needs besides the database. */
async function load() {
  const [{ openRuntime, readTables }, { prepare }, { serveUntil }] = await Promise.all([
    import('./runtime.ts'),
    import('./prepare.ts'),
    import('./serving.ts'),
  ]);
  return { openRuntime, prepare, serveUntil, tables: readTables() };
}

function stopReason(): { readonly reason: Promise<StopReason>; readonly lose: (error: Refusal) => void } {
  let lose: (error: Refusal) => void = () => {};
  const reason = new Promise<StopReason>((resolve) => {
    lose = resolve;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  return { reason, lose };
}
