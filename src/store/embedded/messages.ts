/** Messages between the main thread and the worker of the embedded database. */

/** Sent to the worker when it starts. */
export type WorkerInput = {
  /** A directory for the database files, or `memory://`. */
  readonly directory: string;
  /** A tar file of an initialised, stopped database from which to start a new one, which is faster than creating it. */
  readonly imagePath: string | null;
  /** One cell with monotonic nanoseconds: when the engine started the current batch; 0 when it is idle. */
  readonly busySince: SharedArrayBuffer;
  readonly idleInTransactionMsMax: number;
};

export type ToWorker =
  | { readonly op: 'write'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly op: 'disconnect'; readonly connection: number }
  | { readonly op: 'stop' };

export type FromWorker =
  | { readonly op: 'ready' }
  | { readonly op: 'data'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly op: 'disconnected'; readonly connection: number }
  | { readonly op: 'broken'; readonly reason: string }
  | { readonly op: 'stopped' };
