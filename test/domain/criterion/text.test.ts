import { describe, expect, it } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import { describeCriterion } from '../../../src/domain/criterion/text.ts';
import { released } from '../../support/timelines.ts';

type AttributeLeaf = Extract<EventLeaf, { op: 'attribute' }>;

describe('a criterion in plain words', () => {
  it.each<[string, Criterion]>([
    [
      'An OpenAI GPT model of version 5 without a tier suffix such as mini or pro is released to the public by the end of 2025-12-31 (UTC).',
      released({ by: '2025-12-31' }),
    ],
    [
      'An OpenAI GPT model of version 5 in any tier is released to the public on or after 2025-09-01 and by 2025-12-31T12:00:00Z.',
      released({ tier: 'any', from: '2025-09-01', by: '2025-12-31T12:00:00Z' }),
    ],
    [
      'An OpenAI GPT model of version 5 in any tier is released to the public at or after 2025-09-01T12:00:00Z.',
      released({ tier: 'any', from: '2025-09-01T12:00:00Z' }),
    ],
    [
      'A model of any family from any vendor of any version in tier mini or without a tier suffix is released to the public.',
      { op: 'released', model: { vendor: 'any', family: 'any', tier: ['mini', null] } },
    ],
    [
      'A generally available OpenAI GPT model of version 4.1 or later and earlier than 6 in any tier is released to the public.',
      released({ version: { gte: '4.1', lt: '6' }, tier: 'any', stage: 'ga' }),
    ],
    [
      'No OpenAI GPT model of version 6 without a tier suffix such as mini or pro is ever released to the public.',
      { op: 'not', of: released({ version: '6' }) },
    ],
    [
      'No OpenAI GPT model of version 6 in tier mini or pro is released to the public by the end of 2025-12-31 (UTC).',
      { op: 'not', of: released({ version: '6', tier: ['mini', 'pro'], by: '2025-12-31' }) },
    ],
    [
      'An OpenAI GPT model of version 5 in any tier is withdrawn by its vendor by the end of 2026-12-31 (UTC).',
      { ...released({ tier: 'any', by: '2026-12-31' }), op: 'retired' },
    ],
    [
      'It is not true that an OpenAI GPT model of version 5 in any tier is withdrawn by its vendor.',
      { op: 'not', of: { ...released({ tier: 'any' }), op: 'retired' } },
    ],
    [
      'An OpenAI GPT model of version 5 in any tier is released to the public strictly before an Anthropic Claude model of version 5 in tier opus is released to the public, and the first of them happens by the end of 2025-12-31 (UTC).',
      {
        op: 'precedes',
        first: released({ tier: 'any' }),
        second: released({ vendor: 'anthropic', family: 'claude', tier: ['opus'] }),
        by: '2025-12-31',
      },
    ],
    [
      'An OpenAI GPT model of version 6 in any tier is released to the public within 1 year and 6 months after an OpenAI GPT model of version 5 in any tier is released to the public.',
      {
        op: 'within',
        event: released({ version: '6', tier: 'any' }),
        after: released({ tier: 'any' }),
        duration: 'P1Y6M',
      },
    ],
    [
      'All of the following are true: a person judges that the answer to "Is it good?" is yes; (at least one of the following is true: a person judges that the answer to "Is it big?" is yes; a person judges that the answer to "Is it new?" is yes by the end of 2025-12-31 (UTC)).',
      {
        op: 'all',
        of: [
          { op: 'judged', question: 'Is it good?' },
          {
            op: 'any',
            of: [
              { op: 'judged', question: 'Is it big?' },
              { op: 'judged', question: 'Is it new?', by: '2025-12-31' },
            ],
          },
        ],
      },
    ],
    [
      'A person judges that the answer to "Is it good?" is no.',
      { op: 'not', of: { op: 'judged', question: 'Is it good?' } },
    ],
  ])('%s', (text, criterion) => {
    expect(describeCriterion(criterion)).toBe(text);
  });
});

describe('an attribute in plain words', () => {
  const has = (name: AttributeLeaf['name'], is: AttributeLeaf['is']): AttributeLeaf => ({
    ...released({ tier: 'any' }),
    op: 'attribute',
    name,
    is,
  });

  it.each<[string, AttributeLeaf]>([
    ['has an output price of at most $10 per million tokens', has('output_usd_per_mtok', { lte: 10 })],
    ['has an input price of less than $0.000005 per million tokens', has('input_usd_per_mtok', { lt: 0.000005 })],
    ['has a context window of at least 1,000,000 tokens', has('context_tokens', { gte: 1_000_000 })],
    ['has more than 1,000,000,000 and at most 70,000,000,000 parameters', has('parameters', { gt: 1e9, lte: 70e9 })],
    ['has open weights', has('open_weights', { eq: true })],
    ['has closed weights', has('open_weights', { eq: false })],
    ['has an output price of exactly $10 per million tokens', has('output_usd_per_mtok', { eq: 10 })],
  ])('%s', (text, leaf) => {
    expect(describeCriterion(leaf)).toBe(`An OpenAI GPT model of version 5 in any tier ${text}.`);
  });
});

describe('a count in plain words', () => {
  it.each([
    [3, 'model', 'At least 3 different OpenAI GPT models of version 5 in any tier are released to the public.'],
    [1, 'model', 'At least 1 OpenAI GPT model of version 5 in any tier is released to the public.'],
    [
      2,
      'version',
      'At least 2 different versions of OpenAI GPT models of version 5 in any tier are released to the public.',
    ],
    [1, 'version', 'At least 1 version of OpenAI GPT models of version 5 in any tier is released to the public.'],
  ] as const)('%i %s', (at_least, distinct, text) => {
    expect(describeCriterion({ ...released({ tier: 'any' }), op: 'count', at_least, distinct })).toBe(text);
  });
});
