import { randomBytes } from 'node:crypto';
import { dayMs, hourMs, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  formatPrivateKey,
  formatPublicKey,
  formatSharedSecret,
  parseSecret,
  type Signing,
} from '../../domain/webhooks/secret.ts';
import { derivePublicKey } from '../../net/webhook-signature.ts';
import type { Sql } from '../../store/db.ts';
import { findEndpoint, lockEndpoints, raiseEndpointVersion } from '../../store/webhook-endpoints.ts';
import {
  deleteExpiredSecrets,
  expireSecret,
  insertSecret,
  listLiveSecrets,
  listSealedSecrets,
  updateSealedSecret,
} from '../../store/webhook-secrets.ts';
import type { Deps } from '../deps.ts';

/** How long the previous secret signs together with the new one. */
export const overlapMsDefault = 24 * hourMs;
export const overlapMsMax = 7 * dayMs;

/** The most previous secrets that may still sign. */
export const oldSecretsMax = 10;

const generatedSecretBytes = 32;

/** The secret to use; without `secret`, one is generated. */
export type SecretInput = { readonly signing?: Signing | undefined; readonly secret?: string | undefined };

export type MadeSecret = {
  readonly signing: Signing;
  /** The text to encrypt and store. */
  readonly text: string;
  /** `whpk_…`; null for a shared secret. */
  readonly publicKey: string | null;
  /** The shared secret, shown once; null for a key pair, because receivers need only the public key. */
  readonly shown: string | null;
};

/** Parses the given secret or generates one. Refuses with `validation_failed` if it does not fit `signing` or is invalid. */
export function makeSecret(input: SecretInput): MadeSecret {
  if (input.secret === undefined) return input.signing === 'v1a' ? makeKeyPair(randomBytes(32)) : makeShared();
  const given = parseSecret(input.secret);
  if (input.signing !== undefined && input.signing !== given.signing)
    throw refuse(`secret must be a secret for ${input.signing}, not for ${given.signing}`);
  if (given.signing === 'v1') return { signing: 'v1', text: input.secret, publicKey: null, shown: input.secret };
  const pair = makeKeyPair(given.bytes);
  if (given.publicBytes !== null && formatPublicKey(given.publicBytes) !== pair.publicKey)
    throw refuse('the public key in the secret does not belong to its private key');
  return pair;
}

function makeShared(): MadeSecret {
  const text = formatSharedSecret(randomBytes(generatedSecretBytes));
  return { signing: 'v1', text, publicKey: null, shown: text };
}

function makeKeyPair(seed: Uint8Array): MadeSecret {
  const publicBytes = derivePublicKey(seed);
  return {
    signing: 'v1a',
    text: formatPrivateKey(seed, publicBytes),
    publicKey: formatPublicKey(publicBytes),
    shown: null,
  };
}

function refuse(detail: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer: '#/secret' }]);
}

/** Stores a secret, encrypted, as the current one of its endpoint. */
export async function storeSecret(tx: Sql, deps: Deps, endpointId: string, made: MadeSecret): Promise<void> {
  await insertSecret(tx, {
    id: deps.newId('whs'),
    endpointId,
    signing: made.signing,
    sealed: deps.webhooks.vault.seal(made.text, endpointId),
    publicKey: made.publicKey,
    createdAt: deps.now(),
  });
}

export type Rotation = SecretInput & {
  /** How long the old secret signs together with the new one, in milliseconds. */
  readonly overlapMs: number;
};

export type Rotated = {
  readonly signing: Signing;
  readonly publicKey: string | null;
  readonly secret: string | null;
  /** Until when the previous secret signs; null if it has stopped. */
  readonly previousUntil: Instant | null;
};

/**
 * Replaces the secret of an endpoint. During the overlap every message is signed with both secrets, so that receivers can switch
 * at any time. Refuses with `conflict` if more than `oldSecretsMax` secrets would still sign.
 */
export async function rotateWebhookEndpointSecret(
  deps: Deps,
  endpointId: string,
  rotation: Rotation,
): Promise<Rotated> {
  const made = makeSecret(rotation);
  return await deps.db.begin(async (tx) => {
    await lockEndpoints(tx, [endpointId]);
    const endpoint = await findEndpoint(tx, endpointId);
    if (endpoint === null) throw new Refusal('not_found', `there is no webhook endpoint ${endpointId}`);
    const now = deps.now();
    const previousUntil = now + rotation.overlapMs;
    const old = (await listLiveSecrets(tx, endpointId, now)).length - 1;
    if (rotation.overlapMs > 0 && old >= oldSecretsMax) {
      const detail = `${oldSecretsMax} old secrets still sign; wait until one expires, or rotate without overlap`;
      throw new Refusal('conflict', detail);
    }
    await expireSecret(tx, endpointId, previousUntil);
    await deleteExpiredSecrets(tx, now);
    await storeSecret(tx, deps, endpointId, made);
    await raiseEndpointVersion(tx, endpointId, now);
    return {
      signing: made.signing,
      publicKey: made.publicKey,
      secret: made.shown,
      previousUntil: rotation.overlapMs === 0 ? null : previousUntil,
    };
  });
}

/** Re-encrypts secrets that were encrypted with a previous OUTTURN_SECRET. Returns how many cannot be decrypted. */
export async function resealSecrets(deps: Deps): Promise<number> {
  const { vault } = deps.webhooks;
  let unreadable = 0;
  for (const { id, endpointId, sealed } of await listSealedSecrets(deps.db.sql)) {
    if (vault.isCurrent(sealed)) continue;
    const text = vault.open(sealed, endpointId);
    if (text === null) unreadable += 1;
    else await updateSealedSecret(deps.db.sql, id, { from: sealed, to: vault.seal(text, endpointId) });
  }
  return unreadable;
}

/** How many secrets neither OUTTURN_SECRET nor a previous one can decrypt. */
export async function countUnreadableSecrets(deps: Pick<Deps, 'db' | 'webhooks'>): Promise<number> {
  const secrets = await listSealedSecrets(deps.db.sql);
  return secrets.filter(({ endpointId, sealed }) => deps.webhooks.vault.open(sealed, endpointId) === null).length;
}
