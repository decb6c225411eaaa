/** What the main thread and the worker of the embedded database say to each other. */

/** Handed to the worker when it starts. */
export type WorkerInput = {
  /** A directory for the database files, or `memory://`. */
  readonly directory: string;
  /** A tar file of an initialised, stopped database to start a new one from, which is faster than making one. */
  readonly imagePath: string | null;
  /** One cell of monotonic nanoseconds: since when the engine has been at the present batch; 0 when it rests. */
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
