import { describe, expect, it } from 'vitest';
import { evidencePolicySchema, readPolicy } from '../../../src/domain/criterion/policy.ts';

describe('an evidence policy', () => {
  it.each([
    [null, { originsMin: 2, firstPartyOnly: false }],
    [undefined, { originsMin: 2, firstPartyOnly: false }],
    [{}, { originsMin: 2, firstPartyOnly: false }],
    [{ origins: 3 }, { originsMin: 3, firstPartyOnly: false }],
    [{ first_party: true as const }, { originsMin: 2, firstPartyOnly: true }],
  ])('%j is read as %j', (input, policy) => {
    expect(readPolicy(input)).toEqual(policy);
  });

  it.each([
    { origins: 1 },
    { origins: 0 },
    { origins: 6 },
    { origins: 2.5 },
    { first_party: false },
    { trust: 'community' },
  ])('%j would be laxer than the default, or means nothing, and is refused', (input) => {
    expect(evidencePolicySchema.safeParse(input).success).toBe(false);
  });
});
