import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { sideEntriesMax, weighSides } from '../../../src/domain/evaluation/sides.ts';
import type { Timeline } from '../../../src/domain/evidence/timeline.ts';
import { anyFive, ask, at, feed, polls, released, sighting, timeline } from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-10-15');
const press = feed('press', { reads: polls('2025-08-01', '2025-10-15'), covers: [] });
const litellm = feed('litellm', { reads, lagHours: 48 });
const modelsDev = feed('models-dev', { reads: polls('2025-07-01', '2025-08-25') });
const feeds = [press, litellm, modelsDev];
/** Seen by one curated feed alone: below the policy. */
const rumour = timeline(feeds, [sighting(press, { seen: '2025-08-10', id: 'rumour' })]);
const by = '2025-09-30';
const claim = released({ by });
const not = (of: Criterion): Criterion => ({ op: 'not', of });

/** `yes: … | no: …`, as observations and the feeds whose silence counts. */
function sides(criterion: Criterion, world: Timeline, when: string): string {
  const { yes, no } = weighSides(criterion, ask(criterion, world, when).explanation, at('2025-08-01'));
  const side = ({ witnesses, coverage }: typeof yes) =>
    [...witnesses.map((witness) => witness.observation_id), ...coverage.map((mark) => mark.feed)].join(' ');
  return `yes: ${side(yes)} | no: ${side(no)}`;
}

describe('evidence for and against a claim', () => {
  it.each<[string, Criterion, string, string]>([
    ['a sighting, on the day', claim, '2025-08-10T12:00', 'yes: rumour#0 | no: litellm models-dev'],
    ['and feeds read since without it', claim, '2025-08-20', 'yes: rumour#0 | no: litellm models-dev'],
    ['past the deadline, only feeds read past it', claim, '2025-10-10', 'yes: rumour#0 | no: litellm models-dev'],
    ['reversed under not', not(claim), '2025-08-20', 'yes: litellm models-dev | no: rumour#0'],
    ['denied twice', not(not(claim)), '2025-08-20', 'yes: rumour#0 | no: litellm models-dev'],
    [
      'a part next to an undecided one',
      { op: 'all', of: [claim, released({ version: '7', by })] },
      '2025-08-20',
      'yes: rumour#0 | no: litellm models-dev',
    ],
    [
      'a sighting of the second is evidence against its being after the first',
      { op: 'precedes', first: released({ version: '7' }), second: claim },
      '2025-08-20',
      'yes: litellm models-dev | no: rumour#0',
    ],
    ['nothing if nothing was seen', released({ version: '7', by }), '2025-08-20', 'yes:  | no: '],
  ])('%s', (_name, criterion, when, expected) => {
    expect(sides(criterion, rumour, when)).toBe(expected);
  });

  it('omits the silence of a feed that shares the origin of a witness', () => {
    const twin = { ...litellm, origin: 'press' };
    const world = timeline([press, twin, modelsDev], [sighting(press, { seen: '2025-08-10', id: 'rumour' })]);
    expect(sides(claim, world, '2025-08-20')).toBe('yes: rumour#0 | no: models-dev');
  });

  it('puts what settled a claim on the side of that outcome', () => {
    const both = timeline(
      feeds,
      [litellm, modelsDev].map((one) => sighting(one, { seen: '2025-08-10', id: one.slug })),
    );
    expect(sides(claim, both, '2025-08-20')).toBe('yes: litellm#0 models-dev#0 | no: ');
    expect(sides(not(claim), both, '2025-08-20')).toBe('yes:  | no: litellm#0 models-dev#0');
    const order: Criterion = { op: 'precedes', first: claim, second: released({ version: '7', by }) };
    expect(sides(order, both, '2025-10-10')).toContain('yes: litellm#0 models-dev#0');
  });

  it('puts the feeds read past the deadline on the side of no', () => {
    const read = { ...modelsDev, reads };
    const world = timeline([litellm, read], []);
    expect(sides(claim, world, '2025-10-10')).toBe('yes:  | no: litellm models-dev');
    expect(sides(not(claim), world, '2025-10-10')).toBe('yes: litellm models-dev | no: ');
  });

  it('puts counted models on the side of the claim even if they are too few', () => {
    const full = { ...modelsDev, reads };
    const world = timeline(
      [litellm, full],
      [litellm, full].map((one) => sighting(one, { seen: '2025-08-10', id: one.slug })),
    );
    const two: Criterion = { op: 'count', model: released(anyFive).model, at_least: 2, distinct: 'model', by };
    expect(sides(two, world, '2025-10-10')).toBe('yes: litellm#0 models-dev#0 | no: litellm models-dev');
  });

  it(`shows the ${sideEntriesMax} oldest of a side, and counts the others`, () => {
    const seen = Array.from({ length: sideEntriesMax + 2 }, (_, index) =>
      sighting(press, {
        seen: at('2025-08-20') - index * 3_600_000,
        name: `gpt-5.${index}`,
        id: `n${index}`,
        model: { version: `5.${index}` },
      }),
    );
    const criterion = released({ ...anyFive, by });
    const { explanation } = ask(criterion, timeline([press], seen), '2025-08-21');
    const { yes } = weighSides(criterion, explanation, at('2025-08-01'));
    expect(yes.witnesses).toHaveLength(sideEntriesMax);
    expect(yes.witnesses[0]?.observation_id).toBe(`n${sideEntriesMax + 1}#0`);
    expect(yes.more).toBe(2);
  });
});
