import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { Answer, Json } from '../../support/http-client.ts';
import {
  cast,
  commit,
  createPanel,
  type HeldVote,
  type Judge,
  makeJudge,
  makeJudges,
  openCase,
  recordJudged,
} from '../../support/panels.ts';
import { hours } from '../../support/play.ts';
import { exported, imported } from '../../support/rich-record.ts';

const day = hours(24);

let world: ApiWorld;
let judges: Judge[];
let id: string;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  judges = await makeJudges(world, 3);
  await recordJudged(world);
  await createPanel(world, judges, { vote_mode: 'committed' });
  id = (await openCase(world)).id;
});

const judge = (index: number): Judge => judges[index] as Judge;
const getCase = async (): Promise<Json> => (await world.anyone(`GET /v1/cases/${id}`)).json;
const countEvents = async (type: string): Promise<number> =>
  (await world.db.sql`select id from events where type = ${type}`).length;
const detail = (answer: Answer): [number, string] => [answer.status, answer.json.detail];

async function tick(ms: number): Promise<void> {
  world.clock.advance(ms);
  expect((await advanceCases(world.deps)).failed).toBe(0);
}

async function commitAll(...votes: string[]): Promise<HeldVote[]> {
  const held: HeldVote[] = [];
  for (const [index, vote] of votes.entries()) held.push(await commit(judge(index), id, vote));
  for (const { answer } of held) expect(answer.status).toBe(201);
  return held;
}

describe('a panel whose judges hold their votes', () => {
  test('commits, reveals and decides as soon as everything is revealed', async () => {
    const held = await commitAll('yes', 'yes', 'no');
    expect((await getCase()).rounds[0].receipts.map(({ commitment }: Json) => commitment).sort()).toEqual(
      held.map(({ commitment }) => commitment).sort(),
    );
    await tick(7 * day);
    expect(await getCase()).toMatchObject({
      state: 'revealing',
      round: 1,
      closes_at: null,
      reveal_ends_at: '2026-01-24T12:00:00Z',
      rules: { vote_mode: 'committed', reveal_days: 2 },
      rounds: [{ closed_at: '2026-01-22T12:00:00Z', votes: null }],
    });
    expect((await world.anyone(`GET /cases/${id}`)).text).toContain('The judges reveal what they committed to');
    for (const { reveal } of held.slice(0, 2)) expect((await reveal()).status).toBe(201);
    await tick(0);
    const waiting = await getCase();
    expect([waiting.state, waiting.rounds[0].votes]).toEqual(['revealing', null]);
    expect(waiting.rounds[0].receipts.filter((receipt: Json) => receipt.revealed_at !== null)).toHaveLength(2);
    const last = await held[2]?.reveal();
    expect(last?.json).toEqual({
      case_id: id,
      round: 1,
      member: judge(2).id,
      commitment: held[2]?.commitment,
      revealed_at: '2026-01-22T12:00:00Z',
    });
    await tick(0);
    const decided = await getCase();
    expect(decided).toMatchObject({ state: 'decided', decision: { outcome: 'yes', basis: 'votes' } });
    expect(decided.rounds[0].votes.map(({ vote, reason }: Json) => [vote, reason])).toEqual([
      ['yes', 'Judge A says yes.'],
      ['yes', 'Judge B says yes.'],
      ['no', 'Judge C says no.'],
    ]);
    expect(decided.history.map(({ kind }: Json) => kind)).toEqual(['opened', 'votes_closed', 'decided']);
    expect([await countEvents('case.round_closed'), await countEvents('case.decided')]).toEqual([1, 1]);
  });

  test('decides without the votes that were not revealed in time, which do not count', async () => {
    const held = await commitAll('yes', 'yes', 'no');
    await tick(7 * day);
    await held[0]?.reveal();
    await tick(2 * day - 1);
    expect((await getCase()).state).toBe('revealing');
    await held[1]?.reveal();
    await tick(1);
    const decided = await getCase();
    expect(decided).toMatchObject({ state: 'decided', decision: { outcome: 'yes' } });
    expect([decided.rounds[0].receipts.length, decided.rounds[0].votes.length]).toEqual([3, 2]);
    expect((await world.anyone(`GET /cases/${id}`)).text).toContain('1 vote not revealed in time');
  });

  test('does not decide with fewer revealed votes than its quorum', async () => {
    const held = await commitAll('yes', 'yes', 'yes');
    await tick(7 * day);
    await held[0]?.reveal();
    await tick(2 * day);
    expect(await getCase()).toMatchObject({
      state: 'open',
      round: 2,
      rounds: [{ votes: [{ vote: 'yes' }] }, { votes: null }],
    });
  });

  test('has nothing to reveal if no judge voted', async () => {
    await tick(7 * day);
    expect(await getCase()).toMatchObject({ state: 'open', round: 2 });
  });

  test('closes once although several nodes do it', async () => {
    const held = await commitAll('yes', 'yes', 'no');
    const nodes = ['a', 'b', 'c'].map((name) => world.node(name));
    world.clock.advance(7 * day);
    await Promise.all(nodes.map((node) => advanceCases(node)));
    for (const { reveal } of held) await reveal();
    await Promise.all(nodes.map((node) => advanceCases(node)));
    expect((await getCase()).history.map(({ kind }: Json) => kind)).toEqual(['opened', 'votes_closed', 'decided']);
    expect([await countEvents('case.round_closed'), await countEvents('case.decided')]).toEqual([1, 1]);
  });

  test('is superseded while votes are revealed, if a person resolves the claim', async () => {
    await commitAll('yes', 'yes', 'no');
    await tick(7 * day);
    const decision = { outcome: 'no', effective_at: '2025-06-01', reason_code: 'judged', reason: 'A court decided.' };
    const json = { ...decision, supersede_case: id };
    expect((await world.admin('POST /v1/predictions/distilled/resolutions', { json })).status).toBe(201);
    await tick(0);
    expect(await getCase()).toMatchObject({ state: 'superseded', rounds: [{ votes: null }] });
  });

  test('reads the days of revealing from its rules', async () => {
    await createPanel(world, judges, { name: 'slow', vote_mode: 'committed', reveal_days: 14 });
    expect((await world.anyone('GET /v1/panels/slow')).json).toMatchObject({ vote_mode: 'committed', reveal_days: 14 });
  });
});

describe('a commitment', () => {
  test('is refused with a vote of the other kind of panel, and the other way round', async () => {
    expect(detail(await cast(judge(0), id, 'yes'))).toEqual([
      409,
      expect.stringContaining(`send the SHA-256 of yours to POST /v1/cases/${id}/commitments`),
    ]);
    await createPanel(world, judges, { name: 'sealed' });
    await recordJudged(world, { slug: 'other' });
    const { id: other } = await openCase(world, 'other', 'sealed');
    const refused = [409, expect.stringContaining(`send yours to POST /v1/cases/${other}/votes`)];
    const { answer, reveal } = await commit(judge(0), other, 'yes');
    expect([detail(answer), detail(await reveal())]).toEqual([refused, refused]);
  });

  test.each(['', 'x'.repeat(64), 'A'.repeat(64), 'a'.repeat(63)])('of the form "%s" is refused', async (commitment) => {
    const answer = await judge(0).client(`POST /v1/cases/${id}/commitments`, { json: { commitment } });
    expect([answer.status, answer.json.errors]).toMatchObject([422, [{ pointer: '#/commitment' }]]);
  });

  test('that copies another one is refused', async () => {
    const { commitment } = await commit(judge(0), id, 'yes');
    const answer = await judge(1).client(`POST /v1/cases/${id}/commitments`, { json: { commitment } });
    expect(detail(answer)).toEqual([422, expect.stringContaining('must differ from those of the other members')]);
  });

  test('of a stranger, a second time, late, or in another round is refused', async () => {
    const stranger = await makeJudge(world, 'A stranger');
    expect((await commit(stranger, id, 'yes')).answer.status).toBe(403);
    await commit(judge(0), id, 'yes');
    expect(detail((await commit(judge(0), id, 'no')).answer)).toEqual([
      409,
      expect.stringContaining('has voted in round 1'),
    ]);
    const json = { commitment: 'a'.repeat(64), round: 2 };
    expect((await judge(1).client(`POST /v1/cases/${id}/commitments`, { json })).status).toBe(409);
    world.clock.advance(7 * day);
    expect((await commit(judge(1), id, 'yes')).answer.status).toBe(409);
    await tick(0);
    expect(detail((await commit(judge(1), id, 'yes')).answer)).toEqual([
      409,
      expect.stringContaining('the votes of round 1 have closed'),
    ]);
  });

  test('of a member with an interest is refused, or does not count', async () => {
    const held = await commitAll('yes', 'yes', 'no');
    await judge(0).client(`POST /v1/cases/${id}/interests`, { json: { interest: 'I hold shares.' } });
    await tick(7 * day);
    for (const { reveal } of held) await reveal();
    await tick(0);
    expect((await getCase()).rounds[0].votes).toMatchObject([
      { member: judge(0).id, counted: false },
      { counted: true },
      { counted: true },
    ]);
    expect((await commit(judge(0), id, 'yes')).answer.status).toBe(403);
  });
});

describe('a reveal', () => {
  test('is refused before the close', async () => {
    const [held] = await commitAll('yes');
    expect(detail((await held?.reveal()) as Answer)).toEqual([
      409,
      expect.stringContaining('the votes of round 1 close at 2026-01-22T12:00:00Z'),
    ]);
  });

  test.each([
    [{ vote: 'no' }],
    [{ reason: 'Another reason.' }],
    [{ salt: 'another salt' }],
    [{ effective_at: '2025-05-14' }],
  ])('of another vote than the committed one (%j) is refused, and the right one is still accepted', async (changed) => {
    const [held] = await commitAll('yes');
    await tick(7 * day);
    expect(detail((await held?.reveal(changed)) as Answer)).toEqual([
      422,
      expect.stringContaining(`the commitment is ${held?.commitment}`),
    ]);
    expect((await held?.reveal())?.status).toBe(201);
  });

  test('of a stranger, of a member who committed to nothing, a second time, or late is refused', async () => {
    const [a, b] = await commitAll('yes', 'no');
    const stranger = await commit(await makeJudge(world, 'A stranger'), id, 'yes');
    await tick(7 * day);
    expect((await stranger.reveal()).status).toBe(403);
    const nothing = await commit(judge(2), id, 'yes');
    expect(detail(await nothing.reveal())).toEqual([409, expect.stringContaining('committed to no vote in round 1')]);
    expect((await a?.reveal())?.status).toBe(201);
    expect(detail((await a?.reveal()) as Answer)).toEqual([
      409,
      expect.stringContaining('has revealed its vote of round 1'),
    ]);
    world.clock.advance(2 * day);
    const late = [409, 'the time to reveal the votes of round 1 ended at 2026-01-24T12:00:00Z'];
    expect(detail((await b?.reveal()) as Answer)).toEqual(late);
    await tick(0);
    expect((await b?.reveal())?.status).toBe(409);
  });

  test('of a vote that no judge may cast is refused', async () => {
    const undated = await commit(judge(0), id, 'yes', { effective_at: null });
    const uncited = await commit(judge(1), id, 'yes', { evidence: ['evi_unknown'] });
    await tick(7 * day);
    const answer = await undated.reveal({ effective_at: undefined });
    expect(answer.json.errors).toMatchObject([{ pointer: '#/effective_at' }]);
    expect((await uncited.reveal()).json.errors).toMatchObject([{ pointer: '#/evidence/0' }]);
  });

  test('with U+0000 or too long a salt is refused', async () => {
    const [held] = await commitAll('yes');
    await tick(7 * day);
    for (const salt of ['a\0b', 'a'.repeat(201), ''])
      expect((await held?.reveal({ salt }))?.json.errors).toMatchObject([{ pointer: '#/salt' }]);
  });
});

describe('rules', () => {
  const refused = async (fields: object): Promise<Json> => {
    const members = judges.map(({ id: key }) => ({ key_id: key }));
    const answer = await world.admin('POST /v1/panels', { json: { name: 'new', members, quorum: 1, ...fields } });
    expect(answer.status).toBe(422);
    return answer.json.errors;
  };

  test.each([0, 15, 1.5])('with %s days for revealing are refused', async (days) => {
    expect(await refused({ vote_mode: 'committed', reveal_days: days })).toMatchObject([{ pointer: '#/reveal_days' }]);
  });

  test('with days for revealing what the server holds are refused', async () => {
    expect(await refused({ reveal_days: 2 })).toMatchObject([
      { pointer: '#/reveal_days', detail: expect.stringContaining('unless vote_mode is committed') },
    ]);
  });

  test('from before judges could hold votes are those of a panel whose server holds them', async () => {
    const rules = { members: [], quorum: 1, threshold: { part: 2, whole: 3 }, rounds: 2, voteDays: 7, reviewDays: 7 };
    const kept = JSON.stringify({ ...rules, allowInterested: false, fallBack: 'ambiguous' });
    await world.db.sql`
      insert into panels (id, name, version, rules, created_at, created_by)
      values ('pan_old', 'old', 1, ${kept}::text::json, '2025-01-01', 'admin')`;
    expect((await world.anyone('GET /v1/panels/old')).json).toMatchObject({ vote_mode: 'sealed', reveal_days: null });
    expect((await world.anyone('GET /v1/panels?name=old')).json.data).toMatchObject([{ vote_mode: 'sealed' }]);
  });
});

describe('after an export', () => {
  test.each(['open', 'revealing'])('an import of a case that is %s begins the round anew', async (state) => {
    const held = await commitAll('yes', 'yes', 'no');
    if (state === 'revealing') {
      await tick(7 * day);
      await held[0]?.reveal();
    }
    const copy = await openTestDatabase();
    await imported({ db: copy, webhooks: world.deps.webhooks }, await exported(world.db));
    const node = world.node('node_b', copy);
    expect(await advanceCases(node)).toEqual({ advanced: 1, failed: 0 });
    expect(await advanceCases(node)).toEqual({ advanced: 0, failed: 0 });
    const [last] = await copy.sql`select kind, round, state from case_steps order by step desc limit 1`;
    expect(last).toEqual({ kind: 'restarted', round: 2, state: 'open' });
    await copy.close();
  });
});
