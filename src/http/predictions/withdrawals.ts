import { getPrediction } from '../../services/predictions/predictions.ts';
import { withdrawPrediction } from '../../services/predictions/withdrawals.ts';
import { pickVersion } from '../operation/etag.ts';
import { operation } from '../operation/operation.ts';
import { predictionExample } from './examples.ts';
import { predictionSchema, predictionToJson } from './json.ts';
import { idParameter } from './words.ts';

const withdrawnExample = {
  ...predictionExample,
  status: 'withdrawn',
  outcome: null,
  resolution: null,
  updated_at: '2025-02-01T08:00:00Z',
  withdrawn_at: '2025-02-01T08:00:00Z',
};

const withdraw = operation({
  method: 'delete',
  path: '/v1/predictions/{id}',
  operationId: 'withdrawPrediction',
  tag: 'Predictions',
  summary: 'Withdraw a prediction',
  description:
    'Withdraws a claim before anything is known about its outcome. Nothing is deleted: the prediction stays readable with the status `withdrawn`, requests with an earlier `as_of` are unchanged, and the scorecard of its predictor counts it as withdrawn. It is never resolved; its words and criterion are frozen. Returns 409 `not_withdrawable` if the prediction was ever proposed, disputed or resolved, or if it has a deadline that has passed. Repeating the request returns the same response. Send If-Match to withdraw only the version that you read.',
  access: 'write',
  params: idParameter,
  ifMatch: true,
  before: async ({ services }, { id }) => predictionToJson(await getPrediction(services, id, null), null),
  response: {
    status: 200,
    description: 'The withdrawn prediction.',
    schema: predictionSchema,
    example: withdrawnExample,
  },
  refusals: ['not_withdrawable'],
  handle: async ({ services }, { params, expected }) => {
    const version = await pickVersion(expected, async () => (await getPrediction(services, params.id, null)).version);
    const view = await withdrawPrediction(services, params.id, version);
    return { body: predictionToJson(view, null), version: view.version };
  },
});

export const withdrawalOperations = [withdraw];
