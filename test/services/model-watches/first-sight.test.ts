import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listEvents } from '../../../src/services/events/event-log.ts';
import { createWatch, replaceWatch } from '../../../src/services/model-watches/model-watches.ts';
import { sendNotices } from '../../../src/services/model-watches/notices.ts';
import { updateWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import { endFeeds, openaiList } from '../../support/end-history.ts';
import { readAt } from '../../support/play.ts';
import { subscribe } from '../../support/webhooks.ts';
import { openWorld, type World } from '../../support/world.ts';

const url = 'https://hooks.example.com/';
const snapshot = 'gpt-5-2025-08-07';
let world: World;
let watchId: string;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.reset({ feeds: endFeeds, now: '2026-01-01' });
  await readAt(world, '2026-01-02', { openai: openaiList({ [snapshot]: null, 'gpt-4.1': null, o3: null }) });
  const stated = { [snapshot]: '2026-03-15', 'gpt-4.1': '2026-03-01', o3: '2027-03-01' };
  await readAt(world, '2026-02-10', { openai: openaiList(stated) });
  watchId = (await createWatch(world.deps, 'shop', { ids: ['gpt-5', snapshot, 'gpt-4.1', 'o3'] })).id;
  await sendNotices(world.deps);
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

/** What each message of an endpoint lists, oldest first. */
async function messages(endpointId: string): Promise<string[][]> {
  const rows = await world.db.sql<{ body: string }[]>`
    select e.body from webhook_deliveries d join events e on e.id = d.event_id where d.endpoint_id = ${endpointId} order by d.seq`;
  return rows.map(({ body }) => {
    const { first_sight: first, endings, end, endings_count: count, watches } = JSON.parse(body).data;
    if (first !== true) return [end.id];
    expect([count, watches]).toEqual([endings.length, [watchId]]);
    return endings.map((ending: { end: { id: string; date: string } }) => `${ending.end.id} ${ending.end.date}`);
  });
}

const due = ['gpt-4.1 2026-03-01', `${snapshot} 2026-03-15`];

describe('an endpoint that begins to filter by a watch', () => {
  it('receives everything that is due in one message, once, and no other subscriber does', async () => {
    const filter = { watch: ['shop'] };
    const first = await subscribe(world, url, { eventTypes: ['model.ending'], filter });
    const all = await subscribe(world, url, { eventTypes: null });
    const second = await subscribe(world, url, { eventTypes: null, filter });
    await updateWebhookEndpoint(world.deps, first.id, { filter, description: 'shop' }, null);
    await sendNotices(world.deps);
    expect([await messages(first.id), await messages(second.id), await messages(all.id)]).toEqual([[due], [due], []]);
    await replaceWatch(world.deps, 'shop', { ids: ['gpt-5', snapshot, 'gpt-4.1'] }, null);
    expect(await messages(first.id)).toEqual([due]);
    world.clock.set('2026-02-13');
    await sendNotices(world.deps);
    expect(await messages(first.id)).toEqual([due, [snapshot]]);
  });

  it('receives it when an edit adds the watch or the type of the event', async () => {
    const edited = await subscribe(world, url, { eventTypes: ['model.ending'], filter: { vendor: ['openai'] } });
    const typed = await subscribe(world, url, { eventTypes: ['model.ended'], filter: { watch: ['shop'] } });
    expect([await messages(edited.id), await messages(typed.id)]).toEqual([[], []]);
    await updateWebhookEndpoint(world.deps, edited.id, { filter: { watch: ['shop'] } }, null);
    await updateWebhookEndpoint(world.deps, typed.id, { eventTypes: null }, null);
    expect([await messages(edited.id), await messages(typed.id)]).toEqual([[due], [due]]);
  });

  it('receives only what is new if it filtered by the watch before', async () => {
    const filter = { watch: ['shop'] };
    const { id } = await subscribe(world, url, { eventTypes: null, filter });
    const rejoin = async (): Promise<string[][]> => {
      await updateWebhookEndpoint(world.deps, id, { filter: { vendor: ['anthropic'], watch: null } }, null);
      return await messages(id);
    };
    await rejoin();
    await updateWebhookEndpoint(world.deps, id, { filter: { vendor: null, ...filter } }, null);
    expect(await messages(id)).toEqual([due]);
    await rejoin();
    await readAt(world, '2026-02-11', {
      openai: openaiList({ [snapshot]: '2026-03-15', 'gpt-4.1': '2026-03-05', o3: null }),
    });
    await sendNotices(world.deps);
    await updateWebhookEndpoint(world.deps, id, { filter: { vendor: null, ...filter } }, null);
    expect(await messages(id)).toEqual([due, ['gpt-4.1 2026-03-05']]);
  });

  it('receives no ends that the rest of its filter excludes, and no event is recorded for none', async () => {
    const before = await world.db.sql`select from events`;
    const other = await subscribe(world, url, { eventTypes: null, filter: { watch: ['shop'], vendor: ['anthropic'] } });
    const tagged = await subscribe(world, url, { eventTypes: null, filter: { watch: ['shop'], tags: ['ai'] } });
    expect([await messages(other.id), await messages(tagged.id)]).toEqual([[], []]);
    expect(await world.db.sql`select from events`).toHaveLength(before.length);
  });

  it('receives it outside the event log, whose readers have had it', async () => {
    const page = { after: 0, limit: 100 };
    const log = () => listEvents(world.deps, { types: ['model.ending'], prediction: null, watch: 'shop' }, page);
    const before = await log();
    const { id } = await subscribe(world, url, { eventTypes: null, filter: { watch: ['shop'] } });
    expect(await messages(id)).toEqual([due]);
    expect(await log()).toEqual(before);
    expect(before).not.toEqual([]);
  });
});
