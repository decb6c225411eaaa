import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import { pollDueFeeds } from '../../src/services/feeds/polls.ts';
import { ensureFeeds, readFeedsFile } from '../../src/services/feeds/setup.ts';
import { readSeed, seedOnce } from '../../src/services/predictions/seed.ts';
import { resolveDue } from '../../src/services/settling/resolver.ts';
import type { World } from './world.ts';

function readData(name: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot(), 'data', name), 'utf8'));
}

/**
 * Brings a world to the state of a new service after its first polls: the seed, all shipped feeds, and the payloads
 * that ship with it.
 */
export async function startAsNew(world: World): Promise<void> {
  const shipped = readFeedsFile(readData('feeds.json'));
  const builtin = shipped.filter((feed) => feed.url?.startsWith('builtin:'));
  await ensureFeeds(world.deps, builtin);
  await seedOnce(world.deps, readSeed(readData('seed/article.json')));
  await pollDueFeeds(world.deps, world.clock.now());
  await resolveDue(world.deps);
  await ensureFeeds(world.deps, shipped);
}
