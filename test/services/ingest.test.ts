import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pollFeedNow } from '../../src/services/polls.ts';
import { litellm, oldModels } from '../support/listings.ts';
import { served } from '../support/wire.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => { const t = Date.now(); world = await openWorld(); console.log('open', Date.now() - t); });
beforeEach(async () => { const t = Date.now(); await world.reset(); console.log('reset', Date.now() - t); });
afterAll(() => world.close());
describe('x', () => {
  test('a', async () => {
    world.wire.answer('https://litellm.test/prices.json', served(litellm(oldModels)));
    const t = Date.now();
    const r = await pollFeedNow(world.deps, 'litellm');
    console.log(r, Date.now() - t);
    expect(1).toBe(1);
  });
});
