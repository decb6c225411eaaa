import { z } from 'zod';
import { parseRateLimit, type RateLimit } from './domain/access/rate-limit.ts';
import { type KeyVariable, keyVariables } from './domain/feeds/key-access.ts';
import { parsePublicUrl, publicUrlRule } from './domain/public-url.ts';
import { Refusal } from './domain/refusal.ts';
import { parseSchedule, type RetrySchedule, retryScheduleDefault } from './domain/webhooks/retry-schedule.ts';

/**
 * The environment, read once. Every variable of Outturn is in this table; README and docs/operations.md describe the same.
 */
const environment = z.object({
  /** Where the API listens. */
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** A PostgreSQL server (15 or newer); unset: the embedded database in OUTTURN_DATA_DIR. */
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'a postgres:// address')
    .optional(),
  /** A replica of that server, for reads that bear a moment's lag. */
  DATABASE_READ_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'a postgres:// address')
    .optional(),
  OUTTURN_DATA_DIR: z.string().min(1).default('./data'),
  /** What this process does: serve, poll and resolve, or both. */
  OUTTURN_ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  /** The first key. Made on first start and kept in the data directory when unset. */
  OUTTURN_ADMIN_KEY: z.string().min(20, 'at least 20 characters').optional(),
  /** Encrypts webhook secrets at rest. Made on first start and kept in the data directory when unset. */
  OUTTURN_SECRET: z.string().min(16, 'at least 16 characters').optional(),
  /** Secrets that came before it, joined by commas: what was encrypted under them is encrypted anew at start. */
  OUTTURN_SECRET_PREVIOUS: z.string().default(''),
  /** Where others find this service; unset: links in messages are paths, and other links follow the request. */
  OUTTURN_PUBLIC_URL: z
    .string()
    .refine((text) => parsePublicUrl(text) !== null, publicUrlRule)
    .transform((text) => parsePublicUrl(text))
    .default(null),
  /** Delays before the attempts of a delivery; `none` is one attempt at once. */
  OUTTURN_WEBHOOK_SCHEDULE: z.string().default(retryScheduleDefault),
  /** `true`: endpoints must be https. */
  OUTTURN_WEBHOOK_HTTPS_ONLY: z.enum(['true', 'false']).default('false'),
  /** What an empty database begins with. */
  OUTTURN_SEED: z.enum(['article', 'none']).default('article'),
  /** `default`, `none`, or a path to a JSON file of feeds. */
  OUTTURN_FEEDS: z.string().min(1).default('default'),
  /** Five-field cron, UTC. */
  OUTTURN_POLL_CRON: z
    .string()
    .refine((text) => text.trim().split(/\s+/).length === 5, 'five fields: minute hour day month weekday')
    .default('*/15 * * * *'),
  OUTTURN_PUBLIC_READ: z.enum(['true', 'false']).default('true'),
  /** Requests in a window, for each key, and for each address that shows none; or `off`. */
  OUTTURN_RATE_LIMIT: z
    .string()
    .refine((text) => text === 'off' || parseRateLimit(text) !== null, 'like 600/60s, 10/1m or 5000/1h, or off')
    .transform((text) => parseRateLimit(text))
    .default(parseRateLimit('600/60s')),
  /** Proxies, as CIDRs joined by commas, whose `X-Forwarded-For` is believed. */
  OUTTURN_TRUSTED_PROXIES: z.string().default(''),
  /** Private address ranges that feeds and webhooks may reach, as CIDRs joined by commas. */
  OUTTURN_ALLOW_CIDRS: z.string().default(''),
  /** The operator's keys for the vendors' own lists of models; each such feed rests until its key is there. */
  OPENAI_API_KEY: vendorKey(),
  ANTHROPIC_API_KEY: vendorKey(),
  GEMINI_API_KEY: vendorKey(),
  XAI_API_KEY: vendorKey(),
  MISTRAL_API_KEY: vendorKey(),
  DEEPSEEK_API_KEY: vendorKey(),
  HTTPS_PROXY: z.string().optional(),
  HTTP_PROXY: z.string().optional(),
  NO_PROXY: z.string().optional(),
  /** A port of its own for metrics; unset: they are on the port of the API. */
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Config = {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly databaseReadUrl: string | undefined;
  readonly dataDir: string;
  readonly role: 'all' | 'api' | 'worker';
  readonly adminKey: string | undefined;
  readonly secret: string | undefined;
  readonly previousSecrets: readonly string[];
  /** Without a slash at its end; null: not told. */
  readonly publicUrl: string | null;
  readonly webhookSchedule: RetrySchedule;
  readonly webhookHttpsOnly: boolean;
  readonly seed: 'article' | 'none';
  readonly feeds: string;
  readonly pollCron: string;
  readonly publicRead: boolean;
  /** null: requests are not counted. */
  readonly rateLimit: RateLimit | null;
  readonly trustedProxies: string;
  readonly allowCidrs: string;
  readonly proxy: { readonly httpsProxy?: string; readonly httpProxy?: string; readonly noProxy?: string };
  /** Shown to the vendors alone: never logged, never in an error. */
  readonly vendorKeys: ReadonlyMap<KeyVariable, string>;
  readonly logLevel: string;
  readonly metricsPort: number | undefined;
};

/** Reads the environment or refuses with every variable that is wrong and why. Empty values count as unset. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const lower = { HTTPS_PROXY: env.https_proxy, HTTP_PROXY: env.http_proxy, NO_PROXY: env.no_proxy };
  const parsed = environment.safeParse({
    ...Object.fromEntries(Object.entries(lower).filter(([, value]) => value)),
    ...given,
  });
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Refusal('validation_failed', `the environment is not usable\n  ${lines.join('\n  ')}`);
  }
  const values = parsed.data;
  requireTogether(values);
  return {
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    databaseReadUrl: values.DATABASE_READ_URL,
    dataDir: values.OUTTURN_DATA_DIR,
    role: values.OUTTURN_ROLE,
    adminKey: values.OUTTURN_ADMIN_KEY,
    secret: values.OUTTURN_SECRET,
    previousSecrets: values.OUTTURN_SECRET_PREVIOUS.split(',').filter((secret) => secret !== ''),
    publicUrl: values.OUTTURN_PUBLIC_URL,
    webhookSchedule: parseSchedule(values.OUTTURN_WEBHOOK_SCHEDULE),
    webhookHttpsOnly: values.OUTTURN_WEBHOOK_HTTPS_ONLY === 'true',
    seed: values.OUTTURN_SEED,
    feeds: values.OUTTURN_FEEDS,
    pollCron: values.OUTTURN_POLL_CRON,
    publicRead: values.OUTTURN_PUBLIC_READ === 'true',
    rateLimit: values.OUTTURN_RATE_LIMIT,
    trustedProxies: values.OUTTURN_TRUSTED_PROXIES,
    allowCidrs: values.OUTTURN_ALLOW_CIDRS,
    proxy: {
      ...(values.HTTPS_PROXY === undefined ? {} : { httpsProxy: values.HTTPS_PROXY }),
      ...(values.HTTP_PROXY === undefined ? {} : { httpProxy: values.HTTP_PROXY }),
      ...(values.NO_PROXY === undefined ? {} : { noProxy: values.NO_PROXY }),
    },
    vendorKeys: new Map(keyVariables.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]))),
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
  };
}

/** Refuses variables of which one is nothing without another. */
function requireTogether(values: z.output<typeof environment>): void {
  if (values.DATABASE_READ_URL !== undefined && values.DATABASE_URL === undefined)
    throw new Refusal(
      'validation_failed',
      'DATABASE_READ_URL needs DATABASE_URL: the embedded database has no replica',
    );
  const missing =
    values.DATABASE_URL === undefined
      ? []
      : (['OUTTURN_SECRET', 'OUTTURN_ADMIN_KEY'] as const).filter((name) => values[name] === undefined);
  if (missing.length > 0) {
    const detail = `with DATABASE_URL every node must be given the same ${missing.join(' and ')}: nothing made by one node could be known to another`;
    throw new Refusal('validation_failed', detail);
  }
}

/** Whatever a header can carry; refused without being repeated. */
function vendorKey() {
  return z
    .string()
    .regex(/^[\x21-\x7e]{1,500}$/, 'a key of printable characters without spaces')
    .optional();
}

function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, 'a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `between ${min} and ${max}`);
}
