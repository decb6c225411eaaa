import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listValuesMax } from '../../../src/http/operation/fields.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;

/** Claims in the order of recording, each with its deadline and the moment at which a person resolved it. */
const claims = [
  { slug: 'due-2031', madeAt: '2024-03', by: '2031-01-31', resolvedAt: null },
  { slug: 'decided-last', madeAt: '2024-01', by: '2032-01-31', resolvedAt: '2026-02-03T00:00:00Z' },
  { slug: 'endless', madeAt: '1999', by: null, resolvedAt: null },
  { slug: 'decided-first', madeAt: '2024-02', by: null, resolvedAt: '2026-02-01T00:00:00Z' },
  { slug: 'due-2030', madeAt: '2024-03', by: '2030-01-31', resolvedAt: null },
] as const;

beforeAll(async () => {
  world = await openApiWorld();
  for (const { slug, madeAt, by } of claims) {
    const question = { op: 'judged', question: 'Is it so?', ...(by === null ? {} : { by }) };
    await recordClaim(world, { slug, made_at: madeAt, criterion: question, tags: ['sorted'] });
    world.clock.advance(1000);
  }
  for (const { slug, resolvedAt } of [...claims].sort((a, b) => (a.slug < b.slug ? -1 : 1))) {
    if (resolvedAt === null) continue;
    world.clock.set(resolvedAt);
    const json = { outcome: 'yes', effective_at: '2026-01-01', reason_code: 'evidence_reviewed', reason: 'It is so.' };
    const made = await world.admin(`POST /v1/predictions/${slug}/resolutions`, { json });
    if (made.status !== 201) throw new Error(made.text);
  }
});
afterAll(() => world.close());

const slugsOf = (json: Json): string[] => json.data.map((row: Json) => row.slug);

/** Every entry of a list, read one page of a row at a time. */
async function readAll(query: string): Promise<string[]> {
  const slugs: string[] = [];
  for (let target = `/v1/predictions?limit=1&${query}`; ; ) {
    const page = await world.anyone(`GET ${target}`);
    slugs.push(...slugsOf(page.json));
    const next = /^<(.+)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
    if (next === undefined) return slugs;
    target = next;
  }
}

describe('sorted lists of predictions', () => {
  const [due2031, decidedLast, endless, decidedFirst, due2030] = claims.map(({ slug }) => slug);
  // Claims without a value come last in both directions, and claims with the same value in the direction of their ids.
  test.each([
    ['recorded_at', [due2031, decidedLast, endless, decidedFirst, due2030]],
    ['-recorded_at', [due2030, decidedFirst, endless, decidedLast, due2031]],
    ['made_at', [endless, decidedLast, decidedFirst, due2031, due2030]],
    ['-made_at', [due2030, due2031, decidedFirst, decidedLast, endless]],
    ['resolve_by', [due2030, due2031, decidedLast, endless, decidedFirst]],
    ['-resolve_by', [decidedLast, due2031, due2030, decidedFirst, endless]],
    ['resolved_at', [decidedFirst, decidedLast, due2031, endless, due2030]],
    ['-resolved_at', [decidedLast, decidedFirst, due2030, endless, due2031]],
  ])('by %s contain every prediction once, in pages of any size', async (sort, expected) => {
    const whole = await world.anyone(`GET /v1/predictions?sort=${sort}`);
    expect(slugsOf(whole.json)).toEqual(expected);
    expect(await readAll(`sort=${sort}`)).toEqual(expected);
  });

  test('by the time of resolution use the resolutions known at as_of', async () => {
    const asOf = 'as_of=2026-02-02T00:00:00Z';
    expect(await readAll(`sort=resolved_at&${asOf}`)).toEqual([decidedFirst, due2031, decidedLast, endless, due2030]);
    expect(await readAll(`sort=-resolved_at&${asOf}`)).toEqual([decidedFirst, due2030, endless, decidedLast, due2031]);
    expect(await readAll(`sort=resolved_at&status=resolved&${asOf}`)).toEqual([decidedFirst]);
    expect(await readAll(`sort=-resolved_at&outcome=yes&${asOf}`)).toEqual([decidedFirst]);
    expect(await readAll(`sort=resolved_at&outcome=no&${asOf}`)).toEqual([]);
    expect(await readAll(`sort=-resolved_at&status=open,proposed&q=d&${asOf}`)).toEqual([
      due2030,
      endless,
      decidedLast,
      due2031,
    ]);
    expect(await readAll(`sort=resolved_at&made_at[lt]=2024-02-15&${asOf}`)).toEqual([
      decidedFirst,
      decidedLast,
      endless,
    ]);
    expect(await readAll(`sort=-resolved_at&resolve_by[gte]=2030-06-01&${asOf}`)).toEqual([decidedLast, due2031]);
    expect(await readAll(`resolved_at[gte]=2026-02-01&${asOf}`)).toEqual([decidedFirst]);
  });

  test('keep their place when a prediction is added or resolved between two pages', async () => {
    const first = await world.anyone('GET /v1/predictions?sort=resolve_by&limit=2&tag=sorted');
    expect(slugsOf(first.json)).toEqual([due2030, due2031]);
    const criterion = { op: 'judged', question: 'Is it so?', by: '2029-01-31' };
    await recordClaim(world, { slug: 'added', criterion, tags: ['sorted', 'added'] });
    const second = await world.anyone(
      `GET /v1/predictions?sort=resolve_by&limit=2&tag=sorted&cursor=${first.json.next_cursor}`,
    );
    expect(slugsOf(second.json)).toEqual([decidedLast, endless]);
  });

  test.each(['slug', '--made_at', 'made_at,recorded_at', ''])('reject sort=%s and list what exists', async (sort) => {
    const answer = await world.anyone(`GET /v1/predictions?sort=${sort}`);
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/sort' }] });
    expect(answer.json.errors[0].detail).toContain('-resolved_at');
  });
});

describe('filters of predictions', () => {
  const found = async (query: string) =>
    slugsOf((await world.anyone(`GET /v1/predictions?sort=recorded_at&${query}`)).json).filter(
      (slug) => slug !== 'added',
    );

  test('accept several statuses, separated by commas or repeated', async () => {
    const all = claims.map(({ slug }) => slug);
    const resolved = ['decided-last', 'decided-first'];
    expect(await found('status=open,resolved')).toEqual(all);
    expect(await found('status=open&status=resolved')).toEqual(all);
    expect(await found('status=resolved,proposed')).toEqual(resolved);
    expect(await found('status=proposed,disputed')).toEqual([]);
    const pages = await readAll('status=resolved&status=disputed&sort=recorded_at');
    expect(pages).toEqual(resolved);
  });

  test.each(['status=open,closed', 'status=', 'status=open,', 'status=open&status=closed'])(
    'reject %s and list the statuses',
    async (query) => {
      const answer = await world.anyone(`GET /v1/predictions?${query}`);
      expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/status' }] });
      expect(answer.json.errors[0].detail).toContain('open, proposed, disputed, resolved');
    },
  );

  test('accept at most 20 statuses', async () => {
    const query = (count: number) =>
      `GET /v1/predictions?status=${Array.from({ length: count }, () => 'open').join(',')}`;
    expect((await world.anyone(query(listValuesMax))).status).toBe(200);
    const answer = await world.anyone(query(listValuesMax + 1));
    expect(answer.json.errors).toEqual([{ detail: 'status must have at most 20 values', pointer: '#/status' }]);
  });

  const texts = ['d', 'e-', 'E-2', '-20', '31', 'q', 'z9', 'd-f', '0', '%', '_', 'é', 'due', 'DUE-2'];
  test.each(texts)('find every text, short ones as well: %s', async (q) => {
    const claimed = claims.map(({ slug }) => slug);
    for (const moment of ['', '&as_of=2026-01-20']) {
      const { json } = await world.anyone(`GET /v1/predictions?sort=recorded_at&q=${encodeURIComponent(q)}${moment}`);
      const found = slugsOf(json).filter((slug) => (claimed as string[]).includes(slug));
      const contains = (text: string) => text.toLowerCase().includes(q.toLowerCase());
      expect(found).toEqual(claimed.filter((slug) => contains('OpenAI never releases GPT-5.') || contains(slug)));
    }
  });

  test('still refuse other parameters that are repeated', async () => {
    const answer = await world.anyone('GET /v1/predictions?tag=a&tag=b');
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/tag' }] });
  });

  test('select by the time of the current resolution', async () => {
    expect(await found('resolved_at[gte]=2026-02-01&resolved_at[lt]=2026-02-03')).toEqual(['decided-first']);
    expect(await found('resolved_at[gte]=2026-02-02')).toEqual(['decided-last']);
    expect(await found('resolved_at[lt]=2026-01-01')).toEqual([]);
    const answer = await world.anyone('GET /v1/predictions?resolved_at[gte]=yesterday');
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/resolved_at[gte]' }] });
  });
});

describe('count=true', () => {
  test('returns the number of predictions on all pages', async () => {
    const count = async (query: string) => (await world.anyone(`GET /v1/predictions?count=true&${query}`)).json.total;
    expect(await count('limit=1&tag=sorted&status=resolved')).toBe(2);
    expect(await count('limit=1&tag=nothing')).toBe(0);
    expect((await world.anyone('GET /v1/predictions?limit=1')).json).not.toHaveProperty('total');
    expect((await world.anyone('GET /v1/predictions?count=false')).json).not.toHaveProperty('total');
  });

  test.each(['count=1', 'count=', 'count=true&as_of=2026-01-20'])('rejects %s', async (query) => {
    const answer = await world.anyone(`GET /v1/predictions?${query}`);
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/count' }] });
  });
});

describe('GET /v1/resolutions', () => {
  test('filters by the time of the decision and counts', async () => {
    const found = async (query: string) => (await world.anyone(`GET /v1/resolutions?count=true&${query}`)).json;
    const all = await found('limit=1');
    expect(all).toMatchObject({ total: 2, data: [{ prediction: { slug: 'decided-first' } }] });
    const late = await found('resolved_at[gte]=2026-02-02');
    expect(late).toMatchObject({ total: 1, data: [{ prediction: { slug: 'decided-last' } }] });
    expect(await found('resolved_at[lt]=2026-02-01')).toMatchObject({ total: 0, data: [] });
    expect((await world.anyone('GET /v1/resolutions?resolved_at[lt]=soon')).status).toBe(422);
  });
});

test('lists contain the documents as they are served one by one, to the byte', async () => {
  const { json: source } = await world.admin('POST /v1/sources', {
    json: { title: 'Essai « été » 模型', url: null },
  });
  const { json: predictor } = await world.admin('POST /v1/predictors', { json: { name: 'Zoë' } });
  const said = { tags: ['said'], source_id: source.id, predictor_id: predictor.id };
  world.clock.advance(7);
  await recordClaim(world, { slug: 'said-1', ...said, statement: 'Le modèle arrive – 模型 "o3" 🎉.' });
  await recordClaim(world, { slug: 'said-2', ...said, tags: ['said', 'é'] });
  const page = await world.anyone('GET /v1/predictions?tag=said&sort=recorded_at');
  const single = async (slug: string) => (await world.anyone(`GET /v1/predictions/${slug}`)).text;
  expect(page.text).toBe(`{"data":[${await single('said-1')},${await single('said-2')}],"next_cursor":null}`);
  const all = await world.anyone('GET /v1/predictions?tag=sorted&sort=recorded_at');
  const singles = await Promise.all(slugsOf(all.json).map(single));
  expect(all.text).toBe(`{"data":[${singles.join(',')}],"next_cursor":null}`);
});
