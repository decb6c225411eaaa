import { dirname, join } from 'node:path';
import Config from '@npmcli/config';
import npmParts from '@npmcli/config/lib/definitions/index.js';
import type { Options } from 'npm-registry-fetch';
import { Refusal } from '../domain/refusal.ts';
import { describeError } from './failure.ts';

/** The user's npm settings in the form that npm's client libraries take. Contains credentials: never log it. */
export type RegistryOptions = {
  readonly fetchOptions: Options;
  /** Tarballs at this host are requested from the registry's host instead; `always` for any host, `never` for none. */
  readonly replacedHost: string;
};

/**
 * Reads the npm settings for `cwd` and `env`, in npm's order: `npm_config_*` variables, the project's `.npmrc`, the
 * user's, the global one, npm's defaults. Registry, scope registries, credentials, proxies and certificates are then
 * the same as for the user's `npm install`.
 *
 * Throws `Refusal('validation_failed')` if npm itself would refuse the settings, or the registry is not a URL.
 */
export async function loadRegistryOptions(input: {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}): Promise<RegistryOptions> {
  const { definitions, shorthands, flatten, nerfDarts } = npmParts;
  // A copy, because loading writes to the environment that it is given.
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
  // Validation would silently replace an invalid URL with npm's default registry, which is not what the user meant.
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

/** The npm that runs this program or is installed beside this Node; distributions may ship an npmrc with it. */
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

/** Flattening sets `npm_config_user_agent` in the process environment; this restores it. */
function keepUserAgent<Value>(flatten: () => Value): Value {
  const before = process.env.npm_config_user_agent;
  try {
    return flatten();
  } finally {
    if (before === undefined) delete process.env.npm_config_user_agent;
    else process.env.npm_config_user_agent = before;
  }
}
