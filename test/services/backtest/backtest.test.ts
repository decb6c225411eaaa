import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { criterionSchema } from '../../../src/domain/criterion/criterion.ts';
import { patternsOf } from '../../../src/domain/criterion/watch.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { type Backtest, type BacktestInput, replayPayloads } from '../../../src/services/backtest/backtest.ts';
import { startProof } from '../../../src/services/backtest/proof.ts';
import type { BacktestClaim } from '../../../src/services/backtest/rows.ts';
import { compareRows, scoreBy, scoreRows } from '../../../src/services/backtest/summary.ts';
import { claimsOf, readTruth } from '../../../src/services/backtest/truth.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { iso } from '../../support/play.ts';
import { toBytes } from '../../support/wire.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ feeds: [] });
});
beforeEach(() => world.reset({ feeds: [] }));
afterAll(() => world.close());

const feeds = [
  { slug: 'litellm', adapter: 'litellm' },
  { slug: 'models-dev', adapter: 'models_dev' },
];

/** Both catalogues before the release, on its day, and after; of models.dev one day later each. */
const payloads: BacktestInput['payloads'] = [
  ['litellm', '2025-06-01', litellm(oldModels)],
  ['litellm', '2025-08-07T20:00:00Z', litellm([...oldModels, 'gpt-5'])],
  ['litellm', '2025-08-12', litellm([...oldModels, 'gpt-5'])],
  ['models-dev', '2025-06-02', modelsDev(oldModels)],
  ['models-dev', '2025-08-08T20:00:00Z', modelsDev([...oldModels, 'gpt-5'])],
  ['models-dev', '2025-08-13', modelsDev([...oldModels, 'gpt-5'])],
].map(([feed, time, payload]) => ({
  feed: String(feed),
  observedAt: instantOf(String(time)),
  name: `${feed}-${time}`,
  read: () => toBytes(payload),
}));

function claim(slug: string, criterion: unknown, truth: BacktestClaim['truth'], madeAt = '2025-05-01'): BacktestClaim {
  return { slug, statement: `The statement of ${slug}.`, madeAt, criterion, truth };
}

const released = { outcome: 'yes', effectiveAt: '2025-08-07' } as const;
const claims: readonly BacktestClaim[] = [
  claim('gpt-5', gptReleased('5'), released),
  claim('gpt-5-in-july', gptReleased('5', { by: '2025-07-31' }), { outcome: 'no', effectiveAt: '2025-07-31' }),
  claim('gpt-6', gptReleased('6'), { outcome: 'open', effectiveAt: null }),
  claim('gpt-5-as-somebody-has-it', gptReleased('5'), { outcome: 'no', effectiveAt: '2025-12-31' }),
  claim('gpt-5-after-it-was-out', gptReleased('5'), null, '2025-09-01'),
];

async function replay(input: Partial<BacktestInput> = {}): Promise<Backtest> {
  await world.reset({ feeds: [] });
  const clock = { set: (at: number) => world.clock.set(iso(at)) };
  return await replayPayloads(
    world.deps,
    clock,
    { feeds, payloads, claims, policies: ['default'], ...input },
    () => {},
  );
}

function summaryOf(backtest: Backtest): string[] {
  return backtest.rows.map((row) =>
    [row.slug, row.policy, row.judgement, row.outcome, row.effectiveAt, row.proposedAt, row.knownAt, row.daysLate].join(
      ' ',
    ),
  );
}

describe('a replay of dated payloads', () => {
  test('reports for each claim when it was proposed and known, the delay, and the judgement', async () => {
    const backtest = await replay();
    expect(summaryOf(backtest)).toEqual([
      'gpt-5 default right yes 2025-06-01/2025-08-08T20:00:00Z 2025-08-07T20:00:00Z 2025-08-13T00:00:00Z 5.166666666666667',
      'gpt-5-in-july default undetermined   2025-08-08T20:00:00Z  ',
      'gpt-6 default right     ',
      'gpt-5-as-somebody-has-it default wrong yes 2025-06-01/2025-08-08T20:00:00Z 2025-08-07T20:00:00Z 2025-08-13T00:00:00Z ',
      'gpt-5-after-it-was-out default    2025-09-01T00:00:00Z  ',
    ]);
  });

  test('names the rows that prove a yes, and why an open claim is open', async () => {
    const [yes, inJuly] = (await replay()).rows;
    expect(yes?.evidence.map(({ feed, name }) => `${feed} ${name}`)).toEqual(['litellm gpt-5', 'models-dev gpt-5']);
    expect(inJuly).toMatchObject({ reason: 'straddles_window', evidence: [] });
    expect(inJuly?.why).toContain('gpt-5');
  });

  test('names the feeds that prove a no, and counts the delay from the first read past the deadline', async () => {
    const truth = { outcome: 'no', effectiveAt: '2025-07-31' } as const;
    const never = claim('gpt-6-in-july', gptReleased('6', { by: '2025-07-31' }), truth, '2025-06-15');
    const [row] = (await replay({ claims: [never] })).rows;
    expect(row).toMatchObject({
      judgement: 'right',
      outcome: 'no',
      effectiveAt: '2025-07-31',
      knownAt: '2025-08-08T20:00:00Z',
      daysLate: 1,
      feeds: ['litellm', 'models-dev'],
    });
  });

  test('reads payloads in chronological order, regardless of the order given', async () => {
    const forwards = await replay();
    expect(summaryOf(await replay({ payloads: [...payloads].reverse() }))).toEqual(summaryOf(forwards));
    expect(forwards.readings.map((reading) => iso(reading.observedAt))).toEqual(
      payloads.map((payload) => iso(payload.observedAt)).sort(),
    );
  });

  test('replays stricter policies next to the default one', async () => {
    const { rows } = await replay({
      claims: claims.slice(0, 1),
      policies: ['default', 'three-origins', 'first-party'],
    });
    expect(rows.map((row) => [row.policy, row.judgement, row.outcome])).toEqual([
      ['default', 'right', 'yes'],
      ['three-origins', 'undetermined', null],
      ['first-party', 'undetermined', null],
    ]);
  });

  test('a claim is recorded when the clock reaches its time, even if no payload follows', async () => {
    await replay();
    const [row] = await world.db.sql<{ recordedAt: number }[]>`
      select recorded_at as "recordedAt" from predictions where slug = 'gpt-5-after-it-was-out'`;
    expect(iso(row?.recordedAt ?? 0)).toBe('2025-09-01T00:00Z');
  });

  test('reports a suspect payload with the reason', async () => {
    const broken = {
      feed: 'litellm',
      observedAt: instantOf('2025-08-11'),
      name: 'broken',
      read: () => toBytes('<html>'),
    };
    const { readings } = await replay({ payloads: [...payloads, broken] });
    expect(readings.filter((reading) => reading.result !== 'ok')).toMatchObject([
      { name: 'broken', result: 'suspect', detail: expect.stringContaining('HTML') },
    ]);
  });

  test('reports a rejected payload, and replays the others', async () => {
    const again = {
      feed: 'litellm',
      observedAt: instantOf('2025-08-12'),
      name: 'litellm-again',
      read: () => toBytes({}),
    };
    const backtest = await replay({ payloads: [...payloads, again] });
    expect(backtest.readings.filter((row) => row.result === 'failed')).toMatchObject([
      { name: 'litellm-again', items: 0, detail: expect.stringContaining('a different payload for that time') },
    ]);
    expect(summaryOf(backtest)).toEqual(summaryOf(await replay()));
  });

  test('reports the value of a feed: the claims that are open or later without it', async () => {
    const full = await replay();
    const reduced = await replay({ payloads: payloads.filter((payload) => payload.feed !== 'models-dev') });
    expect(compareRows(full.rows, reduced.rows)).toEqual([
      expect.objectContaining({ slug: 'gpt-5', without: 'open' }),
      expect.objectContaining({ slug: 'gpt-5-as-somebody-has-it', without: 'open' }),
    ]);
    expect(compareRows(full.rows, full.rows)).toEqual([]);
  });

  test('scores the claims that have a truth: in total, by policy and by feed', async () => {
    const { rows } = await replay();
    const all = { claims: 4, right: 2, wrong: 1, premature: 0, misdated: 0, undetermined: 1 };
    expect(scoreRows(rows)).toMatchObject(all);
    expect(scoreBy(rows, (row) => [row.policy]).default).toMatchObject(all);
    expect(scoreBy(rows, (row) => row.feeds).litellm).toMatchObject({ claims: 2, right: 1, wrong: 1 });
    expect(scoreRows([])).toMatchObject({ claims: 0, medianDaysLate: null, worstDaysLate: null });
  });

  test('verifies that nothing was missed and no answer changed, and reports a difference', async () => {
    const { proof } = await replay({ verify: true });
    expect(proof).toMatchObject({ missed: [], moved: [] });
    expect(proof?.evaluations).toBeGreaterThan(payloads.length);
    expect(proof?.answers).toBeGreaterThan(payloads.length);
    expect((await replay()).proof).toBeNull();

    const running = startProof(world.deps);
    await running.check('before');
    // Behind the engine's back everything that was resolved is forgotten.
    await world.db.sql`update predictions set state = 'open', outcome = null where slug = 'gpt-5'`;
    await world.db.sql`truncate resolutions cascade`;
    await running.check('after');
    const found = await running.end();
    expect(found.missed).toEqual([expect.stringContaining('after: {"resolved":2')]);
    expect(found.moved).toEqual([]);
  });

  test('rejects an empty replay, and a payload whose feed is not described', async () => {
    await expect(replay({ payloads: [] })).rejects.toThrow('no dated payload');
    await expect(replay({ feeds: feeds.slice(0, 1) })).rejects.toThrow('not configured');
  });
});

describe('a truth file', () => {
  const shipped = readTruth(JSON.parse(readFileSync(join(packageRoot(), 'data/backtest/truth.json'), 'utf8')));
  const entry = { slug: 'gpt-5', outcome: 'yes', effective_at: '2025-08-07', source: 'https://example.com' };
  const file = (fields: object) => ({ format: 'outturn-truth/1', entries: [{ ...entry, ...fields }] });

  test('shipped with the program has over 400 claims about 150 models, 8 for each of 13 vendors, both outcomes, each with a source', () => {
    const patterns = shipped.entries.flatMap((row) => patternsOf(criterionSchema.parse(row.criterion)));
    const models = patterns.filter((pattern) => pattern.vendor !== 'any').map((pattern) => JSON.stringify(pattern));
    expect(shipped.entries.length).toBeGreaterThanOrEqual(400);
    expect(new Set(models).size).toBeGreaterThanOrEqual(150);
    const vendorsOf = (row: (typeof shipped.entries)[number]) =>
      new Set(patternsOf(criterionSchema.parse(row.criterion)).map(({ vendor }) => vendor));
    const claimsAbout = (vendor: string) => shipped.entries.filter((row) => vendorsOf(row).has(vendor)).length;
    const vendors = [...new Set(patterns.map((pattern) => pattern.vendor))];
    expect(vendors.filter((vendor) => claimsAbout(vendor) >= 8).length).toBeGreaterThanOrEqual(13);
    for (const outcome of ['yes', 'no', 'open'])
      expect(shipped.entries.filter((row) => row.outcome === outcome).length).toBeGreaterThan(1);
    expect(shipped.entries.filter((row) => row.source.length < 10)).toEqual([]);
  });

  test.each([
    ['an outcome that is open with a time', { outcome: 'open' }, '#/entries/0/effective_at'],
    ['an outcome without a time', { effective_at: null }, '#/entries/0/effective_at'],
    ['an invalid time', { effective_at: 'in August' }, '#/entries/0/effective_at'],
    ['an outcome that only a person can decide', { outcome: 'ambiguous' }, '#/entries/0/outcome'],
    ['a truth without a source', { source: '' }, '#/entries/0/source'],
    ['an unknown field', { effectiveAt: '2025-08-07' }, '#/entries/0/effectiveAt'],
  ])('with %s is rejected', (_name, fields, pointer) => {
    expect(() => readTruth(file(fields))).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer })] }),
    );
  });

  test('may refer to predictions of the replay, and to no others', () => {
    const truth = readTruth(file({}));
    const seeded = [{ slug: 'gpt-5', statement: 'GPT-5 comes.', made_at: '2025-01', criterion: gptReleased('5') }];
    expect(claimsOf(seeded, truth)).toMatchObject([{ slug: 'gpt-5', madeAt: '2025-01', truth: { outcome: 'yes' } }]);
    expect(() => claimsOf([], truth)).toThrow('there is no prediction gpt-5');
  });
});
