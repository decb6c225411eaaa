import { filterMoment, filterText } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { predictionExample } from './examples.ts';

/** Filters of predictions, except status and outcome. */
export const predictionFilterFields = {
  predictor: filterText('Id of the predictor.', predictionExample.predictor.id),
  source: filterText('Id of the source.', predictionExample.source.id),
  tag: filterText('Only predictions with this tag.', 'timelines'),
  vendor: filterText('Vendor named in the criterion.', 'openai'),
  family: filterText('Model family named in the criterion.', 'gpt'),
  'resolve_by[gte]': filterMoment('Deadline at or after this moment.', '2025-01-01'),
  'resolve_by[lt]': filterMoment('Deadline before this moment.', '2026-01-01'),
  'made_at[gte]': filterMoment('Claims made at or after this moment.', '2025-01-01'),
  'made_at[lt]': filterMoment('Claims made before this moment.', '2026-01-01'),
  q: filterText('Text contained in the statement or the slug. Case-insensitive.', 'gpt-5'),
};

type FilterQuery = {
  readonly [K in keyof typeof predictionFilterFields]?: (typeof predictionFilterFields)[K]['_output'];
};

export function predictionFilterOf(query: FilterQuery) {
  return given({
    predictorId: query.predictor,
    sourceId: query.source,
    tag: query.tag,
    vendor: query.vendor,
    family: query.family,
    resolveByGte: query['resolve_by[gte]'],
    resolveByLt: query['resolve_by[lt]'],
    madeAtGte: query['made_at[gte]'],
    madeAtLt: query['made_at[lt]'],
    q: query.q,
  });
}
