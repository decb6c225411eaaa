import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveMetrics } from '../../../src/http/service/metrics.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';

let world: ApiWorld;
let receiver: Receiver;
beforeAll(async () => {
  world = await openApiWorld();
  receiver = await openReceiver();
});
afterAll(async () => {
  await receiver.close();
  await world.close();
});

/** The samples of a text in the format of Prometheus. */
/** Without the malformed rows, which are counted for the whole process and so for other tests too. */
function samplesOf(text: string): Record<string, number> {
  const lines = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('outturn_malformed_rows_total'));
  return Object.fromEntries(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]));
}

test('/metrics reports the depth and age of the queue, the results of attempts, and disabled endpoints', async () => {
  await world.admin('POST /v1/webhook-endpoints', { json: { url: receiver.origin } });
  await world.admin('POST /v1/webhook-endpoints', { json: { url: receiver.origin, status: 'disabled' } });
  receiver.answer(500, 200);
  await recordClaim(world);
  await sendDue(world.deps);
  await recordClaim(world);
  world.clock.advance(3000);
  const waiting = await world.anyone('GET /metrics');
  expect(waiting.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(samplesOf(waiting.text)).toEqual({
    outturn_settle_queue: 0,
    outturn_settle_failing: 0,
    outturn_settle_oldest_seconds: 0,
    outturn_settle_batches_total: expect.any(Number),
    outturn_settle_predictions_total: expect.any(Number),
    outturn_webhook_deliveries_pending: 2,
    outturn_webhook_deliveries_due: 1,
    outturn_webhook_oldest_due_seconds: 3,
    'outturn_webhook_endpoints_disabled{reason="gone"}': 0,
    'outturn_webhook_endpoints_disabled{reason="failing"}': 0,
    'outturn_webhook_endpoints_disabled{reason="manual"}': 1,
    'outturn_webhook_attempts_total{result="bad_status"}': 1,
  });
  world.clock.advance(2000);
  await sendDue(world.deps);
  expect(samplesOf((await world.anyone('GET /metrics')).text)).toMatchObject({
    outturn_webhook_deliveries_pending: 0,
    outturn_webhook_oldest_due_seconds: 0,
    'outturn_webhook_attempts_total{result="delivered"}': 2,
  });
});

test('with a port of their own, metrics are served only there', async () => {
  const separate = await openApiWorld({ http: { hasMetricsPort: true } });
  const served = await serveMetrics(separate.deps, { host: '127.0.0.1', port: 0 });
  const own = await fetch(`http://127.0.0.1:${served.port}/metrics`);
  expect(samplesOf(await own.text())).toMatchObject({ outturn_webhook_deliveries_pending: 0 });
  expect((await fetch(`http://127.0.0.1:${served.port}/v1/predictions`)).status).toBe(404);
  expect((await separate.anyone('GET /metrics')).json).toMatchObject({ status: 404, code: 'not_found' });
  await served.close();
  await separate.close();
});
