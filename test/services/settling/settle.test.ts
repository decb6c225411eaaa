import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pollDueFeeds } from '../../../src/services/feeds/polls.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { insertResolution, type ResolutionRow } from '../../../src/store/resolutions.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import {
  events,
  eventTypes,
  hours,
  pollResults,
  read,
  readAgain,
  readAt,
  record,
  resolutions,
  view,
} from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const more = [...oldModels, 'gpt-5'];
const before = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };
const made = { madeAt: '2024-12-01' };

describe('a YES', () => {
  beforeEach(async () => {
    await record(world, 'gpt-5', gptReleased('5'), made);
    await readAt(world, '2025-01-01', before);
    await readAt(world, '2025-01-10', { litellm: litellm(more) });
  });

  test('is only proposed while one origin lists the model, and the explanation says what is missing', async () => {
    await readAgain(world, '2025-01-11');
    const { status, resolution, leaning } = await view(world, 'gpt-5');
    expect({ status, resolution, outcome: leaning?.outcome }).toEqual({
      status: 'proposed',
      resolution: null,
      outcome: 'yes',
    });
    expect(leaning?.text).toContain('only litellm lists it; a first-party feed or 1 more origin must list it');
    expect(await eventTypes(world, 'gpt-5')).toEqual(['prediction.created', 'prediction.proposed']);
  });

  test('is known by the read a day after the second origin listed the model', async () => {
    await readAt(world, '2025-01-12T08:00:00Z', { 'models-dev': modelsDev(more) });
    await readAgain(world, '2025-01-20');
    expect(await resolutions(world, 'gpt-5')).toEqual([
      'yes 2025-01-01/2025-01-12T08:00:00Z known 2025-01-20T00:00Z by resolver',
    ]);
  });

  test('needs a read 24 hours later; an earlier read or the passing of time is not enough', async () => {
    await readAt(world, '2025-01-12T08:00:00Z', { 'models-dev': modelsDev(more) });
    await readAgain(world, '2025-01-13T07:59:59Z');
    world.clock.set('2025-01-13T08:00:00Z');
    await resolveDue(world.deps);
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
    await readAgain(world, '2025-01-13T08:00:00Z');
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
  });

  test('does not follow from a row that lasted less than 24 hours', async () => {
    await readAt(world, '2025-01-12T08:00:00Z', { 'models-dev': modelsDev(more) });
    await readAt(world, '2025-01-13T07:00:00Z', { 'models-dev': modelsDev(oldModels) });
    world.clock.set('2025-02-01');
    await resolveDue(world.deps);
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
  });

  test('does not follow from two feeds that copy the same upstream', async () => {
    await world.reset({
      feeds: ['one', 'two'].map((slug) => ({
        slug,
        adapter: 'litellm',
        url: `https://${slug}.test/prices.json`,
        origin: 'litellm',
        covers: ['openai'],
      })),
    });
    await record(world, 'gpt-5', gptReleased('5'), made);
    await readAt(world, '2025-01-01', { one: litellm(oldModels), two: litellm(oldModels) });
    await readAt(world, '2025-01-02', { one: litellm(more), two: litellm(more) });
    world.clock.set('2025-02-01');
    await resolveDue(world.deps);
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
  });

  test('needs as many origins as the prediction requires', async () => {
    await record(world, 'gpt-5-of-three', gptReleased('5'), { ...made, evidencePolicy: { origins: 3 } });
    await readAt(world, '2025-01-12', { 'models-dev': modelsDev(more) });
    await readAgain(world, '2025-02-01');
    expect((await view(world, 'gpt-5')).status).toBe('resolved');
    expect((await view(world, 'gpt-5-of-three')).status).toBe('proposed');
  });
});

describe('a NO', () => {
  const criterion = gptReleased('5', { by: '2025-01-31' });
  beforeEach(async () => {
    await record(world, 'gpt-5-in-january', criterion, made);
  });

  /** Coverage from before the window opened needs a read by then. */
  async function recordCovered(): Promise<void> {
    await readAt(world, '2025-01-01', before);
    await record(world, 'covered', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
  }

  test('never follows from the passing of time, and the explanation names what it waits for', async () => {
    await recordCovered();
    world.clock.set('2025-06-01');
    await resolveDue(world.deps);
    await resolveEverything(world.deps);
    expect(await view(world, 'covered')).toMatchObject({ status: 'open', resolution: null });
    const { evaluation } = await getPredictionExplanation(world.deps, 'covered', null);
    expect(evaluation.explanation).toMatchObject({ verdict: 'undetermined', reason: 'awaiting_coverage' });
    expect(evaluation.explanation.text).toContain('a NO waits for litellm (read to 2025-01-01T00:00:00Z)');
  });

  test('needs enough origins read past the deadline, one of them by 7 days after the window opened', async () => {
    await recordCovered();
    await readAt(world, '2025-01-31T23:59:59Z', before);
    expect((await view(world, 'covered')).status).toBe('open');
    await readAt(world, '2025-02-03T00:00:00Z', { litellm: litellm(oldModels) });
    expect((await view(world, 'covered')).status).toBe('open');
    await readAt(world, '2025-02-03T05:00:00Z', { 'models-dev': modelsDev(oldModels) });
    expect(await resolutions(world, 'covered')).toEqual(['no 2025-01-31 known 2025-02-03T05:00Z by resolver']);
    // The other one's window opened a month before anything was read: more reads cannot help, so a person must say.
    expect(await view(world, 'gpt-5-in-january')).toMatchObject({
      status: 'proposed',
      leaning: { outcome: 'no', reason: 'window_not_covered' },
    });
  });

  test('can follow from "not modified"', async () => {
    await recordCovered();
    world.wire.answer('https://litellm.test/prices.json', { kind: 'not_modified', status: 304 });
    world.wire.answer('https://models.test/api.json', { kind: 'not_modified', status: 304 });
    world.clock.set('2025-02-04');
    expect(await pollDueFeeds(world.deps, world.clock.now())).toMatchObject({ polled: 2, resolved: 1 });
    expect((await view(world, 'covered')).resolution?.outcome).toBe('no');
  });

  test('does not follow from polls that are suspect, failed or of a frozen vendor', async () => {
    const gpts = ['gpt-4', 'gpt-4-turbo', 'gpt-4o', 'gpt-4o-mini', 'o1', 'o1-mini'];
    const claudes = Array.from(
      { length: 30 },
      (_, index) => `claude-3-haiku-202403${String(index + 1).padStart(2, '0')}`,
    );
    await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev([...gpts, ...claudes]) });
    await record(world, 'covered', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
    await readAt(world, '2025-01-31', { 'models-dev': modelsDev([...gpts, ...claudes]) });
    await readAt(world, '2025-02-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(claudes) });
    expect(await pollResults(world, 'models-dev')).toEqual(['ok', 'ok', 'ok']);
    expect((await view(world, 'covered')).status).toBe('open');
    await readAt(world, '2025-02-01T06:00:00Z', { 'models-dev': '<html>' });
    expect((await view(world, 'covered')).status).toBe('open');
    await readAt(world, '2025-02-01T07:00:00Z', { 'models-dev': modelsDev([...gpts, ...claudes]) });
    expect(await resolutions(world, 'covered')).toEqual(['no 2025-01-31 known 2025-02-01T07:00Z by resolver']);
  });

  test('does not follow while a feed lists the model', async () => {
    await recordCovered();
    await readAt(world, '2025-01-14', before);
    await readAt(world, '2025-01-15', { litellm: litellm(more) });
    await readAt(world, '2025-03-01', { litellm: litellm(more), 'models-dev': modelsDev(oldModels) });
    expect(await view(world, 'covered')).toMatchObject({ status: 'proposed', leaning: { outcome: 'yes' } });
  });

  test('does not follow from a feed in which that vendor is frozen', async () => {
    const gpts = ['gpt-4', 'gpt-4-turbo', 'gpt-4o', 'gpt-4o-mini', 'o1', 'o1-mini'];
    const claudes = Array.from(
      { length: 30 },
      (_, index) => `claude-3-haiku-202403${String(index + 1).padStart(2, '0')}`,
    );
    const feed = {
      slug: 'all',
      adapter: 'models_dev',
      url: 'https://all.test/api.json',
      trust: 'first_party',
    } as const;
    await world.reset({ feeds: [{ ...feed, covers: 'any', settlementLag: 'PT0S' }] });
    const everything = modelsDev([...gpts, ...claudes]);
    await readAt(world, '2025-01-01', { all: everything });
    await record(world, 'covered', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
    await readAt(world, '2025-01-31', { all: everything });
    await readAt(world, '2025-02-02', { all: modelsDev(claudes) });
    expect((await view(world, 'covered')).status).toBe('open');
    await readAt(world, '2025-02-02T06:00:00Z', { all: everything });
    expect((await view(world, 'covered')).resolution?.outcome).toBe('no');
  });
});

describe('a resolution', () => {
  test('commits together with its event, or not at all, and is tried again', async () => {
    await record(world, 'gpt-5', gptReleased('5'), made);
    await readAt(world, '2025-01-01', before);
    await readAt(world, '2025-01-10', { litellm: litellm(more), 'models-dev': modelsDev(more) });
    await world.db.sql.unsafe(`
      create function refuse_event() returns trigger language plpgsql as 'begin raise exception ''no events today''; end';
      create trigger no_events before insert on events for each row execute function refuse_event()`);
    try {
      await read(world, 'litellm', litellm(more));
      world.clock.advance(hours(25));
      await read(world, 'litellm', litellm(more));
      expect(await read(world, 'models-dev', modelsDev(more))).toMatchObject({ resolutions: 0, settling: 1 });
      expect(await resolutions(world, 'gpt-5')).toEqual([]);
      expect((await view(world, 'gpt-5')).prediction.state).toBe('proposed');
      expect(world.errors.splice(0)[0]).toMatchObject({ message: expect.stringContaining('could not be settled') });
    } finally {
      await world.db.sql.unsafe('drop trigger no_events on events; drop function refuse_event()');
    }
    expect(await resolveDue(world.deps)).toMatchObject({ evaluated: 0 });
    world.clock.advance(61_000);
    expect(await resolveDue(world.deps)).toMatchObject({ evaluated: 1, resolved: 1 });
    expect(await eventTypes(world, 'gpt-5')).toEqual([
      'prediction.created',
      'prediction.proposed',
      'prediction.resolved',
    ]);
  });

  test('that fails does not make the poll fail whose evidence causes it', async () => {
    await record(world, 'covered', gptReleased('5', { from: '2025-01-01', by: '2025-01-31' }), made);
    await readAt(world, '2025-01-01', before);
    await readAt(world, '2025-02-04', { litellm: litellm(oldModels) });
    await world.db.sql.unsafe(`
      create function refuse_event() returns trigger language plpgsql as 'begin raise exception ''no events today''; end';
      create trigger no_events before insert on events for each row execute function refuse_event()`);
    try {
      const report = await read(world, 'models-dev', modelsDev([...oldModels, 'o3']));
      expect(report).toMatchObject({ poll: { result: 'ok', newItems: 1 }, settling: 1 });
      expect(world.errors.splice(0)).not.toEqual([]);
    } finally {
      await world.db.sql.unsafe('drop trigger no_events on events; drop function refuse_event()');
    }
    expect(await pollResults(world, 'models-dev')).toEqual(['ok', 'ok']);
    world.clock.advance(61_000);
    await resolveDue(world.deps);
    expect(await resolutions(world, 'covered')).toHaveLength(1);
  });

  test('reaches subscribers with what settled it', async () => {
    await record(world, 'gpt-5', gptReleased('5'), made);
    await readAt(world, '2025-01-01', before);
    await readAt(world, '2025-01-10', { litellm: litellm(more), 'models-dev': modelsDev(more) });
    await readAgain(world, '2025-01-11');
    const { resolution } = await view(world, 'gpt-5');
    const sent = (await events(world, 'gpt-5')).at(-1);
    expect(sent).toMatchObject({
      type: 'prediction.resolved',
      data: {
        prediction: { slug: 'gpt-5' },
        resolution: { id: resolution?.id, outcome: 'yes', known_at: '2025-01-11T00:00:00Z' },
      },
    });
    const names = await world.db.sql<{ name: string }[]>`
      select name from observations where id = any(${resolution?.evidence ?? []}) order by name`;
    expect(names.map((row) => row.name)).toEqual(['gpt-5', 'gpt-5']);
  });

  test('is rejected for a criterion that is no longer current', async () => {
    const { prediction } = await record(world, 'gpt-5', gptReleased('5'), made);
    const row: ResolutionRow = {
      id: 'res_x',
      predictionId: prediction.id,
      criterionVersion: 2,
      outcome: 'yes',
      effectiveAt: '2025-01-01',
      knownAt: 0,
      decidedAt: 0,
      decidedBy: 'resolver',
      reasonCode: 'released_in_window',
      reason: 'It was.',
      evidence: [],
      evidenceTrust: null,
      explanation: null,
      evaluatorVersion: '1',
      identityVersion: '1',
      coverageVersion: null,
      missChance: null,
      selfStated: false,
      supersedes: null,
    };
    expect(await insertResolution(world.db.sql, row)).toBe(false);
    expect(await insertResolution(world.db.sql, { ...row, criterionVersion: 1 })).toBe(true);
    expect(await insertResolution(world.db.sql, { ...row, id: 'res_y', criterionVersion: 1 })).toBe(false);
    expect(await resolutions(world, 'gpt-5')).toHaveLength(1);
  });
});
