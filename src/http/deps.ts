import type { HttpBindings } from '@hono/node-server';
import type { Limiter } from '../services/access/rate-limits.ts';
import type { Deps, Log } from '../services/deps.ts';
import type { EventPulse } from '../services/events/pulse.ts';
import type { Replica } from './operation/replica.ts';

/** Times of a stream, in milliseconds. */
export type StreamLimits = {
  /** A comment is sent when nothing else was for so long, so that nobody takes the connection for dead. */
  readonly heartbeatMs: number;
  /** A reader that takes nothing for so long is cut off; it may come back and go on where it stopped. */
  readonly stalledMs: number;
  /** A stream ends after so long and is opened anew, with a key that must still be good. */
  readonly lifeMs: number;
  /** How long a reader is asked to wait before it comes back. */
  readonly retryMs: number;
};

/** What the HTTP floor needs. */
export type HttpDeps = {
  readonly services: Deps;
  /** SHA-256, in hex, of the key that may do everything. */
  readonly adminKeyHash: string;
  /** Whether reading needs no key. */
  readonly publicRead: boolean;
  /** Counts requests; null where they are not counted. */
  readonly limiter: Limiter | null;
  /** Whom a request without a key counts for, by the other end of the connection and `X-Forwarded-For`. */
  readonly clientAddress: (remote: string, forwardedFor: string | undefined) => string;
  readonly version: string;
  readonly log: Log;
  /** True once the process has been told to stop: `/readyz` then fails, and connections are closed. */
  readonly isDraining?: () => boolean;
  /** Whether metrics are served on a port of their own. */
  readonly metricsApart?: boolean;
  /** Tells followers of the event log that there is more, and when streams must end. */
  readonly pulse: EventPulse;
  readonly streamLimits?: Partial<StreamLimits>;
  /** A copy of the database for reads that bear lag; undefined where there is none. */
  readonly replica?: Replica | undefined;
};

export type HttpEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** What an answer to a key that does not open this says of keys. */
    challenge?: string;
    /** Header fields that say what is left of the caller's quota. */
    quota?: Readonly<Record<string, string>>;
    /** Header fields that say that an operation is on its way out. */
    notices?: Readonly<Record<string, string>>;
    /** Seconds until there is a quota again. */
    retryAfter?: number;
  };
};
