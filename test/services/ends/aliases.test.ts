import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listEvents } from '../../../src/services/events/event-log.ts';
import { getWatch, rereadWatches } from '../../../src/services/model-watches/model-watches.ts';
import { sendNotices } from '../../../src/services/model-watches/notices.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { announcements, endFeeds, mistralFeed, mistralList, prices } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';

const alias = 'mistral-large-latest';
const [older, newer] = ['mistral-large-2411', 'mistral-large-2512'];
const feeds = [...endFeeds, mistralFeed];

const both = { [older]: older, [newer]: newer };

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-01-01', feeds });
});
beforeEach(() => world.reset({ now: '2026-01-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const put = (ids: readonly string[]) => world.admin('PUT /v1/watches/shop', { json: { ids } });

async function watched(): Promise<Json> {
  return (await world.anyone('GET /v1/watches/shop')).json.ids[0];
}

async function notices(): Promise<Json[]> {
  const events = await listEvents(
    world.deps,
    { types: ['model.ending'], prediction: null, watch: null },
    { after: 0, limit: 100 },
  );
  return events.map(({ body }) => JSON.parse(body).data);
}

describe('an alias that the vendor’s list explains', () => {
  beforeEach(() => readAt(world, '2026-01-02', { mistral: mistralList({ ...both, [alias]: older }) }));

  it('is resolved to what it stands for, with the row that states it', async () => {
    await put([alias]);
    expect(await watched()).toMatchObject({
      read_as: { vendor: 'mistral', slug: 'mistral-large', id: alias },
      alias_of: older,
      alias_source: { feed: 'mistral', since: '2026-01-02T00:00:00Z' },
      status: 'available',
      problem: null,
    });
  });

  it('is listed with what it stood for at any moment', async () => {
    await readAt(world, '2026-02-02', { mistral: mistralList({ ...both, [alias]: newer }) });
    const list = async (asOf = ''): Promise<string[]> =>
      (await world.anyone(`GET /v1/aliases?vendor=mistral${asOf}`)).json.data.map(
        (one: Json) => `${one.id} ${one.stands_for} ${one.feed} ${one.since}`,
      );
    expect(await list()).toEqual([`${alias} ${newer} mistral 2026-02-02T00:00:00Z`]);
    expect(await list('&as_of=2026-01-20')).toEqual([`${alias} ${older} mistral 2026-01-02T00:00:00Z`]);
    expect(await list('&as_of=2025-12-31')).toEqual([]);
    expect((await world.anyone('GET /v1/aliases?vendor=openai')).json.data).toEqual([]);
  });

  it('has the end of what it stands for, and its subscribers are notified', async () => {
    await put([alias]);
    world.clock.set('2026-02-01');
    const listed = mistralList({ ...both, [alias]: older }, { [older]: '2026-02-20T12:00:00Z' });
    await readAt(world, '2026-02-02', { mistral: listed });
    expect(await watched()).toMatchObject({ status: 'ending', end: { id: older, date: '2026-02-20' }, days_left: 18 });
    await sendNotices(world.deps);
    expect(await notices()).toMatchObject([{ end: { id: older }, notice_day: 30, watches: [expect.any(String)] }]);
  });

  it('follows the list once a day, and what it stands for then is announced if it ends soon', async () => {
    const ends = { [newer]: '2026-02-20T12:00:00Z' };
    await readAt(world, '2026-01-10', { mistral: mistralList({ ...both, [alias]: older }, ends) });
    await put([alias]);
    await sendNotices(world.deps);
    const before = (await notices()).length;
    await readAt(world, '2026-02-12', { mistral: mistralList({ ...both, [alias]: newer }, ends) });
    expect(await rereadWatches(world.deps)).toBe(1);
    expect(await watched()).toMatchObject({ alias_of: newer, end: { id: newer } });
    const [message, ...more] = (await notices()).slice(before);
    expect(message).toMatchObject({ first_sight: true, endings: [{ end: { id: newer, days_left: 8 } }] });
    expect(more).toEqual([]);
    world.clock.set('2026-02-12T12:00:00Z');
    await rereadWatches(world.deps);
    world.clock.set('2026-02-14');
    expect(await rereadWatches(world.deps)).toBe(1);
    expect((await notices()).length).toBe(before + 1);
  });
});

describe('an alias that no feed explains', () => {
  const id = 'chatgpt-4o-latest';

  it('is answered plainly, and only ends of the alias itself are known', async () => {
    await put([id]);
    expect(await watched()).toMatchObject({
      ...{ read_as: null, alias_of: null, alias_source: null, status: 'unread', end: null },
      problem: { code: 'rolling_alias', detail: expect.stringContaining('no feed states what it stands for') },
    });
  });

  it('has the stated end of the alias, with its kind and sources, in the watch, the list and notices', async () => {
    await put([id, `azure/${id}`]);
    await readAt(world, '2026-01-02', {
      deprecations: announcements([{ provider: 'OpenAI', id: 'gpt-4', ends: '2027-01-01' }]),
      litellm: prices({ 'gpt-4.1': {} }),
    });
    await readAt(world, '2026-01-03', {
      deprecations: announcements([
        { provider: 'OpenAI', id: 'gpt-4', ends: '2027-01-01' },
        { provider: 'OpenAI', id, ends: '2026-02-17', successors: ['gpt-5.1'] },
      ]),
      litellm: prices({ 'gpt-4.1': {}, [id]: { ends: '2026-02-20' } }),
    });
    const end = { id, scope: 'vendor', kind: 'firm', date: '2026-02-17' };
    expect(await watched()).toMatchObject({
      ...{ read_as: null, status: 'ending', days_left: 45, successor: 'gpt-5.1', problem: { code: 'rolling_alias' } },
      end: {
        ...end,
        sources: [
          { feed: 'deprecations', use: 'decides' },
          { feed: 'litellm', use: 'differs' },
        ],
      },
      suggestion: `Replace \`${id}\` by \`gpt-5.1\`: it ends on 2026-02-17, firm, stated by deprecations.`,
    });
    const listed = (await world.anyone('GET /v1/ends?vendor=openai&watch=shop')).json.data;
    expect(listed).toMatchObject([{ ...end, vendor: 'openai', model: null }]);
    expect((await world.anyone('GET /v1/ends?vendor=openai&limit=1')).json.data).toMatchObject([end]);
    await sendNotices(world.deps);
    expect(await notices()).toMatchObject([
      { model: null, end: { ...end, vendor: 'openai' }, links: { ends: '/v1/ends?vendor=openai&state=all' } },
    ]);
    const feed = (await world.anyone('GET /feeds/ends.json?vendor=openai')).json;
    expect(feed.items[0].url).toMatch(/\/models\?vendor=openai$/);
    const calendar = (await world.anyone('GET /calendar.ics?watch=shop')).text;
    expect(calendar).toContain('DTSTART;VALUE=DATE:20260217');
    expect(calendar).toMatch(/URL:\S+\/models\?vendor=openai/);
    expect((await world.anyone('GET /metrics')).text).toContain(
      `outturn_model_days_to_end{watch="shop",id="${id}"} 45`,
    );
  });

  it('makes no claim about a model', async () => {
    await readAt(world, '2026-01-02', {
      deprecations: announcements([{ provider: 'OpenAI', id, ends: '2026-06-17' }]),
    });
    const refused = await world.admin('POST /v1/ends/claims', { json: { vendor: 'openai', id } });
    expect([refused.status, refused.json.detail]).toEqual([422, expect.stringContaining('alias of changing models')]);
  });
});

it('an alias with a version has its own end before that of its model', async () => {
  await readAt(world, '2026-01-02', {
    litellm: prices({ 'gpt-5-2025-08-07': { ends: '2026-12-10' }, 'gpt-5-chat-latest': { ends: '2026-07-23' } }),
  });
  await put(['gpt-5-chat-latest']);
  expect(await watched()).toMatchObject({
    read_as: { slug: 'gpt-5' },
    end: { id: 'gpt-5-chat-latest', date: '2026-07-23' },
  });
  expect((await getWatch(world.deps, 'shop')).ids).toHaveLength(1);
});
