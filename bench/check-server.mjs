// The server of bench/heavy-checks.mjs: an archive or made-up catalogues, the API on a free port of the loopback address,
// and the delay of its event loop. Its argument is JSON; it answers each line of its standard input with one line.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { monotonicFactory } from 'ulid';
import { readArchive, readReviewed } from '../dist/src/cli/backtest-archive.js';
import { readCoverageTable } from '../dist/src/domain/evidence/coverage-table.js';
import { readIdentityTable } from '../dist/src/domain/identity/table.js';
import { createApp } from '../dist/src/http/app.js';
import { serveApp } from '../dist/src/http/server/serve.js';
import { hashKey, makeKey } from '../dist/src/services/access/admin-key.js';
import { createEventPulse } from '../dist/src/services/events/pulse.js';
import { createFeed } from '../dist/src/services/feeds/feeds.js';
import { createFeedSnapshot } from '../dist/src/services/feeds/snapshots.js';
import { muteWebhooks } from '../dist/src/services/webhooks/mute.js';
import { openDatabase } from '../dist/src/store/db.js';
import { migrate } from '../dist/src/store/migrate.js';

/** The shortest delay that is measured. */
const resolutionMs = 2;
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

const { databaseUrl, dataDir, archive, models } = JSON.parse(process.argv[2]);
const db = await openDatabase({ databaseUrl, dataDir });
await migrate(db);
const nextId = monotonicFactory();
let now = Date.now;
const log = { info() {}, warn() {}, error: console.error };
const deps = {
  db,
  now: () => now(),
  newId: (prefix) => `${prefix}_${nextId().toLowerCase()}`,
  identity: readIdentityTable(read('data/identity.json')),
  coverage: readCoverageTable(read('data/coverage.json')),
  log,
  nodeId: 'bench',
  publicUrl: null,
  hasKey: () => false,
  fetchPayload: async () => ({ kind: 'not_modified', status: null }),
  webhooks: muteWebhooks,
};
await fill(archive === null ? madeUp(models) : readArchive(archive));
const adminKey = makeKey(randomBytes);
const app = createApp({
  services: deps,
  adminKeyHash: hashKey(adminKey),
  publicRead: true,
  limiter: null,
  // The budget of an address would refuse some of the checks that are measured.
  costLimiters: null,
  clientAddress: (remote) => remote,
  pulse: createEventPulse(deps),
  version: '0.0.0',
  log,
});
const served = await serveApp(app, { host: '127.0.0.1', port: 0, log });
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
console.log(JSON.stringify({ port: served.port, adminKey, ...(await counts()) }));
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  if (line === 'reset') delay.reset();
  console.log(JSON.stringify({ maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 }));
}
process.exit(0);

async function fill({ feeds, payloads }) {
  const reviewed = readReviewed('.');
  for (const feed of [...feeds, ...reviewed.feeds]) await createFeed(deps, { ...feed, url: null });
  for (const payload of [...payloads, ...reviewed.payloads].sort((a, b) => a.observedAt - b.observedAt)) {
    now = () => payload.observedAt;
    await createFeedSnapshot(deps, payload.feed, payload.observedAt, payload.read());
  }
  now = Date.now;
}

/** Two catalogues that are read every week for a year and list three more models of each family every time. */
function madeUp(count) {
  const families = [...deps.identity.families.values()];
  const all = Array.from({ length: count }, (_, index) => ({ nth: index, ...families[index % families.length] }));
  const start = Date.UTC(2025, 0, 5);
  const weekMs = 7 * 86_400_000;
  const weeks = 52;
  const listed = (week) => all.slice(0, Math.ceil((count * (week + 1)) / weeks));
  const nameOf = ({ nth, family }) => `${family}-${1 + (nth % 9)}.${Math.floor(nth / 9) % 10}`;
  const payloads = Array.from({ length: weeks }, (_, week) => {
    const rows = listed(week).map((model) => [
      `${model.vendor}/${nameOf(model)}`,
      { litellm_provider: model.vendor, mode: 'chat', input_cost_per_token: 1e-6 },
    ]);
    const data = listed(week).map((model) => ({ id: `${model.vendor}/${nameOf(model)}`, name: nameOf(model) }));
    const observedAt = start + week * weekMs;
    return [
      { feed: 'litellm', observedAt, read: () => Buffer.from(JSON.stringify(Object.fromEntries(rows))) },
      { feed: 'openrouter', observedAt: observedAt + 3_600_000, read: () => Buffer.from(JSON.stringify({ data })) },
    ];
  });
  const feeds = [
    { slug: 'litellm', adapter: 'litellm', origin: 'litellm', covers: ['any'] },
    { slug: 'openrouter', adapter: 'openrouter', origin: 'openrouter', covers: ['any'] },
  ];
  return { feeds, payloads: payloads.flat() };
}

async function counts() {
  const [row] = await db.sql`
    select (select count(*)::int from sightings) as sightings, (select count(*)::int from observations) as observations,
      (select count(distinct (vendor, family, model_version, tier))::int from item_readings where outcome = 'model') as models,
      (select count(*)::int from polls) as polls`;
  return row;
}
