import { z } from '@hono/zod-openapi';
import { stages } from '../../domain/feeds/item.ts';
import { endKinds } from '../../domain/feeds/stated-end.ts';
import { getModel, listModels } from '../../services/models/models.ts';
import { dueFields } from '../ends/ends.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { instantPosition, textPosition } from '../operation/cursor.ts';
import { asOfField, filterList, filterMoment, filterText, pageFields, pageSchema } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { modelExample } from '../predictions/examples.ts';
import { stampOf } from '../predictions/json.ts';
import { modelDetailExample, modelSummaryExample } from './examples.ts';
import { modelRowToJson, modelSchema, modelSummarySchema, modelToJson } from './json.ts';

const tag = 'Models';

/** Stands for null, the model without a suffix, in a query. */
const noTier = 'none';

const list = operation({
  method: 'get',
  path: '/v1/models',
  operationId: 'listModels',
  tag,
  summary: 'List models',
  description:
    'Returns the models that any feed lists, sorted by vendor and slug, as known now or at `as_of`. Releases are determined by the rules that settle predictions, with the default evidence policy.',
  access: 'read',
  toleratesLag: true,
  query: {
    vendor: filterText('Vendor.', 'openai'),
    family: filterText('Model family.', 'gpt'),
    tier: filterText(`Tier. \`${noTier}\` means the model without a suffix.`, 'mini'),
    stage: z.enum(stages).optional().meta({ description: 'The latest stage reached.', example: 'general' }),
    grade: z
      .enum(['admissible', 'short'])
      .optional()
      .meta({ description: 'Whether the evidence satisfies the default policy.', example: 'admissible' }),
    'released[gte]': filterMoment(
      'Released at this moment or later. If the date is an interval, all of it must satisfy this.',
      '2025-01-01',
    ),
    'released[lt]': filterMoment(
      'Released before this moment. If the date is an interval, all of it must satisfy this.',
      '2026-01-01',
    ),
    q: filterText(
      'A model id in the spelling of any feed. Returns exactly the model that the identity data maps it to.',
      'azure/gpt-5-2025-08-07',
    ),
    ...dueFields,
    kind: filterList(endKinds, {
      description: 'Models with a stated end of such a kind.',
      example: ['planned', 'firm'],
    }),
    sort: z.enum(['ends']).optional().meta({
      description:
        "`ends`: by the first stated end of the vendor's own service; models without one are left out. Default: by vendor and slug.",
      example: 'ends',
    }),
    as_of: asOfField,
    ...pageFields,
  },
  lists: ['kind'],
  response: {
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
    const ends = { endsGte: query['ends[gte]'], endsLt: query['ends[lt]'], endKinds: query.kind };
    const filter = { ...given({ vendor, family, stage, grade, q, ...released, ...ends }), ...tier };
    return await replyWithPage(input, {
      position: z.tuple([textPosition, textPosition]).rest(instantPosition),
      list: (at, limit) => {
        const after = at === null ? null : { vendor: at[0], slug: at[1], dueAt: at[2] ?? null };
        return listModels(http.services, filter, { after, asOf, limit, sort: query.sort });
      },
      positionOf: ({ vendor: ofVendor, slug, dueAt }) => (dueAt === null ? [ofVendor, slug] : [ofVendor, slug, dueAt]),
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
    'Returns what is known of a model now or at `as_of`: its release and how it is dated, its stages, withdrawal and attributes, and the rows of the feeds that list it. Computed from the stored evidence by the rules that settle predictions.',
  access: 'read',
  toleratesLag: true,
  params: {
    vendor: { description: 'Vendor of the model.', example: modelExample.vendor },
    slug: {
      description:
        'Slug of the model, such as `gpt-5`, `gpt-4o-mini`, `o4-mini` or `claude-4.1-opus`. Other spellings return 404.',
      example: modelExample.slug,
    },
  },
  query: { as_of: asOfField },
  response: { status: 200, description: 'The model.', schema: modelSchema, example: modelDetailExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const view = await getModel(http.services, params.vendor, params.slug, asOf);
    const stamp = stampOf(asOf, http.services);
    return { body: modelToJson(view, stamp), past: asOf !== null };
  },
});

export const modelOperations = [list, find];
