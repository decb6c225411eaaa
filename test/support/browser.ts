import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Turns off the browser's own network requests, so that every request comes from a page. */
const flags = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The Chromium at CHROMIUM_PATH or, if that is not set, the first one in PATH. Throws if there is none, because tests
 * that need it must not be skipped.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const given = env.CHROMIUM_PATH;
  const places = (env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(directory, name)));
  const candidates = given === undefined || given === '' ? ['/usr/bin/chromium', ...places] : [given];
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new Error('no Chromium was found: install the package chromium, or name one in CHROMIUM_PATH');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: findChromium(), args: flags });
}

/** What a page did that it must not do: requests to other origins, and errors on the console. */
export type Watched = { readonly elsewhere: string[]; readonly errors: string[] };

/** Watches a page before it navigates. The console reports violations of the content security policy as errors. */
export function watchPage(page: Page, base: string): Watched {
  const elsewhere: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith('data:') && !url.startsWith('blob:')) elsewhere.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      errors.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('requestfailed', (request) => {
    const { errorText } = request.failure() ?? {};
    // A page that is left ends its event stream, and does not read the body of what has none.
    const isEnded = request.resourceType() === 'eventsource' || request.method() === 'HEAD';
    if (!isEnded || errorText !== 'net::ERR_ABORTED') errors.push(`${request.url()} ${errorText}`);
  });
  return { elsewhere, errors };
}
