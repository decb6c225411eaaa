import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventText } from '../../../src/domain/events/event.ts';
import { listEvents, placeEvents } from '../../../src/services/events/event-log.ts';
import type { Database, Sql } from '../../../src/store/db.ts';
import { insertEvent } from '../../../src/store/events.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openAgain } from '../../support/world.ts';

let db: Database;
let other: Database;
beforeAll(async () => {
  db = await openTestDatabase();
  other = await openAgain(db);
});
afterAll(async () => {
  await other.close();
  await db.close();
});

const write = async (tx: Sql, id: string): Promise<void> => {
  const none = {
    predictionId: null,
    resolutionId: null,
    feedId: null,
    endpointId: null,
    models: [],
    watches: null,
    isForWatches: false,
  };
  const text = eventText('feed.recovered', 0, {});
  await insertEvent(tx, { id, type: 'feed.recovered', occurredAt: 0, dueAt: 0, ...none, text });
};

/** A transaction that has written and stays open until `commit` is called. */
async function hold(id: string): Promise<{ commit: () => Promise<void> }> {
  let commit: () => void = () => {};
  const gate = new Promise<void>((resolve) => (commit = resolve));
  let written: () => void = () => {};
  const started = new Promise<void>((resolve) => (written = resolve));
  const done = db.begin(async (tx) => {
    await write(tx, id);
    written();
    await gate;
  });
  await started;
  return {
    commit: async () => {
      commit();
      await done;
    },
  };
}

const everything = { types: null, prediction: null, watch: null };
const readAfter = async (after: number) => await listEvents({ db }, everything, { after, limit: 1000 });

describe('transactions that commit in another order than they wrote', () => {
  test('have their events listed in commit order, without omissions', async () => {
    const early = await hold('evt_early');
    await db.begin((tx) => write(tx, 'evt_late'));
    const first = await readAfter(0);
    expect(first.map(({ id }) => id)).toEqual(['evt_late']);
    await early.commit();
    const second = await readAfter(first.at(-1)?.position ?? 0);
    expect(second.map(({ id }) => id)).toEqual(['evt_early']);
    const [row] =
      await db.sql`select (select sequence from events where id = 'evt_early') < (select sequence from events where id = 'evt_late') as wrote_first`;
    expect(row).toEqual({ wrote_first: true });
  });

  test('are listed to every reader in the same order under concurrent writes', async () => {
    const start = (await readAfter(0)).at(-1)?.position ?? 0;
    const seen: string[] = [];
    let reading = true;
    const reader = (async () => {
      for (let after = start; reading || (await readAfter(after)).length > 0; ) {
        const events = await listEvents({ db: other }, everything, { after, limit: 7 });
        seen.push(...events.map(({ id }) => id));
        after = events.at(-1)?.position ?? after;
      }
    })();
    const held: { commit: () => Promise<void> }[] = [];
    for (let round = 0; round < 60; round += 1) {
      // Up to three are open at once, and they commit in another order than they wrote.
      held.push(await hold(`evt_${round}`));
      if (held.length === 3) await held.splice((round * 7) % 3, 1)[0]?.commit();
      await Promise.all([placeEvents({ db }), placeEvents({ db: other })]);
    }
    for (const rest of held.reverse()) await rest.commit();
    reading = false;
    await reader;
    expect([...seen].sort()).toEqual(Array.from({ length: 60 }, (_, round) => `evt_${round}`).sort());
    expect((await readAfter(start)).map(({ id }) => id)).toEqual(seen);
  });

  test('that roll back leave no gap and no event', async () => {
    const start = (await readAfter(0)).at(-1)?.position ?? 0;
    await expect(
      db.begin(async (tx) => {
        await write(tx, 'evt_undone');
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    await db.begin((tx) => write(tx, 'evt_done'));
    expect((await readAfter(start)).map(({ id, position }) => [id, position])).toEqual([['evt_done', start + 1]]);
  });
});
