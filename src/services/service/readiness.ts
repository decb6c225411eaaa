import { migrationState } from '../../store/migrate.ts';
import { countDisabled } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';
import { type FeedView, listFeeds } from '../feeds/feeds.ts';
import type { DisabledCounts } from '../webhooks/metrics.ts';

export type Readiness = {
  readonly ready: boolean;
  readonly database: 'ok' | 'down';
  readonly migrations: 'ok' | 'pending' | 'newer' | 'changed' | 'unknown';
  readonly feeds: readonly FeedView[];
  /** Null if the database is not available. */
  readonly endpointsDisabled: DisabledCounts | null;
};

/** Whether requests can be served: the database responds and is migrated. The health of feeds and endpoints does not affect it. */
export async function getReadiness(deps: Deps): Promise<Readiness> {
  try {
    const state = await migrationState(deps.db);
    const migrations = state.state === 'current' ? 'ok' : state.state;
    const feeds = migrations === 'ok' ? await listFeeds(deps, 'left out') : [];
    const endpointsDisabled = migrations === 'ok' ? await countDisabled(deps.db.sql) : null;
    return { ready: migrations === 'ok', database: 'ok', migrations, feeds, endpointsDisabled };
  } catch {
    return { ready: false, database: 'down', migrations: 'unknown', feeds: [], endpointsDisabled: null };
  }
}
