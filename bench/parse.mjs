// How fast feeds are parsed, against JSON.parse alone over the same bytes, and how much memory it takes at most.
// Usage: npm run build && node --expose-gc bench/parse.mjs <directory of dated payloads> [rounds]
// Takes the largest payload of each feed (docs/backtest.md says how a directory is read). Rounds are interleaved.
import { readArchive } from '../dist/src/cli/backtest-archive.js';
import { findAdapter } from '../dist/src/domain/feeds/adapters/registry.js';

const [directory, rounds = '9'] = process.argv.slice(2);
if (directory === undefined || globalThis.gc === undefined)
  throw new Error('usage: node --expose-gc bench/parse.mjs <directory of dated payloads> [rounds]');

const { feeds, payloads } = readArchive(directory);
for (const feed of feeds) {
  const largest = payloads
    .filter((payload) => payload.feed === feed.slug)
    .map((payload) => ({ name: payload.name, bytes: payload.read() }))
    .reduce((best, next) => (next.bytes.byteLength > best.bytes.byteLength ? next : best));
  const adapter = findAdapter(feed.adapter);
  const parse = () => adapter.parse(largest.bytes);
  const isJson = succeeds(() => JSON.parse(text(largest.bytes)));
  const times = { parse: [], json: [] };
  for (let round = 0; round < Number(rounds); round += 1) {
    times.parse.push(time(parse));
    // A format other than JSON is compared with decoding the text, which every parser must do at least.
    times.json.push(time(() => (isJson ? JSON.parse(text(largest.bytes)) : text(largest.bytes))));
  }
  const megabytes = largest.bytes.byteLength / 1e6;
  const [mine, base] = [median(times.parse), median(times.json)];
  console.log(
    `${feed.slug.padEnd(32)} ${megabytes.toFixed(2).padStart(6)} MB  ${(megabytes / (mine / 1000)).toFixed(1).padStart(7)} MB/s  ` +
      `${(mine / base).toFixed(2).padStart(7)} × ${isJson ? 'JSON.parse' : 'decoding'}  ${peakMegabytes(parse).toFixed(1).padStart(7)} MB at most  ${largest.name}`,
  );
}

function text(bytes) {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function succeeds(run) {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

function time(run) {
  const start = performance.now();
  if (!succeeds(run)) return Number.NaN;
  return performance.now() - start;
}

/** Growth of the heap during one parse, without garbage collection in between. */
function peakMegabytes(run) {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const kept = succeeds(run);
  return kept ? (process.memoryUsage().heapUsed - before) / 1e6 : Number.NaN;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
