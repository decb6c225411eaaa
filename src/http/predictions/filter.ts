import { filterMoment, filterText } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { predictionExample } from './examples.ts';

/** What predictions can be asked for by, besides how they stand. */
export const predictionFilterFields = {
  predictor: filterText('Id of the predictor.', predictionExample.predictor.id),
  source: filterText('Id of the source.', predictionExample.source.id),
  tag: filterText('A tag.', 'timelines'),
  vendor: filterText('A vendor that the criterion watches.', 'openai'),
  family: filterText('A family that the criterion watches.', 'gpt'),
  'resolve_by[gte]': filterMoment('Deadline not before this.', '2025-01-01'),
  'resolve_by[lt]': filterMoment('Deadline before this.', '2026-01-01'),
  'made_at[gte]': filterMoment('Made not before this.', '2025-01-01'),
  'made_at[lt]': filterMoment('Made before this.', '2026-01-01'),
  q: filterText('Text in the statement or the slug, in any case.', 'gpt-5'),
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
