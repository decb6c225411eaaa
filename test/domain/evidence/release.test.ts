import { describe, expect, it } from 'vitest';
import { anyFive, ask, at, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-10-01');
const a = feed('a', { reads });
const b = feed('b', { reads });
const c = feed('c', { reads });
const community = feed('forum', { reads, trust: 'community' });
const vendor = feed('vendor', { reads, trust: 'first_party' });
const claim = released({ by: '2025-08-31' });
const when = '2025-09-20';

describe('a witness that a model exists', () => {
  it.each([
    ['two origins', [a, b], 'yes'],
    ['one first party', [vendor], 'yes'],
    ['one origin', [a], 'undetermined'],
    ['one origin and a community feed', [a, community], 'undetermined'],
    ['a community feed alone', [community], 'undetermined'],
  ])('%s', (_name, feeds, verdict) => {
    const rows = feeds.map((one) => sighting(one, { seen: '2025-08-07' }));
    expect(ask(claim, timeline([a, b, c, community, vendor], rows), when).verdict).toBe(verdict);
  });

  it('counts two feeds of one origin once', () => {
    const [x, y] = [feed('x', { reads, origin: 'same' }), feed('y', { reads, origin: 'same' })];
    const rows = [x, y].map((one) => sighting(one, { seen: '2025-08-07' }));
    expect(ask(claim, timeline([x, y], rows), when).verdict).toBe('undetermined');
  });

  it('has the trust that its parser gave it, at most that of its feed', () => {
    const hostRow = sighting(vendor, { seen: '2025-08-07', host: 'azure', trust: 'aggregator' });
    expect(ask(claim, timeline([vendor], [hostRow]), when).verdict).toBe('undetermined');
    const boast = sighting(a, { seen: '2025-08-07', trust: 'first_party' });
    expect(ask(claim, timeline([a], [boast]), when).verdict).toBe('undetermined');
  });

  it('reports what is missing', () => {
    const text = ask(claim, timeline([a, b], [sighting(a, { seen: '2025-08-07' })]), when).explanation.text;
    expect(text).toContain('only a lists it; a first-party feed or 1 more origin must list it in reads a day apart');
  });
});

describe('seasoning', () => {
  const rows = [sighting(a, { seen: '2025-08-07T06:00' }), sighting(b, { seen: '2025-08-07T12:00' })];
  const world = timeline([a, b], rows);

  it('needs a read 24 hours after the first sighting that still shows the row; time alone is not enough', () => {
    const ripe = at('2025-08-08T12:00');
    expect(outcome(ask(claim, world, ripe - 1))).toBe('undetermined below_policy');
    expect(ask(claim, world, ripe - 1).recheckAt).toBe(null);
    expect(outcome(ask(claim, world, ripe))).toBe('yes 2025-08-07 released_in_window');
    const unread = [a, b].map((one) => ({ ...one, reads: one.reads.filter((read) => read < ripe) }));
    expect(ask(claim, timeline(unread, rows), '2025-09-01').verdict).toBe('undetermined');
  });

  it("is not needed for the vendor's own feed", () => {
    expect(ask(claim, timeline([vendor], [sighting(vendor, { seen: '2025-08-07' })]), '2025-08-07').verdict).toBe(
      'yes',
    );
  });

  it.each([
    ['a row that vanished 24 hours later is a slip, to the millisecond', '2025-08-08T06:00', 'undetermined'],
    ['a row that vanished one millisecond later has lasted', at('2025-08-08T06:00') + 1, 'yes'],
  ])('%s', (_name, gone, verdict) => {
    const short = sighting(b, { seen: '2025-08-07T06:00', gone });
    expect(ask(claim, timeline([a, b], [rows[0] ?? short, short]), when).verdict).toBe(verdict);
  });

  it('fails for a name that vanished by the next read, 32 hours later, whatever the clock said before', () => {
    const sparse = feed('sparse', {
      reads: ['2025-07-01', '2025-08-05', '2025-08-07T04:00', '2025-08-08T12:00', '2025-10-01'],
    });
    const listed = sighting(a, { seen: '2025-08-06' });
    const named = sighting(sparse, { seen: '2025-08-07T04:00', gone: '2025-08-08T12:00' });
    const world = timeline([a, sparse], [listed, named]);
    for (const moment of ['2025-08-08T03:59', '2025-08-08T06:00', '2025-08-08T12:00', when]) {
      const answer = ask(claim, world, moment);
      expect([outcome(answer), answer.recheckAt]).toEqual(['undetermined below_policy', null]);
    }
    const stays = timeline([a, sparse], [listed, { ...named, goneAt: null }]);
    expect(ask(claim, stays, at('2025-08-08T12:00') - 1).verdict).toBe('undetermined');
    expect(ask(claim, stays, '2025-08-08T12:00').verdict).toBe('yes');
  });

  it('is not lost when a row vanishes later', () => {
    const gone = sighting(b, { seen: '2025-08-07T06:00', gone: '2025-08-12' });
    expect(ask(claim, timeline([a, b], [sighting(a, { seen: '2025-08-07' }), gone]), when).verdict).toBe('yes');
  });

  it('does not accumulate over interrupted sightings', () => {
    const flaps = ['2025-08-07', '2025-08-08', '2025-08-09'].map((day) =>
      sighting(b, { seen: `${day}T00:00`, gone: `${day}T12:00` }),
    );
    expect(ask(claim, timeline([a, b], [sighting(a, { seen: '2025-08-07' }), ...flaps]), when).verdict).toBe(
      'undetermined',
    );
  });

  it('starts again when a row returns', () => {
    const slip = sighting(b, { seen: '2025-08-07T00:00', gone: '2025-08-07T06:00' });
    const back = sighting(b, { seen: '2025-08-08T00:00' });
    const both = timeline([a, b], [sighting(a, { seen: '2025-08-07' }), slip, back]);
    expect(ask(claim, both, at('2025-08-09') - 1).verdict).toBe('undetermined');
    expect(ask(claim, both, '2025-08-09').verdict).toBe('yes');
  });
});

describe('rows of hosts', () => {
  const host = (one: typeof a, name: string, seen = '2025-08-07') =>
    sighting(one, { seen, host: name, name: `${name}/gpt-5` });

  it('do not prove a bare name if a single host lists it', () => {
    expect(ask(claim, timeline([a, b], [host(a, 'azure'), host(b, 'azure')]), when).verdict).toBe('undetermined');
  });

  it('prove it if two hosts of an origin do', () => {
    const rows = [host(a, 'azure'), host(a, 'bedrock'), sighting(b, { seen: '2025-08-07' })];
    expect(ask(claim, timeline([a, b], rows), when).verdict).toBe('yes');
    expect(ask(claim, timeline([a, b], rows.slice(1)), when).verdict).toBe('undetermined');
  });

  it('prove a name with a tier with a single host', () => {
    const mini = { name: 'azure/gpt-5-mini', host: 'azure', model: { tier: 'mini' } };
    const rows = [sighting(a, { seen: '2025-08-07', ...mini }), sighting(b, { seen: '2025-08-07', ...mini })];
    expect(ask(released({ tier: ['mini'], by: '2025-08-31' }), timeline([a, b], rows), when).verdict).toBe('yes');
  });

  it('do not date a bare name before a second host or the vendor listed it', () => {
    const early = [host(a, 'azure', '2025-08-03'), host(b, 'azure', '2025-08-04')];
    const real = [sighting(a, { seen: '2025-08-20' }), sighting(b, { seen: '2025-08-20' })];
    const world = timeline([a, b], [...early, ...real]);
    expect(ask(released({ by: '2025-08-10' }), world, when).verdict).toBe('undetermined');
    expect(ask(claim, world, when).verdict).toBe('yes');
  });

  it('do not count if they lasted less than a day', () => {
    const slip = sighting(a, { seen: '2025-08-09T00:00', gone: '2025-08-09T06:00' });
    const world = timeline([a, b], [host(a, 'azure'), slip, sighting(b, { seen: '2025-08-07' })]);
    expect(ask(claim, world, when).verdict).toBe('undetermined');
  });
});

describe('general availability', () => {
  const ga = released({ stage: 'ga', by: '2025-08-31' });
  const own = (stage: 'preview' | 'general', seen = '2025-08-07') =>
    [a, b].map((one) => sighting(one, { seen, stage }));

  it("is read only from rows in the vendor's own namespace", () => {
    const hosts = [a, b].flatMap((one) =>
      ['azure', 'bedrock'].map((name) => sighting(one, { seen: '2025-08-07', host: name })),
    );
    expect(ask(ga, timeline([a, b], hosts), when).verdict).toBe('no');
    expect(ask(released({ by: '2025-08-31' }), timeline([a, b], hosts), when).verdict).toBe('yes');
    expect(ask(ga, timeline([a, b], own('general')), when).verdict).toBe('yes');
  });

  it('does not include previews', () => {
    expect(ask(ga, timeline([a, b], own('preview')), when).verdict).toBe('no');
    expect(ask(released({ stage: 'any', by: '2025-08-31' }), timeline([a, b], own('preview')), when).verdict).toBe(
      'yes',
    );
  });

  it('begins when a row stops being a preview, not when the row began', () => {
    const rows = [a, b].map((one) =>
      sighting(one, {
        seen: '2025-07-10',
        stage: 'preview',
        released: '2025-07-10',
        edits: [{ at: '2025-08-20', stage: 'general', released: '2025-07-10' }],
      }),
    );
    const world = timeline([a, b], rows);
    expect(ask(released({ stage: 'ga', from: '2025-07-02', by: '2025-08-10' }), world, when).verdict).not.toBe('yes');
    expect(ask(released({ from: '2025-07-02', by: '2025-08-10' }), world, when).verdict).toBe('yes');
    expect(ask(ga, world, at('2025-08-21') - 1).verdict).toBe('undetermined');
  });

  it('ends when a row is corrected to preview', () => {
    const rows = [a, b].map((one) =>
      sighting(one, { seen: '2025-08-07', edits: [{ at: '2025-08-09', stage: 'preview' }] }),
    );
    expect(ask(ga, timeline([a, b], rows), '2025-08-08').verdict).toBe('yes');
    expect(ask(ga, timeline([a, b], rows), '2025-08-10').verdict).not.toBe('yes');
  });
});

describe('an announcement', () => {
  const announced = (one: typeof a, date: string, more = {}) =>
    sighting(one, { seen: '2025-08-01T00:00', absent: '2025-07-31T18:00', released: date, ...more });

  it.each([
    ['two days ahead counts as a listing', '2025-08-03', true],
    ['three days ahead is an announcement', '2025-08-04', false],
    ['an instant two days and one millisecond ahead is an announcement', '2025-08-03T00:00:00.001Z', false],
  ])('%s', (_name, date, witnesses) => {
    const answer = ask(released(anyFive), timeline([a, b], [announced(a, date)]), '2025-08-02');
    expect(answer.explanation.reason).toBe(witnesses ? 'below_policy' : 'nothing_seen');
  });

  it('is evidence from the first poll after the stated day, and then needs a read a day later', () => {
    const world = timeline([a, b], [announced(a, '2025-08-10'), announced(b, '2025-08-10')]);
    expect(ask(claim, world, at('2025-08-11') - 1).explanation.reason).toBe('awaiting_coverage');
    expect(ask(claim, world, '2025-08-11').explanation.reason).toBe('below_policy');
    expect(ask(claim, world, at('2025-08-12') - 1).verdict).toBe('undetermined');
    expect(outcome(ask(claim, world, '2025-08-12'))).toBe(
      'yes 2025-08-10T18:00:00Z/2025-08-11T00:00:00Z released_in_window',
    );
  });

  it('for a month waits until the month is over', () => {
    const world = timeline([a, b], [announced(a, '2025-09'), announced(b, '2025-09')]);
    expect(ask(released({ by: '2025-09-30' }), world, '2025-09-20').verdict).toBe('undetermined');
  });

  it('is not evidence while no poll after the day lists it, whatever the time', () => {
    const stopped = feed('stopped', { reads: polls('2025-07-01', '2025-08-09') });
    const world = timeline([stopped, b], [announced(stopped, '2025-08-10'), sighting(b, { seen: '2025-08-10' })]);
    expect(ask(released(), world, '2026-01-01').verdict).toBe('undetermined');
  });

  it('that vanishes before its day is not evidence', () => {
    const world = timeline(
      [a, b],
      [announced(a, '2025-08-10', { gone: '2025-08-09' }), announced(b, '2025-08-10', { gone: '2025-08-09' })],
    );
    expect(outcome(ask(claim, world, when))).toBe('no 2025-08-31 covered_without_it');
  });

  it('that is edited to a past day is evidence from the edit', () => {
    const edits = [{ at: '2025-08-05T12:00', released: '2025-08-05' }];
    const world = timeline([a, b], [announced(a, '2025-08-20', { edits }), announced(b, '2025-08-20', { edits })]);
    expect(ask(claim, world, at('2025-08-06T12:00') - 1).verdict).toBe('undetermined');
    expect(outcome(ask(claim, world, '2025-08-06T12:00'))).toBe('yes 2025-08-05 released_in_window');
  });

  it('with the stage announced is never evidence', () => {
    const world = timeline(
      [a, b],
      [
        sighting(a, { seen: '2025-08-07', stage: 'announced' }),
        sighting(vendor, { seen: '2025-08-07', stage: 'announced' }),
      ],
    );
    expect(ask(claim, world, when).verdict).toBe('no');
  });

  it('is evaluated when its day is over, and hourly until a poll decides', () => {
    const stopped = feed('stopped', { reads: polls('2025-07-01', '2025-08-09') });
    const world = timeline([stopped, b], [announced(stopped, '2025-08-10')]);
    expect(ask(released(), world, '2025-08-02').recheckAt).toBe(at('2025-08-11'));
    expect(ask(released(), world, '2025-08-12').recheckAt).toBe(at('2025-08-12T01:00'));
  });

  it('in an earlier sighting does not affect the row that returned as an announcement', () => {
    const first = announced(a, '2025-08-10', { gone: '2025-08-05' });
    const versions = [
      ...first.versions,
      {
        ...(first.versions[0] ?? never()),
        observationId: 'later',
        observedAt: at('2025-08-13'),
        released: { text: '2025-09-30', weight: 'curated' as const },
      },
    ];
    const back = { ...first, seenFrom: at('2025-08-13'), goneAt: null, versions };
    expect(ask(released(), timeline([a, b], [{ ...first, versions }, back]), '2025-08-20').explanation.reason).toBe(
      'nothing_seen',
    );
  });
});

function never(): never {
  throw new Error('unreachable');
}
