import { randomInt } from 'node:crypto';
import type { Database, Sql } from '../../store/db.ts';
import { findSetting, insertSettingOnce, replaceSetting } from '../../store/settings.ts';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const epochCharacters = 8;

function makeToken(): string {
  return Array.from({ length: epochCharacters }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Gives a new database its epoch of the event log, and the name that distinguishes its feeds from those of other installations. */
export async function nameInstallation({ db }: { readonly db: Database }): Promise<void> {
  await insertSettingOnce(db.sql, 'event_epoch', makeToken());
  await insertSettingOnce(db.sql, 'installation', makeToken());
}

/** The name of this installation; `0` in a database in which no program has started. */
export async function getInstallationName({ db }: { readonly db: Database }): Promise<string> {
  return (await findSetting(db.sql, 'installation')) ?? '0';
}

/**
 * Begins a new epoch of the event log and returns it. Readers with cursors of an earlier epoch then learn that the database was
 * restored, instead of missing the events whose positions they have already seen.
 */
export async function beginEpoch(db: Sql): Promise<string> {
  const epoch = makeToken();
  await replaceSetting(db, 'event_epoch', epoch);
  return epoch;
}
