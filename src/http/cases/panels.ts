import { z } from '@hono/zod-openapi';
import {
  daysMax,
  fallBacks,
  membersMax,
  panelDefaults,
  revealDaysMax,
  roundsMax,
  voteModes,
} from '../../domain/cases/panel-rules.ts';
import { parseThreshold, type Threshold, thresholdDefault } from '../../domain/cases/threshold.ts';
import { Refusal } from '../../domain/refusal.ts';
import { getPanel } from '../../services/cases/panel-record.ts';
import { createPanel, listPanels } from '../../services/cases/panels.ts';
import { adminCaller } from '../operation/auth.ts';
import { numberPosition } from '../operation/cursor.ts';
import {
  filterText,
  nameCharsMax,
  pageFields,
  pageSchema,
  referenceField,
  slugField,
  text,
} from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { predictorExample } from '../predictions/examples.ts';
import { memberExample, panelExample } from './examples.ts';
import {
  adviserCharsMax,
  panelSchema,
  panelToJson,
  panelWithRecordSchema,
  panelWithRecordToJson,
  recordExample,
  ruleTexts,
} from './panel-json.ts';

const tag = 'Panels and cases';

const thresholdField = z
  .string()
  .max(9)
  .refine(
    (value) => parseThreshold(value) !== null,
    'must be a fraction of whole numbers from 1 to 1000, such as 2/3, or 1',
  )
  .transform((value): Threshold => parseThreshold(value) ?? thresholdDefault)
  .optional()
  .openapi({
    type: 'string',
    maxLength: 9,
    description: `${ruleTexts.threshold} Default: 2/3.`,
    example: panelExample.threshold,
  });

const days = (min: number, description: string, example: number) =>
  z.int().min(min).max(daysMax).optional().meta({ description, example });

const inputSchema = z
  .strictObject({
    name: slugField.meta({
      description:
        'Name of the panel: lower-case letters and digits, joined by single hyphens. If a panel has this name, the request creates its next version.',
      example: panelExample.name,
    }),
    members: z
      .array(
        z
          .strictObject({
            key_id: referenceField.meta({
              description: 'Id of the API key that votes, or `admin`. A key that replaces it inherits the seat.',
              example: memberExample.key_id,
            }),
            name: text(nameCharsMax, { description: 'Name that readers see. Default: none.', example: 'Judge A' })
              .nullable()
              .optional(),
            predictor_id: referenceField.nullable().optional().meta({
              description: 'Id of the predictor that this judge is. Default: none.',
              example: predictorExample.id,
            }),
          })
          .meta({ id: 'PanelMemberInput', description: 'A judge.' }),
      )
      .min(1)
      .max(membersMax)
      .meta({ description: 'The judges. A panel of one is allowed.', example: panelExample.members }),
    quorum: z.int().min(1).max(membersMax).meta({ description: ruleTexts.quorum, example: panelExample.quorum }),
    threshold: thresholdField,
    rounds: z
      .int()
      .min(1)
      .max(roundsMax)
      .optional()
      .meta({ description: `${ruleTexts.rounds} Default: ${panelDefaults.rounds}.`, example: panelExample.rounds }),
    vote_days: days(1, `${ruleTexts.voteDays} Default: ${panelDefaults.voteDays}.`, panelExample.vote_days),
    review_days: days(0, `${ruleTexts.reviewDays} Default: ${panelDefaults.reviewDays}.`, panelExample.review_days),
    allow_interested: z
      .boolean()
      .optional()
      .meta({ description: `${ruleTexts.allowInterested} Default: false.`, example: false }),
    fall_back: z
      .enum(fallBacks)
      .optional()
      .meta({ description: `${ruleTexts.fallBack} Default: ambiguous.`, example: 'ambiguous' }),
    vote_mode: z
      .enum(voteModes)
      .optional()
      .meta({ description: `${ruleTexts.voteMode} Default: sealed.`, example: 'sealed' }),
    reveal_days: z
      .int()
      .min(1)
      .max(revealDaysMax)
      .optional()
      .meta({ description: `${ruleTexts.revealDays} Default: ${panelDefaults.revealDays}.`, example: 2 }),
    adviser: text(adviserCharsMax, { description: `${ruleTexts.adviser} Default: none.`, example: 'gpt-4o-mini' })
      .nullable()
      .optional(),
  })
  .meta({ id: 'PanelInput', description: 'A panel to create, or the next version of one.' });

const {
  id: _id,
  version: _version,
  reveal_days: _days,
  created_at: _at,
  created_by: _by,
  ...inputExample
} = panelExample;

/** Refuses with `validation_failed` days for revealing what the server holds. */
function requireRevealMode({ vote_mode: mode, reveal_days: days }: z.infer<typeof inputSchema>): void {
  if (days === undefined || mode === 'committed') return;
  const detail = 'reveal_days must be absent unless vote_mode is committed: there is nothing to reveal';
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/reveal_days' }]);
}

const create = operation({
  method: 'post',
  path: '/v1/panels',
  operationId: 'createPanel',
  tag,
  summary: 'Create a panel',
  description:
    'Creates a panel of judges, or the next version of the panel with this name. Versions never change, and a case keeps the version with which it was opened. Rules that can never decide are refused.',
  access: 'resolve',
  body: { schema: inputSchema, example: inputExample },
  response: { status: 201, description: 'The created version.', schema: panelSchema, example: panelExample },
  refusals: ['conflict'],
  handle: async ({ services }, { body, caller }) => {
    requireRevealMode(body);
    const rules = {
      members: body.members.map(({ key_id: keyId, name, predictor_id: predictorId }) => ({
        keyId,
        name: name ?? null,
        predictorId: predictorId ?? null,
      })),
      quorum: body.quorum,
      threshold: body.threshold ?? thresholdDefault,
      rounds: body.rounds ?? panelDefaults.rounds,
      voteDays: body.vote_days ?? panelDefaults.voteDays,
      reviewDays: body.review_days ?? panelDefaults.reviewDays,
      allowInterested: body.allow_interested ?? panelDefaults.allowInterested,
      fallBack: body.fall_back ?? panelDefaults.fallBack,
      voteMode: body.vote_mode ?? panelDefaults.voteMode,
      revealDays: body.reveal_days ?? panelDefaults.revealDays,
      adviser: body.adviser ?? panelDefaults.adviser,
    };
    const panel = await createPanel(services, { name: body.name, rules }, (caller ?? adminCaller).id);
    return { status: 201, body: panelToJson(panel), headers: { location: `/v1/panels/${panel.id}` } };
  },
});

const list = operation({
  method: 'get',
  path: '/v1/panels',
  operationId: 'listPanels',
  tag,
  summary: 'List panels',
  description: 'Returns every version of every panel, in the order of creation.',
  access: 'read',
  query: { name: filterText('Only versions of the panel with this name.', panelExample.name), ...pageFields },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('PanelList', 'A page of panels.', panelSchema),
    example: { data: [panelExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: numberPosition,
      list: (after, limit) => listPanels(services, { name: input.query.name ?? null, after, limit }),
      positionOf: (row) => row.seq,
      toJson: panelToJson,
    }),
});

const find = operation({
  method: 'get',
  path: '/v1/panels/{id}',
  operationId: 'getPanel',
  tag,
  summary: 'Get a panel',
  description: 'Returns a version of a panel, with how far its judges agree and the record of each.',
  access: 'read',
  params: {
    id: { description: 'The id of a version, or the name of a panel for the newest.', example: panelExample.id },
  },
  response: { status: 200, description: 'The panel.', schema: panelWithRecordSchema, example: recordExample },
  handle: async ({ services }, { params }) => ({ body: panelWithRecordToJson(await getPanel(services, params.id)) }),
});

export const panelOperations = [create, list, find];
