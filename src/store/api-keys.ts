import type { Scope } from '../domain/access/api-key.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** A stored key, without the secret itself. */
export type ApiKeyRow = {
  readonly id: string;
  readonly name: string;
  /** The first characters of the key, by which people recognize it. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  /** Who created it: the id of a key, `admin`, or `cli`. */
  readonly createdBy: string;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  /** The id of the key that replaced it. */
  readonly replacedBy: string | null;
  readonly lastUsedAt: Instant | null;
};

function columns(db: Sql) {
  return db`id, name, prefix, scopes, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt",
    revoked_at as "revokedAt", replaced_by as "replacedBy", last_used_at as "lastUsedAt"`;
}

export async function insertApiKey(db: Sql, key: ApiKeyRow, keyHash: string): Promise<void> {
  await db`
    insert into api_keys (id, name, prefix, key_hash, scopes, created_at, created_by, expires_at)
    values (${key.id}, ${key.name}, ${key.prefix}, ${keyHash}, ${key.scopes}, ${timestamp(key.createdAt)}, ${key.createdBy},
      ${timestamp(key.expiresAt)})`;
}

export async function findApiKey(db: Sql, id: string): Promise<ApiKeyRow | null> {
  const rows = await db<ApiKeyRow[]>`select ${columns(db)} from api_keys where id = ${id}`;
  return rows[0] ?? null;
}

/** Finds a key by its SHA-256 in hex. */
export async function findApiKeyByHash(db: Sql, keyHash: string): Promise<ApiKeyRow | null> {
  const rows = await db<ApiKeyRow[]>`select ${columns(db)} from api_keys where key_hash = ${keyHash}`;
  return rows[0] ?? null;
}

/** Oldest first, starting after an id. */
export async function listApiKeys(db: Sql, page: { after: string | null; limit: number }): Promise<ApiKeyRow[]> {
  return await db<ApiKeyRow[]>`
    select ${columns(db)} from api_keys where ${page.after}::text is null or id > ${page.after} order by id limit ${page.limit}`;
}

/** Records a use at most once in `everyMs`, over all nodes. */
export async function recordApiKeyUse(db: Sql, id: string, now: Instant, everyMs: number): Promise<void> {
  await db`
    update api_keys set last_used_at = ${timestamp(now)}
    where id = ${id} and (last_used_at is null or last_used_at <= ${timestamp(now - everyMs)})`;
}

/** False if it was already revoked. */
export async function revokeApiKey(db: Sql, id: string, now: Instant): Promise<boolean> {
  const rows = await db`
    update api_keys set revoked_at = ${timestamp(now)} where id = ${id} and revoked_at is null returning id`;
  return rows.length === 1;
}

/** Marks a valid key as replaced and limits its life to `endsAt`; false if it has expired, was revoked or was already replaced. */
export async function replaceApiKey(
  db: Sql,
  id: string,
  by: string,
  when: { now: Instant; endsAt: Instant },
): Promise<boolean> {
  const rows = await db`
    update api_keys set replaced_by = ${by}, expires_at = least(expires_at, ${timestamp(when.endsAt)}::timestamptz)
    where id = ${id} and revoked_at is null and replaced_by is null and (expires_at is null or expires_at > ${timestamp(when.now)})
    returning id`;
  return rows.length === 1;
}
