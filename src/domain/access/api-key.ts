/**
 * The shape of a key: `ok_`, at least 30 random base62 characters, and 6 base62 characters of CRC-32 over all that
 * precedes them, so that a typo is rejected without a look-up.
 */
export const keyPrefix = 'ok_';
/** Random base62 characters of a key: 30 carry 178 bits. */
export const keyRandomCharsMin = 30;
const checksumChars = 6;
/** Random characters of a key that lists show. */
const prefixRandomChars = 6;

/** What a key may do. No scope includes another, except that `admin` includes all. */
export const scopes = ['read', 'write', 'resolve', 'feeds', 'webhooks', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** The caller of a request, identified by its key. */
export type Caller = { readonly id: string; readonly name: string; readonly scopes: readonly Scope[] };

export function allows(caller: Caller, needed: Scope): boolean {
  return caller.scopes.includes(needed) || caller.scopes.includes('admin');
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const keyPattern = /^ok_[0-9A-Za-z]{36,200}$/;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 as in ISO 3309 and zlib, of ASCII text, as six base62 digits. */
export function checksum(text: string): string {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    crc = (crc >>> 8) ^ (crcTable[(crc ^ text.charCodeAt(index)) & 0xff] ?? 0);
  }
  let rest = (crc ^ 0xffffffff) >>> 0;
  let encoded = '';
  for (let place = 0; place < checksumChars; place += 1) {
    encoded = `${digits[rest % digits.length]}${encoded}`;
    rest = Math.floor(rest / digits.length);
  }
  return encoded;
}

/** Whether a key has the right form and checksum; whether it exists is another question. */
export function isWellFormedKey(key: string): boolean {
  return keyPattern.test(key) && checksum(key.slice(0, -checksumChars)) === key.slice(-checksumChars);
}

/** The part of a key that may be shown to distinguish it from others. */
export function displayPrefix(key: string): string {
  return key.slice(0, keyPrefix.length + prefixRandomChars);
}

/** Builds a key from base62 digits, each 0 to 61, as its random part. Throws if there are too few digits. */
export function assembleKey(random: readonly number[]): string {
  if (random.length < keyRandomCharsMin)
    throw new RangeError(`a key must have at least ${keyRandomCharsMin} random characters`);
  const body = `${keyPrefix}${random.map((value) => digits[value % digits.length]).join('')}`;
  return `${body}${checksum(body)}`;
}
