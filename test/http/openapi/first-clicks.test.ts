import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openBrowser, type Watched, watchPage } from '../../support/browser.ts';
import { startAsNew } from '../../support/new-service.ts';

let world: ApiWorld;
let browser: Browser;
let page: Page;
let watched: Watched;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-22T12:00:00Z' });
  await startAsNew(world);
  browser = await openBrowser();
  page = await browser.newPage();
  watched = watchPage(page, world.base);
  await page.goto(`${world.base}/docs`);
  await page.locator('button.authorize').first().click();
  await page.locator('.auth-container input').fill(world.adminKey);
  await page.locator('.auth-container button[type=submit]').click();
  await page.locator('.auth-container button.btn-done').click();
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

/** Resources that a new service has none of, because only its operator creates them. */
const madeByOperators = /^\/v1\/(webhook-endpoints|webhook-deliveries|api-keys|watches|panels|cases)\/\{/;

/** Clicks "Try it out" and "Execute", and reads the status and the body that the page then shows. */
async function execute(tag: string, operationId: string): Promise<{ status: number; body: string }> {
  const operation = page.locator(`[id="operations-${tag.replaceAll(' ', '_')}-${operationId}"]`);
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('button.try-out__btn').click();
  await operation.locator('button.execute').click();
  const shown = operation.locator('.live-responses-table tbody tr.response').first();
  await shown.waitFor({ timeout: 60_000 });
  const status = Number((await shown.locator('.response-col_status').innerText()).split(/\s/)[0]);
  const body = status < 400 ? '' : await shown.locator('.response-col_description').innerText();
  await operation.locator('.opblock-summary-control').click();
  return { status, body };
}

test.each(operations.map(({ spec }) => [spec.operationId, spec] as const))(
  'the first click on Execute of %s works',
  async (operationId, { tag, method, path }) => {
    const { status, body } = await execute(tag, operationId);
    if (method === 'get' && !madeByOperators.test(path)) expect([operationId, status]).toEqual([operationId, 200]);
    else if (status >= 300) {
      expect(status).toBeLessThan(500);
      expect(body).toMatch(/"detail": "[^"]*(; | must )/);
    }
  },
);

test('the clicks reach no other host', () => {
  expect(watched.elsewhere).toEqual([]);
});
