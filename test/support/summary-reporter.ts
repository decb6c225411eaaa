import type { Reporter } from 'vitest/node';

/** Says at the start which database engines run and why, and at the end, on the last line, `N passed, N failed`. */
export function summaryReporter(engines: string): Reporter {
  return {
    onInit: () => console.log(`Database engines under test: ${engines}.`),
    onTestRunEnd: (modules, unhandledErrors) => {
      let passed = 0;
      let failed = unhandledErrors.length;
      for (const module of modules) {
        // A file that could not be loaded has no tests to count.
        failed += module.errors().length;
        for (const test of module.children.allTests()) {
          if (test.result().state === 'passed') passed += 1;
          else failed += 1;
        }
      }
      // After the other reporters, which print in the same turn.
      setImmediate(() => console.log(`${passed} passed, ${failed} failed`));
    },
  };
}
