import type { Instant } from '../domain/instant.ts';
import type { Signing } from '../domain/webhooks/secret.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

export type SecretRow = {
  readonly id: string;
  readonly endpointId: string;
  readonly signing: Signing;
  /** See `Vault`; its owner is the endpoint. */
  readonly sealed: string;
  readonly publicKey: string | null;
  readonly createdAt: Instant;
  /** Null: the current one. */
  readonly expiresAt: Instant | null;
};

function secretColumns(db: Sql) {
  return db`id, endpoint_id as "endpointId", signing, sealed, public_key as "publicKey", created_at as "createdAt",
    expires_at as "expiresAt"`;
}

export async function insertSecret(db: Sql, secret: Omit<SecretRow, 'expiresAt'>): Promise<void> {
  await db`
    insert into webhook_secrets (id, endpoint_id, signing, sealed, public_key, created_at)
    values (${secret.id}, ${secret.endpointId}, ${secret.signing}, ${secret.sealed}, ${secret.publicKey},
      ${timestamp(secret.createdAt)})`;
}

/** The secrets that sign for an endpoint at a moment: the current one, then earlier ones, newest first. */
export async function listLiveSecrets(db: Sql, endpointId: string, now: Instant): Promise<SecretRow[]> {
  return await db<SecretRow[]>`
    select ${secretColumns(db)} from webhook_secrets
    where endpoint_id = ${endpointId} and (expires_at is null or expires_at > ${timestamp(now)})
    order by expires_at desc nulls first, created_at desc, id desc`;
}

/** An earlier secret that still signs in addition to the current one. */
export type PreviousSecret = Pick<SecretRow, 'endpointId' | 'signing' | 'publicKey'> & { readonly expiresAt: Instant };

/** The earlier secrets of each endpoint that still sign, newest first. */
export async function listPreviousSecrets(
  db: Sql,
  endpointIds: readonly string[],
  now: Instant,
): Promise<PreviousSecret[]> {
  return await db<PreviousSecret[]>`
    select endpoint_id as "endpointId", signing, public_key as "publicKey", expires_at as "expiresAt" from webhook_secrets
    where endpoint_id = any(${endpointIds}) and expires_at > ${timestamp(now)}
    order by endpoint_id, expires_at desc, created_at desc, id desc`;
}

/** Sets the time at which the current secret stops signing. */
export async function expireSecret(db: Sql, endpointId: string, expiresAt: Instant): Promise<void> {
  await db`
    update webhook_secrets set expires_at = ${timestamp(expiresAt)} where endpoint_id = ${endpointId} and expires_at is null`;
}

export async function deleteExpiredSecrets(db: Sql, now: Instant): Promise<number> {
  const rows = await db`delete from webhook_secrets where expires_at <= ${timestamp(now)} returning id`;
  return rows.length;
}

export async function deleteSecrets(db: Sql, endpointId: string): Promise<void> {
  await db`delete from webhook_secrets where endpoint_id = ${endpointId}`;
}

/** All secrets, for re-encryption. */
export async function listSealedSecrets(
  db: Sql,
): Promise<{ readonly id: string; readonly endpointId: string; readonly sealed: string }[]> {
  return await db<{ id: string; endpointId: string; sealed: string }[]>`
    select id, endpoint_id as "endpointId", sealed from webhook_secrets order by id`;
}

export async function updateSealedSecret(
  db: Sql,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await db`update webhook_secrets set sealed = ${to} where id = ${id} and sealed = ${from}`;
}
