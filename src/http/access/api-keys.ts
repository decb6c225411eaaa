import { z } from '@hono/zod-openapi';
import { scopes } from '../../domain/access/api-key.ts';
import { durationMs } from '../../domain/duration.ts';
import { formatInstant, type Instant, parseDate } from '../../domain/instant.ts';
import {
  apiKeyStatus,
  createApiKey,
  getApiKey,
  listApiKeys,
  type NewApiKey,
  overlapMsMax,
  revokeApiKey,
  rotateApiKey,
} from '../../services/access/api-keys.ts';
import type { HttpDeps } from '../deps.ts';
import { adminCaller } from '../operation/auth.ts';
import { pageDefault, readCursor, textPosition } from '../operation/cursor.ts';
import { instantText, nameCharsMax, pageFields, pageSchema, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply, type Reply } from '../operation/reply.ts';
import { apiKeyExample } from '../predictions/examples.ts';

const tag = 'Keys and audit';
const idParameter = { id: { description: 'The id of a key.', example: apiKeyExample.id } };
/** Of a key only uses and its end are ever noted, and those raise no version. */
const onlyVersion = 1;
const overlapDefault = 'P1D';

const scopesField = z
  .array(z.enum(scopes).meta({ description: 'A scope; `admin` stands for all of them.', example: 'write' }))
  .min(1)
  .max(scopes.length)
  .meta({ description: 'What the key may do.', example: apiKeyExample.scopes });

const apiKeySchema = z
  .object({
    id: z.string().meta({ example: apiKeyExample.id }),
    name: z.string(),
    prefix: z.string().meta({ description: 'How the key begins.', example: apiKeyExample.prefix }),
    scopes: z.array(z.enum(scopes)),
    status: z
      .enum(['active', 'replaced', 'expired', 'revoked'])
      .meta({ description: '`active` and `replaced` keys work; a replaced one until it expires.' }),
    created_at: instantText('When it was made.'),
    created_by: z.string().meta({ description: '`admin`, `cli`, or the id of the key that made it.' }),
    expires_at: instantText('When it ends; null: never.').nullable(),
    revoked_at: instantText('When it was revoked.').nullable(),
    replaced_by: z.string().nullable().meta({ description: 'The key that came in its place.' }),
    last_used_at: instantText('When it was last used, to the minute.').nullable(),
  })
  .meta({ id: 'ApiKey', description: 'A key, without the key itself.' });

const newKeySchema = apiKeySchema
  .extend({
    key: z.string().optional().meta({
      description: 'The key itself, shown this once. A repeated answer (`Idempotency-Key`) is without it.',
      example: apiKeyExample.key,
    }),
  })
  .meta({ id: 'CreatedApiKey', description: 'A key at the only moment at which it is shown.' });

type ApiKey = NewApiKey['row'];

const instantOrNull = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

/** Its status is that of the moment. */
export function apiKeyToJson(key: ApiKey, now: Instant): z.infer<typeof apiKeySchema> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    status: apiKeyStatus(key, now),
    created_at: formatInstant(key.createdAt),
    created_by: key.createdBy,
    expires_at: instantOrNull(key.expiresAt),
    revoked_at: instantOrNull(key.revokedAt),
    replaced_by: key.replacedBy,
    last_used_at: instantOrNull(key.lastUsedAt),
  };
}

function newKeyReply({ services }: HttpDeps, { row, key }: NewApiKey): Reply {
  const headers = { location: `/v1/api-keys/${row.id}` };
  return { status: 201, body: { ...apiKeyToJson(row, services.now()), key }, version: onlyVersion, headers };
}

const { key: _key, ...shownExample } = apiKeyExample;

const list = operation({
  method: 'get',
  path: '/v1/api-keys',
  operationId: 'listApiKeys',
  tag,
  summary: 'List keys',
  description: 'Every key that was ever made, oldest first; the admin key of the environment is not among them.',
  access: 'admin',
  query: pageFields,
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ApiKeyList', 'A page of keys.', apiKeySchema),
    example: { data: [shownExample], next_cursor: null },
  },
  handle: async (http, { query, listing, target }) => {
    const after = query.cursor === undefined ? null : readCursor(listing, query.cursor, textPosition);
    const found = await listApiKeys(http.services, { after, limit: (query.limit ?? pageDefault) + 1 });
    const { rows, next } = cutPage(found, query.limit, (last) => last.id);
    const data = rows.map((row) => apiKeyToJson(row, http.services.now()));
    return pageReply({ listing, target }, data, next);
  },
});

const createSchema = z
  .strictObject({
    name: text(nameCharsMax, { description: 'What or whom it is for.', example: apiKeyExample.name }),
    scopes: scopesField,
    expires_at: z
      .string()
      .refine((value) => ['day', 'instant'].includes(parseDate(value)?.precision ?? ''), {
        error: 'must be a day (2026-01-31) or an RFC 3339 date-time with a zone',
      })
      .transform((value) => parseDate(value)?.interval.from ?? 0)
      .nullable()
      .optional()
      .openapi({
        type: ['string', 'null'],
        description: 'When it ends: an RFC 3339 instant with a zone, or a day (its start counts). Left out: never.',
        example: '2027-01-01T00:00:00Z',
      }),
  })
  .meta({ id: 'ApiKeyInput', description: 'A key to be made.' });

const create = operation({
  method: 'post',
  path: '/v1/api-keys',
  operationId: 'createApiKey',
  tag,
  summary: 'Create a key',
  description: 'The answer shows the key, this once: only its hash is kept.',
  access: 'admin',
  body: {
    schema: createSchema,
    example: { name: apiKeyExample.name, scopes: apiKeyExample.scopes, expires_at: '2027-01-01T00:00:00Z' },
  },
  answer: { status: 201, description: 'Created.', schema: newKeySchema, example: apiKeyExample },
  handle: async (http, { body, caller }) => {
    const input = { name: body.name, scopes: body.scopes, expiresAt: body.expires_at ?? null };
    return newKeyReply(http, await createApiKey(http.services, input, (caller ?? adminCaller).id));
  },
});

const find = operation({
  method: 'get',
  path: '/v1/api-keys/{id}',
  operationId: 'getApiKey',
  tag,
  summary: 'Get a key',
  description: 'What is known of a key; never the key itself.',
  access: 'admin',
  params: idParameter,
  answer: { status: 200, description: 'The key.', schema: apiKeySchema, example: shownExample },
  handle: async ({ services }, { params }) => ({
    body: apiKeyToJson(await getApiKey(services, params.id), services.now()),
    version: onlyVersion,
  }),
});

const remove = operation({
  method: 'delete',
  path: '/v1/api-keys/{id}',
  operationId: 'revokeApiKey',
  tag,
  summary: 'Revoke a key',
  description: 'It stops working at once, on every node, and stays in the list as revoked.',
  access: 'admin',
  params: idParameter,
  before: async ({ services }, { id }) => apiKeyToJson(await getApiKey(services, id), services.now()),
  answer: { status: 204, description: 'Revoked.' },
  handle: async ({ services }, { params }) => {
    await revokeApiKey(services, params.id);
    return { status: 204 };
  },
});

const rotateSchema = z
  .strictObject({
    overlap: z
      .string()
      .max(40)
      .refine((value) => (durationMs(value) ?? overlapMsMax + 1) <= overlapMsMax, {
        error: 'must be an ISO 8601 duration in weeks, days, hours, minutes or seconds, at most 30 days',
      })
      .optional()
      .meta({
        description: `How long the old key still works, at most P30D; ${overlapDefault} unless told.`,
        example: 'P1D',
      }),
  })
  .meta({ id: 'ApiKeyRotationInput', description: 'How a key is replaced.' });

const rotate = operation({
  method: 'post',
  path: '/v1/api-keys/{id}/rotate',
  operationId: 'rotateApiKey',
  tag,
  summary: 'Replace a key by a new one',
  description:
    'Makes a key with the same name, scopes and length of life, shown this once. The old one goes on working for the overlap.',
  access: 'admin',
  params: idParameter,
  before: async ({ services }, { id }) => apiKeyToJson(await getApiKey(services, id), services.now()),
  body: { schema: rotateSchema, example: { overlap: 'P1D' } },
  answer: { status: 201, description: 'The new key.', schema: newKeySchema, example: apiKeyExample },
  refusals: ['conflict'],
  handle: async (http, { params, body, caller }) => {
    const overlapMs = durationMs(body.overlap ?? overlapDefault) ?? 0;
    return newKeyReply(http, await rotateApiKey(http.services, params.id, overlapMs, (caller ?? adminCaller).id));
  },
});

export const apiKeyOperations = [list, create, find, remove, rotate];
