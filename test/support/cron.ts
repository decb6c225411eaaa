import { readCron } from '../../jobs/cron.ts';
import type { CronFields } from '../../src/domain/feeds/cron.ts';

/** The fields of a cron expression that a test knows to be valid. */
export function cronFields(text: string): CronFields {
  const fields = readCron(text);
  if (fields === null) throw new Error(`"${text}" is not a cron expression`);
  return fields;
}
