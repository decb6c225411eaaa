import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/package-root.ts';
import { outturn } from '../../support/program.ts';

export const contractDir = join(packageRoot(), 'test/contract');
export const generatedDir = join(contractDir, 'generated');
export const documentPath = join(generatedDir, 'openapi.yaml');

/** No tool has any business outside, or reports to anybody: whatever tries to reach a network fails at once. */
const quiet = {
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  DO_NOT_TRACK: '1',
  SCARF_ANALYTICS: 'false',
  NO_COLOR: '1',
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '127.0.0.1',
};

type Ran = { readonly code: number; readonly output: string; readonly stdout: string };

const outputBytesMax = 64 * 1024 * 1024;

/** Runs a tool of this folder by its name, in this folder. */
export function runTool(name: string, ...args: readonly string[]): Promise<Ran> {
  return run(join(contractDir, 'node_modules/.bin', name), args);
}

export function run(file: string, args: readonly string[]): Promise<Ran> {
  const options = { cwd: contractDir, env: { ...process.env, ...quiet }, maxBuffer: outputBytesMax };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: stdout + stderr, stdout });
    });
  });
}

/** Has the built program print its document, and keeps it where the tools find it. */
export async function writeDocument(): Promise<void> {
  const { code, output } = await outturn(['openapi']);
  if (code !== 0) throw new Error(`the program printed no document:\n${output}`);
  mkdirSync(generatedDir, { recursive: true });
  writeFileSync(documentPath, output);
}
