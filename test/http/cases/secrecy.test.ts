import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../../src/http/operations.ts';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { placeEvents } from '../../../src/services/events/event-log.ts';
import { makeVault } from '../../../src/services/vault.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { Json } from '../../support/http-client.ts';
import { cast, commit, createPanel, type Judge, makeJudges, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';
import { exported, imported } from '../../support/rich-record.ts';

/** What a judge says before the close. */
const planted = 'The planted reason of a sealed vote';
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
  world.log.length = 0;
  judges = await makeJudges(world, 3);
  await recordJudged(world);
  await createPanel(world, judges);
  id = (await openCase(world)).id;
});

const judge = (index: number): Judge => judges[index] as Judge;
const getCase = async (): Promise<Json> => (await world.anyone(`GET /v1/cases/${id}`)).json;

/** The text of every row of every table. */
async function everyRow(): Promise<string> {
  const tables = await world.db.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
  const texts: string[] = [];
  for (const { name } of tables)
    for (const row of await world.db.sql<{ text: string }[]>`select t::text as text from ${world.db.sql(name)} t`)
      texts.push(row.text);
  return texts.join('\n');
}

/** The responses of every read, asked by an admin, about the case, its panel and its prediction. */
async function everyResponse(): Promise<string> {
  const { panel, prediction } = await getCase();
  const texts: string[] = [];
  for (const { spec } of operations.filter(({ spec: { method, streams } }) => method === 'get' && streams !== true)) {
    const own = spec.path.startsWith('/v1/panels') ? panel : spec.path.startsWith('/v1/cases') ? id : prediction.id;
    const answer = await world.admin(`GET ${spec.path.replace('{id}', own).replaceAll(/\{\w+\}/g, 'any')}`);
    texts.push(answer.text, JSON.stringify(answer.headers));
  }
  return texts.join('\n');
}

describe('before the close', () => {
  test('a vote is in no response, event, log line, audit entry or export, and in no column of the database', async () => {
    const headers = { 'idempotency-key': 'vote-of-a' };
    const json = { vote: 'yes', reason: planted, effective_at: '2025-05-13' };
    const receipt = await judge(0).client(`POST /v1/cases/${id}/votes`, { json, headers });
    const again = await judge(0).client(`POST /v1/cases/${id}/votes`, { json, headers });
    const twice = await judge(0).client(`POST /v1/cases/${id}/votes`, { json });
    await placeEvents(world.deps);
    expect([receipt.status, again.status, twice.status]).toEqual([201, 201, 409]);
    const texts = {
      replies: receipt.text + again.text + twice.text,
      responses: await everyResponse(),
      rows: await everyRow(),
      export: await exported(world.db),
      log: JSON.stringify([world.log, world.errors]),
    };
    expect(texts.responses).toContain(receipt.json.commitment);
    expect(texts.export).toContain(receipt.json.commitment);
    for (const [where, text] of Object.entries(texts)) expect([where, text.includes(planted)]).toEqual([where, false]);
  });

  test('a receipt has the same members whatever the vote is, so that nothing can be read from its shape', async () => {
    const yes = await cast(judge(0), id, 'yes');
    const ambiguous = await cast(judge(1), id, 'ambiguous');
    expect(Object.keys(yes.json)).toEqual(Object.keys(ambiguous.json));
    expect(Object.keys(yes.json)).toEqual(['case_id', 'round', 'member', 'commitment', 'cast_at']);
  });

  test('equal votes have different commitments, so that a vote cannot be guessed', async () => {
    const [a, b] = [await cast(judge(0), id, 'yes', { reason: 'x' }), await cast(judge(1), id, 'yes', { reason: 'x' })];
    expect(a.json.commitment).not.toBe(b.json.commitment);
  });

  test('a sealed vote cannot be opened as that of another member, round or case', async () => {
    await cast(judge(0), id, 'yes');
    const [row] = await world.db.sql<{ sealed: string; member: string }[]>`select sealed, member from case_votes`;
    const { vault } = world.deps.webhooks;
    const owner = `case-vote/${id}/1/${row?.member}`;
    expect(vault.open(row?.sealed ?? '', owner)).toContain('yes');
    for (const other of [`case-vote/${id}/2/${row?.member}`, `case-vote/${id}/1/${judge(1).id}`, 'case-vote/x/1/y'])
      expect(vault.open(row?.sealed ?? '', other)).toBeNull();
  });

  test('an unrelated edit of the sealed row is noticed', async () => {
    await cast(judge(0), id, 'yes');
    await expect(world.db.sql`update case_votes set commitment = 'x'`).rejects.toThrow();
    await expect(world.db.sql`delete from case_votes`).rejects.toThrow();
  });
});

describe('until its round is decided', () => {
  test('a vote that its judge has revealed is nowhere either', async () => {
    await createPanel(world, judges, { name: 'held', vote_mode: 'committed' });
    await recordJudged(world, { slug: 'other' });
    id = (await openCase(world, 'other', 'held')).id;
    const held = await commit(judge(0), id, 'yes', { reason: planted });
    await commit(judge(1), id, 'no');
    world.clock.advance(7 * day);
    await advanceCases(world.deps);
    const wrong = await held.reveal({ salt: 'wrong' });
    const receipt = await held.reveal();
    expect([wrong.status, receipt.status, (await getCase()).state]).toEqual([422, 201, 'revealing']);
    await placeEvents(world.deps);
    const texts = {
      replies: wrong.text + receipt.text,
      responses: await everyResponse(),
      page: (await world.admin(`GET /cases/${id}`)).text,
      rows: await everyRow(),
      export: await exported(world.db),
      log: JSON.stringify([world.log, world.errors]),
    };
    expect(texts.responses).toContain(receipt.json.revealed_at);
    for (const [where, text] of Object.entries(texts)) expect([where, text.includes(planted)]).toEqual([where, false]);
    world.clock.advance(2 * day);
    await advanceCases(world.deps);
    expect((await getCase()).rounds[0].votes).toMatchObject([{ reason: planted }]);
  });
});

describe('after an import', () => {
  test('an open round begins anew, because the export has commitments only, and every judge can vote again', async () => {
    for (const index of [0, 1]) await cast(judge(index), id, 'yes');
    const copy = await openTestDatabase();
    const text = await exported(world.db);
    await imported({ db: copy, webhooks: world.deps.webhooks }, text);
    const node = world.node('node_b', copy);
    expect(await advanceCases(node)).toEqual({ advanced: 1, failed: 0 });
    expect(await advanceCases(node)).toEqual({ advanced: 0, failed: 0 });
    const steps = await copy.sql`select kind, round, rounds_left, state from case_steps order by step`;
    expect(steps).toMatchObject([
      { kind: 'opened', round: 1, rounds_left: 1, state: 'open' },
      { kind: 'restarted', round: 2, rounds_left: 1, state: 'open' },
    ]);
    await copy.close();
  });

  test('the votes of closed rounds are complete', async () => {
    for (const index of [0, 1, 2]) await cast(judge(index), id, 'yes');
    world.clock.advance(7 * day);
    await advanceCases(world.deps);
    const copy = await openTestDatabase();
    await imported({ db: copy, webhooks: world.deps.webhooks }, await exported(world.db));
    expect(await copy.sql`select member, vote, reason from case_ballots order by member`).toEqual(
      await world.db.sql`select member, vote, reason from case_ballots order by member`,
    );
    await copy.close();
  });
});

test('a round whose votes cannot be decrypted begins anew at its close instead of deciding without them', async () => {
  await cast(judge(0), id, 'yes');
  const other = { ...world.deps, webhooks: { ...world.deps.webhooks, vault: makeVault('quite another secret') } };
  world.clock.advance(7 * day);
  expect(await advanceCases(other)).toEqual({ advanced: 1, failed: 0 });
  expect(await getCase()).toMatchObject({ state: 'open', round: 2, note: expect.stringContaining('begins anew') });
});
