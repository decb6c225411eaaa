import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { type CountedStatements, countStatements } from '../../support/counting-database.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;
let counted: CountedStatements;
/** What a request costs the database: a statement more per request is a change that somebody has to decide. */
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  world = await openApiWorld();
  const { id: source_id } = (await world.admin('POST /v1/sources', { json: { title: 'A blog' } })).json;
  const { id: predictor_id } = (await world.admin('POST /v1/predictors', { json: { name: 'A blogger' } })).json;
  await createArchive(world, 'ledger');
  await recordClaim(world, { slug: 'settled', source_id, predictor_id });
  await recordClaim(world, { slug: 'still-open', criterion: { op: 'released', model: { ...gpt5, version: '9' } } });
  const { status, text } = await world.admin('POST /v1/feeds/ledger/snapshots?observed_at=2026-01-12T00:00:00Z', {
    body: gpt5Ledger,
  });
  expect([status, text]).toEqual([200, text]);
  counted = countStatements(world.db);
  app = createApp({ ...world.http, services: { ...world.deps, db: counted.db } });
  // The first read of a state of the feeds loads it.
  await app.request('/v1/predictions/still-open');
});
afterAll(() => world.close());

async function statementsOf(path: string, init: RequestInit = {}): Promise<{ status: number; statements: number }> {
  counted.take();
  const { status } = await app.request(path, init);
  return { status, statements: counted.take().length };
}

test.each(['settled', 'still-open'])('a read of %s, by id or slug, is one statement', async (slug) => {
  const { id } = (await world.anyone(`GET /v1/predictions/${slug}`)).json;
  expect(await statementsOf(`/v1/predictions/${slug}`)).toEqual({ status: 200, statements: 1 });
  expect(await statementsOf(`/v1/predictions/${id}`)).toEqual({ status: 200, statements: 1 });
});

test('so is a read of something that the client has', async () => {
  const etag = (await app.request('/v1/predictions/settled')).headers.get('etag') ?? '';
  const headers = { 'if-none-match': etag };
  expect(await statementsOf('/v1/predictions/settled', { headers })).toEqual({ status: 304, statements: 1 });
});

test.each(['', '?status=open', '?sort=resolve_by', '?vendor=openai&limit=1'])('so is a list: %s', async (query) =>
  expect(await statementsOf(`/v1/predictions${query}`)).toEqual({ status: 200, statements: 1 }),
);

test('a list by text is at most three, because an index is only asked if few of the first predictions match', async () => {
  const { status, statements } = await statementsOf('/v1/predictions?q=gpt&sort=resolve_by');
  expect(status).toBe(200);
  expect(statements).toBeLessThanOrEqual(3);
});

test('a list as of a moment costs the same for claims by one predictor in one source as for claims by several', async () => {
  const path = (limit: number) =>
    `/v1/predictions?as_of=2026-01-15T12:00:00Z&status=resolved&tag=several&limit=${limit}`;
  for (const name of ['first', 'second', 'third']) {
    const { id: source_id } = (await world.admin('POST /v1/sources', { json: { title: name } })).json;
    const { id: predictor_id } = (await world.admin('POST /v1/predictors', { json: { name } })).json;
    await recordClaim(world, { slug: name, tags: ['several'], source_id, predictor_id });
  }
  const one = await statementsOf(path(1));
  expect(one).toEqual({ status: 200, statements: 8 });
  expect(await statementsOf(path(2))).toEqual(one);
  const { data } = (await world.anyone(`GET ${path(2)}`)).json;
  expect(data.map((claim: Json) => claim.predictor.name).sort()).toEqual(['second', 'third']);
});

test('a prediction that remains open is created with at most 8 statements, `begin` and `commit` included', async () => {
  const json = {
    statement: 'GPT-10 comes out.',
    made_at: '2026-01',
    criterion: { op: 'released', model: { ...gpt5, version: '10' } },
  };
  const headers = { authorization: `Bearer ${world.adminKey}`, 'content-type': 'application/json' };
  const answer = await statementsOf('/v1/predictions', { method: 'POST', headers, body: JSON.stringify(json) });
  expect(answer.status).toBe(201);
  expect(answer.statements).toBeLessThanOrEqual(8);
});
