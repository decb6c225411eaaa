import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiWorld } from '../../support/api-world.ts';
import { openBrowser, watchPage } from '../../support/browser.ts';
import { recordClaim } from '../../support/claims.ts';
import { addressOf, pageAddresses } from '../../support/page-addresses.ts';
import { findAxeViolations, findInvalidHtml, findOverflow, findUnreachable } from '../../support/page-checks.ts';
import { openPageWorld } from '../../support/page-world.ts';

const schemes = ['light', 'dark'] as const;
const widths = [320, 1280] as const;

let world: ApiWorld;
let browser: Browser;
/** One context for each colour scheme. */
const contexts = new Map<string, BrowserContext>();
beforeAll(async () => {
  world = await openPageWorld();
  browser = await openBrowser();
  for (const colorScheme of schemes) contexts.set(colorScheme, await browser.newContext({ colorScheme }));
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

async function openPage(scheme: string): Promise<Page> {
  const context = contexts.get(scheme);
  if (context === undefined) throw new Error(`no context for ${scheme}`);
  return await context.newPage();
}

describe.each(pageAddresses)('$path', ({ path: named, status = 200 }) => {
  let path: string;
  beforeAll(async () => {
    path = await addressOf(world, named);
  });

  test.each(schemes)('is accessible and fits at every width, and loads only what is ours, in %s', async (scheme) => {
    const page = await openPage(scheme);
    const { elsewhere, errors } = watchPage(page, world.base);
    const answer = await page.goto(`${world.base}${path}`);
    expect(answer?.status()).toBe(status);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      expect(await findOverflow(page)).toEqual([]);
      expect(await findAxeViolations(page)).toEqual([]);
    }
    // The browser reports the status of an error page as an error.
    expect({ elsewhere, errors: errors.filter((text) => !text.includes(`status of ${status}`)) }).toEqual({
      elsewhere: [],
      errors: [],
    });
    await page.close();
  });

  test('is operable by keyboard alone, with a visible focus', async () => {
    const page = await openPage('light');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(`${world.base}${path}`);
    expect(await findUnreachable(page)).toEqual([]);
    await page.close();
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
