import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/**
 * Writes a feeds file with only the feeds that read shipped files, so that no test connects beyond loopback. Returns
 * its path.
 */
export function writeShippedFeeds(directory: string): string {
  const shipped = JSON.parse(readFileSync(join(packageRoot(), 'data/feeds.json'), 'utf8'));
  const path = join(directory, 'shipped-feeds.json');
  const feeds = shipped.feeds.filter((feed: { url: string | null }) => feed.url?.startsWith('builtin:'));
  writeFileSync(path, JSON.stringify({ ...shipped, feeds }));
  return path;
}
