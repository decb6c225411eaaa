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

/** The last use of a key is recorded at most this often, so that not every read causes a write. */
export const touchEveryMs = 60_000;
/** The longest time for which a replaced key stays valid. */
export const overlapMsMax = 30 * dayMs;

export type ApiKeyInput = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Instant | null;
};

/** A new key with its text, which is not stored and so can only be shown now. */
export type NewApiKey = { readonly row: ApiKeyRow; readonly key: string };

/** Creates a key. Refuses with `validation_failed` if it would already be expired. */
export async function createApiKey(deps: Deps, input: ApiKeyInput, createdBy: string): Promise<NewApiKey> {
  if (input.expiresAt !== null && input.expiresAt <= deps.now()) {
    const detail = 'expires_at must be in the future';
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
 * Creates a key that replaces another, with the same name, scopes and lifetime. The old key stays valid for `overlapMs`, so
 * that callers can switch. Refuses with `conflict` if the old key is not active.
 */
export async function rotateApiKey(deps: Deps, id: string, overlapMs: number, by: string): Promise<NewApiKey> {
  return await deps.db.begin(async (tx) => {
    const old = await requireApiKey(tx, id);
    const now = deps.now();
    const expiresAt = old.expiresAt === null ? null : now + (old.expiresAt - old.createdAt);
    const fresh = await insertNewKey(tx, deps, { name: old.name, scopes: old.scopes, expiresAt }, by);
    if (!(await replaceApiKey(tx, old.id, fresh.row.id, { now, endsAt: now + overlapMs })))
      throw new Refusal('conflict', `the key ${id} is ${apiKeyStatus(old, now)}; only an active key can be rotated`);
    return fresh;
  });
}

/** Revokes a key immediately. Has no effect on a revoked key. */
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

/** `replaced` keys are valid until they expire. */
export function apiKeyStatus(key: ApiKeyRow, now: Instant): ApiKeyStatus {
  if (key.revokedAt !== null) return 'revoked';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'expired';
  return key.replacedBy === null ? 'active' : 'replaced';
}

/** The caller with this key. Records its use. Refuses with `unauthorized` if the key is unknown, revoked or expired. */
export async function identifyCaller(deps: Deps, key: string): Promise<Caller> {
  return await useKey(deps, await findApiKeyByHash(deps.db.sql, hashKey(key)));
}

/** The same by the id of a key, for those who have shown the key before. */
export async function identifyCallerById(deps: Deps, id: string): Promise<Caller> {
  return await useKey(deps, await findApiKey(deps.db.sql, id));
}

async function useKey(deps: Deps, row: ApiKeyRow | null): Promise<Caller> {
  if (row === null) throw new Refusal('unauthorized', 'this key does not exist');
  const now = deps.now();
  if (row.revokedAt !== null)
    throw new Refusal('unauthorized', `this key was revoked at ${formatInstant(row.revokedAt)}`);
  if (row.expiresAt !== null && row.expiresAt <= now)
    throw new Refusal('unauthorized', `this key expired at ${formatInstant(row.expiresAt)}`);
  if (row.lastUsedAt === null || row.lastUsedAt <= now - touchEveryMs)
    await recordApiKeyUse(deps.db.sql, row.id, now, touchEveryMs);
  return { id: row.id, name: row.name, scopes: row.scopes };
}
