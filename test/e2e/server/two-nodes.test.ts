import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServerDatabase } from '../../support/database.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { writeShippedFeeds } from '../../support/shipped-feeds.ts';

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
const directory = mkdtempSync(join(tmpdir(), 'outturn-nodes-'));
let database: Awaited<ReturnType<typeof createServerDatabase>>;
let nodes: Program[];

beforeAll(async () => {
  database = await createServerDatabase();
  const env = {
    DATABASE_URL: database.url,
    OUTTURN_SECRET: 'a secret of sixteen or more',
    OUTTURN_ADMIN_KEY: adminKey,
    OUTTURN_FEEDS: writeShippedFeeds(directory),
  };
  nodes = await Promise.all([startProgram(env, directory), startProgram(env, directory)]);
  await Promise.all(nodes.map((node) => node.said(/o5-arrives/)));
});

afterAll(async () => {
  for (const node of nodes) await node.stop('SIGKILL');
  await database.drop();
  removeDirectory(directory);
});

async function get(node: Program | undefined, path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${node?.base}${path}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>; // an API answer is an object
}

function slugsOf(page: Record<string, unknown> | undefined): string[] {
  const rows = (page?.data ?? []) as { slug: string }[]; // a page of predictions
  return rows.map((row) => row.slug);
}

describe('two processes started at once on one empty database', () => {
  it('seed it once and return the same answers', async () => {
    const [one, two] = await Promise.all(nodes.map((node) => get(node, '/v1/predictions?limit=200&sort=recorded_at')));
    const slugs = slugsOf(one);
    expect(slugs.length).toBe(new Set(slugs).size);
    expect(slugs).toContain('gpt-5-never-released');
    expect(slugsOf(two)).toEqual(slugs);
  });

  it('read each feed once per tick and resolve once', async () => {
    for (const feed of ['ledger', 'openai-sdk-history', 'anthropic-sdk-history']) {
      const polls = (await get(nodes[0], `/v1/feeds/${feed}/polls`)).data as {
        scheduled_for: string | null;
        result: string;
      }[];
      const ticks = polls.map((poll) => poll.scheduled_for);
      expect(ticks.length).toBe(new Set(ticks).size);
      expect(polls.filter((poll) => poll.result !== 'ok')).toEqual([]);
    }
    expect((await get(nodes[1], '/v1/predictions/gpt-5-never-released/resolutions')).data).toHaveLength(1);
  });

  it('each show what was written on the other, and one keeps running when the other stops', async () => {
    const claim = {
      slug: 'two-nodes',
      statement: 'Two nodes agree.',
      made_at: '2025-01',
      criterion: { op: 'judged', question: 'Do they?' },
    };
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    const created = await fetch(`${nodes[0]?.base}/v1/predictions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(claim),
    });
    expect(created.status).toBe(201);
    expect(await get(nodes[1], '/v1/predictions/two-nodes')).toMatchObject({ slug: 'two-nodes', status: 'open' });
    expect(await nodes[0]?.stop()).toBe(0);
    expect(await get(nodes[1], '/v1/predictions/two-nodes')).toMatchObject({ slug: 'two-nodes' });
    expect(nodes[1]?.output()).not.toContain(adminKey);
  });
});
