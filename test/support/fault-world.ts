import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { type Cluster, startCluster } from './cluster.ts';
import { createLoad, type Load } from './fault-load.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { ledger } from './listings.ts';
import { type Program, removeDirectory, startProgram } from './program.ts';
import { openReceiver, type Receiver } from './receiver.ts';

/** A program, and between it and its database a proxy. It polls a feed and delivers to a receiver of the test's own. */
export type FaultWorld = {
  /** The server that the proxy forwards to. A failover replaces it. */
  cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly program: Program;
  readonly receiver: Receiver;
  readonly load: Load;
  /** Runs one statement in the database of the program, not through the proxy. */
  query(statement: string): Promise<readonly postgres.Row[]>;
  close(): Promise<void>;
};

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
export const faultDatabase = 'outturn';
/** Models that the feed comes to list, one more at each read. */
const modelsMax = 60;

export async function openFaultWorld(programs: string): Promise<FaultWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'outturn-faults-'));
  const cluster = await startCluster(programs);
  await cluster.administer(`create database ${faultDatabase}`);
  const proxy = await startFaultProxy(cluster.url(faultDatabase));
  const receiver = await openReceiver();
  const feed = await serveGrowingFeed(modelsMax);
  const feedsFile = join(directory, 'feeds.json');
  const vendor = { slug: 'vendor', adapter: 'ledger', url: feed.url, trust: 'first_party', origin: 'vendor' };
  writeFileSync(feedsFile, JSON.stringify({ format: 'outturn-feeds/1', feeds: [vendor] }));
  const env = {
    DATABASE_URL: proxy.url,
    OUTTURN_SECRET: 'a secret of sixteen or more',
    OUTTURN_ADMIN_KEY: adminKey,
    OUTTURN_FEEDS: feedsFile,
    OUTTURN_SEED: 'none',
    OUTTURN_RATE_LIMIT: 'off',
    OUTTURN_ALLOW_CIDRS: '127.0.0.0/8',
    OUTTURN_POLL_CRON: '0 0 1 1 *',
  };
  const program = await startProgram(env, directory);
  await program.said(/Predictions: none yet/);
  await subscribe(program, receiver);
  const world: FaultWorld = {
    cluster,
    proxy,
    program,
    receiver,
    load: createLoad(program, makeClaims()),
    query: async (statement) => {
      const sql = postgres(world.cluster.url(faultDatabase), { max: 1, onnotice: () => {} });
      try {
        return await sql.unsafe(statement);
      } finally {
        await sql.end({ timeout: 1 });
      }
    },
    close: async () => {
      await program.stop('SIGKILL');
      await proxy.close();
      await receiver.close();
      await feed.close();
      world.cluster.remove();
      removeDirectory(directory);
    },
  };
  return world;
}

/** Predictions about the models of the feed: some are released already, some will be. */
function makeClaims(): () => object & { slug: string } {
  let made = 0;
  return () => {
    made += 1;
    const model = { vendor: 'openai', family: 'gpt', version: `6.${made % modelsMax}`, tier: null };
    const criterion = { op: 'released', by: '2027-12-31', model };
    return { slug: `claim-${made}`, statement: 'It is released.', made_at: '2025-01-01', criterion };
  };
}

/** A ledger that lists one more model at each read. */
export async function serveGrowingFeed(listedMax: number): Promise<{ url: string; close(): Promise<unknown> }> {
  let reads = 0;
  const server = createServer((_request, response) => {
    reads += 1;
    const listed = Array.from({ length: Math.min(reads, listedMax) }, (_none, index) => ({
      id: `gpt-6.${index}`,
      released: '2025-08-01',
      published: '2025-08-01',
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(ledger('2026-01-01', listed)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}/ledger.json`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export async function subscribe(program: Program, receiver: Receiver): Promise<void> {
  const response = await fetch(`${program.base}/v1/webhook-endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      url: `${receiver.origin}/hook`,
      event_types: ['prediction.created', 'prediction.resolved'],
    }),
  });
  if (response.status !== 201) throw new Error(`the subscription was answered with ${response.status}`);
}
