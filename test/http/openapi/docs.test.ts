import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problemKinds } from '../../../src/http/operation/errors.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { findChromium, openBrowser, type Watched, watchPage } from '../../support/browser.ts';
import { neverGpt5 } from '../../support/claims.ts';

let world: ApiWorld;
let browser: Browser;
let page: Page;
let watched: Watched;
beforeAll(async () => {
  world = await openApiWorld();
  browser = await openBrowser();
  page = await browser.newPage();
  watched = watchPage(page, world.base);
  await page.goto(`${world.base}/docs`);
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

describe('the API reference in a browser', () => {
  test('lists every operation', async () => {
    await page.waitForSelector('.opblock');
    expect(await page.title()).toBe('Outturn API reference');
    expect(await page.locator('.opblock').count()).toBeGreaterThan(20);
  });

  test('expands the recursive criterion, level by level', async () => {
    const schemas = page.locator('.models');
    const open = async (name: string) => await schemas.getByRole('button', { name, exact: true }).first().click();
    // The list of schemas is long, and only what is in view of it is in the page.
    const wanted = schemas.getByRole('button', { name: 'Criterion', exact: true });
    for (let step = 0; (await wanted.count()) === 0 && step < 200; step += 1) {
      await page.locator('.models-scroll').evaluate((list) => list.scrollBy(0, 200));
      await page.locator('.models-scroll').scrollIntoViewIfNeeded();
    }
    await open('Criterion');
    await open('One of');
    for (const operand of ['#0 ReleasedCriterion', '#7 NotCriterion', '#8 AllCriterion', '#9 AnyCriterion'])
      expect(await schemas.getByRole('button', { name: operand, exact: true }).count()).toBe(1);
    await open('#7 NotCriterion');
    const not = schemas.getByRole('button', { name: '#7 NotCriterion', exact: true }).locator('xpath=../..');
    await not.locator('.json-schema-2020-12-property').nth(1).locator('button').first().click();
    expect(await not.innerText()).toMatch(/of[\s\S]*#\/components\/schemas\/Criterion/);
  });

  test('creates a prediction with "Try it out" and the key', async () => {
    await page.locator('button.authorize').first().click();
    await page.locator('.auth-container input').fill(world.adminKey);
    await page.locator('.auth-container button[type=submit]').click();
    await page.locator('.auth-container button.btn-done').click();
    const operation = page.locator('#operations-Predictions-createPrediction');
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('button.try-out__btn').click();
    await operation
      .locator('textarea')
      .first()
      .fill(JSON.stringify({ slug: 'tried-out', statement: 'Tried out.', made_at: '2025', criterion: neverGpt5 }));
    await operation.locator('button.execute').click();
    await operation.locator('.live-responses-table .response-col_status').getByText('201').waitFor();
    expect((await world.anyone('GET /v1/predictions/tried-out')).json.statement).toBe('Tried out.');
  });

  test('shows the code samples of an operation that has some', async () => {
    const operation = page.locator('#operations-Criteria-checkCriterion');
    await operation.locator('.opblock-summary-control').click();
    const samples = operation.locator('.code-samples');
    await samples.waitFor();
    expect(await samples.locator('summary').allInnerTexts()).toEqual(['curl', 'TypeScript', 'Python']);
    expect(await samples.locator('pre').first().textContent()).toMatch(/^curl .*\/v1\/criteria\/check/);
    await operation.locator('.opblock-summary-control').click();
  });

  test('contacts no other host and violates no rule of its content security policy', () => {
    expect(watched).toEqual({ elsewhere: [], errors: [] });
  });

  test('the policy is strict, and all files are present', async () => {
    const answer = await world.anyone('GET /docs');
    expect(answer.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'/,
    );
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    const script = await world.anyone('GET /docs/swagger-ui-bundle.js');
    expect([script.status, script.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(
      (
        await world.anyone('GET /docs/swagger-ui-bundle.js', {
          headers: { 'if-none-match': script.headers.etag ?? '' },
        })
      ).status,
    ).toBe(304);
  });
});

test('every error code has a page at its type URL', async () => {
  const { text } = await world.anyone('GET /docs/problems');
  for (const code of Object.keys(problemKinds)) expect(text).toContain(`id="${code}"`);
});

test('without a browser this file fails and explains what to do', () => {
  expect(() => findChromium({ CHROMIUM_PATH: '/nowhere', PATH: '/nowhere' })).toThrow(/install the package chromium/);
});
