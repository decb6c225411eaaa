import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openBrowser, type Watched, watchPage } from '../../support/browser.ts';
import { recordClaim } from '../../support/claims.ts';
import { createPredictor } from '../../support/forecasts.ts';
import { findAxeViolations, findOverflow } from '../../support/page-checks.ts';

const criterion = { op: 'judged', question: 'Did it rain?' };
const decision = { outcome: 'yes', effective_at: '2026-01-10', reason_code: 'judged', reason: 'It rained.' };
const words = 'This page has changed.';

let world: ApiWorld;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  world = await openApiWorld();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});
beforeEach(async () => {
  await context?.close();
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  await recordClaim(world, { slug: 'rain', criterion });
  await recordClaim(world, { slug: 'snow', criterion });
});

/** A page, what it did that it must not do, and the addresses of its event streams. */
type Opened = { readonly page: Page; readonly watched: Watched; readonly streams: string[] };

async function prepare(options: BrowserContextOptions = {}, of = world): Promise<Opened> {
  context = await browser.newContext(options);
  const page = await context.newPage();
  const watched = watchPage(page, of.base);
  const streams: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/events/stream')) streams.push(request.url());
  });
  return { page, watched, streams };
}

async function open(path: string, options: BrowserContextOptions = {}, of = world): Promise<Opened> {
  const opened = await prepare(options, of);
  await opened.page.goto(`${of.base}${path}`);
  return opened;
}

/** Opens a page and waits until it receives events. */
async function openLive(path: string): Promise<Opened> {
  const opened = await prepare();
  const streaming = opened.page.waitForResponse((answer) => answer.url().includes('/events/stream'));
  await opened.page.goto(`${world.base}${path}`);
  expect((await streaming).status()).toBe(200);
  return opened;
}

async function decide(slug: string, of = world): Promise<void> {
  const { status } = await of.admin(`POST /v1/predictions/${slug}/resolutions`, { json: decision });
  expect(status).toBe(201);
}

describe('a page says that it has changed', () => {
  test.each(['/predictions/rain', '/predictions/rain#history', '/', '/?q=rain'])('%s', async (path) => {
    const { page, watched } = await openLive(path);
    await decide('rain');
    await page.getByText(words).waitFor();
    await page.setViewportSize({ width: 320, height: 600 });
    expect([await findAxeViolations(page), await findOverflow(page)]).toEqual([[], []]);
    expect(await page.getByText('It came true.').count()).toBe(0);
    await Promise.all([page.waitForEvent('load'), page.getByText('Show it as it is now').click()]);
    expect(await page.locator('.mark.yes').count()).toBeGreaterThan(0);
    expect(await page.getByText(words).count()).toBe(0);
    expect(watched).toEqual({ elsewhere: [], errors: [] });
  });

  test('but not after an event that changes nothing on it', async () => {
    const { page, streams } = await openLive(`/predictors/${await createPredictor(world, 'Ada')}`);
    const asked = page.waitForResponse((answer) => answer.request().method() === 'HEAD');
    await decide('snow');
    expect((await asked).status()).toBe(304);
    expect(await page.locator('.live').innerText()).toBe('');
    expect(streams).toHaveLength(1);
  });

  test('and what it missed while it was hidden, when it is shown again', async () => {
    const { page, streams } = await openLive('/predictions/rain');
    await setHidden(page, true);
    await page.waitForFunction('document.hidden');
    await decide('rain');
    await setHidden(page, false);
    await page.getByText(words).waitFor();
    expect(streams).toHaveLength(2);
  });
});

/** Headless browsers never hide a page. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));`);
}

test('a hidden page keeps no connection', async () => {
  const { page } = await openLive('/');
  const closed = page.waitForEvent('requestfailed');
  await setHidden(page, true);
  expect((await closed).failure()?.errorText).toBe('net::ERR_ABORTED');
});

test('with JavaScript off, a page is whole and asks for nothing', async () => {
  const { page, streams, watched } = await open('/predictions/rain', { javaScriptEnabled: false });
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('.');
  expect(await page.locator('.live').innerText()).toBe('');
  expect([streams, watched]).toEqual([[], { elsewhere: [], errors: [] }]);
});

test('a page about the past and a card do not listen', async () => {
  for (const path of ['/predictions/rain?as_of=2026-01-14', '/embed/rain']) {
    const { page, streams, watched } = await open(path);
    expect([await page.locator('.live').count(), streams, watched]).toEqual([0, [], { elsewhere: [], errors: [] }]);
    await context.close();
  }
});

test('times have a tooltip in the time zone of the reader, days do not', async () => {
  const { page } = await open('/predictions/rain', { timezoneId: 'Asia/Kolkata' });
  const recorded = page.locator('time[datetime="2026-01-15T12:00:00Z"]').first();
  expect(await recorded.getAttribute('title')).toBe(
    '15 Jan 2026, 17:30 GMT+5:30 in your time zone (2026-01-15T12:00:00Z)',
  );
  expect(await recorded.innerText()).toBe('15 Jan 2026, 12:00 UTC');
  const day = page.locator('time[datetime]:not([datetime*="T"])').first();
  expect(await day.getAttribute('title')).toBe(await day.getAttribute('datetime'));
});

test('where reading requires a key, a page that was opened by a session opens no stream', async () => {
  const closed = await openApiWorld({ http: { publicRead: false } });
  try {
    await recordClaim(closed, { slug: 'rain', criterion });
    const { page, streams, watched } = await open('/sign-in?next=/predictions/rain', {}, closed);
    await page.getByLabel('Key').fill(closed.adminKey);
    await page.keyboard.press('Enter');
    await page.waitForURL(({ pathname }) => pathname === '/predictions/rain');
    await decide('rain', closed);
    // Its session is enough to ask whether the page has changed.
    await setHidden(page, true);
    await setHidden(page, false);
    await page.getByText(words).waitFor();
    expect([streams, watched]).toEqual([[], { elsewhere: [], errors: [] }]);
  } finally {
    await context.close();
    await closed.close();
  }
});
