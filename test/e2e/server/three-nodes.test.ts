import { afterAll, expect, it } from 'vitest';
import { makeChance } from '../../support/history.ts';
import { disturbances, type Nodes, openNodes } from '../../support/nodes.ts';

const seed = 20_261_129;
/** How often a random node is killed, stopped and suspended, in a random order. */
const rounds = 2;

const open: Nodes[] = [];
afterAll(async () => {
  for (const nodes of open) await nodes.close();
});

async function start(roles: Parameters<typeof openNodes>[0], chance: () => number): Promise<Nodes> {
  const nodes = await openNodes(roles, chance);
  open.push(nodes);
  return nodes;
}

const pending = `select
  (select count(*) from webhook_deliveries where state <> 'succeeded') as undelivered,
  (select count(*) from predictions where id not in (select prediction_id from resolutions)) as unsettled,
  (select count(*) from settle_queue) as marked,
  (select count(*) from polls where result = 'running') as running,
  (select count(*) from feeds where lease_holder is not null) as leased`;

/** What must be there once. */
const repeated = `
  select 'prediction' as kind, statement as what from predictions group by statement having count(*) > 1
  union all select 'resolution', prediction_id from resolutions group by prediction_id having count(*) > 1
  union all select 'event', prediction_id || type from events where prediction_id is not null
    group by prediction_id, type having count(*) > 1
  union all select 'delivery', event_id || endpoint_id from webhook_deliveries group by event_id, endpoint_id having count(*) > 1`;

/** What there is, without ids and times of the run. */
async function readState({ query }: Nodes): Promise<object> {
  const rows = async (statement: string) => [...(await query(statement))];
  return {
    resolutions: await rows(`select p.statement, r.outcome, r.effective_at, r.reason_code from resolutions r
      join predictions p on p.id = r.prediction_id order by p.statement`),
    events:
      await rows(`select p.statement, e.type, count(*)::int from events e join predictions p on p.id = e.prediction_id
      group by p.statement, e.type order by p.statement, e.type`),
    deliveries:
      await rows(`select p.statement, e.type, d.state from webhook_deliveries d join events e on e.id = d.event_id
      join predictions p on p.id = e.prediction_id order by p.statement, e.type`),
    observations: await rows('select item_key, count(*)::int from observations group by item_key order by item_key'),
    sightings: await rows(`select item_key, count(*)::int, bool_and(gone_at is null) as listed from sightings
      group by item_key order by item_key`),
  };
}

/** Waits until nothing is left to do. */
async function settle(nodes: Nodes): Promise<void> {
  await nodes.readAll();
  const nothing = { undelivered: '0', unsettled: '0', marked: '0', running: '0', leased: '0' };
  await expect.poll(async () => (await nodes.query(pending))[0], { timeout: 20_000, interval: 200 }).toEqual(nothing);
}

it('three nodes that are killed, stopped and suspended end as one that was left alone', async () => {
  const chance = makeChance(seed);
  const nodes = await start(['all', 'all', 'api'], chance);
  const order = Array.from({ length: rounds }, () => disturbances).flat();
  order.sort(() => chance() - 0.5);
  let isOver = false;
  const played = nodes.play(() => isOver);
  for (const how of order) await nodes.disturb(Math.floor(chance() * 3), how);
  isOver = true;
  await played;
  await settle(nodes);
  expect(nodes.complaints).toEqual([]);
  expect(await nodes.query(repeated)).toEqual([]);
  const statements = (await nodes.query('select statement from predictions')).map((row) => String(row.statement));
  expect(statements.sort()).toEqual([...nodes.acknowledged].sort());
  // A message that was sent before its sender died is sent again, under the same id.
  const deliveries = (await nodes.query('select event_id from webhook_deliveries')).map((row) => row.event_id);
  expect(new Set(nodes.receiver.received.map(({ id }) => id))).toEqual(new Set(deliveries));

  const calm = await start(['all'], makeChance(seed));
  const claims = nodes.acknowledged.size;
  await calm.play(() => calm.acknowledged.size === claims, claims);
  await settle(calm);
  expect(calm.receiver.received.length).toBe(new Set(calm.receiver.received.map(({ id }) => id)).size);
  expect(await readState(nodes)).toEqual(await readState(calm));
});
