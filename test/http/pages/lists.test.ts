import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepScorecards } from '../../../src/services/scores/scorecards.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { createPredictor } from '../../support/forecasts.ts';

/** The lists of predictors and of sources, and their pages at an earlier moment. */

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world?.close());
beforeEach(() => world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] }));

const judged = { op: 'judged', question: 'Did it rain?' };
const read = async (path: string): Promise<string> => (await world.anyone(`GET ${path}`)).text;
const createSource = async (title: string): Promise<string> =>
  (await world.admin('POST /v1/sources', { json: { title } })).json.id;

async function decide(slug: string, outcome: string): Promise<void> {
  const json = { outcome, effective_at: '2026-01-10', reason_code: 'judged', reason: 'The records say so.' };
  expect((await world.admin(`POST /v1/predictions/${slug}/resolutions`, { json })).status).toBe(201);
}

/** The cells of the row of a table that begins with a text. */
function cellsOf(html: string, first: string): string[] {
  const rows = [...html.matchAll(/<tr>.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map((cell) => (cell[1] ?? '').replaceAll(/<[^>]*>/g, '')),
  );
  return rows.find((cells) => cells[0] === first) ?? [];
}

describe.each(['/predictors', '/sources'])('%s', (path) => {
  const create = (name: string) => (path === '/predictors' ? createPredictor(world, name) : createSource(name));
  const field = path === '/predictors' ? 'predictor_id' : 'source_id';

  test('counts the claims of each and what came of them', async () => {
    const id = await create('Ada');
    await create('Bob');
    for (const slug of ['rain', 'snow', 'hail'])
      await recordClaim(world, { slug, criterion: judged, made_at: '2026-01', [field]: id });
    await decide('rain', 'yes');
    await decide('snow', 'no');
    for (const isKept of [false, true]) {
      if (isKept) await keepScorecards(world.deps);
      const html = await read(path);
      const counts = (name: string) => cellsOf(html, name).filter((cell) => /^\d+$/.test(cell));
      expect(counts('Ada').slice(0, 4)).toEqual(['3', '1', '1', '1']);
      expect(counts('Bob').slice(0, 4)).toEqual(['0', '0', '0', '0']);
      expect(html).toContain(`href=".${path}/${id}"`);
    }
  });

  test('has pages as links, each entry on one of them', async () => {
    for (let n = 0; n < 53; n += 1) await create(`Entry ${n}.`);
    const first = await read(path);
    const next = /href="\.([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const second = await read(next);
    const names = [first, second].map((html) => html.match(/Entry \d+\./g) ?? []);
    expect(names.map(({ length }) => length)).toEqual([50, 3]);
    expect(new Set(names.flat()).size).toBe(53);
    expect(second).toContain('rel="first"');
    expect(second).not.toContain('rel="next"');
  });

  test('says how to record one if there is none, and is linked from every page', async () => {
    expect(await read(path)).toMatch(/<p class="empty-title">No (predictor|source) is recorded yet/);
    expect(await read('/feeds')).toContain(`href=".${path}"`);
  });

  test('leads to pages that show an earlier moment', async () => {
    const id = await create('Ada');
    await recordClaim(world, { slug: 'rain', criterion: judged, made_at: '2026-01', [field]: id });
    world.clock.set('2026-02-10T12:00:00Z');
    await decide('rain', 'yes');
    await recordClaim(world, { slug: 'snow', criterion: judged, made_at: '2026-02', [field]: id });
    const now = await read(`${path}/${id}`);
    expect([now.includes('predictions/snow"'), now.includes('class="mark yes"')]).toEqual([true, true]);
    const past = await read(`${path}/${id}?as_of=2026-01-20`);
    // A record is of what had been recorded. A source shows what was known of each of its claims.
    expect([past.includes('predictions/snow?as_of'), past.includes('class="mark yes"')]).toEqual([
      path === '/sources',
      false,
    ]);
    expect(past).toContain('predictions/rain?as_of=2026-01-20"');
    expect(past).toMatch(/As it was known at the end of <time[^>]*>20 Jan 2026</);
    expect(past).toContain('type="date" value="2026-01-20"');
    expect(past).toContain(`as_of=2026-01-20" type="application/json"`);
    expect(
      (await world.anyone(`GET ${path}/${id}?as_of=2026-03-01`, { headers: { accept: 'text/html' } })).status,
    ).toBe(400);
  });
});

describe.each(['/', '/predictors', '/sources', '/models', '/releases'])('the list %s', (path) => {
  test('shows an earlier moment, says so, and keeps it in its links and forms', async () => {
    await recordClaim(world, { slug: 'rain', criterion: judged, made_at: '2026-01' });
    const past = await read(`${path}?as_of=2026-01-10&vendor=openai`);
    expect(past).toMatch(/As it was known at the end of <time[^>]*>10 Jan 2026</);
    expect(past).toContain('type="date" value="2026-01-10"');
    expect(past).toMatch(/href="[^"]*" type="application\/json"/);
    expect(past).toContain('as_of=2026-01-10');
    expect(past).not.toContain('data-events');
    expect(await read(path)).not.toContain('class="past"');
    const later = await world.anyone(`GET ${path}?as_of=2026-02-01`, { headers: { accept: 'text/html' } });
    expect(later.status).toBe(400);
  });
});

test('the board of an earlier moment has the status of that moment, and neither counts nor newest resolutions', async () => {
  await recordClaim(world, { slug: 'rain', criterion: judged, made_at: '2026-01' });
  world.clock.set('2026-02-10T12:00:00Z');
  await decide('rain', 'yes');
  const past = await read('/?as_of=2026-01-20&q=rain');
  expect([past.includes('class="mark open"'), past.includes('class="mark yes"')]).toEqual([true, false]);
  expect(past).toContain('href="./predictions/rain?as_of=2026-01-20"');
  expect(past).toContain('<input type="hidden" name="as_of" value="2026-01-20"');
  expect(past).toContain('<input type="hidden" name="q" value="rain"');
  expect(past).toContain('href="./?q=rain"');
  expect(await read('/')).toContain('class="mark yes"');
});

test('predictors of an earlier moment have the counts of that moment', async () => {
  const id = await createPredictor(world, 'Ada');
  await recordClaim(world, { slug: 'rain', criterion: judged, made_at: '2026-01', predictor_id: id });
  world.clock.set('2026-02-10T12:00:00Z');
  await decide('rain', 'yes');
  const counts = async (address: string) => cellsOf(await read(address), 'Ada').slice(1, 5);
  expect(await counts('/predictors')).toEqual(['1', '1', '0', '0']);
  expect(await counts('/predictors?as_of=2026-01-20')).toEqual(['1', '0', '0', '1']);
});
