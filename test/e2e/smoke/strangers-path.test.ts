import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gpt5, gpt5Ledger, neverGpt5 } from '../../support/claims.ts';
import { type Client, type Json, makeClient } from '../../support/http-client.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';

/** The program, started on an empty directory without feeds or seed, and the new user's webhook receiver. */
let program: Program;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver();
  const env = { OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8' };
  program = await startProgram(env, undefined, { fromNothing: true });
});
afterAll(async () => {
  await program.stop('SIGKILL');
  await receiver.close();
  removeDirectory(program.dataDir);
});

async function made(client: Client, target: string, json: object): Promise<Json> {
  const answer = await client(target, { json });
  expect([target, answer.status, answer.json]).toEqual([target, 201, expect.anything()]);
  return answer.json;
}

test('a new user gets a key, records a prediction, sees it resolved, and receives a signed webhook', async () => {
  // The operator issues a key with only the scopes that the user needs.
  const operator = makeClient(program.base, { authorization: `Bearer ${program.adminKey}` });
  const scopes = ['read', 'write', 'webhooks', 'feeds'];
  const { key } = await made(operator, 'POST /v1/api-keys', { name: 'A stranger', scopes });
  const stranger = makeClient(program.base, { authorization: `Bearer ${key}` });
  expect((await stranger('GET /v1/api-keys')).status).toBe(403);

  // An incomplete criterion is refused with a pointer to the missing field.
  const slip = { op: 'not', of: { op: 'released', model: { ...gpt5, tier: undefined } } };
  const refused = await stranger('POST /v1/criteria/check', { json: { criterion: slip } });
  expect(refused.json).toMatchObject({ status: 422, errors: [{ pointer: '#/criterion/of/model/tier' }] });

  // A valid one is accepted, with a warning that it can never be confirmed.
  const checked = await stranger('POST /v1/criteria/check', { json: { criterion: neverGpt5, made_at: '2025-01' } });
  expect([checked.status, checked.json]).toMatchObject([200, { verdict: 'undetermined', polarity: 'refutable_only' }]);
  expect(checked.json.warnings.map((warning: Json) => warning.code)).toContain('never_confirmable');

  // It is recorded with its predictor and a probability.
  const predictor = await made(stranger, 'POST /v1/predictors', { name: 'A. Author' });
  const claim = {
    slug: 'never-gpt-5',
    statement: 'OpenAI never releases GPT-5.',
    made_at: '2025-01',
    criterion: neverGpt5,
    predictor_id: predictor.id,
    probability: 0.9,
  };
  const prediction = await made(stranger, 'POST /v1/predictions', claim);
  expect(prediction).toMatchObject({ status: 'open', outcome: null, probability: 0.9 });

  // The user subscribes, and keeps the secret, which is shown once.
  const { secret } = await made(stranger, 'POST /v1/webhook-endpoints', {
    url: `${receiver.origin}/outturn`,
    event_types: ['prediction.resolved'],
  });

  // Evidence arrives: a release ledger of the vendor's own, as it was published.
  await made(stranger, 'POST /v1/feeds', {
    slug: 'vendor-ledger',
    adapter: 'ledger',
    trust: 'first_party',
    origin: 'vendor',
    covers: ['openai'],
  });
  const snapshot = await stranger('POST /v1/feeds/vendor-ledger/snapshots?observed_at=2025-09-01T00:00:00Z', {
    body: gpt5Ledger,
  });
  expect([snapshot.status, snapshot.json]).toMatchObject([200, { items: 1, new: 1, resolutions: 1 }]);

  // The webhook arrives, and the reference library verifies its signature and timestamp.
  await receiver.arrived(1);
  const [message] = receiver.received;
  const headers = Object.fromEntries(
    Object.entries(message?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const verified = new Webhook(secret).verify(message?.body ?? '', headers);
  expect(verified).toMatchObject({
    type: 'prediction.resolved',
    data: {
      prediction: { id: prediction.id, slug: 'never-gpt-5' },
      resolution: { outcome: 'no', effective_at: '2025-08-07' },
    },
  });
  const forged = () => new Webhook(secret).verify((message?.body ?? '').replace('"no"', '"yes"'), headers);
  expect(forged).toThrow();

  // Anyone can read the result, and the explanation lists its evidence.
  const anyone = makeClient(program.base, {});
  const settled = (await anyone('GET /v1/predictions/never-gpt-5')).json;
  expect(settled).toMatchObject({ status: 'resolved', outcome: 'no', resolution: { decided_by: 'resolver' } });
  const { json: explained } = await anyone('GET /v1/predictions/never-gpt-5/explanation');
  const [released] = explained.explanation.of;
  expect(released).toMatchObject({ op: 'released', verdict: 'yes', effective_at: '2025-08-07' });
  expect(released.witnesses).toMatchObject([{ feed: 'vendor-ledger', name: 'gpt-5', trust: 'first_party' }]);
  expect(settled.resolution.evidence).toEqual([released.witnesses[0].observation_id]);

  // A prediction that is recorded after the fact is marked as such.
  expect(settled.hindsight).toBe(true);
  const { json: card } = await anyone(`GET /v1/predictors/${predictor.id}/scorecard`);
  expect(card).toMatchObject({ score: { predictions: 0 }, hindsight_score: { predictions: 1, brier: 0.81 } });
});
