import type { Config } from '../config.ts';
import { type OpenOptions, openOwnDatabase } from '../database.ts';
import { makeLog } from '../log.ts';
import { prepare } from '../prepare.ts';
import { openRuntime, type Runtime, readTables } from '../runtime.ts';
import type { Deps } from '../services/deps.ts';

/** Commands log only warnings and errors, unless LOG_LEVEL is set to something other than its default. */
export async function openQuietRuntime(config: Config, options: OpenOptions = {}): Promise<Runtime> {
  const log = makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  return await openRuntime(config, log, await openOwnDatabase(config, log, options), readTables());
}

/** Runs on the migrated database. */
export async function withDeps<T>(config: Config, run: (deps: Deps) => Promise<T>): Promise<T> {
  const runtime = await openQuietRuntime(config);
  try {
    return await run(runtime.deps);
  } finally {
    await runtime.close();
  }
}

/** Runs on a database in the state in which `serve` finds it: migrated, with feeds and seed. */
export async function withPrepared<T>(config: Config, run: (deps: Deps) => Promise<T>): Promise<T> {
  return await withDeps(config, async (deps) => {
    await prepare(config, deps);
    return await run(deps);
  });
}
