import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { deleteMarks, findQueueState, lockMarks, type MarkRow, postponeMark } from '../../store/settle-queue.ts';
import { isInsideTransaction } from '../../store/transaction.ts';
import { lockPredictions } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { lockIdentity } from '../identity/identity.ts';
import { settlePredictions } from './settle.ts';
import type { SettleCounts } from './settlement.ts';

/** The most predictions that one transaction settles. */
export const batchRowsMax = 200;
/** After this time a transaction begins no further group of predictions. */
export const batchMsMax = 2000;
/** The first group is small, because nobody knows what it costs. The next ones are as large as the remaining time allows. */
const groupRowsMin = 25;
/** Time limit of a transaction: for a single prediction that takes very long. */
const settleMsMax = 120_000;
/** How often a long run logs its progress. */
const progressMs = 10_000;

type Clock = () => number;

export type SettleRun = {
  /** Settles only what this poll marked last; null: everything. */
  readonly pollId?: string | null;
  /** Begins no batch after this time. */
  readonly msMax?: number;
  /** Asked before each batch: whether to stop. */
  readonly isOver?: () => boolean;
};

/** Batches and predictions that this process has settled, for its metrics. */
const totals = { batches: 0, predictions: 0 };

export type SettleMetrics = Awaited<ReturnType<typeof findQueueState>> & typeof totals;

/** Metrics of settling over all nodes, except batches and predictions, which are those of this process. */
export async function getSettleMetrics(deps: Deps): Promise<SettleMetrics> {
  return { ...(await findQueueState(deps.db.sql)), ...totals };
}

export function noCounts(): SettleCounts {
  return { evaluated: 0, resolved: 0, proposed: 0, disputed: 0, amended: 0 };
}

export function addCounts(sum: SettleCounts, counts: SettleCounts): void {
  for (const name of ['evaluated', 'resolved', 'proposed', 'disputed', 'amended'] as const) sum[name] += counts[name];
}

/**
 * Settles marked predictions, oldest mark first, in transactions of bounded size. Each one settles predictions and deletes
 * their marks, so a run can be interrupted anywhere, and any number of processes may run at once. A batch that fails is
 * repeated one prediction at a time; a prediction that fails alone is postponed.
 */
export async function settleMarked(
  deps: Deps,
  run: SettleRun = {},
  clock: Clock = defaultClock,
): Promise<SettleCounts> {
  const { pollId = null, msMax = Number.POSITIVE_INFINITY, isOver = () => false } = run;
  const sum = noCounts();
  const end = clock() + msMax;
  const report = progressOf(deps, sum, clock);
  let limit = batchRowsMax;
  while (clock() < end && !isOver()) {
    const tried: string[] = [];
    try {
      const counts = await settleBatch(deps, { pollId, limit, tried }, clock);
      if (counts === null) break;
      addCounts(sum, counts);
      limit = Math.min(batchRowsMax, limit * 2);
      await report();
    } catch (error) {
      // A transaction that has failed accepts no further statements.
      if (isInsideTransaction() || tried[0] === undefined) throw error;
      if (tried.length === 1) await postpone(deps, tried[0], error);
      limit = 1;
    }
  }
  return sum;
}

function defaultClock(): number {
  return performance.now();
}

async function postpone(deps: Deps, id: string, error: unknown): Promise<void> {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  deps.log.error({ prediction: id, error: text }, 'a prediction could not be settled; it is tried again later');
  await postponeMark(deps.db.sql, id, deps.now());
}

/** Logs how far a long run has come. */
function progressOf(deps: Deps, sum: SettleCounts, clock: Clock): () => Promise<void> {
  let next = clock() + progressMs;
  return async () => {
    if (clock() < next) return;
    const { marks } = await findQueueState(deps.db.sql);
    deps.log.info({ ...sum, waiting: marks }, 'settling predictions');
    next = clock() + progressMs;
  };
}

type Batch = {
  readonly pollId: string | null;
  readonly limit: number;
  /** Receives the predictions that the batch has locked. */
  readonly tried: string[];
};

/** Settles a batch in one transaction; null if nothing is marked. */
async function settleBatch(deps: Deps, batch: Batch, clock: Clock): Promise<SettleCounts | null> {
  const settled = await deps.db.begin((tx) => settleWithin(tx, deps, batch, clock), {
    msMax: settleMsMax,
    repeatable: true,
  });
  if (settled === null) return null;
  totals.batches += 1;
  totals.predictions += settled.evaluated;
  return settled;
}

async function settleWithin(tx: Sql, given: Deps, batch: Batch, clock: Clock): Promise<SettleCounts | null> {
  const { pollId, limit, tried } = batch;
  // Before any prediction: a curator locks the identity data first and then predictions, too.
  const deps = await lockIdentity(tx, given);
  const marks = await lockMarks(tx, { pollId, now: deps.now(), limit });
  if (marks.length === 0) return null;
  // Not what an attempt locked that conflicted with another transaction.
  tried.splice(0, tried.length, ...marks.map(({ id }) => id));
  await lockPredictions(tx, tried);
  // The clock of the node that read the evidence may be ahead of this one.
  const now = Math.max(deps.now(), ...marks.map(({ evidenceTo }) => evidenceTo));
  const sum = noCounts();
  const rows = byEvidence(marks);
  const begun = clock();
  let done = 0;
  for (let size = groupRowsMin; done < rows.length && size > 0; ) {
    const { evidenceFrom, ids } = groupAt(rows, done, size);
    addCounts(sum, await settlePredictions(tx, deps, ids, { now, evidenceFrom }));
    done += ids.length;
    const took = clock() - begun;
    size = Math.min(2 * size, Math.floor(((batchMsMax - took) * done) / Math.max(took, 1)));
  }
  await deleteMarks(
    tx,
    rows.slice(0, done).map(({ id }) => id),
  );
  return sum;
}

/** Marks with the same evidence next to each other, otherwise in order. */
function byEvidence(marks: readonly MarkRow[]): MarkRow[] {
  const times = [...new Set(marks.map(({ evidenceFrom }) => evidenceFrom))];
  return marks.toSorted((a, b) => times.indexOf(a.evidenceFrom) - times.indexOf(b.evidenceFrom));
}

/** Up to `size` marks with the same evidence. */
function groupAt(
  rows: readonly MarkRow[],
  start: number,
  size: number,
): { evidenceFrom: Instant | null; ids: string[] } {
  const evidenceFrom = rows[start]?.evidenceFrom ?? null;
  const group = rows.slice(start, start + size);
  const other = group.findIndex((row) => row.evidenceFrom !== evidenceFrom);
  const ids = (other === -1 ? group : group.slice(0, other)).map(({ id }) => id);
  return { evidenceFrom, ids: ids.sort() };
}
