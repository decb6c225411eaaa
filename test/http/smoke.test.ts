import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('smoke', async () => {
  console.log(await world.anyone('GET /healthz'));
  console.log(await world.anyone('GET /readyz'));
  const made = await world.admin('POST /v1/predictions', { json: { statement: 'GPT-5 never', made_at: '2025-01', criterion: { op: 'not', of: { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5', tier: null } } } } });
  console.log(made.status, made.headers, made.text);
  console.log((await world.anyone(`GET /v1/predictions/${made.json.id}?as_of=2025-08-08T00:00:00Z`)));
  console.log((await world.anyone(`GET /v1/predictions`)));
  console.log((await world.anyone(`GET /v1/predictionsx`)));
  console.log((await world.anyone(`PUT /v1/predictions`)));
  console.log(world.log);
  expect(made.status).toBe(201);
});
