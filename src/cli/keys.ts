import { type Scope, scopes } from '../domain/access/api-key.ts';
import { type Instant, parseDate } from '../domain/instant.ts';
import { apiKeyToJson } from '../http/access/api-keys.ts';
import { createApiKey, getApiKey, listApiKeys, revokeApiKey } from '../services/access/api-keys.ts';
import { shellActor } from '../services/access/audit.ts';
import { performWrite, type WriteContext } from '../services/access/writes.ts';
import type { Deps } from '../services/deps.ts';
import type { Command, Options } from './invocation.ts';
import { withDeps } from './runtime.ts';
import { usageError } from './usage.ts';

export type KeyOptions = Pick<Options, 'name' | 'scopes' | 'expires'>;

const pageRows = 200;

/** `keys create|list|revoke`: the operations of the API on keys, with the same audit. */
export const runKeys: Command = ({ config, args, options }) =>
  withDeps(config, (deps) => manageKeys(deps, args, options));

export async function manageKeys(deps: Deps, [verb, id]: readonly string[], options: KeyOptions): Promise<unknown> {
  switch (verb) {
    case 'create':
      return await createKey(deps, options);
    case 'list':
      return { keys: await listAllKeys(deps) };
    case 'revoke':
      if (id === undefined) throw usageError('keys revoke needs the id of a key');
      return await revokeKey(deps, id);
    default:
      throw usageError('keys needs a subcommand: create, list or revoke');
  }
}

function askOf(operation: string): WriteContext {
  return { actor: shellActor, operation, path: null, requestId: null, ownTransactions: false, msMax: undefined };
}

async function createKey(deps: Deps, options: KeyOptions): Promise<unknown> {
  if (options.name === undefined || options.name.trim() === '') throw usageError('keys create needs --name');
  const input = { name: options.name, scopes: readScopes(options.scopes), expiresAt: readExpiry(options.expires) };
  const made = await performWrite(deps, askOf('createApiKey'), {
    before: async () => null,
    run: (inside) => createApiKey(inside, input, shellActor),
    after: ({ row }) => apiKeyToJson(row, deps.now()),
  });
  return { ...apiKeyToJson(made.row, deps.now()), key: made.key };
}

function readScopes(text: string | undefined): Scope[] {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const known = scopes.filter((scope) => names.includes(scope));
  const unknown = names.filter((name) => !known.some((scope) => scope === name));
  if (unknown.length > 0)
    throw usageError(`keys create needs --scopes, a list of ${scopes.join(', ')} separated by commas`);
  return known;
}

function readExpiry(text: string | undefined): Instant | null {
  if (text === undefined) return null;
  const parsed = parseDate(text);
  if (parsed === null || (parsed.precision !== 'day' && parsed.precision !== 'instant'))
    throw usageError('--expires must be a date (00:00 UTC) or an RFC 3339 date-time with a zone');
  return parsed.interval.from;
}

async function listAllKeys(deps: Deps): Promise<unknown[]> {
  const keys: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const rows: Awaited<ReturnType<typeof listApiKeys>> = await listApiKeys(deps, { after, limit: pageRows });
    keys.push(...rows.map((row) => apiKeyToJson(row, deps.now())));
    after = rows.at(-1)?.id ?? null;
    if (rows.length < pageRows) return keys;
  }
}

async function revokeKey(deps: Deps, id: string): Promise<unknown> {
  await performWrite(deps, askOf('revokeApiKey'), {
    before: async (inside) => apiKeyToJson(await getApiKey(inside, id), deps.now()),
    run: (inside) => revokeApiKey(inside, id),
    after: () => null,
  });
  return apiKeyToJson(await getApiKey(deps, id), deps.now());
}
