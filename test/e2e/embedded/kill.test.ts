import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/db.ts';
import { ledger, litellm } from '../../support/listings.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { samples } from '../../support/samples.ts';

/** GPT-5 is released in the sixth stage, so no fewer than that. */
const kills = samples(20, 7);
/** About as long as a poll of these feeds takes; the program is killed at a random moment of it. */
const killWithinMs = 250;
const itemsAtFirst = 600;

const directories: string[] = [];
const running = new Set<Program>();
let server: Server;
let stage = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const payload = request.url === '/ledger.json' ? ledgerAt(stage) : litellmAt(stage);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(payload));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  for (const program of running) await program.stop('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  for (const directory of directories) removeDirectory(directory);
});

/** Each stage adds models, changes prices and removes models. */
function litellmAt(number: number): object {
  const ids = Array.from({ length: itemsAtFirst + 10 * number }, (_, index) => `azure/gpt-4o-mini-${index}`);
  const rows = ids
    .slice(5 * number)
    .map((id, index) => [id, { host: 'azure', price: index % 7 === number % 7 ? 2e-6 : 1e-6 }]);
  return litellm(Object.fromEntries(rows));
}

/** The vendor's list grows in each stage; in the sixth it has GPT-5. */
function ledgerAt(number: number): object {
  const days = Array.from({ length: number + 1 }, (_, index) => `2025-08-${String(index + 1).padStart(2, '0')}`);
  const rows = days.map((day, index) => ({
    id: index === 6 ? 'gpt-5' : `o3-2025-08-${index + 10}`,
    released: day,
    published: day,
  }));
  return ledger('2026-01-01', rows);
}

async function start(directory?: string): Promise<Program & { dataDir: string }> {
  const home = directory ?? mkdtempSync(join(tmpdir(), 'outturn-kill-'));
  if (directory === undefined) directories.push(home);
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const feedsPath = join(home, 'loopback-feeds.json');
  const url = (name: string) => `http://127.0.0.1:${port}/${name}`;
  const feeds = [
    { slug: 'prices', adapter: 'litellm', url: url('prices.json') },
    { slug: 'vendor', adapter: 'ledger', url: url('ledger.json'), trust: 'first_party', origin: 'vendor' },
  ];
  writeFileSync(feedsPath, JSON.stringify({ format: 'outturn-feeds/1', feeds }));
  const env = {
    OUTTURN_FEEDS: feedsPath,
    OUTTURN_ALLOW_CIDRS: '127.0.0.0/8',
    OUTTURN_POLL_CRON: '0 0 1 1 *',
    LOG_LEVEL: 'error',
  };
  const program = await startProgram(env, home);
  running.add(program);
  return program;
}

/** Polls both feeds by hand and returns the results. */
async function poll(program: Program): Promise<string[]> {
  const ask = async (slug: string) => {
    const headers = { authorization: `Bearer ${program.adminKey}` };
    const answer = await fetch(`${program.base}/v1/feeds/${slug}/polls`, { method: 'POST', headers });
    const body = (await answer.json()) as { result?: string }; // a poll or a problem
    return body.result ?? `${answer.status}`;
  };
  return await Promise.all(['prices', 'vendor'].map(ask));
}

/** Polls until both feeds have been read; the program's first poll may still be running. */
async function pollToTheEnd(program: Program): Promise<void> {
  for (;;) {
    const results = await poll(program);
    if (results.every((result) => result === 'ok')) return;
    expect(results.filter((result) => result !== 'ok' && result !== '409')).toEqual([]);
  }
}

type Kept = { observations: object[]; sightings: object[]; resolutions: object[]; results: string[] };

/** What a stopped program left in its directory, without values that depend on the time of the run. */
async function readDirectory(dataDir: string): Promise<Kept> {
  const db = await openDatabase({ dataDir });
  try {
    const observations = await db.sql<object[]>`
      select f.slug, o.item_key, o.item_hash from observations o join feeds f on f.id = o.feed_id order by f.slug, o.seq, o.item_key`;
    const sightings = await db.sql<object[]>`
      select f.slug, s.item_key, s.gone_at is null as present from sightings s join feeds f on f.id = s.feed_id
      order by f.slug, s.item_key, s.seen_from`;
    const resolutions = await db.sql<object[]>`
      select p.slug, r.outcome, r.effective_at, r.known_at, r.reason_code from resolutions r
      join predictions p on p.id = r.prediction_id order by p.slug, r.seq`;
    const results = await db.sql<{ result: string }[]>`select result from polls order by started_at, id`;
    return { observations, sightings, resolutions, results: results.map((row) => row.result) };
  } finally {
    await db.close();
  }
}

async function end(program: Program): Promise<Kept> {
  expect(await program.stop()).toBe(0);
  running.delete(program);
  return await readDirectory(program.dataDir);
}

test(`killed ${kills} times during polls, it ends in the same state as without the kills`, async () => {
  stage = 0;
  const undisturbed = await start();
  for (; stage <= kills; stage += 1) await pollToTheEnd(undisturbed);
  const expected = await end(undisturbed);
  expect(expected.resolutions.map((row) => 'slug' in row && row.slug)).toContain('gpt-5-never-released');
  expect(new Set(expected.results)).toEqual(new Set(['ok']));

  stage = 0;
  let program = await start();
  await pollToTheEnd(program);
  for (stage = 1; stage <= kills; stage += 1) {
    const lost = poll(program).catch(() => null);
    await wait(Math.random() * killWithinMs);
    await program.stop('SIGKILL');
    running.delete(program);
    await lost;
    program = await start(program.dataDir);
    await pollToTheEnd(program);
  }
  const kept = await end(program);
  expect(new Set(kept.results)).toEqual(new Set(['ok', 'aborted']));
  expect(kept.observations).toEqual(expected.observations);
  expect(kept.sightings).toEqual(expected.sightings);
  expect(kept.resolutions).toEqual(expected.resolutions);
}, 600_000);
