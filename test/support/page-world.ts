import { type ApiWorld, type ApiWorldStart, openApiWorld } from './api-world.ts';
import { startAsNew } from './new-service.ts';

/** A world whose pages have something to show: a new service after its first polls. */
export async function openPageWorld(start: ApiWorldStart = {}): Promise<ApiWorld> {
  const world = await openApiWorld({ now: '2026-11-22T12:00:00Z', ...start });
  await startAsNew(world);
  return world;
}
