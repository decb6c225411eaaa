import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { replacePredictionCriterion } from '../../../src/services/predictions/criterion-versions.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { type ListQuery, listPredictions } from '../../../src/services/predictions/lists.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { resolveEverything } from '../../../src/services/settling/resolver.ts';
import type { Database } from '../../../src/store/db.ts';
import { gptReleased, ledger, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { events, eventTypes, hours, misreported, readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, instantOf, openAgain, openWorld, type World } from '../../support/world.ts';

let world: World;
let other: Database;
beforeAll(async () => {
  world = await openWorld();
  other = await openAgain(world.db);
});
const vendor = {
  slug: 'vendor',
  adapter: 'ledger',
  url: 'https://vendor.test/ledger.json',
  trust: 'first_party',
  origin: 'vendor',
} as const;
beforeEach(async () => {
  await world.reset({ feeds: [...catalogues, vendor] });
  await readAt(world, '2025-01-01', before);
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(async () => {
  await other.close();
  await world.close();
});

const before = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };
const opus: Criterion = {
  op: 'released',
  model: { vendor: 'anthropic', family: 'claude', version: '5', tier: ['opus'] },
  by: '2025-06-30',
};
const gpt5 = gptReleased('5');
const gpt5Ledger = ledger('2025-02-01', [{ id: 'gpt-5', released: '2025-01-20', published: '2025-01-20' }]);

async function replace(criterion: unknown, reason = 'The claim means another model.'): Promise<string[]> {
  const { warnings } = await replacePredictionCriterion(world.deps, 'claim', { criterion, reason }, null);
  return warnings.map((warning) => warning.code);
}

/** What follows from a criterion, wherever it is kept. */
async function derived(slug: string): Promise<object> {
  const [row] = await world.db.sql`
    select c.criterion_hash as hash, c.polarity, c.resolve_by as "resolveBy",
      (select array_agg(concat_ws('/', w.vendor, w.family, w.facts) order by w.vendor, w.family) from prediction_watches w
        where w.prediction_id = p.id) as watches,
      (select array_agg(concat_ws('@', e.vendor, e.edge_at) order by e.vendor, e.edge_at) from prediction_edges e
        where e.prediction_id = p.id) as edges
    from predictions p join criteria c on c.prediction_id = p.id and c.version = p.criterion_version where p.slug = ${slug}`;
  return row ?? {};
}

describe('a corrected criterion', () => {
  test('is a new version with a reason, and everything derived from the criterion follows it', async () => {
    await record(world, 'claim', gptReleased('5', { by: '2025-12-31' }));
    await record(world, 'fresh', opus);
    world.clock.set('2025-01-10');
    expect(await replace(opus, 'He meant Claude.')).toEqual(['matches_nothing_seen']);
    expect(await derived('claim')).toEqual(await derived('fresh'));
    const now = await view(world, 'claim');
    expect(now.prediction).toMatchObject({ criterionVersion: 2, criterion: opus });
    expect(now).toMatchObject({ version: 2, updatedAt: instantOf('2025-01-10'), status: 'open' });
    const kept = await world.db.sql`select version, reason from criteria c join predictions p on p.id = c.prediction_id
      where p.slug = 'claim' order by version`;
    expect(kept).toEqual([
      { version: 1, reason: null },
      { version: 2, reason: 'He meant Claude.' },
    ]);
  });

  test('sends one event with both versions', async () => {
    await record(world, 'claim', gpt5);
    await replace(opus);
    const [, change, ...rest] = await events(world, 'claim');
    expect(rest).toEqual([]);
    expect(change).toMatchObject({
      type: 'prediction.criterion.replaced',
      data: {
        prediction: { slug: 'claim' },
        criterion: { version: 2, reason: 'The claim means another model.', text: expect.stringContaining('Claude') },
        superseded: { version: 1, text: expect.stringContaining('GPT') },
      },
    });
  });

  test('is settled at once, as hindsight if the answer was known before the correction', async () => {
    await record(world, 'claim', opus, { madeAt: '2024-12-01' });
    await readAt(world, '2025-02-01', { vendor: gpt5Ledger });
    expect(await replace(gpt5)).toEqual(['never_refutable', 'already_decided']);
    expect(await view(world, 'claim')).toMatchObject({
      status: 'resolved',
      hindsight: true,
      version: 3,
      resolution: { outcome: 'yes', effectiveAt: '2025-01-20', criterionVersion: 2 },
    });
    expect(await eventTypes(world, 'claim')).toEqual([
      'prediction.created',
      'prediction.criterion.replaced',
      'prediction.resolved',
    ]);
  });

  test('is evaluated for the models that it watches, and no longer for those of the earlier version', async () => {
    await record(world, 'claim', gpt5, { madeAt: '2024-12-01' });
    await replace(opus);
    await readAt(world, '2025-02-01', { vendor: gpt5Ledger });
    expect((await view(world, 'claim')).status).toBe('open');
    const rows = [
      { id: 'gpt-5', released: '2025-01-20', published: '2025-01-20' },
      { id: 'claude-opus-5', released: '2025-02-10', published: '2025-02-10' },
    ];
    await readAt(world, '2025-02-11', { vendor: ledger('2025-02-11', rows) });
    expect(await resolutions(world, 'claim')).toEqual(['yes 2025-02-10 known 2025-02-11T00:00Z by resolver']);
    expect((await view(world, 'claim')).hindsight).toBe(false);
  });

  test('with the same leaning is proposed again', async () => {
    await record(world, 'claim', gpt5, { madeAt: '2024-12-01' });
    await readAt(world, '2025-01-10', { litellm: litellm([...oldModels, 'gpt-5']) });
    world.clock.advance(hours(30));
    await resolveEverything(world.deps);
    await replace(gptReleased('5', { by: '2025-12-31' }));
    expect(await eventTypes(world, 'claim')).toEqual([
      'prediction.created',
      'prediction.proposed',
      'prediction.criterion.replaced',
      'prediction.proposed',
    ]);
    await resolveEverything(world.deps);
    expect(await eventTypes(world, 'claim')).toHaveLength(4);
  });

  test('must differ from the current one in more than the order of its keys', async () => {
    await record(world, 'claim', gpt5);
    const { op, ...rest } = gpt5;
    const same = replacePredictionCriterion(
      world.deps,
      'claim',
      { criterion: { ...rest, op }, reason: 'Again.' },
      null,
    );
    await expect(same).rejects.toMatchObject({ code: 'validation_failed', errors: [{ pointer: '#/criterion' }] });
    expect((await view(world, 'claim')).version).toBe(1);
  });
});

describe('as of a moment before the correction', () => {
  const ask: ListQuery = {
    filter: {},
    statuses: null,
    outcome: null,
    asOf: instantOf('2025-02-02'),
    after: null,
    sort: 'recorded_at',
    limit: 10,
  };
  const slugs = async (more: Partial<ListQuery>) =>
    (await listPredictions(world.deps, { ...ask, ...more })).views.map((one) => one.prediction.slug);

  test('the answer uses the criterion of that time, and never changes', async () => {
    await record(world, 'claim', opus, { madeAt: '2024-12-01' });
    await readAt(world, '2025-02-01', { vendor: gpt5Ledger });
    world.clock.set('2025-02-10');
    const asked = async () => ({
      view: await view(world, 'claim', '2025-02-02'),
      why: (await getPredictionExplanation(world.deps, 'claim', instantOf('2025-02-02'))).evaluation,
    });
    const answer = await asked();
    expect(answer.view).toMatchObject({ status: 'open', version: 1, prediction: { criterion: opus } });
    await replace(gpt5);
    // The evidence for the new criterion was known on 2025-01-21, but nobody had asked for it on 2025-02-02.
    expect(await resolutions(world, 'claim')).toEqual(['yes 2025-01-20 known 2025-01-21T00:00Z by resolver']);
    expect(await asked()).toEqual({ ...answer, view: { ...answer.view, prediction: expect.anything() } });
    expect((await asked()).view.prediction).toMatchObject({ criterion: opus, criterionVersion: 1 });
    expect(await view(world, 'claim', '2025-02-10')).toMatchObject({
      status: 'resolved',
      prediction: { criterion: gpt5, criterionVersion: 2 },
    });
  });

  test('and before the prediction was recorded, the answer uses the first criterion', async () => {
    await record(world, 'claim', opus);
    world.clock.set('2025-02-10');
    await replace(gpt5);
    expect((await view(world, 'claim', '2024-06-01')).prediction.criterion).toEqual(opus);
  });

  test('the list filters by the models of the criterion of that time', async () => {
    await record(world, 'claim', opus, { madeAt: '2024-12-01' });
    await readAt(world, '2025-02-01', { vendor: gpt5Ledger });
    world.clock.set('2025-02-10');
    const questions: Partial<ListQuery>[] = [
      { filter: { vendor: 'anthropic' } },
      { filter: { family: 'gpt' } },
      { filter: { resolveByGte: instantOf('2025-06-30') } },
      { statuses: ['open'] },
      { statuses: ['resolved'] },
      { outcome: 'yes' },
    ];
    const listAll = async (asOf: string) =>
      await Promise.all(questions.map((question) => slugs({ ...question, asOf: instantOf(asOf) })));
    const then = await listAll('2025-02-02');
    expect(then.map((found) => found.length)).toEqual([1, 0, 1, 1, 0, 0]);
    await replace(gpt5);
    expect(await listAll('2025-02-02')).toEqual(then);
    expect((await listAll('2025-02-10')).map((found) => found.length)).toEqual([0, 1, 0, 0, 1, 1]);
  });
});

describe('the criterion of a resolved prediction', () => {
  test.each(['yes', 'annulled'] as const)(
    'cannot change after a resolution by the resolver or a person: %s',
    async (outcome) => {
      await record(world, 'claim', gpt5, { madeAt: '2024-12-01' });
      await decide(world.deps, outcome);
      await expect(replace(opus)).rejects.toMatchObject({ code: 'frozen' });
      await expect(
        replacePredictionCriterion(world.deps, 'claim', { criterion: opus, reason: 'x' }, 1),
      ).rejects.toMatchObject({
        code: 'precondition_failed',
      });
      expect((await view(world, 'claim')).prediction.criterionVersion).toBe(1);
    },
  );

  test('cannot change while the resolution is disputed', async () => {
    await record(world, 'claim', gpt5, { madeAt: '2024-12-01' });
    await decide(world.deps, 'no');
    await readAt(world, '2025-02-01', {
      vendor: ledger('2025-02-01', [{ id: 'gpt-5', released: '2025-01-20', published: '2025-01-25' }]),
    });
    expect((await view(world, 'claim')).status).toBe('disputed');
    await expect(replace(opus)).rejects.toMatchObject({ code: 'frozen' });
  });
});

async function decide(deps: World['deps'], outcome: 'yes' | 'no' | 'annulled'): Promise<void> {
  await createPredictionResolution(deps, 'claim', {
    outcome,
    effectiveAt: '2025-01-01',
    reasonCode: outcome === 'annulled' ? 'criterion_defective' : 'evidence_reviewed',
    reason: 'I looked.',
    evidence: [],
    decidedBy: 'curator',
  });
}

/** What became of each: its code where it was refused. */
async function settled(attempts: readonly Promise<unknown>[]): Promise<string[]> {
  const ends = await Promise.allSettled(attempts);
  return ends.map((end) => (end.status === 'fulfilled' ? 'done' : String(end.reason.code))).sort();
}

describe('concurrently', () => {
  test('twenty corrections of the same version result in one', async () => {
    await record(world, 'claim', gpt5);
    const nodes = [world.deps, world.node('node_b', other)];
    const attempts = Array.from({ length: 20 }, (_, index) => {
      const criterion = gptReleased(String(10 + index));
      return replacePredictionCriterion(
        nodes[index % 2] ?? world.deps,
        'claim',
        { criterion, reason: `No. ${index}` },
        1,
      );
    });
    expect(await settled(attempts)).toEqual(['done', ...Array.from({ length: 19 }, () => 'precondition_failed')]);
    expect((await view(world, 'claim')).prediction.criterionVersion).toBe(2);
    expect(await eventTypes(world, 'claim')).toEqual(['prediction.created', 'prediction.criterion.replaced']);
  });

  test('corrections without a version are applied one after the other', async () => {
    await record(world, 'claim', gpt5);
    const attempts = Array.from({ length: 5 }, (_, index) => replace(gptReleased(String(10 + index))));
    expect(await settled(attempts)).toEqual(Array.from({ length: 5 }, () => 'done'));
    expect((await view(world, 'claim')).version).toBe(6);
  });

  test('a correction and a decision never leave a resolution of an outdated criterion', async () => {
    for (let round = 0; round < 6; round += 1) {
      await world.reset({ feeds: [...catalogues, vendor] });
      await record(world, 'claim', gpt5);
      const node = world.node('node_b', other);
      const correct = replacePredictionCriterion(world.deps, 'claim', { criterion: opus, reason: 'x' }, null);
      const ends = await settled(round % 2 === 0 ? [correct, decide(node, 'no')] : [decide(node, 'no'), correct]);
      expect(ends).toContain('done');
      const { prediction, resolution } = await view(world, 'claim');
      expect(resolution?.criterionVersion ?? prediction.criterionVersion).toBe(prediction.criterionVersion);
      const second = prediction.criterionVersion === 1 ? 'frozen' : 'done';
      expect(ends).toEqual(resolution === null ? ['conflict', 'done'] : ['done', second]);
    }
  });

  test('a correction and a payload that settles the earlier criterion result in one or the other', async () => {
    for (let round = 0; round < 4; round += 1) {
      await world.reset({ feeds: [...catalogues, vendor] });
      await record(world, 'claim', gpt5, { madeAt: '2024-12-01' });
      const node = world.node('node_b', other);
      const [, end] = await Promise.allSettled([
        readAt(world, '2025-02-01', { vendor: gpt5Ledger }),
        replacePredictionCriterion(node, 'claim', { criterion: opus, reason: 'x' }, null),
      ]);
      const { status, prediction } = await view(world, 'claim');
      expect([status, prediction.criterionVersion]).toEqual(end.status === 'rejected' ? ['resolved', 1] : ['open', 2]);
    }
  });
});
