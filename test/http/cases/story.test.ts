import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import type { Json } from '../../support/http-client.ts';
import { cast, createPanel, type Judge, makeJudges, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';

const days = (count: number): number => hours(24 * count);

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] }));

const prediction = async (query = ''): Promise<Json> =>
  (await world.anyone(`GET /v1/predictions/distilled${query}`)).json;
const getCase = async (id: string): Promise<Json> => (await world.anyone(`GET /v1/cases/${id}`)).json;
const eventTypes = async (): Promise<string[]> =>
  (await world.anyone('GET /v1/events?limit=100')).json.data.map((event: Json) => event.type);

async function tick(ms: number): Promise<void> {
  world.clock.advance(ms);
  await advanceCases(world.deps);
}

test('a case goes from its opening through a split round, an appeal and a reversal to a resolution', async () => {
  const judges = await makeJudges(world, 4);
  const [a, b, c, d] = judges as [Judge, Judge, Judge, Judge];
  await recordJudged(world);
  await createPanel(world, [a, b, c], { quorum: 3 });
  const opened = await openCase(world);
  expect(opened).toMatchObject({
    state: 'open',
    round: 1,
    closes_at: '2026-01-22T12:00:00Z',
    question: { statement: 'GPT-4o was distilled from GPT-5.', questions: ['Was GPT-4o distilled from GPT-5?'] },
    decision: null,
  });

  // Evidence is added while votes are open, and a vote cites it.
  const item = await a.client(`POST /v1/cases/${opened.id}/evidence`, {
    json: {
      url: 'https://example.com/interview',
      quote: 'It was distilled.',
      stance: 'for',
      copy: { media_type: 'text/plain', content: 'They said: It was distilled.' },
    },
  });
  expect(item.status).toBe(201);
  const copy = await world.anyone(`GET /v1/cases/${opened.id}/evidence/${item.json.id}/copy`);
  expect(copy.json).toMatchObject({ content: 'They said: It was distilled.', sha256: item.json.archived.sha256 });

  // The first round is split three ways. Until it closes, only who has voted is known.
  const receipt = await cast(a, opened.id, 'yes', { evidence: [item.json.id] });
  expect(receipt.status).toBe(201);
  await cast(b, opened.id, 'no');
  await cast(c, opened.id, 'ambiguous');
  expect((await getCase(opened.id)).rounds).toMatchObject([{ round: 1, closed_at: null, votes: null }]);
  await tick(days(7));
  const split = await getCase(opened.id);
  expect(split).toMatchObject({ state: 'open', round: 2, rounds_left: 0, closes_at: '2026-01-29T12:00:00Z' });
  expect(split.rounds[0].votes.map(({ vote, reason }: Json) => [vote, reason])).toEqual([
    ['yes', 'Judge A says yes.'],
    ['no', 'Judge B says no.'],
    ['ambiguous', 'Judge C says ambiguous.'],
  ]);

  // The receipt proves that the published vote is the one that was cast.
  const { member: _member, interest: _interest, counted: _counted, ...published } = split.rounds[0].votes[0];
  expect(createHash('sha256').update(canonicalJson(published)).digest('hex')).toBe(receipt.json.commitment);

  // In the second round, with the reasons known, two of three agree.
  await cast(a, opened.id, 'no');
  await cast(b, opened.id, 'no');
  await cast(c, opened.id, 'ambiguous');
  await tick(days(7));
  expect((await getCase(opened.id)).decision).toEqual({
    outcome: 'no',
    effective_at: '2025-05-13',
    basis: 'votes',
    provisional: true,
    review_ends_at: '2026-02-05T12:00:00Z',
    resolution_id: null,
  });
  expect(await prediction()).toMatchObject({
    status: 'proposed',
    outcome: null,
    leaning: { outcome: 'no', reason: 'decided_by_panel' },
  });

  // New evidence, and a larger panel.
  await createPanel(world, judges, { quorum: 3 });
  world.clock.advance(days(3));
  const appeal = await world.admin(`POST /v1/cases/${opened.id}/appeal`, {
    json: {
      panel: 'judges',
      reason: 'The lab has confirmed it since.',
      evidence: [{ url: 'https://example.com/paper', quote: 'We distilled it.', stance: 'for' }],
    },
  });
  expect(appeal.status).toBe(201);
  expect(appeal.json).toMatchObject({ state: 'open', round: 3, rounds_left: 1, decision: null });
  expect((await prediction()).status).toBe('open');
  for (const judge of [a, b, d]) await cast(judge, opened.id, 'yes');
  await cast(c, opened.id, 'no');
  await tick(days(7));
  expect((await getCase(opened.id)).decision).toMatchObject({ outcome: 'yes', provisional: true });

  // When the review days end, the decision becomes the resolution.
  await tick(days(7) - hours(1));
  expect((await prediction()).status).toBe('proposed');
  await tick(hours(1));
  const final = await getCase(opened.id);
  const resolved = await prediction();
  expect(resolved).toMatchObject({
    status: 'resolved',
    outcome: 'yes',
    resolution: {
      id: final.decision.resolution_id,
      decided_by: 'panel',
      reason_code: 'judged',
      effective_at: '2025-05-13',
      reason: expect.stringContaining('decided yes with 3 of 4 votes in round 3'),
    },
  });
  expect(final).toMatchObject({
    state: 'final',
    decision: { outcome: 'yes', provisional: false, review_ends_at: null },
  });
  expect(final.history.map(({ kind }: Json) => kind)).toEqual([
    'opened',
    'round_closed',
    'decided',
    'appealed',
    'decided',
    'final',
  ]);
  expect((await eventTypes()).filter((type) => type !== 'prediction.created')).toEqual([
    'case.opened',
    'case.round_closed',
    'case.round_closed',
    'case.decided',
    'prediction.proposed',
    'case.appealed',
    'case.round_closed',
    'case.decided',
    'prediction.proposed',
    'prediction.resolved',
  ]);

  // Its page says who decided.
  expect((await world.anyone('GET /predictions/distilled')).text).toMatch(/by (<!-- -->)?a panel/);

  // As of each moment, the prediction is what it was then.
  const status = async (at: string) => (await prediction(`?as_of=${at}`)).status;
  expect(await status('2026-01-20T00:00:00Z')).toBe('open');
  expect(await status('2026-01-29T12:00:00Z')).toBe('proposed');
  expect(await status('2026-02-02T00:00:00Z')).toBe('open');
  expect(await status('2026-02-15T11:59:00Z')).toBe('proposed');
  expect(await status('2026-02-15T12:00:00Z')).toBe('resolved');

  // The panel's record counts the reversal against those who had agreed on it.
  const record = (await world.anyone('GET /v1/panels/judges')).json;
  expect(record).toMatchObject({ version: 2, decisions: 2, alpha: null });
  expect(record.judges.find(({ key_id: id }: Json) => id === a.id)).toEqual({
    key_id: a.id,
    votes: 2,
    with_decision: 2,
    reversed: 1,
  });
  expect(world.errors).toEqual([]);
});
