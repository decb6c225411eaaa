import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Command } from './invocation.ts';
import { askStatus } from './process-socket.ts';
import { openQuietRuntime } from './runtime.ts';
import { readStatus, renderStatus, type Status } from './status-report.ts';

/** `status`: prints the status that the running server reports, or what the database shows. Changes nothing. */
export const runStatus: Command = async ({ config, options }) => {
  const asked = config.databaseUrl === undefined ? await askStatus(config.dataDir) : null;
  const status = asked ?? (await readFromDatabase(config));
  return options.json === true ? status : renderStatus(status);
};

async function readFromDatabase(config: Config): Promise<Status> {
  if (config.databaseUrl === undefined && !existsSync(join(config.dataDir, 'postgres')))
    throw new Refusal(
      'not_found',
      `there is no database in ${config.dataDir}: start "outturn serve", or set OUTTURN_DATA_DIR`,
    );
  const runtime = await openQuietRuntime(config, { migrates: false });
  try {
    return await readStatus(runtime.deps, { version: runtime.version, startedAt: null });
  } finally {
    await runtime.close();
  }
}
