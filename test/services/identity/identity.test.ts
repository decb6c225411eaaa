import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { refreshIdentity } from '../../../src/services/identity/identity.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, readIdentityData, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

/** The same program with identity data in which an alias was reviewed. */
function withAlias(id: string, means: string): Deps {
  const data = readIdentityData();
  const aliases = [...data.aliases, { id, means, source: 'https://example.com/review' }];
  return { ...world.deps, identity: readIdentityTable({ ...data, version: '2099-01-01.1', aliases }) };
}

test('new identity data parses every stored name again, once, and evaluates every prediction again', async () => {
  const listed = [...oldModels, 'gpt-next-secret'];
  await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
  await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
  await readAt(world, '2025-01-10', { litellm: litellm(listed), 'models-dev': modelsDev(listed) });
  await readAgain(world, '2025-01-11');
  world.clock.set('2025-01-12');
  expect(await refreshIdentity(world.deps)).toBe(0);
  await resolveDue(world.deps);
  expect((await view(world, 'gpt-5')).status).toBe('proposed');

  const next = withAlias('gpt-next-secret', 'gpt-5');
  const [items] = await world.db.sql<{ count: number }[]>`select count(*)::int as count from item_readings`;
  expect(await refreshIdentity(next)).toBe(items?.count);
  expect(await refreshIdentity(next)).toBe(0);
  expect(await resolveDue(next)).toMatchObject({ resolved: 1 });
  const [row] = await resolutions(world, 'gpt-5');
  expect(row).toContain('known 2025-01-11T00:00Z');
});

test('names that another node parsed with older data are parsed again', async () => {
  await readAt(world, '2025-01-01', { litellm: litellm(oldModels) });
  const next = withAlias('gpt-next-secret', 'gpt-5');
  expect(await refreshIdentity(next)).toBe(oldModels.length);
  await readAt(world, '2025-01-02', { litellm: litellm([...oldModels, 'gpt-next-secret']) });
  expect(await refreshIdentity(next)).toBe(1);
});
