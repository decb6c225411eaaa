import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Encrypts stored secrets with AES-256-GCM under a key derived from OUTTURN_SECRET. A sealed text contains the id of its key, so
 * that OUTTURN_SECRET can be rotated, and is bound to its owner, so that it cannot be opened in another row.
 */
export type Vault = {
  readonly seal: (text: string, owner: string) => string;
  /** Null if it was sealed with an unknown secret or for another owner, or was tampered with. */
  readonly open: (sealed: string, owner: string) => string | null;
  /** Whether it was sealed with the current secret. */
  readonly isCurrent: (sealed: string) => boolean;
  /** A code (HMAC-SHA-256) from which a text cannot be guessed without the secret. `purpose` separates codes of different uses. */
  readonly sign: (text: string, purpose: string) => string;
  /** Whether a code is of a text. Null if it was made with an unknown secret, so that it cannot be checked. */
  readonly verify: (code: string, text: string, purpose: string) => boolean | null;
};

type VaultKey = { readonly id: string; readonly bytes: Uint8Array };

const format = 's1';
const codeFormat = 'h1';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const keyIdChars = 12;
/** Opened texts that are kept in memory, which has the key as well: every delivery opens the secret of its endpoint. */
const openedMax = 1000;
/** Constant, because every node must derive the same key from the secret. */
const salt = 'outturn/webhooks/1';

/** `secret` seals and opens; `previous` ones only open. Keys are derived when first needed, because scrypt is slow. */
export function makeVault(secret: string, previous: readonly string[] = []): Vault {
  let keys: readonly [VaultKey, ...VaultKey[]] | null = null;
  const opened = new Map<string, string>();
  const ring = (): readonly [VaultKey, ...VaultKey[]] => {
    keys ??= [deriveKey(secret), ...previous.map(deriveKey)];
    return keys;
  };
  return {
    seal: (text, owner) => sealWith(ring()[0], text, owner),
    open: (sealed, owner) => {
      const name = `${owner} ${sealed}`;
      const known = opened.get(name);
      if (known !== undefined) return known;
      const [kind, keyId, packed] = sealed.split('.');
      const key = ring().find((candidate) => candidate.id === keyId);
      const text = kind !== format || key === undefined || packed === undefined ? null : openWith(key, packed, owner);
      if (opened.size >= openedMax) opened.clear();
      if (text !== null) opened.set(name, text);
      return text;
    },
    isCurrent: (sealed) => sealed.split('.')[1] === ring()[0].id,
    sign: (text, purpose) => signWith(ring()[0], text, purpose),
    verify: (code, text, purpose) => {
      const key = ring().find(({ id }) => id === code.split('.')[1]);
      if (key === undefined) return null;
      const [known, given] = [signWith(key, text, purpose), code].map((value) => Buffer.from(value, 'utf8'));
      return (
        known !== undefined && given !== undefined && known.length === given.length && timingSafeEqual(known, given)
      );
    },
  };
}

function deriveKey(secret: string): VaultKey {
  const bytes = scryptSync(secret, salt, keyBytes);
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, keyIdChars), bytes };
}

function signWith({ id, bytes }: VaultKey, text: string, purpose: string): string {
  // The key of a purpose is derived, because one key must not serve both encryption and codes.
  const key = createHmac('sha256', bytes).update(`outturn/${purpose}`, 'utf8').digest();
  return `${codeFormat}.${id}.${createHmac('sha256', key).update(text, 'utf8').digest('hex')}`;
}

function sealWith(key: VaultKey, text: string, owner: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(Buffer.from(owner, 'utf8'));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${format}.${key.id}.${sealed.toString('base64url')}`;
}

function openWith(key: VaultKey, packed: string, owner: string): string | null {
  const bytes = Buffer.from(packed, 'base64url');
  if (bytes.length < ivBytes + tagBytes) return null;
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(owner, 'utf8')).setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
