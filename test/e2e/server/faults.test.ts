import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultWorld, openFaultWorld } from '../../support/fault-world.ts';
import { faults } from '../../support/faults.ts';
import { findPrograms } from '../../support/server.ts';

/**
 * A program under load is back this soon after its database is. It takes a second or two; the rest is for a machine that is
 * busy with other tests. Without the handling of a fault it takes a minute, or for ever.
 */
const backMsMax = 8000;
const calmMs = 300;
/** How long to wait for the service to be back before the test fails. */
const answerMsMax = 30_000;

const programs = findPrograms();
let world: FaultWorld;

beforeAll(async () => {
  if (programs !== null) world = await openFaultWorld(programs);
});
afterAll(() => world?.close());

/** What the database and the receiver have, in the numbers that must agree. */
async function count(): Promise<Record<string, number>> {
  const [row] = await world.query(`
    select (select count(*)::int from predictions) as predictions,
      (select count(distinct slug)::int from predictions) as slugs,
      (select count(*)::int from events where type = 'prediction.created') as created,
      (select count(*)::int from resolutions) as resolutions,
      (select count(distinct prediction_id)::int from resolutions) as resolved,
      (select count(*)::int from events where type = 'prediction.resolved') as announced,
      (select count(*)::int from webhook_deliveries) as deliveries,
      (select count(*)::int from webhook_deliveries where state <> 'succeeded') as undelivered`);
  return row ?? {};
}

if (programs !== null)
  describe('with a database that', () => {
    it.each(faults)('$name', async ({ begin, end, lastsMs, backMsMax: own = backMsMax, isFelt = true }) => {
      const { load, program, proxy } = world;
      proxy.endLost();
      // How long the same requests take without a fault, on a machine that may be busy.
      const usualMs = await load.backWithin(answerMsMax);
      const refusedBefore = load.statuses.get(503) ?? 0;
      load.start();
      await wait(calmMs);
      const undo = await begin(world);
      await wait(lastsMs);
      // Otherwise the fault did not happen.
      if (isFelt)
        await expect.poll(() => load.statuses.get(503) ?? 0, { timeout: answerMsMax }).toBeGreaterThan(refusedBefore);
      await end?.(world);
      await undo?.();
      const backMs = await load.backWithin(answerMsMax);
      await wait(calmMs);
      await load.stop();
      expect(load.takeComplaints()).toEqual([]);
      expect(backMs).toBeLessThan(own + 5 * usualMs);
      expect(program.process.exitCode).toBeNull();
      const slugs = (await world.query('select slug from predictions')).map((row) => String(row.slug));
      expect([...load.acknowledged].filter((slug) => !slugs.includes(slug))).toEqual([]);
    });

    it('in the end has everything once', async () => {
      await expect.poll(async () => (await count()).undelivered, { timeout: 10_000 }).toBe(0);
      const counts = await count();
      expect(counts.slugs).toBe(counts.predictions);
      expect(counts.created).toBe(counts.predictions);
      expect(counts.resolved).toBe(counts.resolutions);
      expect(counts.announced).toBe(counts.resolutions);
      expect(counts.deliveries).toBe((counts.created ?? 0) + (counts.announced ?? 0));
      expect(new Set(world.receiver.received.map(({ id }) => id)).size).toBe(counts.deliveries);
      expect(world.program.output()).not.toMatch(/unhandled|uncaught/i);
    });
  });
else it('is not tested without the programs of a PostgreSQL server', () => expect(programs).toBeNull());
