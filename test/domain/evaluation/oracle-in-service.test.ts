import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { holds } from '../../support/oracle.ts';
import { ask, at, feed, released, sighting, type TestVersion, timeline } from '../../support/timelines.ts';

/**
 * Small worlds in which a publisher's own list says how long a model is in service, truthfully but perhaps late, and
 * keeps or drops the row at the end. The list covers nothing, so only what it states can settle a claim. Hours count
 * from 2025-08-01T00:00Z.
 */

type World = {
  readonly end: number | null;
  /** What the list states from each hour on: a day, `active`, `retired` or nothing. */
  readonly states: readonly (readonly [from: number, what: string])[];
  readonly droppedAt: number | null;
  /** The hours by which the list shows an unannounced end late. */
  readonly lag: number;
  readonly story: string;
};

const day = (nth: number): number => (nth - 1) * 24;
const dateOf = (hour: number): string => new Date(at('2025-08-01') + hour * 3_600_000).toISOString().slice(0, 10);
const moment = (hour: number): number => at('2025-08-01') + hour * 3_600_000;

const lags = [0, 20];
const gaps = [12, 24, 60];
const readTo = day(29);
const deadlines = [4, 7, 10, 15].map((nth) => `2025-08-${String(nth).padStart(2, '0')}`);

/** The hours at which a model ends: midnights for days that were announced, any hour for others. */
const announcedEnds = [4, 5, 6, 9, 12, 20].map(day);
const suddenEnds = [5, 8, 12].map(day).flatMap((end) => [end - 1, end + 13]);

type Statements = World['states'];

function listWorlds(): World[] {
  const endless = ['', 'active', '2026-03-01'].map((what): World => {
    return { end: null, states: [[0, what]], droppedAt: null, lag: 0, story: `for ever: ${what}` };
  });
  return [...endless, ...announcedEnds.flatMap(listAnnounced), ...suddenEnds.flatMap(listSudden)];
}

/** The list states the day of the end in time. Then it drops the row, or goes on listing it. */
function listAnnounced(end: number): World[] {
  const first = end - 2 * 24;
  const stories: [string, Statements][] = [
    ['as announced', [[0, dateOf(end)]]],
    [
      'announced in time',
      [
        [0, ''],
        [30, dateOf(end)],
      ],
    ],
    [
      'extended',
      [
        [0, dateOf(first)],
        [first - 24, dateOf(end)],
      ],
    ],
  ];
  return stories.flatMap(([story, states]) =>
    [null, end, end + 7 * 24].map((droppedAt) => ({ end, states, droppedAt, lag: 0, story })),
  );
}

/** The model ends on a day that nobody announced, and the list shows it at once or late. */
function listSudden(end: number): World[] {
  const later = dateOf(end + 10 * 24);
  return lags.flatMap((lag) => {
    const shown = end + lag;
    const stories: [string, Statements, number | null][] = [
      ['dropped', [[0, '']], shown],
      ['kept without a statement', [[0, '']], null],
      ['dropped before its day', [[0, later]], shown],
      [
        'brought forward',
        [
          [0, later],
          [shown, dateOf(end)],
        ],
        null,
      ],
      [
        'retired at once',
        [
          [0, 'active'],
          [shown, 'retired'],
        ],
        null,
      ],
      ['active until it was dropped', [[0, 'active']], shown],
    ];
    return stories.map(([story, states, droppedAt]) => ({ end, states, droppedAt, lag, story }));
  });
}

function versionOf(what: string): Omit<TestVersion, 'at'> {
  if (what === 'active') return { isActive: true };
  if (what === 'retired') return { lifecycle: 'retired' };
  return what === '' ? {} : { shutdown: what };
}

/** What reads at regular hours show of a world. */
function readWorld({ states, droppedAt, lag }: World, gap: number, declaredLag = lag) {
  const reads = Array.from({ length: Math.floor(readTo / gap) + 1 }, (_, nth) => nth * gap);
  const vendor = {
    ...feed('vendor', {
      covers: [],
      trust: 'first_party',
      publishes: ['shutdown'],
      reads: reads.map(moment),
      lagHours: declaredLag,
    }),
    ends: states.some(([, what]) => what === 'active') ? ('by_status' as const) : ('dated' as const),
  };
  const versions = states.flatMap(([from, what]) => {
    const read = reads.find((hour) => hour >= from);
    return read === undefined ? [] : [{ at: moment(read), ...versionOf(what) }];
  });
  const gone = droppedAt === null ? undefined : reads.find((hour) => hour >= droppedAt);
  const [first, ...edits] = versions.filter(
    (version, index) => version.at !== versions[index + 1]?.at && (gone === undefined || version.at < moment(gone)),
  );
  const row = { ...first, seen: moment(0), absent: null, edits, ...(gone === undefined ? {} : { gone: moment(gone) }) };
  return timeline([vendor], [sighting(vendor, row)]);
}

const claimBy = (by: string): Criterion => ({ ...released({ from: '2025-07-29', by }), op: 'retired' });
const worlds = listWorlds();

/** The verdicts that the truth contradicts, in every world and at regular moments. */
function findWrong(gap: number, declaredLag?: number): string[] {
  const wrong: string[] = [];
  for (const world of worlds) {
    const seen = readWorld(world, gap, declaredLag);
    for (const by of deadlines) {
      const truth = holds(claimBy(by), [{ tier: null, version: '5', release: -1000, end: world.end }], '2025-07-29');
      for (let hour = 0; hour <= readTo; hour += Math.max(24, gap)) {
        const { verdict, explanation } = ask(claimBy(by), seen, moment(hour));
        if (verdict !== 'undetermined' && (verdict === 'yes') !== truth)
          wrong.push(`${verdict} ${explanation.reason} by ${by} on ${dateOf(hour)}: ${JSON.stringify(world)}`);
      }
    }
  }
  return wrong;
}

describe('the engine in every small world of a list that says how long a model is in service', () => {
  it.each(gaps)('is never wrong, at any moment, by reads %i hours apart', (gap) => {
    expect(findWrong(gap).slice(0, 5)).toEqual([]);
  });

  it.each(gaps)(
    'calls no model in service that ended, although the list is later than its feed says: %i hours',
    (gap) => {
      const wrong = findWrong(gap, 0).filter((story) => story.includes('in_service_after_deadline'));
      expect(wrong.slice(0, 5)).toEqual([]);
    },
  );

  it('settles a NO two days after the deadline while the list says that the model goes on', () => {
    const going = worlds.filter(({ story }) =>
      ['for ever: active', 'for ever: 2026-03-01', 'as announced', 'extended'].includes(story),
    );
    const open = going.flatMap((world) =>
      deadlines
        .map((by) => ({ by, asked: moment((at(by) - moment(0)) / 3_600_000 + 24 + 48) }))
        .filter(({ asked }) => world.end === null || asked < moment(world.end))
        .filter(({ by, asked }) => ask(claimBy(by), readWorld(world, 24), asked).verdict !== 'no')
        .map(({ by }) => `${by}: ${JSON.stringify(world)}`),
    );
    expect(open.slice(0, 5)).toEqual([]);
  });

  it('settles nothing by the mere listing of a model', () => {
    const silent = worlds.filter(({ story }) => ['for ever: ', 'dropped'].includes(story));
    const verdicts = silent.flatMap((world) =>
      deadlines.map((by) => ask(claimBy(by), readWorld(world, 24), moment(readTo)).verdict),
    );
    expect(new Set(verdicts)).toEqual(new Set(['undetermined']));
  });
});
