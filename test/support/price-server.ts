import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prices } from './end-history.ts';
import { type Program, startProgram } from './program.ts';

/** Ids, each with the date of its end if there is one. */
export type StatedDates = Readonly<Record<string, { readonly ends?: string }>>;

/** A server of LiteLLM's price map, and programs that read it as their only feed. */
export type PriceServer = {
  readonly serve: (rows: StatedDates) => void;
  /** Starts a program on a data directory; a new one by default. */
  readonly start: (dataDir?: string) => Promise<Program>;
  readonly close: () => Promise<void>;
};

export async function openPriceServer(): Promise<PriceServer> {
  let payload = prices({});
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(payload));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    serve: (rows) => {
      payload = prices(rows);
    },
    start: async (dataDir = mkdtempSync(join(tmpdir(), 'outturn-prices-'))) => {
      const path = join(dataDir, 'loopback-feeds.json');
      const feeds = [{ slug: 'prices', adapter: 'litellm', url: `http://127.0.0.1:${port}/prices.json` }];
      writeFileSync(path, JSON.stringify({ format: 'outturn-feeds/1', feeds }));
      const env = { OUTTURN_FEEDS: path, OUTTURN_SEED: 'none', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8', LOG_LEVEL: 'error' };
      return await startProgram({ ...env, OUTTURN_POLL_CRON: '0 0 1 1 *' }, dataDir);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a request with the admin key. */
export async function ask(program: Program, target: string, json?: object): Promise<Response> {
  const [method = '', path = ''] = target.split(' ');
  const headers = { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  return await fetch(`${program.base}${path}`, { method, headers, ...body });
}

/** Polls until the feed has been read; the first poll of the program may still be running. */
export async function pollPrices(program: Program): Promise<void> {
  for (;;) {
    const answer = await ask(program, 'POST /v1/feeds/prices/polls');
    if (answer.status !== 409) return;
  }
}

/** A day so many days from now, in UTC. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
