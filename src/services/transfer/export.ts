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

/** An export or an import may take so long. */
export const exchangeMsMax = 6 * 60 * 60_000;
/** How long whoever reads or brings the lines may do nothing, while the transaction waits. */
export const exchangeIdleMsMax = 30 * 60_000;

/** About so many bytes are held at once; one row more, where a single row is larger. */
export const exportChunkBytes = 1024 * 1024;
const rowsPerFetchMax = 2000;

export type ExportInput = {
  /** The version of the program, for the header. */
  readonly program: string;
  /** Takes the next bytes; nothing more is read from the database before it resolves. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
};

export type ExportSummary = { readonly rows: number; readonly bytes: number; readonly sha256: string };

/** Writes the record as lines of JSON, all of it as of one moment. The first bytes come once that moment is fixed. */
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

/** The rows of one table as lines. It begins with few and asks for as many as their size allows. */
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

/** What could not be brought back must not be written as if it could. */
function requireLength({ table }: RecordShape, row: string): number {
  const bytes = Buffer.byteLength(row);
  if (bytes > exportLineBytesMax - 1024)
    throw new Refusal('service_unavailable', `a row of ${table} has ${bytes} bytes, more than a line may have`);
  return bytes;
}

/** Writes down who took a copy of everything. It is no part of that copy. */
export async function recordExport(
  deps: Deps,
  by: { readonly actor: string; readonly path: string; readonly requestId: string },
): Promise<void> {
  await deps.db.begin((tx) =>
    recordAudit(tx, deps, { ...by, operation: 'exportRecords', resourceId: null, before: null, after: null }),
  );
}
