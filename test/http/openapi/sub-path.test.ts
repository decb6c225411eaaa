import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { serveApp } from '../../../src/http/server/serve.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openBrowser, type Watched, watchPage } from '../../support/browser.ts';
import { startAsNew } from '../../support/new-service.ts';

const prefix = '/tracker';

let world: ApiWorld;
let served: Awaited<ReturnType<typeof serveApp>>;
let proxy: Server;
let base: string;
let browser: Browser;
let page: Page;
let watched: Watched;

/** A proxy that serves the service under a path, which is not its public URL. */
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-22T12:00:00Z' });
  await startAsNew(world);
  const app = createApp({
    ...world.http,
    services: { ...world.deps, publicUrl: 'https://outturn.example.com/public' },
  });
  served = await serveApp(app, { host: '127.0.0.1', port: 0, log: world.http.log });
  proxy = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    if (!url.startsWith(`${prefix}/`)) return void outgoing.writeHead(404).end();
    const path = url.slice(prefix.length);
    incoming.pipe(
      request({ port: served.port, host: '127.0.0.1', method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address with a port.
  base = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
  browser = await openBrowser();
  page = await browser.newPage();
  watched = watchPage(page, base);
});
afterAll(async () => {
  await browser?.close();
  proxy?.closeAllConnections();
  proxy?.close();
  await served?.close(1000);
  await world?.close();
});

test('under a path of a proxy the API reference sends its requests to where it was opened', async () => {
  await page.goto(`${base}/docs`);
  const operation = page.locator('#operations-Predictions-getPrediction');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('button.try-out__btn').click();
  await operation.locator('button.execute').click();
  const status = operation.locator('.live-responses-table .response-col_status').getByText('200');
  await status.waitFor();
  expect(await operation.locator('.request-url pre').innerText()).toBe(`${base}/v1/predictions/gpt-5-never-released`);
});

test('it offers the public address as well, has a filter, and lists predictions first', async () => {
  expect(await page.locator('.servers option').allInnerTexts()).toEqual([
    expect.stringMatching(/^\. /),
    expect.stringMatching(/^https:\/\/outturn\.example\.com\/public /),
  ]);
  expect(await page.locator('.opblock-tag').first().innerText()).toMatch(/^Predictions/);
  await page.locator('.operation-filter-input').fill('Webhooks');
  await page.locator('#operations-Predictions-getPrediction').waitFor({ state: 'detached' });
  expect(await page.locator('.opblock-tag').allInnerTexts()).toEqual([expect.stringMatching(/^Webhooks/)]);
});

test('the front page leads to it, and the page of problems back', async () => {
  await page.goto(`${base}/`);
  await page.getByRole('link', { name: 'Docs', exact: true }).click();
  await page.waitForURL(`${base}/docs`);
  await page.waitForSelector('.opblock');
  await page.goto(`${base}/docs/problems`);
  await page.getByText('API reference').click();
  await page.waitForURL(`${base}/docs`);
  await page.waitForSelector('.opblock');
  expect(watched).toEqual({ elsewhere: [], errors: [] });
});
