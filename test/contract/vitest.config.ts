import { defineConfig } from 'vitest/config';
import { chooseServer } from '../support/server.ts';
import { summaryReporter } from '../support/summary-reporter.ts';

const engine = chooseServer().kind === 'none' ? 'embedded' : 'server';

/** Not part of `npm test`: it needs the packages of this folder, and takes longer. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/contract/*.test.ts'],
    pool: 'threads',
    maxWorkers: 1,
    fileParallelism: false,
    reporters: ['default', summaryReporter(engine)],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    env: { OUTTURN_TEST_ENGINE: engine },
    globalSetup: [`test/support/setup-${engine}.ts`],
  },
});
