// Which tests two lists have: `node test/support/count-tests.mjs before.json after.json`.
// A list is what `npx vitest list --json=FILE` writes; OUTTURN_TESTS=all lists what `npm run test:all` runs.
import { readFileSync } from 'node:fs';

/** Test → on which engines it runs. Directories are left out: a file may have moved. */
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
