/**
 * Which tests a run has: `fast` is `npm test`, `all` is `npm run test:all`. `laws` and `programs` are the parts that the fast
 * suite samples less or leaves out.
 */
export type Selection = 'fast' | 'laws' | 'programs' | 'all';

const selections: readonly Selection[] = ['fast', 'laws', 'programs', 'all'];

/** The selection that `OUTTURN_TESTS` names, by default `fast`. Throws if it names none. */
export function readSelection(): Selection {
  const name = process.env.OUTTURN_TESTS ?? 'fast';
  const found = selections.find((selection) => selection === name);
  if (found === undefined) throw new Error(`OUTTURN_TESTS must be one of: ${selections.join(', ')}`);
  return found;
}

/** Globs of the files of a project, without those that it excludes. */
export type Files = { readonly include: readonly string[]; readonly exclude: readonly string[] };

/** Tests that need a database; everything else runs once, without one. */
const withDatabase = ['store', 'services', 'http', 'jobs', 'e2e'].map((layer) => `test/${layer}/**/*.test.ts`);

/** Tests that start programs on a data directory, or are about the embedded engine itself. */
const aboutEmbedded = [
  'test/store/embedded/**/*.test.ts',
  'test/e2e/smoke/**/*.test.ts',
  'test/e2e/embedded/**/*.test.ts',
];
/** The plans of statements over many rows. The fast suite leaves them out. */
const plans = ['test/store/query-plans.test.ts'];
const aboutServer = [
  'test/store/server-client.test.ts',
  'test/store/server.test.ts',
  'test/store/silent-server.test.ts',
  'test/e2e/server/**/*.test.ts',
  ...plans,
];

/**
 * If there is a server, most tests run only on it. These run on the embedded engine as well, because they cover what
 * the two engines might do differently: every statement form of the store, transactions, races, streams and events.
 */
const onBothEngines = [
  'test/store/**/*.test.ts',
  'test/jobs/**/*.test.ts',
  'test/http/events/event-log.test.ts',
  'test/http/pages/kept-pages.test.ts',
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

/**
 * Pages in a browser. Every operation of the API reference is clicked, which takes minutes. `docs.test.ts` is in the fast
 * suite.
 */
const clicks = [
  'test/http/openapi/first-clicks.test.ts',
  'test/http/openapi/sub-path.test.ts',
  'test/http/pages/browser.test.ts',
];

/** Samples of the API document in a language that not every machine has. */
const samples = ['test/http/openapi/python-samples.test.ts'];

/** Tests that start, kill and restart programs: they mostly wait. The fast suite has the smoke tests instead. */
const programs = {
  embedded: ['test/e2e/embedded/**/*.test.ts', 'test/store/embedded/open.test.ts'],
  server: ['test/e2e/server/**/*.test.ts', ...clicks, ...samples],
};

/** Laws and oracles over random histories. The fast suite runs them with fewer samples (`samples`). */
const laws = {
  pure: ['test/domain/evaluation/*laws.test.ts', 'test/domain/evaluation/oracle*.test.ts'],
  database: ['test/services/settling/laws.test.ts', 'test/services/settling/order-laws.test.ts'],
};

/** Long tables of recorded cases and of kinds of change. The fast suite leaves them out. */
const histories = ['test/services/settling/date-lies.test.ts', 'test/http/predictions/edit-kinds.test.ts'];

/**
 * Tests that even `test:all` runs only on the server: they have no SQL of their own, and end-to-end tests send the same
 * requests on the embedded engine.
 */
const onServerOnly = ['test/http/**/*.test.ts', 'test/services/settling/order-laws.test.ts', ...histories];

/** The files of the tests that need no database. Files named on the command line are never left out. */
export function selectPure(selection: Selection): Files {
  const exclude = [...withDatabase, 'test/contract/**'];
  switch (selection) {
    case 'all':
    case 'fast':
      return { include: ['test/**/*.test.ts'], exclude };
    case 'laws':
      return { include: laws.pure, exclude };
    case 'programs':
      return { include: [], exclude };
  }
}

/** The files that run on the server. Files named on the command line are never left out. */
export function selectOnServer(selection: Selection, named: boolean): Files {
  switch (selection) {
    case 'all':
      return { include: withDatabase, exclude: aboutEmbedded };
    case 'fast':
      return {
        include: withDatabase,
        exclude: named ? aboutEmbedded : [...aboutEmbedded, ...programs.server, ...histories, ...plans],
      };
    case 'laws':
      return { include: [...laws.database, ...histories, ...plans], exclude: [] };
    case 'programs':
      return { include: programs.server, exclude: [] };
  }
}

/** The files that run on the embedded engine; fewer if there is a server. */
export function selectOnEmbedded(
  selection: Selection,
  { hasServer, named }: { hasServer: boolean; named: boolean },
): Files {
  switch (selection) {
    case 'all':
      return { include: withDatabase, exclude: hasServer ? [...aboutServer, ...onServerOnly] : aboutServer };
    case 'fast':
      return {
        include: hasServer ? [...onBothEngines, ...aboutEmbedded] : withDatabase,
        exclude: named ? aboutServer : [...aboutServer, ...programs.embedded, ...clicks, ...samples, ...histories],
      };
    case 'laws':
      return { include: hasServer ? [] : [...laws.database, ...histories], exclude: [] };
    case 'programs':
      return { include: hasServer ? programs.embedded : [...programs.embedded, ...clicks, ...samples], exclude: [] };
  }
}
