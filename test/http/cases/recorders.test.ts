import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { applySeed, readSeed } from '../../../src/services/predictions/seed.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { makeClient } from '../../support/http-client.ts';
import { cast, createPanel, distilled, type Judge, makeJudge, makeJudges, openCase } from '../../support/panels.ts';

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

/** Replaces the key of a judge. The judge keeps its id as a member of panels that name it. */
async function rotate(owner: Judge): Promise<Judge> {
  const { json } = await world.admin(`POST /v1/api-keys/${owner.id}/rotate`, { json: {} });
  return { ...owner, id: json.id, client: makeClient(world.base, { authorization: `Bearer ${json.key}` }) };
}

test('whose key recorded the claim is interested under the key that replaced it, in a panel that names either', async () => {
  await judge(0).client('POST /v1/predictions', { json: claim });
  const replaced = await rotate(judge(0));
  await createPanel(world, [judge(1), judge(2), replaced], { name: 'later' });
  const { id, excluded: found } = await openCase(world, 'distilled', 'later');
  expect(found).toEqual([{ member: replaced.id, interest: 'recorder', declared: null }]);
  expect((await cast(replaced, id, 'yes')).json.detail).toContain('because it recorded the claim');
});

test('so are recorder and declared interests in the larger panel of an appeal', async () => {
  const before = await rotate(judge(0));
  await before.client('POST /v1/predictions', { json: claim });
  const { id } = await openCase(world);
  await judge(1).client(`POST /v1/cases/${id}/interests`, { json: { interest: 'I hold shares.' } });
  world.clock.advance(7 * 24 * 3_600_000);
  await advanceCases(world.deps);
  world.clock.advance(7 * 24 * 3_600_000);
  await advanceCases(world.deps);
  const [recorder, owner] = [await rotate(before), await rotate(judge(1))];
  const others = await Promise.all(['D', 'E'].map((name) => makeJudge(world, `Judge ${name}`)));
  await createPanel(world, [recorder, owner, judge(2), ...others], { name: 'appeals' });
  const json = { panel: 'appeals', reason: 'It is new.', evidence: [{ quote: 'It was.', stance: 'for' }] };
  const { json: appealed } = await world.admin(`POST /v1/cases/${id}/appeal`, { json });
  expect(appealed.excluded).toEqual([
    { member: recorder.id, interest: 'recorder', declared: null },
    { member: owner.id, interest: 'declared', declared: 'I hold shares.' },
  ]);
  for (const one of [recorder, owner]) expect((await cast(one, id, 'yes')).status).toBe(403);
  expect((await cast(judge(2), id, 'yes')).status).toBe(201);
});

test('an appeal is refused to a panel that rotated keys of the recorder leave without a quorum', async () => {
  await judge(0).client('POST /v1/predictions', { json: claim });
  await createPanel(world, [judge(1)], { name: 'one', quorum: 1 });
  const { id } = await openCase(world, 'distilled', 'one');
  await cast(judge(1), id, 'no');
  world.clock.advance(7 * 24 * 3_600_000);
  await advanceCases(world.deps);
  await createPanel(world, [judge(2), await rotate(judge(0))], { name: 'two', quorum: 2 });
  const json = { panel: 'two', reason: 'It is new.', evidence: [{ quote: 'It was.', stance: 'for' }] };
  const answer = await world.admin(`POST /v1/cases/${id}/appeal`, { json });
  expect(answer.status).toBe(422);
  expect(answer.json.detail).toContain('cannot reach its quorum of 2');
});
