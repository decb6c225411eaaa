import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { ask, feed, outcome, polls, released, sighting, timeline } from '../../support/timelines.ts';

const a = feed('a', { reads: polls('2025-07-01', '2025-10-01') });
const b = feed('b', { reads: polls('2025-07-01', '2025-10-01') });
const mini = { name: 'gpt-5-mini', model: { tier: 'mini' } };
const rows = [
  sighting(a, { seen: '2025-08-07T12:00' }),
  sighting(b, { seen: '2025-08-07T18:00' }),
  sighting(a, { seen: '2025-08-15T12:00', ...mini }),
  sighting(b, { seen: '2025-08-15T18:00', ...mini }),
];
const world = timeline([a, b], rows);
const when = '2025-09-20';

const early = released({ by: '2025-08-31' });
const late = released({ tier: ['mini'], by: '2025-08-31' });
const noSoon = released({ version: '6', by: '2025-08-10' });
const noLater = released({ version: '6', by: '2025-08-20' });
const open = released({ version: '6' });
const not = (of: Criterion): Criterion => ({ op: 'not', of });
const all = (...of: Criterion[]): Criterion => ({ op: 'all', of });
const any = (...of: Criterion[]): Criterion => ({ op: 'any', of });
const short = (criterion: Criterion): string => outcome(ask(criterion, world, when)).replace(' from_operands', '');

describe('three-valued connectives', () => {
  it.each([
    ['yes', early, 'yes 2025-08-07 released_in_window'],
    ['no', noSoon, 'no 2025-08-10 covered_without_it'],
    ['undetermined', open, 'undetermined nothing_seen'],
    ['not yes', not(early), 'no 2025-08-07'],
    ['not no', not(noSoon), 'yes 2025-08-10'],
    ['not undetermined', not(open), 'undetermined'],
    ['all of yes and yes has the latest date', all(early, late), 'yes 2025-08-15'],
    ['all of yes and no is that no', all(early, noSoon), 'no 2025-08-10'],
    ['all of no and no is the earliest no', all(noLater, noSoon), 'no 2025-08-10'],
    ['all of no and undetermined is no', all(open, noSoon), 'no 2025-08-10'],
    ['all of yes and undetermined is open', all(open, early), 'undetermined'],
    ['all of undetermined is open', all(open), 'undetermined'],
    ['any of yes and yes is the earliest', any(late, early), 'yes 2025-08-07'],
    ['any of yes and no is that yes', any(noSoon, late), 'yes 2025-08-15'],
    ['any of no and no is the latest', any(noLater, noSoon), 'no 2025-08-20'],
    ['any of yes and undetermined is yes', any(open, late), 'yes 2025-08-15'],
    ['any of no and undetermined is open', any(open, noSoon), 'undetermined'],
    ['any of undetermined is open', any(open), 'undetermined'],
  ])('%s', (_name, criterion, expected) => {
    expect(short(criterion)).toBe(expected);
  });
});

describe('the explanation', () => {
  const criterion = all(not(noSoon), any(open, late), early);
  const answer = ask(criterion, world, when);

  it('mirrors the criterion node by node', () => {
    const shape = (node: { op: string; of: readonly unknown[] }): unknown => [
      node.op,
      // An explanation's children are explanations, a criterion's `of` is one node or several.
      ...(node.of as { op: string; of: readonly unknown[] }[]).map(shape),
    ];
    expect(shape(answer.explanation)).toEqual([
      'all',
      ['not', ['released']],
      ['any', ['released'], ['released']],
      ['released'],
    ]);
  });

  it('has a verdict and a sentence at every node, and a date if it is decided', () => {
    const visit = (node: typeof answer.explanation): void => {
      expect(node.text).toMatch(/^[A-Z].*[.]$|^openai\/.*[.]$/);
      expect(node.effective_at === null).toBe(node.verdict === 'undetermined');
      node.of.forEach(visit);
    };
    visit(answer.explanation);
    expect(answer.explanation.text).toBe('Yes, because all 3 parts are yes; part 2 was settled last.');
  });

  it('names real observations with their statements', () => {
    const witnesses = answer.explanation.of[2]?.witnesses ?? [];
    const ids = rows.flatMap((row) => row.versions.map((version) => version.observationId));
    expect(witnesses.map((witness) => witness.observation_id)).toEqual([ids[0], ids[1]]);
    expect(witnesses[0]).toEqual({
      observation_id: ids[0],
      feed: 'a',
      origin: 'a',
      trust: 'curated',
      name: 'gpt-5',
      model: 'openai/gpt-5',
      observed_at: '2025-08-07T12:00:00Z',
      source_as_of: null,
    });
  });

  it('shows at most 24 witnesses at a node', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      feed(`feed-${index}`, { reads: polls('2025-08-01', '2025-09-01', 24) }),
    );
    const listed = timeline(
      many,
      many.map((one) => sighting(one, { seen: '2025-08-07' })),
    );
    expect(ask(released(), listed, when).explanation.witnesses).toHaveLength(24);
  });

  it('shows watermarks if a verdict waits for them or relies on them', () => {
    const waiting = ask(open, world, when).explanation;
    expect(waiting.watermarks.map((mark) => mark.feed)).toEqual(['a', 'b']);
    expect(ask(early, world, when).explanation.watermarks).toEqual([]);
  });
});

describe('the evidence of a verdict', () => {
  const ids = (...indices: number[]) => indices.map((index) => rows[index]?.versions[0]?.observationId);

  it('is the witnesses of the parts that settled it', () => {
    expect(ask(early, world, when).evidence).toEqual(ids(0, 1));
    expect(ask(all(early, late), world, when).evidence).toEqual(ids(0, 1, 2, 3));
    expect(ask(not(early), world, when).evidence).toEqual(ids(0, 1));
  });

  it('omits parts with another verdict', () => {
    expect(ask(any(not(early), late), world, when).evidence).toEqual(ids(2, 3));
    expect(ask(all(early, not(late)), world, when).evidence).toEqual(ids(2, 3));
  });

  it('is empty while the verdict is open', () => {
    expect(ask(all(early, open), world, when)).toMatchObject({
      verdict: 'undetermined',
      evidence: [],
      effectiveAt: null,
    });
  });

  it('has the trust of what settled it: the weakest of the required parts', () => {
    const vendor = feed('vendor', { trust: 'first_party', covers: [] });
    const forum = feed('b', { trust: 'aggregator', reads: polls('2025-07-01', '2025-10-01') });
    const mixed = timeline([a, forum, vendor], [...rows, sighting(vendor, { seen: '2025-08-07T13:00' })]);
    expect(ask(early, mixed, when).trust).toBe('first_party');
    expect(ask(all(early, late), mixed, when).trust).toBe('curated');
    expect(ask(any(late, early), mixed, when).trust).toBe('first_party');
  });
});

describe('the leaning', () => {
  const leaning = timeline([a, b], [sighting(a, { seen: '2025-08-07T12:00' })]);

  it('is reversed by not', () => {
    expect(ask(not(early), leaning, when)).toMatchObject({
      verdict: 'undetermined',
      leaning: { outcome: 'no', reason: 'below_policy' },
    });
  });

  it('is null while other parts are open', () => {
    expect(ask(all(early, open), leaning, '2025-08-20').leaning).toBeNull();
    expect(ask(any(early, open), leaning, when).leaning?.outcome).toBe('yes');
  });

  it('is null, for a person to decide, if only it keeps a no from being settled', () => {
    expect(ask(all(early, open), leaning, when).leaning).toMatchObject({ outcome: null, reason: 'below_policy' });
  });

  it('is null once the verdict is decided', () => {
    expect(ask(any(early, not(noSoon)), leaning, when)).toMatchObject({
      verdict: 'yes',
      leaning: null,
      contradicted: false,
      recheckAt: null,
    });
  });
});

describe('a judged part', () => {
  const judged: Criterion = { op: 'judged', question: 'Was it any good?' };

  it('stays undetermined', () => {
    expect(outcome(ask(judged, world, when))).toBe('undetermined needs_a_person');
    expect(ask(judged, world, when).explanation.text).toBe('Only a person can answer this: Was it any good?');
  });

  it('does not matter if the other parts decide', () => {
    expect(ask(any(judged, early), world, when).verdict).toBe('yes');
    expect(ask(all(judged, noSoon), world, when).verdict).toBe('no');
    expect(ask(all(judged, early), world, when).verdict).toBe('undetermined');
  });
});
