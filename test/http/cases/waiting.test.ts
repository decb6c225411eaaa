import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createPredictor } from '../../support/forecasts.ts';
import { type Json, makeClient } from '../../support/http-client.ts';
import {
  cast,
  commit,
  createPanel,
  type Judge,
  makeJudge,
  makeJudges,
  openCase,
  recordJudged,
} from '../../support/panels.ts';
import { hours } from '../../support/play.ts';

/** Cases that wait for the vote, the commitment or the reveal of a member. */

const week = hours(24 * 7);
let world: ApiWorld;
let judges: Judge[];
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  judges = await makeJudges(world, 3);
  await recordJudged(world);
  await createPanel(world, judges);
});

const judge = (index: number): Judge => judges[index] as Judge;

/** The slugs of the claims whose cases wait for a member. */
async function waitingFor(member: string): Promise<string[]> {
  const { json } = await world.anyone(`GET /v1/cases?waiting_for=${member}`);
  return json.data.map((entry: Json) => entry.prediction.slug);
}

async function rotate(owner: Judge): Promise<Judge> {
  const { json } = await world.admin(`POST /v1/api-keys/${owner.id}/rotate`, { json: {} });
  return { ...owner, id: json.id, client: makeClient(world.base, { authorization: `Bearer ${json.key}` }) };
}

describe('a case waits', () => {
  test('for every member that may vote and has not, until the close', async () => {
    const { id } = await openCase(world);
    const stranger = await makeJudge(world, 'Stranger');
    await cast(judge(0), id, 'yes');
    await judge(1).client(`POST /v1/cases/${id}/interests`, { json: { interest: 'I hold shares.' } });
    expect(await Promise.all([...judges, stranger].map((one) => waitingFor(one.id)))).toEqual([
      [],
      [],
      ['distilled'],
      [],
    ]);
    expect(await waitingFor('admin')).toEqual([]);
    world.clock.advance(week);
    expect(await waitingFor(judge(2).id)).toEqual([]);
  });

  test('for every member again in the next round, and for none once it is decided', async () => {
    const { id } = await openCase(world);
    await cast(judge(0), id, 'yes');
    world.clock.advance(week);
    await advanceCases(world.deps);
    expect(await waitingFor(judge(0).id)).toEqual(['distilled']);
    await cast(judge(0), id, 'yes');
    await cast(judge(1), id, 'yes');
    world.clock.advance(week);
    await advanceCases(world.deps);
    for (const { id: member } of judges) expect(await waitingFor(member)).toEqual([]);
  });

  test('for the commitment of a member that holds its vote, and after the close for the reveal', async () => {
    await createPanel(world, judges, { name: 'held', vote_mode: 'committed' });
    await recordJudged(world, { slug: 'other' });
    const { id } = await openCase(world, 'other', 'held');
    const votes = [await commit(judge(0), id, 'yes'), await commit(judge(1), id, 'yes')];
    expect(await Promise.all(judges.map((one) => waitingFor(one.id)))).toEqual([[], [], ['other']]);
    world.clock.advance(week);
    await advanceCases(world.deps);
    await votes[0]?.reveal();
    expect(await Promise.all(judges.map((one) => waitingFor(one.id)))).toEqual([[], ['other'], []]);
    world.clock.advance(hours(48));
    expect(await waitingFor(judge(1).id)).toEqual([]);
  });

  test('for a key that replaced that of a member, and for the predictor that a member is', async () => {
    const predictor = await createPredictor(world, 'Ada');
    const members = judges.map(({ id, name }, index) => ({
      key_id: id,
      name,
      predictor_id: index === 0 ? predictor : null,
    }));
    await world.admin('POST /v1/panels', { json: { name: 'judges', members, quorum: 2 } });
    await openCase(world);
    const replacement = await rotate(await rotate(judge(1)));
    expect(await waitingFor(replacement.id)).toEqual(['distilled']);
    expect(await waitingFor(predictor)).toEqual(['distilled']);
    await recordJudged(world, { slug: 'own', predictor_id: predictor });
    await openCase(world, 'own');
    expect(await waitingFor(predictor)).toEqual(['distilled']);
    expect(await waitingFor(judge(2).id)).toEqual(['distilled', 'own']);
  });

  test('for interested members only if the panel allows it', async () => {
    const members = judges.map(({ id }) => ({ key_id: id }));
    for (const [slug, allowed] of [
      ['strict', false],
      ['lenient', true],
    ] as const) {
      await world.admin('POST /v1/panels', { json: { name: slug, members, quorum: 2, allow_interested: allowed } });
      const criterion = { op: 'judged', question: 'Was it?' };
      const json = { slug, statement: 'It was.', made_at: '2025-01', criterion };
      expect((await judge(0).client('POST /v1/predictions', { json })).status).toBe(201);
      await openCase(world, slug, slug);
    }
    expect(await waitingFor(judge(0).id)).toEqual(['lenient']);
    expect(await waitingFor((await rotate(judge(0))).id)).toEqual(['lenient']);
  });
});

test('what waits agrees with whose vote is accepted, for members of every kind', async () => {
  const others = [await makeJudge(world, 'Judge D'), await makeJudge(world, 'Judge E')];
  await createPanel(world, [...judges, ...others], { name: 'mixed' });
  const [recorder, declarer] = [await rotate(judge(0)), await rotate(judge(1))];
  const criterion = { op: 'judged', question: 'Was it?' };
  const json = { slug: 'own', statement: 'It was.', made_at: '2025-01', criterion };
  expect((await recorder.client('POST /v1/predictions', { json })).status).toBe(201);
  const { id } = await openCase(world, 'own', 'mixed');
  await declarer.client(`POST /v1/cases/${id}/interests`, { json: { interest: 'I hold shares.' } });
  const callers = [recorder, judge(0), judge(1), declarer, judge(2), ...others, await makeJudge(world, 'Stranger')];
  for (const caller of callers) {
    const isListed = (await waitingFor(caller.id)).includes('own');
    expect([caller.name, (await cast(caller, id, 'yes')).status === 201]).toEqual([caller.name, isListed]);
    expect(await waitingFor(caller.id)).not.toContain('own');
  }
});

test('the page of all cases says for whom each waits, as the list of each member does', async () => {
  await recordJudged(world, { slug: 'other', statement: 'The other claim.' });
  const ids = [(await openCase(world)).id, (await openCase(world, 'other')).id];
  await cast(judge(0), String(ids[0]), 'yes');
  await judge(1).client(`POST /v1/cases/${ids[0]}/interests`, { json: { interest: 'I hold shares.' } });
  const rows = (await world.anyone('GET /cases')).text.split('<tr').filter((row) => row.includes('/cases/case_'));
  const shown = rows.map((row) => judges.filter(({ name }) => row.includes(name)).map(({ id }) => id));
  expect(shown).toEqual([[judge(2).id], judges.map(({ id }) => id)]);
  const listed = await Promise.all(judges.map(async ({ id }) => ({ id, slugs: await waitingFor(id) })));
  expect(
    ['distilled', 'other'].map((slug) => listed.flatMap(({ id, slugs }) => (slugs.includes(slug) ? [id] : []))),
  ).toEqual(shown);
});

test('a member without a name is shown by the id of its key', async () => {
  const members = judges.map(({ id }) => ({ key_id: id }));
  await world.admin('POST /v1/panels', { json: { name: 'nameless', members, quorum: 1 } });
  await openCase(world, 'distilled', 'nameless');
  expect((await world.anyone('GET /cases')).text).toContain(judges.map(({ id }) => id).join(', '));
});

test('the list says nothing about what was voted', async () => {
  const read = async (vote: string) => {
    await recordJudged(world, { slug: vote, statement: 'The same.' });
    const { id } = await openCase(world, vote);
    await cast(judge(0), id, vote, { reason: `planted ${vote}` });
    const answers = await Promise.all(
      judges.map((one) => world.admin(`GET /v1/cases?waiting_for=${one.id}&prediction=${vote}`)),
    );
    const page = (await world.admin('GET /cases')).text;
    expect(page + answers.map(({ text }) => text).join()).not.toContain('planted');
    return answers.map(({ json }) => json.data.map((entry: Json) => [Object.keys(entry), entry.state, entry.note]));
  };
  expect(await read('yes')).toEqual(await read('ambiguous'));
});

test('a member that is no id is refused, and one that is unknown has no cases', async () => {
  await openCase(world);
  const refused = await world.anyone('GET /v1/cases?waiting_for=a%20b');
  expect([refused.status, refused.json.errors]).toMatchObject([422, [{ pointer: '#/waiting_for' }]]);
  expect(await waitingFor('who_nobody')).toEqual([]);
});
