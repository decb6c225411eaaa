import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServerDatabase } from '../../support/database.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
const judgesMax = 50;
/** When the votes close, after the judges have begun to send them. */
const closeMs = 1500;
/** A closed case is moved on at the next minute. */
const advanceMsMax = 100_000;
const directory = mkdtempSync(join(tmpdir(), 'outturn-close-'));
let database: Awaited<ReturnType<typeof createServerDatabase>>;
let sql: postgres.Sql;
let nodes: Program[];

beforeAll(async () => {
  database = await createServerDatabase();
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  nodes = await Promise.all([start(), start()]);
});

afterAll(async () => {
  for (const node of nodes) await node.stop('SIGKILL');
  await sql.end({ timeout: 1 });
  await database.drop();
  removeDirectory(directory);
});

function start(): Promise<Program> {
  const env = {
    DATABASE_URL: database.url,
    OUTTURN_SECRET: 'a secret of sixteen or more',
    OUTTURN_ADMIN_KEY: adminKey,
    OUTTURN_FEEDS: 'none',
    OUTTURN_SEED: 'none',
    OUTTURN_RATE_LIMIT: 'off',
  };
  return startProgram(env, directory);
}

type Reply = { readonly status: number; readonly body: Record<string, unknown> };

/** Status 0 if the node died before it answered. */
async function post(node: number, path: string, body: object, key = adminKey): Promise<Reply> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  try {
    const answer = await fetch(`${nodes[node]?.base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Reply['body'] }; // an answer of the API is an object
  } catch {
    return { status: 0, body: {} };
  }
}

/** Ends the votes of the case soon, which takes days by its rules. */
async function closeSoon(): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`update case_steps set due_at = now() + ${closeMs} * interval '1 millisecond'`;
    await tx`update cases set due_at = now() + ${closeMs} * interval '1 millisecond'`;
  });
}

test('50 votes at the deadline, a node that is killed and two that close at once: one decision, and one event', async () => {
  const keys: { id: string; key: string }[] = [];
  for (let n = 0; n < judgesMax; n += 1) {
    const { body } = await post(0, '/v1/api-keys', { name: `Judge ${n}`, scopes: ['write'] });
    keys.push({ id: String(body.id), key: String(body.key) });
  }
  const members = keys.map(({ id }) => ({ key_id: id }));
  expect((await post(0, '/v1/panels', { name: 'many', members, quorum: 1, vote_days: 1 })).status).toBe(201);
  const criterion = { op: 'judged', question: 'Was it?' };
  await post(0, '/v1/predictions', { slug: 'claim', statement: 'It was.', made_at: '2025-01', criterion });
  const { id } = (await post(0, '/v1/cases', { prediction: 'claim', panel: 'many' })).body;
  await closeSoon();

  const vote = { vote: 'yes', reason: 'It was.', effective_at: '2025-05-13' };
  const votes = keys.map(async ({ key }, index) => {
    await wait((index / judgesMax) * closeMs * 1.2);
    return (await post(index % 2, `/v1/cases/${id}/votes`, vote, key)).status;
  });
  await wait(closeMs * 0.9);
  await nodes[0]?.stop('SIGKILL');
  const statuses = await Promise.all(votes);
  expect(statuses.filter((status) => ![0, 201, 409].includes(status))).toEqual([]);
  await nodes[1]?.stop('SIGKILL');
  // Both begin with what is due.
  nodes = await Promise.all([start(), start()]);
  await expect
    .poll(async () => (await sql`select state from cases`)[0]?.state, { timeout: advanceMsMax, interval: 200 })
    .toBe('decided');

  const acknowledged = statuses.filter((status) => status === 201).length;
  const [counts] = await sql`select (select count(*)::int from case_votes) as votes,
    (select count(*)::int from case_ballots where counted) as counted,
    (select count(*)::int from case_steps where kind = 'decided') as decisions,
    (select count(*)::int from events where type = 'case.decided' and endpoint_id is null) as decided,
    (select count(*)::int from events where type = 'case.round_closed' and endpoint_id is null) as closed`;
  expect(counts).toMatchObject({ decisions: 1, decided: 1, closed: 1, counted: counts?.votes });
  expect(acknowledged).toBeGreaterThan(0);
  expect(counts?.votes).toBeGreaterThanOrEqual(acknowledged);
  for (const node of nodes) expect(await node.stop()).toBe(0);
}, 180_000);
