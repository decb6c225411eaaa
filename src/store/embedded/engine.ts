import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../../package-root.ts';
import type { FileError, FromWorker, ToWorker, WorkerInput } from './messages.ts';

/** One run of the worker thread, from its start to its stop or termination. */
export type RunningEngine = {
  /** Rejects when the database cannot be opened. */
  readonly ready: Promise<void>;
  post(message: ToWorker): void;
  /** How long the engine has been running the current batch, in milliseconds; 0 when idle. */
  busyMs(): number;
  /** Copies the files to a new directory while no statement runs. One copy at a time. */
  copy(target: string): Promise<void>;
  /** Stops after the database has written its last checkpoint. */
  stop(): Promise<void>;
  terminate(): Promise<void>;
};

export type EngineEvents = {
  data(connection: number, bytes: Buffer): void;
  disconnected(connection: number): void;
  /** The engine is unusable: it failed, or its thread died. */
  failed(error: Error): void;
};

/** After this the thread is terminated; committed data survives that. */
const stopMsMax = 10_000;

/** Starts the worker once `after` has settled, which is the end of the previous engine on these files. */
export function startEngine(
  input: Omit<WorkerInput, 'busySince'>,
  events: EngineEvents,
  after: Promise<void>,
): RunningEngine {
  const busySince = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const ready = createDeferred();
  const stopped = createDeferred();
  const waiting: ToWorker[] = [];
  let copied = createDeferred();
  let worker: Worker | null = null;
  let ended = false;

  function fail(error: Error): void {
    ready.reject(error);
    copied.reject(error);
    stopped.resolve();
    if (!ended) events.failed(error);
    ended = true;
  }

  const launched = after.then(() => {
    if (ended) return;
    worker = launchWorker(
      { ...input, busySince: busySince.buffer },
      { ...events, ready, copied: () => copied, stopped, fail },
    );
    for (const message of waiting.splice(0)) send(worker, message);
  });

  async function terminate(): Promise<void> {
    ended = true;
    await launched;
    await worker?.terminate();
  }

  return {
    ready: ready.promise,
    post: (message) => {
      if (worker === null) waiting.push(message);
      else send(worker, message);
    },
    copy: async (target) => {
      copied = createDeferred();
      if (ended || worker === null) throw new Error('the embedded database is not running');
      send(worker, { op: 'copy', target });
      await copied.promise;
    },
    busyMs: () => elapsedMs(Atomics.load(busySince, 0)),
    stop: async () => {
      if (!ended && worker !== null) {
        send(worker, { op: 'stop' });
        const late = setTimeout(() => stopped.resolve(), stopMsMax);
        await stopped.promise;
        clearTimeout(late);
      }
      await terminate();
    },
    terminate,
  };
}

type WorkerHandlers = Omit<EngineEvents, 'failed'> & {
  readonly ready: Deferred;
  copied(): Deferred;
  readonly stopped: Deferred;
  fail(error: Error): void;
};

function launchWorker(workerData: WorkerInput, handlers: WorkerHandlers): Worker {
  // The worker must not inherit flags of the process, such as one that reads a program from the command line.
  const worker = new Worker(workerFile(), { execArgv: [], workerData });
  worker.on('message', (message: FromWorker) => {
    if (message.op === 'ready') handlers.ready.resolve();
    else if (message.op === 'stopped') handlers.stopped.resolve();
    else if (message.op === 'copied') settle(handlers.copied(), message.error);
    else if (message.op === 'broken') handlers.fail(new Error(`the embedded database failed: ${message.reason}`));
    else if (message.op === 'disconnected') handlers.disconnected(message.connection);
    else handlers.data(message.connection, Buffer.from(message.bytes.buffer, 0, message.bytes.length));
  });
  worker.on('error', (error) => handlers.fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => handlers.fail(new Error(`the thread of the embedded database ended with code ${code}`)));
  return worker;
}

function settle(deferred: Deferred, error: FileError | null): void {
  if (error === null) deferred.resolve();
  else deferred.reject(Object.assign(new Error(error.message), { code: error.code }));
}

function send(worker: Worker, message: ToWorker): void {
  // The bytes were copied for the worker, so their buffer is not shared and can be transferred.
  worker.postMessage(message, message.op === 'write' ? [message.bytes.buffer as ArrayBuffer] : []);
}

type Deferred = { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void };

/** A promise settled from outside. Its rejection is not reported as unhandled, since nobody may be waiting for it. */
function createDeferred(): Deferred {
  let settle: Pick<Deferred, 'resolve' | 'reject'> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...settle };
}

function elapsedMs(since: bigint): number {
  return since === 0n ? 0 : Number(process.hrtime.bigint() - since) / 1e6;
}

/** The worker runs compiled code: beside this file in a build, in `dist/` when this file runs as source. */
function workerFile(): string {
  const beside = join(import.meta.dirname, 'worker.js');
  return existsSync(beside) ? beside : join(packageRoot(), 'dist', 'src', 'store', 'embedded', 'worker.js');
}
