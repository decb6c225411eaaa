import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicFactory } from 'ulid';
import type { Config } from './config.ts';
import { pageBytesMax } from './domain/cases/copy.ts';
import { type CoverageTable, readCoverageTable } from './domain/evidence/coverage-table.ts';
import { type IdentityTable, readIdentityTable } from './domain/identity/table.ts';
import { Refusal } from './domain/refusal.ts';
import { type AllowList, parseCidrs } from './net/address.ts';
import { type ApiReply, type ApiRequest, requestApi } from './net/api-request.ts';
import { adviserMsMax, askAdviser } from './net/ask-adviser.ts';
import { type Client, makeClient } from './net/client.ts';
import { fetchPage, pageMsMax } from './net/fetch-page.ts';
import { fetchPayload } from './net/payloads.ts';
import { exchangeMsMaxDefault, postWebhook } from './net/post-webhook.ts';
import { checkWebhookUrl, judgeWebhookUrl } from './net/webhook-url.ts';
import { packageRoot, programVersion } from './package-root.ts';
import { loadSecret } from './secret-file.ts';
import type { Deps, Log, WebhookDeps } from './services/deps.ts';
import { withCurrentIdentity } from './services/identity/identity.ts';
import { createTimelineCache } from './services/settling/kept-timelines.ts';
import { makeVault } from './services/vault.ts';
import { type Database, openDatabase } from './store/db.ts';
import { reportMalformedRows } from './store/malformed-rows.ts';

/** The dependencies of a running process, and how to release them. */
export type Runtime = {
  readonly deps: Deps;
  readonly version: string;
  /** Undefined without DATABASE_READ_URL. */
  readonly replica: Database | undefined;
  /** Ends the fetches of feeds that are under way, and refuses further ones. */
  readonly stopFetching: () => void;
  readonly close: () => Promise<void>;
};

/** What the program knows about names and about feeds before it has read any. */
export type Tables = { readonly identity: IdentityTable; readonly coverage: CoverageTable };

export function readTables(): Tables {
  const data = join(packageRoot(), 'data');
  return {
    identity: readIdentityTable(readJson(join(data, 'identity.json'))),
    coverage: readCoverageTable(readJson(join(data, 'coverage.json'))),
  };
}

/** Creates the dependencies of the services on an open database, which `close` closes. */
export async function openRuntime(config: Config, log: Log, db: Database, tables: Tables): Promise<Runtime> {
  const root = packageRoot();
  const version = programVersion();
  const allow = parseCidrs(config.allowCidrs);
  const stop = new AbortController();
  const clients = makeClients(config, allow, `outturn/${version}`);
  reportMalformedRows((row) => log.error(row, 'a row cannot be read; it is left out or replaced (docs/operations.md)'));
  const replica = await openReplica(config, log);
  const nextId = monotonicFactory(pooledRandom());
  const deps: Deps = {
    db,
    now: Date.now,
    newId: (prefix) => `${prefix}_${nextId().toLowerCase()}`,
    ...tables,
    log,
    lastPayloads: new Map(),
    timelines: createTimelineCache(),
    nodeId: `node_${randomBytes(8).toString('hex')}`,
    publicUrl: config.publicUrl,
    hasPages: config.pages,
    hasKey: (variable) => config.vendorKeys.has(variable),
    fetchPayload: (request) =>
      fetchPayload(
        { client: clients.feeds, root, env: process.env, keys: config.vendorKeys, signal: stop.signal },
        request,
      ),
    fetchPage: (url) =>
      fetchPage(clients.pages, url, { exchangeMsMax: pageMsMax, bodyBytesMax: pageBytesMax }, stop.signal),
    adviser: makeAdviser(config, clients.adviser, stop.signal),
    webhooks: makeWebhookDeps(config, clients.webhooks, allow),
  };
  return {
    deps: await withCurrentIdentity(deps),
    version,
    replica,
    stopFetching: () => stop.abort(),
    close: async () => {
      stop.abort();
      for (const client of Object.values(clients)) await client.close();
      await replica?.close();
      await db.close();
    },
  };
}

/** The clients for outgoing requests, by what is requested. */
function makeClients({ proxy }: Config, allow: AllowList, userAgent: string) {
  return {
    feeds: makeClient({ allow, proxy, userAgent }),
    // The sender has its own limits; here, requests to one endpoint must not delay those to another one on the same origin.
    webhooks: makeClient({ allow, proxy, userAgent, connectionsPerOriginMax: null }),
    // Everybody who may add evidence chooses its pages, and everybody can read them: none may come from a private network.
    pages: makeClient({ proxy, userAgent }),
    // It may be private, because only the operator chooses it.
    adviser: makeClient({ allow: parseCidrs('0.0.0.0/0 ::/0'), proxy, userAgent }),
  };
}

function makeAdviser({ adviser }: Config, client: Client, signal: AbortSignal): Deps['adviser'] {
  if (adviser === null) return null;
  return (chat) => askAdviser({ client, ...adviser, exchangeMsMax: adviserMsMax, signal }, chat);
}

/** Random bytes are fetched many at a time: fetching one takes longer than making the rest of an id. */
const randomBytesAtOnce = 4096;

/** Numbers of at least 0 and less than 1, in steps of 1/256. An id takes 5 of the 8 bits. */
function pooledRandom(): () => number {
  let bytes = randomBytes(randomBytesAtOnce);
  let next = 0;
  return () => {
    if (next === bytes.length) {
      bytes = randomBytes(randomBytesAtOnce);
      next = 0;
    }
    const byte = bytes[next] ?? 0;
    next += 1;
    return byte / 256;
  };
}

const replicaConnectSecondsMax = 3;

/** An unreachable replica does not stop the service: reads fall back to the primary. */
async function openReplica(config: Config, log: Log): Promise<Database | undefined> {
  const databaseUrl = config.databaseReadUrl;
  if (databaseUrl === undefined) return undefined;
  return await openDatabase({ databaseUrl, log, mayBeAway: true, connectSecondsMax: replicaConnectSecondsMax });
}

/** Time to record the result of a request before its lease expires. */
const leaseMarginMs = 30_000;

function makeWebhookDeps(config: Config, client: Client, allow: AllowList): WebhookDeps {
  const rules = { allow, httpsOnly: config.webhookHttpsOnly };
  const settings = { client, rules, exchangeMsMax: exchangeMsMaxDefault, now: Date.now };
  return {
    schedule: config.webhookSchedule,
    leaseMs: exchangeMsMaxDefault + leaseMarginMs,
    vault: makeVault(loadSecret(config), config.previousSecrets),
    random: Math.random,
    checkUrlText: (url) => judgeWebhookUrl(rules, url),
    checkUrl: (url) => checkWebhookUrl(rules, url),
    post: (request, signal) => postWebhook(settings, request, signal),
    attemptCounts: new Map(),
  };
}

/** A client for the address that a user names in a command. It may be private, because only that user chooses it. */
export function openApi(config: Config): ApiClient {
  const client = makeClient({
    allow: parseCidrs('0.0.0.0/0 ::/0'),
    proxy: config.proxy,
    userAgent: `outturn/${programVersion()}`,
  });
  return { request: (request) => requestApi(client, config.apiKey, request), close: () => client.close() };
}

export type ApiClient = {
  readonly request: (request: ApiRequest) => Promise<ApiReply>;
  readonly close: () => Promise<void>;
};

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The JSON file that an environment variable names. Refuses with the name of the variable. */
export function readNamedJson(variable: string, path: string): unknown {
  try {
    return readJson(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    throw new Refusal('validation_failed', `${variable}: cannot read ${path}: ${reason}`);
  }
}
