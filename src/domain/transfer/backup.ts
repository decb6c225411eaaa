import { z } from 'zod';
import { Refusal } from '../refusal.ts';

/**
 * The format `outturn-backup/1` of a backup of the embedded database: a gzipped tar archive whose first entry is the manifest
 * and whose last entry is the footer. Between them are the secrets of the data directory and the files of the database.
 */
export const backupFormat = 'outturn-backup/1';

export const manifestName = 'backup.json';
export const footerName = 'end.json';

/** Files of the data directory that a backup contains if they exist: the service needs them to go on. */
export const secretFiles = ['secret', 'admin-key'] as const;

const anyFormat = z.object({ format: z.string().startsWith('outturn-backup/'), program: z.string().optional() });

const manifestSchema = z.strictObject({
  format: z.literal(backupFormat),
  /** The version of the program that made the backup. */
  program: z.string(),
  /** The major version of PostgreSQL whose format the files have. */
  engine: z.string(),
  /** The number of the newest migration; 0 if the database was never migrated. */
  migration: z.int().nonnegative(),
  created_at: z.iso.datetime(),
});

const footerSchema = z.strictObject({
  end: z.literal(backupFormat),
  /** The number of entries before the footer. */
  entries: z.int().positive(),
  /** SHA-256 of the names, sizes and contents of these entries, in hex. */
  sha256: z.string(),
});

export type BackupManifest = z.output<typeof manifestSchema>;
export type BackupFooter = z.output<typeof footerSchema>;

export const refusedBackup = 'the file is not a backup of Outturn, or it is damaged or truncated: use another backup';

export function writeManifest(manifest: Omit<BackupManifest, 'format'>): string {
  return JSON.stringify({ format: backupFormat, ...manifest });
}

export function writeBackupFooter(footer: Omit<BackupFooter, 'end'>): string {
  return JSON.stringify({ end: backupFormat, ...footer });
}

/** What this program can restore. */
export type Restorable = { readonly engine: string; readonly migration: number };

/** Reads the first entry. Refuses with `validation_failed` what is no backup, and with `conflict` what this program cannot read. */
export function readManifest(text: string, here: Restorable): BackupManifest {
  const json = parseJson(text);
  const { data: any } = anyFormat.safeParse(json);
  if (any === undefined) throw new Refusal('validation_failed', refusedBackup);
  if (any.format !== backupFormat) throw refuseNewer(any.program ?? 'a later version', `has the format ${any.format}`);
  const { data: manifest } = manifestSchema.safeParse(json);
  if (manifest === undefined) throw new Refusal('validation_failed', refusedBackup);
  if (manifest.migration > here.migration)
    throw refuseNewer(manifest.program, `is at migration ${manifest.migration}, which this program does not know`);
  if (manifest.engine !== here.engine)
    throw new Refusal(
      'conflict',
      `the backup has the format of PostgreSQL ${manifest.engine}, and this program reads ${here.engine}: restore it with ` +
        `Outturn ${manifest.program}, export from that, and import the export with this program`,
    );
  return manifest;
}

function refuseNewer(program: string, fact: string): Refusal {
  return new Refusal(
    'conflict',
    `the backup was made by a newer version (${program}) and ${fact}: restore it with that version`,
  );
}

/** Reads the last entry; null if it is not a footer. */
export function readFooter(text: string): BackupFooter | null {
  return footerSchema.safeParse(parseJson(text)).data ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
