import { z } from 'zod';
import { Refusal } from '../refusal.ts';

/**
 * The export format `outturn-export/1`, in lines of JSON: a header, one line per row, a footer. The same data gives the same
 * bytes on every engine: nothing depends on where or when it was written.
 */
export const exportFormat = 'outturn-export/1';

/** The size limit of one line; it is below what a connection of the embedded database may buffer. */
export const exportLineBytesMax = 48 * 1024 * 1024;

const headerSchema = z.strictObject({
  format: z.literal(exportFormat),
  /** The version of the program that wrote the export. */
  program: z.string(),
  /** The newest migration of the exported database. It can be imported only at the same migration. */
  migration: z.strictObject({ version: z.int().positive(), name: z.string(), sha256: z.string() }),
  /** The number of rows by table, in the order in which they follow. */
  rows: z.record(z.string(), z.int().nonnegative()),
});

const rowSchema = z.strictObject({ table: z.string(), row: z.record(z.string(), z.unknown()) });

const footerSchema = z.strictObject({
  end: z.literal(exportFormat),
  rows: z.int().nonnegative(),
  /** SHA-256 of every byte before this line, in hex. */
  sha256: z.string(),
});

export type ExportHeader = z.output<typeof headerSchema>;
export type ExportFooter = z.output<typeof footerSchema>;
export type ExportRow = z.output<typeof rowSchema>;

export function writeHeader(header: Omit<ExportHeader, 'format'>): string {
  return `${JSON.stringify({ format: exportFormat, ...header })}\n`;
}

/** `row` is JSON already, as the database wrote it. */
export function writeRow(table: string, row: string): string {
  return `{"table":${JSON.stringify(table)},"row":${row}}\n`;
}

export function writeFooter(footer: Omit<ExportFooter, 'end'>): string {
  return `${JSON.stringify({ end: exportFormat, ...footer })}\n`;
}

/** The refusal of a line, by its number from 1. */
export function refuseLine(number: number, detail: string): Refusal {
  return new Refusal('validation_failed', `line ${number}: ${detail}`);
}

/** Reads the first line. Throws `Refusal('validation_failed')` if it is not a header of this format. */
export function parseHeader(text: string): ExportHeader {
  const parsed = headerSchema.safeParse(parseJson(text, 1));
  if (!parsed.success) throw refuseLine(1, `must be the header of an export in the format ${exportFormat}`);
  return parsed.data;
}

export type ExportLine =
  | ({ readonly kind: 'row' } & ExportRow)
  | { readonly kind: 'footer'; readonly footer: ExportFooter };

/** Reads any later line. Throws `Refusal('validation_failed')` if it is neither a row nor the footer. */
export function parseLine(text: string, number: number): ExportLine {
  const json = parseJson(text, number);
  const row = rowSchema.safeParse(json);
  if (row.success) return { kind: 'row', ...row.data };
  const footer = footerSchema.safeParse(json);
  if (footer.success) return { kind: 'footer', footer: footer.data };
  throw refuseLine(number, 'must be a row, {"table", "row"}, or the footer, {"end", "rows", "sha256"}');
}

function parseJson(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuseLine(number, 'must be JSON');
  }
}
