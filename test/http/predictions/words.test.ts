import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { formatInstant } from '../../../src/domain/instant.ts';
import { errataMax } from '../../../src/services/predictions/errata.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { decide } from '../../support/forecasts.ts';
import type { Json } from '../../support/http-client.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

type Ids = { readonly [name in 'source' | 'otherSource' | 'predictor' | 'otherPredictor']: string };

let ids: Ids;
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  ids = {
    source: await create('sources', { title: 'An article' }),
    otherSource: await create('sources', { title: 'A podcast' }),
    predictor: await create('predictors', { name: 'The author' }),
    otherPredictor: await create('predictors', { name: 'The editor' }),
  };
  await recordClaim(world, {
    slug: 'never',
    fine_print: 'A preview counts.',
    locator: 'section VI',
    source_id: ids.source,
    predictor_id: ids.predictor,
    probability: 0.9,
    tags: ['timelines'],
  });
});

async function create(collection: string, json: object): Promise<string> {
  const answer = await world.admin(`POST /v1/${collection}`, { json });
  expect(answer.status).toBe(201);
  return answer.json.id;
}

async function patch(json: object, id = 'never'): Promise<Json> {
  const answer = await world.admin(`PATCH /v1/predictions/${id}`, { json, headers: { 'if-match': '*' } });
  expect(answer.status).toBe(200);
  return answer.json;
}

/** Every kind of answer about the claim that takes `as_of`. */
function paths(): string[] {
  return [
    '/v1/predictions/never',
    '/v1/predictions/never/explanation',
    '/v1/predictions/never/forecasts',
    '/v1/predictions',
    `/v1/predictions?predictor=${ids.predictor}`,
    `/v1/predictions?predictor=${ids.otherPredictor}`,
    `/v1/predictions?source=${ids.source}`,
    `/v1/predictions?source=${ids.otherSource}`,
    '/v1/predictions?tag=timelines',
    '/v1/predictions?tag=openai',
    '/v1/predictions?q=never+releases',
    '/v1/predictions?q=will+not',
    `/v1/predictors/${ids.predictor}/scorecard`,
    `/v1/predictors/${ids.otherPredictor}/scorecard`,
  ];
}

async function answersAsOf(moment: string): Promise<string[]> {
  const answers: string[] = [];
  for (const path of paths()) {
    const answer = await world.anyone(`GET ${path}${path.includes('?') ? '&' : '?'}as_of=${moment}`);
    expect(answer.status).toBe(200);
    answers.push(`${path} ${answer.headers.etag} ${answer.text}`);
  }
  return answers;
}

const edits: readonly (readonly [string, (known: Ids) => object])[] = [
  ['statement', () => ({ statement: 'OpenAI will not release GPT-5.' })],
  ['fine_print', () => ({ fine_print: 'A preview does not count.' })],
  ['fine_print, cleared', () => ({ fine_print: null })],
  ['slug', () => ({ slug: 'not-ever' })],
  ['locator', () => ({ locator: 'section VII' })],
  ['source_id', (known) => ({ source_id: known.otherSource })],
  ['source_id, cleared', () => ({ source_id: null })],
  ['predictor_id', (known) => ({ predictor_id: known.otherPredictor })],
  ['predictor_id, cleared', () => ({ predictor_id: null })],
  ['tags', () => ({ tags: ['openai'] })],
  [
    'everything',
    (known) => ({
      statement: 'OpenAI will not release GPT-5.',
      fine_print: 'None.',
      slug: 'not-ever',
      locator: null,
      source_id: known.otherSource,
      predictor_id: known.otherPredictor,
      tags: [],
    }),
  ],
];

describe('an edit', () => {
  test.each(edits)('of %s changes no answer as of a moment before it', async (_, edit) => {
    world.clock.advance(hours(1));
    const moments = ['2020-01-01', '2026-01-15T12:30:00Z'];
    const before = await Promise.all(moments.map(answersAsOf));
    const was = (await world.anyone('GET /v1/predictions/never')).json;
    world.clock.advance(hours(1));
    const is = await patch(edit(ids));
    expect(is).not.toEqual(was);
    expect(is).toMatchObject({ id: was.id, version: 2, updated_at: '2026-01-15T14:00:00Z' });
    world.clock.advance(hours(1));
    expect(await Promise.all(moments.map(answersAsOf))).toEqual(before);
    // As of the edit and later, the answer is the one of now.
    const { as_of: stamp, ...then } = (await world.anyone('GET /v1/predictions/never?as_of=2026-01-15T14:00:00Z')).json;
    expect(stamp.at).toBe('2026-01-15T14:00:00Z');
    expect({ ...then, as_of: null }).toEqual({ ...is, standing: then.standing });
  });

  test('in a row with others leaves each version to its own time', async () => {
    const statements = ['One.', 'Two.', 'Three.', 'Four.'];
    const kept: (readonly [string, string[]])[] = [];
    for (const statement of statements) {
      const moment = formatInstant(world.clock.now());
      world.clock.advance(hours(1));
      kept.push([moment, await answersAsOf(moment)]);
      await patch({ statement, tags: [statement.slice(0, -1).toLowerCase()] });
      for (const [earlier, answers] of kept) expect(await answersAsOf(earlier)).toEqual(answers);
    }
    const shown = await Promise.all(
      kept.map(async ([moment]) => (await world.anyone(`GET /v1/predictions/never?as_of=${moment}`)).json.statement),
    );
    expect(shown).toEqual(['OpenAI never releases GPT-5.', 'One.', 'Two.', 'Three.']);
  });

  test('moves a claim between the scorecards of two predictors from then on only', async () => {
    world.clock.advance(hours(1));
    await patch({ predictor_id: ids.otherPredictor });
    const recorded = async (id: string, query: string) =>
      (await world.anyone(`GET /v1/predictors/${id}/scorecard${query}`)).json.claims.recorded;
    const then = '?as_of=2026-01-15T12:30:00Z';
    expect([await recorded(ids.predictor, then), await recorded(ids.otherPredictor, then)]).toEqual([1, 0]);
    expect([await recorded(ids.predictor, ''), await recorded(ids.otherPredictor, '')]).toEqual([0, 1]);
  });

  test('that changes nothing is no edit', async () => {
    world.clock.advance(hours(1));
    expect(await patch({ tags: ['timelines'], locator: 'section VI' })).toMatchObject({
      version: 1,
      updated_at: '2026-01-15T12:00:00Z',
    });
  });

  test('by a node whose clock is behind is dated no earlier than the edit before it', async () => {
    world.clock.advance(hours(1));
    await patch({ statement: 'One.' });
    world.clock.advance(-hours(0.5));
    expect((await patch({ statement: 'Two.' })).updated_at).toBe('2026-01-15T13:00:00Z');
    const then = await world.anyone('GET /v1/predictions/never?as_of=2026-01-15T12:30:00Z');
    expect(then.json.statement).toBe('OpenAI never releases GPT-5.');
  });
});

describe('a former slug', () => {
  beforeEach(async () => {
    world.clock.advance(hours(1));
    await patch({ slug: 'not-ever' });
  });

  test.each(['never', 'not-ever'])('and the current one lead to the same document: %s', async (slug) => {
    const answer = await world.anyone(`GET /v1/predictions/${slug}`);
    expect([answer.status, answer.json.slug]).toEqual([200, 'not-ever']);
    const events = await world.admin(`GET /v1/events?prediction=${slug}`);
    expect(events.json.data[0].data.prediction.id).toBe(answer.json.id);
  });

  test('never passes to another prediction', async () => {
    const json = {
      slug: 'never',
      statement: 'Other.',
      made_at: '2025',
      criterion: { op: 'judged', question: 'Is it?' },
    };
    const created = await world.admin('POST /v1/predictions', { json });
    expect(created.json).toMatchObject({ status: 409, code: 'conflict', errors: [{ pointer: '#/slug' }] });
    await recordClaim(world, { slug: 'other' });
    const moved = await world.admin('PATCH /v1/predictions/other', {
      json: { slug: 'never' },
      headers: { 'if-match': '*' },
    });
    expect(moved.json).toMatchObject({ status: 409, code: 'conflict', errors: [{ pointer: '#/slug' }] });
    expect((await world.anyone('GET /v1/predictions/other')).json.version).toBe(1);
  });

  test('can be taken back by its prediction', async () => {
    expect((await patch({ slug: 'never' }, 'not-ever')).slug).toBe('never');
    expect((await world.anyone('GET /v1/predictions/not-ever')).json.slug).toBe('never');
  });
});

describe('the badge at a former slug', () => {
  test('redirects to the current slug and keeps the label', async () => {
    await patch({ slug: 'not-ever' });
    const answer = await world.anyone('GET /badges/never.svg?label=GPT+5');
    expect([answer.status, answer.headers.location]).toEqual([301, '/badges/not-ever.svg?label=GPT+5']);
    expect((await world.anyone(`GET ${answer.headers.location}`)).text).toContain('GPT 5');
  });
});

const frozen: readonly (readonly [string, (known: Ids) => object])[] = [
  ['statement', () => ({ statement: 'OpenAI will not release GPT-5.' })],
  ['fine_print', () => ({ fine_print: null })],
  ['locator', () => ({ locator: 'section VII' })],
  ['source_id', (known) => ({ source_id: known.otherSource })],
  ['predictor_id', (known) => ({ predictor_id: known.otherPredictor })],
];

describe('after the resolution', () => {
  beforeEach(async () => {
    world.clock.advance(hours(1));
    await decide(world, 'never', 'no', '2026-01-15');
    world.clock.advance(hours(1));
  });

  test.each(frozen)('%s is frozen', async (field, edit) => {
    const before = (await world.anyone('GET /v1/predictions/never')).text;
    const json = { tags: ['other'], ...edit(ids) };
    const answer = await world.admin('PATCH /v1/predictions/never', { json });
    expect(answer.json).toMatchObject({
      status: 409,
      code: 'frozen',
      detail: expect.stringContaining('POST /v1/predictions/{id}/errata'),
      errors: [{ pointer: `#/${field}` }],
    });
    expect((await world.anyone('GET /v1/predictions/never')).text).toBe(before);
  });

  test('made_at and the criterion cannot change either', async () => {
    const moved = await world.admin('PATCH /v1/predictions/never', { json: { made_at: '2024' } });
    expect(moved.status).toBe(422);
    const json = { criterion: { op: 'judged', question: 'Is it?' }, reason: 'Other.' };
    expect((await world.admin('POST /v1/predictions/never/criterion', { json })).status).toBe(409);
  });

  test('slug and tags can change, and a frozen field can be repeated as it is', async () => {
    const edit = { slug: 'not-ever', tags: ['openai'], statement: 'OpenAI never releases GPT-5.' };
    expect(await patch(edit)).toMatchObject({ ...edit, version: 3, status: 'resolved' });
  });

  test('an erratum is shown beside the words from then on, in the document, the history and the events', async () => {
    const moment = '2026-01-15T13:30:00Z';
    const before = await answersAsOf(moment);
    const json = { text: 'The claim is in section V.', reason: 'A slip.' };
    const created = await world.admin('POST /v1/predictions/never/errata', { json });
    const erratum = { id: created.json.id, ...json, recorded_at: '2026-01-15T14:00:00Z' };
    expect([created.status, created.json]).toEqual([201, erratum]);
    const is = (await world.anyone('GET /v1/predictions/never')).json;
    expect(is).toMatchObject({ errata: [erratum], locator: 'section VI', version: 2, updated_at: erratum.recorded_at });
    expect((await world.anyone('GET /v1/predictions/never/errata')).json.data).toEqual([erratum]);
    const history = (await world.anyone('GET /v1/predictions/never/history')).json.data.at(-1);
    expect(history).toMatchObject({ at: erratum.recorded_at, what: 'erratum', erratum, changes: null });
    const event = (await world.anyone('GET /v1/events?prediction=never')).json.data.at(-1);
    expect(event).toMatchObject({ type: 'prediction.erratum_added', data: { prediction: { id: is.id }, erratum } });
    expect(await answersAsOf(moment)).toEqual(before);
  });

  test('errata are limited in number, and need a text and a reason', async () => {
    const add = async (json: object) => await world.admin('POST /v1/predictions/never/errata', { json });
    expect((await add({ text: 'Wrong.' })).json.errors).toMatchObject([{ pointer: '#/reason' }]);
    for (let count = 0; count < errataMax; count += 1) {
      expect((await add({ text: `Number ${count}.`, reason: 'A slip.' })).status).toBe(201);
    }
    expect((await add({ text: 'One more.', reason: 'A slip.' })).json).toMatchObject({ status: 409, code: 'conflict' });
    const page = (await world.anyone('GET /v1/predictions/never/errata?limit=49')).json;
    const rest = (await world.anyone(`GET /v1/predictions/never/errata?limit=49&cursor=${page.next_cursor}`)).json;
    expect(rest.data).toMatchObject([{ text: `Number ${errataMax - 1}.` }]);
  });
});

describe('the event prediction.edited', () => {
  const editsOf = async (): Promise<Json[]> =>
    (await world.anyone('GET /v1/events?prediction=never&type=prediction.edited')).json.data;

  test('is recorded once for each PATCH that changes something, with the changed fields', async () => {
    await patch({ tags: ['timelines'] });
    await world.admin('PATCH /v1/predictions/never', { json: { statement: 'x'.repeat(1001) } });
    expect(await editsOf()).toEqual([]);
    await patch({ statement: 'One.', tags: ['a', 'b'], locator: null });
    const prediction = { slug: 'never', statement: 'One.' };
    const changes = [
      { field: 'statement', before: 'OpenAI never releases GPT-5.', after: 'One.' },
      { field: 'locator', before: 'section VI', after: null },
      { field: 'tags', before: ['timelines'], after: ['a', 'b'] },
    ];
    expect((await editsOf()).map((event) => event.data)).toMatchObject([{ prediction, changes }]);
  });

  test('is not recorded for an edit that is refused by its version', async () => {
    const stale = { json: { statement: 'One.' }, headers: { 'if-match': '"7-x"' } };
    expect((await world.admin('PATCH /v1/predictions/never', stale)).status).toBe(412);
    expect(await editsOf()).toEqual([]);
  });
});

describe('deleting a source or a predictor', () => {
  const kinds = [
    ['sources', 'source_id', 'otherSource', { source_id: null }],
    ['predictors', 'predictor_id', 'otherPredictor', { predictor_id: null }],
  ] as const;

  test.each(kinds)('of %s works while nothing refers to it', async (collection, _, unused) => {
    expect((await world.admin(`DELETE /v1/${collection}/${ids[unused]}`)).status).toBe(204);
    expect((await world.anyone(`GET /v1/${collection}/${ids[unused]}`)).status).toBe(404);
    expect((await world.admin(`DELETE /v1/${collection}/${ids[unused]}`)).status).toBe(404);
  });

  test.each(kinds)('of %s is refused for one that a claim has or had', async (collection, field, name, cleared) => {
    await patch({ [field]: ids[name] });
    const remove = () => world.admin(`DELETE /v1/${collection}/${ids[name]}`);
    expect((await remove()).json).toMatchObject({ status: 409, code: 'conflict' });
    await patch(cleared);
    expect((await remove()).json).toMatchObject({ status: 409, code: 'conflict' });
    expect((await world.anyone(`GET /v1/${collection}/${ids[name]}`)).status).toBe(200);
  });
});
