import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import { resolveDue, resolveEverything } from '../../../src/services/settling/resolver.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { eventTypes, read, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const released = (version: string): EventLeaf => ({
  op: 'released',
  model: { vendor: 'openai', family: 'gpt', version, tier: null },
});
const made = { madeAt: '2024-12-01' };
const both = (models: readonly string[]) => ({ litellm: litellm(models), 'models-dev': modelsDev(models) });
const settled = async (slug: string) => (await resolutions(world, slug)).map((row) => row.replace(/ known .*/, ''));

describe('a prediction about one event after another', () => {
  const within: Criterion = { op: 'within', event: released('5.1'), after: released('5'), duration: 'P1M' };

  beforeEach(async () => {
    await record(world, 'soon-after', within, made);
    await readAt(world, '2024-11-30', both(oldModels));
    await readAt(world, '2025-01-09', both(oldModels));
    await readAt(world, '2025-01-10', both([...oldModels, 'gpt-5']));
    await readAt(world, '2025-01-12', both([...oldModels, 'gpt-5']));
  });

  test('is settled as no by the poll whose watermark passes the last day, and not earlier', async () => {
    await readAt(world, '2025-02-10T23:00:00Z', both([...oldModels, 'gpt-5']));
    expect(await settled('soon-after')).toEqual([]);
    await readAt(world, '2025-02-11', both([...oldModels, 'gpt-5']));
    expect(await settled('soon-after')).toEqual(['no 2025-02-10']);
    expect(await eventTypes(world, 'soon-after')).toEqual(['prediction.created', 'prediction.resolved']);
    expect((await resolveEverything(world.deps))?.amended).toBe(0);
  });

  test('is settled as yes by the event within the time', async () => {
    const more = [...oldModels, 'gpt-5', 'gpt-5.1'];
    await readAt(world, '2025-01-20', both([...oldModels, 'gpt-5']));
    await readAt(world, '2025-01-21', both(more));
    await readAgain(world, '2025-01-22T00:00:00Z');
    expect((await view(world, 'soon-after')).resolution?.outcome).toBe('yes');
  });
});

test('an order is settled by coverage past the first date, as soon as enough was read', async () => {
  await record(world, 'order', { op: 'precedes', first: released('5'), second: released('6') }, made);
  await readAt(world, '2024-11-30', both(oldModels));
  await readAt(world, '2025-01-09', both(oldModels));
  await readAt(world, '2025-01-10', both([...oldModels, 'gpt-5']));
  world.clock.set('2025-01-11');
  await resolveDue(world.deps);
  expect(await settled('order')).toEqual([]);
  await readAt(world, '2025-01-12', both([...oldModels, 'gpt-5']));
  await readAt(world, '2025-01-13', both([...oldModels, 'gpt-5']));
  expect((await view(world, 'order')).resolution?.outcome).toBe('yes');
});

describe('a claim about a price', () => {
  const dear: Criterion = {
    op: 'attribute',
    model: { vendor: 'openai', family: 'gpt', version: '5', tier: null },
    name: 'input_usd_per_mtok',
    is: { gt: 10 },
  };

  test('is settled by prices that two origins publish for a day, and evaluated for price changes only', async () => {
    await record(world, 'dear', dear, made);
    await record(world, 'released', released('7'), made);
    await readAt(world, '2025-01-10', both([...oldModels, 'gpt-5']));
    await readAt(world, '2025-01-20', { litellm: litellm({ 'gpt-5': { price: 20e-6 }, ...rest() }) });
    expect((await view(world, 'dear')).status).toBe('proposed');
    await read(world, 'models-dev', modelsDev({ 'gpt-5': { price: 20 }, ...rest() }));
    expect((await view(world, 'dear')).status).toBe('proposed');
    await readAgain(world, '2025-01-21T00:00:00Z');
    expect((await view(world, 'dear')).resolution?.outcome).toBe('yes');
  });

  const rest = () => Object.fromEntries(oldModels.map((id) => [id, {}]));
});
