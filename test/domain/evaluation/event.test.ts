import { describe, expect, it } from 'vitest';
import { anyFive, ask, at, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

const a = feed('a', { reads: polls('2025-07-01', '2025-10-01') });
const b = feed('b', { reads: polls('2025-07-01', '2025-10-01') });
const c = feed('c', { reads: polls('2025-07-01', '2025-10-01') });
const vendor = feed('vendor', { trust: 'first_party', reads: polls('2025-07-01', '2025-10-01') });

/** Listed by two origins between noon and 18:00 of a day, absent six hours before. */
function releasedOn(day: string) {
  return [sighting(a, { seen: `${day}T12:00` }), sighting(b, { seen: `${day}T18:00` })];
}

describe('a window', () => {
  const world = timeline([a, b], releasedOn('2025-08-07'));
  it.each([
    ['the whole last day is inside', { by: '2025-08-07' }, 'yes 2025-08-07 released_in_window'],
    ['the day after it is not', { by: '2025-08-06' }, 'no 2025-08-06 covered_without_it'],
    ['the first day is inside', { from: '2025-08-07' }, 'yes 2025-08-07 released_in_window'],
    [
      'an instant just after the last possible moment',
      { by: '2025-08-07T18:00:00Z' },
      'yes 2025-08-07 released_in_window',
    ],
    [
      'a deadline inside the bracket leaves it open',
      { by: '2025-08-07T17:59:59.999Z' },
      'undetermined straddles_window',
    ],
    [
      'a deadline at the last absence',
      { by: '2025-08-07T05:59:59.999Z' },
      'no 2025-08-07T05:59:59.999Z covered_without_it',
    ],
    [
      'an opening inside the bracket leaves it open',
      { from: '2025-08-07T06:00:00.001Z' },
      'undetermined straddles_window',
    ],
    ['an opening at the last absence', { from: '2025-08-07T06:00:00Z' }, 'yes 2025-08-07 released_in_window'],
    ['no deadline', {}, 'yes 2025-08-07 released_in_window'],
  ])('%s', (_name, window, expected) => {
    expect(outcome(ask(released(window), world, '2025-09-20'))).toBe(expected);
  });

  it('opens by default on the day of the claim', () => {
    expect(outcome(ask(released(), world, '2025-09-20', { made: '2025-08-07' }))).toBe(
      'yes 2025-08-07 released_in_window',
    );
    expect(outcome(ask(released(), world, '2025-09-20', { made: '2025-08-08' }))).toBe(
      'undetermined already_before_window',
    );
  });

  it('can open before the claim if it says so', () => {
    const claim = released({ from: '2025-08-01', by: '2025-08-31' });
    expect(ask(claim, world, '2025-09-20', { made: '2025-09-01' }).verdict).toBe('yes');
  });
});

describe('a model that was already released', () => {
  it('is left to a person if the claim names that one model', () => {
    const answer = ask(released({ by: '2025-09-01' }), timeline([a, b], releasedOn('2025-07-20')), '2025-09-20');
    expect(outcome(answer)).toBe('undetermined already_before_window');
    expect(answer.leaning).toMatchObject({ outcome: null, reason: 'already_before_window' });
  });

  it('does not affect a claim about a pattern of several models', () => {
    const answer = ask(
      released({ ...anyFive, by: '2025-09-01' }),
      timeline([a, b], releasedOn('2025-07-20')),
      '2025-09-20',
    );
    expect(outcome(answer)).toBe('no 2025-09-01 covered_without_it');
  });

  it('is left to a person even if only one origin lists it, since a single row bounds nothing', () => {
    const answer = ask(
      released({ by: '2025-09-01' }),
      timeline([a, b], [sighting(a, { seen: '2025-07-20' })]),
      '2025-09-20',
    );
    expect(outcome(answer)).toBe('undetermined below_policy');
    expect(answer.leaning).toMatchObject({ outcome: null, reason: 'already_before_window' });
  });

  it('is not inferred from a single row once a second origin lists it, seasoned or not', () => {
    const early = sighting(a, { seen: '2025-07-20' });
    const claim = released({ ...anyFive, by: '2025-09-01' });
    for (const gone of [undefined, '2025-08-20T06:00']) {
      const second = sighting(b, { seen: '2025-08-20', ...(gone === undefined ? {} : { gone }) });
      expect(ask(claim, timeline([a, b], [early, second]), '2025-09-20').verdict).toBe('undetermined');
    }
    const atDeadline = sighting(b, { seen: '2025-09-02' });
    const late = released({ ...anyFive, by: '2025-09-01' });
    expect(ask(late, timeline([a, b], [early, atDeadline]), '2025-09-02').verdict).toBe('undetermined');
    expect(ask(late, timeline([a, b], [early, atDeadline]), '2025-09-03').verdict).toBe('undetermined');
  });

  it('is not inferred from a row that vanished within a day', () => {
    const slip = sighting(a, { seen: '2025-07-20T00:00', gone: '2025-07-20T06:00' });
    expect(outcome(ask(released({ by: '2025-09-01' }), timeline([a, b], [slip]), '2025-09-20'))).toBe(
      'no 2025-09-01 covered_without_it',
    );
  });
});

describe('a yes', () => {
  it('follows from any matching model, and the sentence gives the number of others', () => {
    const mini = { name: 'gpt-5-mini', model: { tier: 'mini' } };
    const rows = [
      ...releasedOn('2025-08-07'),
      sighting(a, { seen: '2025-08-09', ...mini }),
      sighting(b, { seen: '2025-08-09', ...mini }),
    ];
    const answer = ask(released(anyFive), timeline([a, b], rows), '2025-09-20');
    expect(outcome(answer)).toBe('yes 2025-08-07 released_in_window');
    expect(answer.explanation.text).toContain('1 more matching model is known');
  });

  it('for an unsuffixed model is not affected by other tiers', () => {
    const mini = { name: 'gpt-5-mini', model: { tier: 'mini' } };
    const rows = [sighting(a, { seen: '2025-08-09', ...mini }), sighting(b, { seen: '2025-08-09', ...mini })];
    expect(outcome(ask(released({ by: '2025-09-01' }), timeline([a, b], rows), '2025-09-20'))).toBe(
      'no 2025-09-01 covered_without_it',
    );
    expect(ask(released({ tier: ['mini'] }), timeline([a, b], rows), '2025-09-20').verdict).toBe('yes');
    expect(ask(released({ tier: ['mini', null] }), timeline([a, b], rows), '2025-09-20').verdict).toBe('yes');
    expect(ask(released({ tier: 'any' }), timeline([a, b], rows), '2025-09-20').verdict).toBe('yes');
  });

  it('waits for a stated day in the future', () => {
    const ledger = feed('ledger', { covers: [], trust: 'first_party' });
    const world = timeline(
      [a, b, ledger],
      [sighting(ledger, { seen: '2025-08-09T12:00', released: '2025-08-10', weight: 'stands' })],
    );
    const early = ask(released({ by: '2025-08-10' }), world, '2025-08-09T18:00');
    expect(early.verdict).toBe('undetermined');
    expect(early.recheckAt).toBe(at('2025-08-10'));
    expect(outcome(ask(released({ by: '2025-08-10' }), world, '2025-08-10'))).toBe('yes 2025-08-10 released_in_window');
  });
});

describe('a no', () => {
  const nothing = timeline([a, b], []);
  it('follows once two origins were read past the deadline, and not one read earlier', () => {
    const claim = released({ by: '2025-08-31' });
    expect(outcome(ask(claim, nothing, '2025-08-31T23:59'))).toBe('undetermined awaiting_coverage');
    expect(outcome(ask(claim, nothing, '2025-09-01'))).toBe('no 2025-08-31 covered_without_it');
  });

  it('never follows without a deadline', () => {
    expect(outcome(ask(released(), nothing, '2026-09-01'))).toBe('undetermined nothing_seen');
  });

  it('never follows from the passing of time, and names the feeds it waits for', () => {
    const stopped = feed('stopped', { reads: polls('2025-07-01', '2025-08-20') });
    const answer = ask(released({ by: '2025-08-31' }), timeline([a, stopped], []), '2027-01-01');
    expect(outcome(answer)).toBe('undetermined awaiting_coverage');
    expect(answer.explanation.text).toContain('stopped (read to 2025-08-20T00:00:00Z) to be read past 2025-08-31');
    expect(answer.explanation.watermarks.map((mark) => [mark.feed, mark.watermark])).toEqual([
      ['a', '2025-10-01T00:00:00Z'],
      ['stopped', '2025-08-20T00:00:00Z'],
    ]);
  });

  it('is not delayed by a covering feed that lags behind', () => {
    const stopped = feed('stopped', { reads: polls('2025-07-01', '2025-08-20') });
    expect(ask(released({ by: '2025-08-31' }), timeline([a, b, stopped], []), '2025-09-20').verdict).toBe('no');
  });

  it('is dated by the last day of the window', () => {
    expect(ask(released({ by: '2025-08-31T12:00:00Z' }), nothing, '2025-09-20').effectiveAt).toBe(
      '2025-08-31T12:00:00Z',
    );
    expect(ask(released({ by: '2025-08-31' }), nothing, '2025-09-20').effectiveAt).toBe('2025-08-31');
  });

  it('does not follow if an event may fall inside the window', () => {
    const world = timeline(
      [a, b],
      [sighting(a, { seen: '2025-08-31T18:00' }), sighting(b, { seen: '2025-09-01T06:00' })],
    );
    expect(outcome(ask(released({ by: '2025-08-31' }), world, '2025-09-20'))).toBe('undetermined straddles_window');
  });
});

describe('insufficient evidence', () => {
  const lone = sighting(a, { seen: '2025-08-07T12:00' });

  it('inside the window proposes a yes and settles nothing', () => {
    const answer = ask(released({ by: '2025-08-31' }), timeline([a, b], [lone]), '2025-09-20');
    expect(outcome(answer)).toBe('undetermined below_policy');
    expect(answer.leaning).toMatchObject({ outcome: 'yes', reason: 'below_policy' });
    expect(answer.contradicted).toBe(false);
  });

  it('that two other origins contradict is disputed', () => {
    const answer = ask(released({ by: '2025-08-31' }), timeline([a, b, c], [lone]), '2025-09-20');
    expect(outcome(answer)).toBe('undetermined contradicted');
    expect(answer.leaning).toMatchObject({ outcome: 'yes', reason: 'contradicted' });
    expect(answer.contradicted).toBe(true);
  });

  it('that the vendor itself contradicts is disputed', () => {
    expect(ask(released({ by: '2025-08-31' }), timeline([a, vendor], [lone]), '2025-09-20').contradicted).toBe(true);
  });

  it('is contradicted by no feed that was not read past the deadline', () => {
    expect(ask(released({ by: '2025-08-31' }), timeline([a, b, c], [lone]), '2025-08-31').contradicted).toBe(false);
  });

  it('that vanished within a day still prevents an automatic no', () => {
    const slip = sighting(a, { seen: '2025-08-07T12:00', gone: '2025-08-07T18:00' });
    const answer = ask(released({ by: '2025-08-31' }), timeline([a, b], [slip]), '2025-09-20');
    expect(outcome(answer)).toBe('undetermined below_policy');
    expect(answer.leaning?.outcome).toBe('yes');
  });

  it('is proposed even if another model straddles the window', () => {
    const other = { name: 'gpt-5.1', model: { version: '5.1' } };
    const rows = [
      sighting(a, { seen: '2025-08-01T00:00', ...other }),
      sighting(b, { seen: '2025-08-01T06:00', ...other }),
      lone,
    ];
    const answer = ask(released({ ...anyFive, by: '2025-08-31' }), timeline([a, b], rows), '2025-09-20');
    expect(outcome(answer)).toBe('undetermined below_policy');
    expect(answer.leaning?.outcome).toBe('yes');
  });
});

describe('a release listed only by hosts', () => {
  const far = '2026-03-01';
  const long = (slug: string) => feed(slug, { reads: polls('2025-07-01', far, 24) });
  const [x, y] = [long('x'), long('y')];
  const host = sighting(x, { seen: '2025-08-07', host: 'azure' });
  const claim = released({ by: '2025-08-31' });

  it('prevents a no until reads 90 days past the deadline, to the millisecond', () => {
    const lapsed = at('2025-09-01') + 90 * 86_400_000;
    const z = long('z');
    expect(outcome(ask(claim, timeline([x, y, z], [host]), lapsed - 1))).toBe('undetermined contradicted');
    expect(outcome(ask(claim, timeline([x, y, z], [host]), lapsed))).toBe('no 2025-08-31 covered_without_it');
  });

  it('means that its feed attests no absence even then', () => {
    const answer = ask(claim, timeline([x, y], [host]), far);
    expect([outcome(answer), answer.leaning?.outcome]).toEqual(['undetermined below_policy', 'yes']);
  });

  it('does not lapse with the passing of time', () => {
    const stopped = feed('stopped', { reads: polls('2025-07-01', '2025-11-01', 24) });
    expect(ask(claim, timeline([x, stopped], [host]), '2027-01-01').verdict).toBe('undetermined');
  });

  it("does not lapse if a row is the vendor's own", () => {
    expect(ask(claim, timeline([x, y], [sighting(x, { seen: '2025-08-07' })]), far).verdict).toBe('undetermined');
  });

  it('does not lapse once its evidence is admissible', () => {
    const rows = [x, y].flatMap((one) =>
      ['azure', 'bedrock'].map((name) => sighting(one, { seen: '2025-08-31T12:00', absent: null, host: name })),
    );
    const late = feed('late', { reads: [] });
    expect(outcome(ask(released({ from: '2025-08-31', by: '2025-08-31' }), timeline([x, y, late], rows), far))).toBe(
      'yes 2025-08-31 released_in_window',
    );
    expect(
      ask(released({ from: '2025-08-31T11:00:00Z', by: '2025-08-31T11:30:00Z' }), timeline([x, y], rows), far).verdict,
    ).toBe('undetermined');
  });
});
