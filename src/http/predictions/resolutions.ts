import { z } from '@hono/zod-openapi';
import { personReasonCodes } from '../../domain/evaluation/resolution.ts';
import {
  createPredictionResolution,
  listPredictionResolutions,
  listResolutions,
} from '../../services/predictions/resolutions.ts';
import { adminCaller } from '../operation/auth.ts';
import { numberPosition, pageDefault, readCursor, writeCursor } from '../operation/cursor.ts';
import { evidenceMax, pageFields, pageSchema, reasonCharsMax, referenceField, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { predictionExample, resolutionExample } from './examples.ts';
import { outcomes } from './json.ts';
import { type Resolution, resolutionSchema, resolutionToJson } from './resolution-json.ts';

const tag = 'Resolutions';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const listOf = operation({
  method: 'get',
  path: '/v1/predictions/{id}/resolutions',
  operationId: 'listPredictionResolutions',
  tag,
  summary: "List a prediction's resolutions",
  description: 'Every resolution it ever had, oldest first. The last one stands.',
  access: 'read',
  params: idParameter,
  query: pageFields,
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ResolutionList', 'A page of resolutions.', resolutionSchema),
    example: { data: [resolutionExample], next_cursor: null },
  },
  handle: async ({ services }, { params, query, listing, target }) => {
    // Rows are only ever appended, so the number of those before is as good a key as any.
    const skipped = query.cursor === undefined ? 0 : readCursor(listing, query.cursor, numberPosition);
    const all = (await listPredictionResolutions(services, params.id)).slice(skipped);
    const { rows, next } = cutPage(all, query.limit, () => skipped + (query.limit ?? pageDefault));
    return pageReply({ listing, target }, rows.map(resolutionToJson), next);
  },
});

const decisionSchema = z
  .strictObject({
    outcome: z
      .enum(outcomes)
      .meta({ description: 'ambiguous: reality is unclear. annulled: the claim was defective.', example: 'yes' }),
    effective_at: z.string().min(1).max(80).meta({
      description: 'What in the world settled it: a date, an RFC 3339 instant, or start/end.',
      example: '2025-08-07',
    }),
    reason_code: z.enum(personReasonCodes).meta({
      description:
        'Why, for machines. `confirmed` repeats the outcome that stands, `reality_unclear` goes with ambiguous, `criterion_defective` with annulled, `entry_error` mends a slip.',
      example: 'evidence_reviewed',
    }),
    reason: text(reasonCharsMax, {
      description: 'Why, for people.',
      example: 'The vendor announced it on that day; see the evidence.',
    }),
    evidence: z
      .array(referenceField)
      .max(evidenceMax)
      .optional()
      .meta({ description: 'Ids of observations.', example: resolutionExample.evidence }),
    supersedes: referenceField.nullable().optional().meta({
      description:
        'The resolution that you saw standing, null for none; refused with 409 when another stands. Left out: whatever stands is superseded.',
      example: resolutionExample.id,
    }),
  })
  .meta({ id: 'ResolutionInput', description: "A person's decision." });

const decide = operation({
  method: 'post',
  path: '/v1/predictions/{id}/resolutions',
  operationId: 'createPredictionResolution',
  tag,
  summary: 'Decide as a person',
  description:
    'Appends a resolution by a person. It supersedes the one that stood, which is kept, and answers a dispute of it. Subscribers are told once: prediction.resolved or prediction.annulled of the first, prediction.resolution.amended of any later one.',
  access: 'resolve',
  params: idParameter,
  body: {
    schema: decisionSchema,
    example: {
      outcome: 'no',
      effective_at: '2025-08-07',
      reason_code: 'evidence_reviewed',
      reason: 'The vendor announced it on that day; see the evidence.',
      evidence: resolutionExample.evidence,
    },
  },
  answer: {
    status: 201,
    description: 'Decided.',
    schema: resolutionSchema,
    example: { ...resolutionExample, decided_by: adminCaller.id, reason_code: 'evidence_reviewed' },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const resolution = await createPredictionResolution(services, params.id, {
      outcome: body.outcome,
      effectiveAt: body.effective_at,
      reasonCode: body.reason_code,
      reason: body.reason,
      evidence: body.evidence ?? [],
      supersedes: body.supersedes,
      // The key by its id: its name may say more of its holder than readers are meant to know.
      decidedBy: (caller ?? adminCaller).id,
    });
    return {
      status: 201,
      body: resolutionToJson(resolution),
      headers: { location: `/v1/predictions/${resolution.predictionId}/resolutions` },
    };
  },
});

const listedSchema = resolutionSchema
  .extend({ prediction: z.object({ id: z.string(), slug: z.string(), statement: z.string() }) })
  .meta({ id: 'ResolutionWithPrediction', description: 'A resolution with its prediction.' });

const listedPageSchema = pageSchema('ResolutionWithPredictionList', 'A page of resolutions.', listedSchema)
  .extend({
    last_cursor: z.string().nullable().meta({
      description: 'Goes on after the last resolution told so far: keep it, to ask later for what resolved since.',
      example: 'eyJvZiI6Ii4uLiIsImF0Ijo3fQ',
    }),
  })
  .meta({ id: 'ResolutionWithPredictionList', description: 'What resolved since a cursor.' });

const reference = { id: predictionExample.id, slug: predictionExample.slug, statement: predictionExample.statement };

const listSince = operation({
  method: 'get',
  path: '/v1/resolutions',
  operationId: 'listResolutions',
  tag,
  summary: 'List what resolved',
  description:
    'Every resolution in the order of decision, after a cursor. Keep `last_cursor` to hear later of what resolved since.',
  access: 'read',
  query: {
    outcome: z.enum(outcomes).optional().meta({ description: 'What it came to.', example: 'yes' }),
    ...pageFields,
  },
  answer: {
    status: 200,
    description: 'A page.',
    schema: listedPageSchema,
    example: {
      data: [{ ...resolutionExample, prediction: reference }],
      next_cursor: null,
      last_cursor: 'eyJvZiI6Ii4uLiIsImF0Ijo3fQ',
    },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const after = query.cursor === undefined ? 0 : readCursor(listing, query.cursor, numberPosition);
    const found = await listResolutions(services, {
      after,
      outcome: query.outcome ?? null,
      limit: (query.limit ?? pageDefault) + 1,
    });
    const { rows, next } = cutPage(found, query.limit, (last) => last.seq);
    const last = rows.at(-1)?.seq ?? after;
    const extra = { last_cursor: last === 0 ? null : writeCursor(listing, last) };
    return pageReply({ listing, target }, rows.map(listedToJson), next, { extra });
  },
});

function listedToJson(row: Resolution & { slug: string; statement: string }): z.infer<typeof listedSchema> {
  return { ...resolutionToJson(row), prediction: { id: row.predictionId, slug: row.slug, statement: row.statement } };
}

export const resolutionOperations = [listOf, decide, listSince];
