import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { neverGpt5 } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const claim = (slug: string, fields: object = {}) => ({
  slug,
  statement: 'OpenAI never releases GPT-5.',
  made_at: '2025-01',
  criterion: neverGpt5,
  ...fields,
});
const send = (predictions: readonly object[], headers: Record<string, string> = {}) =>
  world.admin('POST /v1/predictions/batch', { json: { predictions }, headers });
const recorded = async (): Promise<number> => (await world.anyone('GET /v1/predictions?count=true')).json.total;
const events = async (): Promise<number> => (await world.anyone('GET /v1/events?limit=200')).json.data.length;

describe('POST /v1/predictions/batch', () => {
  test('creates every prediction in order, each as a single request would', async () => {
    const made = await send([claim('batch-a'), claim('batch-b', { tags: ['batch'] })]);
    expect(made.status).toBe(201);
    expect(made.json.data.map((row: Json) => row.slug)).toEqual(['batch-a', 'batch-b']);
    const single = await world.admin('POST /v1/predictions', { json: claim('single') });
    expect(Object.keys(made.json.data[0])).toEqual(Object.keys(single.json));
    const shown = (await world.anyone('GET /v1/predictions/batch-b')).json;
    expect(shown).toEqual({ ...made.json.data[1], warnings: shown.warnings });
  });

  test('creates nothing if one is refused, and returns the errors of each', async () => {
    const before = [await recorded(), await events()];
    const answer = await send([
      claim('fine'),
      claim('batch-a'),
      claim('unparsable', { criterion: { op: 'released' } }),
      claim('future', { made_at: '2030' }),
      claim('nobody', { predictor_id: 'who_none' }),
      claim('fine'),
    ]);
    expect(answer.json).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: 'nothing was created, because 5 of 6 predictions were refused; see errors',
    });
    expect(answer.json.errors.map((error: Json) => error.pointer)).toEqual([
      '#/predictions/1/slug',
      '#/predictions/2/criterion/model',
      '#/predictions/3/made_at',
      '#/predictions/4/predictor_id',
      '#/predictions/5/slug',
    ]);
    expect([await recorded(), await events()]).toEqual(before);
    expect((await world.anyone('GET /v1/predictions/fine')).status).toBe(404);
  });

  test.each([
    ['no prediction', [], '#/predictions'],
    ['more than 100', Array.from({ length: 101 }, (_, index) => claim(`many-${index}`)), '#/predictions'],
    ['an unknown field', [claim('x'), claim('y', { mood: 'good' })], '#/predictions/1/mood'],
    ['a missing field', [{ slug: 'z' }], '#/predictions/0/statement'],
  ])('rejects %s', async (_what, predictions, pointer) => {
    const answer = await send(predictions);
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(answer.json.errors[0].pointer).toBe(pointer);
  });

  test('runs once for an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'batch-1' };
    const first = await send([claim('once')], headers);
    const again = await send([claim('once')], headers);
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.headers['access-control-expose-headers']).toContain('Idempotent-Replayed');
  });

  test('requires the scope write', async () => {
    const answer = await world.anyone('POST /v1/predictions/batch', { json: { predictions: [claim('w')] } });
    expect(answer.status).toBe(401);
  });

  test.each(['GET', 'PATCH', 'DELETE'])(
    '%s is not supported: `batch` is not the id of a prediction',
    async (method) => {
      for (const ask of [world.admin, world.anyone]) {
        const answer = await ask(`${method} /v1/predictions/batch`);
        expect([answer.status, answer.json.code, answer.headers.allow]).toEqual([
          405,
          'method_not_allowed',
          'POST, OPTIONS',
        ]);
      }
    },
  );

  test('no prediction can have the slug `batch`', async () => {
    const refused = await world.admin('POST /v1/predictions', { json: claim('batch') });
    const made = await world.admin('POST /v1/predictions', { json: claim('batches') });
    const changed = await world.admin(`PATCH /v1/predictions/${made.json.id}`, {
      json: { slug: 'batch' },
      headers: { 'if-match': '*' },
    });
    for (const { status, json } of [refused, changed]) {
      expect([status, json.errors]).toEqual([
        422,
        [{ pointer: '#/slug', detail: 'slug must not be `batch`, which is another resource' }],
      ]);
    }
  });

  test('accepts 100 predictions', async () => {
    const made = await send(Array.from({ length: 100 }, (_, index) => claim(`hundred-${index}`)));
    expect(made.json.data).toHaveLength(100);
  }, 60_000);
});
