import type { z } from 'zod';
import type { RateLimit } from './domain/access/rate-limit.ts';
import { type KeyVariable, keyVariables } from './domain/feeds/key-access.ts';
import { nearestWord } from './domain/nearest-word.ts';
import { Refusal } from './domain/refusal.ts';
import type { RetrySchedule } from './domain/webhooks/retry-schedule.ts';
import { configurationTable, environment } from './environment.ts';

export type Config = {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly databaseDirectUrl: string | undefined;
  readonly databaseReadUrl: string | undefined;
  readonly dataDir: string;
  readonly role: 'all' | 'api' | 'worker';
  readonly adminKey: string | undefined;
  readonly secret: string | undefined;
  readonly previousSecrets: readonly string[];
  /** Without a trailing slash; null when OUTTURN_PUBLIC_URL is not set. */
  readonly publicUrl: string | null;
  readonly webhookSchedule: RetrySchedule;
  readonly webhookHttpsOnly: boolean;
  readonly seed: 'article' | 'none';
  readonly feeds: string;
  readonly pollCron: string;
  readonly publicRead: boolean;
  readonly pages: boolean;
  /** Null when requests are not limited. */
  readonly rateLimit: RateLimit | null;
  readonly trustedProxies: string;
  readonly allowCidrs: string;
  readonly proxy: { readonly httpsProxy?: string; readonly httpProxy?: string; readonly noProxy?: string };
  /** Sent to the vendors only: never logged, never part of an error. */
  readonly vendorKeys: ReadonlyMap<KeyVariable, string>;
  /** For the Outturn that a scan reads: never logged, never part of an error. */
  readonly apiKey: string | null;
  /** The endpoint that advises panels; null for none. The key is sent there only: never logged, never part of an error. */
  readonly adviser: { readonly url: string; readonly key: string | null } | null;
  readonly logLevel: string;
  readonly metricsPort: number | undefined;
};

/** Reads the environment once, or throws a `Refusal` that lists every invalid variable. Empty values count as unset. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const lower = { HTTPS_PROXY: env.https_proxy, HTTP_PROXY: env.http_proxy, NO_PROXY: env.no_proxy };
  const defaults = Object.fromEntries(configurationTable.map((row) => [row.name, row.default ?? undefined]));
  const parsed = environment.safeParse({
    ...defaults,
    ...Object.fromEntries(Object.entries(lower).filter(([, value]) => value)),
    ...given,
  });
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Refusal('validation_failed', `the environment is invalid:\n  ${lines.join('\n  ')}`);
  }
  const values = parsed.data;
  requireTogether(values);
  return {
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    databaseReadUrl: values.DATABASE_READ_URL,
    dataDir: values.OUTTURN_DATA_DIR,
    role: values.OUTTURN_ROLE,
    adminKey: values.OUTTURN_ADMIN_KEY,
    secret: values.OUTTURN_SECRET,
    previousSecrets: (values.OUTTURN_SECRET_PREVIOUS ?? '').split(',').filter((secret) => secret !== ''),
    publicUrl: values.OUTTURN_PUBLIC_URL ?? null,
    webhookSchedule: values.OUTTURN_WEBHOOK_SCHEDULE,
    webhookHttpsOnly: values.OUTTURN_WEBHOOK_HTTPS_ONLY,
    seed: values.OUTTURN_SEED,
    feeds: values.OUTTURN_FEEDS,
    pollCron: values.OUTTURN_POLL_CRON,
    publicRead: values.OUTTURN_PUBLIC_READ,
    pages: values.OUTTURN_PAGES,
    rateLimit: values.OUTTURN_RATE_LIMIT,
    trustedProxies: values.OUTTURN_TRUSTED_PROXIES ?? '',
    allowCidrs: values.OUTTURN_ALLOW_CIDRS ?? '',
    proxy: {
      ...(values.HTTPS_PROXY === undefined ? {} : { httpsProxy: values.HTTPS_PROXY }),
      ...(values.HTTP_PROXY === undefined ? {} : { httpProxy: values.HTTP_PROXY }),
      ...(values.NO_PROXY === undefined ? {} : { noProxy: values.NO_PROXY }),
    },
    vendorKeys: new Map(keyVariables.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]))),
    apiKey: values.OUTTURN_KEY ?? null,
    adviser: readAdviser(values),
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
  };
}

function readAdviser({ OUTTURN_ADVISER_URL: url, OUTTURN_ADVISER_KEY: key }: z.output<typeof environment>) {
  return url === undefined ? null : { url, key: key ?? null };
}

/**
 * The variables that are meant for Outturn in the environment of another program, in whose repository a command runs. PORT,
 * LOG_LEVEL and the keys of vendors belong to that program, and DATABASE_URL too, unless the secret of Outturn is set with it.
 */
export function withoutForeignVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isMeant = (name: string): boolean =>
    name.startsWith(ownPrefix) ||
    /^(https?|no)_proxy$/i.test(name) ||
    (name.startsWith('DATABASE_') && Boolean(env.OUTTURN_SECRET));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isMeant(name)));
}

/** A variable with the prefix of the program that it does not read, and the one that was probably meant. */
export type UnknownVariable = { readonly name: string; readonly nearest: string | null };

const ownPrefix = 'OUTTURN_';

/** Variables that are probably misspelt. The prefix is ignored in the comparison, because some names have none: `PORT`. */
export function findUnknownVariables(env: NodeJS.ProcessEnv): UnknownVariable[] {
  const known = new Map(configurationTable.map(({ name }) => [withoutPrefix(name), name]));
  const isKnown = (name: string): boolean => configurationTable.some((row) => row.name === name);
  return Object.keys(env)
    .filter((name) => name.startsWith(ownPrefix) && !isKnown(name))
    .sort()
    .map((name) => {
      const nearest = nearestWord(withoutPrefix(name), [...known.keys()]);
      return { name, nearest: nearest === null ? null : (known.get(nearest) ?? null) };
    });
}

function withoutPrefix(name: string): string {
  return name.startsWith(ownPrefix) ? name.slice(ownPrefix.length) : name;
}

/** Refuses variables that need another one which is not set. */
function requireTogether(values: z.output<typeof environment>): void {
  if (values.OUTTURN_ADVISER_KEY !== undefined && values.OUTTURN_ADVISER_URL === undefined)
    throw new Refusal(
      'validation_failed',
      'OUTTURN_ADVISER_KEY requires OUTTURN_ADVISER_URL, the address to which it is sent',
    );
  if (values.DATABASE_URL === undefined) {
    if (values.DATABASE_DIRECT_URL !== undefined)
      throw new Refusal(
        'validation_failed',
        'DATABASE_DIRECT_URL requires DATABASE_URL, the address of the pooler in front of that server',
      );
    if (values.DATABASE_READ_URL === undefined) return;
    throw new Refusal(
      'validation_failed',
      'DATABASE_READ_URL requires DATABASE_URL: the embedded database has no replica',
    );
  }
  const missing = (['OUTTURN_SECRET', 'OUTTURN_ADMIN_KEY'] as const).filter((name) => values[name] === undefined);
  if (missing.length > 0)
    throw new Refusal(
      'validation_failed',
      `DATABASE_URL requires ${missing.join(' and ')}, with the same value on every node`,
    );
}
