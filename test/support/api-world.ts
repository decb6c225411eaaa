import { randomBytes } from 'node:crypto';
import { parseRateLimit } from '../../src/domain/access/rate-limit.ts';
import { createApp } from '../../src/http/app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { serveApp } from '../../src/http/server/serve.ts';
import { hashKey, makeKey } from '../../src/services/access/admin-key.ts';
import { createCostLimiters, createLimiter } from '../../src/services/access/rate-limits.ts';
import type { Log } from '../../src/services/deps.ts';
import { createEventPulse } from '../../src/services/events/pulse.ts';
import { type Client, makeClient } from './http-client.ts';
import { openWorld, type World, type WorldStart } from './world.ts';

type LogLine = { readonly level: 'info' | 'warn' | 'error'; readonly fields: object; readonly message: string };

/** A world that serves the API on its own port. It starts without feeds by default. */
export type ApiWorld = World & {
  readonly base: string;
  readonly port: number;
  /** The dependencies that the application was created with. */
  readonly http: HttpDeps;
  readonly adminKey: string;
  /** Sends requests with the admin key. */
  readonly admin: Client;
  /** Sends requests without a key. */
  readonly anyone: Client;
  /** What the HTTP layer logged. */
  readonly log: LogLine[];
};

export type ApiWorldStart = WorldStart & {
  readonly http?: Partial<
    Pick<HttpDeps, 'publicRead' | 'isDraining' | 'hasMetricsPort' | 'adminKeyHash' | 'clientAddress' | 'streamLimits'>
  >;
  /** Rate limit, such as `10/60s`; none by default. */
  readonly rateLimit?: string;
};

const apiWorldStartsAt = '2026-01-15T12:00:00Z';

/** Opens a world with the API; close it in `afterAll`. */
export async function openApiWorld({ http = {}, rateLimit, ...start }: ApiWorldStart = {}): Promise<ApiWorld> {
  const world = await openWorld({ now: apiWorldStartsAt, feeds: [], ...start });
  const lines: LogLine[] = [];
  const log = collectLog(lines);
  const adminKey = makeKey(randomBytes);
  const limit = rateLimit === undefined ? null : parseRateLimit(rateLimit);
  const pulse = createEventPulse(world.deps);
  const deps: HttpDeps = {
    services: world.deps,
    adminKeyHash: hashKey(adminKey),
    publicRead: true,
    limiter: limit === null ? null : createLimiter(world.deps, limit),
    costLimiters: limit === null ? null : createCostLimiters(world.deps),
    clientAddress: (remote) => remote,
    pulse,
    version: '0.0.0',
    log,
    ...http,
  };
  const { port, close } = await serveApp(createApp(deps), { host: '127.0.0.1', port: 0, log });
  const base = `http://127.0.0.1:${port}`;
  return {
    ...world,
    base,
    port,
    http: deps,
    adminKey,
    admin: makeClient(base, { authorization: `Bearer ${adminKey}` }),
    anyone: makeClient(base, {}),
    log: lines,
    close: async () => {
      await Promise.all([pulse.close(), close(1000)]);
      await world.close();
    },
  };
}

function collectLog(lines: LogLine[]): Log {
  const at = (level: LogLine['level']) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
