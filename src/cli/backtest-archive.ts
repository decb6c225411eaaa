import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { payloadBytesMax } from '../domain/feeds/adapter.ts';
import { ledgerEditions } from '../domain/feeds/adapters/ledger-editions.ts';
import { adapterNames } from '../domain/feeds/adapters/registry.ts';
import { type Instant, parseDate } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import type { BacktestPayload } from '../services/backtest/backtest.ts';
import type { FeedInput } from '../services/feeds/feeds.ts';
import { readFeedsFile } from '../services/feeds/setup.ts';
import { readJsonFile } from './json-file.ts';

/** The payloads of a directory, their feeds, and the files that are left out, each with the reason. */
export type Archive = {
  readonly feeds: readonly FeedInput[];
  readonly payloads: readonly BacktestPayload[];
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
};

/** Usual folder names of archives that differ from the name of the adapter. */
const adapterByFolder: ReadonlyMap<string, string> = new Map([
  ['openai-v1-models', 'openai_models'],
  ['anthropic-v1-models', 'anthropic_models'],
  ['rss', 'news'],
  ['atom', 'github_releases'],
  ['hf', 'huggingface'],
  ['vercel', 'vercel_gateway'],
  ['deprecations.info', 'deprecations'],
  ['endoflife.date', 'endoflife'],
]);

/** Adapters with one document per publisher: each file name prefix is a feed. */
const adaptersPerDocument = new Set(['news', 'github_releases', 'npm_sdk', 'ledger', 'json', 'huggingface']);

const manifestName = 'backtest.json';
const manifestSchema = z.strictObject({
  format: z.literal('outturn-backtest/1'),
  /** As in a feeds file; `files` are path prefixes, relative to the directory. */
  feeds: z.array(z.looseObject({ slug: z.string(), files: z.array(z.string().min(1)).min(1).max(1000) })).max(1000),
});

const momentPattern = /(\d{4}-\d{2}-\d{2})(?:T(\d{2})(\d{2})(\d{2})?Z)?(?=\.[a-z]+(?:\.gz)?$)/i;

/**
 * Finds dated payloads below a directory: `<folder>/<name>-2025-08-07T1908Z.json`, compressed if the name ends in `.gz`. A
 * date without a time means the end of that day. `backtest.json` describes the feeds; without it each folder is one feed,
 * and the name of the folder gives the adapter.
 */
export function readArchive(directory: string): Archive {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new Refusal(
      'not_found',
      `${directory} is not a directory; name a directory of dated payloads (docs/backtest.md)`,
    );
  const found = listFiles(directory);
  const paths = found.files.map((path) => relative(directory, path));
  const manifest = join(directory, manifestName);
  const feedOf = existsSync(manifest) ? byManifest(manifest) : byFolder;
  const feeds = new Map<string, FeedInput>();
  const payloads: BacktestPayload[] = [];
  const leftOut = found.links.map((path) => ({
    name: relative(directory, path),
    why: 'it is a symbolic link to a missing file',
  }));
  for (const path of paths.filter((name) => name !== manifestName)) {
    const observedAt = momentOf(path);
    const feed = observedAt === null ? null : feedOf(path);
    if (observedAt === null) leftOut.push({ name: path, why: 'its name has no time such as 2025-08-07T1908Z' });
    else if (feed === null)
      leftOut.push({ name: path, why: `its folder names no adapter; describe it in ${manifestName}` });
    else {
      feeds.set(feed.slug, feed);
      payloads.push({ feed: feed.slug, observedAt, name: path, read: () => readPayload(join(directory, path)) });
    }
  }
  if (payloads.length === 0) throw nothingFound(directory, leftOut);
  return { feeds: [...feeds.values()], payloads, leftOut };
}

/** An empty archive is an error, because the reviewed files alone would give results that look like those of the archive. */
function nothingFound(directory: string, leftOut: Archive['leftOut']): Refusal {
  const [first] = leftOut;
  const found = first === undefined ? 'it has no files' : `of ${leftOut.length} files, ${first.name}: ${first.why}`;
  return new Refusal(
    'validation_failed',
    `no payload to replay in ${directory} (${found}). Name files <adapter>/<name>-2025-08-07T1908Z.json, where <adapter> is one of ${adapterNames.join(', ')}, or describe them in ${manifestName} (docs/backtest.md)`,
  );
}

/** Every file below a directory, sorted by name. Links to files are followed; links to directories are not, because they may form a cycle. */
function listFiles(directory: string): { readonly files: readonly string[]; readonly links: readonly string[] } {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  const links: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const below = entry.isDirectory() ? listFiles(path) : null;
    if (below !== null) {
      files.push(...below.files);
      links.push(...below.links);
    } else if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) files.push(path);
    else if (entry.isSymbolicLink()) links.push(path);
  }
  return { files, links };
}

/** The bytes of a payload, decompressed. Throws `Refusal('feed_unparsable')` for a file that cannot be read. */
function readPayload(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    return path.toLowerCase().endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: payloadBytesMax }) : bytes;
  } catch (error) {
    throw new Refusal('feed_unparsable', `cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}

function momentOf(path: string): Instant | null {
  const [, day = '', hours, minutes, seconds = '00'] = momentPattern.exec(basename(path)) ?? [];
  const parsed = parseDate(hours === undefined ? day : `${day}T${hours}:${minutes}:${seconds}Z`);
  if (parsed === null) return null;
  return parsed.precision === 'day' ? parsed.interval.to : parsed.interval.from;
}

function byFolder(path: string): FeedInput | null {
  const folder =
    dirname(path) === '.'
      ? basename(path)
          .replace(momentPattern, '')
          .replace(/[-.].*$/, '')
      : dirname(path);
  const name = folder.split('/').at(-1) ?? '';
  const adapter = adapterByFolder.get(name) ?? name.replaceAll(/[.-]/g, '_');
  if (!adapterNames.some((known) => known === adapter)) return null;
  const document = basename(path)
    .replace(momentPattern, '')
    .replace(/[-.][a-z]*$/, '');
  return { slug: slugOf(adaptersPerDocument.has(adapter) ? `${name}-${document}` : name), adapter };
}

function slugOf(text: string): string {
  return (
    text
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('-') ?? 'feed'
  );
}

function byManifest(path: string): (name: string) => FeedInput | null {
  const parsed = manifestSchema.safeParse(readJsonFile(path));
  if (!parsed.success)
    throw new Refusal(
      'validation_failed',
      `${path} is not in the format outturn-backtest/1 (docs/backtest.md): ${describeIssue(parsed.error.issues[0])}`,
    );
  const entries = parsed.data.feeds.map(({ files, ...feed }) => ({ files, feed }));
  const feeds = readFeedsFile({ format: 'outturn-feeds/1', feeds: entries.map((entry) => entry.feed) });
  return (name) => feeds[entries.findIndex(({ files }) => files.some((start) => name.startsWith(start)))] ?? null;
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  return issue === undefined ? '' : `/${issue.path.join('/')}: ${issue.message}`;
}

/** The reviewed files that are part of the program, as they were at each time of publication. */
export function readReviewed(root: string): Pick<Archive, 'feeds' | 'payloads'> {
  const shipped = readFeedsFile(readJsonFile(join(root, 'data', 'feeds.json')));
  const feeds = shipped.filter((feed) => feed.url?.startsWith('builtin:'));
  const payloads = feeds.flatMap((feed) => {
    const bytes = readFileSync(join(root, feed.url?.slice('builtin:'.length) ?? ''));
    return ledgerEditions(bytes).map((edition) => ({
      feed: feed.slug,
      observedAt: edition.observedAt,
      name: `${feed.slug} as published by then`,
      read: () => edition.bytes,
    }));
  });
  return { feeds, payloads };
}
