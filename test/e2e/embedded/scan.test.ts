import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { packageRoot } from '../../../src/package-root.ts';
import { prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-scan-'));
afterAll(() => removeDirectory(home));

let repository = '';
let count = 0;
beforeEach(() => {
  count += 1;
  repository = join(home, `repository-${count}`);
  mkdirSync(join(repository, '.git'), { recursive: true });
});

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), content);
}

type Run = { readonly code: number; readonly out: string; readonly err: string };

/** Runs `outturn scan` in the repository, as a user would. */
function scan(
  args: readonly string[],
  { cwd = repository, user, env = {} }: { cwd?: string; user?: number; env?: Record<string, string> } = {},
): Run {
  const program = join(packageRoot(), 'dist/program/cli.js');
  try {
    const out = execFileSync(process.execPath, [program, 'scan', ...args], {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { PATH: process.env.PATH, ...env },
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    return { code: 0, out, err: '' };
  } catch (error) {
    const failed = error as { status: number; stdout: string; stderr: string }; // what execFileSync throws
    return { code: failed.status, out: failed.stdout, err: failed.stderr };
  }
}

const idsOf = (run: Run): string[] => JSON.parse(run.out).ids.map((row: { id: string }) => row.id);

describe('outturn scan', () => {
  it('prints a table, the most urgent id first, and what the ends are from', () => {
    write('app.py', 'MODEL = "claude-opus-4-8"\nOLD = "claude-2.1"\n');
    write('deploy/values.yaml', 'model: claude-2.1\n');
    const { code, out } = scan(['.', '--offline']);
    expect(code).toBe(0);
    const lines = out.split('\n').map((line) => line.trim().split(/\s{2,}/));
    expect(lines[0]).toEqual(['id', 'where', 'model', 'status', 'end', 'days left', 'kind', 'successor']);
    expect(lines[1]).toEqual([
      ...['claude-2.1', 'app.py:2 +1', 'anthropic/claude-2.1', 'ended', '2025-07-21'],
      ...[expect.stringMatching(/^-\d+$/), 'firm', 'claude-opus-4-8'],
    ]);
    expect(lines[2]?.slice(0, 4)).toEqual(['claude-opus-4-8', 'app.py:1', 'anthropic/claude-4.8-opus', 'may end']);
    expect(out).toContain('2 ids in 3 places, 2 files read.');
    expect(out).toMatch(/Ends as reviewed from 20\d\d-\d\d-\d\d to 20\d\d-\d\d/);
  });

  it('prints JSON of the documented shape', () => {
    write('app.ts', `export const model = 'azure/gpt-5';\n`);
    const { ids, files, ends, skipped } = JSON.parse(scan(['.', '--json']).out);
    expect(ids).toEqual([
      {
        id: 'azure/gpt-5',
        where: [{ file: 'app.ts', line: 1 }],
        model: 'openai/gpt-5',
        host: 'azure',
        status: expect.stringMatching(/^end(ed|ing)$/),
        alias: null,
        end: {
          ...{
            id: 'gpt-5',
            date: '2027-02-09',
            kind: 'firm',
            scope: 'host',
            host: 'azure',
            moved_from: ['2027-02-06'],
          },
          sources: [{ name: 'Microsoft', url: expect.stringMatching(/^https:\/\/learn\.microsoft\.com\//) }],
        },
        days_left: expect.any(Number),
        successor: null,
        suggestion: null,
        problem: null,
      },
    ]);
    expect([files, ends, skipped]).toEqual([1, expect.any(String), { large: 0, unreadable: [] }]);
  });

  it('suggests what to replace ids by', () => {
    write('app.py', 'OLD = "claude-2.1"\nNEW = "claude-opus-4-8"\n');
    write('b.py', 'model = "claude-2.1"\n');
    const { code, out } = scan(['.', '--offline', '--suggest']);
    const [title, , suggestion, ...where] = out.trimEnd().split('\n');
    expect([code, title, where]).toEqual([0, 'Model ids to replace:', ['  - `app.py:1`', '  - `b.py:1`']]);
    expect(suggestion).toMatch(
      /^- Replace `claude-2\.1` by `claude-opus-4-8`: it ended on 2025-07-21, firm, stated by Anthropic \(https:.*\)\.$/,
    );
    const [row] = JSON.parse(scan(['.', '--offline', '--json']).out).ids;
    expect(suggestion).toBe(`- ${row.suggestion}`);
  });

  it('prints SARIF with a rule for each kind of result', () => {
    write('src/a b.ts', `const a = ['claude-2.1', 'gpt-5-zeta-9'];\nconst model = 'gpt-5-zeta-9';\n`);
    write('src/b.ts', `use('claude-opus-4-8'); use('llama-3.1-8b');\n`);
    const log = JSON.parse(scan(['.', '--sarif']).out);
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    const rules: string[] = run.tool.driver.rules.map((rule: { id: string }) => rule.id);
    expect(rules).toEqual(['model-ended', 'model-ends-soon', 'model-unknown']);
    type Result = { ruleId: string; ruleIndex: number; level: string; message: { text: string }; locations: unknown[] };
    const results: Result[] = run.results;
    for (const { ruleId, ruleIndex, message } of results) {
      expect(rules[ruleIndex]).toBe(ruleId);
      expect(message.text).not.toBe('');
    }
    expect(results.map(({ ruleId, level, locations }) => [ruleId, level, locations])).toEqual([
      ['model-ended', 'error', [placeOf('src/a%20b.ts', 1)]],
      ['model-ends-soon', 'note', [placeOf('src/b.ts', 1)]],
      ['model-unknown', 'note', [placeOf('src/a%20b.ts', 2)]],
    ]);
  });

  it('exits with 1 if an id has ended or ends within the days, and says which', () => {
    write('a.py', 'model = "claude-2.1"\n');
    const failed = scan(['.', '--fail-within', '30']);
    expect([failed.code, failed.err]).toEqual([
      1,
      'outturn: claude-2.1 has ended on 2025-07-21. Its successor is claude-opus-4-8.\n',
    ]);
    expect(failed.out).toContain('claude-2.1');
    write('a.py', 'model = "gpt-5.4"\nother = "claude-opus-4-8"\n');
    expect(scan(['.', '--fail-within', '3650']).code).toBe(0);
  });

  it('obeys .gitignore, and leaves out installed packages and lock files', () => {
    write('.gitignore', 'dist/\n*.local.ts\n!keep.local.ts\n');
    write('packages/a/.gitignore', 'generated\n');
    for (const path of ['dist/a.ts', 'x.local.ts', 'packages/a/generated/x.ts', 'node_modules/a/x.js', '.git/x.ts'])
      write(path, `use('gpt-4o')`);
    write('package-lock.json', '{"model": "gpt-4o"}');
    write('app.min.js', `use('gpt-4o')`);
    write('keep.local.ts', `use('gpt-4.1')`);
    write('packages/a/dist.ts', `use('gpt-5.1')`);
    expect(idsOf(scan(['.', '--json'])).sort()).toEqual(['gpt-4.1', 'gpt-5.1']);
    // The rules above the directory count, and its paths begin at the working directory.
    expect(JSON.parse(scan(['packages', '--json']).out).ids[0].where).toEqual([
      { file: 'packages/a/dist.ts', line: 1 },
    ]);
    expect(JSON.parse(scan([join(repository, 'packages'), '--json'], { cwd: home }).out).ids[0].where).toEqual([
      { file: `repository-${count}/packages/a/dist.ts`, line: 1 },
    ]);
  });

  it('leaves out what .outturnignore names', () => {
    write('.outturnignore', 'fixtures/\n');
    write('fixtures/old.ts', `use('claude-2.1')`);
    write('a.ts', `use('gpt-4.1')`);
    expect(idsOf(scan(['.', '--json']))).toEqual(['gpt-4.1']);
  });

  it('reads one file', () => {
    write('a.py', 'model = "gpt-4o"\n');
    write('b.py', 'model = "gpt-4.1"\n');
    expect(idsOf(scan(['a.py', '--json']))).toEqual(['gpt-4o']);
  });

  it('follows no links: neither out of the repository nor in a circle', () => {
    const outside = join(home, `outside-${count}`);
    mkdirSync(outside);
    writeFileSync(join(outside, 'a.ts'), `use('gpt-4o')`);
    symlinkSync(outside, join(repository, 'out'));
    symlinkSync(join(outside, 'a.ts'), join(repository, 'a.ts'));
    symlinkSync('.', join(repository, 'loop'));
    write('b.ts', `use('gpt-4.1')`);
    expect(idsOf(scan(['.', '--json']))).toEqual(['gpt-4.1']);
  });

  it('skips binary and very large files, and reads text that is not valid UTF-8', () => {
    write('binary.ts', Buffer.from(`use('gpt-4o')\0`));
    write('large.ts', `use('gpt-4o')\n`);
    truncateSync(join(repository, 'large.ts'), 100_000_000);
    write('latin.py', Buffer.concat([Buffer.from([0x22, 0xe9, 0xff, 0x22, 0x0a]), Buffer.from('model = "gpt-4.1"\n')]));
    const run = scan(['.', '--json']);
    expect(idsOf(run)).toEqual(['gpt-4.1']);
    expect(JSON.parse(run.out).skipped.large).toBe(1);
    expect(scan(['.']).out).toContain('1 file skipped as too large.');
  });

  it.runIf(process.getuid?.() === 0 || process.platform !== 'win32')(
    'names what it may not read, and reads the rest',
    () => {
      write('closed/a.ts', `use('gpt-4o')`);
      write('b.ts', `use('gpt-4.1')`);
      chmodSync(join(repository, 'closed'), 0o000);
      chmodSync(home, 0o755);
      // The superuser may read everything.
      const run = scan(['.', '--json'], process.getuid?.() === 0 ? { user: 65_534 } : {});
      chmodSync(join(repository, 'closed'), 0o755);
      expect(idsOf(run)).toEqual(['gpt-4.1']);
      expect(JSON.parse(run.out).skipped.unreadable).toEqual(['closed: permission denied']);
    },
  );

  it('reports nothing in a repository without ids', () => {
    write('a.ts', 'export {};\n');
    const { code, out } = scan(['.', '--fail-within', '30']);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^No model ids found\.\n\n0 ids in 0 places, 1 file read\.\n/),
    ]);
  });

  it.each<[string, string[], number, RegExp]>([
    ['no path', [], 2, /scan needs a path/],
    ['a missing path', ['nowhere'], 1, /cannot read nowhere: there is no such file or directory/],
    ['a file of another kind', ['notes.md'], 1, /notes\.md is not of a kind that scan reads/],
    ['days that are no number', ['.', '--fail-within', 'soon'], 2, /--fail-within must be a whole number of days/],
    ['too many days', ['.', '--fail-within', '9999'], 2, /from 0 to 3650/],
    ['two formats', ['.', '--json', '--sarif'], 2, /--json or --sarif, not both/],
    ['two other formats', ['.', '--suggest', '--json'], 2, /--json or --suggest, not both/],
    ['two sources', ['.', '--offline', '--url', 'http://127.0.0.1:9'], 2, /--url or --offline, not both/],
    ['an address that is none', ['.', '--url', 'localhost:3000'], 2, /--url must be an http or https address/],
    ['a watch without a place for it', ['.', '--watch', 'mine'], 2, /--watch needs a database, or the address/],
    ['a watch with a wrong name', ['.', '--watch', 'a b'], 2, /the name of --watch must be 1 to 100 letters/],
    [
      'an address where nothing is',
      ['a.py', '--url', 'http://127.0.0.1:9'],
      1,
      /cannot read http:\/\/127\.0\.0\.1:9: /,
    ],
    ['an unknown option', ['.', '--fail'], 2, /scan has no option --fail/],
  ])('refuses %s', (_what, args, code, message) => {
    write('notes.md', 'gpt-4o');
    write('a.py', 'model = "gpt-4o"\n');
    const run = scan(args);
    expect([run.code, run.out]).toEqual([code, '']);
    expect(run.err).toMatch(message);
  });
});

function placeOf(uri: string, startLine: number) {
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine } } };
}

/** `outturn` and, if a recipe installs it first, `npm`, as they would be found on a machine with the published package. */
function commandsOnPath(): string {
  const directory = join(home, 'bin');
  mkdirSync(directory, { recursive: true });
  const program = `#!/bin/sh\nexec ${process.execPath} ${join(packageRoot(), 'dist/program/cli.js')} "$@"\n`;
  writeFileSync(join(directory, 'outturn'), program, { mode: 0o755 });
  const installer = '#!/bin/sh\n[ "$1 $2" = "install --global" ] && [ -n "$3" ]\n';
  writeFileSync(join(directory, 'npm'), installer, { mode: 0o755 });
  return `${directory}:${process.env.PATH}`;
}

/** The fenced block below a heading of the guide. */
function recipe(heading: string): string {
  const guide = readFileSync(join(packageRoot(), 'docs/scan.md'), 'utf8');
  const block = /```\w+\n([\s\S]*?)^```$/m.exec(guide.slice(guide.indexOf(heading)))?.[1];
  if (block === undefined) throw new Error(`docs/scan.md has no block below ${heading}`);
  return block;
}

describe('a scan in the environment of another program', () => {
  it('does not read its variables, and uses no database of its own', () => {
    write('a.py', 'model = "claude-2.1"\n');
    write('data/postgres/PG_VERSION', '16\n');
    const env = { DATABASE_URL: 'mysql://db', PORT: 'http', LOG_LEVEL: 'verbose', OPENAI_API_KEY: 'not a key' };
    const { code, out } = scan(['.'], { env });
    expect([code, out]).toEqual([0, expect.stringContaining('Ends as reviewed')]);
  });
});

describe('a scan with an Outturn', () => {
  it('reads the ends there and registers the ids, over the API and in the database', async () => {
    const dataDir = join(home, 'data');
    prepareDirectory(dataDir);
    const settings = { OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', OUTTURN_DATA_DIR: dataDir };
    const program = await startProgram(settings, dataDir);
    const readWatch = async (name: string) => {
      const { ids } = JSON.parse(await (await fetch(`${program.base}/v1/watches/${name}`)).text());
      return ids.map((row: { id: string }) => row.id);
    };
    write('a.py', 'model = "claude-2.1"\nother = "azure/gpt-5"\n');
    const env = { OUTTURN_KEY: program.adminKey };
    const first = scan(['.', '--url', program.base, '--watch', 'app'], { env });
    expect([first.code, first.out]).toEqual([0, expect.stringContaining(`Ends as known at ${program.base}.`)]);
    expect(await readWatch('app')).toEqual(['azure/gpt-5', 'claude-2.1']);
    const refused = scan(['.', '--url', program.base, '--watch', 'app']);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('set OUTTURN_KEY to a key')]);
    expect(refused.err).not.toContain(program.adminKey);
    expect(await program.stop()).toBe(0);

    write('b.py', 'model = "gpt-4.1"\n');
    const second = scan(['.', '--watch', 'app'], { env: { OUTTURN_DATA_DIR: dataDir } });
    expect([second.code, second.out]).toEqual([0, expect.stringContaining('Ends as known in the database at ')]);
    expect(scan(['.'], { env: { OUTTURN_DATA_DIR: dataDir } }).out).toContain('in the database');
    expect(scan(['.', '--offline'], { env: { OUTTURN_DATA_DIR: dataDir } }).out).toContain('Ends as reviewed');
    const again = await startProgram(settings, dataDir);
    const { ids } = JSON.parse(await (await fetch(`${again.base}/v1/watches/app`)).text());
    expect(ids.map((row: { id: string }) => row.id)).toEqual(['azure/gpt-5', 'claude-2.1', 'gpt-4.1']);
    await again.stop();
  });
});

describe('the recipes of the guide', () => {
  const runShell = (script: string) => {
    try {
      const env = { PATH: commandsOnPath(), HOME: home, OUTTURN_PACKAGE: 'outturn.tgz' };
      const out = execFileSync('bash', ['-eo', 'pipefail', '-c', script], {
        cwd: repository,
        env,
        stdio: 'pipe',
        encoding: 'utf8',
      });
      return { code: 0, out };
    } catch (error) {
      const failed = error as { status: number; stdout: string; stderr: string }; // what execFileSync throws
      return { code: failed.status, out: failed.stdout + failed.stderr };
    }
  };

  it('the GitHub Actions job fails for an id that has ended, and leaves the SARIF file for the step that uploads it', () => {
    type Step = { run?: string; uses?: string; if?: string; with?: Record<string, string> };
    const job: { jobs: Record<string, { permissions: object; steps: Step[] }> } = parseYaml(
      recipe('### GitHub Actions'),
    );
    const { permissions, steps } = Object.values(job.jobs)[0] ?? { permissions: {}, steps: [] };
    expect(permissions).toEqual({ contents: 'read', 'security-events': 'write' });
    const upload = steps.find(({ uses }) => uses?.startsWith('github/codeql-action/upload-sarif'));
    expect(upload?.if).toBe('always()');
    const file = upload?.with?.sarif_file ?? 'no file';
    const runAll = () =>
      steps.reduce((code, { run }) => (code !== 0 || run === undefined ? code : runShell(run).code), 0);

    write('a.py', 'model = "gpt-5.4"\n');
    expect(runAll()).toBe(0);
    expect(JSON.parse(readFileSync(join(repository, file), 'utf8')).runs[0].results).toEqual([]);
    write('a.py', 'model = "claude-2.1"\n');
    expect(runAll()).toBe(1);
    expect(JSON.parse(readFileSync(join(repository, file), 'utf8')).runs[0].results).toHaveLength(1);
  });

  it('the hook of Git refuses a commit with an id that has ended', () => {
    runShell('rm -rf .git && git init -q . && git config user.email a@example.com && git config user.name A');
    const hook = join(repository, '.git/hooks/pre-commit');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, recipe('### Git hook'), { mode: 0o755 });
    write('a.py', 'model = "claude-2.1"\n');
    const refused = runShell('git add . && git commit -qm "a: b"');
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('claude-2.1 has ended')]);
    write('a.py', 'model = "gpt-5.4"\n');
    expect(runShell('git add . && git commit -qm "a: b"').code).toBe(0);
  });

  it('the pull request is suggested only if there are ids to replace', () => {
    const job: { jobs: Record<string, { steps: { run?: string; env?: object }[] }> } = parseYaml(
      recipe('### Suggestions'),
    );
    const steps = Object.values(job.jobs)[0]?.steps ?? [];
    const [suggest, comment] = steps.flatMap(({ run }) => run ?? []).slice(-2);
    write('a.py', 'model = "claude-2.1"\n');
    expect(runShell(suggest ?? 'false').code).toBe(0);
    expect(readFileSync(join(repository, 'suggestions.md'), 'utf8')).toContain(
      'Replace `claude-2.1` by `claude-opus-4-8`',
    );
    const shown = 'gh() { echo "gh $*"; }';
    expect(runShell(`${shown}\n${comment}`).out).toMatch(/^gh issue create .*--body-file suggestions\.md/m);
    write('a.py', 'model = "gpt-5.4"\n');
    expect(runShell(suggest ?? 'false').code).toBe(0);
    expect(runShell(`${shown}\n${comment}`)).toEqual({ code: 0, out: '' });
  });

  it('the hook of pre-commit runs the same scan', () => {
    const { repos }: { repos: { hooks: { entry: string; pass_filenames: boolean; language: string }[] }[] } = parseYaml(
      recipe('### pre-commit'),
    );
    const hook = repos[0]?.hooks[0];
    expect(hook).toMatchObject({ language: 'system', pass_filenames: false });
    write('a.py', 'model = "claude-2.1"\n');
    expect(runShell(hook?.entry ?? 'true').code).toBe(1);
    write('a.py', 'model = "gpt-5.4"\n');
    expect(runShell(hook?.entry ?? 'false').code).toBe(0);
  });
});
