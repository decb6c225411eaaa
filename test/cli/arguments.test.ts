import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandNames, commandTable, optionsOf } from '../../src/cli/command-table.ts';
import { readArguments } from '../../src/cli/invocation.ts';
import { isUsageError, renderHelp, renderUsage } from '../../src/cli/usage.ts';
import { packageRoot } from '../../src/package-root.ts';

function mistakeIn(line: string): string {
  try {
    readArguments(line.split(' '));
  } catch (error) {
    if (isUsageError(error)) return error.message;
    throw error;
  }
  throw new Error(`"${line}" was accepted`);
}

describe('the arguments', () => {
  it('are a command, its arguments and its options in any order', () => {
    expect(readArguments(['--policy', 'default', 'backtest', '--json', 'archives', '--policy=first-party'])).toEqual({
      kind: 'run',
      command: 'backtest',
      args: ['archives'],
      options: { json: true, policy: ['default', 'first-party'] },
    });
    expect(readArguments(['check', '-'])).toMatchObject({ command: 'check', args: ['-'] });
  });

  it.each([
    ['--version', { kind: 'version' }],
    ['--help', { kind: 'help', command: null }],
    ['-h', { kind: 'help', command: null }],
    ['help', { kind: 'help', command: null }],
    ['backtest --help', { kind: 'help', command: 'backtest' }],
    ['help backtest', { kind: 'help', command: 'backtest' }],
    ['keys create --help', { kind: 'help', command: 'keys' }],
    ['--json', { kind: 'none' }],
  ])('%s is no run of a command', (line, request) => {
    expect(readArguments(line.split(' '))).toEqual(request);
  });

  it.each([
    ['bakctest archives', 'there is no command "bakctest"; did you mean backtest?'],
    ['Serve', 'there is no command "Serve"; did you mean serve?'],
    ['cov', 'there is no command "cov"; did you mean coverage?'],
    ['frobnicate', 'there is no command "frobnicate"'],
    ['help polll', 'there is no command "polll"; did you mean poll?'],
    ['toString', 'there is no command "toString"'],
    ['backtest archives --markdwon', 'backtest has no option --markdwon; did you mean --markdown?'],
    ['backtest archives --leave', 'backtest has no option --leave; did you mean --leave-one-out?'],
    ['poll --markdown', 'poll has no option --markdown'],
    ['poll -x', 'poll has no option -x'],
    ['--verison', 'there is no option --verison; did you mean --version?'],
    ['backtest archives --truth', '--truth needs a value'],
    ['backtest archives --truth --json', '--truth needs a value'],
    ['poll --json=yes', '--json takes no value'],
    ['poll ledger litellm', 'poll takes no argument "litellm"'],
  ])('%s is wrong: %s', (line, message) => {
    expect(mistakeIn(line)).toBe(message);
  });
});

describe('the help', () => {
  it('names every command, and fits a terminal of 110 columns', () => {
    const text = renderUsage();
    for (const name of commandNames) expect(text).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    for (const line of [text, ...commandNames.map(renderHelp)].join('\n').split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(110);
  });

  it.each(commandNames)('of %s shows how to write it and every option that it accepts', (name) => {
    const text = renderHelp(name);
    for (const synopsis of commandTable[name].synopses) expect(text).toContain(`outturn ${synopsis}\n`);
    for (const option of optionsOf(name))
      if (option !== 'version') expect(text).toMatch(new RegExp(`^  --${option}\\b`, 'm'));
  });

  it('of backtest names the options of docs/backtest.md', () => {
    const page = readFileSync(join(packageRoot(), 'docs/backtest.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `--([a-z-]+)/gm)].map((match) => match[1]);
    expect([...documented].sort()).toEqual([...commandTable.backtest.options].sort());
  });
});
