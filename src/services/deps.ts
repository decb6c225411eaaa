import type { CoverageTable } from '../domain/evidence/coverage-table.ts';
import type { KeyVariable } from '../domain/feeds/key-access.ts';
import type { Trust } from '../domain/feeds/trust.ts';
import type { IdentityTable } from '../domain/identity/table.ts';
import type { Instant } from '../domain/instant.ts';
import type { RetrySchedule } from '../domain/webhooks/retry-schedule.ts';
import type { UrlVerdict } from '../net/client.ts';
import type { PostOutcome, PostRequest } from '../net/post-webhook.ts';
import type { Database } from '../store/db.ts';
import type { Vault } from './vault.ts';

/** What ids begin with, by the kind of thing they name. */
export type IdPrefix =
  | 'pred'
  | 'src'
  | 'who'
  | 'fc'
  | 'feed'
  | 'poll'
  | 'obs'
  | 'res'
  | 'dis'
  | 'evt'
  | 'key'
  | 'aud'
  | 'idn'
  | 'req'
  | 'whe'
  | 'whs';

/** The part of a logger that services use. */
export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** What a payload's fetch came to; the outside's faults are values, not exceptions. */
export type FetchedPayload =
  | {
      readonly kind: 'ok';
      readonly bytes: Uint8Array;
      readonly status: number | null;
      readonly etag: string | null;
      readonly lastModified: string | null;
      readonly knownVersion: string | null;
    }
  | { readonly kind: 'not_modified'; readonly status: number | null }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly detail: string;
      readonly status: number | null;
      readonly retryAfterMs: number | null;
    };

/** What is asked of the outside for one feed. */
export type FetchAsk = {
  readonly adapter: string;
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly knownVersion: string | null;
};

/** Everything a service may reach: the clock and chance come from here and nowhere else. */
export type Deps = {
  readonly db: Database;
  readonly now: () => Instant;
  readonly newId: (prefix: IdPrefix) => string;
  readonly identity: IdentityTable;
  /** How often each origin lacks what has happened: what its silence is worth. */
  readonly coverage: CoverageTable;
  readonly log: Log;
  /** Names this process among the nodes of one database. */
  readonly nodeId: string;
  /** How others call this service, without a slash at its end; null where nobody said. */
  readonly publicUrl: string | null;
  /** Whether this node was given a key. The keys themselves stay outside. */
  readonly hasKey: (variable: KeyVariable) => boolean;
  readonly fetchPayload: (ask: FetchAsk) => Promise<FetchedPayload>;
  readonly webhooks: WebhookDeps;
};

/** What telling subscribers takes. */
export type WebhookDeps = {
  readonly schedule: RetrySchedule;
  /** How long a delivery is its sender's, in milliseconds: longer than an exchange may take and be written down. */
  readonly leaseMs: number;
  readonly vault: Vault;
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  /** Whether an address may be told anything, as far as its text says. */
  readonly judgeUrl: (url: string) => UrlVerdict;
  /** The same, and what its name resolves to at this moment. */
  readonly vetUrl: (url: string) => Promise<UrlVerdict>;
  readonly post: (ask: PostRequest, signal: AbortSignal) => Promise<PostOutcome>;
  /** Attempts that this process made, by result: for its metrics, which every process has for itself. */
  readonly tally: Map<string, number>;
};

/** A feed as configuration gives it, defaults filled in. */
export type FeedConfig = {
  readonly slug: string;
  readonly adapter: string;
  readonly url: string | null;
  readonly trust: Trust;
  readonly origin: string;
  readonly covers: 'any' | readonly string[];
  readonly settlementLag: string;
  readonly enabled: boolean;
  readonly options: unknown;
};
