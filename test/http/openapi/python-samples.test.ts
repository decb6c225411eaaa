import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listCodeSamples } from '../../../src/http/openapi/code-samples.ts';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { startAsNew } from '../../support/new-service.ts';

const run = promisify(execFile);

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-22T12:00:00Z' });
  await startAsNew(world);
});
afterAll(() => world.close());

const samples = listCodeSamples(operations);
const sampled = operations.flatMap(({ spec }) => {
  const sample = samples.get(spec.operationId)?.find(({ lang }) => lang === 'Python');
  return sample === undefined ? [] : [[spec.operationId, sample.source, spec.response.status] as const];
});

test('every operation with samples has one for Python', () => {
  expect(sampled).toHaveLength(samples.size);
});

test.each(sampled)(
  'the sample of %s runs with the standard library only and succeeds',
  async (_name, source, status) => {
    const env = { PATH: process.env.PATH, OUTTURN_URL: world.base, OUTTURN_KEY: world.adminKey };
    // -I ignores the directory of the user and environment variables, -S the installed packages.
    const { stdout } = await run('python3', ['-I', '-S', '-c', source], { env });
    expect(Number(stdout.split(' ')[0])).toBe(status);
  },
);
