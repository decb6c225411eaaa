import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCountsJob } from '../../../jobs/add-counts.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { decide, judged } from '../../support/forecasts.ts';
import type { Json } from '../../support/http-client.ts';
import { findCountDifferences } from '../../support/kept-counts.ts';

const none = {
  total: 0,
  open: 0,
  proposed: 0,
  disputed: 0,
  resolved: 0,
  withdrawn: 0,
  yes: 0,
  no: 0,
  ambiguous: 0,
  annulled: 0,
};

let world: ApiWorld;
let essay: string;
let other: string;
beforeAll(async () => {
  world = await openApiWorld();
  const create = async (title: string) => (await world.admin('POST /v1/sources', { json: { title } })).json;
  const made = await create('An essay');
  expect(made.predictions).toEqual(none);
  essay = made.id;
  other = (await create('Another')).id;
  await createArchive(world, 'archive');
  const claims = [
    { slug: 'never', tags: ['timelines', 'openai'] },
    { slug: 'plain', tags: ['timelines'], criterion: judged },
    { slug: 'vague', tags: ['timelines', 'Zeit'], criterion: judged },
    { slug: 'unclear', tags: ['été'], criterion: judged },
    { slug: 'waits', tags: ['openai'], criterion: { op: 'released', model: { ...gpt5, version: '9' } } },
  ];
  for (const claim of claims) await recordClaim(world, { ...claim, source_id: essay });
  await recordClaim(world, { slug: 'alone' });
  await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
  await decide(world, 'plain', 'yes', '2026-01-01');
  await decide(world, 'vague', 'annulled', '2026-01-01');
  await decide(world, 'unclear', 'ambiguous', '2026-01-01');
});
afterAll(() => world.close());

const expected = {
  Zeit: { ...none, total: 1, resolved: 1, annulled: 1 },
  openai: { ...none, total: 2, open: 1, resolved: 1, no: 1 },
  timelines: { ...none, total: 3, resolved: 3, yes: 1, no: 1, annulled: 1 },
  été: { ...none, total: 1, resolved: 1, ambiguous: 1 },
};

describe('GET /v1/tags', () => {
  test('lists the tags in use with the status of their predictions', async () => {
    const { json, headers } = await world.anyone('GET /v1/tags');
    expect(json.data).toEqual(Object.entries(expected).map(([tag, predictions]) => ({ tag, predictions })));
    expect(json.next_cursor).toBeNull();
    const held = await world.anyone('GET /v1/tags', { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(held.status).toBe(304);
  });

  test('counts what the list of predictions lists', async () => {
    for (const [tag, { total, yes }] of Object.entries(expected)) {
      const query = `tag=${encodeURIComponent(tag)}`;
      const listed = (await world.anyone(`GET /v1/predictions?${query}`)).json.data;
      expect([tag, listed.length, listed.filter((row: Json) => row.outcome === 'yes').length]).toEqual([
        tag,
        total,
        yes,
      ]);
    }
  });

  test('continues page by page, and rejects a cursor of another list', async () => {
    const tags: string[] = [];
    let target: string | undefined = '/v1/tags?limit=1';
    while (target !== undefined) {
      const answer = await world.anyone(`GET ${target}`);
      tags.push(...answer.json.data.map((row: Json) => row.tag));
      target = /<(.+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(tags).toEqual(Object.keys(expected));
    const { next_cursor: cursor } = (await world.anyone('GET /v1/tags?limit=1')).json;
    expect((await world.anyone(`GET /v1/sources?cursor=${cursor}`)).json.code).toBe('invalid_cursor');
    expect((await world.anyone('GET /v1/tags?prefix=t')).json.code).toBe('validation_failed');
  });
});

test('sources show, individually and in the list, the status of their predictions', async () => {
  const counts = { ...none, total: 5, open: 1, resolved: 4, yes: 1, no: 1, ambiguous: 1, annulled: 1 };
  const { data } = (await world.anyone('GET /v1/sources')).json;
  expect(data.map((row: Json) => [row.id, row.predictions])).toEqual([
    [essay, counts],
    [other, none],
  ]);
  const alone = await world.anyone(`GET /v1/sources/${essay}`);
  expect(alone.json.predictions).toEqual(counts);
  await decide(world, 'waits', 'no', '2026-01-01');
  const moved = await world.anyone(`GET /v1/sources/${essay}`, {
    headers: { 'if-none-match': alone.headers.etag ?? '' },
  });
  expect([moved.status, moved.json.predictions.open]).toEqual([200, 0]);
});

test('counts are the same before and after the job adds them up, which it does once', async () => {
  const read = async () => [
    (await world.anyone('GET /v1/tags')).json,
    (await world.anyone(`GET /v1/sources/${essay}`)).json,
    (await world.anyone('GET /v1/status')).json.predictions,
  ];
  const rows = async () => (await world.db.sql`select from prediction_counts`).length;
  const before = [await read(), await rows()];
  const { added } = (await addCountsJob.run(world.deps, world.clock.now())) ?? {};
  expect(added).toBeGreaterThan(10);
  expect(await read()).toEqual(before[0]);
  // One for all, one for the source, and one for each tag.
  expect(await rows()).toBe(2 + Object.keys(expected).length);
  expect(await addCountsJob.run(world.deps, world.clock.now())).toEqual({ added: 0 });
  expect(await findCountDifferences(world)).toEqual([]);
});

test('counts follow edits of tags and of the source, and the counts of a tag out of use are not listed', async () => {
  await recordClaim(world, { slug: 'edited', criterion: judged });
  const edit = { tags: ['sooner'], source_id: other };
  expect((await world.admin('PATCH /v1/predictions/edited', { json: edit })).status).toBe(200);
  expect(await findCountDifferences(world)).toEqual([]);
  expect((await world.anyone(`GET /v1/sources/${other}`)).json.predictions.total).toBe(1);
  await world.admin('PATCH /v1/predictions/edited', { json: { tags: ['later'] } });
  const tags = (await world.anyone('GET /v1/tags')).json.data.map((row: Json) => row.tag);
  expect(tags).toContain('later');
  expect(tags).not.toContain('sooner');
});
