import type { Criterion } from '../domain/criterion/criterion.ts';
import type { CoverageTable } from '../domain/evidence/coverage-table.ts';
import type { KeyVariable } from '../domain/feeds/key-access.ts';
import type { Trust } from '../domain/feeds/trust.ts';
import type { IdentityTable } from '../domain/identity/table.ts';
import type { Instant } from '../domain/instant.ts';
import type { RetrySchedule } from '../domain/webhooks/retry-schedule.ts';
import type { AdviserReply } from '../net/ask-adviser.ts';
import type { UrlVerdict } from '../net/client.ts';
import type { PageOutcome } from '../net/fetch-page.ts';
import type { PostOutcome, PostRequest } from '../net/post-webhook.ts';
import type { Database } from '../store/db.ts';
import type { TimelineCache } from './settling/kept-timelines.ts';
import type { Vault } from './vault.ts';

/** The prefixes of ids, one for each kind of row. */
export type IdPrefix =
  | 'pred'
  | 'src'
  | 'who'
  | 'fc'
  | 'err'
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
  | 'wat'
  | 'whe'
  | 'whs'
  | 'pan'
  | 'case'
  | 'evi';

/** The part of a logger that services use. */
export type Log = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** The result of fetching a payload. Failures of the publisher are values, not exceptions. */
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

export type FetchRequest = {
  readonly adapter: string;
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly knownVersion: string | null;
};

/** The payload of a feed that this process accepted last. */
export type LastPayload = {
  readonly pollId: string;
  readonly bytesHash: string;
  /** Everything else that its items depend on. */
  readonly readWith: string;
  readonly items: number;
  readonly lostItems: number;
};

/** The dependencies of the services, including the clock and randomness. */
export type Deps = {
  readonly db: Database;
  readonly now: () => Instant;
  readonly newId: (prefix: IdPrefix) => string;
  readonly identity: IdentityTable;
  /** How often each origin misses releases, which determines what absence from it proves. */
  readonly coverage: CoverageTable;
  /** The coverage table for one claim, if it differs by claim: a backtest can omit the models that a claim is about. */
  readonly coverageFor?: ((claim: { criterion: Criterion; madeFrom: Instant }) => CoverageTable) | undefined;
  readonly log: Log;
  /** How long the caller of a poll waits for what it affects; by default `settleCallMsMax`. Programs that do not keep running wait longer. */
  readonly settleCallMsMax?: number | undefined;
  /** The payloads that this process accepted last, by feed; without it every payload is compared in full. */
  readonly lastPayloads?: Map<string, LastPayload> | undefined;
  /** Timelines that this process keeps for new claims; without it every timeline is loaded. */
  readonly timelines?: TimelineCache | undefined;
  /** Identifies this process among those that share the database. */
  readonly nodeId: string;
  /** The public URL without a trailing slash; null if it is not configured. */
  readonly publicUrl: string | null;
  /** Whether HTML pages are served, so that links may lead to them. */
  readonly hasPages: boolean;
  /** Whether the key of a vendor is configured. Services never see the key itself. */
  readonly hasKey: (variable: KeyVariable) => boolean;
  readonly fetchPayload: (request: FetchRequest) => Promise<FetchedPayload>;
  /** Gets a page that evidence in a case refers to. Only public addresses can be reached. */
  readonly fetchPage: (url: string) => Promise<PageOutcome>;
  /** Sends a chat to the adviser of panels; null if none is configured. Services never see its key. */
  readonly adviser: ((chat: object) => Promise<AdviserReply>) | null;
  readonly webhooks: WebhookDeps;
};

/** The dependencies of webhook delivery. */
export type WebhookDeps = {
  readonly schedule: RetrySchedule;
  /** The lease on a delivery: longer than an HTTP exchange and recording its result may take. */
  readonly leaseMs: number;
  readonly vault: Vault;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  /** Checks the URL of an endpoint, without resolving its host name. */
  readonly checkUrlText: (url: string) => UrlVerdict;
  /** The same, and checks the addresses that its host name resolves to now. */
  readonly checkUrl: (url: string) => Promise<UrlVerdict>;
  readonly post: (request: PostRequest, signal: AbortSignal) => Promise<PostOutcome>;
  /** Attempts that this process made, by result, for its metrics. */
  readonly attemptCounts: Map<string, number>;
};

/** A configured feed, with defaults filled in. */
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
