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

/** How long the secret before goes on signing beside the new one. */
export const overlapMsDefault = 24 * hourMs;
export const overlapMsMax = 7 * dayMs;

/** Secrets that sign beside the current one. */
export const oldSecretsMax = 10;

const generatedSecretBytes = 32;

/** A secret as asked for: given, or to be made. */
export type SecretAsk = { readonly signing?: Signing | undefined; readonly secret?: string | undefined };

export type MadeSecret = {
  readonly signing: Signing;
  /** What is kept, sealed. */
  readonly text: string;
  /** `whpk_…`, for a key pair. */
  readonly publicKey: string | null;
  /** What a receiver needs and is shown once; a private key is nobody's business but the sender's. */
  readonly shown: string | null;
};

/** Reads a given secret or makes one. Refuses one that is no secret, is of the other kind, or has a foreign public key. */
export function makeSecret(ask: SecretAsk): MadeSecret {
  if (ask.secret === undefined) return ask.signing === 'v1a' ? makeKeyPair(randomBytes(32)) : makeShared();
  const given = parseSecret(ask.secret);
  if (ask.signing !== undefined && ask.signing !== given.signing)
    throw refuse(`this is a secret for ${given.signing}, not for ${ask.signing}`);
  if (given.signing === 'v1') return { signing: 'v1', text: ask.secret, publicKey: null, shown: ask.secret };
  const pair = makeKeyPair(given.bytes);
  if (given.publicBytes !== null && formatPublicKey(given.publicBytes) !== pair.publicKey)
    throw refuse('the public key in it does not belong to the private one');
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

/** Keeps a secret as the current one of its endpoint, sealed. */
export async function keepSecret(tx: Sql, deps: Deps, endpointId: string, made: MadeSecret): Promise<void> {
  await insertSecret(tx, {
    id: deps.newId('whs'),
    endpointId,
    signing: made.signing,
    sealed: deps.webhooks.vault.seal(made.text, endpointId),
    publicKey: made.publicKey,
    createdAt: deps.now(),
  });
}

export type Rotation = SecretAsk & {
  /** How long the old one goes on signing beside the new one, in milliseconds. */
  readonly overlapMs: number;
};

export type Rotated = {
  readonly signing: Signing;
  readonly publicKey: string | null;
  readonly secret: string | null;
  /** Until when the one before still signs; null when it does no more. */
  readonly previousUntil: Instant | null;
};

/**
 * Replaces the secret of an endpoint. During the overlap every message carries a signature by each, so that receivers
 * can change over when it suits them. Refuses with `conflict` beyond `oldSecretsMax` that still sign.
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
    await keepSecret(tx, deps, endpointId, made);
    await raiseEndpointVersion(tx, endpointId, now);
    return {
      signing: made.signing,
      publicKey: made.publicKey,
      secret: made.shown,
      previousUntil: rotation.overlapMs === 0 ? null : previousUntil,
    };
  });
}

/** Seals anew what is sealed under a secret of the operator's before this one. Answers how many could not be opened. */
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

/** How many secrets can be opened neither by the present OUTTURN_SECRET nor by one before it. */
export async function countUnreadableSecrets(deps: Pick<Deps, 'db' | 'webhooks'>): Promise<number> {
  const secrets = await listSealedSecrets(deps.db.sql);
  return secrets.filter(({ endpointId, sealed }) => deps.webhooks.vault.open(sealed, endpointId) === null).length;
}
