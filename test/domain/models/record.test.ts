import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/domain/criterion/policy.ts';
import { weighModel } from '../../../src/domain/evidence/release.ts';
import type { Sighting, Timeline } from '../../../src/domain/evidence/timeline.ts';
import { hourMs } from '../../../src/domain/instant.ts';
import { listAttributes } from '../../../src/domain/models/attributes.ts';
import { recordModel } from '../../../src/domain/models/record.ts';
import { listStages, stageReached } from '../../../src/domain/models/stages.ts';
import { establishedAt, listModelStates } from '../../../src/domain/models/states.ts';
import { anyWorld, asOf, eventMoments } from '../../support/random-worlds.ts';
import { at, feed, polls, sighting, timeline } from '../../support/timelines.ts';

const policy = defaultPolicy;
const catalogue = feed('catalogue', { reads: polls('2025-07-01', '2025-08-20') });
const prices = feed('prices', { trust: 'aggregator', reads: polls('2025-07-01', '2025-08-20', 12) });
const crowd = feed('crowd', { trust: 'community', covers: [], reads: polls('2025-07-01', '2025-08-20', 24) });

function rowsOf(world: Timeline, when: string) {
  const record = recordModel(world, world.sightings, { at: at(when), policy });
  return (record?.rows ?? []).map((row) => ({
    feed: row.feed.slug,
    name: row.sighting.name,
    standing: row.standing,
    dates: row.dates.map((date) => `${date.text} ${date.use}${date.why === null ? '' : `: ${date.why}`}`),
  }));
}

describe('the statements about a model', () => {
  const world = timeline(
    [catalogue, prices, crowd],
    [
      sighting(catalogue, { seen: '2025-08-07T18:00', released: '2025-08-07' }),
      sighting(catalogue, { seen: '2025-08-08T06:00', host: 'azure', released: '2025-01-01' }),
      sighting(catalogue, {
        seen: '2025-08-08T06:00',
        name: 'gpt-5-slip',
        released: '2025-08-06',
        gone: '2025-08-08T12:00',
      }),
      sighting(prices, { seen: '2025-08-08', host: 'openai', own: true, released: '2025-02-31' }),
      sighting(crowd, { seen: '2025-08-09', released: '2025-08-05' }),
      sighting(catalogue, {
        seen: '2025-08-08T06:00',
        name: 'gpt-5-edited',
        released: '2025-04-01',
        edits: [{ at: '2025-08-10', released: '2025-08-08' }],
      }),
    ],
  );

  test('show for every row how it counts, and for every date how it was used', () => {
    expect(rowsOf(world, '2025-08-12')).toEqual([
      { feed: 'catalogue', name: 'gpt-5', standing: 'witness', dates: ['2025-08-07 used'] },
      {
        feed: 'prices',
        name: 'gpt-5',
        standing: 'witness',
        dates: ['2025-02-31 set_aside: is not a possible release date'],
      },
      {
        feed: 'catalogue',
        name: 'gpt-5-edited',
        standing: 'witness',
        dates: [
          '2025-04-01 replaced: was withdrawn by its feed, which has since stated another date or none',
          '2025-08-08 used',
        ],
      },
      {
        feed: 'catalogue',
        name: 'gpt-5-slip',
        standing: 'slip',
        dates: ['2025-08-06 set_aside: was in a row that had disappeared by the first read a day later'],
      },
      {
        feed: 'crowd',
        name: 'gpt-5',
        standing: 'community',
        dates: ['2025-08-05 set_aside: is stated by a community feed'],
      },
      {
        feed: 'catalogue',
        name: 'gpt-5',
        standing: 'witness',
        dates: ["2025-01-01 set_aside: is in a host's row, which is not used for dating"],
      },
    ]);
  });

  test('as of a moment include only what was observed by then', () => {
    expect(rowsOf(world, '2025-08-07')).toEqual([]);
    expect(rowsOf(world, '2025-08-07T18:00')).toEqual([
      {
        feed: 'catalogue',
        name: 'gpt-5',
        standing: 'young',
        dates: ['2025-08-07 used'],
      },
    ]);
  });

  test('a date from the vendor takes precedence over catalogues; an announcement dates nothing', () => {
    const ledger = feed('ledger', { trust: 'first_party', covers: [] });
    const dated = timeline(
      [catalogue, ledger],
      [
        sighting(catalogue, { seen: '2025-08-07T18:00', released: '2025-08-06' }),
        sighting(ledger, { seen: '2025-08-08', absent: null, released: '2025-08-07', weight: 'stands' }),
        sighting(catalogue, { seen: '2025-08-01', host: 'early', released: '2025-09-01' }),
      ],
    );
    expect(rowsOf(dated, '2025-08-12').map((row) => [row.standing, ...row.dates])).toEqual([
      ['witness', '2025-08-06 set_aside: is outranked by a date of the vendor or the ledger'],
      ['witness', '2025-08-07 used'],
      ['announcement', '2025-09-01 set_aside: was in the future when it was listed'],
    ]);
  });
});

describe('the stages of a model', () => {
  const stagesAt = (world: Timeline, when: string) =>
    listStages(world, world.sightings, { at: at(when), policy }).map((fact) => `${fact.stage} ${fact.grade}`);

  test('are listed in order, each with its own witnesses; the last established one is the current stage', () => {
    const world = timeline(
      [catalogue, prices],
      [
        sighting(catalogue, {
          seen: '2025-07-10',
          stage: 'preview',
          edits: [
            { at: '2025-08-01', stage: 'general' },
            { at: '2025-08-10', stage: 'general' },
          ],
        }),
        sighting(prices, { seen: '2025-07-11', stage: 'preview' }),
      ],
    );
    expect(stagesAt(world, '2025-07-10')).toEqual(['preview short']);
    expect(stagesAt(world, '2025-07-15')).toEqual(['preview admissible']);
    expect(stagesAt(world, '2025-08-03')).toEqual(['preview admissible', 'general short']);
    expect(stageReached(listStages(world, world.sightings, { at: at('2025-08-03'), policy }))).toBe('preview');
  });

  test('a model for approved customers is limited in every feed, and not released until it is open', () => {
    const world = timeline(
      [catalogue, prices],
      [
        sighting(catalogue, { seen: '2025-07-10', stage: 'limited', edits: [{ at: '2025-08-01', stage: 'general' }] }),
        sighting(prices, { seen: '2025-07-10', stage: 'limited', edits: [{ at: '2025-08-01', stage: 'general' }] }),
      ],
    );
    expect(stagesAt(world, '2025-07-30')).toEqual(['limited admissible']);
    expect(stagesAt(world, '2025-08-03')).toEqual(['limited admissible', 'general admissible']);
    expect(rowsOf(world, '2025-07-30').map((row) => row.standing)).toEqual(['announcement', 'announcement']);
  });

  test('an announcement is a stage, and a deprecation needs the evidence of a release', () => {
    const lifecycle = (seen: string, from: typeof catalogue): Sighting => {
      const row = sighting(from, { seen, edits: [{ at: '2025-08-01' }] });
      const versions = row.versions.map((version, index) =>
        index === 0 ? version : { ...version, lifecycle: 'deprecated' as const },
      );
      return { ...row, versions };
    };
    const one = timeline(
      [catalogue, prices],
      [lifecycle('2025-07-10', catalogue), sighting(prices, { seen: '2025-07-10' })],
    );
    expect(stagesAt(one, '2025-08-03')).toEqual(['general admissible', 'deprecated short']);
    const two = timeline([catalogue, prices], [lifecycle('2025-07-10', catalogue), lifecycle('2025-07-10', prices)]);
    expect(stagesAt(two, '2025-08-01')).toEqual(['general admissible', 'deprecated short']);
    expect(stagesAt(two, '2025-08-03')).toEqual(['general admissible', 'deprecated admissible']);
    const early = timeline([catalogue], [sighting(catalogue, { seen: '2025-08-01', released: '2025-09-01' })]);
    expect(stagesAt(early, '2025-08-03')).toEqual(['announced admissible']);
  });
});

test('attributes are listed by value, weighed as for predictions, from own rows only', () => {
  const priced = (from: typeof catalogue, price: number, more: { host?: string } = {}): Sighting => {
    const row = sighting(from, { seen: '2025-08-01', ...more });
    return {
      ...row,
      versions: row.versions.map((version) => ({ ...version, attributes: { output_usd_per_mtok: price } })),
    };
  };
  const mirror = feed('mirror', { reads: polls('2025-07-01', '2025-08-20') });
  const world = timeline(
    [catalogue, prices, mirror],
    [priced(catalogue, 10), priced(prices, 10), priced(mirror, 10_000), priced(catalogue, 7, { host: 'azure' })],
  );
  const facts = listAttributes(world, world.sightings, { at: at('2025-08-05'), policy });
  expect(
    facts.map((fact) => [fact.name, fact.value, fact.grade, fact.sources.map((source) => source.feed.slug)]),
  ).toEqual([
    ['output_usd_per_mtok', 10, 'admissible', ['catalogue', 'prices']],
    ['output_usd_per_mtok', 10_000, 'short', ['mirror']],
  ]);
});

describe('in random worlds', () => {
  const modelsOf = (world: Timeline): Sighting[][] => {
    const byName = new Map<string, Sighting[]>();
    for (const row of world.sightings) {
      const key = `${row.model.version} ${row.model.tier}`;
      byName.set(key, [...(byName.get(key) ?? []), row]);
    }
    return [...byName.values()];
  };

  test('the states of a model equal those computed at every moment', () => {
    fc.assert(
      fc.property(anyWorld, ({ timeline: world }) => {
        for (const rows of modelsOf(world)) {
          const { states } = listModelStates(world, rows, {
            from: Number.NEGATIVE_INFINITY,
            at: at('2025-10-30'),
            policy,
          });
          for (const moment of eventMoments(world).filter((_moment, index) => index % 7 === 0)) {
            const state = states.findLast((candidate) => candidate.knownFrom <= moment) ?? null;
            const { evidence } = weighModel(world, rows, { at: moment, policy, stage: 'any' });
            expect([state?.grade ?? null, state?.occurred ?? null]).toEqual([
              evidence?.grade ?? null,
              evidence?.occurred ?? null,
            ]);
          }
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test('states are the same from the beginning and from any later moment', () => {
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: -100, max: 1500 }), ({ timeline: world }, hours) => {
        const cut = at('2025-08-01') + hours * hourMs;
        const end = at('2025-10-30');
        for (const rows of modelsOf(world)) {
          const all = listModelStates(world, rows, { from: Number.NEGATIVE_INFINITY, at: end, policy }).states;
          const past = asOf({ ...world, sightings: rows }, cut - 1);
          const early = listModelStates(past, past.sightings, {
            from: Number.NEGATIVE_INFINITY,
            at: cut - 1,
            policy,
          }).states;
          const late = listModelStates(world, rows, { from: cut, at: end, policy }, early.at(-1) ?? null).states;
          expect([...early, ...late]).toEqual(all);
          const first = all.find((state) => state.grade === 'admissible')?.knownFrom ?? null;
          expect(establishedAt(world, rows, { at: end, policy })).toBe(first);
        }
      }),
      { numRuns: 60, seed: 8 },
    );
  });
});
