import { setTimeout as wait } from 'node:timers/promises';
import { startJobs } from '../jobs/schedule.ts';
import { watchFeedsJob } from '../jobs/watch-feeds.ts';
import { serveProcessSocket } from './cli/process-socket.ts';
import type { Config } from './config.ts';
import type { Refusal } from './domain/refusal.ts';
import { createApp } from './http/app.ts';
import { createReplica } from './http/operation/replica.ts';
import { serveApp } from './http/server/serve.ts';
import { serveMetrics } from './http/service/metrics.ts';
import { parseCidrs } from './net/address.ts';
import { clientAddress } from './net/client-address.ts';
import type { Runtime } from './runtime.ts';
import { loadAdminKey } from './secret-file.ts';
import { hashKey } from './services/access/admin-key.ts';
import { createCostLimiters, createLimiter } from './services/access/rate-limits.ts';
import type { Log } from './services/deps.ts';
import { createEventPulse } from './services/events/pulse.ts';
import { startWork } from './work.ts';

/** Time for requests and fetches in progress to finish after a stop signal. */
export const drainMsMax = 8000;
/** How long /readyz fails before the server stops accepting requests. */
export const noticeMs = 1000;

/** The first requests would wait behind the first round of work otherwise. */
const workDelayMs = 250;

/** Time limit of a stop. Work that still waits for the database then is abandoned, which is as safe as a crash. */
export const stopMsMax = 13_000;

/** A signal, or the loss of the database. */
export type StopReason = 'SIGINT' | 'SIGTERM' | Refusal;

/** Serves requests and runs the jobs until there is a reason to stop. Throws the reason if the database was lost. */
export async function serveUntil(
  stopping: Promise<StopReason>,
  config: Config,
  runtime: Runtime,
  say: (line: string) => void,
): Promise<void> {
  const { deps, version } = runtime;
  const startedAt = deps.now();
  let draining = false;
  say(
    `Outturn ${version}, ${deps.db.kind === 'embedded' ? `embedded database in ${config.dataDir}` : 'database server'}`,
  );
  const closers: (() => Promise<void>)[] = [];
  try {
    if (config.role !== 'worker') closers.push(await startServing(config, runtime, () => draining, say));
    if (config.metricsPort !== undefined) {
      const metrics = await serveMetrics(deps, { host: config.host, port: config.metricsPort });
      say(`  Metrics    port ${metrics.port}`);
      closers.push(metrics.close);
    }
    if (deps.db.kind === 'embedded')
      closers.push(await serveProcessSocket(deps, config.dataDir, { version, startedAt }));
  } catch (error) {
    await Promise.all(closers.map((close) => close()));
    throw error;
  }
  if (config.role !== 'worker') await Promise.race([stopping, wait(workDelayMs)]);
  const work = config.role === 'api' ? startJobs(deps, [watchFeedsJob(config.pollCron)]) : startWork(config, deps, say);
  const reason = await stopping;
  draining = true;
  deps.log.info(typeof reason === 'string' ? { signal: reason } : { error: reason.message }, 'stopping');
  endAfter(stopMsMax, deps.log);
  // A load balancer must see /readyz fail before connections are refused; a person who presses Ctrl-C need not wait.
  if (reason === 'SIGTERM' && closers.length > 0) await wait(noticeMs);
  const deadline = setTimeout(runtime.stopFetching, drainMsMax);
  await Promise.all([...closers.map((close) => close()), work.stop()]);
  clearTimeout(deadline);
  if (typeof reason !== 'string') throw reason;
  say('Stopped.');
}

async function startServing(
  config: Config,
  runtime: Runtime,
  isDraining: () => boolean,
  say: (line: string) => void,
): Promise<() => Promise<void>> {
  const { deps, version } = runtime;
  const admin = loadAdminKey(config);
  // First, because it must be shown even if the port turns out to be in use.
  if (admin.created) say(`  Admin key  ${admin.key}  (shown only now; stored in ${admin.path})`);
  const pulse = createEventPulse(deps);
  const proxies = parseCidrs(config.trustedProxies);
  const app = createApp({
    services: deps,
    adminKeyHash: hashKey(admin.key),
    publicRead: config.publicRead,
    limiter: config.rateLimit === null ? null : createLimiter(deps, config.rateLimit),
    costLimiters: config.rateLimit === null ? null : createCostLimiters(deps),
    clientAddress: (remote, forwardedFor) => clientAddress(remote, forwardedFor, proxies),
    version,
    log: deps.log,
    isDraining,
    hasMetricsPort: config.metricsPort !== undefined,
    pulse,
    replica: runtime.replica === undefined ? undefined : createReplica(runtime.replica, deps.log),
  });
  const served = await serveApp(app, { host: config.host, port: config.port, log: deps.log });
  const base = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${served.port}`;
  if (config.pages) say(`  Board      ${base}/`);
  say(`  API        ${base}/v1/predictions`);
  say(`  Reference  ${base}/docs`);
  return async () => {
    await Promise.all([pulse.close(), served.close(drainMsMax)]);
  };
}

function endAfter(msMax: number, log: Log): void {
  setTimeout(() => {
    log.error(
      { ms: msMax },
      'the stop took too long, probably because the database does not respond; ending the process',
    );
    process.exit(1);
  }, msMax).unref();
}
