import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { serveApp } from '../../../src/http/server/serve.ts';
import { createWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { neverGpt5 } from '../../support/claims.ts';
import { type Client, makeClient } from '../../support/http-client.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';

const publicUrl = 'https://outturn.example.com/tracker';

const claimOf = (slug: string) => ({ slug, statement: 'No GPT-5.', made_at: '2025-01', criterion: neverGpt5 });

let world: ApiWorld;
let receiver: Receiver;
let served: Awaited<ReturnType<typeof serveApp>>;
let named: Client;

/** The same service twice: as `world` without an address, and as `named` with one. */
beforeAll(async () => {
  world = await openApiWorld();
  receiver = await openReceiver();
  const app = createApp({ ...world.http, services: { ...world.deps, publicUrl } });
  served = await serveApp(app, { host: '127.0.0.1', port: 0, log: world.http.log });
  named = makeClient(`http://127.0.0.1:${served.port}`, { authorization: `Bearer ${world.adminKey}` });
});
afterAll(async () => {
  await served.close(1000);
  await receiver.close();
  await world.close();
});

test('links in messages are absolute if OUTTURN_PUBLIC_URL is set, and otherwise paths', async () => {
  const input = { url: `${receiver.origin}/hook`, eventTypes: ['prediction.created' as const] };
  const { secret } = await createWebhookEndpoint(world.deps, input);
  const { json: first } = await world.admin('POST /v1/predictions', { json: claimOf('by-path') });
  const { json: second } = await named('POST /v1/predictions', { json: claimOf('by-address') });
  await sendDue(world.deps);
  expect(receiver.received.map((message) => verified(secret ?? '', message))).toMatchObject([
    { data: { prediction: { links: { prediction: `/v1/predictions/${first.id}` } } } },
    {
      data: {
        prediction: {
          links: {
            prediction: `${publicUrl}/v1/predictions/${second.id}`,
            explanation: `${publicUrl}/v1/predictions/${second.id}/explanation`,
            page: `${publicUrl}/predictions/by-address`,
          },
        },
      },
    },
  ]);
});

test('links in headers are absolute as well, or paths if it is unset', async () => {
  const locationBy = async (client: Client, slug: string) =>
    (await client('POST /v1/predictions', { json: claimOf(slug) })).headers.location;
  expect(await locationBy(named, 'headed')).toMatch(
    /^https:\/\/outturn\.example\.com\/tracker\/v1\/predictions\/pred_/,
  );
  expect(await locationBy(world.admin, 'headless')).toMatch(/^\/v1\/predictions\/pred_/);
  const linkBy = async (client: Client) => (await client('GET /v1/predictions?limit=1')).headers.link;
  expect(await linkBy(named)).toMatch(
    /^<https:\/\/outturn\.example\.com\/tracker\/v1\/predictions\?[^>]+>; rel="next"$/,
  );
  expect(await linkBy(world.admin)).toMatch(/^<\/v1\/predictions\?[^>]+>; rel="next"$/);
});

test('feeds, the document and the catalogue use it, whatever the Host header', async () => {
  const asked = { headers: { host: 'elsewhere.example', 'x-forwarded-proto': 'http' } };
  expect((await named('GET /feeds/resolutions.json', asked)).json.feed_url).toBe(`${publicUrl}/feeds/resolutions.json`);
  expect((await named('GET /feeds/resolutions.atom', asked)).text).toContain(
    `<link href="${publicUrl}/feeds/resolutions.atom" rel="self" type="application/atom+xml"/>`,
  );
  expect((await named('GET /openapi.json')).json.servers).toMatchObject([{ url: '.' }, { url: publicUrl }]);
  expect((await world.admin('GET /openapi.json')).json.servers).toMatchObject([{ url: '.' }]);
  expect((await named('GET /openapi.yaml')).text).toContain(`url: ${publicUrl}`);
  expect((await named('GET /.well-known/api-catalog')).json.linkset[0]).toMatchObject({
    anchor: `${publicUrl}/v1`,
    'service-doc': [{ href: `${publicUrl}/docs` }],
  });
});
