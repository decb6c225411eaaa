import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { openReceiver, type Receiver } from './receiver.ts';
import { openWorld, type World } from './world.ts';

/** Services and a webhook receiver, for one test file. */
export type WebhookWorld = { readonly world: World; readonly receiver: Receiver };

/**
 * Opens both before the tests of the calling file and closes them afterwards. Each test starts without feeds and
 * without received messages. A test fails if an error is logged, unless the file allows it (`mayLogErrors`).
 */
export function useWebhookWorld(
  assign: (opened: WebhookWorld) => void,
  { mayLogErrors = false }: { readonly mayLogErrors?: boolean } = {},
): void {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await openWorld({ feeds: [] });
    receiver = await openReceiver();
    assign({ world, receiver });
  });
  beforeEach(async () => {
    receiver.clear();
    await world.reset({ feeds: [] });
  });
  afterEach(() => {
    if (!mayLogErrors) expect(world.errors).toEqual([]);
  });
  afterAll(async () => {
    await receiver.close();
    await world.close();
  });
}
