import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Program, removeDirectory, startProgram } from '../support/program.ts';
import { documentPath, generatedDir, run, runTool, writeDocument } from './support/tools.ts';

const adminKey = 'the-key-of-a-contract-test';

let program: Program;
beforeAll(async () => {
  await writeDocument();
  program = await startProgram({ OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', OUTTURN_ADMIN_KEY: adminKey });
});
afterAll(async () => {
  await program?.stop();
  if (program !== undefined) removeDirectory(program.dataDir);
});

test('openapi-typescript makes types of the document, and a program with them compiles strictly', async () => {
  const made = await runTool('openapi-typescript', documentPath, '-o', join(generatedDir, 'api.d.ts'));
  expect(made.code, made.output).toBe(0);
  // What must not compile stands in it under @ts-expect-error, which is an error where nothing is wrong.
  const compiled = await runTool('tsc', '-p', 'client/tsconfig.json');
  expect(compiled.code, compiled.output).toBe(0);
});

test('that program records a prediction, finds it and meets a problem, on the running service', async () => {
  const ran = await run(process.execPath, [join(generatedDir, 'built/client/program.js'), program.base, adminKey]);
  expect([ran.code, ran.output]).toEqual([0, expect.stringContaining('OpenAI releases GPT-9 by the end of 2039.')]);
});

test('@hey-api/openapi-ts makes a client of the document that compiles strictly', async () => {
  const out = join(generatedDir, 'hey-api');
  const made = await runTool('openapi-ts', '-i', documentPath, '-o', out, '--silent');
  expect(made.code, made.output).toBe(0);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext'];
  const lib = ['--moduleResolution', 'bundler', '--lib', 'es2022,dom,dom.iterable', '--types', 'node'];
  const compiled = await runTool('tsc', ...options, ...lib, join(out, 'index.ts'));
  expect(compiled.code, compiled.output).toBe(0);
});
