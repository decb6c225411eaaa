import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import { readCoverageTable } from '../domain/evidence/coverage-table.ts';
import { readIdentityTable } from '../domain/identity/table.ts';
import { Refusal } from '../domain/refusal.ts';
import { type BacktestPolicy, backtestPolicies } from '../domain/scores/backtest.ts';
import { packageRoot } from '../package-root.ts';
import { type Backtest, type BacktestInput, runBacktest } from '../services/backtest/backtest.ts';
import type { BacktestProof } from '../services/backtest/proof.ts';
import type { BacktestRow } from '../services/backtest/rows.ts';
import { type BacktestScore, compareRows, type FeedWorth, scoreBy, scoreRows } from '../services/backtest/summary.ts';
import { claimsOf, readTruth } from '../services/backtest/truth.ts';
import type { Deps, Log } from '../services/deps.ts';
import { readSeed } from '../services/predictions/seed.ts';
import { muteWebhooks } from '../services/webhooks/mute.ts';
import { openDatabase } from '../store/db.ts';
import { migrate } from '../store/migrate.ts';
import { parseJson, readArchive, readReviewed } from './backtest-archive.ts';
import { makeProgress } from './progress.ts';

/** What is asked of a backtest on the command line. */
export type BacktestAsk = {
  readonly directory: string;
  readonly truth: string | undefined;
  readonly predictions: string | undefined;
  readonly without: readonly string[];
  readonly policies: readonly string[];
  /** Leaves out the reviewed files that come with the program. */
  readonly archivesOnly: boolean;
  readonly verify: boolean;
  readonly log: Log;
};

export type BacktestReport = {
  readonly readings: Backtest['readings'];
  readonly left: readonly { readonly name: string; readonly why: string }[];
  readonly predictions: readonly BacktestRow[];
  readonly score: BacktestScore;
  readonly byPolicy: Record<string, BacktestScore>;
  readonly byFeed: Record<string, BacktestScore>;
  /** Present with `--verify`. */
  readonly proof?: BacktestProof;
  /** Present with `--without`: what the feeds that were left out had been worth. */
  readonly worth?: { readonly without: readonly string[]; readonly changed: readonly FeedWorth[] };
};

/** Replays a directory of dated payloads on a database in memory; with `without`, a second time lacking those feeds. */
export async function backtest(ask: BacktestAsk): Promise<BacktestReport> {
  const root = packageRoot();
  const archive = readArchive(ask.directory);
  const reviewed = ask.archivesOnly ? { feeds: [], payloads: [] } : readReviewed(root);
  const seed = readSeed(parseJson(ask.predictions ?? join(root, 'data', 'seed', 'article.json')));
  const input: BacktestInput = {
    feeds: [...reviewed.feeds, ...archive.feeds],
    payloads: [...reviewed.payloads, ...archive.payloads],
    claims: claimsOf(seed.predictions, ask.truth === undefined ? null : readTruth(parseJson(ask.truth))),
    policies: ask.policies.length === 0 ? ['default'] : ask.policies.map(requirePolicy),
    verify: ask.verify,
  };
  for (const slug of ask.without) requireFeed(input, slug);
  const full = await replay(input, ask.log, 'replaying');
  const report: BacktestReport = {
    readings: full.readings,
    left: archive.left,
    predictions: full.rows,
    score: scoreRows(full.rows),
    byPolicy: scoreBy(full.rows, (row) => [row.policy]),
    byFeed: scoreBy(full.rows, (row) => row.feeds),
    ...(full.proof === null ? {} : { proof: full.proof }),
  };
  if (ask.without.length === 0) return report;
  const reduced = await replay(lacking(input, ask.without), ask.log, `without ${ask.without.join(', ')}`);
  return { ...report, worth: { without: ask.without, changed: compareRows(full.rows, reduced.rows) } };
}

function requirePolicy(name: string): BacktestPolicy {
  const policy = (['default', 'three-origins', 'first-party'] as const).find((known) => known === name);
  if (policy !== undefined) return policy;
  const known = Object.keys(backtestPolicies).join(', ');
  throw new Refusal('validation_failed', `there is no policy ${name}; there are ${known}`);
}

function requireFeed(input: BacktestInput, slug: string): void {
  if (input.feeds.some((feed) => feed.slug === slug)) return;
  const slugs = input.feeds.map((feed) => feed.slug).join(', ');
  throw new Refusal('not_found', `no feed ${slug} is replayed; there are ${slugs}`);
}

function lacking(input: BacktestInput, slugs: readonly string[]): BacktestInput {
  return {
    ...input,
    verify: false,
    feeds: input.feeds.filter((feed) => !slugs.includes(feed.slug)),
    payloads: input.payloads.filter((payload) => !slugs.includes(payload.feed)),
  };
}

/** One statement or transaction of a replay may take so long. */
const replayMsMax = 3_600_000;

async function replay(input: BacktestInput, log: Log, label: string): Promise<Backtest> {
  const progress = makeProgress(label);
  // Nobody else waits for this database: the limits that keep others from waiting are far off.
  const [queryMsMax, transactionMsMax, idleInTransactionMsMax] = [replayMsMax, replayMsMax, replayMsMax];
  const db = await openDatabase({ dataDir: 'memory://', log, queryMsMax, transactionMsMax, idleInTransactionMsMax });
  let now = 0;
  const nextId = monotonicFactory();
  const deps: Deps = {
    db,
    now: () => now,
    newId: (prefix) => `${prefix}_${nextId().toLowerCase()}`,
    identity: readIdentityTable(parseJson(join(packageRoot(), 'data', 'identity.json'))),
    coverage: readCoverageTable(parseJson(join(packageRoot(), 'data', 'coverage.json'))),
    log,
    nodeId: 'backtest',
    publicUrl: null,
    // A replay asks nobody outside.
    hasKey: () => false,
    fetchPayload: async () => ({ kind: 'failed', reason: 'bad_url', detail: '', status: null, retryAfterMs: null }),
    webhooks: muteWebhooks,
  };
  try {
    await migrate(db);
    const clock = {
      set: (at: number) => {
        now = at;
      },
    };
    return await runBacktest(deps, clock, input, progress.advance);
  } finally {
    progress.end();
    await db.close();
  }
}
