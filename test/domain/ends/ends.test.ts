import { describe, expect, test } from 'vitest';
import { formatEndDate } from '../../../src/domain/ends/end.ts';
import { listEndsAt } from '../../../src/domain/ends/states.ts';
import type { Sighting } from '../../../src/domain/evidence/timeline.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import { formatInstant } from '../../../src/domain/instant.ts';
import {
  at,
  feed,
  polls,
  sighting,
  type TestFeed,
  type TestSighting,
  timeline,
  type When,
} from '../../support/timelines.ts';
import { readIdentityData } from '../../support/world.ts';

/** What was known of ends in histories in which a plausible reading of the data would be wrong. */

const table = readIdentityTable(readIdentityData());
const reads = polls('2026-01-01', '2027-02-01', 24);
const own = { publishes: ['shutdown'], reads } as const;
const openai = feed('openai', { ...own, trust: 'first_party', ends: 'by_rights' });
const anthropic = feed('anthropic', { ...own, trust: 'first_party', ends: 'by_status' });
const pages = feed('pages', { ...own, trust: 'curated', witnesses: ['end'] });
const litellm = feed('litellm', { ...own, trust: 'aggregator' });
const feeds = [openai, anthropic, pages, litellm];

const firm = { kind: 'firm' } as const;
const planned = { kind: 'planned' } as const;
const snapshot = 'gpt-5-2025-08-07';

function row(of: TestFeed, story: Partial<TestSighting>): Sighting {
  return sighting(of, { name: snapshot, seen: '2026-01-01', absent: null, ...story });
}

/** One line for each end known at a moment. */
function known(rows: readonly Sighting[], when: When): string[] {
  return listEndsAt(table, timeline(feeds, rows), at(when)).map((end) => {
    const { id, scope, host, kind, date, endedAt, contradicted, suspended, movedFrom } = end;
    const moves = movedFrom.map((move) => ` from ${formatEndDate(move.date)} ${move.because}`).join('');
    return [
      `${id} ${scope}${host === null ? '' : ` ${host}`} ${kind} ${date === null ? '-' : formatEndDate(date)}${moves}`,
      ...(endedAt === null ? [] : [`ended ${formatInstant(endedAt)}`]),
      ...(contradicted === null ? [] : [`contradicted by ${contradicted.feed}: ${contradicted.status}`]),
      ...(suspended ? ['suspended'] : []),
    ].join(', ');
  });
}

describe('the date of an end', () => {
  test("is the vendor's own, though a catalogue gave its id the date of Azure", () => {
    const rows = [
      row(openai, { shutdown: '2026-12-10', end: { kind: 'firm', scope: 'vendor' } }),
      row(litellm, { seen: '2026-03-01', shutdown: '2026-10-21', end: planned }),
      row(litellm, { name: `azure/${snapshot}`, host: 'azure', shutdown: '2026-10-21', end: planned }),
    ];
    expect(known(rows, '2026-11-15')).toEqual([
      `${snapshot} host azure planned 2026-10-21`,
      `${snapshot} vendor firm 2026-12-10`,
    ]);
    const [, end] = listEndsAt(table, timeline(feeds, rows), at('2026-11-15'));
    expect(end?.sources.map(({ feed: of, text, use }) => [of, text, use])).toEqual([
      ['openai', '2026-12-10', 'decides'],
      ['litellm', '2026-10-21', 'differs'],
    ]);
  });

  test('of a host is another than that of the vendor, whatever the feeds call the host', () => {
    const id = 'claude-opus-4-1-20250805';
    const model = { vendor: 'anthropic', family: 'claude', version: '4.1', tier: 'opus' };
    const rows = [
      row(pages, { name: id, model, shutdown: '2026-08-05', end: firm }),
      row(pages, { name: `anthropic.${id}-v1:0`, model, host: 'aws-bedrock', shutdown: '2027-01-08', end: firm }),
      row(litellm, {
        name: `us.anthropic.${id}-v1:0`,
        model,
        host: 'bedrock_converse',
        shutdown: '2027-01-08',
        end: planned,
      }),
    ];
    expect(known(rows, '2026-07-01')).toEqual([`${id} vendor firm 2026-08-05`, `${id} host bedrock firm 2027-01-08`]);
  });

  test('is an earliest day where the vendor says so, though a catalogue calls it planned', () => {
    const model = { vendor: 'google', family: 'gemini', version: '2.5', tier: 'flash' };
    const rows = [
      row(pages, { name: 'gemini-2.5-flash', model, shutdown: '2026-06-17', end: { kind: 'earliest' } }),
      row(litellm, { name: 'gemini/gemini-2.5-flash', model, shutdown: '2026-06-17', end: planned }),
    ];
    expect(known(rows, '2026-10-01')).toEqual(['gemini-2.5-flash vendor earliest 2026-06-17']);
  });

  test('is none if the cell contains the release date', () => {
    const rows = [
      row(pages, { name: 'gpt-5', shutdown: '2025-08-07', end: firm }),
      row(litellm, { name: 'gpt-5', released: '2025-08-07' }),
    ];
    expect(known(rows, '2026-02-01')).toEqual([]);
    expect(
      known([row(pages, { shutdown: '2025-08-07', end: firm, model: { snapshotDay: '2025-08-07' } })], '2026-02-01'),
    ).toEqual([]);
  });

  test('of a plan is not that of the API', () => {
    const rows = [row(pages, { shutdown: '2026-03-01', end: { kind: 'firm', scope: 'plan' } }), row(openai, {})];
    expect(known(rows, '2026-05-01')).toEqual([`${snapshot} plan firm 2026-03-01`]);
  });

  test('keeps every date from which it moved', () => {
    const rows = [
      row(litellm, {
        shutdown: '2026-02-05',
        end: planned,
        edits: [
          { at: '2026-01-20', shutdown: '2026-03-31', end: planned, price: 2 },
          { at: '2026-02-10', shutdown: '2026-03-31', end: planned, price: 3 },
          { at: '2026-03-02', shutdown: '2026-06-01', end: planned },
        ],
      }),
    ];
    expect(known(rows, '2026-01-25')).toEqual([`${snapshot} vendor planned 2026-03-31 from 2026-02-05 moved`]);
    expect(known(rows, '2026-04-01')).toEqual([
      `${snapshot} vendor planned 2026-06-01 from 2026-02-05 moved from 2026-03-31 moved`,
    ]);
    const [end] = listEndsAt(table, timeline(feeds, rows), at('2026-04-01'));
    expect(end?.statedSince).toBe(at('2026-03-02'));
    expect(end?.movedFrom.map(({ from, to }) => [from, to])).toEqual([
      [at('2026-01-01'), at('2026-01-20')],
      [at('2026-01-20'), at('2026-03-02')],
    ]);
  });

  test('is gone when its feed withdraws it, and keeps its history when it is stated again', () => {
    const rows = [
      row(litellm, {
        shutdown: '2026-06-01',
        end: planned,
        edits: [{ at: '2026-02-01' }, { at: '2026-03-01', shutdown: '2026-09-01', end: planned }],
      }),
    ];
    expect(known(rows, '2026-02-15')).toEqual([]);
    expect(known(rows, '2026-03-15')).toEqual([`${snapshot} vendor planned 2026-09-01 from 2026-06-01 withdrawn`]);
  });

  test.each([
    ['2026-06', `${snapshot} vendor planned 2026-06`],
    ['2026-06-30T12:00:00Z', `${snapshot} vendor planned 2026-06-30`],
  ])('may be written %s', (shutdown, expected) => {
    expect(known([row(litellm, { shutdown, end: planned })], '2026-02-01')).toEqual([expected]);
  });

  test.each(['1970-01-01', '2026', 'soon'])('cannot be %s', (shutdown) => {
    expect(known([row(litellm, { shutdown, end: planned })], '2026-02-01')).toEqual([]);
  });
});

describe('an id has ended', () => {
  const stated = { shutdown: '2026-07-23', end: { kind: 'firm', scope: 'vendor' } } as const;

  test("when its vendor's list, read after the day that it stated, no longer shows it", () => {
    const rows = [row(openai, { ...stated, gone: '2026-08-20' }), row(litellm, stated)];
    expect(known(rows, '2026-08-01')).toEqual([`${snapshot} vendor firm 2026-07-23, contradicted by openai: listed`]);
    expect(known(rows, '2026-08-21')).toEqual([`${snapshot} vendor firm 2026-07-23, ended 2026-08-20T00:00:00Z`]);
  });

  test('not because the day has passed, if the list was not read since', () => {
    const stale = { ...openai, reads: polls('2026-01-01', '2026-07-20', 24) };
    const rows = [row(openai, { ...stated, gone: '2026-07-10' })];
    const ends = listEndsAt(table, timeline([stale], rows), at('2026-09-01'));
    expect(ends.map(({ endedAt }) => endedAt)).toEqual([null]);
  });

  test('not because catalogues say so, however many', () => {
    const rows = [row(pages, { ...stated, end: firm }), row(litellm, { ...stated, end: planned })];
    expect(known(rows, '2027-01-01')).toEqual([`${snapshot} vendor firm 2026-07-23`]);
  });

  test('although its model goes on under another id', () => {
    const rows = [row(openai, { ...stated, gone: '2026-07-24' }), row(openai, { name: 'gpt-5' })];
    expect(known(rows, '2026-08-01')).toEqual([`${snapshot} vendor firm 2026-07-23, ended 2026-07-24T00:00:00Z`]);
  });

  test("when the vendor's list calls it retired after the day that it stated", () => {
    const rows = [
      row(anthropic, {
        shutdown: '2026-06-15',
        end: planned,
        isActive: true,
        edits: [
          { at: '2026-04-14', shutdown: '2026-06-15', end: planned, lifecycle: 'deprecated' },
          { at: '2026-06-16', shutdown: '2026-06-15', end: { kind: 'passed' }, lifecycle: 'retired' },
        ],
      }),
    ];
    expect(known(rows, '2026-06-15')).toEqual([`${snapshot} vendor planned 2026-06-15`]);
    expect(known(rows, '2026-07-01')).toEqual([`${snapshot} vendor passed 2026-06-15, ended 2026-06-16T00:00:00Z`]);
  });

  test("not while the vendor's list calls it active after the day", () => {
    const rows = [row(anthropic, { isActive: true }), row(litellm, { shutdown: '2026-03-01', end: planned })];
    expect(known(rows, '2026-03-10')).toEqual([
      `${snapshot} vendor planned 2026-03-01, contradicted by anthropic: active`,
    ]);
  });

  test('not by a withdrawal without notice, which was undone after 19 days', () => {
    const rows = [
      row(anthropic, {
        seen: '2026-06-09',
        isActive: true,
        edits: [
          { at: '2026-06-12', lifecycle: 'retired', shutdown: '2026-06-12', end: { kind: 'passed' } },
          { at: '2026-07-01', isActive: true },
        ],
      }),
    ];
    expect(known(rows, '2026-06-30')).toEqual([`${snapshot} vendor passed 2026-06-12`]);
    expect(known(rows, '2026-08-30')).toEqual([]);
  });

  test('by a withdrawal without notice that lasts', () => {
    const rows = [
      row(anthropic, {
        isActive: true,
        edits: [{ at: '2026-06-12', lifecycle: 'retired', end: { kind: 'passed' } }],
      }),
    ];
    expect(known(rows, '2026-07-11')).toEqual([`${snapshot} vendor passed -`]);
    expect(known(rows, '2026-07-13')).toEqual([`${snapshot} vendor passed -, ended 2026-07-12T00:00:00Z`]);
  });

  test('not while it is suspended', () => {
    const rows = [
      row(anthropic, {
        shutdown: '2026-12-01',
        end: planned,
        edits: [
          { at: '2026-06-12', lifecycle: 'suspended', shutdown: '2026-12-01', end: planned },
          { at: '2026-07-01', isActive: true, shutdown: '2026-12-01', end: planned },
        ],
      }),
    ];
    expect(known(rows, '2026-06-30')).toEqual([`${snapshot} vendor planned 2026-12-01, suspended`]);
    expect(known(rows, '2026-07-02')).toEqual([`${snapshot} vendor planned 2026-12-01`]);
  });
});

test('a successor is the one that the deciding source recommends, read by the identity data', () => {
  const rows = [
    row(litellm, { shutdown: '2026-12-10', end: planned, successor: 'gpt-4o' }),
    row(pages, { shutdown: '2026-12-10', end: firm, successor: 'gpt-5.6-sol' }),
  ];
  const [end] = listEndsAt(table, timeline(feeds, rows), at('2026-02-01'));
  expect(end?.successor).toMatchObject({
    id: 'gpt-5.6-sol',
    feed: 'pages',
    model: { vendor: 'openai', slug: 'gpt-5.6-sol' },
  });
});
