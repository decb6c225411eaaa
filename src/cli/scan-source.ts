import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { parseLedger } from '../domain/feeds/adapters/ledger.ts';
import { type IdentityTable, readIdentityTable } from '../domain/identity/table.ts';
import { parsePublicUrl, publicUrlRule } from '../domain/public-url.ts';
import { readEndsDocument } from '../domain/scan/stated-ends.ts';
import { packageRoot } from '../package-root.ts';
import { openApi } from '../runtime.ts';
import { makeRemoteEnds } from '../services/scan/remote-ends.ts';
import { makeReviewedEnds } from '../services/scan/reviewed-ends.ts';
import type { EndSource, ScanSource } from '../services/scan/scan.ts';
import { makeStoredEnds } from '../services/scan/stored-ends.ts';
import type { Options } from './invocation.ts';
import { readJsonFile } from './json-file.ts';
import { openQuietRuntime } from './runtime.ts';
import { usageError } from './usage.ts';

/** Where a scan looks ids up, and how to release it. */
export type OpenSource = {
  readonly identity: IdentityTable;
  readonly ends: EndSource;
  /** Null for the shipped ends, which keep no watches. */
  readonly setWatch: ScanSource['setWatch'] | null;
  readonly close: () => Promise<void>;
};

const data = join(packageRoot(), 'data');

/** Another Outturn, if one is named; else the database, if there is one; else, or with `--offline`, the shipped ends. */
export async function openSource(config: Config, options: Options): Promise<OpenSource> {
  const { url, offline, watch } = options;
  if (url !== undefined && offline === true) throw usageError('scan takes --url or --offline, not both');
  const hasDatabase = config.databaseUrl !== undefined || hasOwnDatabase(config.dataDir);
  if (watch !== undefined && url === undefined && (offline === true || !hasDatabase))
    throw usageError('--watch needs a database, or the address of an Outturn with --url');
  if (url !== undefined) return openRemote(config, url);
  return offline !== true && hasDatabase ? await openStored(config) : openShipped();
}

/**
 * Whether the directory has a database of Outturn, with the key or the secret that it keeps beside it: other programs call a
 * directory data/postgres, too.
 */
function hasOwnDatabase(dataDir: string): boolean {
  const has = (name: string): boolean => existsSync(join(dataDir, name));
  return has('postgres') && (has('secret') || has('admin-key'));
}

function openShipped(): OpenSource {
  const identity = readShippedIdentity();
  const document = readEndsDocument(readJsonFile(join(data, 'ends.json')));
  return {
    identity,
    ends: makeReviewedEnds(identity, document, listKnownIds()),
    setWatch: null,
    close: async () => {},
  };
}

function openRemote(config: Config, address: string): OpenSource {
  const url = parsePublicUrl(address);
  if (url === null) throw usageError(`--url must be ${publicUrlRule}`);
  const identity = readShippedIdentity();
  const { request, close } = openApi(config);
  const ends = makeRemoteEnds({ identity, knownIds: listKnownIds(), url, request });
  return { identity, ends, setWatch: ends.setWatch, close };
}

async function openStored(config: Config): Promise<OpenSource> {
  const runtime = await openQuietRuntime(config, { migrates: false });
  const ends = makeStoredEnds(runtime.deps, listKnownIds());
  return { identity: runtime.deps.identity, ends, setWatch: ends.setWatch, close: runtime.close };
}

function readShippedIdentity(): IdentityTable {
  return readIdentityTable(readJsonFile(join(data, 'identity.json')));
}

/** The ids of the shipped lists, from which the snapshots of models are known. */
function listKnownIds(): string[] {
  const names = ['ledger.json', 'sdk-history/openai.json', 'sdk-history/anthropic.json'];
  return names.flatMap((name) => parseLedger(readFileSync(join(data, name))).items.map((item) => item.name));
}
