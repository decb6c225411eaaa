import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { applySeed, readSeed } from '../../../src/services/predictions/seed.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { makeClient } from '../../support/http-client.ts';
import { cast, createPanel, distilled, type Judge, makeJudges, openCase } from '../../support/panels.ts';

let world: ApiWorld;
let judges: Judge[];
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  judges = await makeJudges(world, 3);
  await createPanel(world, judges);
});

const judge = (index: number): Judge => judges[index] as Judge;
const claim = { slug: 'distilled', statement: 'It was distilled.', made_at: '2025-01', criterion: distilled };
const excluded = (index: number) => [{ member: judge(index).id, interest: 'recorder', declared: null }];

test.each([
  ['one request', 'POST /v1/predictions', claim],
  ['a batch', 'POST /v1/predictions/batch', { predictions: [claim, { ...claim, slug: 'another' }] }],
])('a member whose key recorded the claim with %s may not vote', async (_, target, json) => {
  expect((await judge(0).client(target, { json })).status).toBe(201);
  const { id, excluded: found } = await openCase(world);
  expect(found).toEqual(excluded(0));
  expect((await cast(judge(0), id, 'yes')).json.detail).toContain('because it recorded the claim');
  expect((await cast(judge(1), id, 'yes')).status).toBe(201);
});

test('so may not one whose key was replaced since the panel was created', async () => {
  const { json } = await world.admin(`POST /v1/api-keys/${judge(1).id}/rotate`, { json: {} });
  const replacement = makeClient(world.base, { authorization: `Bearer ${json.key}` });
  expect((await replacement('POST /v1/predictions/batch', { json: { predictions: [claim] } })).status).toBe(201);
  const { id, excluded: found } = await openCase(world);
  expect(found).toEqual(excluded(1));
  expect((await cast({ ...judge(1), client: replacement }, id, 'yes')).status).toBe(403);
});

test('who recorded the claims of a seed is not known', async () => {
  const seed = { format: 'outturn-seed/1', sources: [], predictors: [], predictions: [claim] };
  await applySeed(world.deps, readSeed(seed));
  expect((await openCase(world)).excluded).toEqual([]);
});
