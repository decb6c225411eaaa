import { createHash } from 'node:crypto';
import { Refusal } from '../../domain/refusal.ts';
import { exportLineBytesMax, writeFooter, writeHeader, writeRow } from '../../domain/transfer/format.ts';
import type { Sql } from '../../store/db.ts';
import {
  closeRecordCursor,
  countRows,
  fetchRecordRows,
  findNewestMigration,
  listShapes,
  openRecordCursor,
  openSnapshot,
  type RecordShape,
} from '../../store/export.ts';
import { recordAudit } from '../access/audit.ts';
import type { Deps } from '../deps.ts';

/** Time limit of an export or an import. */
export const exchangeMsMax = 6 * 60 * 60_000;
/** How long the transaction waits for a stalled reader or source. */
export const exchangeIdleMsMax = 30 * 60_000;

/** Approximate number of bytes in memory at once. A single larger row exceeds it. */
export const exportChunkBytes = 1024 * 1024;
const rowsPerFetchMax = 2000;

export type ExportInput = {
  /** The version of the program, for the header. */
  readonly program: string;
  /** Writes the next bytes. The next rows are read from the database only after it resolves. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
};

export type ExportSummary = { readonly rows: number; readonly bytes: number; readonly sha256: string };

/** Writes all records of one moment as lines of JSON. The snapshot is taken before the first bytes are written. */
export async function exportRecords(deps: Pick<Deps, 'db'>, input: ExportInput): Promise<ExportSummary> {
  return await deps.db.begin((tx) => writeRecord(tx, input), { msMax: exchangeMsMax });
}

async function writeRecord(tx: Sql, input: ExportInput): Promise<ExportSummary> {
  await openSnapshot(tx, exchangeIdleMsMax);
  const hash = createHash('sha256');
  let bytes = 0;
  const write = async (text: string): Promise<void> => {
    const chunk = Buffer.from(text, 'utf8');
    hash.update(chunk);
    bytes += chunk.length;
    await input.write(chunk);
  };
  const shapes = await listShapes(tx);
  const counts: [string, number][] = [];
  for (const { table } of shapes) counts.push([table, await countRows(tx, table)]);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const migration = await findNewestMigration(tx);
  await write(writeHeader({ program: input.program, migration, rows: Object.fromEntries(counts) }));
  let rows = 0;
  for (const shape of shapes) {
    for await (const chunk of readChunks(tx, shape)) {
      await write(chunk.text);
      rows += chunk.rows;
      input.onProgress?.(rows, total);
    }
  }
  const sha256 = hash.copy().digest('hex');
  await write(writeFooter({ rows, sha256 }));
  return { rows, bytes, sha256 };
}

/** The rows of one table as lines. The number of rows per fetch grows as far as their size allows. */
async function* readChunks(tx: Sql, shape: RecordShape): AsyncGenerator<{ text: string; rows: number }> {
  await openRecordCursor(tx, shape);
  let count = 1;
  let longest = 1;
  for (;;) {
    const rows = await fetchRecordRows(tx, count);
    if (rows.length > 0) {
      for (const row of rows) longest = Math.max(longest, requireLength(shape, row));
      yield { text: rows.map((row) => writeRow(shape.table, row)).join(''), rows: rows.length };
    }
    if (rows.length < count) break;
    count = Math.max(1, Math.min(count * 4, rowsPerFetchMax, Math.floor(exportChunkBytes / longest)));
  }
  await closeRecordCursor(tx);
}

/** Refuses a row that could not be imported again. Returns its size in bytes. */
function requireLength({ table }: RecordShape, row: string): number {
  const bytes = Buffer.byteLength(row);
  if (bytes > exportLineBytesMax - 1024)
    throw new Refusal(
      'service_unavailable',
      `a row of ${table} has ${bytes} bytes, which is too long for a line of an export`,
    );
  return bytes;
}

/** Records in the audit log who made an export. The export itself does not contain this entry. */
export async function recordExport(
  deps: Deps,
  by: { readonly actor: string; readonly path: string; readonly requestId: string },
): Promise<void> {
  await deps.db.begin((tx) =>
    recordAudit(tx, deps, { ...by, operation: 'exportRecords', resourceId: null, before: null, after: null }),
  );
}
