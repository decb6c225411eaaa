import { z } from '@hono/zod-openapi';
import { additionSchema } from '../../domain/identity/additions.ts';
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

const shared = {
  entry: additionSchema.nullable().optional().meta({
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
};

const addsOrRevokes = { error: 'must be present unless supersedes is', path: ['entry'] };

const checkSchema = z
  .strictObject(shared)
  .refine((body) => (body.entry ?? body.supersedes ?? null) !== null, addsOrRevokes)
  .meta({ id: 'IdentityAdditionCheckInput', description: 'An addition to check.' });

const inputSchema = z
  .strictObject({
    ...shared,
    identity_version: z.string().min(1).max(64).meta({
      description: '`identity_version.before` of the check. If the data has changed since, the request is refused.',
      example: '2026-11-22.1',
    }),
  })
  .refine((body) => (body.entry ?? body.supersedes ?? null) !== null, addsOrRevokes)
  .meta({ id: 'IdentityAdditionInput', description: 'An addition to create, after a check.' });

const check = operation({
  method: 'post',
  path: '/v1/identity/additions/check',
  operationId: 'checkIdentityAddition',
  tag,
  summary: 'Check an identity addition',
  description:
    'Parses every stored name again with the addition, evaluates the affected predictions, and returns what would change. Nothing is stored.',
  access: 'feeds',
  ownTransactions: true,
  body: { schema: checkSchema, example: inputExample },
  response: { status: 200, description: 'The changes.', schema: reportSchema, example: reportExample },
  refusals: ['conflict'],
  handle: async ({ services }, { body }) => ({
    body: reportToJson(await checkIdentityAddition(services, readInput(body))),
  }),
});

function readInput(body: z.infer<typeof checkSchema>) {
  const { entry = null, supersedes = null, reason, source_url: sourceUrl = null } = body;
  return { entry, supersedes, reason, sourceUrl };
}

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
    'Adds an alias or a vendor, or revokes an addition. Check it first. Every stored name is parsed again under a new identity version, and the affected predictions are settled by the rules for late evidence. An addition can neither turn a rolling alias, a preset or a derivative into a release, nor change how the reviewed file parses a name.',
  access: 'feeds',
  writeMsMax: curateMsMax,
  body: { schema: inputSchema, example: { ...inputExample, identity_version: '2026-11-22.1' } },
  response: {
    status: 201,
    description: 'The created addition.',
    schema: madeSchema,
    example: { ...reportExample, id: additionExample.id },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { body, caller }) => {
    const { identity_version: expected, ...input } = body;
    const decision = { decidedBy: (caller ?? adminCaller).id, expected };
    const { id, report } = await createIdentityAddition(services, readInput(input), decision);
    const headers = { location: '/v1/identity/additions' };
    return { status: 201, body: { ...reportToJson(report), id }, headers };
  },
});

export const identityOperations = [find, list, check, add];
