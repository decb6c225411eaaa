import { describe, expect, it } from 'vitest';
import type { Criterion, ModelPattern } from '../../../src/domain/criterion/criterion.ts';
import { neighboursMax } from '../../../src/domain/criterion/nearest.ts';
import type { ModelName } from '../../../src/domain/criterion/pattern.ts';
import { analysePolarity, openEnded } from '../../../src/domain/criterion/polarity.ts';
import {
  type Finding,
  findingsPerCodeMax,
  lintCriterion,
  type WarningCode,
} from '../../../src/domain/evaluation/lint.ts';
import { emptyCoverageTable } from '../../../src/domain/evidence/coverage-table.ts';
import {
  anyFive,
  ask,
  at,
  feed,
  polls,
  released,
  sighting,
  type TestFeed,
  terms,
  timeline,
} from '../../support/timelines.ts';

const reads = polls('2025-07-01', '2025-09-01');
const litellm = feed('litellm', { reads, publishes: ['output_usd_per_mtok', 'shutdown'] });
const modelsDev = feed('models-dev', { reads, publishes: ['output_usd_per_mtok'] });
const catalogues = [litellm, modelsDev];
const seesGpt5 = (when: string) => catalogues.map((one) => sighting(one, { seen: when }));
const families = [
  { vendor: 'openai', family: 'gpt' },
  { vendor: 'openai', family: 'o' },
  { vendor: 'anthropic', family: 'claude' },
];
const name = (version: string | null, tier: string | null, family = 'gpt'): ModelName => ({
  vendor: 'openai',
  family,
  version,
  tier,
});
/** GPT-5 and its mini were listed on 2025-08-07. */
const known = [name('5', null), name('5', 'mini')];

type Story = { feeds?: readonly TestFeed[]; seen?: readonly ModelName[]; seenOn?: string; origins?: number };

function lint(criterion: Criterion, { feeds = catalogues, seen = known, seenOn, origins = 2 }: Story = {}): Finding[] {
  const policy = { originsMin: origins };
  const world = timeline(feeds, seenOn === undefined ? [] : seesGpt5(seenOn));
  const evaluation = ask(criterion, world, '2025-08-20', { policy });
  return lintCriterion({
    ...terms({ policy }),
    criterion,
    evaluation,
    feeds,
    seen,
    families,
    coverage: world.coverage ?? emptyCoverageTable,
  });
}

/** `code pointer` of each. */
const codesOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ code, path }) => `${code} ${path.join('/')}`.trim());
const detail = (findings: readonly Finding[], code: WarningCode): string | undefined =>
  findings.find((finding) => finding.code === code)?.detail;

const by = '2025-12-31';
const dated = released({ ...anyFive, by });
const not = (of: Criterion): Criterion => ({ op: 'not', of });
const judged: Criterion = { op: 'judged', question: 'Was it wise?' };
const price: Criterion = {
  op: 'attribute',
  model: released().model,
  name: 'output_usd_per_mtok',
  is: { gt: 10 },
  by,
};

describe('a criterion that can be decided both ways, about listed and covered models', () => {
  it('gets no warning', () => expect(lint(dated)).toEqual([]));
  it('gets no warning about a fact that the covering feeds publish', () => expect(lint(price)).toEqual([]));
});

describe('each leaf gets its own warning', () => {
  it.each<[string, Criterion, string[], Story?]>([
    ['no deadline', released(anyFive), ['never_refutable']],
    ['no deadline, negated', not(released(anyFive)), ['never_confirmable of']],
    ['no deadline in one of two parts', { op: 'any', of: [dated, released(anyFive)] }, ['never_refutable of/1']],
    ['a deadline in one of two required parts', { op: 'all', of: [dated, released(anyFive)] }, []],
    ['a question', { op: 'all', of: [dated, judged] }, ['needs_a_person of/1']],
    [
      'a deadline before the claim',
      released({ ...anyFive, by: '2025-07-31' }),
      ['deadline_before_made_at', 'already_decided'],
    ],
    ['a deadline on the day of the claim', released({ ...anyFive, by: '2025-08-01' }), ['already_decided']],
    [
      'an order with a deadline before the claim',
      { op: 'precedes', first: dated, second: dated, by: '2025-07-31' },
      ['deadline_before_made_at', 'already_decided'],
    ],
    [
      'an event of an order with a deadline before the claim',
      { op: 'precedes', first: dated, second: released({ ...anyFive, by: '2025-07-31' }) },
      ['deadline_before_made_at second'],
    ],
    ['a release in the window', dated, ['already_decided'], { seenOn: '2025-08-07' }],
    ['a release in the window, negated', not(dated), ['already_decided of'], { seenOn: '2025-08-07' }],
    [
      'a release in the window as one of several parts',
      { op: 'all', of: [dated, not(not(dated)), { ...price }] },
      ['already_decided of/0', 'already_decided of/1'],
      { seenOn: '2025-08-07' },
    ],
    [
      'a single model, released before the window',
      not(released({ from: '2025-08-10', by })),
      ['already_decided of'],
      { seenOn: '2025-08-07' },
    ],
    [
      'a single model, released before its window in an order',
      {
        op: 'within',
        event: released({ ...anyFive, from: '2025-08-10' }),
        after: released({ from: '2025-08-10' }),
        duration: 'P3M',
      },
      ['already_decided after'],
      { seenOn: '2025-08-07' },
    ],
    ['an unlisted tier', released({ tier: ['nano'], by }), ['matches_nothing_seen']],
    ['several tiers, one of them listed', released({ tier: ['nano', 'mini'], by }), []],
    ['a vendor that no feed covers', released({ vendor: 'any', ...anyFive, by }), ['no_never_settles']],
    ['a fact that no covering feed states', { ...price, name: 'open_weights' }, ['no_never_settles']],
    ['an end that only one origin states', { op: 'retired', model: released(anyFive).model, by }, ['no_never_settles']],
    ['a policy that requires more origins than there are', dated, ['no_never_settles'], { origins: 3 }],
  ])('%s', (_name, criterion, expected, story) => {
    expect(codesOf(lint(criterion, story))).toEqual(expected);
  });

  it(`returns up to ${findingsPerCodeMax} warnings of one code, and counts the others`, () => {
    const some = (leaves: number) => codesOf(lint({ op: 'all', of: Array.from({ length: leaves }, () => judged) }));
    expect(some(findingsPerCodeMax)).toHaveLength(findingsPerCodeMax);
    expect(some(findingsPerCodeMax + 1)).toHaveLength(findingsPerCodeMax);
    const all = lint({ op: 'all', of: Array.from({ length: findingsPerCodeMax + 3 }, () => judged) });
    expect(all.map((finding) => finding.detail.includes('the same is true of 3 more'))).toEqual([
      ...Array.from({ length: findingsPerCodeMax - 1 }, () => false),
      true,
    ]);
  });
});

describe('if absence cannot be shown', () => {
  it('one first party is enough', () => {
    const vendor = feed('vendor', { trust: 'first_party', reads });
    expect(lint(dated, { feeds: [vendor] })).toEqual([]);
  });

  it.each<[string, readonly TestFeed[], string]>([
    ['no origin covers it', [], 'no enabled feed covers openai:'],
    ['one origin covers it', [litellm], 'only litellm covers openai:'],
    [
      'two feeds of one origin cover it',
      [litellm, { ...modelsDev, origin: 'litellm' }],
      'only litellm, models-dev covers',
    ],
    ['the others are community feeds', [litellm, { ...modelsDev, trust: 'community' }], 'only litellm covers openai:'],
  ])('%s, and the warning says so', (_name, feeds, text) => {
    expect(detail(lint(released(anyFive), { feeds }), 'not_covered')).toContain(text);
    expect(detail(lint(dated, { feeds }), 'no_never_settles')).toContain(text.replace(':', ''));
  });
});

describe('if nothing listed matches, the warning names the nearest models by structure', () => {
  const o = (version: string, tier: string | null) => name(version, tier, 'o');
  const seen = [...known, name('4.1', null), name('6', 'astra'), name('6.2', 'sol'), o('4', 'mini'), o('3', null)];
  const nearest = (more: Partial<ModelPattern>): string | undefined =>
    detail(lint(released({ by, ...more }), { seen }), 'matches_nothing_seen');

  it.each<[string, Partial<ModelPattern>, string]>([
    ['the tiers of that version', { family: 'o', version: '4' }, 'listed tiers of that version: "mini"'],
    ['the tiers of that range', { version: { gte: '6' } }, 'listed tiers of that version: "astra", "sol"'],
    ['the versions of that tier, newest first', { version: '7' }, 'listed versions with that tier: 5, 4.1'],
    [
      'the models of that family',
      { version: '7', tier: ['nano'] },
      'listed models of that family: openai/gpt-6.2-sol, openai/gpt-6-',
    ],
    ['the vendor of that family', { family: 'claude', version: '5' }, 'claude is a family of anthropic'],
    ['the families of that vendor', { family: 'gtp' }, 'known families: gpt, o'],
    [
      'that nothing of the family is listed',
      { vendor: 'anthropic', family: 'claude' },
      'no model of that family has been listed',
    ],
    ['the vendors', { vendor: 'opnai' }, 'known vendors: openai, anthropic'],
  ])('%s', (_name, more, text) => expect(nearest(more)).toContain(text));

  it('ignores names that merely look alike', () => {
    expect(nearest({ family: 'o', version: '4' })).not.toContain('4.1');
    expect(nearest({ family: 'gpt-4o', version: '4' })).not.toContain('o4');
  });

  it(`names at most ${neighboursMax}, those around the given version`, () => {
    const many = Array.from({ length: 30 }, (_, index) => name(String(index + 1), null)).filter(
      (model) => model.version !== '15',
    );
    const text = detail(lint(released({ by, version: '15' }), { seen: many }), 'matches_nothing_seen');
    expect(text).toContain('that tier: 19, 18, 17, 16, 14, 13, 12, 11 and 21 more');
    const newest = detail(lint(released({ by, version: '40' }), { seen: many }), 'matches_nothing_seen');
    expect(newest).toContain('that tier: 30, 29,');
    const oldest = detail(lint(released({ by, version: '0' }), { seen: many }), 'matches_nothing_seen');
    expect(oldest).toContain('that tier: 8, 7, 6, 5, 4, 3, 2, 1 and 21 more');
  });
});

describe('the leaves that leave a criterion open-ended', () => {
  const open = released();
  it.each<[Criterion, 'yes' | 'no', string[]]>([
    [open, 'no', ['']],
    [not(open), 'yes', ['of']],
    [{ op: 'any', of: [open, dated, not(open)] }, 'no', ['of/0']],
    [{ op: 'all', of: [not(open), open, not({ op: 'any', of: [open, dated] })] }, 'yes', ['of/0/of', 'of/2/of/of/0']],
    [dated, 'no', []],
  ])('%j wanted %s', (criterion, wanted, paths) => {
    expect(openEnded(criterion, wanted).map((path) => path.join('/'))).toEqual(paths);
  });

  it('are exactly those that keep it from being decidable', () => {
    const close = (criterion: Criterion): Criterion =>
      criterion.op === 'not'
        ? { op: 'not', of: close(criterion.of) }
        : criterion.op === 'all' || criterion.op === 'any'
          ? { op: criterion.op, of: criterion.of.map(close) }
          : { ...released(), by };
    for (const criterion of [open, not(open), { op: 'all', of: [open, not(open)] }] satisfies Criterion[]) {
      expect(analysePolarity(criterion)).not.toBe('decidable');
      expect(analysePolarity(close(criterion))).toBe('decidable');
    }
  });
});

it('a past moment uses only what was decided by then', () => {
  const world = timeline(catalogues, seesGpt5('2025-08-07'));
  const early = ask(dated, world, at('2025-08-07T12:00'));
  expect(early.verdict).toBe('undetermined');
  const base = {
    ...terms(),
    criterion: dated,
    feeds: catalogues,
    seen: known,
    families,
    coverage: world.coverage ?? emptyCoverageTable,
  };
  expect(codesOf(lintCriterion({ ...base, evaluation: early }))).toEqual([]);
  expect(codesOf(lintCriterion({ ...base, evaluation: ask(dated, world, '2025-08-20') }))).toEqual(['already_decided']);
});
