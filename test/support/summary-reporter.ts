import type { Reporter } from 'vitest/node';

/** Prints at the start which database engines are used and why, and on the last line `N passed, N failed`. */
export function summaryReporter(engines: string): Reporter {
  return {
    onInit: () => console.log(`Database engines under test: ${engines}.`),
    onTestRunEnd: (modules, unhandledErrors) => {
      let passed = 0;
      let failed = unhandledErrors.length;
      for (const module of modules) {
        // A file that cannot be loaded counts as failed, because it has no tests to count.
        failed += module.errors().length;
        for (const test of module.children.allTests()) {
          if (test.result().state === 'passed') passed += 1;
          else failed += 1;
        }
      }
      // Printed after the other reporters, which print in the same turn.
      setImmediate(() => console.log(`${passed} passed, ${failed} failed`));
    },
  };
}
