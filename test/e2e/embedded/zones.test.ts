import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-zones-'));
afterAll(() => removeDirectory(home));

/** A zone that skipped a day, one of half an hour, and one whose summer time is half an hour. */
const zones = ['Pacific/Apia', 'Asia/Kolkata', 'Australia/Lord_Howe'];

const quiet = {
  OUTTURN_SEED: 'none',
  OUTTURN_RATE_LIMIT: 'off',
  OUTTURN_FEEDS: 'none',
  OUTTURN_PUBLIC_URL: 'https://example.com',
};

/** Moments at which a program that used the local zone would differ: skipped days, leap days, ends of months, changes of time. */
const moments = [
  ...[
    '2011-12-29T23:30:00Z',
    '2011-12-30T12:00:00Z',
    '2024-02-28T18:31:00Z',
    '2024-02-29T00:00:00Z',
    '2024-02-29T23:59:59Z',
  ],
  ...[
    '2024-03-01T00:00:00Z',
    '2025-04-05T14:59:00Z',
    '2025-04-05T15:01:00Z',
    '2025-10-04T15:29:00Z',
    '2025-10-04T15:31:00Z',
  ],
  ...['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z'],
];

const released = { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5', tier: null } };
const anthropic = { op: 'released', model: { vendor: 'anthropic', family: 'claude', version: '4', tier: ['opus'] } };

const checks = [
  ...['2024-02-29', '2025-10-05', '2025-08-07', '2025-12-31', '2024-02-29T14:00:00Z'].map((by) => ({
    ...released,
    by,
  })),
  ...['P1M', 'P1Y', 'P4W', 'P30D', 'P1M1D'].map((duration) => ({
    op: 'within',
    event: released,
    after: anthropic,
    duration,
  })),
];

/** Every answer that states a time, as text. */
async function answersIn(dataDir: string, zone: string, readAt: string): Promise<Map<string, string>> {
  const program = await startProgram({ ...quiet, TZ: zone }, dataDir);
  const answers = new Map<string, string>();
  try {
    const lists = [
      'calendar.ics',
      'feeds/resolutions.atom',
      'feeds/resolutions.json',
      'v1/models?limit=50',
      'v1/releases?limit=50',
    ];
    const asOf = [...moments, readAt].map((moment) => `v1/predictions?limit=200&as_of=${moment}`);
    for (const path of [...lists, ...asOf]) answers.set(path, await (await fetch(`${program.base}/${path}`)).text());
    for (const criterion of checks) {
      for (const moment of [...moments, readAt]) {
        const body = JSON.stringify({ criterion, made_at: '2011-12-01', as_of: moment });
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${program.base}/v1/criteria/check`, { method: 'POST', headers, body });
        answers.set(`${JSON.stringify(criterion)} ${moment}`, `${answer.status} ${await answer.text()}`);
      }
    }
  } finally {
    await program.stop('SIGKILL');
  }
  return answers;
}

test('the zone of the process changes no byte of an answer', async () => {
  const original = join(home, 'original');
  prepareDirectory(original);
  const feeds = join(home, 'feeds.json');
  const ledger = { slug: 'ledger', adapter: 'ledger', url: 'builtin:data/ledger.json', trust: 'first_party' };
  writeFileSync(feeds, JSON.stringify({ format: 'outturn-feeds/1', feeds: [ledger] }));
  const program = await startProgram({ OUTTURN_FEEDS: feeds }, original);
  await program.said(/Predictions/);
  const json = {
    statement: 'GPT-9 by the leap day.',
    made_at: '2026-01-31',
    criterion: { ...released, by: '2028-02-29' },
  };
  const headers = { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({
    ...json,
    criterion: { ...json.criterion, model: { ...released.model, version: '9' } },
  });
  expect((await fetch(`${program.base}/v1/predictions`, { method: 'POST', headers, body })).status).toBe(201);
  expect(await program.stop()).toBe(0);
  const readAt = new Date().toISOString();

  const answers = new Map<string, Map<string, string>>();
  for (const zone of ['UTC', ...zones]) {
    const dataDir = join(home, zone.replace('/', '-'));
    cpSync(original, dataDir, { recursive: true });
    answers.set(zone, await answersIn(dataDir, zone, readAt));
  }
  const expected = answers.get('UTC') ?? new Map<string, string>();
  const checked = [...expected.values()].filter((text) => /^\d{3} /.test(text));
  expect(checked).toHaveLength(checks.length * (moments.length + 1));
  expect(checked.filter((text) => !text.startsWith('200 '))).toEqual([]);
  expect(expected.get('calendar.ics')).toContain('BEGIN:VEVENT');
  expect(expected.get('feeds/resolutions.atom')).toContain('<entry>');
  for (const zone of zones)
    for (const [question, text] of answers.get(zone) ?? [])
      expect([zone, question, text]).toEqual([zone, question, expected.get(question)]);
}, 400_000);

test('jobs run by UTC, through the changes of a zone', () => {
  const module = JSON.stringify(join(packageRoot(), 'node_modules/node-cron/dist/node-cron.js'));
  const script = `
    import { mock } from 'node:test';
    import { schedule } from ${module};
    const now = Date.parse(process.argv[1]);
    mock.timers.enable({ apis: ['Date', 'setTimeout'], now });
    const options = { timezone: 'UTC', logger: { info() {}, warn() {}, error() {}, debug() {} } };
    for (const cron of ['*/15 * * * *', '30 2 * * *', '0 0 29 2 *', '17 * * * *']) {
      const task = schedule(cron, () => {}, options);
      console.log(cron, task.getNextRun().toISOString());
      await task.stop();
    }`;
  for (const moment of moments) {
    const [utc, ...others] = ['UTC', ...zones].map((TZ) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, moment], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, TZ },
      }),
    );
    expect(utc).toMatch(/30 2 \* \* \* \S+T02:30:00\.000Z/);
    for (const other of others) expect(other).toBe(utc);
  }
}, 120_000);
