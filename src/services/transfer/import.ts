import { createHash } from 'node:crypto';
import { Refusal } from '../../domain/refusal.ts';
import {
  type ExportFooter,
  type ExportHeader,
  type ExportRow,
  exportLineBytesMax,
  parseHeader,
  parseLine,
  refuseLine,
} from '../../domain/transfer/format.ts';
import type { Sql } from '../../store/db.ts';
import { markEveryEnd } from '../../store/end-notices.ts';
import {
  findNewestMigration,
  liftTimeouts,
  listShapes,
  type NewestMigration,
  type RecordShape,
} from '../../store/export.ts';
import {
  advanceIdentities,
  analyseRecord,
  createSavepoint,
  deleteInitialRows,
  findFilledTable,
  insertRows,
  lockRecord,
  releaseSavepoint,
  rollbackToSavepoint,
  unlockRecord,
} from '../../store/import.ts';
import { markEveryScorecard } from '../../store/kept-scorecards.ts';
import { recountPredictions } from '../../store/prediction-counts.ts';
import type { Deps } from '../deps.ts';
import { beginEpoch } from '../events/epoch.ts';
import { countUnreadableHeaders } from '../webhooks/headers.ts';
import { countUnreadableSecrets } from '../webhooks/secrets.ts';
import { exchangeIdleMsMax, exchangeMsMax } from './export.ts';
import { readLines } from './lines.ts';

/** Limits of a batch of rows that one statement inserts. */
const rowsPerBatch = 1000;
const batchBytes = 1024 * 1024;

export type ImportInput = {
  readonly source: AsyncIterable<Uint8Array>;
  readonly onProgress?: (done: number, total: number) => void;
};

export type ImportSummary = {
  readonly rows: number;
  /** Webhook secrets that cannot be decrypted with the OUTTURN_SECRET of this process. */
  readonly unreadableSecrets: number;
};

/**
 * Imports an export into an empty database at the same migration, in one transaction. Refuses with `conflict` if the database
 * is not empty or at another migration, and with `validation_failed` and the number of the line if the file is not an export,
 * was changed or is incomplete.
 */
export async function importRecord(
  deps: Pick<Deps, 'db' | 'webhooks'>,
  { source, onProgress }: ImportInput,
): Promise<ImportSummary> {
  const rows = await deps.db.begin(
    async (tx) => {
      await liftTimeouts(tx, exchangeIdleMsMax);
      await lockRecord(tx);
      await requireEmpty(tx);
      await deleteInitialRows(tx);
      const count = await readRecord(tx, source, onProgress ?? (() => {}));
      await unlockRecord(tx);
      await markEveryScorecard(tx);
      await markEveryEnd(tx);
      // Readers may have seen positions that this database will assign again.
      await beginEpoch(tx);
      await advanceIdentities(tx);
      await recountPredictions(tx);
      await analyseRecord(tx);
      return count;
    },
    { msMax: exchangeMsMax },
  );
  return { rows, unreadableSecrets: (await countUnreadableSecrets(deps)) + (await countUnreadableHeaders(deps)) };
}

async function requireEmpty(tx: Sql): Promise<void> {
  const table = await findFilledTable(tx);
  if (table === null) return;
  const detail = `the database is not empty (${table} has rows); import requires a database to which nothing was ever written: choose another with DATABASE_URL or OUTTURN_DATA_DIR, and do not start the service on it before the import`;
  throw new Refusal('conflict', detail);
}

function requireSameMigration({ migration, program }: ExportHeader, here: NewestMigration): void {
  if (migration.version === here.version && migration.sha256 === here.sha256) return;
  const way =
    migration.version < here.version
      ? `import it with Outturn ${program}, which wrote it, and then start the newer program on that database`
      : 'use the program that wrote it, or a newer one';
  const detail = `the export is at migration ${migration.name}, this database at ${here.name}: ${way}`;
  throw new Refusal('conflict', detail);
}

async function readRecord(
  tx: Sql,
  source: AsyncIterable<Uint8Array>,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const lines = readLines(source, exportLineBytesMax);
  const first = await lines.next();
  if (first.done === true) throw refuseLine(1, 'the export is empty');
  const hash = createHash('sha256').update(first.value.bytes);
  const header = parseHeader(first.value.text);
  requireSameMigration(header, await findNewestMigration(tx));
  const loader = makeLoader(tx, await listShapes(tx));
  const total = Object.values(header.rows).reduce((sum, count) => sum + count, 0);
  let last = first.value.number;
  let footer: ExportFooter | null = null;
  for await (const { number, text, bytes } of lines) {
    if (footer !== null) throw refuseLine(number, 'the file continues after the footer');
    const line = parseLine(text, number);
    last = number;
    if (line.kind === 'row') {
      hash.update(bytes);
      await loader.add(line, { number, bytes: bytes.length });
      if (loader.done() % rowsPerBatch === 0) onProgress(loader.done(), total);
    } else footer = line.footer;
  }
  await loader.flush();
  if (footer === null) throw refuseLine(last + 1, 'the file ends without a footer, so it is incomplete');
  if (footer.sha256 !== hash.digest('hex') || footer.rows !== total || loader.done() !== total)
    throw refuseLine(last, 'the footer does not match the lines before it, so the file was changed');
  return total;
}

/** The line number of a row, and the size of its line. */
type Place = { readonly number: number; readonly bytes: number };

/** Rows of one table that are inserted together. */
type Batch = { shape: RecordShape | null; rows: { readonly row: object; readonly number: number }[]; bytes: number };

type Loader = {
  readonly add: (line: ExportRow, place: Place) => Promise<void>;
  readonly flush: () => Promise<void>;
  readonly done: () => number;
};

/** Inserts rows in batches. They must come in the order of the tables in the record. */
function makeLoader(tx: Sql, shapes: readonly RecordShape[]): Loader {
  const batch: Batch = { shape: null, rows: [], bytes: 0 };
  let at = 0;
  let done = 0;
  const flush = async (): Promise<void> => {
    if (batch.shape !== null && batch.rows.length > 0) await insertBatch(tx, batch.shape, batch.rows);
    batch.rows = [];
    batch.bytes = 0;
  };
  return {
    add: async ({ table, row }, { number, bytes }) => {
      const next = shapes.findIndex((shape, index) => index >= at && shape.table === table);
      const shape = shapes[next];
      if (shape === undefined) throw refuseLine(number, `a row of ${table} is not expected here`);
      if (shape !== batch.shape || batch.rows.length >= rowsPerBatch || batch.bytes + bytes > batchBytes) await flush();
      at = next;
      batch.shape = shape;
      requireColumns(shape, row, number);
      batch.rows.push({ row, number });
      batch.bytes += bytes;
      done += 1;
    },
    flush,
    done: () => done,
  };
}

function requireColumns({ table, columns }: RecordShape, row: object, number: number): void {
  const missing = columns.find(({ name }) => !Object.hasOwn(row, name));
  if (missing !== undefined) throw refuseLine(number, `the row of ${table} lacks the column ${missing.name}`);
  const unknown = Object.keys(row).find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) throw refuseLine(number, `${table} has no column ${unknown}`);
}

/** Inserts a batch. If the database refuses it, its rows are inserted one by one to find the line of the error. */
async function insertBatch(tx: Sql, shape: RecordShape, rows: Batch['rows']): Promise<void> {
  await createSavepoint(tx);
  try {
    await insertRows(
      tx,
      shape,
      rows.map(({ row }) => row),
    );
  } catch (error) {
    await rollbackToSavepoint(tx);
    await findRefusedRow(tx, shape, rows);
    throw error;
  }
  await releaseSavepoint(tx);
}

async function findRefusedRow(tx: Sql, shape: RecordShape, rows: Batch['rows']): Promise<void> {
  for (const { row, number } of rows) {
    try {
      await insertRows(tx, shape, [row]);
    } catch (error) {
      throw refuseLine(number, `the database refuses the row of ${shape.table}: ${String(error)}`);
    }
  }
}
