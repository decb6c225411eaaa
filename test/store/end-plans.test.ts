import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listEndHistories } from '../../src/store/end-record.ts';
import { type EndFilter, listEnds } from '../../src/store/ends.ts';
import { listEndEvents } from '../../src/store/event-log.ts';
import { listModels } from '../../src/store/models.ts';
import { findCostly, planStatements } from '../support/query-plans.ts';
import { instantOf, openWorld, type World } from '../support/world.ts';

/** Ends and models of each of 20 vendors. With fewer, reading a whole table is sometimes the best plan. */
const perVendor = 1000;
const limit = 51;
let world: World;
let planned: ReturnType<typeof planStatements>;
beforeAll(async () => {
  world = await openWorld();
  await world.db.sql.unsafe(manyEnds);
  await world.db.sql.unsafe('vacuum analyze');
  planned = planStatements(world.db.sql);
}, 120_000);
afterAll(() => world.close());

/** Each end has an earlier state, and a tenth of them are of hosts. */
const manyEnds = `
  insert into models (vendor, slug, family, model_version, tier, known_from, known_to, grade, stage, first_seen_at)
    select 'v' || v, 'f-' || n, 'f', n::text, null, '2026-01-01Z', null, 'admissible', 'general', '2026-01-01Z'
    from generate_series(1, 20) v, generate_series(1, ${perVendor}) n;
  insert into model_ends (vendor, family, id, scope, host, known_from, known_to, slug, model_version, tier, kind, date_from, date_to,
      date_precision, due_at, stated_since, appeared, ended_at, suspended, facts)
    select 'v' || v, 'f', 'f-' || n, case n % 10 when 0 then 'host' else 'vendor' end, case n % 10 when 0 then 'azure' else '' end,
      '2026-01-01Z'::timestamptz + s * interval '1 day', case s when 0 then '2026-01-02Z'::timestamptz end, 'f-' || n, n::text, null,
      (array['planned', 'firm', 'earliest', 'passed'])[n % 4 + 1], d, d + interval '1 day', 'day', d, '2026-01-01Z', true, null, false,
      '{"evidence":[],"successor":null,"contradicted":null,"sources":[],"movedFrom":[]}'
    from generate_series(1, 20) v, generate_series(1, ${perVendor}) n, generate_series(0, 1) s,
      lateral (select '2025-06-01Z'::timestamptz + (n * 37 % 1000) * interval '1 day' as d) x;
  insert into events (id, type, occurred_at, body) select 'evt_' || n,
    case n % 100 when 0 then 'model.ended' else 'prediction.created' end, '2026-01-01Z', '{"type":"x","data":{}}'
    from generate_series(1, 10000) n`;

async function costly(run: () => Promise<unknown>): Promise<string[]> {
  await run();
  return (await planned.take()).flatMap(findCostly);
}

const at = instantOf('2026-06-01');
const page = { after: null, asOf: null, limit };

describe('GET /v1/ends uses indexes', () => {
  const filters: Readonly<Record<string, EndFilter>> = {
    'no filter': {},
    'the ends to come': { past: { isPast: false, at } },
    'the ends that have passed': { past: { isPast: true, at } },
    'a vendor': { vendor: 'v3' },
    'a vendor that none has': { vendor: 'nobody' },
    'a kind': { kinds: ['firm'] },
    'bounds of the date': { dueGte: at, dueLt: instantOf('2026-07-01') },
  };
  test.each(Object.entries(filters))('with %s', async (_name, filter) => {
    expect(await costly(() => listEnds(planned.sql, filter, page))).toEqual([]);
  });
});

test('GET /v1/models?sort=ends reads ends in the order of the list', async () => {
  const models = await listModels(world.db.sql, {}, { ...page, sort: 'ends' });
  expect(models).toHaveLength(limit);
  expect(await costly(() => listModels(planned.sql, {}, { ...page, sort: 'ends' }))).toEqual([]);
  const last = models.at(-1);
  const after = last === undefined ? null : { vendor: last.vendor, slug: last.slug, dueAt: last.dueAt };
  expect(await costly(() => listModels(planned.sql, { vendor: 'v3' }, { ...page, after, sort: 'ends' }))).toEqual([]);
});

test('GET /v1/ends/record of a vendor reads the ends of that vendor', async () => {
  const filter = { scope: 'vendor', vendor: 'v3' } as const;
  expect(await costly(() => listEndHistories(planned.sql, filter, null))).toEqual([]);
});

test('the newest events about ends are read by an index', async () => {
  expect(await costly(() => listEndEvents(planned.sql, { watch: null }, limit))).toEqual([]);
});
