import { z } from 'zod';
import { cronRule, readCron } from '../jobs/cron.ts';
import { parseRateLimit } from './domain/access/rate-limit.ts';
import { parsePublicUrl, publicUrlRule } from './domain/public-url.ts';
import { parseSchedule, retryScheduleDefault } from './domain/webhooks/retry-schedule.ts';
import { headerText, oneOf, postgresUrl, trueOrFalse, webUrl, wholeNumber } from './environment-values.ts';

/** The documentation of a variable in docs/configuration.md. */
export type VariableText = {
  /** As it would be written in the environment; null: unset. */
  readonly default: string | null;
  readonly meaning: string;
  /** The values it accepts, with their unit. */
  readonly values: string;
};

const texts = z.registry<VariableText>();

function variable<Schema extends z.ZodType>(text: VariableText, schema: Schema): Schema {
  texts.add(schema, text);
  return schema;
}

/** Every environment variable of the program. Values that do not parse are reported as `NAME: message`. */
export const environment = z.object({
  PORT: variable(
    { default: '3000', values: '0 to 65535; 0 picks a free port', meaning: 'Port of the API.' },
    wholeNumber(0, 65_535),
  ),
  HOST: variable(
    { default: '127.0.0.1', values: 'an address or host name', meaning: 'Address to listen on.' },
    z.string(),
  ),
  DATABASE_URL: variable(
    {
      default: null,
      values: 'a postgres:// URL',
      meaning:
        'PostgreSQL server, version 15 or newer. Requires OUTTURN_SECRET and OUTTURN_ADMIN_KEY. When unset, the embedded database in OUTTURN_DATA_DIR is used.',
    },
    postgresUrl().optional(),
  ),
  DATABASE_DIRECT_URL: variable(
    {
      default: null,
      values: 'a postgres:// URL',
      meaning:
        'The server itself, if DATABASE_URL is a connection pooler in transaction mode: migrations and notifications use it. Requires DATABASE_URL.',
    },
    postgresUrl().optional(),
  ),
  DATABASE_READ_URL: variable(
    {
      default: null,
      values: 'a postgres:// URL',
      meaning: 'Replica of DATABASE_URL for reads that tolerate replication lag. Requires DATABASE_URL.',
    },
    postgresUrl().optional(),
  ),
  OUTTURN_DATA_DIR: variable(
    {
      default: './data',
      values: 'a directory',
      meaning: 'Holds the embedded database, its lock and socket, and the generated admin key and secret.',
    },
    z.string(),
  ),
  OUTTURN_ROLE: variable(
    {
      default: 'all',
      values: '`all`, `api` or `worker`',
      meaning: 'Whether this process serves the API, runs the jobs (polling, resolution, webhooks), or both.',
    },
    oneOf(['all', 'api', 'worker']),
  ),
  OUTTURN_ADMIN_KEY: variable(
    {
      default: null,
      values: 'at least 20 characters',
      meaning:
        'API key with every scope. When unset, a key is generated on the first start and stored in OUTTURN_DATA_DIR. Required with DATABASE_URL, the same on every node.',
    },
    z.string().min(20, 'must have at least 20 characters').optional(),
  ),
  OUTTURN_SECRET: variable(
    {
      default: null,
      values: 'at least 16 characters',
      meaning:
        'Encrypts webhook secrets in the database. When unset, a secret is generated on the first start and stored in OUTTURN_DATA_DIR. Required with DATABASE_URL, the same on every node.',
    },
    z.string().min(16, 'must have at least 16 characters').optional(),
  ),
  OUTTURN_SECRET_PREVIOUS: variable(
    {
      default: null,
      values: 'secrets separated by commas',
      meaning: 'Earlier values of OUTTURN_SECRET. Webhook secrets encrypted with them are re-encrypted at start.',
    },
    z.string().optional(),
  ),
  OUTTURN_PUBLIC_URL: variable(
    {
      default: null,
      values: publicUrlRule,
      meaning:
        'Public address of this service; links in webhooks, feeds, headers and the API document start with it. When unset, links in webhooks are paths and other links follow the Host header.',
    },
    z
      .string()
      .refine((text) => parsePublicUrl(text) !== null, `must be ${publicUrlRule}`)
      .transform((text) => parsePublicUrl(text))
      .optional(),
  ),
  OUTTURN_PUBLIC_READ: variable(
    {
      default: 'true',
      values: '`true` or `false`',
      meaning: 'Whether reads are allowed without a key. If not, people sign in to the pages with a key at `/sign-in`.',
    },
    trueOrFalse(),
  ),
  OUTTURN_PAGES: variable(
    {
      default: 'true',
      values: '`true` or `false`',
      meaning: 'Whether HTML pages are served, such as the board at `/`. With `false`, `/` leads to the API reference.',
    },
    trueOrFalse(),
  ),
  OUTTURN_RATE_LIMIT: variable(
    {
      default: '600/60s',
      values: 'requests/window, such as `600/60s`, `10/1m` or `5000/1h`; or `off`',
      meaning:
        'Number of requests allowed in a window: per key, or per address for requests without a key. All nodes share the count.',
    },
    z
      .string()
      .refine(
        (text) => text === 'off' || parseRateLimit(text) !== null,
        'must look like 600/60s, 10/1m or 5000/1h, or be off',
      )
      .transform((text) => parseRateLimit(text)),
  ),
  OUTTURN_TRUSTED_PROXIES: variable(
    {
      default: null,
      values: 'CIDR ranges separated by commas',
      meaning:
        'Proxies whose X-Forwarded-For is trusted. When unset, all callers behind a proxy share one rate limit per address.',
    },
    z.string().optional(),
  ),
  OUTTURN_ALLOW_CIDRS: variable(
    {
      default: null,
      values: 'CIDR ranges separated by commas',
      meaning: 'Private address ranges that feeds and webhooks may connect to. When unset, none.',
    },
    z.string().optional(),
  ),
  OUTTURN_WEBHOOK_SCHEDULE: variable(
    {
      default: retryScheduleDefault,
      values: 'delays separated by commas, in `ms`, `s`, `m`, `h` or `d`; or `none`',
      meaning:
        'Delays before the first and each further attempt to deliver a webhook message. `none` means a single attempt, at once.',
    },
    z.string().transform((text, context) => {
      try {
        return parseSchedule(text);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    }),
  ),
  OUTTURN_WEBHOOK_HTTPS_ONLY: variable(
    { default: 'false', values: '`true` or `false`', meaning: 'Whether webhook endpoints must use https.' },
    trueOrFalse(),
  ),
  OUTTURN_ADVISER_URL: variable(
    {
      default: null,
      values: 'an http or https URL without credentials',
      meaning:
        'Address of the chat completions of an OpenAI-compatible server, which advises panels that name a model. It may be private. When unset, no adviser is asked.',
    },
    webUrl().optional(),
  ),
  OUTTURN_ADVISER_KEY: variable(
    {
      default: null,
      values: 'an API key, at most 500 characters',
      meaning: 'Key for OUTTURN_ADVISER_URL, sent to that address only. When unset, none is sent.',
    },
    headerText().optional(),
  ),
  OUTTURN_SEED: variable(
    {
      default: 'article',
      values: '`article` or `none`',
      meaning: 'Predictions recorded in an empty database: those of the shipped article, or none.',
    },
    oneOf(['article', 'none']),
  ),
  OUTTURN_FEEDS: variable(
    {
      default: 'default',
      values: '`default`, `none`, or the path of a JSON file (docs/feeds.md)',
      meaning:
        'Feeds created at start if they do not exist yet. With `none`, no feed is polled on schedule, not even those in the database.',
    },
    z.string(),
  ),
  OUTTURN_POLL_CRON: variable(
    {
      default: '*/15 * * * *',
      values: 'a cron expression of five fields, UTC',
      meaning: 'Schedule on which feeds are polled.',
    },
    z.string().refine((text) => readCron(text) !== null, `must have ${cronRule}`),
  ),
  OUTTURN_KEY: variable(
    {
      default: null,
      values: 'an API key, at most 500 characters',
      meaning: 'Key for the address that `outturn scan --url` names. The service does not read it.',
    },
    headerText().optional(),
  ),
  OPENAI_API_KEY: vendorKey('openai_models'),
  ANTHROPIC_API_KEY: vendorKey('anthropic_models'),
  GEMINI_API_KEY: vendorKey('gemini_models'),
  XAI_API_KEY: vendorKey('xai_models'),
  MISTRAL_API_KEY: vendorKey('mistral_models'),
  DEEPSEEK_API_KEY: vendorKey('deepseek_models'),
  HTTPS_PROXY: variable(
    { default: null, values: 'a URL', meaning: 'Proxy for outgoing https requests.' },
    z.string().optional(),
  ),
  HTTP_PROXY: variable(
    { default: null, values: 'a URL', meaning: 'Proxy for outgoing http requests.' },
    z.string().optional(),
  ),
  NO_PROXY: variable(
    {
      default: null,
      values: 'host names separated by commas',
      meaning: 'Hosts that are reached without the proxy.',
    },
    z.string().optional(),
  ),
  METRICS_PORT: variable(
    {
      default: null,
      values: '0 to 65535; 0 picks a free port',
      meaning: 'Separate port for /metrics. When unset, /metrics is served on the port of the API.',
    },
    wholeNumber(0, 65_535).optional(),
  ),
  LOG_LEVEL: variable(
    {
      default: 'info',
      values: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
      meaning:
        'Least severe level that is logged. Logs are lines of JSON on standard error; on a terminal, readable lines.',
    },
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  ),
});

/** Every variable in the order of the documentation. */
export const configurationTable: readonly (VariableText & { readonly name: string })[] = Object.entries(
  environment.shape,
).flatMap(([name, schema]) => {
  const text = texts.get(schema);
  return text === undefined ? [] : [{ name, ...text }];
});

function vendorKey(adapter: string) {
  return variable(
    {
      default: null,
      values: 'an API key, at most 500 characters',
      meaning: `Key for the vendor's own list of models, sent to that vendor only. Feeds of the adapter ${adapter} are disabled until it is set.`,
    },
    headerText().optional(),
  );
}
