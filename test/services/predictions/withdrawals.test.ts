import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Deps } from '../../../src/services/deps.ts';
import { replacePredictionCriterion } from '../../../src/services/predictions/criterion-versions.ts';
import { updatePrediction } from '../../../src/services/predictions/edits.ts';
import { createPredictionErratum } from '../../../src/services/predictions/errata.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { withdrawPrediction } from '../../../src/services/predictions/withdrawals.ts';
import { createPredictionForecast } from '../../../src/services/scores/forecasts.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { settlePredictions } from '../../../src/services/settling/settle.ts';
import type { Database } from '../../../src/store/db.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { eventTypes, hours, misreported, readAt, readLater, record, resolutions, view } from '../../support/play.ts';
import { openAgain, openWorld, type World } from '../../support/world.ts';

let world: World;
let other: Database;
let otherNode: Deps;
beforeAll(async () => {
  world = await openWorld();
  other = await openAgain(world.db);
  otherNode = world.node('node_b', other);
});
beforeEach(() => world.reset());
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(async () => {
  await other.close();
  await world.close();
});

const listing = (models: readonly string[]) => ({ litellm: litellm(models), 'models-dev': modelsDev(models) });
const withGpt5 = listing([...oldModels, 'gpt-5']);
const withdraw = (slug: string, expected: number | null = null) => withdrawPrediction(world.deps, slug, expected);
const decision = {
  outcome: 'no',
  effectiveAt: '2025-01-01',
  reasonCode: 'evidence_reviewed',
  reason: 'Seen.',
  evidence: [],
  decidedBy: 'curator',
} as const;

/** Lists GPT-5 for so long that "GPT-5 comes" is settled. */
async function listGpt5(): Promise<void> {
  await readAt(world, '2025-01-02', withGpt5);
  await readLater(world, 25);
}

describe('a withdrawn prediction', () => {
  beforeEach(async () => {
    await readAt(world, '2025-01-01', listing(oldModels));
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    world.clock.advance(hours(1));
    await withdraw('gpt-5');
  });

  test('is a new version, with an event in the same transaction and an entry in the history', async () => {
    expect(await view(world, 'gpt-5')).toMatchObject({
      status: 'withdrawn',
      version: 2,
      evaluation: null,
      prediction: { withdrawnAt: world.clock.now(), state: 'withdrawn' },
    });
    expect(await eventTypes(world, 'gpt-5')).toEqual(['prediction.created', 'prediction.withdrawn']);
  });

  test('is not withdrawn again: the answer is the same, and there is no second event', async () => {
    const first = await view(world, 'gpt-5');
    world.clock.advance(hours(1));
    expect(await withdraw('gpt-5')).toEqual(first);
    expect(await withdraw('gpt-5', 2)).toEqual(first);
    // A repeated request has the version that it had the first time.
    expect(await withdraw('gpt-5', 1)).toEqual(first);
    expect(await eventTypes(world, 'gpt-5')).toEqual(['prediction.created', 'prediction.withdrawn']);
    await updatePrediction(world.deps, 'gpt-5', { tags: ['found'] }, null);
    await expect(withdraw('gpt-5', 1)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'withdrawn', version: 3 });
  });

  test('is settled by no poll, no tick and no full evaluation', async () => {
    await listGpt5();
    expect(await resolveDue(world.deps)).toMatchObject({ evaluated: 0 });
    expect(await resolveDue({ ...world.deps, coverage: { ...world.deps.coverage, version: 'other' } })).toMatchObject({
      evaluated: 0,
    });
    expect(await resolveEverything(world.deps)).toMatchObject({ evaluated: 0 });
    expect(await resolutions(world, 'gpt-5')).toEqual([]);
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'withdrawn', leaning: null, review: null });
    expect(await eventTypes(world, 'gpt-5')).toEqual(['prediction.created', 'prediction.withdrawn']);
  });

  test('accepts no decision and no forecast', async () => {
    const refused = { code: 'withdrawn', message: expect.stringContaining('create another prediction') };
    await expect(createPredictionResolution(world.deps, 'gpt-5', decision)).rejects.toMatchObject(refused);
    await expect(createPredictionForecast(world.deps, 'gpt-5', { probability: 0.5 })).rejects.toMatchObject(refused);
  });

  test('keeps its words and its criterion; tags, slug and errata can be added', async () => {
    const frozen = { code: 'frozen', message: expect.stringContaining('withdrawn') };
    const reword = updatePrediction(world.deps, 'gpt-5', { statement: 'Another.' }, null);
    await expect(reword).rejects.toMatchObject(frozen);
    const input = { criterion: gptReleased('6'), reason: 'Other.' };
    await expect(replacePredictionCriterion(world.deps, 'gpt-5', input, null)).rejects.toMatchObject(frozen);
    await createPredictionErratum(world.deps, 'gpt-5', { text: 'The date was wrong.', reason: 'A slip.' });
    const edited = await updatePrediction(world.deps, 'gpt-5', { slug: 'was-gpt-5', tags: ['slips'] }, null);
    expect(edited).toMatchObject({ status: 'withdrawn', errata: [{ reason: 'A slip.' }] });
  });

  test('has no resolution, even if a transaction did not see the withdrawal', async () => {
    const attempt = world.db.sql`update predictions set resolutions = 1 where slug = 'gpt-5'`;
    await expect(attempt).rejects.toThrow('predictions_withdrawn_check');
  });
});

describe('a prediction cannot be withdrawn', () => {
  const refused = (what: string) => ({ code: 'not_withdrawable', message: expect.stringContaining(what) });
  beforeEach(async () => {
    await readAt(world, '2025-01-01', listing(oldModels));
  });

  test('once it is proposed, or was', async () => {
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    await readAt(world, '2025-01-02', withGpt5);
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
    await expect(withdraw('gpt-5')).rejects.toMatchObject(refused('it was proposed; decide it with POST'));
    await replacePredictionCriterion(world.deps, 'gpt-5', { criterion: gptReleased('6'), reason: 'A slip.' }, null);
    expect((await view(world, 'gpt-5')).status).toBe('open');
    await expect(withdraw('gpt-5')).rejects.toMatchObject(refused('it was proposed'));
  });

  test('once it is resolved', async () => {
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    await createPredictionResolution(world.deps, 'gpt-5', decision);
    await expect(withdraw('gpt-5')).rejects.toMatchObject(refused('it has been resolved; if the claim is defective'));
  });

  test('if the stored evidence says something of it that no tick has evaluated', async () => {
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    await world.db.sql`delete from prediction_watches`;
    await readAt(world, '2025-01-02', withGpt5);
    expect((await view(world, 'gpt-5')).prediction.state).toBe('open');
    await expect(withdraw('gpt-5')).rejects.toMatchObject(refused('it was proposed'));
  });

  test('from the moment at which its deadline has passed, even if the deadline is moved afterwards', async () => {
    await record(world, 'in-time', gptReleased('5', { by: '2025-01-31' }));
    await record(world, 'late', gptReleased('5', { by: '2025-01-31' }));
    const later = { criterion: gptReleased('5', { by: '2025-02-28' }), reason: 'A slip.' };
    await record(world, 'moved-in-time', gptReleased('5', { by: '2025-01-31' }));
    world.clock.set('2025-01-31T23:59:59Z');
    await replacePredictionCriterion(world.deps, 'moved-in-time', later, null);
    expect((await withdraw('in-time')).status).toBe('withdrawn');
    world.clock.set('2025-02-01T00:00:00Z');
    await expect(withdraw('late')).rejects.toMatchObject(refused('its deadline'));
    await replacePredictionCriterion(world.deps, 'late', later, null);
    await expect(withdraw('late')).rejects.toMatchObject(refused('its deadline'));
    expect((await withdraw('moved-in-time')).status).toBe('withdrawn');
  });

  test('in a version that was changed meanwhile', async () => {
    await record(world, 'gpt-5', gptReleased('5'));
    await updatePrediction(world.deps, 'gpt-5', { tags: ['one'] }, null);
    await expect(withdraw('gpt-5', 1)).rejects.toMatchObject({ code: 'precondition_failed' });
    expect((await withdraw('gpt-5', 2)).version).toBe(3);
  });
});

describe('of a withdrawal and a settlement at the same moment', () => {
  /** Ready to be settled by the next evaluation. */
  async function prepare(): Promise<string> {
    await world.reset();
    await readAt(world, '2025-01-01', listing(oldModels));
    const { prediction } = await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    return prediction.id;
  }

  /** Runs in a transaction until another one waits for its locks, and then commits. The embedded database has one connection. */
  async function untilBlocked(run: (tx: Database['sql']) => Promise<unknown>, start: () => Promise<unknown>) {
    // Started from outside, because the pool cannot be used within a transaction.
    let open = () => {};
    const waiting = new Promise<void>((resolve) => {
      open = resolve;
    }).then(start);
    await other.begin(async (tx) => {
      await run(tx);
      open();
      for (let isBlocked = other.kind === 'embedded'; !isBlocked; ) {
        const [row] = await tx<
          { blocked: boolean }[]
        >`select exists (select from pg_locks where not granted) as blocked`;
        isBlocked = row?.blocked ?? false;
      }
    });
    return await waiting;
  }

  test('the settlement that locked the prediction first stands, and the withdrawal is refused', async () => {
    const id = await prepare();
    await world.db.sql`delete from prediction_watches`;
    await listGpt5();
    const settle = (tx: Database['sql']) =>
      settlePredictions(tx, otherNode, [id], { now: world.clock.now(), evidenceFrom: null });
    const outcome = await untilBlocked(settle, () => withdraw('gpt-5').catch((error) => error));
    expect(outcome).toMatchObject({ code: 'not_withdrawable' });
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', prediction: { withdrawnAt: null } });
  });

  test('the withdrawal that locked the prediction first stands, and neither a poll nor a person settles it', async () => {
    await prepare();
    const within = (tx: Database['sql']): Deps => ({
      ...otherNode,
      db: { ...other, sql: tx, begin: (run) => run(tx) },
    });
    const decide = () => createPredictionResolution(world.deps, 'gpt-5', decision).catch((error) => error);
    const outcome = await untilBlocked((tx) => withdrawPrediction(within(tx), 'gpt-5', null), decide);
    expect(outcome).toMatchObject({ code: 'withdrawn' });
    await prepare();
    await untilBlocked(
      (tx) => withdrawPrediction(within(tx), 'gpt-5', null),
      () => resolveEverything(world.deps),
    );
    await listGpt5();
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'withdrawn', resolution: null });
    expect(await resolutions(world, 'gpt-5')).toEqual([]);
  });

  test('exactly one happens, in whichever order they come', async () => {
    for (let round = 0; round < 10; round += 1) {
      await prepare();
      const decide = createPredictionResolution(otherNode, 'gpt-5', decision).then(
        () => 'resolved',
        (error) => error.code,
      );
      const withdrawn = withdraw('gpt-5').then(
        () => 'withdrawn',
        (error) => error.code,
      );
      const outcomes = await Promise.all(round % 2 === 0 ? [decide, withdrawn] : [withdrawn, decide]);
      expect([
        ['not_withdrawable', 'resolved'],
        ['withdrawn', 'withdrawn'],
      ]).toContainEqual(outcomes.sort());
      const { status, resolution } = await view(world, 'gpt-5');
      expect(status).toBe(outcomes.includes('resolved') ? 'resolved' : 'withdrawn');
      expect(resolution === null).toBe(status === 'withdrawn');
    }
  });
});
