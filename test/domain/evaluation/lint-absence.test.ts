import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { EvidencePolicy } from '../../../src/domain/criterion/policy.ts';
import { type Finding, findingsPerCodeMax, lintCriterion } from '../../../src/domain/evaluation/lint.ts';
import { type CoverageTable, emptyCoverageTable } from '../../../src/domain/evidence/coverage-table.ts';
import { coverageOfLags, listedAfter } from '../../support/coverage.ts';
import { anyFive, ask, feed, polls, released, type TestFeed, terms, timeline } from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-09-01');
const litellm = feed('litellm', { reads, publishes: ['shutdown'] });
const catalogues = [litellm, feed('models-dev', { reads })];
const vendor = feed('vendor', { trust: 'first_party', reads });
const both = feed('both', { reads, publishes: ['shutdown'] });

type Story = { feeds?: readonly TestFeed[]; policy?: Partial<EvidencePolicy>; coverage?: CoverageTable };

function lint(criterion: Criterion, { feeds = catalogues, policy = {}, coverage }: Story = {}): Finding[] {
  const world = timeline(feeds, []);
  const evaluation = ask(criterion, world, '2025-08-20', { policy });
  const seen = [{ vendor: 'openai', family: 'gpt', version: '5', tier: null }];
  const table = coverage ?? world.coverage ?? emptyCoverageTable;
  return lintCriterion({ ...terms({ policy }), criterion, evaluation, feeds, seen, families: [], coverage: table });
}

/** `code pointer` of each. */
const codesOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, path }) => `${code} ${path.join('/')}`.trim());

const by = '2025-12-31';
const dated = released({ ...anyFive, by });
const retired: Criterion = { op: 'retired', model: dated.model, by };
const judged: Criterion = { op: 'judged', question: 'Was it wise?' };
const many = (leaves: number): Criterion => ({ op: 'any', of: Array.from({ length: leaves }, () => dated) });
const perfect = (models: number) => listedAfter(0, models);

describe('warnings about a NO that can never settle although feeds cover the claim', () => {
  it.each<[string, Criterion, Story, string[]]>([
    ['nothing was measured', dated, { coverage: emptyCoverageTable }, ['no_never_settles']],
    [
      'one of two origins was measured',
      dated,
      { coverage: coverageOfLags({ litellm: perfect(2000) }) },
      ['no_never_settles'],
    ],
    ['a first party was not measured', dated, { feeds: [vendor], coverage: emptyCoverageTable }, ['no_never_settles']],
    [
      'another fact was measured',
      retired,
      { feeds: [litellm, both], coverage: coverageOfLags({ litellm: perfect(2000), both: perfect(2000) }) },
      ['no_never_settles'],
    ],
    [
      'the right fact was measured',
      retired,
      { feeds: [litellm, both], coverage: coverageOfLags({ litellm: perfect(2000), both: perfect(2000) }, ['end']) },
      [],
    ],
    [
      'too few models are known',
      dated,
      { coverage: coverageOfLags({ litellm: perfect(5), 'models-dev': perfect(5) }) },
      ['no_never_settles'],
    ],
    [
      'a year of patience suffices',
      dated,
      { coverage: coverageOfLags({ litellm: listedAfter(364, 40), 'models-dev': listedAfter(364, 40) }) },
      [],
    ],
    [
      'a year of patience does not suffice',
      dated,
      { coverage: coverageOfLags({ litellm: listedAfter(366, 40), 'models-dev': listedAfter(366, 40) }) },
      ['no_never_settles'],
    ],
    ['the policy accepts fewer misses', dated, { policy: { missMaxMillionths: 500 } }, ['no_never_settles']],
    ['17 leaves share the bound', many(17), {}, []],
    [
      'the vendor is a wildcard, which has no record',
      released({ ...anyFive, vendor: 'any', by }),
      { feeds: catalogues.map((one) => ({ ...one, covers: 'any' })) },
      ['no_never_settles'],
    ],
    ['there is no deadline', released(anyFive), { coverage: emptyCoverageTable }, ['never_refutable']],
    ['too few feeds cover it anyway', dated, { feeds: [litellm], coverage: emptyCoverageTable }, ['no_never_settles']],
  ])('%s', (_name, criterion, story, expected) => expect(codesOf(lint(criterion, story))).toEqual(expected));

  it('name each leaf, with the reason', () => {
    expect(codesOf(lint(many(18)))).toHaveLength(findingsPerCodeMax);
    const part = lint({ op: 'all', of: [judged, dated] }, { coverage: emptyCoverageTable });
    expect(codesOf(part)).toEqual(['needs_a_person of/0', 'no_never_settles of/1']);
    expect(part[1]?.detail).toBe(
      'the record of litellm, models-dev for openai is too short or has too many gaps for their silence to settle a NO: after the deadline the prediction becomes proposed, and a person must decide',
    );
  });

  const open = released(anyFive);
  it.each<[string, Criterion, string[]]>([
    ['the first event of an order with a deadline', { op: 'precedes', first: open, second: open, by }, ['first']],
    [
      'both events of an order if both have deadlines',
      { op: 'precedes', first: dated, second: dated },
      ['first', 'second'],
    ],
    ['the event of a duration', { op: 'within', event: open, after: open, duration: 'P3M' }, ['event']],
    ['no event of an order without a deadline', { op: 'precedes', first: open, second: open }, []],
  ])('name %s of an order', (_name, criterion, paths) => {
    const found = lint(criterion, { coverage: emptyCoverageTable });
    const unsettled = found.filter(({ code }) => code === 'no_never_settles');
    expect(unsettled.map(({ path }) => path.join('/'))).toEqual(paths);
  });

  it('count a first party whichever feed of its origin is listed first', () => {
    const mirror = feed('mirror', { reads, origin: 'vendor' });
    expect(codesOf(lint(dated, { feeds: [mirror, vendor] }))).toEqual([]);
    expect(codesOf(lint(dated, { feeds: [vendor, mirror] }))).toEqual([]);
  });

  it('agree with the evaluation after the deadline', () => {
    const past = released({ ...anyFive, by: '2025-08-20' });
    for (const coverage of [emptyCoverageTable, coverageOfLags({ litellm: perfect(40), 'models-dev': perfect(40) })]) {
      const answer = ask(past, { ...timeline(catalogues, []), coverage }, '2025-09-01');
      const isUnsettled = codesOf(lint(past, { coverage })).includes('no_never_settles');
      expect(answer.explanation.reason === 'absence_unprovable').toBe(isUnsettled);
    }
  });
});
