import { z } from '@hono/zod-openapi';
import { entrySchema } from '../../domain/identity/entries.ts';
import {
  checkIdentityAddition,
  createIdentityAddition,
  curateMsMax,
  getIdentity,
  listIdentityAdditions,
} from '../../services/identity/curation.ts';
import { adminCaller } from '../operation/auth.ts';
import { numberPosition } from '../operation/cursor.ts';
import { pageFields, pageSchema, reasonCharsMax, referenceField, text, webUrlField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import {
  additionExample,
  additionRowSchema,
  additionToJson,
  inputExample,
  reportExample,
  reportSchema,
  reportToJson,
  versionText,
} from './json.ts';

const tag = 'Identity';

const identitySchema = z
  .object({
    version: versionText('Version of the file, followed by a plus sign and the number of the last addition.'),
    file: z.string().meta({ description: 'Version of the reviewed file.', example: '2026-11-22.1' }),
    additions: z.int().meta({ description: 'Number of additions in effect.' }),
  })
  .meta({ id: 'IdentityVersion', description: 'The version of the data that maps published names to models.' });

const find = operation({
  method: 'get',
  path: '/v1/identity',
  operationId: 'getIdentity',
  tag,
  summary: 'Get the version of the identity data',
  description:
    'Returns the version of the data that maps published names to models: the reviewed file and the additions by curators.',
  access: 'read',
  response: {
    status: 200,
    description: 'The version.',
    schema: identitySchema,
    example: { version: '2026-11-22.1+3', file: '2026-11-22.1', additions: 2 },
  },
  handle: async ({ services }) => ({ body: await getIdentity(services) }),
});

const inputSchema = z
  .strictObject({
    entry: entrySchema.nullable().optional().meta({
      description: 'The entry to add. Null to only revoke the addition in `supersedes`. Default: null.',
    }),
    supersedes: referenceField.nullable().optional().meta({
      description: 'Id of the addition to revoke. Default: null.',
      example: null,
    }),
    reason: text(reasonCharsMax, {
      description: 'The reason for the addition.',
      example: 'Its vendor says that this name stands for GPT-5.',
    }),
    source_url: webUrlField
      .nullable()
      .optional()
      .meta({ description: 'URL of a source for the reason. Default: null.', example: 'https://example.com/models' }),
    identity_version: z.string().min(1).max(64).optional().meta({
      description:
        'The version of the identity data that the caller knows, such as `identity_version.before` of a check. If the data has changed since, the request is rejected. Default: any version.',
      example: '2026-11-22.1',
    }),
  })
  .refine((body) => (body.entry ?? body.supersedes ?? null) !== null, {
    error: 'must be present unless supersedes is',
    path: ['entry'],
  })
  .meta({ id: 'IdentityAdditionInput', description: 'An addition, to check or to create.' });

function readInput(body: z.infer<typeof inputSchema>) {
  const { entry = null, supersedes = null, reason, source_url: sourceUrl = null } = body;
  return { entry, supersedes, reason, sourceUrl };
}

const check = operation({
  method: 'post',
  path: '/v1/identity/additions/check',
  operationId: 'checkIdentityAddition',
  tag,
  summary: 'Check an identity addition',
  description:
    'Takes the body of `createIdentityAddition`. Parses every stored name again with the addition, evaluates the affected predictions, and returns what would change. Nothing is stored.',
  access: 'feeds',
  ownTransactions: true,
  body: { schema: inputSchema, example: inputExample },
  response: { status: 200, description: 'The changes.', schema: reportSchema, example: reportExample },
  refusals: ['conflict'],
  handle: async ({ services }, { body }) => ({
    body: reportToJson(await checkIdentityAddition(services, readInput(body), body.identity_version ?? null)),
  }),
});

const list = operation({
  method: 'get',
  path: '/v1/identity/additions',
  operationId: 'listIdentityAdditions',
  tag,
  summary: 'List additions to the identity data',
  description:
    'Returns every addition, newest first, with its author, reason and source. Revoked additions are included.',
  access: 'feeds',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('IdentityAdditionList', 'A page of additions.', additionRowSchema),
    example: { data: [additionExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: numberPosition,
      list: (before, limit) => listIdentityAdditions(services, { before, limit }),
      positionOf: (row) => row.revision,
      toJson: additionToJson,
    }),
});

const madeSchema = reportSchema
  .extend({ id: z.string().meta({ description: 'Id of the addition.' }) })
  .meta({ id: 'CreatedIdentityAddition', description: 'The created addition and what it changed.' });

const add = operation({
  method: 'post',
  path: '/v1/identity/additions',
  operationId: 'createIdentityAddition',
  tag,
  summary: 'Add to the identity data',
  description:
    'Adds an entry, or revokes an addition. Check the request with `POST /v1/identity/additions/check` first. Every stored name is parsed again under a new identity version, and the affected predictions are settled by the rules for late evidence. An addition makes names readable, declares that they are not models, or limits a model to approved customers. It can neither turn a rolling alias, a preset or a derivative into a release, nor change which model a readable name means.',
  access: 'feeds',
  writeMsMax: curateMsMax,
  body: { schema: inputSchema, example: inputExample },
  response: {
    status: 201,
    description: 'The created addition.',
    schema: madeSchema,
    example: { ...reportExample, id: additionExample.id },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { body, caller }) => {
    const decision = { decidedBy: (caller ?? adminCaller).id, expected: body.identity_version ?? null };
    const { id, report } = await createIdentityAddition(services, readInput(body), decision);
    const headers = { location: '/v1/identity/additions' };
    return { status: 201, body: { ...reportToJson(report), id }, headers };
  },
});

export const identityOperations = [find, list, check, add];
