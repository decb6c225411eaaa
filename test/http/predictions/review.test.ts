import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5 } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { type LedgerRow, ledger, litellm, oldModels } from '../../support/listings.ts';
import { events, misreported } from '../../support/play.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
/** Five feeds, of which one alone lists GPT-5 and one was read since without it. */
async function begin(): Promise<void> {
  await world.reset({ now: '2025-06-26T12:00:00Z', feeds: [] });
  const curated = { trust: 'curated', covers: [] };
  await createArchive(world, 'press', { ...curated, origin: 'press' });
  await createArchive(world, 'blog', { ...curated, origin: 'blog' });
  await createArchive(world, 'vendor', { origin: 'vendor', covers: [] });
  for (const slug of ['prices', 'catalogue'])
    await createArchive(world, slug, { adapter: 'litellm', trust: 'curated', origin: slug, settlement_lag: 'P2D' });
  for (const [slug, time] of [
    ['prices', '2024-12-31T00:00:00Z'],
    ['catalogue', '2024-12-31T00:00:00Z'],
    ['prices', '2025-06-26T00:00:00Z'],
  ] as const)
    await send(slug, time, litellm(oldModels));
  await send('press', '2025-06-20T00:00:00Z', ledger('2025-06-15', [onTheTenth('gpt-5', '2025-06-15')]));
}
afterEach(async () => expect(await misreported(world)).toEqual([]));
afterAll(() => world.close());

async function send(feed: string, time: string, payload: object): Promise<void> {
  const answer = await world.admin(`POST /v1/feeds/${feed}/snapshots?observed_at=${time}`, {
    body: JSON.stringify(payload),
  });
  expect([feed, answer.status, answer.json.suspect_reason]).toEqual([feed, 200, null]);
}

const onTheTenth = (id: string, published: string): LedgerRow => ({ id, released: '2025-06-10', published });

async function record(model: object = gpt5): Promise<void> {
  const criterion = { op: 'released', model, by: '2025-06-30' };
  const json = { slug: 'claim', statement: 'GPT-5 comes by mid-2025.', made_at: '2025-01', criterion };
  expect((await world.admin('POST /v1/predictions', { json })).status).toBe(201);
}

const get = async (path = ''): Promise<Json> => (await world.anyone(`GET /v1/predictions/claim${path}`)).json;
const listed = async (status: string): Promise<Json[]> =>
  (await world.anyone(`GET /v1/predictions?status=${status}`)).json.data;
const decide = (json: object) =>
  world.admin('POST /v1/predictions/claim/resolutions', {
    json: { effective_at: '2025-06-10', reason_code: 'evidence_reviewed', reason: 'I looked at all of it.', ...json },
  });
const sentTypes = async () => (await events(world, 'claim')).map((event) => event.type);

/** `for | against`, each as the feeds of its witnesses and, in brackets, those whose silence counts. */
function sidesOf(json: Json): string {
  const side = ({ witnesses, coverage }: Json) =>
    [...witnesses.map((row: Json) => row.feed), ...coverage.map((row: Json) => `(${row.feed})`)].join(' ');
  return `${side(json.review.supporting)} | ${side(json.review.contradicting)}`;
}

test('a claim is proposed, resolved by a person, disputed by later evidence, and amended', async () => {
  await begin();
  await record();
  // One curated feed lists it; a catalogue has been read since and does not.
  expect(await listed('proposed')).toEqual([await get()]);
  const proposed = await get();
  expect(proposed).toMatchObject({ status: 'proposed', outcome: null, review: { leaning: { outcome: 'yes' } } });
  expect(proposed.leaning).toEqual(proposed.review.leaning);
  expect(sidesOf(proposed)).toBe('press | (prices)');
  expect((await get('/explanation')).review).toEqual(proposed.review);

  const [rumour] = proposed.review.supporting.witnesses;
  expect(rumour).toMatchObject({ feed: 'press', origin: 'press', trust: 'curated', model: 'openai/gpt-5' });
  const first = await decide({
    outcome: 'no',
    effective_at: '2025-06-26',
    reason: 'The press took an announcement for a release.',
    evidence: [rumour.observation_id],
    supersedes: null,
  });
  expect(first.status).toBe(201);
  expect(await get()).toMatchObject({ status: 'resolved', outcome: 'no', leaning: null, review: null });
  expect((await get('/explanation')).review).toBeNull();

  // The evidence that was known then disputes nothing, however often it is looked at.
  world.clock.set('2025-07-10T00:00:00Z');
  await send('catalogue', '2025-07-09T00:00:00Z', litellm(oldModels));
  expect((await get()).status).toBe('resolved');
  await send('vendor', '2025-07-09T12:00:00Z', ledger('2025-07-08', [onTheTenth('gpt-5', '2025-07-08')]));
  const disputed = await get();
  expect(await listed('disputed')).toEqual([disputed]);
  expect(disputed).toMatchObject({
    status: 'disputed',
    outcome: 'no',
    resolution: { id: first.json.id },
    review: { leaning: { outcome: 'yes' } },
  });
  expect(sidesOf(disputed)).toBe('press vendor | press');
  expect(disputed.review.contradicting.witnesses).toEqual([rumour]);
  expect((await get('/explanation')).review).toEqual(disputed.review);
  expect(await get('?as_of=2025-07-01')).toMatchObject({ status: 'resolved', outcome: 'no', review: null });

  const amended = await decide({ outcome: 'yes', reason_code: 'entry_error', supersedes: first.json.id });
  expect(amended.json).toMatchObject({ outcome: 'yes', supersedes: first.json.id, reason_code: 'entry_error' });
  expect(await get()).toMatchObject({ status: 'resolved', outcome: 'yes', review: null });
  expect(await listed('disputed')).toEqual([]);
  expect(await sentTypes()).toEqual([
    'prediction.created',
    'prediction.proposed',
    'prediction.resolved',
    'prediction.disputed',
    'prediction.resolution.amended',
  ]);
  expect((await events(world, 'claim')).at(-1)?.data).toMatchObject({
    resolution: { id: amended.json.id, outcome: 'yes' },
    superseded: { id: first.json.id, outcome: 'no' },
  });
  expect((await get('/resolutions')).data).toEqual([first.json, amended.json]);
});

describe('a disputed claim', () => {
  beforeEach(begin);

  test('without a resolution shows which feeds list the model and which were read past the deadline without it', async () => {
    await record();
    world.clock.set('2025-07-10T00:00:00Z');
    for (const slug of ['prices', 'catalogue']) await send(slug, '2025-07-09T00:00:00Z', litellm(oldModels));
    const [disputed] = await listed('disputed');
    expect(disputed).toMatchObject({
      status: 'disputed',
      resolution: null,
      leaning: { outcome: 'yes', reason: 'contradicted' },
    });
    expect(sidesOf(disputed)).toBe('press | (catalogue) (prices)');
    expect(disputed.review.contradicting.coverage[0]).toMatchObject({
      feed: 'catalogue',
      vendor: 'openai',
      watermark: '2025-07-09T00:00:00Z',
    });
  });

  test('shows the coverage that its resolution relies on, and is settled by a person who confirms it', async () => {
    await record({ ...gpt5, family: 'o', version: '3' });
    world.clock.set('2025-07-10T00:00:00Z');
    for (const slug of ['prices', 'catalogue']) await send(slug, '2025-07-09T00:00:00Z', litellm(oldModels));
    expect(await get()).toMatchObject({ status: 'resolved', outcome: 'no', resolution: { decided_by: 'resolver' } });
    world.clock.set('2025-07-12T00:00:00Z');
    const o3 = onTheTenth('o3', '2025-06-18');
    await send('blog', '2025-07-11T00:00:00Z', ledger('2025-07-10', [o3]));
    await send('press', '2025-07-11T00:00:00Z', ledger('2025-07-10', [onTheTenth('gpt-5', '2025-06-15'), o3]));
    const disputed = await get();
    expect(disputed).toMatchObject({ status: 'disputed', outcome: 'no', review: { leaning: { outcome: 'yes' } } });
    expect(sidesOf(disputed)).toBe('blog press | (catalogue) (prices)');
    expect((await get('/explanation')).review).toEqual(disputed.review);

    const confirmed = await decide({ outcome: 'no', reason_code: 'confirmed', effective_at: '2025-06-30' });
    expect(confirmed.json).toMatchObject({ outcome: 'no', supersedes: disputed.resolution.id });
    expect(await get()).toMatchObject({ status: 'resolved', outcome: 'no', review: null });
    // Hearing the same once more does not dispute it again.
    world.clock.set('2025-07-20T00:00:00Z');
    await send('blog', '2025-07-19T00:00:00Z', ledger('2025-07-18', [o3, onTheTenth('o3-mini', '2025-06-18')]));
    expect(await get()).toMatchObject({ status: 'resolved', outcome: 'no' });
    expect(await sentTypes()).toEqual([
      'prediction.created',
      'prediction.resolved',
      // One feed holds the NO back from the past; the second contradicts it.
      'prediction.disputed',
      'prediction.disputed',
      'prediction.resolution.amended',
    ]);
  });
});

describe('a decision', () => {
  beforeAll(async () => {
    await begin();
    await record();
  });

  test.each([
    [{ outcome: 'yes', effective_at: '2025-06-27' }, 422, '#/effective_at'],
    [{ outcome: 'yes', effective_at: '2025-06-10/2025-06-01' }, 422, '#/effective_at'],
    [{ outcome: 'yes', effective_at: '..' }, 422, '#/effective_at'],
    [{ outcome: 'too_early' }, 422, '#/outcome'],
    [{ outcome: 'undetermined' }, 422, '#/outcome'],
    [{ outcome: null }, 422, '#/outcome'],
    [{ outcome: 'yes', reason_code: 'reality_unclear' }, 422, '#/reason_code'],
    [{ outcome: 'ambiguous', reason_code: 'criterion_defective' }, 422, '#/reason_code'],
    [{ outcome: 'yes', supersedes: 'res_other' }, 409, '#/supersedes'],
  ])('%j is rejected', async (json, status, pointer) => {
    expect((await decide(json)).json).toMatchObject({ status, errors: [{ pointer }] });
    expect((await get()).status).toBe('proposed');
  });

  test('that confirms must name the current resolution; one that names another is a conflict', async () => {
    const first = (await decide({ outcome: 'annulled', reason_code: 'criterion_defective' })).json;
    expect((await decide({ outcome: 'yes', reason_code: 'confirmed' })).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/reason_code' }],
    });
    expect((await decide({ outcome: 'yes', supersedes: null })).json).toMatchObject({ status: 409, code: 'conflict' });
    // It may know only a bracket, open below too.
    const second = await decide({ outcome: 'yes', supersedes: first.id, effective_at: '../2025-06-10' });
    expect(second.json).toMatchObject({ effective_at: '../2025-06-10', supersedes: first.id });
    expect((await decide({ outcome: 'no', supersedes: first.id })).json).toMatchObject({ status: 409 });
    expect(await sentTypes()).toEqual([
      'prediction.created',
      'prediction.proposed',
      'prediction.annulled',
      'prediction.resolution.amended',
    ]);
  });
});
