/**
 * Takes pictures of every page at three widths, light and dark: `npm run screenshots [directory]`. With `docs/images` as the
 * directory, it takes only the ten that the documentation shows. It starts the service on an empty data directory and
 * needs Chromium, like the tests.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const directory = process.argv[2] ?? '.scratch/screenshots';
const isForDocs = directory.replace(/\/$/, '').endsWith('docs/images');
const adminKey = 'a-key-for-screenshots-only';
const dataDir = mkdtempSync(join(tmpdir(), 'outturn-screenshots-'));
const env = {
  ...process.env,
  PORT: '0',
  OUTTURN_DATA_DIR: dataDir,
  OUTTURN_ADMIN_KEY: adminKey,
  OUTTURN_RATE_LIMIT: 'off',
  LOG_LEVEL: 'silent',
};
const service = spawn(process.execPath, ['dist/program/cli.js', 'serve'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** The pages for the documentation: name, path, width and scheme. */
const pictured = [
  ['board', '/', 1280, 'light'],
  ['board-dark', '/', 1280, 'dark'],
  ['board-narrow', '/', 320, 'light'],
  ['prediction', '/predictions/gpt-5-never-released', 1280, 'light'],
  ['prediction-dark', '/predictions/o4-before-gpt-5', 1280, 'dark'],
  ['prediction-past', '/predictions/gpt-5-never-released?as_of=2025-03-01', 1280, 'light'],
  ['predictor', '/predictors/{predictor}', 1280, 'light'],
  ['releases', '/releases', 1280, 'light'],
  ['model', '/models/openai/gpt-5', 1280, 'light'],
  ['feeds', '/feeds', 1280, 'dark'],
];

const paths = [
  ...new Set(pictured.map(([, path]) => path)),
  ...['/predictions/gpt-6-in-2026', '/predictions/rain', '/sources/{source}', '/models', '/feeds/ledger'],
  ...['/observations/{observation}', '/embed/gpt-5-never-released', '/sign-in', '/nothing'],
];

async function start() {
  for await (const line of createInterface({ input: service.stdout })) {
    const base = /Board\s+(http:\S+)\//.exec(line)?.[1];
    if (base !== undefined) return base;
  }
  throw new Error('the service did not start');
}

async function request(base, method, path, json) {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const body = json === undefined ? null : JSON.stringify(json);
  const answer = await fetch(`${base}${path}`, { method, headers, body });
  if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${await answer.text()}`);
  return await answer.json();
}

/** Predictions of today, because those of the seed are about 2025. */
async function record(base) {
  const post = (path, json) => request(base, 'POST', path, json);
  const predictor = await post('/v1/predictors', { name: 'Ada Example' });
  const source = await post('/v1/sources', { title: 'What to expect of the next two years' });
  const today = new Date();
  const made = today.toISOString().slice(0, 10);
  const claim = (slug, statement, model, years, probability) =>
    post('/v1/predictions', {
      ...{ slug, statement, probability, made_at: made, predictor_id: predictor.id, source_id: source.id },
      criterion: { op: 'released', model, by: `${today.getUTCFullYear() + years}-12-31` },
      tags: [model.vendor, 'release'],
    });
  const gpt6 = { vendor: 'openai', family: 'gpt', version: '6', tier: null };
  await claim('gpt-6-in-2026', 'OpenAI releases GPT-6 before the year is over.', gpt6, 0, 0.7);
  const claude6 = { vendor: 'anthropic', family: 'claude', version: '6', tier: 'any' };
  await claim('claude-6', 'Anthropic releases a Claude 6 model by the end of next year.', claude6, 1, 0.4);
  for (const probability of [0.6, 0.45, 0.5]) await post('/v1/predictions/gpt-6-in-2026/forecasts', { probability });
  await post('/v1/predictions', {
    ...{ slug: 'rain', statement: 'It rains in San Francisco on launch day.', made_at: '2025-07', probability: 0.2 },
    ...{ criterion: { op: 'judged', question: 'Did it rain?' }, predictor_id: predictor.id },
  });
  const decision = { effective_at: '2025-08-07', reason: 'It stayed dry.', reason_code: 'judged' };
  await post('/v1/predictions/rain/resolutions', { ...decision, outcome: 'no' });
}

async function findIds(base) {
  const first = async (path) => (await request(base, 'GET', path)).data[0].id;
  const [author] = (await request(base, 'GET', '/v1/predictors')).data.filter(({ name }) => name === 'Alberto Romero');
  const { source } = await request(base, 'GET', '/v1/predictions/gpt-5-never-released');
  return { predictor: author.id, source: source.id, observation: await first('/v1/observations?name=gpt-5') };
}

/** The seed is settled once the first polls have been stored. */
async function settle(base) {
  for (let seconds = 0; seconds < 180; seconds += 1) {
    const { status } = await request(base, 'GET', '/v1/predictions/gpt-5-never-released');
    if (status === 'resolved') return;
    await wait(1000);
  }
  throw new Error('the seed was not settled in three minutes');
}

async function takeAll(base) {
  const ids = await findIds(base);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless', '--disable-gpu'],
  });
  const take = async (name, path, width, colorScheme, fullPage) => {
    const height = width < 700 ? 700 : 900;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${base}${path.replace(/\{(\w+)\}/, (_found, id) => ids[id])}`);
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage });
    await context.close();
  };
  if (isForDocs) for (const [name, path, width, scheme] of pictured) await take(name, path, width, scheme, false);
  else
    for (const path of paths)
      for (const width of [320, 768, 1280])
        for (const scheme of ['light', 'dark']) {
          const name = path.replaceAll(/[^\w]+/g, '-').replaceAll(/^-|-$/g, '') || 'board';
          await take(`${name}-${width}-${scheme}`, path, width, scheme, true);
        }
  await browser.close();
}

try {
  mkdirSync(directory, { recursive: true });
  const base = await start();
  await settle(base);
  await record(base);
  await takeAll(base);
  console.log(`The pictures are in ${directory}.`);
} finally {
  service.kill('SIGINT');
  await new Promise((resolve) => service.once('exit', resolve));
  rmSync(dataDir, { recursive: true, force: true });
}
