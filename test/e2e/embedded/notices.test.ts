import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/db.ts';
import { ask, dayFromNow, openPriceServer, type PriceServer, pollPrices } from '../../support/price-server.ts';
import { type Program, removeDirectory } from '../../support/program.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { samples } from '../../support/samples.ts';

const kills = samples(10, 4);
/** About as long as the first round of the program takes, in which it sends the notices. */
const killWithinMs = 1500;
const idsPerKill = 30;

let server: PriceServer;
let receiver: Receiver;
let program: Program;

beforeAll(async () => {
  server = await openPriceServer();
  receiver = await openReceiver();
});

afterAll(async () => {
  await program.stop('SIGKILL');
  await receiver.close();
  await server.close();
  removeDirectory(program.dataDir);
});

/** Ids of one model, all different. */
const ids = Array.from({ length: (kills + 1) * idsPerKill }, (_, index) => {
  const day = new Date(Date.UTC(2024, 5, 1 + index)).toISOString().slice(0, 10);
  return `gpt-4o-${day}`;
});

/** The first ids end in 25 days, so that the notice of 30 days is due. */
const datedAt = (stage: number) =>
  Object.fromEntries(ids.map((id, index) => [id, index < stage * idsPerKill ? { ends: dayFromNow(25) } : {}]));

/** The ids of the ends of every notice, by the id of its event. */
async function readNotices(dataDir: string): Promise<Map<string, string>> {
  const db = await openDatabase({ dataDir });
  try {
    const rows = await db.sql<{ id: string; body: string }[]>`
      select id, body from events where type = 'model.ending' and endpoint_id is null order by sequence`;
    return new Map(rows.map(({ id, body }) => [id, JSON.parse(body).data.end.id]));
  } finally {
    await db.close();
  }
}

test(`killed ${kills} times between notices, the program raises and sends each of them once`, async () => {
  server.serve(datedAt(0));
  program = await server.start();
  await pollPrices(program);
  await ask(program, 'PUT /v1/watches/shop', { ids });
  const subscription = { event_types: ['model.ending'], filter: { watch: ['shop'] } };
  const { status } = await ask(program, 'POST /v1/webhook-endpoints', {
    url: `${receiver.origin}/hook`,
    ...subscription,
  });
  expect(status).toBe(201);
  for (let stage = 1; stage <= kills; stage += 1) {
    server.serve(datedAt(stage));
    if (stage % 2 === 0) await pollPrices(program);
    await program.stop('SIGKILL');
    program = await server.start(program.dataDir);
    await wait(Math.random() * killWithinMs);
    await program.stop('SIGKILL');
    program = await server.start(program.dataDir);
  }
  server.serve(datedAt(kills + 1));
  await pollPrices(program);
  await program.stop('SIGKILL');
  program = await server.start(program.dataDir);
  const distinct = (): Set<string> => new Set(receiver.received.map(({ id }) => id));
  const deadline = Date.now() + 120_000;
  while (distinct().size < ids.length && Date.now() < deadline) await wait(100);
  expect(await program.stop()).toBe(0);
  const notices = await readNotices(program.dataDir);
  expect([...notices.values()].sort()).toEqual([...ids].sort());
  // A message whose delivery was killed before its result was recorded is repeated under the same id.
  expect([...distinct()].sort()).toEqual([...notices.keys()].sort());
}, 600_000);
