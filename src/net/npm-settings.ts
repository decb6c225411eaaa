import { dirname, join } from 'node:path';
import Config from '@npmcli/config';
import npmParts from '@npmcli/config/lib/definitions/index.js';
import type { Options } from 'npm-registry-fetch';
import { Refusal } from '../domain/refusal.ts';
import { describeError } from './failure.ts';

/** The user's npm settings as npm's client libraries take them. Holds credentials: never to be logged. */
export type RegistryOptions = {
  readonly fetchOptions: Options;
  /** Tarballs at this host are asked of the registry's host instead; `always` for any host, `never` for none. */
  readonly replacedHost: string;
};

/**
 * Reads the npm settings that hold for `cwd` and `env`, in npm's order: `npm_config_*` variables, the project's
 * `.npmrc`, the user's, the global one, npm's own defaults. Registry, scope registries, credentials, proxies and
 * certificates are then those of the user's `npm install`.
 *
 * Throws `Refusal('validation_failed')` when npm itself would refuse the settings, or the registry is no URL.
 */
export async function loadRegistryOptions(input: {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}): Promise<RegistryOptions> {
  const { definitions, shorthands, flatten, nerfDarts } = npmParts;
  // A copy, because loading writes to the environment it is given.
  const env = { ...input.env };
  const config = new Config({
    definitions,
    shorthands,
    flatten,
    nerfDarts,
    npmPath: findNpm(env),
    argv: [],
    env,
    cwd: input.cwd,
  });
  await refuseFailure(() => config.load());
  // Validation would drop it in silence and leave npm's default registry, which is not what the user meant.
  if (!isHttpUrl(config.get('registry'))) {
    throw new Refusal('validation_failed', 'the npm setting "registry" is neither an http nor an https URL');
  }
  await refuseFailure(() => config.validate());
  const flat = await refuseFailure(() => keepUserAgent(() => config.flat));
  const { replaceRegistryHost = 'npmjs' } = flat;
  const defaultHost = new URL(definitions.registry.default).host;
  return {
    fetchOptions: { ...flat },
    replacedHost: replaceRegistryHost === 'npmjs' ? defaultHost : replaceRegistryHost,
  };
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
}

/** The npm that runs this program or stands beside this Node; its own npmrc is read where distributions ship one. */
function findNpm(env: NodeJS.ProcessEnv): string {
  if (env.npm_execpath !== undefined) return dirname(dirname(env.npm_execpath));
  const beside = dirname(process.execPath);
  return process.platform === 'win32'
    ? join(beside, 'node_modules/npm')
    : join(dirname(beside), 'lib/node_modules/npm');
}

async function refuseFailure<Value>(step: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await step();
  } catch (error) {
    throw new Refusal('validation_failed', `the npm settings cannot be used: ${describeError(error)}`);
  }
}

/** Flattening sets `npm_config_user_agent` in the process environment; it is put back. */
function keepUserAgent<Value>(flatten: () => Value): Value {
  const before = process.env.npm_config_user_agent;
  try {
    return flatten();
  } finally {
    if (before === undefined) delete process.env.npm_config_user_agent;
    else process.env.npm_config_user_agent = before;
  }
}
