import { z } from '@hono/zod-openapi';
import { personReasonCodes } from '../../domain/evaluation/resolution.ts';
import { outcomes } from '../../domain/outcome.ts';
import { resolutionToJson } from '../../services/predictions/document.ts';
import {
  countResolutions,
  createPredictionResolution,
  getResolution,
  type ListedResolution,
  listPredictionResolutions,
  listResolutions,
  type ResolutionRow,
} from '../../services/predictions/resolutions.ts';
import { caseSummaryExample } from '../cases/examples.ts';
import { adminCaller } from '../operation/auth.ts';
import { numberPosition, writeCursor } from '../operation/cursor.ts';
import {
  evidenceMax,
  filterFlag,
  filterMoment,
  pageFields,
  pageSchema,
  reasonCharsMax,
  referenceField,
  text,
  totalField,
} from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithAppended, replyWithPage } from '../operation/paging.ts';
import { predictionExample, resolutionExample } from './examples.ts';
import { resolutionSchema } from './resolution-json.ts';

const tag = 'Resolutions';
/** A resolution cannot be changed, so its ETag has a constant version. */
const onlyVersion = 1;
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const listForPrediction = operation({
  method: 'get',
  path: '/v1/predictions/{id}/resolutions',
  operationId: 'listPredictionResolutions',
  tag,
  summary: "List a prediction's resolutions",
  description: 'Returns every resolution of a prediction, oldest first. The last one is current.',
  access: 'read',
  params: idParameter,
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ResolutionList', 'A page of resolutions.', resolutionSchema),
    example: { data: [resolutionExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithAppended(input, {
      listAll: () => listPredictionResolutions(services, input.params.id),
      toJson: resolutionToJson,
    }),
});

const inputSchema = z
  .strictObject({
    outcome: z.enum(outcomes).meta({
      description: '`ambiguous`: the facts are unclear. `annulled`: the claim or its criterion is defective.',
      example: 'yes',
    }),
    effective_at: z.string().min(1).max(80).meta({
      description:
        'When the deciding event happened: a date, an RFC 3339 date-time or `start/end`. Must not be in the future, nor before `made_at` unless `reason_code` is `already_before_window`.',
      example: '2025-08-07',
    }),
    reason_code: z.enum(personReasonCodes).meta({
      description:
        'Machine-readable reason. `confirmed` repeats the current outcome, `reality_unclear` requires ambiguous, `criterion_defective` requires annulled, `entry_error` corrects a mistake.',
      example: 'evidence_reviewed',
    }),
    reason: text(reasonCharsMax, {
      description: 'The reason, in words.',
      example: 'The vendor announced the release on that day.',
    }),
    evidence: z
      .array(referenceField)
      .max(evidenceMax)
      .optional()
      .meta({ description: 'Ids of the observations that support the outcome.', example: resolutionExample.evidence }),
    supersedes: referenceField.nullable().optional().meta({
      description:
        'Id of the resolution that you expect to be current, or null for none. If another one is current, the request returns 409. Default: no check.',
      example: resolutionExample.id,
    }),
    supersede_case: referenceField.optional().meta({
      description:
        'Id of the running case whose panel you overrule; the case then ends and shows your key and reason. Required while a case is running, because the request returns 409 without it.',
      example: caseSummaryExample.id,
    }),
  })
  .meta({ id: 'ResolutionInput', description: "A person's decision on a prediction." });

/** The resolution as the audit log has it: with the case whose panel it overruled. */
export function decisionToAudit(resolution: ResolutionRow, supersedeCase: string | undefined) {
  const json = resolutionToJson(resolution);
  return supersedeCase === undefined ? json : { ...json, supersede_case: supersedeCase };
}

const create = operation({
  method: 'post',
  path: '/v1/predictions/{id}/resolutions',
  operationId: 'createPredictionResolution',
  tag,
  summary: 'Resolve a prediction',
  description:
    'Records the decision of a person. It supersedes the current resolution, which is kept, and ends a dispute. While a case is running, it must name that case as `supersede_case`. The first resolution sends `prediction.resolved` or `prediction.annulled`; every later one sends `prediction.resolution.amended`.',
  access: 'resolve',
  params: idParameter,
  body: {
    schema: inputSchema,
    example: {
      outcome: 'no',
      effective_at: '2025-08-07',
      reason_code: 'evidence_reviewed',
      reason: 'The vendor announced the release on that day.',
      evidence: resolutionExample.evidence,
    },
  },
  response: {
    status: 201,
    description: 'The recorded resolution.',
    schema: resolutionSchema,
    example: { ...resolutionExample, decided_by: adminCaller.id, reason_code: 'evidence_reviewed' },
  },
  refusals: ['conflict', 'withdrawn'],
  handle: async ({ services }, { params, body, caller }) => {
    const resolution = await createPredictionResolution(services, params.id, {
      outcome: body.outcome,
      effectiveAt: body.effective_at,
      reasonCode: body.reason_code,
      reason: body.reason,
      evidence: body.evidence ?? [],
      supersedes: body.supersedes,
      supersedeCase: body.supersede_case,
      // Readers see the id of the key, because its name may identify its holder.
      decidedBy: (caller ?? adminCaller).id,
    });
    return {
      status: 201,
      body: resolutionToJson(resolution),
      recorded: decisionToAudit(resolution, body.supersede_case),
      headers: { location: `/v1/resolutions/${resolution.id}` },
    };
  },
});

const withPredictionSchema = resolutionSchema
  .extend({ prediction: z.object({ id: z.string(), slug: z.string(), statement: z.string() }) })
  .meta({ id: 'ResolutionWithPrediction', description: 'A resolution with its prediction.' });

const withPredictionListSchema = pageSchema(
  'ResolutionWithPredictionList',
  'A page of resolutions.',
  withPredictionSchema,
)
  .extend({
    total: totalField,
    last_cursor: z.string().nullable().meta({
      description:
        'Cursor after the last resolution of this page. Keep it and send it later to get newer resolutions. Null if there is no resolution yet.',
      example: 'eyJvZiI6Ii4uLiIsImF0Ijo3fQ',
    }),
  })
  .meta({ id: 'ResolutionWithPredictionList', description: 'A page of resolutions.' });

const reference = { id: predictionExample.id, slug: predictionExample.slug, statement: predictionExample.statement };

const list = operation({
  method: 'get',
  path: '/v1/resolutions',
  operationId: 'listResolutions',
  tag,
  summary: 'List resolutions',
  description:
    'Returns all resolutions, earliest decision first. Keep `last_cursor` and send it as `cursor` later to get newer ones.',
  access: 'read',
  query: {
    outcome: z.enum(outcomes).optional().meta({ description: 'Only resolutions with this outcome.', example: 'yes' }),
    'resolved_at[gte]': filterMoment('Resolutions recorded at or after this moment (`decided_at`).', '2025-01-01'),
    'resolved_at[lt]': filterMoment('Resolutions recorded before this moment (`decided_at`).', '2026-01-01'),
    count: filterFlag('If true, `total` is the number of resolutions on all pages. Default: false.'),
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: withPredictionListSchema,
    example: {
      data: [{ ...resolutionExample, prediction: reference }],
      next_cursor: null,
      last_cursor: 'eyJvZiI6Ii4uLiIsImF0Ijo3fQ',
    },
  },
  handle: async ({ services }, input) => {
    const { outcome, count } = input.query;
    const filter = given({
      outcome,
      decidedAtGte: input.query['resolved_at[gte]'],
      decidedAtLt: input.query['resolved_at[lt]'],
    });
    const total = count === true ? { total: await countResolutions(services, filter) } : {};
    return await replyWithPage(input, {
      position: numberPosition,
      list: (after, limit) => listResolutions(services, filter, { after: after ?? 0, limit }),
      positionOf: (row) => row.seq,
      toJson: withPredictionToJson,
      extra: (last) => ({ ...total, last_cursor: last === null ? null : writeCursor(input.listing(), last) }),
    });
  },
});

const get = operation({
  method: 'get',
  path: '/v1/resolutions/{id}',
  operationId: 'getResolution',
  tag,
  summary: 'Get a resolution',
  description:
    'Returns one resolution with its prediction. Webhook messages and events contain its id. It is never changed; if a later one supersedes it, the prediction refers to the later one.',
  access: 'read',
  params: { id: { description: 'The id of a resolution.', example: resolutionExample.id } },
  response: {
    status: 200,
    description: 'The resolution.',
    schema: withPredictionSchema,
    example: { ...resolutionExample, prediction: reference },
  },
  handle: async ({ services }, { params }) => ({
    body: withPredictionToJson(await getResolution(services, params.id)),
    version: onlyVersion,
  }),
});

function withPredictionToJson(row: ListedResolution): z.infer<typeof withPredictionSchema> {
  return { ...resolutionToJson(row), prediction: { id: row.predictionId, slug: row.slug, statement: row.statement } };
}

export const resolutionOperations = [listForPrediction, create, list, get];
