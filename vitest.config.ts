import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { type Files, readSelection, selectOnEmbedded, selectOnServer, selectPure } from './test/support/selection.ts';
import { chooseServer } from './test/support/server.ts';
import { SlowestFirst } from './test/support/slowest-first.ts';
import { summaryReporter } from './test/support/summary-reporter.ts';

const server = chooseServer();
const hasServer = server.kind !== 'none';
const engines = `${hasServer ? 'embedded and server' : 'embedded only'} (${server.reason})`;

const selection = readSelection();
const named = process.argv.slice(2).some((argument) => argument.includes('test/'));

type Project = TestProjectInlineConfiguration & { readonly test: { readonly include: string[] } };

function onEngine(engine: 'embedded' | 'server', { include, exclude }: Files, groupOrder: number): Project {
  return {
    extends: true,
    test: {
      name: engine,
      include: [...include],
      exclude: [...exclude],
      env: { OUTTURN_TEST_ENGINE: engine },
      globalSetup: ['test/support/setup-build.ts', `test/support/setup-${engine}.ts`],
      sequence: { groupOrder },
    },
  };
}

function withoutDatabase({ include, exclude }: Files): Project {
  return {
    extends: true,
    test: { name: 'pure', include: [...include], exclude: [...exclude], sequence: { groupOrder: 0 } },
  };
}

// One project after the other: a worker is shared only by files of one project.
const projects = [
  withoutDatabase(selectPure(selection)),
  onEngine('embedded', selectOnEmbedded(selection, { hasServer, named }), 1),
  ...(hasServer ? [onEngine('server', selectOnServer(selection, named), 2)] : []),
];

export default defineConfig({
  test: {
    // Threads, few of them: each embedded database takes several hundred megabytes, and forks were seen to hang.
    pool: 'threads',
    maxWorkers: Math.min(Math.max(availableParallelism(), 2), 4),
    // The files of a worker share its modules and its databases (test/support/database.ts). Importing the schemas of
    // the API and starting an engine cost more than most files. What a file changes globally it must restore.
    isolate: false,
    reporters: ['default', summaryReporter(engines)],
    setupFiles: ['test/support/setup-seed.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    sequence: { sequencer: SlowestFirst },
    // A project without files would fail.
    projects: projects.filter(({ test }) => test.include.length > 0),
  },
});
