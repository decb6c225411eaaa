import { describe, expect, it } from 'vitest';
import { evidencePolicySchema, readPolicy } from '../../../src/domain/criterion/policy.ts';

describe('an evidence policy', () => {
  it.each([
    [null, { originsMin: 2, firstPartyOnly: false, missMaxMillionths: 10_000 }],
    [undefined, { originsMin: 2, firstPartyOnly: false, missMaxMillionths: 10_000 }],
    [{}, { originsMin: 2, firstPartyOnly: false, missMaxMillionths: 10_000 }],
    [{ origins: 3 }, { originsMin: 3, firstPartyOnly: false, missMaxMillionths: 10_000 }],
    [{ first_party: true as const }, { originsMin: 2, firstPartyOnly: true, missMaxMillionths: 10_000 }],
    [{ miss_max: 0.000001 }, { originsMin: 2, firstPartyOnly: false, missMaxMillionths: 1 }],
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
    { miss_max: 0.010001 },
    { miss_max: 0 },
    { miss_max: 0.0000001 },
  ])('%j is weaker than the default or invalid, and is rejected', (input) => {
    expect(evidencePolicySchema.safeParse(input).success).toBe(false);
  });
});
