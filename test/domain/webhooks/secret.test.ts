import { describe, expect, it } from 'vitest';
import {
  formatPrivateKey,
  formatPublicKey,
  formatSharedSecret,
  parseSecret,
  secretBytesMax,
  secretBytesMin,
} from '../../../src/domain/webhooks/secret.ts';

const shared = (size: number) => formatSharedSecret(new Uint8Array(size).fill(7));

describe('a secret', () => {
  it('is read in either form, at its shortest and at its longest', () => {
    expect(parseSecret(shared(secretBytesMin)).bytes).toHaveLength(24);
    expect(parseSecret(shared(secretBytesMax)).bytes).toHaveLength(64);
    const seed = new Uint8Array(32).fill(1);
    const publicBytes = new Uint8Array(32).fill(2);
    expect(parseSecret(formatPrivateKey(seed, publicBytes))).toEqual({ signing: 'v1a', bytes: seed, publicBytes });
    expect(parseSecret(`whsk_${Buffer.from(seed).toString('base64')}`)).toEqual({
      signing: 'v1a',
      bytes: seed,
      publicBytes: null,
    });
    expect(formatPublicKey(publicBytes)).toMatch(/^whpk_/);
  });

  it('is read without padding', () => {
    const padded = formatSharedSecret(new Uint8Array(25).fill(9));
    expect(padded).toMatch(/==$/);
    expect(parseSecret(padded.replaceAll('=', ''))).toEqual(parseSecret(padded));
  });

  it.each([
    ['one byte too short', shared(secretBytesMin - 1)],
    ['one byte too long', shared(secretBytesMax + 1)],
    ['with its prefix misspelt', shared(32).replace('whsec_', 'hwsec_')],
    ['without prefix', shared(32).slice(6)],
    ['empty', ''],
    ['with only its prefix', 'whsec_'],
    ['a private key of the wrong size', `whsk_${Buffer.alloc(33).toString('base64')}`],
    ['a public key', formatPublicKey(new Uint8Array(32))],
    ['not base64', `whsec_${'*'.repeat(40)}`],
    ['in another base64 alphabet', `whsec_${'-_'.repeat(20)}`],
    ['cut in the middle of a byte', `whsec_${'a'.repeat(41)}`],
  ])('is rejected %s, and not repeated in the error', (_what, text) => {
    expect(() => parseSecret(text)).toThrow(/secret|private key/);
    if (text.length > 6) expect(() => parseSecret(text)).not.toThrow(text);
  });
});
