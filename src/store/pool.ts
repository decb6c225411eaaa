import type postgres from 'postgres';
import type { Refusal } from '../domain/refusal.ts';
import type { Statement } from './liveness.ts';
import type { Semaphore } from './semaphore.ts';

/** The part of a logger that the store uses. */
export type DatabaseLog = { warn(fields: object, message: string): void };

/** The connections to one database, with one semaphore for single statements and one for transactions. */
export type Pool = {
  readonly kind: 'embedded' | 'server';
  /** The driver's current client. A server's client is replaced when a connection no longer responds. */
  client(): postgres.Sql;
  /**
   * The client for the next short read: one of a few connections that each pipeline their statements. `creator` if it is one of
   * them.
   */
  readClient(creator?: postgres.ISql): postgres.ISql;
  /** Why a short read must not be sent now, or null: during an outage only a few callers try. */
  refuseRead(): Refusal | null;
  readonly statements: Semaphore;
  readonly transactions: Semaphore;
  readonly limits: PoolLimits;
  /** Reports that a statement of a client was not answered in time: its connections are closed and replaced. */
  condemn(client: postgres.ISql): void;
  /** Reports that the answer to a statement is awaited, until the returned function is called. */
  expectAnswer(statement: Statement): () => void;
  /** Reports that the database has answered. */
  noteAnswer(): void;
  /**
   * Reports that a statement of a client failed: the error may reveal that the database cannot be reached or accepts only reads, or
   * that a pooler is between the client and the server.
   */
  noteFailure(client: postgres.ISql, error: unknown): void;
  listen(channel: string, onNotify: (payload: string) => void, onListening?: () => void): Promise<PoolListener>;
  end(): Promise<void>;
};

export type PoolListener = { unlisten(): Promise<void> };

export type PoolLimits = {
  /** How long a transaction may take. */
  readonly transactionMsMax: number;
  /** How long the answer to one statement may take. Longer than the server lets a statement run, so that only silence exceeds it. */
  readonly answerMsMax: number;
  /** The same for `begin`, including the time to connect, and for `commit`. */
  readonly boundaryMsMax: number;
  /** The same for a short read. */
  readonly readMsMax: number;
};
