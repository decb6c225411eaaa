// Random criteria over a whole archive: no exception, no verdict without an explanation, every witness exists.
// Usage: npm run build && node bench/random-criteria.mjs <directory of dated payloads> [how many] [seed]
// Prints how many came to what, the slowest evaluations, and every fault; ends with 1 when there is any.
import { readFileSync } from 'node:fs';
import { readArchive, readReviewed } from '../dist/src/cli/backtest-archive.js';
import { criterionSchema } from '../dist/src/domain/criterion/criterion.js';
import { defaultPolicy } from '../dist/src/domain/criterion/policy.js';
import { evaluate } from '../dist/src/domain/evaluation/evaluate.js';
import { firstKnown } from '../dist/src/domain/evaluation/known-at.js';
import { readIdentityTable, versionStyle } from '../dist/src/domain/identity/table.js';
import { createFeed } from '../dist/src/services/feeds/feeds.js';
import { createFeedSnapshot } from '../dist/src/services/feeds/snapshots.js';
import { loadTimeline } from '../dist/src/services/settling/timelines.js';
import { muteWebhooks } from '../dist/src/services/webhooks/mute.js';
import { openDatabase } from '../dist/src/store/db.js';
import { migrate } from '../dist/src/store/migrate.js';

const [directory, count = '10000', seed = '1'] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node bench/random-criteria.mjs <directory> [how many] [seed]');
const chance = mulberry32(Number(seed));
const pick = (values) => values[Math.floor(chance() * values.length)];
const identity = readIdentityTable(JSON.parse(readFileSync('data/identity.json', 'utf8')));
const styleOf = (vendor, family) => versionStyle(identity, vendor, family);

const { timeline, names, ids, end } = await readEverything();
const tally = { yes: 0, no: 0, undetermined: 0 };
const faults = [];
const slow = [];
for (let nth = 0; nth < Number(count); nth += 1) {
  const criterion = criterionSchema.parse(randomCriterion(3));
  const terms = { madeFrom: Date.parse(randomDay()), policy: defaultPolicy, styleOf };
  const at = chance() < 0.7 ? end : Date.parse(randomDay());
  const start = performance.now();
  try {
    const { verdict, explanation } = evaluate(criterion, timeline, at, terms);
    tally[verdict] += 1;
    if (
      verdict !== 'undetermined' &&
      nth % 20 === 0 &&
      firstKnown(criterion, timeline, at, terms, { verdict }) === null
    )
      faults.push(`never known first: ${JSON.stringify(criterion)}`);
    look(explanation, criterion);
  } catch (error) {
    faults.push(`${error.stack}\n${JSON.stringify(criterion)}`);
  }
  slow.push([performance.now() - start, JSON.stringify(criterion)]);
}
slow.sort((a, b) => b[0] - a[0]);
console.log(
  `${count} criteria over ${timeline.sightings.length} sightings: ${JSON.stringify(tally)}, ${faults.length} faults`,
);
for (const [ms, text] of slow.slice(0, 3)) console.log(`${ms.toFixed(0)} ms ${text.slice(0, 200)}`);
for (const fault of faults.slice(0, 20)) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function look(node, criterion) {
  if (node.text.trim() === '') faults.push(`no words: ${JSON.stringify(criterion)}`);
  for (const witness of node.witnesses)
    if (!ids.has(witness.observation_id)) faults.push(`no such witness: ${JSON.stringify([witness, criterion])}`);
  for (const child of node.of) look(child, criterion);
}

async function readEverything() {
  const db = await openDatabase({ dataDir: 'memory://', queryMsMax: 600_000, idleInTransactionMsMax: 600_000 });
  await migrate(db);
  let made = 0;
  const log = { info() {}, warn() {}, error: console.error };
  let now = 0;
  const newId = (prefix) => {
    made += 1;
    return `${prefix}_${String(made).padStart(9, '0')}`;
  };
  const deps = {
    db,
    now: () => now,
    newId,
    identity,
    log,
    nodeId: 'bench',
    publicUrl: null,
    webhooks: muteWebhooks,
    fetchPayload: async () => null,
  };
  const archive = readArchive(directory);
  const reviewed = readReviewed('.');
  for (const feed of [...archive.feeds, ...reviewed.feeds]) await createFeed(deps, { ...feed, url: null });
  const payloads = [...archive.payloads, ...reviewed.payloads].sort((a, b) => a.observedAt - b.observedAt);
  for (const payload of payloads) {
    now = payload.observedAt;
    await createFeedSnapshot(deps, payload.feed, payload.observedAt, payload.read());
  }
  const everything = {
    criterion: { op: 'released', model: { vendor: 'any', family: 'any', tier: 'any' } },
    madeFrom: 0,
  };
  const loaded = await loadTimeline(db.sql, identity, [everything], now);
  // Whatever a random window asks for: every read.
  const rows = await db.sql`select feed_id, observed_at from polls where result = 'ok' order by observed_at`;
  const reads = new Map();
  for (const { model, feedId } of loaded.sightings) reads.set(`${feedId}|${model.vendor}`, []);
  for (const { feed_id, observed_at } of rows)
    for (const [key, held] of reads) if (key.startsWith(`${feed_id}|`)) held.push(Number(observed_at));
  const ids = new Set((await db.sql`select id from observations`).map((row) => row.id));
  const names = [
    ...new Map(loaded.sightings.map(({ model }) => [JSON.stringify([model.vendor, model.family]), model])).values(),
  ];
  await db.close();
  return { timeline: { ...loaded, reads }, names, ids, end: now };
}

function randomDay() {
  return new Date(Date.UTC(2024, 9, 1) + Math.floor(chance() * 760) * 86_400_000).toISOString().slice(0, 10);
}

function randomModel() {
  const { vendor, family } = pick(names);
  const version = pick([undefined, undefined, '3', '4', '5', '4.5', { gte: '4' }, { gt: '2', lt: '6' }]);
  const tier = pick([null, 'any', 'any', ['mini', null], ['sonnet', 'opus', 'pro']]);
  return {
    vendor: chance() < 0.02 ? 'any' : vendor,
    family: chance() < 0.03 ? 'any' : family,
    tier,
    ...(version === undefined ? {} : { version }),
    ...(chance() < 0.2 ? { stage: 'ga' } : {}),
  };
}

function randomWindow() {
  const [from, by] = [randomDay(), randomDay()].sort();
  return { ...(chance() < 0.6 ? { from } : {}), ...(chance() < 0.7 ? { by } : {}) };
}

function randomLeaf() {
  const base = { model: randomModel(), ...randomWindow() };
  const is = pick([{ gte: 10 }, { lt: 1 }, { gt: 100 }, { lte: 1_000_000 }]);
  switch (pick(['released', 'released', 'retired', 'attribute', 'count'])) {
    case 'released':
      return { op: 'released', ...base };
    case 'retired':
      return { op: 'retired', ...base };
    case 'attribute':
      return {
        op: 'attribute',
        ...base,
        name: pick(['input_usd_per_mtok', 'output_usd_per_mtok', 'context_tokens']),
        is,
      };
    default:
      return { op: 'count', ...base, at_least: 1 + Math.floor(chance() * 4), distinct: pick(['model', 'version']) };
  }
}

function randomCriterion(depth) {
  const kind = depth === 0 ? 'leaf' : pick(['leaf', 'leaf', 'precedes', 'within', 'not', 'all', 'any']);
  const children = () => Array.from({ length: 1 + Math.floor(chance() * 3) }, () => randomCriterion(depth - 1));
  switch (kind) {
    case 'leaf':
      return randomLeaf();
    case 'precedes':
      return {
        op: 'precedes',
        first: randomLeaf(),
        second: randomLeaf(),
        ...(chance() < 0.5 ? { by: randomDay() } : {}),
      };
    case 'within':
      return { op: 'within', event: randomLeaf(), after: randomLeaf(), duration: pick(['P3M', 'P1Y', 'P10D', 'P2W']) };
    case 'not':
      return { op: 'not', of: randomCriterion(depth - 1) };
    default:
      return { op: kind, of: children() };
  }
}

/** Numbers in [0, 1) that are the same in every run. */
function mulberry32(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
