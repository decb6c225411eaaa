import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chooseServer } from './test/support/server.ts';
import { SlowestFirst } from './test/support/slowest-first.ts';
import { summaryReporter } from './test/support/summary-reporter.ts';

/** `npm run test:all`: every test on each engine, and every sample of the property tests. */
const all = process.env.OUTTURN_TESTS === 'all';

/** Tests that need a database; everything else runs once, without one. */
const withDatabase = ['store', 'services', 'http', 'jobs', 'e2e'].map((layer) => `test/${layer}/**/*.test.ts`);

/** Tests that start programs on a data directory, or are about the embedded engine itself. */
const aboutEmbedded = ['test/store/embedded/**/*.test.ts', 'test/e2e/embedded/**/*.test.ts'];
const aboutServer = ['test/store/server.test.ts', 'test/e2e/server/**/*.test.ts'];

/**
 * Where there is a server, most tests run on it alone. These run on the embedded engine as well, because they cover
 * what the two could do differently: every statement form of the store, transactions, races, streams and events.
 */
const onBothEngines = [
  'test/store/**/*.test.ts',
  'test/jobs/**/*.test.ts',
  'test/http/events/event-log.test.ts',
  ...[
    'feeds/ingest',
    'feeds/polls',
    'predictions/life',
    'settling/settle',
    'transfer/export',
    'webhooks/claims',
    'webhooks/delivery',
  ].map((name) => `test/services/${name}.test.ts`),
];

/** What even `test:all` runs on the server alone: no SQL of its own, and the same requests end to end on the embedded engine. */
const onServerOnly = ['test/http/**/*.test.ts', 'test/services/settling/date-lies.test.ts'];

const server = chooseServer();
const hasServer = server.kind !== 'none';
const engines = `${hasServer ? 'embedded and server' : 'embedded only'} (${server.reason})`;

function embeddedFiles(): { include: string[]; exclude: string[] } {
  if (!hasServer) return { include: withDatabase, exclude: aboutServer };
  if (all) return { include: withDatabase, exclude: [...aboutServer, ...onServerOnly] };
  return { include: [...onBothEngines, ...aboutEmbedded], exclude: aboutServer };
}

function onEngine(
  engine: 'embedded' | 'server',
  files: { include: string[]; exclude: string[] },
  groupOrder: number,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: engine,
      ...files,
      env: { OUTTURN_TEST_ENGINE: engine },
      globalSetup: ['test/support/setup-build.ts', `test/support/setup-${engine}.ts`],
      sequence: { groupOrder },
    },
  };
}

export default defineConfig({
  test: {
    // Threads, few of them: each embedded database takes several hundred megabytes, and forks were seen to hang.
    pool: 'threads',
    maxWorkers: Math.min(Math.max(availableParallelism(), 2), 4),
    // The files of a worker share its modules and its databases (test/support/database.ts). Importing the schemas of
    // the API and starting an engine cost more than most files. What a file changes globally it must restore.
    isolate: false,
    reporters: ['default', summaryReporter(engines)],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: [...withDatabase, 'test/contract/**'],
          sequence: { groupOrder: 0 },
        },
      },
      // One project after the other: a worker is shared only by files of one project.
      onEngine('embedded', embeddedFiles(), 1),
      ...(hasServer ? [onEngine('server', { include: withDatabase, exclude: aboutEmbedded }, 2)] : []),
    ],
  },
});
