import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Deps } from '../../src/services/deps.ts';
import { guardSql } from '../../src/store/statement-guard.ts';
import { startWork } from '../../src/work.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

type FailingDeps = { readonly deps: Deps; readonly calls: () => number; readonly errors: object[] };

/** The services on a database whose n-th call fails, and all calls after it until `length` have failed. */
function failFrom(first: number, length: number): FailingDeps {
  let calls = 0;
  const errors: object[] = [];
  const admit = async (): Promise<() => void> => {
    calls += 1;
    if (calls >= first && calls < first + length) throw Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' });
    return () => {};
  };
  const { db } = world;
  const failing: Deps['db'] = {
    ...db,
    sql: guardSql(() => db.sql, { admit, late: () => {}, answerMsMax: 60_000 }),
    begin: async (run, options) => {
      await admit();
      return await db.begin(run, options);
    },
    listen: async (channel, onNotify, onListening) => {
      await admit();
      return await db.listen(channel, onNotify, onListening);
    },
  };
  const log: Deps['log'] = { ...world.deps.log, warn: () => {}, error: (fields: object) => errors.push(fields) };
  return { deps: { ...world.deps, db: failing, log }, calls: () => calls, errors };
}

const config = readConfig({ OUTTURN_DATA_DIR: 'unused' });

describe('the background work', () => {
  test('starts whatever call of the database fails, reports it, does the rest, and stops', async () => {
    // The sender also polls, so that the number of calls varies: until one run has fewer than would fail.
    let failed = 0;
    for (let calls = 1; calls > failed; ) {
      const failing = failFrom(failed + 1, 1);
      const work = startWork(config, failing.deps, () => {});
      await work.started;
      await work.stop();
      calls = failing.calls();
      if (calls > failed) failed += 1;
    }
    expect(failed).toBeGreaterThan(10);
  });

  test('starts though every call of the database fails', async () => {
    const { deps, errors } = failFrom(1, Number.POSITIVE_INFINITY);
    const lines: string[] = [];
    const work = startWork(config, deps, (line) => lines.push(line));
    await work.started;
    await work.stop();
    expect(errors.map((fields) => 'step' in fields && fields.step).filter((step) => step !== false)).toEqual([
      'reseal webhooks',
      'warn about disabled webhooks',
      'narrow watches',
      'poll feeds',
      'resolve predictions',
      'refresh models',
      'send notices',
      'describe feeds',
      'describe predictions',
    ]);
    expect(lines).toEqual(['Polling feeds …']);
  });
});
