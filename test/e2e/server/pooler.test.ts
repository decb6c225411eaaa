import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createServerDatabase } from '../../support/database.ts';
import { findPooler, startPooler } from '../../support/pooler.ts';
import { removeDirectory, startProgram } from '../../support/program.ts';
import { openSse } from '../../support/sse.ts';

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
const clean: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

/** A program behind PgBouncer; `direct` gives it the address of the server as well. */
async function startBehind(program: string, mode: 'session' | 'transaction', direct: boolean) {
  const database = await createServerDatabase();
  clean.push(database.drop);
  const pooler = await startPooler(program, mode, database.url);
  clean.push(pooler.stop);
  const directory = mkdtempSync(join(tmpdir(), 'outturn-pooled-'));
  clean.push(() => removeDirectory(directory));
  const env = {
    DATABASE_URL: pooler.url,
    ...(direct ? { DATABASE_DIRECT_URL: database.url } : {}),
    OUTTURN_SECRET: 'a secret of sixteen or more',
    OUTTURN_ADMIN_KEY: adminKey,
    OUTTURN_FEEDS: 'none',
    OUTTURN_SEED: 'none',
    OUTTURN_RATE_LIMIT: 'off',
  };
  const started = await startProgram(env, directory);
  clean.push(() => started.stop('SIGKILL'));
  await started.said(/Predictions: none yet/);
  return started.base;
}

async function createPrediction(base: string, slug: string): Promise<number> {
  const model = { vendor: 'anthropic', family: 'claude', version: '6', tier: 'any' };
  const criterion = { op: 'released', by: '2027-12-31', model };
  const response = await fetch(`${base}/v1/predictions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ slug, statement: 'A claim.', made_at: '2026-11-22', criterion }),
  });
  await response.arrayBuffer();
  return response.status;
}

const program = findPooler();
// Where PgBouncer is not installed there is nothing to test; continuous integration installs it.
if (program !== null)
  it.each([
    ['in session mode', 'session', false],
    ['in transaction mode, with the address of the server', 'transaction', true],
    ['in transaction mode, without it', 'transaction', false],
  ] as const)(
    'behind a pooler %s, every acknowledged write is there, and streams go on',
    async (_name, mode, direct) => {
      const base = await startBehind(program, mode, direct);
      const stream = await openSse(base, '/v1/events/stream?type=prediction.created');
      await stream.heard(1);
      const slugs = Array.from({ length: 60 }, (_none, index) => `claim-${index}`);
      const statuses: number[] = [];
      for (let start = 0; start < slugs.length; start += 6)
        statuses.push(
          ...(await Promise.all(slugs.slice(start, start + 6).map((slug) => createPrediction(base, slug)))),
        );
      // Without the address, the first lost statement shows that a pooler is in between.
      if (mode === 'session' || direct) expect(new Set(statuses)).toEqual(new Set([201]));
      else expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([]);
      expect(new Set(statuses.slice(30))).toEqual(new Set([201]));
      for (const [index, status] of statuses.entries()) {
        const response = await fetch(`${base}/v1/predictions/${slugs[index]}`);
        await response.arrayBuffer();
        expect(response.status).toBe(status === 201 ? 200 : 404);
      }
      const created = statuses.filter((status) => status === 201).length;
      for (let count = 0; count < created; count += 1) expect((await stream.next())?.event).toBe('prediction.created');
      stream.leave();
    },
  );
else it('is not tested without PgBouncer', () => expect(program).toBeNull());
