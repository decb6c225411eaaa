// Replays archived payloads and says how early each end was stated, by which source, and which dates moved.
// Usage: npm run build && node bench/ends.mjs <feed>=<directory> … , for example litellm=archives/litellm
// The names of files contain the time of the payload: 2025-02-06T0517Z. Everything stays in a temporary directory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './postgres.mjs';

const adminKey = 'ok_the-admin-key-of-the-replay-0123456789';
const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/octet-stream' };
const dayMs = 86_400_000;

function listPayloads(argument) {
  const [feed, directory] = argument.split('=');
  return readdirSync(directory).flatMap((name) => {
    const [, day, hour, minute] = /(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)Z/.exec(name) ?? [];
    return day === undefined ? [] : [{ feed, path: join(directory, name), at: `${day}T${hour}:${minute}:00Z` }];
  });
}

async function startService(directory) {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    OUTTURN_DATA_DIR: join(directory, 'data'),
    OUTTURN_ADMIN_KEY: adminKey,
    OUTTURN_SECRET: 'a secret of the replay',
    OUTTURN_SEED: 'none',
    OUTTURN_RATE_LIMIT: 'off',
    OUTTURN_POLL_CRON: '0 0 1 1 *',
  };
  const child = spawn(process.execPath, ['dist/src/cli.js', 'serve'], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  const base = `http://127.0.0.1:${port}`;
  for (let ready = false; !ready; await wait(200))
    ready = await fetch(`${base}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  return { base, child };
}

async function listEnds(base) {
  const ends = [];
  for (let cursor = null; ; ) {
    const more = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await (await fetch(`${base}/v1/ends?state=all&limit=200${more}`)).json();
    ends.push(...page.data);
    cursor = page.next_cursor;
    if (cursor === null) return ends;
  }
}

/** The end with its first statement and the days from that to its date. */
function withNotice(end) {
  const stated = [
    ...end.sources.map(({ stated_since: at, feed }) => ({ at, feed })),
    ...end.moved_from.map(({ from, feed }) => ({ at: from, feed })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  const day = Date.parse(end.date.length === 7 ? `${end.date}-01` : end.date);
  return { ...end, day, first: stated[0], notice: Math.floor((day - Date.parse(stated[0].at)) / dayMs) };
}

function print(ends) {
  const ended = ends.filter(({ ended_at: at }) => at !== null);
  const dated = ends.filter(({ date }) => date !== null).map(withNotice);
  const past = dated.filter(({ day, kind }) => day < Date.now() && kind !== 'earliest');
  const atLeast = (days) => past.filter(({ notice }) => notice >= days).length;
  console.log(`${ends.length} ends; ${ended.length} with proof that the id has ended`);
  console.log(
    `${past.length} dates have passed: stated before for ${atLeast(1)}, 30 days for ${atLeast(30)}, 90 days for ${atLeast(90)}`,
  );
  for (const feed of [...new Set(past.map(({ first }) => first.feed))]) {
    const days = past.filter(({ first }) => first.feed === feed).map(({ notice }) => notice);
    const early = days.filter((count) => count > 0).sort((a, b) => a - b);
    console.log(
      `  first stated by ${feed}: ${days.length}, before the date ${early.length}, median ${early[early.length >> 1]} days`,
    );
  }
  const moved = dated.filter(({ moved_from: from }) => from.length > 0);
  console.log(`${moved.length} dates moved:`);
  for (const { id, host, moved_from: from, date } of moved)
    console.log(
      `  ${id}${host === null ? '' : ` at ${host}`}: ${[...from.map((move) => move.date), date].join(' → ')}`,
    );
  for (const { id, date, contradicted } of dated)
    if (contradicted !== null) console.log(`  ${id} was still ${contradicted.status} after ${date}`);
}

const directory = mkdtempSync(join(tmpdir(), 'outturn-ends-'));
const { base, child } = await startService(directory);
try {
  const payloads = process.argv.slice(2).flatMap(listPayloads);
  for (const { feed, path, at } of payloads.sort((a, b) => (a.at < b.at ? -1 : 1))) {
    const url = `${base}/v1/feeds/${feed}/snapshots?observed_at=${at}`;
    const post = () => fetch(url, { method: 'POST', headers, body: readFileSync(path) });
    let answer = await post();
    // The service is still polling the feed, as it does when it starts.
    for (; answer.status === 409; answer = await post()) await wait(500);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  }
  print(await listEnds(base));
} finally {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(directory, { recursive: true });
}
