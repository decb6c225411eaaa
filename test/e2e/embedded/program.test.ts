import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { outturn, type Program, prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';
import { writeShippedFeeds } from '../../support/shipped-feeds.ts';

const directories: string[] = [];
const running: Program[] = [];
afterAll(async () => {
  for (const program of running) await program.stop('SIGKILL');
  for (const directory of directories) removeDirectory(directory);
});

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'outturn-program-'));
  directories.push(directory);
  return directory;
}

async function start(directory: string, env: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram({ OUTTURN_FEEDS: writeShippedFeeds(directory), ...env }, directory);
  running.push(program);
  return program;
}

describe('the program on its embedded database', () => {
  it('shows the admin key once, stores it readable by its owner only, and keeps the data over restarts and a kill', async () => {
    const directory = freshDirectory();
    const first = await start(directory);
    await first.said(/Predictions/);
    expect(first.output()).toContain(first.adminKey);
    expect(statSync(join(directory, 'admin-key')).mode & 0o777).toBe(0o600);
    const before = await (await fetch(`${first.base}/v1/predictions/gpt-5-never-released`)).text();
    expect(await first.stop()).toBe(0);
    expect(first.output()).toContain('Stopped.');

    const second = await start(directory);
    await second.said(/Predictions/);
    expect(second.output()).not.toContain(second.adminKey);
    expect(await (await fetch(`${second.base}/v1/predictions/gpt-5-never-released`)).text()).toBe(before);
    await second.stop('SIGKILL');

    const third = await start(directory);
    expect(await (await fetch(`${third.base}/v1/predictions/gpt-5-never-released`)).text()).toBe(before);
    await third.stop();
  });

  it('reports that no feed was reached, and what it resolved without them', async () => {
    const directory = freshDirectory();
    const feeds = join(directory, 'feeds.json');
    const nowhere = { slug: 'nowhere', adapter: 'litellm', url: 'http://127.0.0.1:9/never.json' };
    const ledger = { slug: 'ledger', adapter: 'ledger', url: 'builtin:data/ledger.json' };
    writeFileSync(feeds, JSON.stringify({ format: 'outturn-feeds/1', feeds: [ledger, nowhere] }));
    const program = await start(directory, { OUTTURN_FEEDS: feeds });
    await program.said(/o5-arrives/);
    expect(program.output()).toMatch(/nowhere\s+failed: /);
    expect(program.output()).toContain('No feed could be reached over the network');
    expect(program.output()).toMatch(/gpt-5-never-released\s+proposed: .*only outturn-ledger lists it/);
    await program.stop();
  });

  it('refuses a second process on the directory with an error, and the first keeps running', async () => {
    const directory = freshDirectory();
    const first = await start(directory);
    const second = await outturn(['serve'], { OUTTURN_DATA_DIR: directory, PORT: '0' });
    expect(second.code).toBe(1);
    expect(second.output).toMatch(/is in use by process \d+/);
    const poll = await outturn(['poll'], { OUTTURN_DATA_DIR: directory });
    expect(poll.code).toBe(1);
    expect((await fetch(`${first.base}/healthz`)).status).toBe(200);
    await first.stop();
  });

  it('refuses an invalid environment, naming the variable and the reason', async () => {
    const directory = freshDirectory();
    const server = await outturn(['serve'], { DATABASE_URL: 'postgres://127.0.0.1:9/x', OUTTURN_DATA_DIR: directory });
    expect([server.code, server.output]).toEqual([1, expect.stringMatching(/OUTTURN_SECRET and OUTTURN_ADMIN_KEY/)]);
    const wrong = await outturn(['serve'], {
      PORT: '0x10',
      OUTTURN_POLL_CRON: '* * * * * *',
      OUTTURN_DATA_DIR: directory,
    });
    expect(wrong.code).toBe(1);
    expect(wrong.output).toMatch(/PORT: must be a whole number/);
    expect(wrong.output).toMatch(/OUTTURN_POLL_CRON: must have five fields/);
    expect(existsSync(join(directory, 'postgres'))).toBe(false);
  });
});

describe('OUTTURN_FEEDS=none', () => {
  it('polls no feed of the database on its own, only on request', async () => {
    const directory = freshDirectory();
    const first = await start(directory);
    await first.said(/Predictions/);
    await first.stop();
    const second = await start(directory, { OUTTURN_FEEDS: 'none', OUTTURN_POLL: '* * * * *' });
    const headers = { authorization: `Bearer ${second.adminKey}`, 'content-type': 'application/json' };
    const polls = async (): Promise<unknown> =>
      (await fetch(`${second.base}/v1/feeds/ledger/polls`, { headers })).json();
    await second.said(/Predictions/);
    expect(second.output()).toContain('Polling is disabled by OUTTURN_FEEDS=none.');
    expect(second.output()).toContain(
      'OUTTURN_POLL has no effect: there is no such variable; did you mean OUTTURN_POLL_',
    );
    expect(await polls()).toMatchObject({ data: [{ kind: 'scheduled' }] });
    const asked = await fetch(`${second.base}/v1/feeds/ledger/polls`, { method: 'POST', headers, body: '{}' });
    expect(await asked.json()).toMatchObject({ kind: 'manual' });
    expect(await polls()).toMatchObject({ data: [{ kind: 'manual' }, { kind: 'scheduled' }] });
    await second.stop();
    const poll = await outturn(['poll'], { OUTTURN_DATA_DIR: directory, OUTTURN_FEEDS: 'none' });
    expect(poll).toEqual({ code: 1, output: expect.stringContaining('name a feed to poll it once') });
  });
});

describe('the command line', () => {
  it('checks, seeds, polls and resolves through the same services, with exit codes for scripts', async () => {
    const directory = freshDirectory();
    const env = { OUTTURN_DATA_DIR: directory, OUTTURN_FEEDS: writeShippedFeeds(directory), OUTTURN_SEED: 'none' };
    expect((await outturn(['migrate', '--json'], env)).code).toBe(0);
    const polled = await outturn(['poll', '--json'], env);
    expect(JSON.parse(polled.output)).toEqual({ polled: 3, failed: 0, resolved: 0, settling: 0, failures: [] });
    const one = await outturn(['poll', 'ledger', '--json'], env);
    expect(JSON.parse(one.output)).toMatchObject({ feed: 'ledger', result: 'ok', new: 0, resolutions: 0 });
    const seed = join(directory, 'mine.json');
    const claim = {
      slug: 'mine',
      statement: 'GPT-5 comes.',
      made_at: '2025-01',
      criterion: { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5', tier: null } },
    };
    writeFileSync(
      seed,
      JSON.stringify({ format: 'outturn-seed/1', sources: [], predictors: [], predictions: [claim] }),
    );
    expect(JSON.parse((await outturn(['seed', seed, '--json'], env)).output)).toEqual({ recorded: 1, existing: 0 });
    expect(JSON.parse((await outturn(['seed', seed, '--json'], env)).output)).toEqual({ recorded: 0, existing: 1 });
    expect(JSON.parse((await outturn(['resolve', '--full', '--json'], env)).output)).toMatchObject({ evaluated: 1 });
    const criterion = join(directory, 'criterion.json');
    writeFileSync(criterion, JSON.stringify(claim.criterion));
    const alone = JSON.parse((await outturn(['check', criterion, '--json'], env)).output);
    expect(alone).toMatchObject({ polarity: 'confirmable_only', as_of: null });
    const asOf = '2025-01-31T00:00:00Z';
    writeFileSync(criterion, JSON.stringify({ criterion: claim.criterion, made_at: '2025-01', as_of: asOf }));
    const body = JSON.parse((await outturn(['check', criterion, '--json'], env)).output);
    expect(Object.keys(body)).toEqual(Object.keys(alone));
    expect(body).toMatchObject({ polarity: 'confirmable_only', as_of: { at: asOf } });
  });

  it('refuses an invalid criterion with its pointer, an unknown command and a missing file', async () => {
    const directory = freshDirectory();
    prepareDirectory(directory);
    const env = { OUTTURN_DATA_DIR: directory, OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none' };
    const criterion = join(directory, 'criterion.json');
    writeFileSync(criterion, JSON.stringify({ op: 'released', model: { vendor: 'openai', family: 'gpt' } }));
    const checked = await outturn(['check', criterion], env);
    expect([checked.code, checked.output]).toEqual([1, expect.stringContaining('#/criterion/model/tier')]);
    writeFileSync(criterion, JSON.stringify({ criteria: {}, made_at: 'soon' }));
    expect(await outturn(['check', criterion], env)).toEqual({
      code: 1,
      output: expect.stringMatching(/the body is invalid[\s\S]*#\/made_at: [\s\S]*#\/criteria: /),
    });
    expect(await outturn(['pol'], env)).toEqual({
      code: 2,
      output: 'outturn: there is no command "pol"; did you mean poll?\nRun "outturn --help" to read how it is used.\n',
    });
    expect(await outturn(['serve', '--frobnicate'], env)).toEqual({
      code: 2,
      output: 'outturn: serve has no option --frobnicate\nRun "outturn serve --help" to read how it is used.\n',
    });
    expect((await outturn(['check', join(directory, 'nowhere.json')], env)).code).toBe(1);
  });

  it('names the feeds whose poll failed, and exits with 1', async () => {
    const directory = freshDirectory();
    prepareDirectory(directory);
    const feeds = join(directory, 'feeds.json');
    const nowhere = { slug: 'nowhere', adapter: 'litellm', url: 'http://127.0.0.1:9/never.json' };
    const ledger = { slug: 'ledger', adapter: 'ledger', url: 'builtin:data/ledger.json' };
    writeFileSync(feeds, JSON.stringify({ format: 'outturn-feeds/1', feeds: [ledger, nowhere] }));
    const env = {
      OUTTURN_DATA_DIR: directory,
      OUTTURN_FEEDS: feeds,
      OUTTURN_SEED: 'none',
      OUTTURN_ALLOW_CIDRS: '127.0.0.0/8',
    };
    expect(await outturn(['poll'], env)).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^polled: 2\nfailed: 1\nresolved: \d+\nsettling: 0\noutturn: the poll of nowhere failed: .+\n$/,
      ),
    });
    expect(await outturn(['poll', 'nowhere', '--json'], env)).toEqual({
      code: 1,
      output: expect.stringMatching(
        /^\{"feed":"nowhere","result":"failed".*\}\noutturn: the poll of nowhere failed: .+\n$/,
      ),
    });
    expect((await outturn(['poll', 'ledger'], env)).code).toBe(0);
  });

  it('prints its version and its help without reading the environment', async () => {
    const wrong = { PORT: 'http' };
    const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
    expect(await outturn(['--version'], wrong)).toEqual({ code: 0, output: `${version}\n` });
    expect(await outturn(['--help'], wrong)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^outturn <comm/),
    });
    expect((await outturn(['backtest', '--help'], wrong)).output).toMatch(
      /^outturn backtest <directory>[\s\S]*--truth/,
    );
    expect((await outturn([], wrong)).code).toBe(2);
  });
});
