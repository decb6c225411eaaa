import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chooseServer } from './test/support/server.ts';
import { summaryReporter } from './test/support/summary-reporter.ts';

/** What needs a database runs on each engine; everything else runs once, without one. */
const withDatabase = ['store', 'services', 'http', 'jobs', 'e2e'].map((floor) => `test/${floor}/**/*.test.ts`);

/**
 * The HTTP floor has no SQL of its own: where there is a server it runs there alone, and on the embedded engine end to end. So does
 * a history of two years, which asks nothing of the database that others do not.
 */
const onServerAlone = [
  'test/store/server.test.ts',
  'test/e2e/server/**',
  'test/http/**',
  'test/services/settling/date-lies.test.ts',
];

const server = chooseServer();
const engines = `${server.kind === 'none' ? 'embedded only' : 'embedded and server'} (${server.reason})`;

function onEngine(engine: 'embedded' | 'server'): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: engine,
      include: withDatabase,
      exclude:
        engine === 'server'
          ? ['test/store/embedded/**', 'test/e2e/embedded/**']
          : server.kind === 'none'
            ? onServerAlone.slice(0, 2)
            : onServerAlone,
      env: { OUTTURN_TEST_ENGINE: engine },
      globalSetup: [`test/support/setup-${engine}.ts`],
    },
  };
}

export default defineConfig({
  test: {
    // Threads, few of them: each embedded database takes several hundred megabytes, and forks were seen to hang.
    pool: 'threads',
    maxWorkers: 2,
    reporters: ['default', summaryReporter(engines)],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: ['test/**/*.test.ts'], exclude: [...withDatabase, 'test/contract/**'] },
      },
      onEngine('embedded'),
      ...(server.kind === 'none' ? [] : [onEngine('server')]),
    ],
  },
});
