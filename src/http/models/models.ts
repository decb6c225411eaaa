import { z } from '@hono/zod-openapi';
import { stages } from '../../domain/feeds/item.ts';
import { getModel, listModels } from '../../services/models/models.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { textPosition } from '../operation/cursor.ts';
import { asOfField, filterMoment, filterText, pageFields, pageSchema } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { modelExample } from '../predictions/examples.ts';
import { stampOf } from '../predictions/json.ts';
import { modelDetailExample, modelSummaryExample } from './examples.ts';
import { modelRowToJson, modelSchema, modelSummarySchema, modelToJson } from './json.ts';

const tag = 'Models';

/** What stands for the unsuffixed model in a query, where null cannot be written. */
const noTier = 'none';

const list = operation({
  method: 'get',
  path: '/v1/models',
  operationId: 'listModels',
  tag,
  summary: 'List models',
  description:
    'Canonical models that anything lists, by vendor and slug, as they are known now or were at `as_of`. What is known of each follows from the rule that settles predictions, under the default evidence policy.',
  access: 'read',
  bearsLag: true,
  query: {
    vendor: filterText('A vendor.', 'openai'),
    family: filterText('A family.', 'gpt'),
    tier: filterText(`A tier, exactly; \`${noTier}\`: the unsuffixed model.`, 'mini'),
    stage: z.enum(stages).optional().meta({ description: 'The stage reached.', example: 'general' }),
    grade: z
      .enum(['admissible', 'short'])
      .optional()
      .meta({ description: 'Whether the evidence satisfies the policy.', example: 'admissible' }),
    'released[gte]': filterMoment('It came out then or later, for certain.', '2025-01-01'),
    'released[lt]': filterMoment('It came out before that, for certain.', '2026-01-01'),
    q: filterText(
      'A model id as any feed writes it, read by the reviewed identity data: exactly the model that it names, never one that resembles it.',
      'azure/gpt-5-2025-08-07',
    ),
    as_of: asOfField,
    ...pageFields,
  },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ModelSummaryList', 'A page of models.', modelSummarySchema),
    example: { data: [modelSummaryExample], next_cursor: null },
  },
  handle: async (http, input) => {
    const { query } = input;
    const { vendor, family, stage, grade, q } = query;
    const asOf = pastOrNow(http, query.as_of);
    const released = { releasedGte: query['released[gte]'], releasedLt: query['released[lt]'] };
    const tier = query.tier === undefined ? {} : { tier: query.tier === noTier ? null : query.tier };
    const filter = { ...given({ vendor, family, stage, grade, q, ...released }), ...tier };
    return await replyWithPage(input, {
      position: z.tuple([textPosition, textPosition]),
      list: (at, limit) => {
        const after = at === null ? null : { vendor: at[0], slug: at[1] };
        return listModels(http.services, filter, { after, asOf, limit });
      },
      positionOf: (row) => [row.vendor, row.slug],
      toJson: modelRowToJson,
      past: asOf !== null,
    });
  },
});

const find = operation({
  method: 'get',
  path: '/v1/models/{vendor}/{slug}',
  operationId: 'getModel',
  tag,
  summary: 'Get a model',
  description:
    'Who said what when of one model, the bracket of sightings, when it came out and why that date, its stages, end and attributes: replayed over the stored evidence, as of a moment or now, by the functions that settle predictions.',
  access: 'read',
  bearsLag: true,
  params: {
    vendor: { description: 'The vendor.', example: modelExample.vendor },
    slug: {
      description:
        'The one spelling of its name: `gpt-5`, `gpt-4o-mini`, `o4-mini`, `claude-4.1-opus`. Nothing like it is accepted.',
      example: modelExample.slug,
    },
  },
  query: { as_of: asOfField },
  answer: { status: 200, description: 'The model.', schema: modelSchema, example: modelDetailExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const view = await getModel(http.services, params.vendor, params.slug, asOf);
    const stamp = stampOf(asOf, http.services.identity.version);
    return { body: modelToJson(view, stamp), past: asOf !== null };
  },
});

export const modelOperations = [list, find];
