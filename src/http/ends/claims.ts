import { z } from '@hono/zod-openapi';
import { modelIdCharactersMax } from '../../domain/identity/parse.ts';
import { createEndClaim } from '../../services/ends/claims.ts';
import { adminCaller } from '../operation/auth.ts';
import { nameCharsMax, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { predictionExample } from '../predictions/examples.ts';
import { predictionSchema, predictionToJson } from '../predictions/json.ts';
import { endExample } from './examples.ts';

const claimSchema = z
  .strictObject({
    vendor: text(nameCharsMax, { description: 'Vendor.', example: endExample.model.vendor }),
    id: text(modelIdCharactersMax, { description: 'The id that ends.', example: endExample.id }),
  })
  .meta({ id: 'EndClaimInput', description: 'A stated end of an id at the service of its vendor.' });

const example = {
  ...predictionExample,
  slug: 'openai-gpt-5-2025-08-07-retired-by-2026-12-10',
  statement: 'openai retires gpt-5-2025-08-07 by 2026-12-10.',
  predictor: { id: predictionExample.predictor.id, name: 'openai' },
  locator: endExample.sources[0].observation_id,
  probability: null,
  made_at: '2026-06-11',
  recorded_at: '2026-11-30T09:00:00Z',
  self_stated: true,
  criterion: {
    op: 'retired',
    model: { vendor: 'openai', family: 'gpt', version: '5', tier: null },
    by: '2026-12-10',
  },
  polarity: 'decidable',
  from_end: {
    vendor: 'openai',
    id: endExample.id,
    kind: 'firm',
    date: '2026-12-10',
    feed: 'openai',
    observation_id: endExample.sources[0].observation_id,
    stated_since: endExample.stated_since,
  },
  resolve_by: '2026-12-10',
  status: 'open',
  outcome: null,
  standing: 'unconfirmed as of 2026-11-30T09:00:00Z',
  resolution: null,
  tags: [],
  evaluated_through: '2026-11-30T09:00:00Z',
  version: 1,
  created_at: '2026-11-30T09:00:00Z',
  updated_at: '2026-11-30T09:00:00Z',
};

const create = operation({
  method: 'post',
  path: '/v1/ends/claims',
  operationId: 'createEndClaim',
  tag: 'Models',
  summary: 'Make a claim from a stated end',
  description:
    "Records the prediction that a model is retired by the date that the vendor's service has for an id in `GET /v1/ends`. Its predictor is the vendor, or the feed if that is no first party; `made_at` is the day since which the date is stated. Returns the prediction if it exists. The claim is `self_stated`, and left out of scorecards, until another first party shows its outcome.",
  access: 'write',
  body: { schema: claimSchema, example: { vendor: endExample.model.vendor, id: endExample.id } },
  response: { status: 200, description: 'The existing claim.', schema: predictionSchema, example },
  creates: 'The created claim.',
  refusals: ['conflict'],
  handle: async ({ services }, { body, caller }) => {
    const { view, isNew } = await createEndClaim(services, { ...body, recordedBy: (caller ?? adminCaller).id });
    const headers = { location: `/v1/predictions/${view.prediction.id}` };
    const reply = { body: predictionToJson(view, null), version: view.version, headers };
    return isNew ? { ...reply, status: 201 } : reply;
  },
});

export const endClaimOperations = [create];
