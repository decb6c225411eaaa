import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { citationsMax, packetCharsMax } from '../../../src/domain/cases/opinion.ts';
import { parseCidrs } from '../../../src/net/address.ts';
import { adviserBytesMax, askAdviser } from '../../../src/net/ask-adviser.ts';
import { type Client, makeClient } from '../../../src/net/client.ts';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { askAdvisers } from '../../../src/services/cases/opinions.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { Json } from '../../support/http-client.ts';
import { cast, createPanel, type Judge, makeJudges, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { exported, imported } from '../../support/rich-record.ts';

const day = hours(24);
const minute = 60_000;
const key = 'sk-planted-key-of-the-adviser';
const path = '/v1/chat/completions';

let world: ApiWorld;
let model: Receiver;
let client: Client;
let deps: Deps;
let judges: Judge[];
let id: string;
let item: string;
beforeAll(async () => {
  [world, model] = await Promise.all([openApiWorld(), openReceiver()]);
  client = makeClient({ allow: parseCidrs('127.0.0.1'), userAgent: 'outturn-test' });
  deps = asking(world.deps);
});
afterAll(() => Promise.all([world.close(), model.close(), client.close()]));
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  world.log.length = 0;
  model.clear();
  judges = await makeJudges(world, 3);
  await recordJudged(world);
  await createPanel(world, judges, { adviser: 'a-model' });
  id = (await openCase(world)).id;
  const copy = {
    media_type: 'text/html',
    content: '<p>They said:\n <b>We did</b>  distil it.</p><script>hidden()</script>',
  };
  const json = { url: 'https://example.com', quote: 'It was distilled.', stance: 'for', copy };
  item = (await judge(0).client(`POST /v1/cases/${id}/evidence`, { json })).json.id;
});

/** The program's own request, to the stand-in of a model and with a short time limit. */
function asking(node: Deps): Deps {
  const adviser: Deps['adviser'] = (chat) =>
    askAdviser({ client, url: `${model.origin}${path}`, key, exchangeMsMax: 500 }, chat);
  return { ...node, adviser };
}

const judge = (index: number): Judge => judges[index] as Judge;
const getCase = async (): Promise<Json> => (await world.anyone(`GET /v1/cases/${id}`)).json;
const lastRound = async (): Promise<Json> => (await getCase()).rounds.at(-1);
const complete = (content: unknown) => (response: ServerResponse) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: text } }] }));
};
const opinion = (citations: object[] = []) => ({ vote: 'no', reason: 'Nothing supports it.', citations });

async function decide(votes: readonly string[] = ['yes', 'yes', 'yes']): Promise<void> {
  for (const [index, vote] of votes.entries()) await cast(judge(index), id, vote);
  world.clock.advance(7 * day);
  expect((await advanceCases(deps)).failed).toBe(0);
}

describe('an adviser', () => {
  test('is asked about the frozen question and the packet after the decision, and its opinion is shown and not counted', async () => {
    const citations = [
      { evidence: item, quote: 'It was  distilled.' },
      { evidence: item, quote: 'They said: We did distil it.' },
      { evidence: item, quote: 'We did not distil it.' },
      { evidence: 'evi_unknown', quote: 'It was distilled.' },
    ];
    model.answer(complete(opinion(citations)));
    expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 0 });
    await decide();
    const decided = await getCase();
    expect(await askAdvisers(deps)).toEqual({ opinions: 1, failed: 0 });
    expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 0 });

    const [request] = model.at(path);
    expect(request?.headers.authorization).toBe(`Bearer ${key}`);
    const chat = JSON.parse(request?.body ?? '');
    expect(chat).toMatchObject({ model: 'a-model', response_format: { type: 'json_schema' } });
    expect(JSON.parse(chat.messages[1].content)).toMatchObject({
      claim: { statement: 'GPT-4o was distilled from GPT-5.', questions: ['Was GPT-4o distilled from GPT-5?'] },
      packet: [{ id: item, quote: 'It was distilled.', copy: expect.stringContaining('We did') }],
      items_left_out: 0,
    });
    expect(request?.body).not.toContain('hidden()');
    expect(request?.body).not.toContain('Judge A says yes');

    const found = await getCase();
    expect(found.rounds[0].opinion).toEqual({
      advisory: true,
      model: 'a-model',
      vote: 'no',
      reason: 'Nothing supports it.',
      citations: citations.map((citation, index) => ({ ...citation, found: index < 2 })),
      problem: null,
      recorded_at: '2026-01-22T12:00:00Z',
    });
    expect(found).toEqual({ ...decided, rounds: [{ ...decided.rounds[0], opinion: found.rounds[0].opinion }] });
    expect((await world.anyone('GET /v1/panels/judges')).json.judges.map((one: Json) => one.with_decision)).toEqual([
      1, 1, 1,
    ]);
    const page = (await world.anyone(`GET /cases/${id}`)).text;
    expect(page).toContain('Advisory, not counted');
    expect(page).toContain('not found there');
  });

  test('is not asked about a round that another one follows, because its judges would read the opinion', async () => {
    model.answer(complete(opinion()));
    await decide(['yes', 'no', 'ambiguous']);
    expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 0 });
    await decide(['yes', 'no', 'ambiguous']);
    expect(await askAdvisers(deps)).toEqual({ opinions: 1, failed: 0 });
    const { rounds, decision } = await getCase();
    expect(rounds.map((round: Json) => round.opinion?.vote)).toEqual([undefined, 'no']);
    expect(decision).toMatchObject({ outcome: 'ambiguous', basis: 'fall_back' });
  });

  test('does not replace missing votes', async () => {
    model.answer(complete({ ...opinion(), vote: 'yes' }));
    await decide(['yes']);
    await decide(['yes']);
    await askAdvisers(deps);
    expect(await getCase()).toMatchObject({ decision: { outcome: 'ambiguous', basis: 'fall_back' } });
    expect((await lastRound()).opinion.vote).toBe('yes');
  });

  test('is not asked unless a panel names one', async () => {
    await createPanel(world, judges, { name: 'without' });
    await recordJudged(world, { slug: 'other' });
    id = (await openCase(world, 'other', 'without')).id;
    await decide();
    expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 0 });
    expect((await lastRound()).opinion).toBeNull();
  });

  test('that is not configured is recorded as such, and nothing is sent', async () => {
    await decide();
    expect(await askAdvisers(world.deps)).toEqual({ opinions: 0, failed: 1 });
    expect((await lastRound()).opinion).toMatchObject({
      vote: null,
      problem: 'no adviser is configured (OUTTURN_ADVISER_URL)',
    });
    expect(model.received).toHaveLength(0);
  });

  test('gets a packet of bounded size', async () => {
    model.answer(complete(opinion()));
    const quote = 'q'.repeat(4000);
    const copy = { media_type: 'text/plain', content: 'c'.repeat(150_000) };
    for (let index = 0; index < 40; index += 1)
      await judge(0).client(`POST /v1/cases/${id}/evidence`, { json: { quote, stance: 'for', copy } });
    await decide();
    await askAdvisers(deps);
    const chat = JSON.parse(model.at(path)[0]?.body ?? '');
    const { packet, items_left_out: leftOut } = JSON.parse(chat.messages[1].content);
    const chars = packet.reduce((sum: number, one: Json) => sum + one.quote.length + (one.copy ?? '').length, 0);
    expect(chars).toBeLessThanOrEqual(packetCharsMax);
    expect([packet.length, leftOut]).toEqual([25, 16]);
  });
});

describe('an answer', () => {
  const huge = Buffer.alloc(adviserBytesMax + 1, 'a');
  test.each<[string, (response: ServerResponse) => unknown, string]>([
    ['that is no JSON', (response) => response.writeHead(200).end('Hello'), 'did not answer: the response is not JSON'],
    ['whose content is no JSON', complete('I think it is true.'), 'does not have the form'],
    ['of another form', (response) => response.writeHead(200).end('{"choices":[]}'), 'does not have the form'],
    ['with another vote', complete({ ...opinion(), vote: 'maybe' }), 'does not have the form'],
    ['without a reason', complete({ ...opinion(), reason: ' ' }), 'does not have the form'],
    [
      'with too many citations',
      complete(opinion(Array(citationsMax + 1).fill({ evidence: 'a', quote: 'b' }))),
      'does not have the form',
    ],
    ['with the status 500', (response) => response.writeHead(500).end(key), 'the server returned status 500'],
    [
      'that redirects',
      (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      'the server returned status 307',
    ],
    ['that never comes', () => {}, 'no complete response after 500 ms'],
    ['that never ends', (response) => response.writeHead(200).write('{'), 'no complete response after 500 ms'],
    ['that is huge', (response) => response.writeHead(200).end(huge), `more than ${adviserBytesMax} bytes`],
    ['that repeats the key', complete({ ...opinion(), reason: key }), 'the answer repeats the key'],
  ])('%s is asked for three times, and then the problem is shown', async (_what, answer, problem) => {
    model.answer((response) => void answer(response));
    await decide();
    for (const minutes of [0, 1, 10]) {
      expect((await lastRound()).opinion).toBeNull();
      world.clock.advance(minutes * minute);
      expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 1 });
    }
    world.clock.advance(1000 * minute);
    expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 0 });
    expect(model.received).toHaveLength(3);
    expect((await lastRound()).opinion).toMatchObject({
      vote: null,
      reason: null,
      citations: [],
      problem: expect.stringContaining(problem),
    });
    expect(await getCase()).toMatchObject({ state: 'decided', decision: { outcome: 'yes' } });
  });

  test('with characters that no text can hold is kept without them', async () => {
    model.answer(
      complete('{"vote":"no","reason":"a\\u0000b\\ud800","citations":[{"evidence":"\\u0000","quote":"\\udc00"}]}'),
    );
    await decide();
    expect(await askAdvisers(deps)).toEqual({ opinions: 1, failed: 0 });
    expect((await lastRound()).opinion).toMatchObject({
      reason: 'a\uFFFDb\uFFFD',
      citations: [{ evidence: '\uFFFD', quote: '\uFFFD', found: false }],
    });
  });

  test('that comes after a failure is the opinion', async () => {
    model.answer(500, complete(opinion()));
    await decide();
    await askAdvisers(deps);
    world.clock.advance(minute);
    expect(await askAdvisers(deps)).toEqual({ opinions: 1, failed: 0 });
    expect((await lastRound()).opinion).toMatchObject({ vote: 'no', problem: null });
  });
});

test('several nodes ask once', async () => {
  model.answer(complete(opinion()));
  await decide();
  const counts = await Promise.all(['a', 'b', 'c'].map((name) => askAdvisers(asking(world.node(name)))));
  expect(counts.reduce((sum, { opinions }) => sum + opinions, 0)).toBe(1);
  expect(model.received).toHaveLength(1);
});

test('a node that is killed before it records the answer leaves the question to the next one, after its lease', async () => {
  model.answer(complete(opinion()));
  await decide();
  const killed = asking({ ...world.deps, now: () => (model.received.length === 0 ? world.clock.now() : die()) });
  await expect(askAdvisers(killed)).rejects.toThrow('the process was killed');
  world.errors.length = 0;
  expect(await askAdvisers(deps)).toEqual({ opinions: 0, failed: 0 });
  await world.db.sql`update case_opinions set lease_until = '2000-01-01'`;
  expect(await askAdvisers(deps)).toEqual({ opinions: 1, failed: 0 });
});

test('the key is in no response, log line, export or row', async () => {
  model.answer(complete(opinion()));
  await decide();
  await askAdvisers(deps);
  const responses: string[] = [];
  for (const read of [`/v1/cases/${id}`, '/v1/panels/judges', '/v1/events', '/v1/audit', `/cases/${id}`, '/metrics'])
    responses.push((await world.admin(`GET ${read}`)).text);
  const copy = await openTestDatabase();
  const text = await exported(world.db);
  await imported({ db: copy, webhooks: world.deps.webhooks }, text);
  expect(await copy.sql`select vote, reason from case_opinions`).toEqual([
    { vote: 'no', reason: 'Nothing supports it.' },
  ]);
  await copy.close();
  expect(JSON.stringify([responses, text, world.log, world.errors])).not.toContain(key);
});

function die(): never {
  throw new Error('the process was killed');
}
