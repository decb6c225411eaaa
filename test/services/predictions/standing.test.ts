import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { gptReleased, ledger, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const before = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };
const opus: Criterion = {
  op: 'released',
  model: { vendor: 'anthropic', family: 'claude', version: '5', tier: ['opus'] },
};

describe('the standing of an open prediction', () => {
  test.each<[string, Criterion, string]>([
    [
      'a confirmable claim without a deadline is unconfirmed',
      gptReleased('6'),
      'unconfirmed as of 2025-01-02T00:00:00Z',
    ],
    [
      'a refutable claim without a deadline is unrefuted',
      { op: 'not', of: gptReleased('6') },
      'unrefuted as of 2025-01-02T00:00:00Z',
    ],
    [
      'a claim with a deadline is undecided',
      gptReleased('6', { by: '2025-12-31' }),
      'undecided as of 2025-01-02T00:00:00Z',
    ],
  ])('%s, as of the time up to which enough origins have been read', async (_name, criterion, standing) => {
    await record(world, 'claim', criterion);
    expect((await view(world, 'claim')).standing).toBeNull();
    await readAt(world, '2025-01-02', before);
    await readAt(world, '2025-01-05', { litellm: litellm(oldModels) });
    expect((await view(world, 'claim')).standing).toBe(standing);
  });

  test('is as of the vendor with the earliest watermark', async () => {
    await world.reset({
      feeds: catalogues.map((feed) => ({
        ...feed,
        covers: feed.slug === 'litellm' ? ['openai'] : ['openai', 'anthropic'],
      })),
    });
    await record(world, 'claim', { op: 'any', of: [gptReleased('6'), opus] });
    await readAt(world, '2025-01-02', before);
    await readAt(world, '2025-01-05', before);
    await readAt(world, '2025-01-07', { litellm: litellm(oldModels) });
    // Anthropic is covered by one origin only; it has been read all the same.
    expect((await view(world, 'claim')).standing).toBe('unconfirmed as of 2025-01-05T00:00:00Z');
  });

  test('is as of a reviewed document if nothing else was read', async () => {
    const reviewed = { slug: 'reviewed', adapter: 'ledger', url: 'https://ledger.test/ledger.json' };
    await world.reset({ now: '2025-06-01', feeds: [reviewed] });
    await record(world, 'claim', gptReleased('6'));
    const payload = ledger('2025-05-31', [{ id: 'gpt-5', released: '2025-02-01', published: '2025-02-01' }]);
    await readAt(world, '2025-06-01', { reviewed: payload });
    expect((await view(world, 'claim')).standing).toBe('unconfirmed as of 2025-06-01T00:00:00Z');
    expect((await view(world, 'claim', '2025-03-01')).standing).toBe('unconfirmed as of 2025-02-02T00:00:00Z');
    expect((await view(world, 'claim', '2025-01-15')).standing).toBeNull();
  });

  test('of a claim about a price is as of the feeds that publish prices', async () => {
    const price: Criterion = {
      op: 'attribute',
      model: { vendor: 'openai', family: 'any', tier: 'any' },
      name: 'output_usd_per_mtok',
      is: { gte: 3000 },
    };
    const reviewed = { slug: 'reviewed', adapter: 'ledger', url: 'https://ledger.test/ledger.json' };
    await world.reset({ feeds: [reviewed, ...catalogues] });
    await record(world, 'claim', price);
    const payload = ledger('2025-01-03', [{ id: 'gpt-4', released: '2023-03-14', published: '2023-03-14' }]);
    await readAt(world, '2025-01-04', { reviewed: payload });
    expect((await view(world, 'claim')).standing).toBeNull();
    await readAt(world, '2025-01-05', { litellm: litellm(oldModels) });
    await readAt(world, '2025-01-08', { reviewed: payload });
    expect((await view(world, 'claim')).standing).toBe('unconfirmed as of 2025-01-05T00:00:00Z');
  });

  test('is null if only a person can decide', async () => {
    await record(world, 'claim', { op: 'judged', question: 'Was it wise?' });
    await readAt(world, '2025-01-02', before);
    expect((await view(world, 'claim')).standing).toBeNull();
  });

  test('is null if the prediction is resolved', async () => {
    await readAt(world, '2025-01-01', before);
    await record(world, 'claim', gptReleased('6', { from: '2025-01-01', by: '2025-01-10' }));
    await readAt(world, '2025-01-20', before);
    expect(await view(world, 'claim')).toMatchObject({ status: 'resolved', standing: null });
  });
});

describe('hindsight', () => {
  test('marks a prediction that was recorded after its answer was known', async () => {
    await readAt(world, '2025-01-01', before);
    await record(world, 'in-time', gptReleased('6', { from: '2025-01-01', by: '2025-01-10' }));
    await readAt(world, '2025-01-20', before);
    world.clock.set('2025-02-01');
    const late = await record(world, 'late', gptReleased('6', { from: '2025-01-01', by: '2025-01-10' }));
    expect(late).toMatchObject({ status: 'resolved', hindsight: true });
    expect((await view(world, 'in-time')).hindsight).toBe(false);
  });
});
