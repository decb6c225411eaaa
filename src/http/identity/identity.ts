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
    version: versionText("The file's version, with the number of the last addition behind a plus."),
    file: z.string().meta({ description: 'Version of the reviewed file.', example: '2026-11-22.1' }),
    additions: z.int().meta({ description: 'Additions in force.' }),
  })
  .meta({ id: 'IdentityVersion', description: 'By what names are read.' });

const find = operation({
  method: 'get',
  path: '/v1/identity',
  operationId: 'getIdentity',
  tag,
  summary: 'Get the version of the identity data',
  description: 'By what data names are read as models: the reviewed file, and what curators added to it.',
  access: 'read',
  answer: {
    status: 200,
    description: 'The version.',
    schema: identitySchema,
    example: { version: '2026-11-22.1+3', file: '2026-11-22.1', additions: 2 },
  },
  handle: async ({ services }) => ({ body: await getIdentity(services) }),
});

const shared = {
  entry: additionSchema.nullable().optional().meta({
    description: 'What to add. Left out or null: only take back what is superseded.',
  }),
  supersedes: referenceField.nullable().optional().meta({
    description: 'The addition that this one takes back.',
    example: null,
  }),
  reason: text(reasonCharsMax, { description: 'Why.', example: 'Its vendor says that this name stands for GPT-5.' }),
  source_url: webUrlField
    .nullable()
    .optional()
    .meta({ description: 'Where that can be read.', example: 'https://example.com/models' }),
};

const addsOrTakesBack = { error: 'give an entry to add, an addition to supersede, or both', path: ['entry'] };

const checkSchema = z
  .strictObject(shared)
  .refine((body) => (body.entry ?? body.supersedes ?? null) !== null, addsOrTakesBack)
  .meta({ id: 'IdentityAdditionCheckInput', description: 'An addition to be tried out.' });

const inputSchema = z
  .strictObject({
    ...shared,
    identity_version: z.string().min(1).max(64).meta({
      description: 'The version that the dry run started from: `identity_version.before`.',
      example: '2026-11-22.1',
    }),
  })
  .refine((body) => (body.entry ?? body.supersedes ?? null) !== null, addsOrTakesBack)
  .meta({ id: 'IdentityAdditionInput', description: 'An addition to be made, after a dry run.' });

const check = operation({
  method: 'post',
  path: '/v1/identity/additions/check',
  operationId: 'checkIdentityAddition',
  tag,
  summary: 'Try an addition out',
  description:
    'A dry run: reads every stored name anew with the addition, settles what it touches, answers what would change, and keeps nothing of it.',
  access: 'feeds',
  apart: true,
  body: { schema: checkSchema, example: inputExample },
  answer: { status: 200, description: 'What would change.', schema: reportSchema, example: reportExample },
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
    'Everything that curators ever added or took back, newest first, with who, why and where it can be read.',
  access: 'feeds',
  query: pageFields,
  answer: {
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
  .extend({ id: z.string().meta({ description: 'Of the addition.' }) })
  .meta({ id: 'CreatedIdentityAddition', description: 'An addition, and what it changed.' });

const add = operation({
  method: 'post',
  path: '/v1/identity/additions',
  operationId: 'createIdentityAddition',
  tag,
  summary: 'Add to the identity data',
  description:
    'Adds an alias or a vendor, or takes an addition back, after a dry run: every stored name is read anew under a new identity version, and predictions are settled by the rules for late evidence. It can never make a release of a rolling alias, a preset or a derivative, nor another model of a name that the reviewed file reads.',
  access: 'feeds',
  writeMsMax: curateMsMax,
  body: { schema: inputSchema, example: { ...inputExample, identity_version: '2026-11-22.1' } },
  answer: {
    status: 201,
    description: 'Added.',
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
