import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import type { Json } from '../../support/http-client.ts';
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
  await recordJudged(world);
});

const judge = (index: number): Judge => judges[index] as Judge;
const getCase = async (id: string): Promise<Json> => (await world.anyone(`GET /v1/cases/${id}`)).json;
const prediction = async (): Promise<Json> => (await world.anyone('GET /v1/predictions/distilled')).json;
const countEvents = async (type: string): Promise<number> =>
  (await world.db.sql`select id from events where type = ${type}`).length;

async function tick(ms: number): Promise<void> {
  world.clock.advance(ms);
  expect((await advanceCases(world.deps)).failed).toBe(0);
}

describe('by the clock', () => {
  test('a panel of one that allows interested members decides, and its interest is shown', async () => {
    await createPanel(world, [{ ...judge(0), id: 'admin' }], { quorum: 1, review_days: 0, allow_interested: true });
    const { id } = await openCase(world);
    const json = { vote: 'yes', reason: 'Seen.', effective_at: '2025-05-13' };
    expect((await world.admin(`POST /v1/cases/${id}/votes`, { json })).status).toBe(201);
    await tick(7 * day);
    await tick(0);
    const found = await getCase(id);
    expect(found).toMatchObject({ state: 'final', excluded: [{ member: 'admin', interest: 'recorder' }] });
    expect(found.rounds[0].votes).toMatchObject([{ member: 'admin', interest: 'recorder', counted: true }]);
    expect((await prediction()).resolution.reason).toContain('Members with an interest in the claim voted');
  });

  test('without agreement in two rounds the fall-back decides, never a bare majority', async () => {
    await createPanel(world, judges, { threshold: '3/4', review_days: 1 });
    const { id } = await openCase(world);
    for (let round = 0; round < 2; round += 1) {
      for (const [index, vote] of (['yes', 'yes', 'no'] as const).entries()) await cast(judge(index), id, vote);
      await tick(7 * day);
    }
    expect((await getCase(id)).decision).toMatchObject({ outcome: 'ambiguous', basis: 'fall_back', provisional: true });
    expect((await prediction()).leaning).toMatchObject({ outcome: null, reason: 'decided_by_panel' });
    await tick(day);
    expect((await prediction()).resolution).toMatchObject({ outcome: 'ambiguous', reason_code: 'reality_unclear' });
  });

  test('without votes the rounds end and the fall-back decides, so that no case hangs', async () => {
    await createPanel(world, judges);
    const { id } = await openCase(world);
    await tick(7 * day);
    await tick(7 * day);
    expect((await getCase(id)).decision).toMatchObject({ outcome: 'ambiguous', basis: 'fall_back' });
  });

  test('too early keeps the claim open, and the panel votes again at the latest date that a vote names', async () => {
    await createPanel(world, judges);
    const { id } = await openCase(world);
    for (const [index, month] of ['2026-03', '2026-06', '2026-05'].entries())
      await cast(judge(index), id, 'too_early', { not_before: month });
    await tick(7 * day);
    expect(await getCase(id)).toMatchObject({ state: 'postponed', resumes_at: '2026-06-01T00:00:00Z', decision: null });
    expect((await prediction()).status).toBe('open');
    const early = await cast(judge(0), id, 'yes');
    expect(early.json.detail).toContain('is postponed until 2026-06-01T00:00:00Z');
    const late = { quote: 'It was published since.', stance: 'for' };
    expect((await judge(0).client(`POST /v1/cases/${id}/evidence`, { json: late })).status).toBe(201);
    world.clock.set('2026-06-01');
    await tick(0);
    expect(await getCase(id)).toMatchObject({ state: 'open', round: 2, rounds_left: 1 });
    expect(await countEvents('case.opened')).toBe(2);
  });

  test.each(['open', 'decided'])(
    'a person who resolves the claim while the case is %s supersedes it',
    async (state) => {
      await createPanel(world, judges);
      const { id } = await openCase(world);
      for (const index of [0, 1]) await cast(judge(index), id, 'yes');
      if (state === 'decided') await tick(7 * day);
      const json = { outcome: 'no', effective_at: '2025-06-01', reason_code: 'judged', reason: 'A court decided.' };
      const overruling = { ...json, supersede_case: id };
      expect((await world.admin('POST /v1/predictions/distilled/resolutions', { json: overruling })).status).toBe(201);
      const resolved = await prediction();
      expect(await getCase(id)).toMatchObject({
        state: 'superseded',
        decision: null,
        note: 'A person overruled the panel: A court decided.',
      });
      await tick(30 * day);
      expect(await prediction()).toEqual({ ...resolved, evaluated_through: expect.any(String) });
      expect((await world.anyone('GET /v1/predictions/distilled/resolutions')).json.data).toHaveLength(1);
    },
  );
});

describe('at the same time', () => {
  test('two nodes close a round: one decision, one event', async () => {
    await createPanel(world, judges);
    const { id } = await openCase(world);
    for (const index of [0, 1, 2]) await cast(judge(index), id, 'yes');
    world.clock.advance(7 * day);
    const nodes = ['a', 'b', 'c', 'd'].map((name) => world.node(name));
    const counts = await Promise.all(nodes.map((node) => advanceCases(node)));
    expect(counts.reduce((sum, { advanced }) => sum + advanced, 0)).toBe(1);
    expect((await getCase(id)).history.map(({ kind }: Json) => kind)).toEqual(['opened', 'decided']);
    expect([await countEvents('case.decided'), await countEvents('prediction.proposed')]).toEqual([1, 1]);
    world.clock.advance(7 * day);
    await Promise.all(nodes.map((node) => advanceCases(node)));
    expect((await world.anyone('GET /v1/predictions/distilled/resolutions')).json.data).toHaveLength(1);
    expect(await countEvents('prediction.resolved')).toBe(1);
  });

  test('every vote that was accepted at the deadline is counted, and every other is refused', async () => {
    const many: Judge[] = [];
    for (let index = 0; index < 50; index += 1) many.push(await makeJudge(world, `Judge ${index}`));
    await createPanel(world, many, { quorum: 1 });
    const { id } = await openCase(world);
    world.clock.advance(7 * day - 1);
    const vote = async (one: Judge): Promise<number> => (await cast(one, id, 'yes', { round: 1 })).status;
    const early = many.slice(0, 25).map(vote);
    await Promise.race(early);
    world.clock.advance(1);
    const close = () => advanceCases(world.deps);
    const [statuses] = await Promise.all([Promise.all([...early, ...many.slice(25).map(vote)]), close(), close()]);
    await close();
    const accepted = statuses.filter((status) => status === 201).length;
    expect(accepted).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 409)).toHaveLength(50 - accepted);
    const [first] = (await getCase(id)).rounds;
    expect([first.receipts.length, first.votes.length]).toEqual([accepted, accepted]);
    expect([await countEvents('case.round_closed'), await countEvents('case.decided')]).toEqual([1, 1]);
  });

  test('a close that is cut off leaves nothing behind, and the next one decides once', async () => {
    await createPanel(world, judges);
    const { id } = await openCase(world);
    for (const index of [0, 1, 2]) await cast(judge(index), id, 'yes');
    world.clock.advance(7 * day);
    expect(await advanceCases(cutOff(world.deps))).toEqual({ advanced: 0, failed: 1 });
    world.errors.length = 0;
    expect(await getCase(id)).toMatchObject({ state: 'open', rounds: [{ votes: null }] });
    expect(await countEvents('case.round_closed')).toBe(0);
    await advanceCases(world.deps);
    expect([await countEvents('case.round_closed'), await countEvents('case.decided')]).toEqual([1, 1]);
  });
});

/** A node whose transactions are lost just before they commit. */
function cutOff(deps: Deps): Deps {
  const begin: Deps['db']['begin'] = (run) =>
    deps.db.begin(async (tx) => {
      await run(tx);
      throw new Error('the process was killed');
    });
  return { ...deps, db: { ...deps.db, begin } };
}
