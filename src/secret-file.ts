import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { Refusal } from './domain/refusal.ts';
import { makeKey } from './services/access/admin-key.ts';

const secretBytes = 32;

/** `path` is null when the environment sets the key; `created` when this start created the file, so the key must be shown. */
export type AdminKey = { readonly key: string; readonly created: boolean; readonly path: string | null };

/** The admin key: OUTTURN_ADMIN_KEY, or `admin-key` in the data directory, created on the first start. */
export function loadAdminKey(config: Pick<Config, 'adminKey' | 'dataDir'>): AdminKey {
  if (config.adminKey !== undefined) return { key: config.adminKey, created: false, path: null };
  const { text, created, path } = readOrCreate(config.dataDir, 'admin-key', () => makeKey(randomBytes));
  return { key: text, created, path };
}

/** The secret that encrypts webhook secrets: OUTTURN_SECRET, or `secret` in the data directory, created on the first start. */
export function loadSecret(config: Pick<Config, 'secret' | 'dataDir'>): string {
  if (config.secret !== undefined) return config.secret;
  return readOrCreate(config.dataDir, 'secret', () => randomBytes(secretBytes).toString('base64url')).text;
}

/** Only the owner may read the file; `wx` fails rather than replace a file that another process created meanwhile. */
function readOrCreate(
  directory: string,
  name: string,
  create: () => string,
): { readonly text: string; readonly created: boolean; readonly path: string } {
  const path = join(directory, name);
  try {
    if (existsSync(path)) return { text: readFileSync(path, 'utf8').trim(), created: false, path };
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const text = create();
    writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
    return { text, created: true, path };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal('service_unavailable', `cannot read or create ${path}: ${reason}`);
  }
}
