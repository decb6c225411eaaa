// What a tick costs as the number of open predictions grows, as ratios measured in one interleaved run.
// Usage: npm run build && BENCH_DATABASE_URL=postgres://… node bench/resolve.mjs [sizes, e.g. 10000,100000,1000000]
// Makes and drops its own databases on that server. A tick: ten models are listed by two origins for the first time,
// two days ago; the predictions that watch their families (five each) are settled. Everything else must not be touched.
import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { readCoverageTable } from '../dist/src/domain/evidence/coverage-table.js';
import { readIdentityTable } from '../dist/src/domain/identity/table.js';
import { resolveEverything } from '../dist/src/services/settling/resolver.js';
import { settlePredictions } from '../dist/src/services/settling/settle.js';
import { muteWebhooks } from '../dist/src/services/webhooks/mute.js';
import { openDatabase } from '../dist/src/store/db.js';
import { migrate } from '../dist/src/store/migrate.js';
import { listWatching } from '../dist/src/store/watches.js';

const server = process.env.BENCH_DATABASE_URL;
if (server === undefined) throw new Error('BENCH_DATABASE_URL must name a server on which databases may be made');
const sizes = (process.argv[2] ?? '10000,100000,1000000').split(',').map(Number);
const rounds = Number(process.argv[3] ?? 9);
const modelsPerTick = 10;
const watchersPerFamily = 5;
const now = Date.parse('2026-11-22T00:00:00Z');
const seen = new Date(now - 2 * 86_400_000).toISOString();
const quiet = { info() {}, warn() {}, error() {} };

const worlds = [];
for (const size of sizes) worlds.push(await openWorld(size));
const ticks = new Map(sizes.map((size) => [size, []]));
const empties = new Map(sizes.map((size) => [size, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const world of round % 2 === 0 ? worlds : [...worlds].reverse()) {
    empties.get(world.size).push(await time(() => tick(world, [])));
    ticks.get(world.size).push(await time(() => tick(world, world.nextFamilies())));
  }
}
const smallest = worlds[0];
const sample = 200;
const one = (await time(() => loop(worlds.at(-1), sample))) / sample;
const full = await time(() => resolveEverything(smallest.deps));
const base = median(ticks.get(smallest.size));
for (const { size } of worlds) {
  const cost = median(ticks.get(size));
  console.log(
    `${String(size).padStart(8)} open: tick ${ratio(cost / base)} of that at ${smallest.size} (${cost.toFixed(1)} ms, ${modelsPerTick * watchersPerFamily} settled; ` +
      `no match ${median(empties.get(size)).toFixed(1)} ms); a loop over every prediction costs ${Math.round((one * size) / cost)} ticks`,
  );
}
console.log(`full evaluation: ${Math.round(smallest.size / (full / 1000))} predictions/s`);
for (const world of worlds) await world.close();

async function openWorld(size) {
  const name = `outturn_bench_${size}_${process.pid}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const db = await openDatabase({ databaseUrl: url.href, queryMsMax: 600_000 });
  await migrate(db);
  const identity = readIdentityTable(JSON.parse(readFileSync('data/identity.json', 'utf8')));
  let ids = 0;
  const deps = {
    db,
    now: () => now,
    newId: (prefix) => {
      ids += 1;
      return `${prefix}_${String(ids).padStart(12, '0')}`;
    },
    identity,
    coverage: readCoverageTable(JSON.parse(readFileSync('data/coverage.json', 'utf8'))),
    lastPayloads: new Map(),
    hasKey: () => false,
    log: quiet,
    nodeId: 'bench',
    publicUrl: null,
    fetchPayload: async () => ({ kind: 'not_modified', status: null }),
    webhooks: muteWebhooks,
  };
  await fill(db, size);
  let family = 0;
  return {
    size,
    deps,
    nextFamilies: () => {
      family += modelsPerTick;
      return Array.from({ length: modelsPerTick }, (_, index) => `family-${family - index}`);
    },
    close: async () => {
      await db.close();
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}

/** Predictions "openai family-n 1 is released by the end of 2027", five to a family, and two feeds that were read throughout. */
async function fill(db, size) {
  const { sql } = db;
  for (const [id, trust] of [
    ['feed_a', 'curated'],
    ['feed_b', 'aggregator'],
  ]) {
    await sql`insert into feeds (id, slug, adapter, trust, origin, covers, settlement_lag, settlement_lag_ms, next_poll_at, created_at, updated_at, watermark)
      values (${id}, ${id}, 'litellm', ${trust}, ${id}, ${['openai']}, 'P2D', 172800000, now(), now(), now(), ${new Date(now)})`;
    await sql`insert into polls (id, feed_id, kind, result, started_at, observed_at, finished_at)
      select ${id} || '_' || n, ${id}, 'scheduled', 'ok', m, m, m from generate_series(0, 700) n, lateral (select timestamptz '2025-01-01' + n * interval '1 day' as m) t`;
  }
  await sql`insert into predictions (id, slug, statement, made_at, made_from, recorded_at, edited_at)
    select 'pred_' || lpad(n::text, 9, '0'), 'p-' || n, 'Claim ' || n, '2026-01-01', '2026-01-01', '2026-01-01', '2026-01-01' from generate_series(1, ${size}::int) n`;
  await sql`insert into criteria (prediction_id, version, criterion, criterion_hash, polarity, resolve_by, created_at)
    select 'pred_' || lpad(n::text, 9, '0'), 1, json_build_object('op', 'released', 'by', '2027-12-31', 'model',
      json_build_object('vendor', 'openai', 'family', 'family-' || ((n - 1) / ${watchersPerFamily} + 1), 'version', '1', 'tier', null)),
      'sha256:0', 'decidable', '2028-01-01', '2026-01-01' from generate_series(1, ${size}::int) n`;
  await sql`insert into prediction_watches (prediction_id, vendor, family)
    select 'pred_' || lpad(n::text, 9, '0'), 'openai', 'family-' || ((n - 1) / ${watchersPerFamily} + 1) from generate_series(1, ${size}::int) n`;
  await sql`insert into prediction_edges (prediction_id, vendor, edge_at)
    select 'pred_' || lpad(n::text, 9, '0'), 'openai', '2028-01-01' from generate_series(1, ${size}::int) n`;
  await sql`analyze`;
}

async function tick(world, families) {
  const { deps } = world;
  await deps.db.begin(async (tx) => {
    for (const feed of ['feed_a', 'feed_b']) await list(tx, feed, families);
    const ids = await listWatching(
      tx,
      families.map((family) => ({ vendor: 'openai', family })),
    );
    const counts = await settlePredictions(tx, deps, ids, { now, evidenceFrom: now - 2 * 86_400_000 });
    if (counts.resolved !== families.length * watchersPerFamily)
      throw new Error(`settled ${counts.resolved} of ${families.length * watchersPerFamily}`);
  });
}

async function list(tx, feed, families) {
  if (families.length === 0) return;
  const keys = families.map((family) => `${family}-1`);
  await tx`insert into observations (id, feed_id, poll_id, item_key, item_hash, observed_at, ingested_at, name, released_text, released_weight, item)
    select ${feed} || k, ${feed}, ${`${feed}_680`}, k, 'h', ${seen}::timestamptz, ${seen}::timestamptz, k, '2026-11-20', 'stands', '{}' from unnest(${keys}::text[]) k`;
  await tx`insert into item_readings (feed_id, item_key, name, outcome, vendor, family, model_version, stage, own, identity_version)
    select ${feed}, k, k, 'model', 'openai', left(k, -2), '1', 'general', true, 'bench' from unnest(${keys}::text[]) k`;
  await tx`insert into sightings (feed_id, item_key, seen_from, absent_at, observation_id, item_hash)
    select ${feed}, k, ${seen}::timestamptz, ${seen}::timestamptz - interval '1 day', ${feed} || k, 'h' from unnest(${keys}::text[]) k`;
}

/** What a resolver does that asks for every prediction by itself. */
async function loop(world, count) {
  for (let n = 0; n < count; n += 1) {
    const id = `pred_${String(world.size - n).padStart(9, '0')}`;
    await world.deps.db.begin((tx) => settlePredictions(tx, world.deps, [id], { now, evidenceFrom: null }));
  }
}

async function time(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function ratio(value) {
  return `${value.toFixed(2)} ×`;
}
