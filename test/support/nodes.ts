import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { inject } from 'vitest';
import { createServerDatabase } from './database.ts';
import { serveGrowingFeed, subscribe } from './fault-world.ts';
import { outturn, type Program, removeDirectory, startProgram } from './program.ts';
import { openReceiver, type Receiver } from './receiver.ts';

export type Role = 'all' | 'api';
/** What happens to a node: its death, an orderly stop, or a pause in which the others take over what it had leased. */
export const disturbances = ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const;
export type Disturbance = (typeof disturbances)[number];

/** Programs on one database. They poll a feed and deliver to a receiver of the test's own. */
export type Nodes = {
  readonly receiver: Receiver;
  /** Answers that no client should ever see, and nodes that did not stop in order. */
  readonly complaints: string[];
  /** The claims whose creation was acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Disturbs one node; resolves when it serves again. */
  disturb(index: number, how: Disturbance): Promise<void>;
  /** Polls, and records claims, at most `claimsMax`, until `isOver` and every claim that was begun is acknowledged. */
  play(isOver: () => boolean, claimsMax?: number): Promise<void>;
  /** Polls until the feed lists everything, and resolves what is due five minutes after it was recorded. */
  readAll(): Promise<void>;
  query(statement: string): Promise<readonly postgres.Row[]>;
  close(): Promise<void>;
};

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
/** Models that the feed comes to list, one more at each read. */
const modelsMax = 30;
const writers = 2;
const writePauseMs = 120;
const pollPauseMs = 250;
const suspendedMs = 1500;
/** A client repeats a claim after this time: also one that a suspended node goes on with later. */
const createMsMax = 1000;
const pollMsMax = 20_000;
/** A receiver takes a moment, so that a disturbance interrupts some of its answers. */
const answerMsMax = 20;

/** As if the time of every lease were over. The nodes that live may still use theirs: it must not matter. */
const lapse = `
  with feeds as (update feeds set lease_until = clock_timestamp() where lease_until is not null),
    deliveries as (update webhook_leases set lease_until = clock_timestamp()),
    keys as (update idempotency_keys set lease_until = clock_timestamp())
  update leases set lease_until = clock_timestamp()`;

export async function openNodes(roles: readonly Role[], chance: () => number): Promise<Nodes> {
  const directory = mkdtempSync(join(tmpdir(), 'outturn-nodes-'));
  const database = await createServerDatabase(inject('server').template);
  const receiver = await openReceiver();
  receiver.answer((response) => void setTimeout(() => response.writeHead(204).end(), chance() * answerMsMax));
  const feed = await serveGrowingFeed(modelsMax);
  const env = environment(database.url, writeFeeds(directory, feed.url));
  const start = (role: Role) => startProgram({ ...env, OUTTURN_ROLE: role }, directory);
  const programs = await Promise.all(roles.map(start));
  await subscribe(programs[0] as Program, receiver); // there is one
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const complaints: string[] = [];

  async function disturb(index: number, how: Disturbance): Promise<void> {
    const program = programs[index] as Program; // the caller knows how many there are
    if (how === 'SIGSTOP') {
      program.process.kill('SIGSTOP');
      await sql.unsafe(lapse);
      await wait(suspendedMs);
      program.process.kill('SIGCONT');
      return;
    }
    const code = await program.stop(how);
    if (how === 'SIGTERM' && code !== 0) complaints.push(`the exit code was ${code}: ${program.output()}`);
    if (how === 'SIGKILL') await sql.unsafe(lapse);
    programs[index] = await start(roles[index] as Role);
  }

  const pick = () => programs[Math.floor(chance() * programs.length)] as Program; // the index is of one of them
  const clients = makeClients(pick, complaints);
  return {
    receiver,
    disturb,
    ...clients,
    readAll: async () => {
      await clients.readAll();
      // A claim and a read that were recorded at the same time do not see each other: this is the second check.
      await sql`update predictions set recheck_at = recorded_at where recheck_at is not null`;
      const { code, output } = await outturn(['resolve'], env);
      if (code !== 0) complaints.push(output);
    },
    query: (statement) => sql.unsafe(statement),
    close: async () => {
      for (const program of programs) await program.stop('SIGKILL');
      await sql.end({ timeout: 1 });
      await receiver.close();
      await feed.close();
      await database.drop();
      removeDirectory(directory);
    },
  };
}

function environment(databaseUrl: string, feeds: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    OUTTURN_SECRET: 'a secret of sixteen or more',
    OUTTURN_ADMIN_KEY: adminKey,
    OUTTURN_FEEDS: feeds,
    OUTTURN_SEED: 'none',
    OUTTURN_RATE_LIMIT: 'off',
    OUTTURN_ALLOW_CIDRS: '127.0.0.0/8',
    OUTTURN_POLL_CRON: '* * * * *',
  };
}

function writeFeeds(directory: string, url: string): string {
  const path = join(directory, 'feeds.json');
  const vendor = { slug: 'vendor', adapter: 'ledger', url, trust: 'first_party', origin: 'vendor' };
  writeFileSync(path, JSON.stringify({ format: 'outturn-feeds/1', feeds: [vendor] }));
  return path;
}

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/** Clients that know all nodes and repeat on any of them what got no answer. */
function makeClients(
  pick: () => Program,
  complaints: string[],
): Pick<Nodes, 'complaints' | 'acknowledged' | 'play' | 'readAll'> {
  const acknowledged = new Set<string>();
  let made = 0;

  /** Null if the node did not answer. */
  async function post(path: string, msMax: number, body: object, key?: string): Promise<Answer | null> {
    const { base } = pick();
    const headers = {
      authorization: `Bearer ${adminKey}`,
      'content-type': 'application/json',
      ...(key && { 'idempotency-key': key }),
    };
    try {
      const signal = AbortSignal.timeout(msMax);
      const response = await fetch(`${base}${path}`, { method: 'POST', headers, signal, body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as Answer['body'] }; // an answer of the API is an object
    } catch {
      return null;
    }
  }

  async function create(claimsMax: number): Promise<void> {
    if (made >= claimsMax) return;
    made += 1;
    const statement = `Claim ${made}.`;
    const model = { vendor: 'openai', family: 'gpt', version: `6.${made % modelsMax}`, tier: null };
    const claim = { statement, made_at: '2025-01-01', criterion: { op: 'released', by: '2027-12-31', model } };
    for (;;) {
      const answer = await post('/v1/predictions', createMsMax, claim, `the key of ${statement}`);
      if (answer?.status === 201) return void acknowledged.add(statement);
      if (answer !== null && answer.status !== 503 && answer.body.code !== 'request_in_progress')
        return void complaints.push(`${statement} ${JSON.stringify(answer)}`);
      await wait(writePauseMs);
    }
  }

  async function poll(): Promise<unknown> {
    const answer = await post('/v1/feeds/vendor/polls', pollMsMax, {});
    if (answer !== null && ![201, 409, 503].includes(answer.status)) complaints.push(JSON.stringify(answer));
    return answer?.body;
  }

  return {
    complaints,
    acknowledged,
    play: async (isOver, claimsMax = Number.POSITIVE_INFINITY) => {
      const repeat = async (run: () => Promise<unknown>, pauseMs: number): Promise<void> => {
        for (; !isOver(); await wait(pauseMs)) await run();
      };
      await Promise.all([
        ...Array.from({ length: writers }, () => repeat(() => create(claimsMax), writePauseMs)),
        repeat(poll, pollPauseMs),
      ]);
    },
    readAll: async () => {
      for (;;) {
        const read = (await poll()) as { result?: string; items?: number } | undefined; // a poll, or a refusal
        if (read?.result === 'ok' && (read.items ?? 0) >= modelsMax) return;
      }
    },
  };
}
