import { afterAll, beforeAll, expect, test } from 'vitest';
import { addCountDifferences } from '../../src/services/predictions/counts.ts';
import { listDocuments } from '../../src/store/listed-documents.ts';
import { countAllPredictions, countBySource } from '../../src/store/prediction-counts.ts';
import type { PredictionFilter } from '../../src/store/prediction-filter.ts';
import { countPredictions, listDeadlines, listPredictions } from '../../src/store/prediction-lists.ts';
import { type PredictionPlace, type PredictionSort, predictionSorts } from '../../src/store/prediction-sort.ts';
import { listTags } from '../../src/store/tags.ts';
import { listDueRechecks, listOutdatedEvaluations, listPredictionIds } from '../../src/store/watches.ts';
import { claims } from '../support/history.ts';
import { copyPrediction } from '../support/many-predictions.ts';
import { record } from '../support/play.ts';
import { findCostly, findFilteredByState, planStatements } from '../support/query-plans.ts';
import { instantOf, openWorld, type World } from '../support/world.ts';

/** Copies of each of four predictions. With fewer, reading a whole table is sometimes the best plan. */
const copies = 10_000;

let world: World;
let evaluatedWith: string;
let planned: ReturnType<typeof planStatements>;
beforeAll(async () => {
  world = await openWorld();
  for (const { slug, criterion } of claims.slice(0, 4)) {
    await record(world, slug, criterion, { madeAt: '2024-12-20' });
    await copyPrediction(world, slug, copies);
  }
  await world.db.sql.unsafe(spreadValues);
  await world.db.sql.unsafe('vacuum analyze');
  const [row] = await world.db.sql<{ version: string }[]>`select min(evaluated_with) as version from predictions`;
  evaluatedWith = row?.version ?? '';
  planned = planStatements(world.db.sql);
}, 120_000);
afterAll(() => world.close());

/** Differing dates and deadlines, a fifth resolved, a tenth with a case, and a few rows with values of their own. */
const spreadValues = `
  update predictions set made_from = made_from - seq % 900 * interval '1 day', recheck_at = null,
    resolve_by = case when seq % 5 > 0 then '2024-01-01Z'::timestamptz + seq % 3000 * interval '1 day' end,
    state = case when seq % 5 = 4 then 'resolved' when seq % 5000 = 0 then 'disputed' else 'open' end,
    outcome = case when seq % 5 = 4 then 'yes' end,
    resolved_at = case when seq % 5 = 4 then '2025-06-01Z'::timestamptz + seq * interval '1 second' end,
    resolutions = case when seq % 5 = 4 then 1 else 0 end;
  insert into resolutions (id, prediction_id, criterion_version, outcome, effective_at, known_at, decided_at, decided_by, reason_code,
      reason, evaluator_version, identity_version)
    select 'res_' || id, id, 1, 'yes', '2025-06-01', resolved_at, resolved_at, 'resolver', 'released', 'r', '1', '1'
    from predictions where state = 'resolved';
  insert into prediction_documents (prediction_id, format) select id, 0 from predictions on conflict do nothing;
  insert into cases (id, prediction_id, criterion_version, question, opened_at, opened_by, state, steps)
    select 'case_' || id, id, 1, '{}', '2025-06-01', 'admin', 'final', 1 from predictions where seq % 10 = 0`;

const day = instantOf;
const limit = 51;

const filters: Readonly<Record<string, PredictionFilter>> = {
  'no filter': {},
  'a frequent status': { states: ['open'] },
  'a rare status': { states: ['disputed'] },
  'a status that none has': { states: ['withdrawn'] },
  'two statuses': { states: ['proposed', 'disputed'] },
  'an outcome': { outcome: 'yes' },
  'an outcome that none has': { outcome: 'annulled' },
  'a vendor': { vendor: 'openai' },
  'a vendor that none has': { vendor: 'nobody' },
  'a family that none has': { family: 'nothing' },
  'a tag that none has': { tag: 'none' },
  'a source that none has': { sourceId: 'src_none' },
  'a predictor that none has': { predictorId: 'who_none' },
  'a text in many': { q: 'statement' },
  'a text in none': { q: 'zzzzqqqq' },
  'a short text in none': { q: 'z9' },
  'a text of short words in none': { q: '7.7' },
  'a text in none, and a status': { q: 'zzzzqqqq', states: ['open'] },
  'a text in none, and a vendor': { q: 'zzzzqqqq', vendor: 'openai' },
  'deadlines of two days': { resolveByGte: day('2026-01-01'), resolveByLt: day('2026-01-03') },
  'deadlines that none has': { resolveByGte: day('2060-01-01') },
  'claims before all': { madeAtLt: day('2001-01-01') },
  'resolutions after all': { resolvedAtGte: day('2060-01-01') },
};

async function costly(run: () => Promise<unknown>): Promise<string[]> {
  await run();
  return (await planned.take()).flatMap(findCostly);
}

test.each(Object.entries(filters))('lists with %s use indexes in every order', async (_name, filter) => {
  for (const sort of predictionSorts)
    expect([sort, await costly(() => listDocuments(planned.sql, filter, { after: null, sort, limit }))]).toEqual([
      sort,
      [],
    ]);
});

test('lists use indexes from any place', async () => {
  const places: [PredictionSort, PredictionPlace][] = [
    ['-recorded_at', [20_000, 'pred_m']],
    ['made_at', [day('2024-01-01'), 'pred_m']],
    ['resolve_by', [day('2029-01-01'), 'pred_m']],
    ['-resolved_at', ['none', 'pred_m']],
  ];
  for (const [sort, after] of places)
    expect([sort, await costly(() => listDocuments(planned.sql, {}, { after, sort, limit }))]).toEqual([sort, []]);
});

test('a rare status is found by its index, although the planner believes that it is frequent', async () => {
  const { sql } = world.db;
  await sql`update predictions set state = 'proposed' where seq % 5 = 3`;
  await sql`analyze predictions`;
  await sql`update predictions set state = 'open' where state = 'proposed'`;
  const places: readonly (PredictionPlace | null)[] = [null, [20_000, 'pred_m']];
  for (const sort of ['recorded_at', '-recorded_at'] as const)
    for (const after of places) {
      const filter = { states: ['proposed', 'disputed'] } as const;
      const found = await listDocuments(planned.sql, filter, { after, sort, limit });
      const plans = await planned.take();
      expect([sort, after, plans.flatMap(findFilteredByState)]).toEqual([sort, after, []]);
      const rows = await sql<{ id: string }[]>`
        select id from predictions where state in ('proposed', 'disputed') order by seq`;
      const ids = rows.map(({ id }) => id);
      expect(found.map(({ id }) => id).every((id) => ids.includes(id))).toBe(true);
      if (after === null) expect(found.map(({ id }) => id)).toEqual(sort === 'recorded_at' ? ids : ids.toReversed());
    }
  await sql`analyze predictions`;
});

test.each([
  ['all', { resolved: null, outcome: null }, {}],
  ['resolved ones', { resolved: true, outcome: null }, {}],
  ['an outcome that none had', { resolved: null, outcome: 'annulled' }, {}],
  ['unresolved ones', { resolved: false, outcome: null }, {}],
  ['a text in none', { resolved: null, outcome: null }, { q: 'zzzzqqqq' }],
  ['a short text in none', { resolved: null, outcome: null }, { q: 'z9' }],
  ['deadlines that none has', { resolved: null, outcome: null }, { resolveByGte: day('2060-01-01') }],
  ['claims before all', { resolved: null, outcome: null }, { madeAtLt: day('2001-01-01') }],
  ['resolutions after all', { resolved: null, outcome: null }, { resolvedAtGte: day('2060-01-01') }],
  ['a vendor that none has', { resolved: null, outcome: null }, { vendor: 'nobody' }],
  ['a predictor that none has', { resolved: null, outcome: null }, { predictorId: 'who_none' }],
] as const)('lists of an earlier moment use indexes: %s', async (_name, ask, filter) => {
  for (const asOf of ['2025-01-01', '2025-06-01T00:05:00Z', '2026-01-01'].map(day))
    for (const sort of predictionSorts) {
      const found = await costly(() =>
        listPredictions(planned.sql, { ...filter, resolvedAsOf: { asOf, ...ask } }, { after: null, sort, limit }),
      );
      // The resolution of that moment is looked up for each prediction that is read.
      const others = found.filter((what) => what !== 'runs a subquery for each row');
      expect([asOf, sort, others]).toEqual([asOf, sort, []]);
    }
});

test('the calendar and numbers of rare matches use indexes', async () => {
  const page = { since: day('2025-12-01'), limit: 100 };
  for (const filter of [{}, { vendor: 'nobody' }, { q: 'zzzzqqqq' }])
    expect([filter, await costly(() => listDeadlines(planned.sql, filter, page))]).toEqual([filter, []]);
  expect(await costly(() => countPredictions(planned.sql, { q: 'zzzzqqqq' }))).toEqual([]);
});

const manyCounts = `
  insert into prediction_counts (kind, name, seq, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled)
    select k, n, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 from generate_series(1, 5000) n, unnest(array['tag', 'source']) k;
  analyze prediction_counts`;

test('counts by tag and source are look-ups', async () => {
  await addCountDifferences(world.deps);
  await world.db.sql.unsafe(manyCounts);
  expect(await costly(() => listTags(planned.sql, { after: null, limit }))).toEqual([]);
  expect(await costly(() => listTags(planned.sql, { after: 'm', limit }))).toEqual([]);
  expect(await costly(() => countBySource(planned.sql, ['src_none']))).toEqual([]);
  expect(await costly(() => countAllPredictions(planned.sql))).toEqual([]);
});

test('the jobs find what is due and outdated by indexes', async () => {
  expect(evaluatedWith).not.toBe('');
  expect(await costly(() => listDueRechecks(planned.sql, world.clock.now(), 200))).toEqual([]);
  expect(await costly(() => listPredictionIds(planned.sql, 'pred_m', 200))).toEqual([]);
  const find = (version: string) => listOutdatedEvaluations(planned.sql, version, '', 200);
  expect(await find(evaluatedWith)).toEqual([]);
  expect(await find('other')).toHaveLength(200);
  await planned.take();
  expect(await costly(() => find(evaluatedWith))).toEqual([]);
});

test('a scan of everything and a subquery for each row are found', async () => {
  const scan = async () => await planned.sql`select id from predictions where statement = 'x'`;
  expect(await costly(scan)).toEqual(['reads all of predictions']);
  const perRow = async () =>
    await planned.sql`select (select count(*) from criteria c where c.prediction_id = p.id) from predictions p where id < 'a'`;
  expect(await costly(perRow)).toEqual(['runs a subquery for each row']);
});
