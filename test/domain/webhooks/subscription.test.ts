import { describe, expect, it } from 'vitest';
import { isFilterable, matchKeysOf } from '../../../src/domain/webhooks/subscription.ts';

describe('the keys of a subscription', () => {
  it('are a single key for everything', () => {
    expect(matchKeysOf({ eventTypes: null, filter: null })).toEqual(['* *']);
  });

  it('are one key per type', () => {
    expect(
      matchKeysOf({ eventTypes: ['prediction.resolved', 'feed.unhealthy', 'prediction.resolved'], filter: null }),
    ).toEqual(['prediction.resolved *', 'feed.unhealthy *']);
  });

  it('are those of the filter part that matches the fewest predictions', () => {
    const filter = { vendor: ['openai'], tags: ['agi', 'o-series'], family: ['gpt'] };
    expect(matchKeysOf({ eventTypes: null, filter })).toEqual(['* tags agi', '* tags o-series']);
    expect(matchKeysOf({ eventTypes: null, filter: { vendor: ['openai'], family: ['o'] } })).toEqual(['* family o']);
    expect(matchKeysOf({ eventTypes: null, filter: { ...filter, ids: ['pred_1'] } })).toEqual(['* ids pred_1']);
  });
});

it('a filter is about predictions, models and names, not about feeds and endpoints', () => {
  expect((['prediction.created', 'model.released', 'name.unrecognised'] as const).every(isFilterable)).toBe(true);
  expect((['feed.unhealthy', 'feed.recovered', 'endpoint.disabled'] as const).some(isFilterable)).toBe(false);
});
