import { observationExample } from '../feeds/examples.ts';
import { modelExample, predictionExample } from '../predictions/examples.ts';

const { why, ...summary } = modelExample;

export const modelSummaryExample = summary;

const source = {
  feed: 'openai-sdk',
  origin: 'openai-sdk',
  trust: 'first_party',
  name: 'gpt-5',
  observation_id: observationExample.id,
};
const { url: _url, first_seen_at: _firstSeen, ...known } = summary;

export const modelDetailExample = {
  ...known,
  missing: null,
  why,
  bracket: { after: '2025-08-07T12:00:00Z', by: '2025-08-08T00:00:00Z' },
  trust: 'first_party',
  stages: [
    {
      stage: 'general',
      grade: 'admissible',
      since: '2025-08-07',
      until: null,
      missing: null,
      said_by: [{ ...source, since: '2025-08-08T00:00:00Z' }],
    },
  ],
  retirement: null,
  ends: [],
  attributes: [
    {
      name: 'output_usd_per_mtok',
      value: 10,
      grade: 'short',
      since: '2025-08-07',
      missing:
        'only models.dev publishes such a value; a first party or one more origin must publish it, in reads a day apart',
      said_by: [
        { ...source, feed: 'models-dev', origin: 'models.dev', trust: 'curated', since: '2025-08-07T18:00:00Z' },
      ],
    },
  ],
  witnesses: [
    {
      ...source,
      host: null,
      own: true,
      standing: 'witness',
      stage: 'general',
      seen_from: '2025-08-08T00:00:00Z',
      absent_at: '2025-08-07T12:00:00Z',
      gone_at: null,
      dates: [
        {
          text: '2025-08-07',
          weight: 'stands',
          use: 'used',
          why: null,
          observed_at: '2025-08-08T00:00:00Z',
          observation_id: observationExample.id,
        },
      ],
      shutdown: null,
      ends: [],
    },
  ],
  witnesses_total: 1,
  predictions: [
    {
      id: predictionExample.id,
      slug: predictionExample.slug,
      statement: predictionExample.statement,
      url: `/v1/predictions/${predictionExample.id}`,
    },
  ],
  more_predictions: false,
  links: {
    observations: '/v1/observations?vendor=openai&family=gpt',
    predictions: '/v1/predictions?vendor=openai&family=gpt',
  },
  as_of: null,
};
