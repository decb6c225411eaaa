import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiWorld } from '../../support/api-world.ts';
import { openBrowser, watchPage } from '../../support/browser.ts';
import { recordClaim } from '../../support/claims.ts';
import { addressOf, pageAddresses } from '../../support/page-addresses.ts';
import { findAxeViolations, findInvalidHtml, findOverflow, findUnreachable } from '../../support/page-checks.ts';
import { openPageWorld } from '../../support/page-world.ts';

const widths = [320, 1280] as const;

let world: ApiWorld;
let browser: Browser;
beforeAll(async () => {
  world = await openPageWorld();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

/** The form has no JSON beside it, so that the tests of serving leave it out. */
describe.each([...pageAddresses, { path: '/sign-in', status: 200 }])('$path', ({ path: named, status = 200 }) => {
  let path: string;
  let page: Page;
  beforeAll(async () => {
    path = await addressOf(world, named);
    page = await browser.newPage();
  });
  afterAll(() => page?.close());

  test('is accessible and fits, narrow and wide, light and dark, and loads only what is ours', async () => {
    const { elsewhere, errors } = watchPage(page, world.base);
    const answer = await page.goto(`${world.base}${path}`);
    expect(answer?.status()).toBe(status);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      expect(await findOverflow(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await findAxeViolations(page, 'contrast')).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await findAxeViolations(page)).toEqual([]);
    }
    // The browser reports the status of an error page as an error.
    expect({ elsewhere, errors: errors.filter((text) => !text.includes(`status of ${status}`)) }).toEqual({
      elsewhere: [],
      errors: [],
    });
  });

  test('is operable by keyboard alone, with a visible focus', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${world.base}${path}`);
    expect(await findUnreachable(page)).toEqual([]);
  });

  test('is valid HTML', async () => {
    const answer = await world.anyone(`GET ${path}`, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(status);
    expect(await findInvalidHtml(answer.text)).toEqual([]);
  });
});

describe('the forms', () => {
  test('sign a person in and record a decision, in a browser, accessibly', async () => {
    await recordClaim(world, { slug: 'to-decide', criterion: { op: 'judged', question: 'Did it rain?' } });
    const context = await browser.newContext();
    const page = await context.newPage();
    const { elsewhere, errors } = watchPage(page, world.base);
    await page.goto(`${world.base}/predictions/to-decide/decide`);
    expect(await findAxeViolations(page)).toEqual([]);
    await page.getByLabel('Key').fill(world.adminKey);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/predictions/to-decide/decide');
    await page.getByLabel('Outcome').selectOption('yes');
    await page.getByLabel('Kind of reason').selectOption('judged');
    await page.getByLabel('Reason, in words').fill('It rained.');
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      expect(await findOverflow(page)).toEqual([]);
      expect(await findAxeViolations(page)).toEqual([]);
    }
    for (const path of ['/sign-in', '/predictions/to-decide/decide']) {
      const sent = await context.request.get(`${world.base}${path}`, { headers: { accept: 'text/html' } });
      expect(await findInvalidHtml(await sent.text())).toEqual([]);
    }
    await page.getByRole('button', { name: 'Record the decision' }).click();
    await page.waitForURL('**/predictions/to-decide');
    await page.getByText('It came true.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${world.base}/`);
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
    expect({ elsewhere, errors }).toEqual({ elsewhere: [], errors: [] });
    await context.close();
  });
});

test('another site can frame a card, in a sandbox, and no other page', async () => {
  const { json } = await world.anyone(
    `GET /oembed?url=${encodeURIComponent(`${world.base}/predictions/gpt-5-never-released`)}`,
  );
  // The browser lets only a site on this machine frame another one here.
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html>${json.html}<iframe id="page" src="${world.base}/predictions/o5-arrives"></iframe>`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address with a port.
  const { port } = site.address() as AddressInfo;
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  const card = page.frameLocator('iframe').first();
  await card.getByText('OpenAI never releases GPT-5.').waitFor();
  const style = await card.locator('body').evaluate('getComputedStyle(document.body).borderTopStyle');
  const framed = await page.frameLocator('#page').locator('h1.claim').count();
  expect([style, framed]).toEqual(['solid', 0]);
  await page.close();
  site.closeAllConnections();
  site.close();
});

test('the board works with JavaScript off: search, filter, next page and a prediction', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${world.base}/`);
  await page.getByRole('link', { name: 'Next page' }).click();
  expect(page.url()).toContain('cursor=');
  await page.getByRole('link', { name: 'First page' }).click();
  await page.getByLabel('Statement contains').fill('never releases gpt-5');
  await page.getByLabel('Outcome').selectOption('no');
  await page.getByRole('button', { name: 'Show' }).click();
  expect(new URL(page.url()).searchParams.get('outcome')).toBe('no');
  await page.locator('.predictions').getByRole('link', { name: 'OpenAI never releases GPT-5.' }).first().click();
  await page.getByLabel('At the end of (UTC)').fill('2025-03-01');
  await page.getByRole('button', { name: 'Go there' }).click();
  expect(new URL(page.url()).search).toBe('?as_of=2025-03-01');
  expect(await page.locator('.past').innerText()).toContain('As it was known at the end of 1 Mar 2025 (UTC)');
  await context.close();
});

test('a page is printed dark on light, without forms, also for readers who prefer a dark screen', async () => {
  const page = await browser.newPage({ colorScheme: 'dark' });
  await page.goto(`${world.base}/predictions/gpt-5-never-released`);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  expect(await findAxeViolations(page, 'contrast')).toEqual([]);
  const ground = await page.evaluate("getComputedStyle(document.querySelector('.verdict')).backgroundColor");
  expect(ground).toBe('rgb(255, 255, 255)');
  expect(await page.locator('form:visible').count()).toBe(0);
  await page.close();
});
