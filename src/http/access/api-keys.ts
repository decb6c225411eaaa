import { z } from '@hono/zod-openapi';
import { scopes } from '../../domain/access/api-key.ts';
import { durationMs } from '../../domain/duration.ts';
import { formatInstant, type Instant, momentCharsMax, parseDate } from '../../domain/instant.ts';
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
import { textPosition } from '../operation/cursor.ts';
import { instantText, nameCharsMax, pageFields, pageSchema, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import type { Reply } from '../operation/reply.ts';
import { apiKeyExample } from '../predictions/examples.ts';

const tag = 'Keys and audit';
const idParameter = { id: { description: 'The id of a key.', example: apiKeyExample.id } };
/** A key cannot be edited, so its ETag has a constant version. */
const onlyVersion = 1;
const overlapDefault = 'P1D';

const scopesField = z
  .array(z.enum(scopes).meta({ description: 'A scope. `admin` includes all others.', example: 'write' }))
  .min(1)
  .max(scopes.length)
  .meta({ description: 'Scopes of the key.', example: apiKeyExample.scopes });

const apiKeySchema = z
  .object({
    id: z.string().meta({ example: apiKeyExample.id }),
    name: z.string(),
    prefix: z.string().meta({ description: 'First characters of the key.', example: apiKeyExample.prefix }),
    scopes: z.array(z.enum(scopes)),
    status: z.enum(['active', 'replaced', 'expired', 'revoked']).meta({
      description: 'Only `active` and `replaced` keys are accepted. A replaced key is accepted until it expires.',
    }),
    created_at: instantText('When it was created.'),
    created_by: z.string().meta({ description: '`admin`, `cli`, or the id of the key that created it.' }),
    expires_at: instantText('When it expires. Null: never.').nullable(),
    revoked_at: instantText('When it was revoked. Null if it was not.').nullable(),
    replaced_by: z.string().nullable().meta({ description: 'Id of the key that replaced it. Null if there is none.' }),
    last_used_at: instantText('When it was last used, with a precision of one minute. Null if never.').nullable(),
  })
  .meta({ id: 'ApiKey', description: 'An API key, without its secret.' });

const createdKeySchema = apiKeySchema
  .extend({
    key: z.string().optional().meta({
      description:
        'The secret key. Returned only in this response; a replayed response (`Idempotency-Key`) does not contain it.',
      example: apiKeyExample.key,
    }),
  })
  .meta({ id: 'CreatedApiKey', description: 'A new API key with its secret.' });

type ApiKey = NewApiKey['row'];

const instantOrNull = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

/** The status depends on the current time. */
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

function createdKeyReply({ services }: HttpDeps, { row, key }: NewApiKey): Reply {
  const headers = { location: `/v1/api-keys/${row.id}` };
  return { status: 201, body: { ...apiKeyToJson(row, services.now()), key }, version: onlyVersion, headers };
}

const { key: _key, ...shownExample } = apiKeyExample;

const list = operation({
  method: 'get',
  path: '/v1/api-keys',
  operationId: 'listApiKeys',
  tag,
  summary: 'List API keys',
  description:
    'Returns all keys, oldest first, including revoked ones. The admin key from the environment is not listed.',
  access: 'admin',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ApiKeyList', 'A page of keys.', apiKeySchema),
    example: { data: [shownExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listApiKeys(services, { after, limit }),
      positionOf: (row) => row.id,
      toJson: (row) => apiKeyToJson(row, services.now()),
    }),
});

const createSchema = z
  .strictObject({
    name: text(nameCharsMax, { description: 'What the key is used for, or by whom.', example: apiKeyExample.name }),
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
        maxLength: momentCharsMax,
        description:
          'When the key expires: an RFC 3339 date-time with a zone, or a day, meaning 00:00 UTC. Default: never.',
        example: '2027-01-01T00:00:00Z',
      }),
  })
  .meta({ id: 'ApiKeyInput', description: 'A key to create.' });

const create = operation({
  method: 'post',
  path: '/v1/api-keys',
  operationId: 'createApiKey',
  tag,
  summary: 'Create an API key',
  description:
    'Creates an API key. The response contains the secret key, which cannot be retrieved later: only its hash is stored.',
  access: 'admin',
  body: {
    schema: createSchema,
    example: { name: apiKeyExample.name, scopes: apiKeyExample.scopes },
  },
  response: { status: 201, description: 'The created key.', schema: createdKeySchema, example: apiKeyExample },
  handle: async (http, { body, caller }) => {
    const input = { name: body.name, scopes: body.scopes, expiresAt: body.expires_at ?? null };
    return createdKeyReply(http, await createApiKey(http.services, input, (caller ?? adminCaller).id));
  },
});

const find = operation({
  method: 'get',
  path: '/v1/api-keys/{id}',
  operationId: 'getApiKey',
  tag,
  summary: 'Get an API key',
  description: 'Returns a key without its secret.',
  access: 'admin',
  params: idParameter,
  response: { status: 200, description: 'The key.', schema: apiKeySchema, example: shownExample },
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
  summary: 'Revoke an API key',
  description: 'Revokes a key immediately on every node. The key stays in the list as revoked.',
  access: 'admin',
  params: idParameter,
  before: async ({ services }, { id }) => apiKeyToJson(await getApiKey(services, id), services.now()),
  response: { status: 204, description: 'The key was revoked.' },
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
        description: `How long the old key is still accepted, as an ISO 8601 duration of at most P30D. Default: ${overlapDefault}.`,
        example: 'P1D',
      }),
  })
  .meta({ id: 'ApiKeyRotationInput', description: 'Options for replacing a key.' });

const rotate = operation({
  method: 'post',
  path: '/v1/api-keys/{id}/rotate',
  operationId: 'rotateApiKey',
  tag,
  summary: 'Rotate an API key',
  description:
    'Creates a key with the same name, scopes and lifetime, and returns its secret once. The old key is accepted until the overlap ends.',
  access: 'admin',
  params: idParameter,
  before: async ({ services }, { id }) => apiKeyToJson(await getApiKey(services, id), services.now()),
  body: { schema: rotateSchema, example: { overlap: 'P1D' } },
  response: { status: 201, description: 'The new key.', schema: createdKeySchema, example: apiKeyExample },
  refusals: ['conflict'],
  handle: async (http, { params, body, caller }) => {
    const overlapMs = durationMs(body.overlap ?? overlapDefault) ?? 0;
    return createdKeyReply(http, await rotateApiKey(http.services, params.id, overlapMs, (caller ?? adminCaller).id));
  },
});

export const apiKeyOperations = [list, create, find, remove, rotate];
