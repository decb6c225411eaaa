import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeSamplesOf } from '../../../src/http/openapi/code-samples.ts';
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

const sampled = operations.flatMap(({ spec }) => {
  const samples = codeSamplesOf(spec);
  return samples === null ? [] : [[spec.operationId, { spec, samples }] as const];
});

/** Runs a program with the variables that the samples read, and returns what it prints. */
async function output(program: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, OUTTURN_URL: world.base, OUTTURN_KEY: world.adminKey };
  return (await run(program, args, { env })).stdout;
}

describe('the code samples', () => {
  test('cover a dozen operations in three languages', () => {
    expect(sampled).toHaveLength(12);
    for (const [, { samples }] of sampled)
      expect(samples.map(({ label }) => label)).toEqual(['curl', 'TypeScript', 'Python']);
  });

  test.each(sampled)('of %s for curl succeeds', async (_name, { samples }) => {
    const printed = await output('sh', ['-c', samples[0]?.source ?? 'false']);
    expect(JSON.parse(printed)).toEqual(expect.any(Object));
  });

  test.each(sampled)('of %s for TypeScript runs as JavaScript and succeeds', async (_name, { samples, spec }) => {
    // createFeed with the slug of the example succeeds once.
    const status = spec.operationId === 'createFeed' ? 409 : spec.response.status;
    const printed = await output(process.execPath, ['--input-type=module', '-e', samples[1]?.source ?? '']);
    expect(Number(printed.split(' ')[0])).toBe(status);
  });
});
