import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { describeCriterion } from '../../../src/domain/criterion/text.ts';
import { released } from '../../support/timelines.ts';

describe('a criterion in plain words', () => {
  it.each<[string, Criterion]>([
    [
      'An openai gpt model of version 5, unsuffixed only (no mini, pro or other tier) is released to the public by 2025-12-31, that day included.',
      released({ by: '2025-12-31' }),
    ],
    [
      'An openai gpt model of version 5, any size or tier is released to the public from 2025-09-01 by 2025-12-31T12:00:00Z.',
      released({ tier: 'any', from: '2025-09-01', by: '2025-12-31T12:00:00Z' }),
    ],
    [
      "Any vendor's model of any family of any version, tier mini or unsuffixed is released to the public.",
      { op: 'released', model: { vendor: 'any', family: 'any', tier: ['mini', null] } },
    ],
    [
      'A generally available openai gpt model of version 4.1 or later and earlier than 6, any size or tier is released to the public.',
      released({ version: { gte: '4.1', lt: '6' }, tier: 'any', stage: 'ga' }),
    ],
    [
      'No openai gpt model of version 6, unsuffixed only (no mini, pro or other tier) is ever released to the public.',
      { op: 'not', of: released({ version: '6' }) },
    ],
    [
      'No openai gpt model of version 6, unsuffixed only (no mini, pro or other tier) is released to the public by 2025-12-31, that day included.',
      { op: 'not', of: released({ version: '6', by: '2025-12-31' }) },
    ],
    [
      'All of: a person judges: Is it good; (at least one of: a person judges: Is it big?; a person judges: Is it new by 2025-12-31, that day included).',
      {
        op: 'all',
        of: [
          { op: 'judged', question: 'Is it good.' },
          {
            op: 'any',
            of: [
              { op: 'judged', question: 'Is it big?' },
              { op: 'judged', question: 'Is it new', by: '2025-12-31' },
            ],
          },
        ],
      },
    ],
    [
      'It is not the case that a person judges: Is it good.',
      { op: 'not', of: { op: 'judged', question: 'Is it good' } },
    ],
  ])('%s', (text, criterion) => {
    expect(describeCriterion(criterion)).toBe(text);
  });
});
