import { z } from '@hono/zod-openapi';
import { caseStates } from '../../domain/cases/case-state.ts';
import { createCaseAppeal } from '../../services/cases/appeals.ts';
import { createCase, getCase, listCases } from '../../services/cases/cases.ts';
import { adminCaller } from '../operation/auth.ts';
import { numberPosition } from '../operation/cursor.ts';
import { filterText, pageFields, pageSchema, reasonCharsMax, referenceField, text } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { predictionExample } from '../predictions/examples.ts';
import { caseSchema, caseSummarySchema, caseSummaryToJson, caseToJson } from './case-json.ts';
import { evidenceFrom, evidenceInputSchema } from './evidence-json.ts';
import { caseExample, caseSummaryExample, evidenceInputExample, memberExample, panelExample } from './examples.ts';

const tag = 'Panels and cases';
const idParameter = { id: { description: 'The id of a case.', example: caseExample.id } };
/** The most items that one appeal adds. */
const appealItemsMax = 20;

const inputSchema = z
  .strictObject({
    prediction: referenceField.meta({ description: 'Id or slug of the prediction.', example: predictionExample.slug }),
    panel: referenceField.meta({
      description: 'Id of a version of a panel, or the name of a panel for its newest version.',
      example: panelExample.name,
    }),
  })
  .meta({ id: 'CaseInput', description: 'A claim to put before a panel.' });

const create = operation({
  method: 'post',
  path: '/v1/cases',
  operationId: 'createCase',
  tag,
  summary: 'Open a case',
  description:
    'Puts a claim before a panel. The claim must have a `judged` part in its criterion, or be proposed or disputed. The case freezes the claim, the version of its criterion and the rules. Sends `case.opened`.',
  access: 'resolve',
  body: { schema: inputSchema, example: { prediction: predictionExample.slug, panel: panelExample.name } },
  response: { status: 201, description: 'The opened case.', schema: caseSchema, example: caseExample },
  refusals: ['conflict', 'withdrawn'],
  handle: async ({ services }, { body, caller }) => {
    const view = await createCase(services, body, caller ?? adminCaller);
    return { status: 201, body: caseToJson(view), headers: { location: `/v1/cases/${view.row.id}` } };
  },
});

const list = operation({
  method: 'get',
  path: '/v1/cases',
  operationId: 'listCases',
  tag,
  summary: 'List cases',
  description: 'Returns cases in the order in which they were opened, without their evidence and votes.',
  access: 'read',
  query: {
    state: z.enum(caseStates).optional().meta({ description: 'Only cases in this state.', example: 'open' }),
    prediction: filterText('Only cases about the prediction with this id or slug.', predictionExample.slug),
    panel: filterText('Only cases before this panel: the id of a version, or a name for all.', panelExample.name),
    waiting_for: referenceField.optional().meta({
      description: 'Only cases that wait for a vote or a reveal of this member: the id of its key or of its predictor.',
      example: memberExample.key_id,
    }),
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('CaseList', 'A page of cases.', caseSummarySchema),
    example: { data: [caseSummaryExample], next_cursor: null },
  },
  handle: ({ services }, input) => {
    const { state, prediction, panel, waiting_for: waitingFor } = input.query;
    const filter = given({ state, prediction, panel, waitingFor });
    return replyWithPage(input, {
      position: numberPosition,
      list: (after, limit) => listCases(services, filter, { after, limit }),
      positionOf: (row) => row.seq,
      toJson: caseSummaryToJson,
    });
  },
});

const find = operation({
  method: 'get',
  path: '/v1/cases/{id}',
  operationId: 'getCase',
  tag,
  summary: 'Get a case',
  description:
    'Returns a case with its frozen claim, its rules, its evidence and its history. Votes and reasons are part of it once their round has closed; until then it shows who has voted.',
  access: 'read',
  params: idParameter,
  response: { status: 200, description: 'The case.', schema: caseSchema, example: caseExample },
  handle: async ({ services }, { params }) => ({ body: caseToJson(await getCase(services, params.id)) }),
});

const appealSchema = z
  .strictObject({
    panel: referenceField.meta({
      description: 'Id of a version of a panel, or a name for its newest version. It must have more members.',
      example: panelExample.name,
    }),
    reason: text(reasonCharsMax, {
      description: 'What the decision did not take into account.',
      example: 'A later interview contradicts the cited one.',
    }),
    evidence: z
      .array(evidenceInputSchema)
      .min(1)
      .max(appealItemsMax)
      .meta({ description: 'New items for the packet.', example: [evidenceInputExample] }),
  })
  .meta({ id: 'CaseAppealInput', description: 'An appeal against a provisional decision.' });

const appeal = operation({
  method: 'post',
  path: '/v1/cases/{id}/appeal',
  operationId: 'createCaseAppeal',
  tag,
  summary: 'Appeal a decision',
  description:
    'Puts a decided case before a larger panel, with new evidence, while the decision is provisional. The panel votes anew. Sends `case.appealed`.',
  access: 'resolve',
  params: idParameter,
  body: {
    schema: appealSchema,
    example: {
      panel: panelExample.name,
      reason: 'A later interview contradicts the cited one.',
      evidence: [evidenceInputExample],
    },
  },
  response: { status: 201, description: 'The case, open again.', schema: caseSchema, example: caseExample },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const input = { panel: body.panel, reason: body.reason, evidence: body.evidence.map(evidenceFrom) };
    const view = await createCaseAppeal(services, params.id, input, caller ?? adminCaller);
    return { status: 201, body: caseToJson(view), headers: { location: `/v1/cases/${params.id}` } };
  },
});

export const caseOperations = [create, list, find, appeal];
