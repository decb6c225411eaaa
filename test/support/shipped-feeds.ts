import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/** Writes a file of feeds with only what ships with the program, so that no test reaches beyond loopback; answers its path. */
export function writeShippedFeeds(directory: string): string {
  const shipped = JSON.parse(readFileSync(join(packageRoot(), 'data/feeds.json'), 'utf8'));
  const path = join(directory, 'shipped-feeds.json');
  const feeds = shipped.feeds.filter((feed: { url: string | null }) => feed.url?.startsWith('builtin:'));
  writeFileSync(path, JSON.stringify({ ...shipped, feeds }));
  return path;
}
