/** Messages between the main thread and the worker of the embedded database. */

/** The name of a database without files, which ends with the process. */
export const inMemory = 'memory://';

/** Sent to the worker when it starts. */
export type WorkerInput = {
  /** A directory for the database files, or `memory://`. */
  readonly directory: string;
  /**
   * A tar file of an initialised, stopped database from which to start a new one, which is faster than creating it: as
   * `packImage` writes it, or not compressed for a database in memory.
   */
  readonly imagePath: string | null;
  /** False opens only a database that is there. */
  readonly mayCreate: boolean;
  /** One cell with monotonic nanoseconds: when the engine started the current batch; 0 when it is idle. */
  readonly busySince: SharedArrayBuffer;
  readonly idleInTransactionMsMax: number;
};

export type ToWorker =
  | { readonly op: 'write'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly op: 'disconnect'; readonly connection: number }
  /** Copies the files of the database to a new directory while no statement runs. */
  | { readonly op: 'copy'; readonly target: string }
  | { readonly op: 'stop' };

export type FromWorker =
  | { readonly op: 'ready' }
  | { readonly op: 'data'; readonly connection: number; readonly bytes: Uint8Array }
  | { readonly op: 'disconnected'; readonly connection: number }
  | { readonly op: 'broken'; readonly reason: string }
  | { readonly op: 'copied'; readonly error: FileError | null }
  | { readonly op: 'stopped' };

/** An error of the file system. Errors that cross threads lose their code. */
export type FileError = { readonly code: string | null; readonly message: string };
