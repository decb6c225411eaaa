import { verifyAsync } from '@noble/ed25519';
import OpenAI from 'openai';
import { Webhook as ReferenceWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it, test } from 'vitest';
import {
  formatPrivateKey,
  formatPublicKey,
  formatSharedSecret,
  parseSecret,
} from '../../src/domain/webhooks/secret.ts';
import { derivePublicKey, signMessage } from '../../src/net/webhook-signature.ts';

/** Published with the reference libraries of Standard Webhooks 1.0.0, and with Svix. */
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  privateKey: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  message: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1614265330, body: '{"test": 2432232314}' },
  v1: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  v1a: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
};

const secret = formatSharedSecret(new Uint8Array(32).fill(5));
const body = '{"type":"prediction.resolved","data":{"statement":"Çà arrive… \u{1f600}"}}';

/** The headers of a message sent so many seconds from now. */
function headersOf(secrets: readonly string[], { at = 0, text = body, id = 'evt_1' } = {}): Record<string, string> {
  const timestampSeconds = Math.floor(Date.now() / 1000) + at;
  const message = { id, timestampSeconds, body: text };
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': secrets.map((one) => signMessage(parseSecret(one), message)).join(' '),
  };
}

type Verify = (text: string, headers: Record<string, string>, key?: string) => unknown;

/** Code of other people, which knows nothing of ours. */
const verifiers: [string, Verify][] = [
  ['standardwebhooks', (text, headers, key = secret) => new ReferenceWebhook(key).verify(text, headers)],
  ['svix 1.24.0', (text, headers, key = secret) => new SvixWebhook(key).verify(text, renamed(headers))],
  ['openai', (text, headers, key = secret) => new OpenAI({ apiKey: 'none' }).webhooks.unwrap(text, headers, key)],
];

function renamed(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]));
}

const outcomeOf = async (verify: Verify, ...args: Parameters<Verify>): Promise<unknown> => {
  try {
    return await verify(...args);
  } catch {
    return 'refused';
  }
};

describe('the published vectors', () => {
  it('HMAC-SHA256', () => expect(signMessage(parseSecret(vector.secret), vector.message)).toBe(vector.v1));

  it('ed25519', async () => {
    const key = parseSecret(vector.privateKey);
    expect(signMessage(key, vector.message)).toBe(vector.v1a);
    expect(formatPublicKey(derivePublicKey(key.bytes))).toBe(vector.publicKey);
    const { id, timestampSeconds, body: text } = vector.message;
    const signature = Buffer.from(vector.v1a.slice('v1a,'.length), 'base64');
    const publicKey = Buffer.from(vector.publicKey.slice('whpk_'.length), 'base64');
    expect(await verifyAsync(signature, Buffer.from(`${id}.${timestampSeconds}.${text}`), publicKey)).toBe(true);
  });
});

describe.each(verifiers)('%s', (name, verify) => {
  const check = (...args: Parameters<Verify>) => outcomeOf(verify, ...args);

  it('accepts a signed message, with and without the prefix of the secret', async () => {
    expect(await check(body, headersOf([secret]))).toEqual(JSON.parse(body));
    // This one reads a secret without its prefix as text, not as base64.
    if (name !== 'openai') expect(await check(body, headersOf([secret]), secret.slice(6))).toEqual(JSON.parse(body));
  });

  it('finds the valid signature among several, next to one of the other kind', async () => {
    const other = formatSharedSecret(new Uint8Array(32).fill(6));
    expect(await check(body, headersOf([other, secret]))).toEqual(JSON.parse(body));
    expect(await check(body, headersOf([vector.privateKey, secret]))).toEqual(JSON.parse(body));
    expect(await check(body, headersOf([other]))).toBe('refused');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('rejects a message without %s', async (header) => {
    const { [header]: _left, ...headers } = headersOf([secret]);
    expect(await check(body, headers)).toBe('refused');
  });

  it('rejects an invalid timestamp', async () => {
    expect(await check(body, { ...headersOf([secret]), 'webhook-timestamp': 'hello' })).toBe('refused');
  });

  it('rejects a signature that is garbage, truncated or empty, and a changed body', async () => {
    const headers = headersOf([secret]);
    for (const signature of ['v1,dGhpcyBpcyBnYXJiYWdl', headers['webhook-signature']?.slice(0, -8) ?? '', 'v1,', ''])
      expect(await check(body, { ...headers, 'webhook-signature': signature })).toBe('refused');
    expect(await check(`${body} `, headers)).toBe('refused');
    expect(await check(body, { ...headers, 'webhook-id': 'evt_2' })).toBe('refused');
  });

  it('tolerates five minutes of clock difference in either direction', async () => {
    expect(await check(body, headersOf([secret], { at: -290 }))).toEqual(JSON.parse(body));
    expect(await check(body, headersOf([secret], { at: 290 }))).toEqual(JSON.parse(body));
    expect(await check(body, headersOf([secret], { at: -310 }))).toBe('refused');
    expect(await check(body, headersOf([secret], { at: 310 }))).toBe('refused');
  });

  it('accepts a signature made with an unpadded secret', async () => {
    const padded = formatSharedSecret(new Uint8Array(25).fill(9));
    expect(await check(body, headersOf([padded.replaceAll('=', '')]), padded)).toEqual(JSON.parse(body));
  });
});

test('an empty secret is rejected before anything is signed', () => {
  expect(() => parseSecret('')).toThrow();
  expect(() => parseSecret('whsec_')).toThrow();
});

test('an empty body is signed like any other', () => {
  const headers = headersOf([secret], { text: '' });
  expect(new ReferenceWebhook(secret).sign('evt_1', new Date(Number(headers['webhook-timestamp']) * 1000), '')).toBe(
    headers['webhook-signature'],
  );
});

test('an independent implementation verifies the ed25519 signatures of any key, and rejects another message', async () => {
  const seed = new Uint8Array(32).fill(3);
  const publicKey = derivePublicKey(seed);
  const key = parseSecret(formatPrivateKey(seed, publicKey));
  const signature = Buffer.from(signMessage(key, { id: 'evt_1', timestampSeconds: 1, body }).slice(4), 'base64');
  expect(await verifyAsync(signature, Buffer.from(`evt_1.1.${body}`), publicKey)).toBe(true);
  expect(await verifyAsync(signature, Buffer.from(`evt_1.2.${body}`), publicKey)).toBe(false);
});
