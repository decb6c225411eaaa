import { countsExample } from './counts-json.ts';

/**
 * All examples of the API document describe the same prediction, of data/seed/article.json, so that they agree with
 * each other and with a new service.
 */

export const criterionExample = {
  op: 'not',
  of: { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5', tier: null } },
};

export const sourceExample = {
  id: 'src_01jf3mw0c8s7q4q2m1x5v9t6ka',
  title: 'Speculation that OpenAI has GPT-5 and keeps it inside (French translation)',
  url: null,
  language: 'fr',
  author: 'Alberto Romero',
  published_at: '2025-01',
  created_at: '2025-01-20T09:00:00Z',
  predictions: { ...countsExample },
  version: 1,
  updated_at: '2025-01-20T09:00:00Z',
};

export const predictorExample = {
  id: 'who_01jf3mw2n5d8e3b7r6y4z1p0hc',
  name: 'Alberto Romero',
  url: null,
  created_at: '2025-01-20T09:00:00Z',
  version: 1,
  updated_at: '2025-01-20T09:00:00Z',
};

export const resolutionExample = {
  id: 'res_01k21v6ye4h9m3t5b7n8c2d0fa',
  outcome: 'no' as const,
  effective_at: '2025-08-07',
  known_at: '2025-08-08T00:00:00Z',
  decided_at: '2025-08-08T00:00:04Z',
  decided_by: 'resolver',
  reason_code: 'released_in_window',
  reason: 'No, because what it denies is true. gpt-5 was released on 2025-08-07.',
  evidence: ['obs_01k21v6xg2k8f4d9s5a1w7e3ru'],
  miss_chance: null,
  supersedes: null,
};

export const predictionExample = {
  id: 'pred_01jf3mw9x1c6v8b2n4m7q5w3es',
  slug: 'gpt-5-never-released',
  statement: 'OpenAI never releases GPT-5.',
  fine_print: null,
  source: {
    id: sourceExample.id,
    title: sourceExample.title,
    url: sourceExample.url,
    language: sourceExample.language,
    published_at: '2025-01',
  },
  locator: 'section VI',
  predictor: { id: predictorExample.id, name: predictorExample.name },
  case: null,
  probability: 0.9,
  made_at: '2025-01',
  recorded_at: '2025-01-20T09:05:00Z',
  hindsight: false,
  self_stated: false,
  criterion: criterionExample,
  criterion_text:
    'No OpenAI GPT model of version 5 without a tier suffix such as mini or pro is ever released to the public.',
  criterion_version: 1,
  criterion_hash: 'sha256:3f0a0c5f5f0f4e1b9d6c2a7e8b1d4c3f2a9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c',
  polarity: 'refutable_only',
  evidence_policy: null,
  from_end: null,
  resolve_by: null,
  status: 'resolved',
  outcome: 'no',
  standing: null,
  leaning: null,
  warnings: [],
  review: null,
  resolution: resolutionExample,
  errata: [],
  tags: ['timelines'],
  as_of: null,
  evaluated_through: '2025-08-08T00:00:04Z',
  version: 2,
  created_at: '2025-01-20T09:05:00Z',
  updated_at: '2025-08-08T00:00:04Z',
  withdrawn_at: null,
};

export const forecastExample = {
  id: 'fc_01jf3mw9x4r7t2y6u8i0p5a3sd',
  prediction_id: predictionExample.id,
  predictor: predictionExample.predictor,
  probability: 0.9,
  made_at: '2025-01',
  recorded_at: '2025-01-20T09:05:00Z',
  criterion_version: 1,
  source_id: sourceExample.id,
  locator: 'section VI',
  hindsight: false,
  scoring: 'scored',
};

const emptyBins = Array.from({ length: 10 }, (_, bin) => ({
  from: bin / 10,
  to: (bin + 1) / 10,
  forecasts: 0,
  predictions: 0,
  weight: 0,
  forecast_mean: null,
  observed: null,
  interval: null,
}));

/** One prediction with probability 0.9 and outcome no. */
export const scorecardExample = {
  predictor: predictionExample.predictor,
  claims: {
    recorded: 1,
    unresolved: 0,
    overdue: 0,
    disputed: 0,
    withdrawn: 0,
    yes: 0,
    no: 1,
    ambiguous: 0,
    annulled: 0,
    hindsight: 0,
    self_stated: 0,
  },
  coverage: { resolved: 1, forecast: 1, share: 1 },
  plain_claims: { right: 0, wrong: 0, hit_rate: null, interval: null },
  plain_claims_hindsight: { right: 0, wrong: 0, hit_rate: null, interval: null },
  forecasts: { waiting: 0, unanswered: 0, other_criterion: 0, too_late: 0, hindsight: 0, scored: 1 },
  rule: 'time_weighted',
  score: {
    predictions: 1,
    forecasts: 1,
    brier: 0.81,
    brier_last: 0.81,
    log_score: Number((-Math.LN10).toFixed(6)),
    baseline_score: -232.192809,
    calibration: [
      ...emptyBins.slice(0, 9),
      {
        from: 0.9,
        to: 1,
        forecasts: 1,
        predictions: 1,
        weight: 1,
        forecast_mean: 0.9,
        observed: 0,
        interval: { low: 0, high: 0.793451 },
      },
    ],
  },
  peer_score: { predictions: 0, score: null },
  hindsight_score: {
    predictions: 0,
    forecasts: 0,
    brier: null,
    brier_last: null,
    log_score: null,
    baseline_score: null,
    calibration: emptyBins,
  },
  as_of: null,
};

export const omittedExample = { evidence: 0, witnesses: 0, watermarks: 0, origins: 0 };

export const explanationNodeExample = {
  op: 'not',
  verdict: 'no',
  reason: 'from_operands',
  text: 'No, because what it denies is true.',
  effective_at: '2025-08-07',
  witnesses: [],
  watermarks: [],
  absence: null,
  of: [
    {
      op: 'released',
      verdict: 'yes',
      reason: 'released_in_window',
      text: 'gpt-5 was released on 2025-08-07.',
      effective_at: '2025-08-07',
      witnesses: [
        {
          observation_id: 'obs_01k21v6xg2k8f4d9s5a1w7e3ru',
          feed: 'openai-sdk',
          origin: 'openai-sdk',
          trust: 'first_party',
          name: 'gpt-5',
          model: 'openai gpt 5',
          observed_at: '2025-08-08T00:00:00Z',
          source_as_of: '2025-08-07',
        },
      ],
      watermarks: [],
      absence: null,
      of: [],
    },
  ],
};

export const apiKeyExample = {
  id: 'key_01k21v6zq7e2w9r4t6y8u1i3op',
  name: 'Release pipeline',
  prefix: 'ok_q7Rm2K',
  scopes: ['read', 'write'],
  status: 'active',
  created_at: '2025-08-08T09:00:00Z',
  created_by: 'admin',
  expires_at: null,
  revoked_at: null,
  replaced_by: null,
  last_used_at: '2025-08-08T09:12:00Z',
  key: 'ok_q7Rm2KxW9vB4nL8pT3sD6fG1hJ5kZ0yC2a1oZb',
};

export const auditExample = {
  id: 'aud_01k21v70b5n8m2x4c6v9z1a3sd',
  recorded_at: '2025-08-08T09:12:00Z',
  actor: apiKeyExample.id,
  operation: 'updatePrediction',
  path: `/v1/predictions/${predictionExample.slug}`,
  resource_id: predictionExample.id,
  request_id: 'req_01k21v6xg2k8f4d9s5a1w7e3ru',
  before: { id: predictionExample.id, tags: [] },
  after: { id: predictionExample.id, tags: ['timelines'] },
};

export const modelExample = {
  id: 'openai/gpt-5',
  vendor: 'openai',
  slug: 'gpt-5',
  family: 'gpt',
  version: '5',
  tier: null,
  grade: 'admissible',
  stage: 'general',
  occurred: '2025-08-07',
  basis: 'stated',
  known_at: '2025-08-08T00:00:00Z',
  first_seen_at: '2025-08-08T00:00:00Z',
  url: '/v1/models/openai/gpt-5',
  why: 'listed by openai-sdk from 2025-08-08T00:00:00Z; dated by openai-sdk',
};

export const eventExample = {
  id: 'evt_01k21v6yh3j6k8m1n4p7q9r2st',
  position: 1042,
  cursor: 'k3v9x2m4-1042',
  type: 'prediction.resolved',
  occurred_at: '2025-08-08T00:00:04Z',
  prediction_id: predictionExample.id,
  resolution_id: resolutionExample.id,
  feed_id: null,
  data: {
    prediction: { id: predictionExample.id, slug: predictionExample.slug, statement: predictionExample.statement },
  },
};
