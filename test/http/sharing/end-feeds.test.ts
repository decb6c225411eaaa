import { parseAtomFeed } from 'feedsmith';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendNotices } from '../../../src/services/model-watches/notices.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { anthropicList, endFeeds, openaiList } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';

const snapshot = 'gpt-5-2025-08-07';
const fable = 'claude-fable-5';
const others = { 'gpt-4.1': null, 'gpt-4o': null, o3: null, 'o4-mini': null };
const openai = (ends: string | null) => openaiList({ [snapshot]: ends, ...others });
const anthropic = (state: string) => anthropicList({ [fable]: [state], 'claude-opus-4-5-20251101': ['active'] });

let world: ApiWorld;
let watch: string;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-01-01', feeds: endFeeds });
  await readAt(world, '2026-01-02', { openai: openai('2026-03-20'), anthropic: anthropic('active') });
  await world.admin('PUT /v1/watches/claude', { json: { ids: [fable] } });
  watch = (await world.admin('PUT /v1/watches/shop', { json: { ids: ['gpt-5'] } })).json.id;
  await readAt(world, '2026-01-10', { openai: openai('2026-05-10') });
  await readAt(world, '2026-02-10', {});
  await sendNotices(world.deps);
  await readAt(world, '2026-02-12', { anthropic: anthropic('retired') });
  await readAt(world, '2026-03-03', { anthropic: anthropic('active') });
  await readAt(world, '2026-05-12', { openai: openai('2026-05-10') });
  await readAt(world, '2026-05-14', { openai: openaiList(others) });
});
afterAll(() => world.close());

async function tags(query: string): Promise<string[]> {
  const { status, json } = await world.anyone(`GET /feeds/ends.json${query}`);
  expect(status).toBe(200);
  return json.items.map((item: Json) => item.tags[0].replace('model.', ''));
}

const ofOpenai = ['ended', 'ending', 'end_moved'];
const ofAnthropic = ['reinstated', 'suspended'];

test('the feeds list the events about ends, newest first', async () => {
  expect(await tags('')).toEqual(['ended', ...ofAnthropic, 'ending', 'end_moved', 'ending']);
  const { text, headers } = await world.anyone('GET /feeds/ends.atom?vendor=openai');
  expect(headers['content-type']).toBe('application/atom+xml');
  const feed = parseAtomFeed(text);
  const [event] = (await world.anyone('GET /v1/events?type=model.ended')).json.data;
  expect(feed).toMatchObject({
    id: 'tag:outturn.invalid,2025:0/ends?vendor=openai',
    links: [{ rel: 'self', href: `${world.base}/feeds/ends.atom?vendor=openai` }],
  });
  expect(feed.entries?.[0]).toMatchObject({
    id: `tag:outturn.invalid,2025:${event.id}`,
    title: { value: `${snapshot} has ended.` },
    links: [
      { rel: 'alternate', type: 'text/html', href: `${world.base}/models/openai/gpt-5` },
      { rel: 'alternate', type: 'application/json', href: `${world.base}/v1/models/openai/gpt-5` },
    ],
    categories: [{ term: 'model.ended' }],
  });
});

describe('events about ends are filtered', () => {
  test.each([
    ['?vendor=openai', [...ofOpenai, 'ending']],
    ['?family=claude', ofAnthropic],
    ['?vendor=openai&family=claude', []],
    ['?watch=claude', ofAnthropic],
    ['?watch=shop', [...ofOpenai, 'ending']],
    ['?watch=none', []],
  ])('%s', async (query, expected) => {
    expect(await tags(query)).toEqual(expected);
    const types = ['ending', 'end_moved', 'ended', 'suspended', 'reinstated'].map((type) => `model.${type}`);
    const log = (await world.anyone(`GET /v1/events${query}&type=${types.join()}`)).json.data;
    expect(log.map((event: Json) => event.type.replace('model.', '')).reverse()).toEqual(expected);
  });

  test('in the log, those about predictions by what the criterion names', async () => {
    const released = { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '6', tier: null } };
    const json = { slug: 'six', statement: 'GPT-6 will be released.', made_at: '2026-01', criterion: released };
    await world.admin('POST /v1/predictions', { json });
    const log = async (query: string): Promise<string[]> =>
      (await world.anyone(`GET /v1/events?type=prediction.created&${query}`)).json.data.map(
        (event: Json) => event.type,
      );
    expect(await log('vendor=openai&family=gpt')).toEqual(['prediction.created']);
    expect(await log('vendor=openai&family=o')).toEqual([]);
    expect(await log('vendor=anthropic')).toEqual([]);
  });
});

describe('the calendar of ends', () => {
  const uids = async (query: string): Promise<string[]> => {
    const answer = await world.anyone(`GET /calendar.ics?${query}`);
    expect(answer.status).toBe(200);
    return answer.text.replaceAll('\r\n ', '').match(/^UID:.*$/gm) ?? [];
  };
  const uid = `UID:end/openai/gpt/${snapshot}/vendor/@outturn.invalid`;

  test('is filtered by vendor, family and watch', async () => {
    expect(await uids('show=ends')).toEqual([uid]);
    expect(await uids('show=ends&vendor=openai&family=gpt')).toEqual([uid]);
    expect(await uids('show=ends&vendor=anthropic')).toEqual([]);
    expect(await uids('watch=shop&vendor=openai')).toEqual([uid]);
    expect(await uids(`watch=${watch}&family=o`)).toEqual([]);
    expect(await uids('watch=claude')).toEqual([]);
    expect(await uids('vendor=openai')).not.toContain(uid);
  });

  test.each([
    ['show=ends&tag=timelines', '#/tag'],
    ['watch=shop&q=gpt', '#/q'],
    ['watch=shop&show=deadlines', '#/watch'],
    ['show=all', '#/show'],
  ])('refuses %s', async (query, pointer) => {
    const { status, json } = await world.anyone(`GET /calendar.ics?${query}`);
    expect([status, json.errors[0].pointer]).toEqual([422, pointer]);
  });
});

test('GET /v1/ends lists the ends that concern a watch', async () => {
  const ids = async (query: string): Promise<string[]> =>
    (await world.anyone(`GET /v1/ends?state=all&${query}`)).json.data.map((end: Json) => `${end.id} ${end.date}`);
  expect(await ids('watch=shop')).toEqual([`${snapshot} 2026-05-10`]);
  expect(await ids('watch=claude')).toEqual([]);
  expect((await world.anyone('GET /v1/ends?watch=none')).json).toMatchObject({
    status: 404,
    detail: 'there is no watch none; GET /v1/watches lists those that exist',
  });
  const { status, json } = await world.anyone(`GET /v1/ends?watch=${watch}&as_of=2026-01-05`);
  expect([status, json.errors[0].pointer]).toEqual([422, '#/watch']);
});
