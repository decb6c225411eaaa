// `node test/support/full-run.mjs write` records a pass of `npm run test:all`, with a hash of the files that need it.
// Without an argument it exits with 1 if these files differ from those of the recorded run.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const record = join(root, 'test', 'full-run.json');
const parts = ['src/store', 'sql', 'test/store'];

function listFiles(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => listFiles(`${path}/${name}`));
}

const hash = createHash('sha256');
for (const path of parts.flatMap(listFiles).sort()) {
  // A checkout may have changed the line endings.
  const text = readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');
  hash.update(`${path}\n${text.length}\n${text}`);
}
// As the formatter writes it.
const now = `{\n  "parts": ${JSON.stringify(parts).replaceAll(',', ', ')},\n  "sha256": "${hash.digest('hex')}"\n}\n`;

if (process.argv[2] === 'write') writeFileSync(record, now);
else process.exitCode = readFileSync(record, 'utf8') === now ? 0 : 1;
