import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { getReadiness } from '../../services/service/readiness.ts';
import { buildProblem, problemHeaders } from '../operation/errors.ts';
import { operation } from '../operation/operation.ts';

const tag = 'Service';

const health = operation({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  tag,
  summary: 'Check liveness',
  description: 'Returns 200 while the process runs, even if the database is not available.',
  access: 'open',
  response: {
    status: 200,
    description: 'The process is alive.',
    schema: z
      .object({ status: z.literal('ok'), version: z.string().meta({ description: 'Version of the program.' }) })
      .meta({ id: 'Health', description: 'The process is alive.' }),
    example: { status: 'ok', version: '0.1.0' },
  },
  handle: async ({ version }) => ({ body: { status: 'ok', version }, headers: { 'cache-control': 'no-store' } }),
});

const feedHealthSchema = z.object({
  slug: z.string(),
  health: z.enum(['ok', 'suspect', 'stale', 'failing', 'never']),
  watermark: z.string().nullable().meta({ description: 'When the feed was last read successfully.' }),
});

const disabledSchema = z.object({
  gone: z.int().meta({ description: 'Disabled because they returned 410 Gone.' }),
  failing: z.int().meta({ description: 'Disabled because no delivery succeeded for five days.' }),
  manual: z.int().meta({ description: 'Disabled by a person.' }),
});

const readinessSchema = z
  .object({
    ready: z.boolean(),
    draining: z.boolean().meta({ description: 'Whether the process is shutting down.' }),
    database: z.enum(['ok', 'down', 'read_only']).meta({
      description:
        '`ok`: reads and writes are possible. `down`: no answer within 1.5 seconds. `read_only`: the server rejects writes, for example because it became a standby.',
    }),
    migrations: z.enum(['ok', 'pending', 'newer', 'changed', 'unknown']),
    feeds: z
      .array(feedHealthSchema)
      .meta({ description: 'Health of the feeds, for information. It does not affect readiness.' }),
    webhook_endpoints_disabled: disabledSchema.nullable().meta({
      description:
        'Number of disabled webhook endpoints by reason, for information. Null if the database is not available.',
    }),
  })
  .meta({ id: 'Readiness', description: 'Whether the service is ready to serve requests.' });

const readiness = operation({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  tag,
  summary: 'Check readiness',
  description:
    'Returns 200 if the database responds, accepts writes and is migrated, and the process is not shutting down. Otherwise returns 503: a problem document with the same additional fields.',
  access: 'open',
  response: {
    status: 200,
    description: 'The service is ready.',
    schema: readinessSchema,
    example: {
      ready: true,
      draining: false,
      database: 'ok',
      migrations: 'ok',
      feeds: [{ slug: 'models-dev', health: 'ok', watermark: '2025-08-08T00:00:01Z' }],
      webhook_endpoints_disabled: { gone: 0, failing: 1, manual: 0 },
    },
  },
  refusals: ['service_unavailable'],
  handle: async (http, { target }) => {
    const draining = http.isDraining?.() ?? false;
    const { ready, database, migrations, feeds, endpointsDisabled } = await getReadiness(http.services);
    const feedHealth = feeds.map(({ feed, health }) => ({
      slug: feed.slug,
      health,
      watermark: feed.watermark === null ? null : formatInstant(feed.watermark),
    }));
    const state = {
      ready: ready && !draining,
      draining,
      database,
      migrations,
      feeds: feedHealth,
      webhook_endpoints_disabled: endpointsDisabled,
    };
    if (state.ready) return { body: state, headers: { 'cache-control': 'no-store' } };
    const detail = draining
      ? 'the process is shutting down'
      : database === 'down'
        ? 'the database does not respond'
        : database === 'read_only'
          ? 'the database accepts only reads'
          : `migrations: ${migrations}`;
    const { 'content-type': mediaType = '', ...headers } = problemHeaders('service_unavailable');
    return {
      status: 503,
      body: { ...buildProblem('service_unavailable', detail, target.requestId), ...state },
      mediaType,
      headers,
    };
  },
});

export const serviceOperations = [health, readiness];
