import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/db.ts';
import { removeDirectory, startProgram } from '../../support/program.ts';
import { openSse } from '../../support/sse.ts';

const directories: string[] = [];
afterAll(() => directories.forEach(removeDirectory));

it('stops gracefully on SIGTERM: /readyz fails first, fifty open streams end complete, and the exit code is 0', async () => {
  const program = await startProgram({ OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none' });
  directories.push(program.dataDir);
  const readers = await Promise.all(Array.from({ length: 50 }, () => openSse(program.base, '/v1/events/stream')));
  expect(new Set(readers.map(({ status }) => status))).toEqual(new Set([200]));
  expect((await fetch(`${program.base}/readyz`)).status).toBe(200);
  const stopped = program.stop('SIGTERM');
  const seen: number[] = [];
  // Until the port is closed; the last answer before that must be 503.
  for (let open = true; open && seen.at(-1) !== 503; ) {
    const answer = await fetch(`${program.base}/readyz`).catch(() => null);
    open = answer !== null;
    if (answer !== null) seen.push(answer.status);
  }
  expect(seen.at(-1)).toBe(503);
  expect(await Promise.all(readers.map((reader) => reader.next()))).toEqual(readers.map(() => null));
  expect(await stopped).toBe(0);
});

const environment = { OUTTURN_SEED: 'none', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8' };

it('stops in order during a poll and a delivery that nobody answers', async () => {
  const asked: string[] = [];
  const silent = createServer((request) => void asked.push(request.url ?? '')).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const origin = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`; // a listening TCP server has one
  const directory = mkdtempSync(join(tmpdir(), 'outturn-stop-'));
  directories.push(directory);
  const feeds = join(directory, 'feeds.json');
  const feed = { slug: 'silent', adapter: 'litellm', url: `${origin}/feed` };
  writeFileSync(feeds, JSON.stringify({ format: 'outturn-feeds/1', feeds: [feed] }));
  const program = await startProgram({ ...environment, OUTTURN_FEEDS: feeds }, directory);
  const post = (path: string, body: object) =>
    fetch(`${program.base}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect(
    (await post('/v1/webhook-endpoints', { url: `${origin}/hook`, event_types: ['prediction.created'] })).status,
  ).toBe(201);
  const claim = { statement: 'It comes.', made_at: '2025-01', criterion: { op: 'judged', question: 'Does it?' } };
  expect((await post('/v1/predictions', claim)).status).toBe(201);
  await expect.poll(() => [...asked].sort(), { timeout: 10_000 }).toEqual(['/feed', '/hook']);
  const stoppedAt = performance.now();
  const code = await program.stop('SIGTERM');
  expect(code).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(15_000);
  expect(program.output()).not.toContain('took too long');
  const db = await openDatabase({ dataDir: directory });
  const polls = await db.sql`select p.result, f.lease_holder from polls p join feeds f on f.id = p.feed_id`;
  const deliveries = await db.sql`
    select d.state, l.holder as lease_holder from webhook_deliveries d left join webhook_leases l on l.delivery_id = d.id`;
  await db.close();
  expect([...polls, ...deliveries]).toEqual([
    { result: 'aborted', lease_holder: null },
    { state: 'pending', lease_holder: null },
  ]);
  silent.closeAllConnections();
  silent.close();
});
