import { z } from '@hono/zod-openapi';
import { outcomes } from '../../domain/outcome.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import {
  countPredictions,
  listDocumentBytes,
  listPredictions,
  predictionSorts,
} from '../../services/predictions/lists.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { pageDefault, placePosition } from '../operation/cursor.ts';
import {
  asOfField,
  filterFlag,
  filterList,
  filterMoment,
  pageFields,
  pageSchema,
  totalField,
} from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { bytesPageReply, pageReply, readPosition } from '../operation/paging.ts';
import { predictionExample } from './examples.ts';
import { predictionFilterFields, predictionFilterOf } from './filter.ts';
import { predictionSchema, predictionToJson, stampOf, statuses } from './json.ts';

const predictionListSchema = pageSchema('PredictionList', 'A page of predictions.', predictionSchema)
  .extend({ total: totalField })
  .meta({ id: 'PredictionList', description: 'A page of predictions.' });

const list = operation({
  method: 'get',
  path: '/v1/predictions',
  operationId: 'listPredictions',
  tag: 'Predictions',
  summary: 'List predictions',
  description: 'Returns predictions as they are now or were at `as_of`. Default order: newest first.',
  access: 'read',
  query: {
    status: filterList(statuses, {
      description:
        'Only predictions with one of these statuses. Separate several with commas, or repeat the parameter.',
      example: ['open', 'proposed'],
    }),
    outcome: z.enum(outcomes).optional().meta({ description: 'Only predictions with this outcome.', example: 'yes' }),
    ...predictionFilterFields,
    'resolved_at[gte]': filterMoment('Current resolution recorded at or after this moment.', '2025-01-01'),
    'resolved_at[lt]': filterMoment('Current resolution recorded before this moment.', '2026-01-01'),
    as_of: asOfField,
    sort: z.enum(predictionSorts).optional().meta({
      description:
        'Sort by when predictions were recorded or made, by their deadline, or by when their current resolution was recorded; a leading hyphen sorts descending. Predictions without a deadline or resolution come last in both directions. Default: `-recorded_at`.',
      example: '-recorded_at',
    }),
    count: filterFlag('If true, `total` is the number of predictions on all pages. Not with `as_of`. Default: false.'),
    ...pageFields,
  },
  lists: ['status'],
  readsKept: true,
  response: {
    status: 200,
    description: 'A page.',
    schema: predictionListSchema,
    example: { data: [predictionExample], next_cursor: null },
  },
  handle: async (http, input) => {
    const { services } = http;
    const { query } = input;
    const asOf = pastOrNow(http, query.as_of);
    const resolvedAt = given({ resolvedAtGte: query['resolved_at[gte]'], resolvedAtLt: query['resolved_at[lt]'] });
    const matching = {
      filter: { ...predictionFilterOf(query), ...resolvedAt },
      statuses: query.status ?? null,
      outcome: query.outcome ?? null,
      asOf,
    };
    const total = query.count === true ? await countPredictions(services, matching) : undefined;
    const extra = total === undefined ? {} : { extra: { total } };
    const page = {
      ...matching,
      after: readPosition(input, placePosition),
      sort: query.sort ?? '-recorded_at',
      limit: query.limit ?? pageDefault,
    };
    if (asOf === null) {
      const { documents, next } = await listDocumentBytes(services, page);
      return bytesPageReply(input, documents, next, extra);
    }
    const current = await withCurrentIdentity(services);
    const { views, next } = await listPredictions(current, { ...page, asOf });
    const stamp = stampOf(asOf, current);
    return pageReply(
      input,
      views.map((view) => predictionToJson(view, stamp)),
      next,
      { past: true, ...extra },
    );
  },
});

export const listOperations = [list];
