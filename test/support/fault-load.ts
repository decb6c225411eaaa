import { setTimeout as wait } from 'node:timers/promises';
import type { Program } from './program.ts';

/** No request may take longer, whatever the database does; on a machine that is not busy, none takes more than eight seconds. */
const requestMsMax = 30_000;
/** A creation is acknowledged this soon, although a fault lasts some of this time. */
const acknowledgedMsMax = 45_000;

/** One kind of request, and what became of it. */
type Answer = { readonly status: number; readonly retryAfter: string | null; readonly body: Record<string, unknown> };

/** A steady load on a program, and what its clients have been told. */
export type Load = {
  /** Slugs of predictions whose creation was acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Answers and silences that no client should ever see. */
  takeComplaints(): readonly string[];
  /** How often each status was received. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Begins requests of every kind, and continues until `stop`. */
  start(): void;
  /** Stops, after every creation that was begun has been acknowledged. */
  stop(): Promise<void>;
  /** Resolves when a creation, a poll and a read succeed; to the milliseconds that it took. */
  backWithin(msMax: number): Promise<number>;
};

const writers = 3;
const pauseMs = 20;

export function createLoad(
  program: Pick<Program, 'base' | 'adminKey' | 'process'>,
  nextClaim: () => object & { slug: string },
): Load {
  const acknowledged = new Set<string>();
  const complaints: string[] = [];
  const statuses = new Map<number, number>();
  let running: Promise<unknown> = Promise.resolve();
  let stopping = true;

  async function ask(method: string, path: string, body?: object, key?: string): Promise<Answer | null> {
    const startedAt = performance.now();
    const headers = {
      authorization: `Bearer ${program.adminKey}`,
      'content-type': 'application/json',
      ...(key && { 'idempotency-key': key }),
    };
    const signal = AbortSignal.timeout(requestMsMax);
    try {
      const response = await fetch(`${program.base}${path}`, {
        method,
        headers,
        signal,
        ...(body && { body: JSON.stringify(body) }),
      });
      const answer = await response.json();
      const { status } = response;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const retryAfter = response.headers.get('retry-after');
      if (status >= 500 && status !== 503) complaints.push(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
      if (status === 503 && retryAfter === null) complaints.push(`${method} ${path}: 503 without Retry-After`);
      return { status, retryAfter, body: answer as Record<string, unknown> }; // every answer of the API is an object
    } catch (error) {
      if (program.process.exitCode !== null) stopping = true;
      complaints.push(`${method} ${path}: ${String(error)} after ${Math.round(performance.now() - startedAt)} ms`);
      return null;
    }
  }

  /** Repeats a creation with its key until it is acknowledged, as a client must. */
  async function create(): Promise<void> {
    const claim = nextClaim();
    const startedAt = performance.now();
    let last: Answer | null = null;
    while (program.process.exitCode === null) {
      if (performance.now() - startedAt > acknowledgedMsMax)
        return void complaints.push(`${claim.slug} is not acknowledged: ${JSON.stringify(last)}`);
      const answer = await ask('POST', '/v1/predictions', claim, `key-of-${claim.slug}`);
      last = answer;
      if (answer?.status === 201) return void acknowledged.add(claim.slug);
      if (answer !== null && answer.status !== 503 && answer.body.code !== 'request_in_progress')
        return void complaints.push(`${claim.slug}: ${JSON.stringify(answer)}`);
      await wait(pauseMs);
    }
  }

  async function read(): Promise<void> {
    const slug = [...acknowledged].at(Math.floor(Math.random() * acknowledged.size)) ?? 'none';
    const answer = await ask('GET', `/v1/predictions/${slug}`);
    if (answer?.status === 404 && acknowledged.has(slug)) complaints.push(`${slug} was acknowledged and is gone`);
    await ask('GET', '/v1/predictions?limit=20');
  }

  const poll = () => ask('POST', '/v1/feeds/vendor/polls');

  async function repeat(run: () => Promise<unknown>): Promise<void> {
    while (!stopping) {
      await run();
      await wait(pauseMs);
    }
  }

  return {
    acknowledged,
    takeComplaints: () => complaints.splice(0),
    statuses,
    start: () => {
      stopping = false;
      const loops = [...Array.from({ length: writers }, () => create), read, read, poll];
      running = Promise.all(loops.map((run) => repeat(run)));
    },
    stop: async () => {
      stopping = true;
      await running;
    },
    backWithin: async (msMax) => {
      const startedAt = performance.now();
      const succeeded = async (path: string, body?: object): Promise<void> => {
        while (performance.now() - startedAt < msMax) {
          const answer = await ask(body ? 'POST' : 'GET', path, body);
          if (answer !== null && answer.status < 300) return;
          await wait(pauseMs);
        }
        complaints.push(`${path} did not succeed within ${msMax} ms of the end of the fault`);
      };
      await Promise.all([succeeded('/v1/predictions', nextClaim()), succeeded('/v1/models'), succeeded('/readyz')]);
      return performance.now() - startedAt;
    },
  };
}
