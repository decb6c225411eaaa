import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FaultWorld, openFaultWorld } from '../../support/fault-world.ts';
import { findPrograms } from '../../support/server.ts';

/** A poll with what it settles sends about this many messages to the database. */
const messagesMax = 20;

const programs = findPrograms();
let calm: FaultWorld;
let cut: FaultWorld;

beforeAll(async () => {
  if (programs === null) return;
  calm = await openFaultWorld(programs);
  cut = await openFaultWorld(programs);
});
afterAll(async () => {
  await calm?.close();
  await cut?.close();
});

async function post({ program }: FaultWorld, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${program.base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>; // every answer of the API is an object
}

/** One prediction about each model that the feed comes to list. */
async function predict(world: FaultWorld): Promise<void> {
  for (let minor = 0; minor < messagesMax; minor += 1) {
    const model = { vendor: 'openai', family: 'gpt', version: `6.${minor}`, tier: null };
    const criterion = { op: 'released', by: '2027-12-31', model };
    const claim = { slug: `model-${minor}`, statement: 'It is released.', made_at: '2025-01-01', criterion };
    expect((await post(world, '/v1/predictions', claim)).slug).toBe(claim.slug);
  }
}

/** Polls until the feed was read and all that it lists is settled. */
async function poll(world: FaultWorld): Promise<void> {
  for (;;) if ((await post(world, '/v1/feeds/vendor/polls')).result === 'ok') return;
}

/** What there is, without ids and times of the run. */
async function readState({ query }: FaultWorld): Promise<object> {
  const rows = async (statement: string) => [...(await query(statement))];
  const listed = Array.from({ length: messagesMax }, (_none, minor) => `'gpt-6.${minor}'`).join(', ');
  return {
    resolutions: await rows(`select p.slug, r.seq, r.outcome, r.effective_at, r.reason_code from resolutions r
      join predictions p on p.id = r.prediction_id order by p.slug, r.seq`),
    events: await rows(`select e.type, p.slug, count(*)::int from events e join predictions p on p.id = e.prediction_id
      group by e.type, p.slug order by p.slug, e.type`),
    deliveries: await rows(`select e.type, p.slug, d.state from webhook_deliveries d join events e on e.id = d.event_id
      join predictions p on p.id = e.prediction_id order by p.slug, e.type`),
    observations: await rows(`select item_key, count(*)::int from observations where item_key in (${listed})
      group by item_key order by item_key`),
    sightings: await rows(`select item_key, count(*)::int, bool_and(gone_at is null) as listed from sightings
      where item_key in (${listed}) group by item_key order by item_key`),
    running: await rows(`select 1 from polls where result = 'running'`),
  };
}

if (programs !== null)
  it('a poll whose connections are cut at each of its messages ends as if they were not', async () => {
    await predict(calm);
    for (let read = 0; read <= messagesMax; read += 1) await poll(calm);
    await predict(cut);
    let interrupted = 0;
    for (let message = 1; message <= messagesMax; message += 1) {
      let seen = 0;
      cut.proxy.watch(() => {
        seen += 1;
        if (seen === message) cut.proxy.cut('reset');
      });
      if ((await post(cut, '/v1/feeds/vendor/polls')).result !== 'ok') interrupted += 1;
      cut.proxy.watch(() => {});
      await poll(cut);
    }
    // Some cuts meet what runs beside the poll.
    expect(interrupted).toBeGreaterThan(messagesMax / 2);
    const undelivered = "select * from webhook_deliveries where state <> 'succeeded'";
    const unsettled = 'select slug from predictions where id not in (select prediction_id from resolutions)';
    for (const world of [calm, cut])
      for (const statement of [undelivered, unsettled])
        await expect.poll(() => world.query(statement), { timeout: 40_000 }).toHaveLength(0);
    expect(await readState(cut)).toEqual(await readState(calm));
    expect(cut.program.process.exitCode).toBeNull();
  });
else it('is not tested without the programs of a PostgreSQL server', () => expect(programs).toBeNull());
