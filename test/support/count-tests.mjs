// Compares the tests of two lists: `node test/support/count-tests.mjs before.json after.json`.
// `npx vitest list --json=FILE` writes a list; with OUTTURN_TESTS=all it has the tests of `npm run test:all`.
import { readFileSync } from 'node:fs';

/** The engines on which each test runs. Directories are ignored, because a file may have moved. */
function readTests(path) {
  const tests = new Map();
  for (const { name, file, projectName } of JSON.parse(readFileSync(path, 'utf8'))) {
    const test = `${file.split('/').at(-1)} > ${name}`;
    tests.set(test, [...(tests.get(test) ?? []), projectName]);
  }
  return tests;
}

const [before, after] = process.argv.slice(2, 4).map(readTests);
const count = (tests) => [...tests.values()].flat().length;
console.log(`before: ${before.size} tests, ${count(before)} runs; after: ${after.size} tests, ${count(after)} runs`);
for (const [test, projects] of before) {
  const now = after.get(test) ?? [];
  const lost = projects.filter((project) => !now.includes(project));
  if (lost.length > 0) console.log(`no longer on ${[...new Set(lost)].join(', ')}: ${test}`);
}
