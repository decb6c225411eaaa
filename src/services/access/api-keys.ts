import { randomBytes } from 'node:crypto';
import { type Caller, displayPrefix, type Scope } from '../../domain/access/api-key.ts';
import { dayMs, formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  type ApiKeyRow,
  findApiKey,
  findApiKeyByHash,
  insertApiKey,
  listApiKeys as listApiKeyRows,
  recordApiKeyUse,
  replaceApiKey,
  revokeApiKey as revokeApiKeyRow,
} from '../../store/api-keys.ts';
import type { Sql } from '../../store/db.ts';
import type { Deps } from '../deps.ts';
import { hashKey, makeKey } from './admin-key.ts';

/** A use is noted at most this often: a busy key would otherwise be a write with every read. */
export const touchEveryMs = 60_000;
/** How long a key may go on beside the one that replaces it. */
export const overlapMsMax = 30 * dayMs;

export type ApiKeyInput = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Instant | null;
};

/** A key at the only moment at which it can be shown. */
export type NewApiKey = { readonly row: ApiKeyRow; readonly key: string };

/** Makes a key. Refuses one that would have expired already. */
export async function createApiKey(deps: Deps, input: ApiKeyInput, createdBy: string): Promise<NewApiKey> {
  if (input.expiresAt !== null && input.expiresAt <= deps.now()) {
    const detail = 'expires_at must lie in the future';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/expires_at' }]);
  }
  return await insertNewKey(deps.db.sql, deps, input, createdBy);
}

async function insertNewKey(db: Sql, deps: Deps, input: ApiKeyInput, createdBy: string): Promise<NewApiKey> {
  const key = makeKey(randomBytes);
  const row: ApiKeyRow = {
    id: deps.newId('key'),
    name: input.name,
    prefix: displayPrefix(key),
    scopes: [...new Set(input.scopes)],
    createdAt: deps.now(),
    createdBy,
    expiresAt: input.expiresAt,
    revokedAt: null,
    replacedBy: null,
    lastUsedAt: null,
  };
  await insertApiKey(db, row, hashKey(key));
  return { row, key };
}

/**
 * Makes a key in the place of another, with its name and scopes and, where it had one, its length of life. The old one goes on
 * for `overlapMs`, so that no caller is locked out meanwhile. Refuses with `conflict` when it is over or was replaced before.
 */
export async function rotateApiKey(deps: Deps, id: string, overlapMs: number, by: string): Promise<NewApiKey> {
  return await deps.db.begin(async (tx) => {
    const old = await requireApiKey(tx, id);
    const now = deps.now();
    const expiresAt = old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt);
    const fresh = await insertNewKey(tx, deps, { name: old.name, scopes: old.scopes, expiresAt }, by);
    if (!(await replaceApiKey(tx, old.id, fresh.row.id, { now, endsAt: now + overlapMs })))
      throw new Refusal('conflict', `the key ${id} is ${apiKeyStatus(old, now)}: only a key in use can be rotated`);
    return fresh;
  });
}

/** Ends a key at once. To revoke it once more changes nothing. */
export async function revokeApiKey(deps: Deps, id: string): Promise<void> {
  await requireApiKey(deps.db.sql, id);
  await revokeApiKeyRow(deps.db.sql, id, deps.now());
}

export async function getApiKey(deps: Deps, id: string): Promise<ApiKeyRow> {
  return await requireApiKey(deps.db.sql, id);
}

async function requireApiKey(db: Sql, id: string): Promise<ApiKeyRow> {
  const row = await findApiKey(db, id);
  if (row === null) throw new Refusal('not_found', `there is no key ${id}`);
  return row;
}

export async function listApiKeys(deps: Deps, page: { after: string | null; limit: number }): Promise<ApiKeyRow[]> {
  return await listApiKeyRows(deps.db.sql, page);
}

export type ApiKeyStatus = 'active' | 'expired' | 'replaced' | 'revoked';

/** `replaced` keys still work until they expire. */
export function apiKeyStatus(key: ApiKeyRow, now: Instant): ApiKeyStatus {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'expired';
  return key.replacedBy === null ? 'active' : 'replaced';
}

/** Who shows this key. Refuses with `unauthorized` one that is not known, was revoked or has expired; notes the use. */
export async function identifyCaller(deps: Deps, key: string): Promise<Caller> {
  const row = await findApiKeyByHash(deps.db.sql, hashKey(key));
  if (row === null) throw new Refusal('unauthorized', 'this key is not known here');
  const now = deps.now();
  if (row.revokedAt !== null)
    throw new Refusal('unauthorized', `this key was revoked at ${formatInstant(row.revokedAt)}`);
  if (row.expiresAt !== null && row.expiresAt <= now)
    throw new Refusal('unauthorized', `this key expired at ${formatInstant(row.expiresAt)}`);
  if (row.lastUsedAt === null || row.lastUsedAt <= now - touchEveryMs)
    await recordApiKeyUse(deps.db.sql, row.id, now, touchEveryMs);
  return { id: row.id, name: row.name, scopes: row.scopes };
}
