import type { Config } from '../config.ts';
import { prepare } from '../prepare.ts';
import { makeLog, openRuntime, type Runtime, type RuntimeOptions } from '../runtime.ts';
import type { Deps } from '../services/deps.ts';

/** Commands log warnings and errors only, unless LOG_LEVEL asks for something else than its default. */
export async function openQuietRuntime(config: Config, options: RuntimeOptions = {}): Promise<Runtime> {
  return await openRuntime(config, makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel), options);
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

/** Runs on the database as `serve` would find it: migrated, with its feeds and seed. */
export async function withPrepared<T>(config: Config, run: (deps: Deps) => Promise<T>): Promise<T> {
  return await withDeps(config, async (deps) => {
    await prepare(config, deps);
    return await run(deps);
  });
}
