import { predictionExample, resolutionExample } from '../predictions/examples.ts';

/** Webhook messages about the prediction of predictions/examples.ts. */

export const secretExample = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export const endpointExample = {
  id: 'whe_01k1zt5w8m3c7d9e2f4g6h8j0k',
  url: 'https://hooks.example.com/outturn',
  description: 'Pins our default model.',
  format: 'standard',
  event_types: ['prediction.resolved', 'prediction.resolution.amended'],
  filter: { vendor: ['openai'] },
  headers: { 'x-environment': 'production' },
  sensitive_headers: ['authorization'],
  rate_per_second: null,
  status: 'enabled',
  disabled_reason: null,
  disabled_at: null,
  failing_since: null,
  warning: null,
  signing: 'v1',
  public_key: null,
  previous_secrets: [],
  version: 1,
  created_at: '2025-08-01T09:00:00Z',
  updated_at: '2025-08-01T09:00:00Z',
};

export const resolvedExample = {
  type: 'prediction.resolved',
  timestamp: '2025-08-08T00:00:04Z',
  data: {
    sequence: 4711,
    prediction: {
      id: predictionExample.id,
      slug: predictionExample.slug,
      statement: predictionExample.statement,
      links: {
        prediction: `/v1/predictions/${predictionExample.id}`,
        explanation: `/v1/predictions/${predictionExample.id}/explanation`,
      },
    },
    resolution: { ...resolutionExample, evidence_count: resolutionExample.evidence.length },
  },
};

export const deliveryExample = {
  id: 'dlv_6f1ed002ab5595859014ebf0951522d9',
  endpoint_id: endpointExample.id,
  event: {
    id: 'evt_01k21v6yf0a1b2c3d4e5f6g7h8',
    type: 'prediction.resolved',
    sequence: 4711,
    occurred_at: '2025-08-08T00:00:04Z',
  },
  state: 'succeeded',
  attempts: 2,
  next_attempt_at: null,
  last_status: 200,
  last_error_class: null,
  created_at: '2025-08-08T00:00:04Z',
  settled_at: '2025-08-08T00:00:10Z',
  succeeded_at: '2025-08-08T00:00:10Z',
};

export const attemptExample = {
  number: 1,
  trigger: 'schedule',
  manual: false,
  url: endpointExample.url,
  started_at: '2025-08-08T00:00:04Z',
  finished_at: '2025-08-08T00:00:04Z',
  duration_ms: 87,
  status: 503,
  error_class: 'bad_status',
  error_detail: 'answered 503',
  response: 'upstream not ready',
  response_truncated: false,
  next_attempt_at: '2025-08-08T00:00:09Z',
};
