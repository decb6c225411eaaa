import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { cast, commit, createPanel, type Judge, makeJudges, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let judges: Judge[];
let id: string;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  judges = await makeJudges(world, 2);
  await recordJudged(world);
  await createPanel(world, judges);
  id = (await openCase(world)).id;
});

const decision = { outcome: 'no', effective_at: '2025-06-01', reason_code: 'judged', reason: 'A court decided.' };
const decide = (fields: object = {}, slug = 'distilled') =>
  world.admin(`POST /v1/predictions/${slug}/resolutions`, { json: { ...decision, ...fields } });
const getCase = async () => (await world.anyone(`GET /v1/cases/${id}`)).json;

test.each(['open', 'postponed', 'decided'])(
  'while a case is %s, a person cannot decide the claim unless the request names the case',
  async (state) => {
    const vote = state === 'postponed' ? 'too_early' : 'yes';
    for (const judge of judges) await cast(judge, id, vote, state === 'postponed' ? { not_before: '2026-06-01' } : {});
    if (state !== 'open') world.clock.advance(hours(24 * 7));
    await advanceCases(world.deps);
    expect((await getCase()).state).toBe(state);
    for (const fields of [{}, { supersede_case: 'case_another' }]) {
      const refused = await decide(fields);
      expect([refused.status, refused.json.code]).toEqual([409, 'conflict']);
      expect(refused.json.errors).toEqual([
        { pointer: '#/supersede_case', detail: expect.stringContaining(`"supersede_case": "${id}"`) },
      ]);
    }
    expect((await world.anyone('GET /v1/predictions/distilled/resolutions')).json.data).toEqual([]);
    expect((await getCase()).state).toBe(state);

    const resolved = await decide({ supersede_case: id });
    expect(resolved.status).toBe(201);
    const ended = await getCase();
    expect(ended).toMatchObject({ state: 'superseded', decision: null });
    expect(ended.history.at(-1)).toMatchObject({
      kind: 'superseded',
      actor: 'admin',
      note: 'A person overruled the panel: A court decided.',
    });
    expect((await world.anyone('GET /v1/predictions/distilled')).json).toMatchObject({
      status: 'resolved',
      outcome: 'no',
      case: { id, state: 'superseded' },
    });
    // The job has nothing left to do.
    expect(await advanceCases(world.deps)).toEqual({ advanced: 0, failed: 0 });
  },
);

test('the audit log and the page of the case say who overruled the panel, and why', async () => {
  const { json } = await decide({ supersede_case: id });
  const audit = (await world.admin('GET /v1/audit?operation=createPredictionResolution')).json.data[0];
  expect(audit).toMatchObject({ actor: 'admin', after: { id: json.id, supersede_case: id } });
  expect((await world.anyone(`GET /cases/${id}`)).text).toContain('A person overruled the panel: A court decided.');
});

test('without a running case the request must not name one, and needs none', async () => {
  await recordJudged(world, { slug: 'another' });
  const refused = await decide({ supersede_case: id }, 'another');
  expect([refused.status, refused.json.code]).toEqual([409, 'conflict']);
  expect(refused.json.detail).toContain('no case is running');
  expect((await decide({}, 'another')).status).toBe(201);
  await decide({ supersede_case: id });
  // The case has ended, so that a correction names none.
  expect((await decide({ reason: 'A typing error.' })).status).toBe(201);
});

test('nor does a person decide while judges reveal their votes, unless the request names the case', async () => {
  await createPanel(world, judges, { name: 'holders', vote_mode: 'committed' });
  await recordJudged(world, { slug: 'held' });
  const held = (await openCase(world, 'held', 'holders')).id;
  await commit(judges[0] as Judge, held, 'yes');
  world.clock.advance(hours(24 * 7));
  await advanceCases(world.deps);
  expect((await world.anyone(`GET /v1/cases/${held}`)).json.state).toBe('revealing');
  expect((await decide({}, 'held')).status).toBe(409);
  expect((await decide({ supersede_case: held }, 'held')).status).toBe(201);
  expect((await world.anyone(`GET /v1/cases/${held}`)).json.state).toBe('superseded');
});
