import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';
import { createPredictor } from '../../support/forecasts.ts';
import type { Answer, Json } from '../../support/http-client.ts';
import { cast, createPanel, type Judge, makeJudge, makeJudges, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';

const day = hours(24);

let world: ApiWorld;
let judges: Judge[];
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  judges = await makeJudges(world, 3);
});

const judge = (index: number): Judge => judges[index] as Judge;

describe('a panel', () => {
  const members = (): object[] => judges.map(({ id }) => ({ key_id: id }));
  const refused = async (fields: object): Promise<Json> => {
    const answer = await world.admin('POST /v1/panels', {
      json: { name: 'judges', members: members(), quorum: 2, ...fields },
    });
    expect(answer.status).toBe(422);
    return answer.json.errors;
  };

  test('that can never reach its quorum is refused', async () => {
    expect(await refused({ quorum: 4 })).toMatchObject([
      { pointer: '#/quorum', detail: expect.stringContaining('at most the number of members (3)') },
    ]);
    expect(await refused({ members: [...members(), members()[0]], quorum: 4 })).toMatchObject([
      { pointer: '#/members/3/key_id', detail: expect.stringContaining('is a member already') },
      { pointer: '#/quorum' },
    ]);
  });

  test.each(['1/2', '1/3'])('with the threshold %s is refused, because it is no more than half', async (threshold) => {
    expect(await refused({ threshold })).toMatchObject([
      { pointer: '#/threshold', detail: expect.stringContaining('must be more than 1/2') },
    ]);
  });

  test.each(['0', '4/3', '2/0', 'half', '0.67', '2/3 '])('with the threshold "%s" is refused', async (threshold) => {
    expect(await refused({ threshold })).toMatchObject([{ pointer: '#/threshold' }]);
  });

  test('with members that do not exist, or whose key was revoked, is refused', async () => {
    await world.admin(`DELETE /v1/api-keys/${judge(1).id}`);
    const [a, b] = [{ key_id: 'key_unknown' }, { key_id: judge(1).id, predictor_id: 'who_unknown' }];
    expect(await refused({ members: [a, b], quorum: 1 })).toMatchObject([
      { pointer: '#/members/0/key_id', detail: expect.stringContaining('does not exist') },
      { pointer: '#/members/1/key_id', detail: expect.stringContaining('is revoked') },
      { pointer: '#/members/1/predictor_id' },
    ]);
  });

  test('under the same name is the next version, and a case keeps the one with which it was opened', async () => {
    await recordJudged(world);
    const first = await createPanel(world, judges);
    const { id } = await openCase(world);
    const second = await createPanel(world, judges.slice(0, 1), { quorum: 1 });
    expect([first.version, second.version]).toEqual([1, 2]);
    expect((await world.anyone(`GET /v1/cases/${id}`)).json.rules).toEqual(first);
    expect((await world.anyone('GET /v1/panels/judges')).json.version).toBe(2);
    expect((await world.anyone('GET /v1/panels?name=judges')).json.data).toEqual([first, second]);
  });
});

describe('a case', () => {
  const open = async (prediction = 'distilled'): Promise<Answer> =>
    await world.admin('POST /v1/cases', { json: { prediction, panel: 'judges' } });

  test('on an open claim that the resolver can settle is refused', async () => {
    await createPanel(world, judges);
    await recordClaim(world, { slug: 'released', criterion: { op: 'released', model: gpt5 } });
    const answer = await open('released');
    expect([answer.status, answer.json.detail]).toEqual([409, expect.stringContaining('the resolver can settle it')]);
  });

  test('on a resolved claim is refused', async () => {
    await createPanel(world, judges);
    await recordJudged(world);
    const json = { outcome: 'yes', effective_at: '2025-05-13', reason_code: 'judged', reason: 'Decided.' };
    await world.admin('POST /v1/predictions/distilled/resolutions', { json });
    const answer = await open();
    expect([answer.status, answer.json.detail]).toEqual([409, expect.stringContaining('is resolved and not disputed')]);
  });

  test('is refused while another is running on the same claim', async () => {
    await createPanel(world, judges);
    await recordJudged(world);
    const { id } = await openCase(world);
    const answer = await open();
    expect([answer.status, answer.json.detail]).toEqual([409, expect.stringContaining(id)]);
  });

  test('is refused if members with an interest leave less than a quorum, unless the panel allows them', async () => {
    const author = await createPredictor(world, 'The author');
    const [a, b] = [judge(0), judge(1)].map(({ id }) => ({ key_id: id, predictor_id: author }));
    await recordJudged(world, { predictor_id: author });
    await createPanel(world, judges, { members: [a, b, { key_id: judge(2).id }] });
    const answer = await open();
    expect([answer.status, answer.json.errors]).toMatchObject([
      422,
      [{ pointer: '#/panel', detail: expect.stringContaining('only 1 of its 3 members have no interest') }],
    ]);
    await createPanel(world, judges, { members: [a, b, { key_id: judge(2).id }], allow_interested: true });
    expect((await open()).status).toBe(201);
  });

  test.each([
    ['prediction', { prediction: 'unknown', panel: 'judges' }],
    ['panel', { prediction: 'distilled', panel: 'unknown' }],
  ])('on an unknown %s is refused', async (what, json) => {
    await createPanel(world, judges);
    await recordJudged(world);
    const answer = await world.admin('POST /v1/cases', { json });
    expect([answer.status, answer.json.errors]).toMatchObject([422, [{ pointer: `#/${what}` }]]);
  });
});

describe('a vote', () => {
  let id: string;
  beforeEach(async () => {
    await recordJudged(world);
    await createPanel(world, judges);
    id = (await openCase(world)).id;
  });
  const detail = (answer: Answer): [number, string] => [answer.status, answer.json.detail];

  test('of a stranger is refused', async () => {
    const stranger = await makeJudge(world, 'A stranger');
    expect(detail(await cast(stranger, id, 'yes'))).toEqual([
      403,
      expect.stringContaining('is not a member of the panel'),
    ]);
    expect((await world.anyone(`POST /v1/cases/${id}/votes`, { json: { vote: 'yes', reason: 'x' } })).status).toBe(401);
  });

  test('a second time is refused, also after the key was rotated', async () => {
    await cast(judge(0), id, 'yes');
    expect(detail(await cast(judge(0), id, 'no'))).toEqual([409, expect.stringContaining('has voted in round 1')]);
    const { json } = await world.admin(`POST /v1/api-keys/${judge(0).id}/rotate`, { json: {} });
    const headers = { authorization: `Bearer ${json.key}` };
    const again = await world.anyone(`POST /v1/cases/${id}/votes`, {
      headers,
      json: { vote: 'ambiguous', reason: 'Again.' },
    });
    expect(detail(again)).toEqual([409, expect.stringContaining('has voted in round 1')]);
  });

  test('that is late is refused, also before the round was closed', async () => {
    world.clock.advance(7 * day);
    expect(detail(await cast(judge(0), id, 'yes'))).toEqual([
      409,
      expect.stringContaining('closed at 2026-01-22T12:00:00Z'),
    ]);
  });

  test('on a version of the criterion that was replaced is refused, and the case ends', async () => {
    const criterion = { op: 'judged', question: 'Was it distilled from another model?' };
    await world.admin('POST /v1/predictions/distilled/criterion', { json: { criterion, reason: 'Clearer.' } });
    expect(detail(await cast(judge(0), id, 'yes'))).toEqual([409, expect.stringContaining('version 2 is current')]);
    await advanceCases(world.deps);
    expect((await world.anyone(`GET /v1/cases/${id}`)).json).toMatchObject({
      state: 'superseded',
      note: 'The criterion was replaced.',
    });
  });

  test('of a member that declared an interest is refused, and one that it cast before does not count', async () => {
    await cast(judge(0), id, 'yes');
    for (const index of [0, 1]) {
      const json = { interest: 'I hold shares.' };
      expect((await judge(index).client(`POST /v1/cases/${id}/interests`, { json })).status).toBe(201);
    }
    expect(detail(await cast(judge(1), id, 'yes'))).toEqual([403, expect.stringContaining('it declared an interest')]);
    await cast(judge(2), id, 'no');
    world.clock.advance(7 * day);
    await advanceCases(world.deps);
    const found = (await world.anyone(`GET /v1/cases/${id}`)).json;
    expect(found.excluded).toEqual([
      { member: judge(0).id, interest: 'declared', declared: 'I hold shares.' },
      { member: judge(1).id, interest: 'declared', declared: 'I hold shares.' },
    ]);
    expect(found.rounds[0].votes).toMatchObject([
      { member: judge(0).id, interest: 'declared', counted: false },
      { member: judge(2).id, interest: null, counted: true },
    ]);
    expect(found).toMatchObject({ state: 'open', round: 2 });
  });

  test.each([
    ['yes without effective_at', { vote: 'yes' }, '#/effective_at'],
    ['a verdict in the future', { vote: 'no', effective_at: '2026-01-16' }, '#/effective_at'],
    ['a verdict before the claim', { vote: 'no', effective_at: '2024-12-31' }, '#/effective_at'],
    ['a verdict without a date', { vote: 'no', effective_at: 'soon' }, '#/effective_at'],
    ['ambiguous with effective_at', { vote: 'ambiguous', effective_at: '2025-05-13' }, '#/effective_at'],
    ['too_early without not_before', { vote: 'too_early' }, '#/not_before'],
    ['too_early with a past date', { vote: 'too_early', not_before: '2025-01-01' }, '#/not_before'],
    ['annulled with not_before', { vote: 'annulled', not_before: '2027-01-01' }, '#/not_before'],
    ['an unknown item', { vote: 'annulled', evidence: ['evi_unknown'] }, '#/evidence/0'],
    ['an unknown value', { vote: 'maybe' }, '#/vote'],
    ['a blank reason', { vote: 'annulled', reason: ' ' }, '#/reason'],
    ['an unknown field', { vote: 'annulled', weight: 2 }, '#/weight'],
  ])('with %s is refused', async (_what, fields, pointer) => {
    const answer = await judge(0).client(`POST /v1/cases/${id}/votes`, { json: { reason: 'Why.', ...fields } });
    expect([answer.status, answer.json.errors]).toMatchObject([422, [{ pointer }]]);
  });
});

describe('an appeal', () => {
  let id: string;
  beforeEach(async () => {
    await recordJudged(world);
    await createPanel(world, judges.slice(0, 2));
    id = (await openCase(world)).id;
    await judge(0).client(`POST /v1/cases/${id}/evidence`, { json: { quote: 'Known.', stance: 'for' } });
  });
  const appeal = async (fields: object = {}): Promise<Answer> => {
    const evidence = [{ quote: 'New.', stance: 'against' }];
    return await world.admin(`POST /v1/cases/${id}/appeal`, {
      json: { panel: 'larger', reason: 'More is known.', evidence, ...fields },
    });
  };

  test('is refused without a decision, after the review, with the same panel and without new evidence', async () => {
    await createPanel(world, judges, { name: 'larger' });
    expect([(await appeal()).status, (await appeal()).json.detail]).toEqual([409, expect.stringContaining('is open')]);
    for (const index of [0, 1]) await cast(judge(index), id, 'yes');
    world.clock.advance(7 * day);
    await advanceCases(world.deps);
    expect((await appeal({ panel: 'judges' })).json.errors).toMatchObject([
      { pointer: '#/panel', detail: expect.stringContaining('must have more members than the one that decided (2)') },
    ]);
    expect((await appeal({ evidence: [{ quote: 'Known.', stance: 'context' }] })).json.errors).toMatchObject([
      { pointer: '#/evidence/0', detail: expect.stringContaining('the packet has this item already') },
    ]);
    expect((await appeal({ evidence: [] })).status).toBe(422);
    world.clock.advance(7 * day);
    expect((await appeal()).json.detail).toContain('the time for appeals');
  });
});

test('evidence is refused once the votes of the last round have closed', async () => {
  await recordJudged(world);
  await createPanel(world, judges);
  const { id } = await openCase(world);
  for (const index of [0, 1]) await cast(judge(index), id, 'yes');
  world.clock.advance(7 * day);
  const add = () => judge(0).client(`POST /v1/cases/${id}/evidence`, { json: { quote: 'Late.', stance: 'for' } });
  expect((await add()).status).toBe(409);
  await advanceCases(world.deps);
  expect((await add()).json.detail).toContain('appeal the decision');
});
