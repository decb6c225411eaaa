import { describe, expect, it } from 'vitest';
import { type ModelName, matchesPattern, namesOneModel } from '../../../src/domain/criterion/pattern.ts';
import { anyFive, released, terms } from '../../support/timelines.ts';

const { styleOf } = terms();
const model = (version: string | null, tier: string | null = null, more: Partial<ModelName> = {}): ModelName => ({
  vendor: 'openai',
  family: 'gpt',
  version,
  tier,
  ...more,
});

describe('a model pattern', () => {
  it.each([
    ['one version', { version: '5' }, model('5'), true],
    ['5 equals 5.0', { version: '5.0' }, model('5'), true],
    ['another version', { version: '5' }, model('5.1'), false],
    ['5 does not equal 50', { version: '5' }, model('50'), false],
    ['4.10 is later than 4.9', { version: { gt: '4.9' } }, model('4.10'), true],
    ['gte includes the bound', { version: { gte: '5' } }, model('5'), true],
    ['gt excludes the bound', { version: { gt: '5' } }, model('5'), false],
    ['lte includes the bound', { version: { lte: '5' } }, model('5'), true],
    ['lt excludes the bound', { version: { lt: '5' } }, model('5'), false],
    ['a range', { version: { gte: '4', lt: '5' } }, model('4.5'), true],
    ['4o lies between 4 and 4.1', { version: { gt: '4', lt: '4.1' } }, model('4o'), true],
    ['without a version, every version matches', { version: undefined }, model('3'), true],
    ['without a version, a model without one matches', { version: undefined }, model(null), true],
    ['a model without a version matches no given version', { version: '5' }, model(null), false],
    ['a model without a version matches no range', { version: { lt: '99' } }, model(null), false],
    ['unsuffixed only', { tier: null }, model('5', 'mini'), false],
    ['any tier', { tier: 'any' as const }, model('5', 'mini'), true],
    ['any tier includes none', { tier: 'any' as const }, model('5'), true],
    ['a list of tiers', { tier: ['mini', null] }, model('5', 'mini'), true],
    ['a list of tiers that includes the unsuffixed model', { tier: ['mini', null] }, model('5'), true],
    ["a list of tiers without the model's tier", { tier: ['mini', null] }, model('5', 'pro'), false],
    ['another vendor', { vendor: 'google' }, model('5'), false],
    ['any vendor', { vendor: 'any' }, model('5'), true],
    ['another family', { family: 'gpt-oss' }, model('5'), false],
    ['any family', { family: 'any' }, model('5'), true],
  ])('%s', (_name, pattern, name, matches) => {
    // `version: undefined` stands for a pattern without one.
    const asked = { ...released().model, ...pattern } as Parameters<typeof matchesPattern>[0];
    expect(matchesPattern(asked, name, styleOf)).toBe(matches);
  });

  it('compares versions as decimals for such vendors: 4.20 equals 4.2 and precedes 4.3', () => {
    const grok = (version: string) => model(version, null, { vendor: 'xai', family: 'grok' });
    const asked = (version: string | { gte: string }) => ({ vendor: 'xai', family: 'grok', version, tier: null });
    expect(matchesPattern(asked('4.2'), grok('4.20'), styleOf)).toBe(true);
    expect(matchesPattern(asked({ gte: '4.3' }), grok('4.20'), styleOf)).toBe(false);
  });

  it.each([
    ['one version, unsuffixed', {}, true],
    ['one version and one tier', { tier: ['mini'] }, true],
    ['any tier', { tier: 'any' as const }, false],
    ['two tiers', { tier: ['mini', null] }, false],
    ['a range', anyFive, false],
    ['any vendor', { vendor: 'any' }, false],
    ['any family', { family: 'any' }, false],
  ])('names one model or several: %s', (_name, pattern, one) => {
    expect(namesOneModel(released(pattern).model)).toBe(one);
  });
});
