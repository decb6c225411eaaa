import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { endFeeds, openaiList } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';

const snapshot = 'gpt-5-2025-08-07';
let world: ApiWorld;
let id: string;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-01-01', feeds: endFeeds });
  await readAt(world, '2026-01-02', { openai: openaiList({ [snapshot]: null, 'gpt-4.1': null }) });
  await readAt(world, '2026-01-03', { openai: openaiList({ [snapshot]: '2026-03-20', 'gpt-4.1': '2026-06-01' }) });
  const ids = ['gpt-5', `azure/${snapshot}`, 'gpt-4.1-mini', 'nonsense'];
  id = (await world.admin('PUT /v1/watches/shop', { json: { ids } })).json.id;
  await world.admin('PUT /v1/watches/other', { json: { ids: ['gpt-4.1'] } });
});
afterAll(() => world.close());

const unfolded = (text: string): string => text.replaceAll('\r\n ', '');

test('a watch shows the end that concerns each id', async () => {
  const watch = (await world.anyone('GET /v1/watches/shop')).json;
  expect(watch.ids).toMatchObject([
    {
      id: 'gpt-5',
      read_as: { slug: 'gpt-5', id: 'gpt-5', host: null },
      alias_of: snapshot,
      status: 'ending',
      end: { id: snapshot, scope: 'vendor', kind: 'firm', date: '2026-03-20', sources: [{ feed: 'openai' }] },
      days_left: 76,
      successor: null,
    },
    { read_as: { host: 'azure' }, end: { scope: 'vendor', host: null, date: '2026-03-20' } },
    { status: 'unknown', end: null, days_left: null },
    { status: 'unread', end: null },
  ]);
});

test('the event log can be read for one watch', async () => {
  const events = (await world.anyone('GET /v1/events?type=model.ending&watch=shop')).json.data;
  expect(events.map(({ data }: Json) => [data.first_sight, data.endings_count, data.watches])).toEqual([
    [true, 1, [id]],
  ]);
  expect((await world.anyone('GET /v1/events?type=model.ending&watch=other')).json.data).toEqual([]);
});

test('/metrics has the days of each watched id whose end is planned or firm', async () => {
  const text = (await world.anyone('GET /metrics')).text;
  expect(text.split('\n').filter((line) => line.startsWith('outturn_model_days_to_end'))).toEqual([
    `outturn_model_days_to_end{watch="shop",id="azure/${snapshot}"} 76`,
    'outturn_model_days_to_end{watch="shop",id="gpt-5"} 76',
    'outturn_model_days_to_end{watch="other",id="gpt-4.1"} 149',
  ]);
});

test('the calendar of a watch keeps the UID of an end and counts its moves', async () => {
  const before = unfolded((await world.anyone('GET /calendar.ics?watch=shop')).text);
  expect(before.match(/^UID:.*$/gm)).toEqual([`UID:end/openai/gpt/${snapshot}/vendor/@outturn.invalid`]);
  expect(before).toContain('SEQUENCE:0\r\n');
  expect(before).toContain('DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260321\r\n');
  await readAt(world, '2026-02-01', { openai: openaiList({ [snapshot]: '2026-05-10', 'gpt-4.1': '2026-06-01' }) });
  const after = unfolded((await world.anyone('GET /calendar.ics?watch=shop')).text);
  expect(after.match(/^UID:.*$/gm)).toEqual(before.match(/^UID:.*$/gm));
  expect(after).toContain('SEQUENCE:1\r\n');
  expect(after).toContain('DTSTART;VALUE=DATE:20260510\r\n');
  expect((await world.anyone('GET /calendar.ics?watch=none')).status).toBe(404);
});

test('the list of ends is filtered by a watch as it is now, and not as of an earlier moment', async () => {
  const listed = (await world.anyone('GET /v1/ends?watch=other')).json.data;
  expect(listed.map((end: Json) => end.id)).toEqual(['gpt-4.1']);
  const refused = await world.anyone('GET /v1/ends?watch=other&as_of=2026-01-15');
  expect([refused.status, refused.json.errors]).toEqual([
    422,
    [{ detail: expect.stringContaining('leave out as_of'), pointer: '#/watch' }],
  ]);
  expect((await world.anyone('GET /v1/ends?watch=none')).status).toBe(404);
});
