import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFeed, type FeedInput, updateFeed } from '../../../src/services/feeds/feeds.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { gptReleased, ledger, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { events, hours, misreported, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { toBytes } from '../../support/wire.ts';
import { catalogues, instantOf, openWorld, type World } from '../../support/world.ts';

const reviewed = (slug: string, trust: FeedInput['trust']): FeedInput => ({
  slug,
  adapter: 'ledger',
  url: `https://${slug}.test/ledger.json`,
  trust,
  origin: slug,
});

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() =>
  world.reset({
    feeds: [...catalogues, reviewed('one', 'curated'), reviewed('two', 'curated'), reviewed('vendor', 'first_party')],
  }),
);
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(() => world.close());

const made = { madeAt: '2024-12-01' };
const more = [...oldModels, 'gpt-5'];
const before = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };
const january = ledger('2025-03-01', [{ id: 'gpt-5', released: '2025-01-20', published: '2025-01-20' }]);

/** "GPT-5 in January" resolves NO by coverage on 2025-02-03. */
async function settleNo(): Promise<void> {
  await readAt(world, '2025-01-01', before);
  await record(world, 'gpt-5', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
  await readAt(world, '2025-02-03', before);
  expect(await resolutions(world, 'gpt-5')).toEqual(['no 2025-01-31 known 2025-02-03T00:00Z by resolver']);
}

/** "GPT-5 comes" resolves YES, known on 2025-02-11. */
async function settleYes(): Promise<void> {
  await readAt(world, '2025-01-01', before);
  await record(world, 'gpt-5', gptReleased('5'), made);
  await readAt(world, '2025-02-01', { litellm: litellm(more) });
  await readAt(world, '2025-02-03', { litellm: litellm(more) });
  await readAt(world, '2025-02-10', { 'models-dev': modelsDev(more) });
  await readAgain(world, '2025-02-11');
  await readAgain(world, '2025-02-20');
  expect(await resolutions(world, 'gpt-5')).toMatchObject([expect.stringContaining('known 2025-02-11T00:00Z')]);
}

describe('late evidence that contradicts a resolution', () => {
  test('of the same trust disputes it without changing it: first with what holds it back, then with what contradicts it', async () => {
    await settleNo();
    await readAt(world, '2025-03-01T12:00:00Z', { one: january, two: january });
    await resolveEverything(world.deps);
    expect(await view(world, 'gpt-5')).toMatchObject({
      status: 'disputed',
      resolution: { outcome: 'no' },
      leaning: { outcome: 'yes' },
    });
    expect(await resolutions(world, 'gpt-5')).toHaveLength(1);
    const sent = await events(world, 'gpt-5');
    expect(sent.map(({ type, data }) => [type, data.leaning])).toMatchObject([
      ['prediction.created', undefined],
      ['prediction.resolved', undefined],
      ['prediction.disputed', { outcome: null }],
      ['prediction.disputed', { outcome: 'yes' }],
    ]);
  });

  test('from strictly higher trust amends it, with one event that contains both', async () => {
    await settleNo();
    await readAt(world, '2025-03-01T12:00:00Z', { vendor: january });
    await resolveEverything(world.deps);
    const [no, yes] = await resolutions(world, 'gpt-5');
    expect([no, yes]).toEqual([
      'no 2025-01-31 known 2025-02-03T00:00Z by resolver',
      'yes 2025-01-20 known 2025-01-21T00:00Z by resolver',
    ]);
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
    const sent = await events(world, 'gpt-5');
    expect(sent.map((event) => event.type)).toEqual([
      'prediction.created',
      'prediction.resolved',
      'prediction.resolution.amended',
    ]);
    expect(sent.at(-1)?.data).toMatchObject({ resolution: { outcome: 'yes' }, superseded: { outcome: 'no' } });
  });

  test('is settled by a person, whose decision ends the dispute', async () => {
    await settleNo();
    await readAt(world, '2025-03-01T12:00:00Z', { one: january, two: january });
    world.clock.advance(hours(1));
    await decide('yes');
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
    expect((await view(world, 'gpt-5', '2025-03-01T12:30:00Z')).status).toBe('disputed');
    const sent = (await events(world, 'gpt-5')).at(-1);
    expect(sent).toMatchObject({ type: 'prediction.resolution.amended', data: { superseded: { outcome: 'no' } } });
  });
});

async function decide(outcome: 'yes' | 'no' | 'annulled' | 'ambiguous'): Promise<void> {
  await createPredictionResolution(world.deps, 'gpt-5', {
    outcome,
    effectiveAt: '2025-01-10',
    reasonCode: 'evidence_reviewed',
    reason: 'I looked at all of it.',
    evidence: [],
    decidedBy: 'curator',
  });
}

describe('a late archive import', () => {
  test('that shows an earlier knowledge time appends a resolution that says so', async () => {
    await world.reset({
      feeds: [...catalogues, { slug: 'archive', adapter: 'litellm', origin: 'archive', covers: [] }],
    });
    await settleYes();
    for (const [time, models] of [
      ['2025-02-02', oldModels],
      ['2025-02-03', more],
      ['2025-02-05', more],
    ] as const) {
      await createFeedSnapshot(world.deps, 'archive', instantOf(time), toBytes(litellm(models)));
    }
    const rows = await resolutions(world, 'gpt-5');
    expect(rows.map((row) => row.split(' known ')[1])).toEqual([
      '2025-02-11T00:00Z by resolver',
      '2025-02-05T00:00Z by resolver',
    ]);
    expect((await view(world, 'gpt-5', '2025-02-05')).status).toBe('resolved');
    const sent = (await events(world, 'gpt-5')).at(-1);
    expect(sent).toMatchObject({
      type: 'prediction.resolution.amended',
      data: { resolution: { reason_code: 'known_earlier' } },
    });
  });

  test('that shows only absence adds the coverage that a NO lacked', async () => {
    const archive = { slug: 'archive', adapter: 'litellm', origin: 'archive', covers: ['openai'] };
    await world.reset({ now: '2025-01-15', feeds: [...catalogues, archive] });
    await readAt(world, '2025-01-15', before);
    await record(world, 'gpt-5', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
    await readAt(world, '2025-02-10', before);
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
    for (const time of ['2024-12-31', '2025-02-05'])
      await createFeedSnapshot(world.deps, 'archive', instantOf(time), toBytes(litellm(oldModels)));
    expect(await resolutions(world, 'gpt-5')).toEqual(['no 2025-01-31 known 2025-02-10T00:00Z by resolver']);
    await resolveEverything(world.deps);
    expect(await resolutions(world, 'gpt-5')).toHaveLength(1);
  });

  test('that shows only absence narrows the bracket of models that others listed later', async () => {
    const archive = { slug: 'archive', adapter: 'litellm', origin: 'archive', covers: ['openai'] };
    await world.reset({ now: '2025-01-05', feeds: [...catalogues, archive] });
    await record(world, 'gpt-5', gptReleased('5', { from: '2025-01-01' }), made);
    await readAt(world, '2025-01-05', { litellm: litellm(more), 'models-dev': modelsDev(oldModels) });
    await readAt(world, '2025-01-06', { 'models-dev': modelsDev(more) });
    await readAgain(world, '2025-01-08');
    expect((await view(world, 'gpt-5')).status).toBe('open');
    // The bracket was open below: GPT-5 might have been out before January. Two more origins saw that it was not.
    await createFeedSnapshot(world.deps, 'archive', instantOf('2025-01-04'), toBytes(litellm(oldModels)));
    const early = { ...archive, slug: 'early', origin: 'early' };
    await createFeed(world.deps, early);
    await createFeedSnapshot(world.deps, 'early', instantOf('2025-01-04'), toBytes(litellm(oldModels)));
    expect((await resolutions(world, 'gpt-5'))[0]).toContain('yes 2025-01-04/2025-01-06');
  });
});

describe("a person's decision", () => {
  beforeEach(async () => {
    await readAt(world, '2025-01-01', before);
    await record(world, 'gpt-5', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
  });

  test('is not disputed by evidence that was known when it was made', async () => {
    await readAt(world, '2025-03-01T12:00:00Z', { vendor: january });
    expect((await view(world, 'gpt-5')).resolution?.outcome).toBe('yes');
    world.clock.advance(hours(1));
    await decide('no');
    await readAt(world, '2025-03-02', { one: january });
    await resolveEverything(world.deps);
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'no' } });
  });

  test('is disputed by later evidence, whatever its trust', async () => {
    world.clock.set('2025-01-15');
    await decide('no');
    await readAt(world, '2025-03-01T12:00:00Z', { vendor: january });
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'disputed', resolution: { outcome: 'no' } });
    expect(await resolutions(world, 'gpt-5')).toHaveLength(1);
  });

  test.each(['annulled', 'ambiguous'] as const)('that it is %s is final for the resolver', async (outcome) => {
    world.clock.set('2025-01-15');
    await decide(outcome);
    await readAt(world, '2025-03-01T12:00:00Z', { vendor: january });
    await resolveEverything(world.deps);
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome } });
    expect(await resolutions(world, 'gpt-5')).toHaveLength(1);
  });

  test('is known only from when it was made', async () => {
    world.clock.set('2025-01-15');
    await decide('no');
    expect((await view(world, 'gpt-5', '2025-01-14')).resolution).toBeNull();
    expect((await view(world, 'gpt-5', '2025-01-15')).resolution?.outcome).toBe('no');
  });

  test('must contain ids of existing observations, and a date', async () => {
    const input = { outcome: 'yes', reasonCode: 'judged', reason: 'So.', decidedBy: 'curator' } as const;
    const unknown = { ...input, effectiveAt: '2025-01-01', evidence: ['obs_nothing'] };
    await expect(createPredictionResolution(world.deps, 'gpt-5', unknown)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '#/evidence/0' }],
    });
    const undated = { ...input, effectiveAt: 'lately', evidence: [] };
    await expect(createPredictionResolution(world.deps, 'gpt-5', undated)).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });
});

test('lowering the trust of a feed evaluates everything again, and withdraws no resolution', async () => {
  await settleYes();
  await updateFeed(world.deps, 'models-dev', { trust: 'community' }, null);
  expect(await resolveDue(world.deps)).toMatchObject({ evaluated: 1, resolved: 0, amended: 0, disputed: 0 });
  expect((await view(world, 'gpt-5')).status).toBe('resolved');
  expect(await resolveDue(world.deps)).toMatchObject({ evaluated: 0 });
});

test('the database rejects a second event for one resolution', async () => {
  await settleNo();
  const again = world.db.sql`insert into events (id, type, occurred_at, prediction_id, resolution_id, feed_id, body)
    select 'evt_again', 'prediction.resolution.amended', occurred_at, prediction_id, resolution_id, feed_id, body
    from events where resolution_id is not null`;
  await expect(again).rejects.toMatchObject({ constraint_name: 'events_one_per_resolution' });
});
