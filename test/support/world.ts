import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type IdentityTable, readIdentityTable } from '../../src/domain/identity/table.ts';
import { type Instant, parseDate } from '../../src/domain/instant.ts';
import { packageRoot } from '../../src/package-root.ts';
import type { Deps, IdPrefix, Log } from '../../src/services/deps.ts';
import { createFeed, type FeedInput } from '../../src/services/feeds/feeds.ts';
import { createTimelineCache } from '../../src/services/settling/kept-timelines.ts';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/db.ts';
import { coverageOfEverything } from './coverage.ts';
import { openTestDatabase } from './database.ts';
import { emptyDatabase } from './empty-database.ts';
import { makePageFetch } from './page-fetch.ts';
import { makeWebhookDeps } from './webhook-deps.ts';
import { makeWire, type Wire } from './wire.ts';

/** A clock that moves only when a test moves it. */
export type Clock = {
  now(): Instant;
  /** Sets the clock to an instant, or to the start of a date. */
  set(text: string): void;
  advance(ms: number): void;
};

/** Everything below HTTP, on a database of its own: real services, a movable clock, a scripted network. */
export type World = {
  readonly db: Database;
  readonly deps: Deps;
  readonly clock: Clock;
  readonly wire: Wire;
  /** The vendor keys that this node has, by variable. */
  readonly keys: Set<string>;
  /** Errors that were logged; normally none. */
  readonly errors: object[];
  /** The same world for another process on the same database. */
  node(nodeId: string, db?: Database): Deps;
  /** Empties the database, the wire and the log, and starts again at the given time with the given feeds. */
  reset(start?: WorldStart): Promise<void>;
  close(): Promise<void>;
};

export type WorldStart = { readonly now?: string; readonly feeds?: readonly FeedInput[] };

export const worldStartsAt = '2025-01-01T00:00:00Z';

/** Two catalogues of two origins, each covering the two vendors that tests use, with a settlement lag of two days. */
export const catalogues: readonly FeedInput[] = [
  {
    slug: 'litellm',
    adapter: 'litellm',
    url: 'https://litellm.test/prices.json',
    covers: ['openai', 'anthropic'],
    settlementLag: 'P2D',
  },
  {
    slug: 'models-dev',
    adapter: 'models_dev',
    url: 'https://models.test/api.json',
    covers: ['openai', 'anthropic'],
    settlementLag: 'P2D',
  },
];

export async function openWorld(start: WorldStart & { readonly database?: DatabaseOptions } = {}): Promise<World> {
  const db = await openTestDatabase(start.database);
  const clock = makeClock();
  const wire = makeWire();
  const errors: object[] = [];
  const webhooks = makeWebhookDeps(clock.now);
  const pages = makePageFetch();
  const keys = new Set<string>();
  const deps: Deps = {
    db,
    now: clock.now,
    newId: countIds(),
    identity: identityTable(),
    coverage: coverageOfEverything(),
    log: collectErrors(errors),
    // A busy machine must not decide what a poll has settled.
    settleCallMsMax: Number.POSITIVE_INFINITY,
    lastPayloads: new Map(),
    timelines: createTimelineCache(),
    nodeId: 'node_a',
    publicUrl: null,
    hasPages: true,
    hasKey: (variable) => keys.has(variable),
    fetchPayload: wire.fetchPayload,
    fetchPage: pages.fetchPage,
    adviser: null,
    webhooks,
  };
  const reset = async ({ now = worldStartsAt, feeds = catalogues }: WorldStart = {}) => {
    clock.set(now);
    wire.clear();
    keys.clear();
    errors.length = 0;
    await emptyDatabase(db);
    for (const feed of feeds) await createFeed(deps, feed);
  };
  await reset(start);
  const node = (nodeId: string, other: Database = db): Deps => ({
    ...deps,
    nodeId,
    db: other,
    lastPayloads: new Map(),
    timelines: createTimelineCache(),
  });
  const close = async () => {
    await webhooks.close();
    await pages.close();
    await db.close();
  };
  return { db, deps, clock, wire, keys, errors, node, reset, close };
}

function makeClock(): Clock {
  let at: Instant = 0;
  return {
    now: () => at,
    set: (text) => {
      at = instantOf(text);
    },
    advance: (ms) => {
      at += ms;
    },
  };
}

/** The start of the period that a date names. */
export function instantOf(text: string): Instant {
  const parsed = parseDate(text);
  if (parsed === null) throw new Error(`${text} is no date`);
  return parsed.interval.from;
}

/** Cached for all files of a worker, because reading it takes a while and nothing changes it. */
let shippedTable: IdentityTable | undefined;
function identityTable(): IdentityTable {
  shippedTable ??= readIdentityTable(readIdentityData());
  return shippedTable;
}

/** The identity data that ships with the program. */
export function readIdentityData(): { readonly aliases: readonly object[] } {
  return JSON.parse(readFileSync(join(packageRoot(), 'data', 'identity.json'), 'utf8'));
}

/** Sequential ids, the same in every world. */
function countIds(): (prefix: IdPrefix) => string {
  let made = 0;
  return (prefix) => {
    made += 1;
    return `${prefix}_${String(made).padStart(8, '0')}`;
  };
}

function collectErrors(errors: object[]): Log {
  return { info: () => {}, warn: () => {}, error: (fields, message) => void errors.push({ ...fields, message }) };
}

/** The same database for another process: its own connections on a server; an embedded database has one process. */
export async function openAgain(db: Database): Promise<Database> {
  if (db.kind === 'embedded') return { ...db, close: async () => {} };
  const [row] = await db.sql<{ name: string }[]>`select current_database() as name`;
  const url = new URL(inject('server').url);
  url.pathname = `/${row?.name}`;
  return await openDatabase({ databaseUrl: url.href, poolMax: 5 });
}
