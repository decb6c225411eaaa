import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import type { VersionStyleOf } from '../domain/criterion/pattern.ts';
import { patternsOf } from '../domain/criterion/watch.ts';
import { leaveModelsOut } from '../domain/evidence/coverage-left-out.ts';
import { type CoverageTable, readCoverageTable } from '../domain/evidence/coverage-table.ts';
import { type IdentityTable, readIdentityTable, versionStyle } from '../domain/identity/table.ts';
import { Refusal } from '../domain/refusal.ts';
import { type BacktestPolicy, backtestPolicies } from '../domain/scores/backtest.ts';
import { packageRoot } from '../package-root.ts';
import { type Backtest, type BacktestInput, replayPayloads } from '../services/backtest/backtest.ts';
import type { ReplayOrder } from '../services/backtest/order.ts';
import type { BacktestProof } from '../services/backtest/proof.ts';
import type { BacktestRow } from '../services/backtest/rows.ts';
import { type BacktestScore, compareRows, type FeedWorth, scoreBy, scoreRows } from '../services/backtest/summary.ts';
import { claimsOf, readTruth } from '../services/backtest/truth.ts';
import type { Deps, Log } from '../services/deps.ts';
import { readSeed } from '../services/predictions/seed.ts';
import { muteWebhooks } from '../services/webhooks/mute.ts';
import { openDatabase } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { readArchive, readReviewed } from './backtest-archive.ts';
import { readJsonFile } from './json-file.ts';
import { makeProgress } from './progress.ts';

type BacktestRequest = {
  readonly directory: string;
  readonly truth: string | undefined;
  readonly predictions: string | undefined;
  readonly without: readonly string[];
  readonly policies: readonly string[];
  /** Leaves out the reviewed files that are part of the program. */
  readonly archivesOnly: boolean;
  /** Measures coverage for each claim without the models that it is about. */
  readonly leaveOneOut: boolean;
  readonly verify: boolean;
  /** `time`, `feeds` or the seed of a random order. */
  readonly order: string | undefined;
  readonly log: Log;
};

export type BacktestReport = {
  readonly readings: Backtest['readings'];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
  readonly predictions: readonly BacktestRow[];
  readonly score: BacktestScore;
  readonly byPolicy: Record<string, BacktestScore>;
  readonly byFeed: Record<string, BacktestScore>;
  readonly byOperator: Record<string, BacktestScore>;
  readonly byVendor: Record<string, BacktestScore>;
  /** Present with `--verify`. */
  readonly proof?: BacktestProof;
  /** Present with `--without`: the predictions that end differently without those feeds. */
  readonly worth?: { readonly without: readonly string[]; readonly changed: readonly FeedWorth[] };
};

/** Replays a directory of dated payloads on a database in memory; with `without`, a second time without those feeds. */
export async function backtest(request: BacktestRequest): Promise<BacktestReport> {
  const root = packageRoot();
  const archive = readArchive(request.directory);
  const reviewed = request.archivesOnly ? { feeds: [], payloads: [] } : readReviewed(root);
  const seed = readSeed(readJsonFile(request.predictions ?? join(root, 'data', 'seed', 'article.json')));
  const input: BacktestInput = {
    feeds: [...reviewed.feeds, ...archive.feeds],
    payloads: [...reviewed.payloads, ...archive.payloads],
    claims: claimsOf(seed.predictions, request.truth === undefined ? null : readTruth(readJsonFile(request.truth))),
    policies: request.policies.length === 0 ? ['default'] : request.policies.map(requirePolicy),
    verify: request.verify,
    order: readOrder(request.order ?? 'time'),
  };
  for (const slug of request.without) requireFeed(input, slug);
  const full = await replay(input, request, 'replaying');
  const report: BacktestReport = {
    readings: full.readings,
    leftOut: archive.leftOut,
    predictions: full.rows,
    score: scoreRows(full.rows),
    byPolicy: scoreBy(full.rows, (row) => [row.policy]),
    byFeed: scoreBy(full.rows, (row) => row.feeds),
    byOperator: scoreBy(full.rows, (row) => [row.operator]),
    byVendor: scoreBy(full.rows, (row) => row.vendors),
    ...(full.proof === null ? {} : { proof: full.proof }),
  };
  if (request.without.length === 0) return report;
  const reduced = await replay(withoutFeeds(input, request.without), request, `without ${request.without.join(', ')}`);
  return { ...report, worth: { without: request.without, changed: compareRows(full.rows, reduced.rows) } };
}

function requirePolicy(name: string): BacktestPolicy {
  const policy = (['default', 'three-origins', 'first-party'] as const).find((known) => known === name);
  if (policy !== undefined) return policy;
  const known = Object.keys(backtestPolicies).join(', ');
  throw new Refusal('validation_failed', `unknown policy ${name}; use one of ${known}`);
}

function readOrder(text: string): ReplayOrder {
  if (text === 'time' || text === 'feeds') return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal(
    'validation_failed',
    `unknown order ${text}; use time, feeds or a seed: a number of up to 9 digits`,
  );
}

function requireFeed(input: BacktestInput, slug: string): void {
  if (input.feeds.some((feed) => feed.slug === slug)) return;
  const slugs = input.feeds.map((feed) => feed.slug).join(', ');
  throw new Refusal('not_found', `the directory has no payload of the feed ${slug}; use one of ${slugs}`);
}

function withoutFeeds(input: BacktestInput, slugs: readonly string[]): BacktestInput {
  return {
    ...input,
    verify: false,
    feeds: input.feeds.filter((feed) => !slugs.includes(feed.slug)),
    payloads: input.payloads.filter((payload) => !slugs.includes(payload.feed)),
  };
}

/**
 * Returns, for each claim, the table without the models that it is about. Tables are cached, because claims are
 * evaluated many times.
 */
function coveragePerClaim(coverage: CoverageTable, identity: IdentityTable): Deps['coverageFor'] {
  const tables = new Map<string, CoverageTable>();
  const styleOf: VersionStyleOf = (vendor, family) => versionStyle(identity, vendor, family);
  return ({ criterion, madeFrom }) => {
    const key = `${madeFrom} ${JSON.stringify(criterion)}`;
    const table = tables.get(key) ?? leaveModelsOut(coverage, { patterns: patternsOf(criterion), madeFrom, styleOf });
    tables.set(key, table);
    return table;
  };
}

/** Time limit for one statement or transaction of a replay. */
const replayMsMax = 3_600_000;

async function replay(
  input: BacktestInput,
  { log, leaveOneOut }: Pick<BacktestRequest, 'log' | 'leaveOneOut'>,
  label: string,
): Promise<Backtest> {
  const progress = makeProgress(label);
  // No other client waits for this database.
  const [queryMsMax, transactionMsMax, idleInTransactionMsMax] = [replayMsMax, replayMsMax, replayMsMax];
  const db = await openDatabase({ dataDir: 'memory://', log, queryMsMax, transactionMsMax, idleInTransactionMsMax });
  let now = 0;
  const nextId = monotonicFactory();
  const identity = readIdentityTable(readJsonFile(join(packageRoot(), 'data', 'identity.json')));
  const coverage = readCoverageTable(readJsonFile(join(packageRoot(), 'data', 'coverage.json')));
  const deps: Deps = {
    // Drops the limits that some transactions set for themselves, because a replay on a slow machine would exceed them.
    db: { ...db, begin: (run) => db.begin(run) },
    now: () => now,
    newId: (prefix) => `${prefix}_${nextId().toLowerCase()}`,
    identity,
    coverage,
    coverageFor: leaveOneOut ? coveragePerClaim(coverage, identity) : undefined,
    log,
    nodeId: 'backtest',
    publicUrl: null,
    hasPages: false,
    // A replay makes no outbound requests.
    hasKey: () => false,
    fetchPayload: async () => ({ kind: 'failed', reason: 'bad_url', detail: '', status: null, retryAfterMs: null }),
    adviser: null,
    fetchPage: async () => ({ kind: 'failed', reason: 'bad_url', detail: '', status: null, retryAfterMs: null }),
    webhooks: muteWebhooks,
  };
  try {
    await migrate(db);
    const clock = {
      set: (at: number) => {
        now = at;
      },
    };
    return await replayPayloads(deps, clock, input, progress.advance);
  } finally {
    progress.end();
    await db.close();
  }
}
