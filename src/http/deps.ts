import type { HttpBindings } from '@hono/node-server';
import type { Caller } from '../domain/access/api-key.ts';
import type { Limiter } from '../services/access/rate-limits.ts';
import type { Deps, Log } from '../services/deps.ts';
import type { EventPulse } from '../services/events/pulse.ts';
import type { Replica } from './operation/replica.ts';

/** Time limits of an event stream, in milliseconds. */
export type StreamLimits = {
  /** A comment is sent after this time without events, so that proxies keep the connection open. */
  readonly heartbeatMs: number;
  /** A client that reads nothing for this long is disconnected. It can resume where it stopped. */
  readonly stalledMs: number;
  /** A stream ends after this time, so that the key is checked again when the client reconnects. */
  readonly lifeMs: number;
  /** How long clients are asked to wait before they reconnect. */
  readonly retryMs: number;
};

export type HttpDeps = {
  readonly services: Deps;
  /** SHA-256 of the admin key, in hex. */
  readonly adminKeyHash: string;
  /** Whether reads are allowed without a key. */
  readonly publicRead: boolean;
  /** Null if requests are not limited. */
  readonly limiter: Limiter | null;
  /** Quotas for the evaluation of criteria that are not recorded; null if it is not limited. */
  readonly costLimiters: { readonly anonymous: Limiter; readonly key: Limiter } | null;
  /** Returns the address that a request without a key is counted against, from the peer and `X-Forwarded-For`. */
  readonly clientAddress: (remote: string, forwardedFor: string | undefined) => string;
  readonly version: string;
  readonly log: Log;
  /** True after a stop signal: `/readyz` then fails, and connections are closed. */
  readonly isDraining?: () => boolean;
  /** True if METRICS_PORT is set. */
  readonly hasMetricsPort?: boolean;
  /** Notifies event streams of new events, and of shutdown. */
  readonly pulse: EventPulse;
  readonly streamLimits?: Partial<StreamLimits>;
  /** For reads that tolerate lag; undefined without DATABASE_READ_URL. */
  readonly replica?: Replica | undefined;
};

export type HttpEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** The caller, once its key has been verified. */
    caller?: Caller;
    /** Value of `WWW-Authenticate` if the request is refused. */
    challenge?: string;
    /** Header fields with the remaining quota of the caller. */
    quota?: Readonly<Record<string, string>>;
    /** Header fields of a deprecated operation. */
    notices?: Readonly<Record<string, string>>;
    /** The tag of a response that may be compressed: its body is not a resource with a version. */
    contentTag?: string;
    /** True if the response already has the header fields that every response has. */
    hasStandardHeaders?: boolean;
    /** Seconds until the quota is renewed. */
    retryAfter?: number;
  };
};
