import { describe, expect, it } from 'vitest';
import { criterionSchema } from '../../../src/domain/criterion/criterion.ts';
import { readInput } from '../../../src/domain/input.ts';

const model = { vendor: 'openai', family: 'gpt', version: '5', tier: null };

function flaws(value: unknown): string[] {
  const { errors = [] } = readInput(criterionSchema, value, { name: 'criterion', pointer: '#/criterion' });
  return errors.map(({ pointer, detail }) => `${pointer}: ${detail}`);
}

describe('the criterion language', () => {
  it.each([
    { op: 'released', model },
    {
      op: 'released',
      model: { ...model, tier: 'any', version: { gte: '4.1', lt: '5' }, stage: 'ga' },
      from: '2025-01-01',
      by: '2025-12-31',
    },
    { op: 'released', model: { vendor: 'any', family: 'any', tier: ['mini', null] }, by: '2025-12-31T12:00:00+02:00' },
    { op: 'retired', model },
    { op: 'attribute', model, name: 'open_weights', is: { eq: true } },
    { op: 'count', model, at_least: 3, distinct: 'version' },
    { op: 'precedes', first: { op: 'released', model }, second: { op: 'released', model } },
    { op: 'within', event: { op: 'released', model }, after: { op: 'released', model }, duration: 'P3M' },
    { op: 'judged', question: 'Is it?' },
    { op: 'not', of: { op: 'all', of: [{ op: 'any', of: [{ op: 'judged', question: 'Is it?' }] }] } },
  ])('accepts %j', (criterion) => {
    expect(flaws(criterion)).toEqual([]);
  });

  it.each([
    [
      'a missing tier',
      { op: 'released', model: { ...model, tier: undefined } },
      '#/criterion/model/tier: tier must be null',
    ],
    ['an unknown operator', { op: 'rumoured', model }, '#/criterion/op: op must be one of'],
    ['an unknown field', { op: 'released', model, until: '2025-12-31' }, '#/criterion/until: there is no field until'],
    [
      'a deadline before the window opens',
      { op: 'released', model, from: '2025-12-31', by: '2025-12-30' },
      '#/criterion/by: by must not be before from',
    ],
    [
      'a month as a deadline',
      { op: 'released', model, by: '2025-12' },
      '#/criterion/by: by must be a whole day in UTC',
    ],
    [
      'a day that does not exist',
      { op: 'released', model, by: '2025-02-30' },
      '#/criterion/by: by must be a whole day in UTC',
    ],
    [
      'an instant without a zone',
      { op: 'released', model, by: '2025-12-31T12:00:00' },
      '#/criterion/by: by must be a whole day in UTC',
    ],
    ['a version made of letters', { op: 'released', model: { ...model, version: '5.*' } }, '#/criterion/model/version'],
    [
      'a vendor in capitals',
      { op: 'released', model: { ...model, vendor: 'OpenAI' } },
      '#/criterion/model/vendor: vendor must be a vendor in lower case',
    ],
    ['an empty range', { op: 'released', model: { ...model, version: {} } }, '#/criterion/model/version'],
    ['an empty list of tiers', { op: 'released', model: { ...model, tier: [] } }, '#/criterion/model/tier'],
    ['an empty list of parts', { op: 'all', of: [] }, '#/criterion/of: of must'],
    [
      'an empty duration',
      { op: 'within', event: { op: 'released', model }, after: { op: 'released', model }, duration: 'P' },
      '#/criterion/duration: duration must be an ISO 8601 duration',
    ],
    ['an empty question', { op: 'judged', question: '' }, '#/criterion/question: question must'],
  ])('rejects %s', (_name, criterion, expected) => {
    expect(flaws(criterion).join('\n')).toContain(expected);
  });

  it('accepts the same day as start and end of a window', () => {
    expect(flaws({ op: 'released', model, from: '2025-12-31', by: '2025-12-31' })).toEqual([]);
  });
});
