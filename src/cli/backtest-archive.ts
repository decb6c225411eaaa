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

/** The payloads of a directory, the feeds they belong to, and the files that belong to none, each with the reason. */
export type Archive = {
  readonly feeds: readonly FeedInput[];
  readonly payloads: readonly BacktestPayload[];
  readonly left: readonly { readonly name: string; readonly why: string }[];
};

/** How the folders of archives are usually called, where that is not the name of the adapter. */
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

/** Adapters of which every publisher has a document of its own: one feed for each beginning of a file name. */
const adaptersPerDocument = new Set(['news', 'github_releases', 'npm_sdk', 'ledger', 'json', 'huggingface']);

const manifestName = 'backtest.json';
const manifestSchema = z.strictObject({
  format: z.literal('outturn-backtest/1'),
  /** As in a file of feeds; `files` are beginnings of paths below the directory. */
  feeds: z.array(z.looseObject({ slug: z.string(), files: z.array(z.string().min(1)).min(1).max(1000) })).max(1000),
});

const momentPattern = /(\d{4}-\d{2}-\d{2})(?:T(\d{2})(\d{2})(\d{2})?Z)?(?=\.[a-z]+(?:\.gz)?$)/i;

/**
 * Finds dated payloads below a directory: `<folder>/<name>-2025-08-07T1908Z.json`, or with a day only, which counts from
 * its end; packed by gzip where it ends in `.gz`. `backtest.json` describes the feeds; without it a folder is one feed and its name tells the adapter.
 */
export function readArchive(directory: string): Archive {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new Refusal(
      'not_found',
      `${directory} is no directory: give one with dated payloads in it (docs/backtest.md)`,
    );
  const found = listFiles(directory);
  const paths = found.files.map((path) => relative(directory, path));
  const manifest = join(directory, manifestName);
  const feedOf = existsSync(manifest) ? byManifest(manifest) : byFolder;
  const feeds = new Map<string, FeedInput>();
  const payloads: BacktestPayload[] = [];
  const left = found.links.map((path) => ({
    name: relative(directory, path),
    why: 'it is a link that leads to no file',
  }));
  for (const path of paths.filter((name) => name !== manifestName)) {
    const observedAt = momentOf(path);
    const feed = observedAt === null ? null : feedOf(path);
    if (observedAt === null) left.push({ name: path, why: 'its name carries no time such as 2025-08-07T1908Z' });
    else if (feed === null)
      left.push({ name: path, why: `no adapter is known for it; describe it in ${manifestName}` });
    else {
      feeds.set(feed.slug, feed);
      payloads.push({ feed: feed.slug, observedAt, name: path, read: () => readPayload(join(directory, path)) });
    }
  }
  if (payloads.length === 0) throw nothingFound(directory, left);
  return { feeds: [...feeds.values()], payloads, left };
}

/** Without this the reviewed files alone would be replayed, and their answers taken for those of the archive. */
function nothingFound(directory: string, left: Archive['left']): Refusal {
  const [first] = left;
  const found = first === undefined ? 'it holds no file' : `of ${left.length} files, ${first.name}: ${first.why}`;
  return new Refusal(
    'validation_failed',
    `there is no payload to replay in ${directory} (${found}). Name files <adapter>/<name>-2025-08-07T1908Z.json, after one of the adapters ${adapterNames.join(', ')}, or describe them in ${manifestName} (docs/backtest.md)`,
  );
}

type Found = { readonly files: readonly string[]; readonly links: readonly string[] };

/** Every file below a directory, in the order of names; links to files are followed, others are not, since they may lead in circles. */
function listFiles(directory: string): Found {
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

/** The bytes of a payload, unpacked where they were packed. Throws `Refusal('feed_unparsable')` for a file that cannot be read. */
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
  const parsed = manifestSchema.safeParse(parseJson(path));
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

export function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Refusal(
      'invalid_json',
      `cannot read ${path} as JSON: ${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : ''}`,
    );
  }
}

/** The reviewed files that come with the program, given away as they were published. */
export function readReviewed(root: string): Pick<Archive, 'feeds' | 'payloads'> {
  const shipped = readFeedsFile(parseJson(join(root, 'data', 'feeds.json')));
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
