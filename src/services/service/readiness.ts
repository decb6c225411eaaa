import { isReadOnly } from '../../store/db.ts';
import { migrationState } from '../../store/migrate.ts';
import { countDisabled } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';
import { type FeedView, listFeeds } from '../feeds/feeds.ts';
import type { DisabledCounts } from '../webhooks/metrics.ts';

export type Readiness = {
  readonly ready: boolean;
  /** `read_only`: the server accepts no writes, for example because it became a standby. */
  readonly database: 'ok' | 'down' | 'read_only';
  readonly migrations: 'ok' | 'pending' | 'newer' | 'changed' | 'unknown';
  readonly feeds: readonly FeedView[];
  /** Null if the database is not available. */
  readonly endpointsDisabled: DisabledCounts | null;
};

/** How long the database may take to answer before it counts as down. */
export const readinessMsMax = 1500;

const down: Readiness = {
  ready: false,
  database: 'down',
  migrations: 'unknown',
  feeds: [],
  endpointsDisabled: null,
};

/**
 * Whether requests can be served: the database responds in time, accepts writes and is migrated. The health of feeds and
 * endpoints does not affect it.
 */
export async function getReadiness(deps: Deps, msMax = readinessMsMax): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve(down), msMax);
  });
  return await Promise.race([readReadiness(deps), late]).finally(() => clearTimeout(timer));
}

async function readReadiness(deps: Deps): Promise<Readiness> {
  try {
    if (await isReadOnly(deps.db.sql)) return { ...down, database: 'read_only' };
    const state = await migrationState(deps.db);
    const migrations = state.state === 'current' ? 'ok' : state.state;
    const feeds = migrations === 'ok' ? await listFeeds(deps, 'left out') : [];
    const endpointsDisabled = migrations === 'ok' ? await countDisabled(deps.db.sql) : null;
    return { ready: migrations === 'ok', database: 'ok', migrations, feeds, endpointsDisabled };
  } catch {
    return down;
  }
}
