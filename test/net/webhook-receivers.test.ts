import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatPublicKey, parseSecret } from '../../src/domain/webhooks/secret.ts';
import { makeClient } from '../../src/net/client.ts';
import { postWebhook } from '../../src/net/post-webhook.ts';
import { derivePublicKey, signMessage } from '../../src/net/webhook-signature.ts';
import { packageRoot } from '../../src/package-root.ts';
import { fencedBlocks } from '../support/markdown.ts';
import { loopbackOnly } from './loopback.ts';

/** The receivers of docs/webhooks.md, run as they stand there, from where they find their packages. */
const directory = mkdtempSync(join(packageRoot(), 'node_modules', '.receivers-'));
const blocks = fencedBlocks(readFileSync(join(packageRoot(), 'docs', 'webhooks.md'), 'utf8')).filter(
  (block) => block.language === 'ts',
);

const shared = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const privateKey = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
const publicKey = formatPublicKey(derivePublicKey(parseSecret(privateKey).bytes));
const body = JSON.stringify({
  type: 'ping',
  timestamp: '2025-08-08T00:00:04Z',
  data: { sequence: 1, text: 'Çà \u{1f600}' },
});

const client = makeClient({ userAgent: 'outturn-test', allow: loopbackOnly });
const settings = { client, rules: { allow: loopbackOnly, httpsOnly: false }, exchangeMsMax: 10_000, now: Date.now };

type Running = { readonly child: ChildProcess; readonly port: string; readonly said: string[] };
const running: Running[] = [];

/** Starts a block as a program of its own and waits until it listens. */
async function start(index: number): Promise<Running> {
  const path = join(directory, `receiver-${index}.mjs`);
  writeFileSync(path, blocks[index]?.text ?? '');
  const env = { PATH: process.env.PATH, PORT: '0', WEBHOOK_SECRET: shared, WEBHOOK_PUBLIC_KEY: publicKey };
  const child = spawn(process.execPath, [path], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, 'line')) as [string]; // readline says so
  lines.on('line', (line) => said.push(line));
  const port = /^listening on (\d+)$/.exec(first)?.[1];
  if (port === undefined) throw new Error(`the receiver said: ${first}`);
  const one = { child, port, said };
  running.push(one);
  return one;
}

async function send(
  port: string,
  more: { text?: string; key?: string; at?: number; id?: string } = {},
): Promise<number | null> {
  const { text = body, key = shared, at = 0, id = 'evt_1' } = more;
  const timestampSeconds = Math.floor(Date.now() / 1000) + at;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signMessage(parseSecret(key), { id, timestampSeconds, body }),
  };
  const ask = { url: `http://127.0.0.1:${port}/outturn`, headers, body: text };
  return (await postWebhook(settings, ask, new AbortController().signal)).status;
}

beforeAll(async () => {
  for (let index = 0; index < blocks.length; index += 1) await start(index);
});

afterAll(() => {
  for (const { child } of running) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

it('the guide has receivers for Hono, Express and ed25519', () => {
  expect(blocks.map(({ text }) => /from '(hono|express|node:http)'/.exec(text)?.[1])).toEqual([
    'hono',
    'express',
    'node:http',
  ]);
});

describe.each([
  ['Hono', 0, shared],
  ['Express', 1, shared],
  ['node:http with ed25519', 2, privateKey],
])('the receiver in %s', (_name, index, key) => {
  const port = () => running[index]?.port ?? '';

  it('accepts a signed message', async () => {
    expect(await send(port(), { key })).toBe(204);
    await expect.poll(() => running[index]?.said.length).toBe(1);
  });

  it('rejects a changed body, another key, and an old message', async () => {
    expect(await send(port(), { key, text: `${body} ` })).toBe(401);
    expect(await send(port(), { key: `whsec_${Buffer.alloc(32).toString('base64')}` })).toBe(401);
    expect(await send(port(), { key, at: -400 })).toBe(401);
  });

  if (key === shared)
    it('processes a message once, however often it arrives', async () => {
      expect(await send(port(), { key })).toBe(204);
      expect(await send(port(), { key, id: 'evt_2' })).toBe(204);
      await expect.poll(() => running[index]?.said.length).toBe(2);
    });
});
