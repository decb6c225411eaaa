import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { dayMs } from '../../../src/domain/instant.ts';
import { createWatch, replaceWatch } from '../../../src/services/model-watches/model-watches.ts';
import { sendNotices } from '../../../src/services/model-watches/notices.ts';
import { createWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import { countStatements } from '../../support/counting-database.ts';
import { announcements, endFeeds, openaiList, prices } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';
import { deliveriesOf, subscribe } from '../../support/webhooks.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld({ feeds: endFeeds });
});
beforeEach(() => world.reset({ feeds: endFeeds, now: '2026-01-01' }));
afterAll(() => world.close());

const snapshot = 'gpt-5-2025-08-07';
const url = 'https://hooks.example.com/';

/** OpenAI's list. A date is news if an earlier read had the id without it. */
async function state(time: string, date: string | null): Promise<void> {
  await readAt(world, time, { openai: openaiList({ [snapshot]: date, 'gpt-4.1': null }) });
}

async function events(): Promise<Json[]> {
  const rows = await world.db.sql<{ body: string }[]>`
    select body from events where type = 'model.ending' order by sequence`;
  return rows.map(({ body }) => JSON.parse(body).data);
}

async function notices(): Promise<string[]> {
  const sent = await events();
  return sent.map(({ end, notice_day: day }) => `${end.date} ${end.kind} ${day}: ${end.days_left} left`);
}

async function passDays(count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    world.clock.advance(dayMs);
    await sendNotices(world.deps);
  }
}

describe('model.ending', () => {
  it('is sent once on each notice day, and again when the date moves', async () => {
    await state('2026-01-02', null);
    await state('2026-01-03', '2026-04-20');
    await passDays(60);
    expect(await notices()).toEqual(['2026-04-20 firm 90: 90 left', '2026-04-20 firm 60: 60 left']);
    await state('2026-03-10', '2026-05-20');
    await sendNotices(world.deps);
    await passDays(75);
    expect((await notices()).slice(2)).toEqual([
      '2026-05-20 firm 90: 71 left',
      '2026-05-20 firm 60: 60 left',
      '2026-05-20 firm 30: 30 left',
      '2026-05-20 firm 7: 7 left',
      '2026-05-20 firm 1: 1 left',
      '2026-05-20 firm 0: 0 left',
    ]);
    expect((await events())[2].end.moved_from).toMatchObject([{ date: '2026-04-20' }]);
  });

  it('is sent once for an earliest date, marked so', async () => {
    const gpt4 = announcements([{ provider: 'OpenAI', id: 'gpt-4', ends: '2027-01-01' }]);
    const gemini = { provider: 'Google', id: 'gemini-2.5-flash', ends: '2026-03-01', announced: '2026-03-01' };
    await readAt(world, '2026-01-02', { deprecations: gpt4 });
    await readAt(world, '2026-01-03', { deprecations: [...gpt4, ...announcements([gemini])] });
    await sendNotices(world.deps);
    await passDays(70);
    expect(await notices()).toEqual(['2026-03-01 earliest 90: 57 left']);
  });

  it('of an end in the first read of a feed is sent from its next notice day on', async () => {
    await state('2026-03-01', '2026-04-20');
    await sendNotices(world.deps);
    expect(await notices()).toEqual([]);
    await passDays(25);
    expect(await notices()).toEqual(['2026-04-20 firm 30: 30 left']);
  });

  it('that became due more than a week ago, as in an imported archive, is not sent to subscribers without a watch', async () => {
    await state('2026-01-02', '2026-06-01');
    world.clock.set('2026-04-20');
    await sendNotices(world.deps);
    expect(await notices()).toEqual([]);
    await passDays(13);
    expect(await notices()).toEqual(['2026-06-01 firm 30: 30 left']);
  });

  it('is sent once, however many nodes look and however often', async () => {
    await state('2026-01-02', null);
    await state('2026-02-01', '2026-04-20');
    const node = world.node('node_b');
    await Promise.all([sendNotices(world.deps), sendNotices(node), sendNotices(world.deps)]);
    await world.db.sql`
      insert into end_notice_queue (vendor, family, id, scope, host, due_at)
      select vendor, family, id, scope, host, '-infinity' from model_ends where kind is not null and known_to is null
      on conflict (vendor, family, id, scope, host) do update set due_at = excluded.due_at`;
    await Promise.all([sendNotices(node), sendNotices(world.deps)]);
    expect(await notices()).toHaveLength(1);
  });

  it('is sent once, whichever statement of a run fails', async () => {
    await state('2026-01-02', null);
    await createWatch(world.deps, 'shop', { ids: [snapshot] });
    const endpoint = await subscribe(world, url, { eventTypes: ['model.ending'] });
    await state('2026-02-01', '2026-04-20');
    let statement = 0;
    for (let failed = true; failed; statement += 1) {
      failed = false;
      const { db } = countStatements(world.deps.db, (count) => {
        if (count < statement || failed) return Promise.resolve();
        failed = true;
        throw new Error('the connection was lost');
      });
      await sendNotices({ ...world.deps, db }).catch(() => undefined);
    }
    expect(statement).toBeGreaterThan(5);
    await sendNotices(world.deps);
    expect(await notices()).toEqual(['2026-04-20 firm 90: 78 left']);
    expect(await deliveriesOf(world, endpoint.id)).toHaveLength(1);
  });
});

describe('a watch', () => {
  it('has notice days of its own, for its subscribers and those without a filter', async () => {
    await state('2026-01-02', null);
    const watch = await createWatch(world.deps, 'shop', { ids: [snapshot], noticeDays: [45] });
    const ours = await subscribe(world, url, { eventTypes: ['model.ending'], filter: { watch: ['shop'] } });
    const vendor = await subscribe(world, url, { eventTypes: ['model.ending'], filter: { vendor: ['openai'] } });
    const all = await subscribe(world, url, { eventTypes: ['model.ending'] });
    await state('2026-01-03', '2026-04-20');
    await passDays(80);
    const counts = [ours, vendor, all].map(async ({ id }) => (await deliveriesOf(world, id)).length);
    expect(await Promise.all(counts)).toEqual([1, 3, 4]);
    const [own] = (await events()).filter(({ notice_day: day }) => day === 45);
    expect(own.watches).toEqual([watch.id]);
  });

  it('receives everything that is due at first sight in one message, and none of it again', async () => {
    await state('2026-01-02', null);
    await state('2026-02-25', '2026-03-15');
    const ids = [snapshot, 'gpt-5', 'gpt-4.1', 'nonsense'];
    const watch = await createWatch(world.deps, 'shop', { ids });
    expect((await events())[0]).toMatchObject({
      first_sight: true,
      endings_count: 1,
      endings: [{ model: { slug: 'gpt-5' }, end: { id: snapshot, date: '2026-03-15', days_left: 18 } }],
      watches: [watch.id],
      links: { watch: `/v1/watches/${watch.id}` },
    });
    await replaceWatch(world.deps, 'shop', { ids: [...ids, 'gpt-4.1-mini'] }, null);
    await sendNotices(world.deps);
    await passDays(12);
    const seen = (await events()).map((event) => [event.first_sight, event.notice_day, event.watches]);
    expect(seen).toEqual([
      [true, undefined, [watch.id]],
      [false, 30, []],
      [false, 7, [watch.id]],
    ]);
  });

  it('receives one message of bounded size, whatever the number of its ids', async () => {
    const ids = Array.from(
      { length: 120 },
      (_, index) => `gpt-5-2025-0${1 + (index % 9)}-${10 + Math.floor(index / 9)}`,
    );
    await readAt(world, '2026-01-02', {
      litellm: prices(Object.fromEntries(ids.map((id) => [id, { ends: '2026-02-01' }]))),
    });
    await createWatch(world.deps, 'many', { ids });
    const bodies = await world.db.sql<{ body: string }[]>`select body from events where type = 'model.ending'`;
    expect(bodies).toHaveLength(1);
    const text = bodies[0]?.body ?? '';
    expect(Buffer.byteLength(text)).toBeLessThan(20_000);
    const { endings, endings_count: count } = JSON.parse(text).data;
    expect([count, endings.length > 10, endings.length < 120]).toEqual([120, true, true]);
  });
});

test("an end of Azure concerns ids on Azure, and the vendor's end those for which Azure states none", async () => {
  const listed = { [snapshot]: {}, 'gpt-4.1': {}, [`azure/${snapshot}`]: { host: 'azure' } };
  const open = openaiList({ [snapshot]: null, 'gpt-4.1': null });
  await readAt(world, '2026-01-02', { litellm: prices(listed), openai: open });
  const azure = await createWatch(world.deps, 'azure', { ids: [`azure/${snapshot}`, 'azure/gpt-4.1'] });
  const vendor = await createWatch(world.deps, 'vendor', { ids: [snapshot] });
  await readAt(world, '2026-01-03', {
    litellm: prices({ ...listed, [`azure/${snapshot}`]: { host: 'azure', ends: '2026-03-01' } }),
    openai: openaiList({ [snapshot]: '2026-03-20', 'gpt-4.1': '2026-03-25' }),
  });
  await sendNotices(world.deps);
  const sent = (await events()).map(({ end, watches }) => [end.host ?? end.scope, end.date, watches]);
  expect(sent.sort()).toEqual([
    ['azure', '2026-03-01', [azure.id]],
    ['vendor', '2026-03-20', [vendor.id]],
    ['vendor', '2026-03-25', [azure.id]],
  ]);
});

test('a filter by a watch that does not exist is refused', async () => {
  const refused = createWebhookEndpoint(world.deps, { url, filter: { watch: ['none'] } });
  await expect(refused).rejects.toThrow('the filter refers to something that does not exist');
});
