import { verifyAsync } from '@noble/ed25519';
import { describe, expect, test } from 'vitest';
import { dayMs, hourMs } from '../../../src/domain/instant.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { makeVault } from '../../../src/services/vault.ts';
import { getWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import {
  oldSecretsMax,
  overlapMsDefault,
  rotateWebhookEndpointSecret,
} from '../../../src/services/webhooks/secrets.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { resealWebhooks, sweepWebhooks } from '../../../src/services/webhooks/sweep.ts';
import { type Received, type Receiver, verified } from '../../support/receiver.ts';
import { testSecret } from '../../support/webhook-deps.ts';
import { useWebhookWorld } from '../../support/webhook-world.ts';
import { claim, decide, deliveriesOf, subscribe } from '../../support/webhooks.ts';
import type { World } from '../../support/world.ts';

let world: World;
let receiver: Receiver;
useWebhookWorld(
  (opened) => {
    ({ world, receiver } = opened);
  },
  { mayLogErrors: true },
);

/** A message that the endpoint is sent now. */
async function message(deps: Deps = world.deps): Promise<Received | undefined> {
  await decide(world, (await claim(world)).id);
  await sendDue(deps);
  return receiver.received.at(-1);
}

const signatures = (received: Received | undefined) => String(received?.headers['webhook-signature']).split(' ');
const rotate = (id: string, more: object = {}) =>
  rotateWebhookEndpointSecret(world.deps, id, { overlapMs: overlapMsDefault, ...more });

async function verifiedByKey(publicKey: string | null | undefined, received: Received | undefined): Promise<boolean> {
  const key = Buffer.from((publicKey ?? '').slice('whpk_'.length), 'base64');
  const signature =
    signatures(received)
      .find((one) => one.startsWith('v1a,'))
      ?.slice('v1a,'.length) ?? '';
  const content = `${received?.id}.${received?.headers['webhook-timestamp']}.${received?.body}`;
  return await verifyAsync(Buffer.from(signature, 'base64'), Buffer.from(content), key);
}

test('after two rotations all three secrets verify one message', async () => {
  const { id, secret } = await subscribe(world, receiver.origin);
  const second = await rotate(id);
  const third = await rotate(id);
  const received = await message();
  expect(signatures(received)).toHaveLength(3);
  for (const one of [secret, second.secret, third.secret]) expect(verified(one ?? '', received)).toBeDefined();
});

test('during a rotation from a shared secret to a key pair and back, every message has both kinds of signature', async () => {
  const { id, secret } = await subscribe(world, receiver.origin);
  const pair = await rotate(id, { signing: 'v1a' });
  expect(pair).toMatchObject({ signing: 'v1a', secret: null, publicKey: expect.stringMatching(/^whpk_/) });
  const received = await message();
  expect(signatures(received).map((one) => one.split(',')[0])).toEqual(['v1a', 'v1']);
  expect(await verifiedByKey(pair.publicKey, received)).toBe(true);
  expect(verified(secret, received)).toBeDefined();
  const back = await rotate(id, { signing: 'v1' });
  expect(verified(back.secret ?? '', await message())).toBeDefined();
});

test('the number of overlapping secrets is limited; another one is accepted once the first has expired', async () => {
  const { id } = await subscribe(world, receiver.origin);
  for (let index = 0; index < oldSecretsMax; index += 1) {
    await rotate(id);
    world.clock.advance(1000);
  }
  await expect(rotate(id)).rejects.toMatchObject({ code: 'conflict' });
  expect(signatures(await message())).toHaveLength(oldSecretsMax + 1);
  world.clock.advance(overlapMsDefault - oldSecretsMax * 1000);
  expect((await rotate(id)).previousUntil).toBe(world.deps.now() + overlapMsDefault);
});

test('without overlap a secret can be replaced at any time', async () => {
  const { id, secret } = await subscribe(world, receiver.origin);
  for (let index = 0; index < oldSecretsMax; index += 1) await rotate(id);
  expect((await rotate(id, { overlapMs: 0 })).previousUntil).toBeNull();
  await rotate(id, { overlapMs: 0 });
  expect(() => verified(secret, undefined)).toThrow();
});

test("a subscriber's private key signs, and only its public key is shown", async () => {
  const given = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
  const { id, secret } = await subscribe(world, receiver.origin, { secret: given });
  const endpoint = await getWebhookEndpoint(world.deps, id);
  expect([secret, endpoint.signing, endpoint.publicKey]).toEqual([
    '',
    'v1a',
    'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  ]);
  expect(JSON.stringify(endpoint)).not.toContain('6Xb/dCcHpPea');
  expect(await verifiedByKey(endpoint.publicKey, await message())).toBe(true);
});

describe('at rest', () => {
  test('a secret is encrypted, bound to its endpoint, and unreadable without the key', async () => {
    const { id, secret } = await subscribe(world, receiver.origin);
    const [row] = await world.db.sql<
      { text: string; sealed: string }[]
    >`select s::text as text, sealed from webhook_secrets s`;
    const sealed = row?.sealed ?? '';
    expect(row?.text).not.toContain(secret.slice(6));
    expect(makeVault(testSecret).open(sealed, id)).toBe(secret);
    expect(makeVault(testSecret).open(sealed, 'whe_other')).toBeNull();
    expect(makeVault('another secret of sixteen').open(sealed, id)).toBeNull();
    const tampered = `${sealed.slice(0, -2)}${sealed.at(-2) === 'A' ? 'B' : 'A'}${sealed.slice(-1)}`;
    expect(makeVault(testSecret).open(tampered, id)).toBeNull();
    expect(makeVault(testSecret).open('', id)).toBeNull();
  });

  test('with a secret that cannot be decrypted, a message is not sent; the failure has a reason and does not count against the endpoint', async () => {
    const { id } = await subscribe(world, receiver.origin);
    const vault = makeVault('another secret of sixteen');
    await message({ ...world.deps, webhooks: { ...world.deps.webhooks, vault } });
    expect(receiver.received).toEqual([]);
    expect((await deliveriesOf(world, id))[0]).toMatchObject({ state: 'pending', lastErrorClass: 'secret_unreadable' });
    expect((await getWebhookEndpoint(world.deps, id)).failingSince).toBeNull();
  });

  test('secrets are re-encrypted when the operator changes OUTTURN_SECRET, and undecryptable ones are reported', async () => {
    const { id, secret } = await subscribe(world, receiver.origin, { headers: { authorization: 'Bearer x' } });
    const withVault = (vault: Deps['webhooks']['vault']) => ({
      ...world.deps,
      webhooks: { ...world.deps.webhooks, vault },
    });
    const next = withVault(makeVault('the next secret of them all', [testSecret]));
    await resealWebhooks(next);
    const received = await message(withVault(makeVault('the next secret of them all')));
    expect(verified(secret, received)).toBeDefined();
    expect(received?.headers.authorization).toBe('Bearer x');
    expect(world.errors).toEqual([]);
    await resealWebhooks(world.deps);
    expect(world.errors).toEqual([expect.objectContaining({ unreadable: 2 })]);
    expect(id).toMatch(/^whe_/);
  });
});

test('an expired secret no longer signs, is omitted from responses, and is deleted', async () => {
  const { id, secret } = await subscribe(world, receiver.origin);
  const { secret: current } = await rotate(id, { overlapMs: hourMs });
  expect((await getWebhookEndpoint(world.deps, id)).previousSecrets).toHaveLength(1);
  world.clock.advance(hourMs - 1);
  expect(verified(secret, await message())).toBeDefined();
  world.clock.advance(1);
  const received = await message();
  expect(() => verified(secret, received)).toThrow('not valid');
  expect(verified(current ?? '', received)).toBeDefined();
  expect((await getWebhookEndpoint(world.deps, id)).previousSecrets).toEqual([]);
  expect(await sweepWebhooks(world.deps)).toMatchObject({ secrets: 1 });
  expect(await world.db.sql`select id from webhook_secrets`).toHaveLength(1);
});

test('the default overlap is a day, the maximum a week', async () => {
  const { id } = await subscribe(world, receiver.origin);
  expect((await rotate(id)).previousUntil).toBe(world.deps.now() + dayMs);
  expect((await rotate(id, { overlapMs: 7 * dayMs })).previousUntil).toBe(world.deps.now() + 7 * dayMs);
});
