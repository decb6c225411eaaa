import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { makeKey } from './services/access/admin-key.ts';

/** The admin key, and whether it was made just now and must be shown. */
export type AdminKey = { readonly key: string; readonly made: boolean; readonly path: string | null };

/** The key that the environment gives, or the one in the data directory, made on first start and readable by its owner only. */
export function loadAdminKey(config: Config): AdminKey {
  if (config.adminKey !== undefined) return { key: config.adminKey, made: false, path: null };
  const path = join(config.dataDir, 'admin-key');
  if (existsSync(path)) return { key: readFileSync(path, 'utf8').trim(), made: false, path };
  mkdirSync(config.dataDir, { recursive: true });
  const key = makeKey(randomBytes);
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return { key, made: true, path };
}
