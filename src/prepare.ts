import { join } from 'node:path';
import type { Config } from './config.ts';
import { packageRoot } from './package-root.ts';
import { readJson, readNamedJson } from './runtime.ts';
import type { Deps } from './services/deps.ts';
import { nameInstallation } from './services/events/epoch.ts';
import { ensureFeeds, readFeedsFile, recoverAfterCrash } from './services/feeds/setup.ts';
import { refreshIdentity } from './services/identity/identity.ts';
import { readSeed, seedOnce } from './services/predictions/seed.ts';

/** Brings the database to the state that the first request expects. What can wait is a step of `startWork`. */
export async function prepare(config: Config, deps: Deps): Promise<void> {
  const aborted = await recoverAfterCrash(deps);
  if (aborted > 0) deps.log.warn({ polls: aborted }, 'polls interrupted by an earlier stop were marked as aborted');
  await nameInstallation(deps);
  await refreshIdentity(deps);
  const data = join(packageRoot(), 'data');
  if (config.feeds !== 'none')
    await ensureFeeds(
      deps,
      readFeedsFile(
        config.feeds === 'default' ? readJson(join(data, 'feeds.json')) : readNamedJson('OUTTURN_FEEDS', config.feeds),
      ),
    );
  if (config.seed === 'article') await seedOnce(deps, readSeed(readJson(join(data, 'seed', 'article.json'))));
}
