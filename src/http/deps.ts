import type { HttpBindings } from '@hono/node-server';
import type { Deps, Log } from '../services/deps.ts';
import type { Limiter } from '../services/rate-limits.ts';

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
};

export type HttpEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** What an answer to a key that does not open this says of keys. */
    challenge?: string;
    /** Header fields that say what is left of the caller's quota. */
    quota?: Readonly<Record<string, string>>;
    /** Seconds until there is a quota again. */
    retryAfter?: number;
  };
};
