import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';
import { createPredictor, decide } from '../../support/forecasts.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let author: string;
const by = (version: string, deadline?: string) => ({ op: 'released', model: { ...gpt5, version }, by: deadline });
beforeAll(async () => {
  world = await openApiWorld();
  author = await createPredictor(world, 'The author');
  const claims = [
    {
      slug: 'year',
      statement: 'GPT-6; by 2026, really.',
      criterion: by('6', '2026-12-31'),
      tags: ['timelines'],
      predictor_id: author,
    },
    { slug: 'noon', statement: 'GPT-7 by noon.', criterion: by('7', '2026-06-30T12:00:00Z') },
    { slug: 'open-ended', criterion: by('8') },
    { slug: 'settled', criterion: by('9', '2026-07-01') },
    { slug: 'passed', statement: 'Passed, not settled.', criterion: by('10', '2025-12-31') },
    { slug: 'long-passed', criterion: by('11', '2025-10-01') },
  ];
  for (const claim of claims) await recordClaim(world, claim);
  await decide(world, 'settled', 'annulled', '2026-01-01');
});
afterAll(() => world.close());

async function due(query = ''): Promise<string[]> {
  const answer = await world.anyone(`GET /calendar.ics${query}`);
  expect(answer.status).toBe(200);
  const calendar = new ICAL.Component(ICAL.parse(answer.text));
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component);
    return `${event.startDate.toString()} ${event.summary}`;
  });
}

describe('GET /calendar.ics', () => {
  test('contains the deadlines of unsettled predictions, soonest first, in iCalendar format', async () => {
    expect(await due()).toEqual([
      '2025-12-31 Passed, not settled.',
      '2026-06-30T12:00:00Z GPT-7 by noon.',
      '2026-12-31 GPT-6; by 2026, really.',
    ]);
    const { text, headers } = await world.anyone('GET /calendar.ics');
    expect(headers).toMatchObject({
      'content-type': 'text/calendar; charset=utf-8',
      'cache-control': 'public, max-age=300',
    });
    const { id } = (await world.anyone('GET /v1/predictions/year')).json;
    expect(text).toContain(`UID:${id}@outturn.invalid\r\n`);
    expect(text.replaceAll('\r\n ', '')).toContain(`URL:${world.base}/predictions/year\r\n`);
    expect(text).toContain('DTSTAMP:20260115T120000Z\r\n');
  });

  test('accepts the filters of the list, and no others', async () => {
    expect(await due('?tag=timelines')).toEqual(['2026-12-31 GPT-6; by 2026, really.']);
    expect(await due(`?predictor=${author}`)).toEqual(['2026-12-31 GPT-6; by 2026, really.']);
    expect(await due('?vendor=openai&family=gpt&q=noon')).toEqual(['2026-06-30T12:00:00Z GPT-7 by noon.']);
    expect(await due('?resolve_by[gte]=2026-07-01')).toEqual(['2026-12-31 GPT-6; by 2026, really.']);
    expect(await due('?vendor=anthropic')).toEqual([]);
    for (const query of ['?status=open', '?as_of=2026-01-01', '?limit=5', '?resolve_by[gte]=never'])
      expect((await world.anyone(`GET /calendar.ics${query}`)).json).toMatchObject({
        status: 422,
        code: 'validation_failed',
      });
  });

  test('is byte-identical until something changes', async () => {
    const first = await world.anyone('GET /calendar.ics');
    const held = { headers: { 'if-none-match': first.headers.etag ?? '' } };
    world.clock.advance(hours(1));
    expect((await world.anyone('GET /calendar.ics', held)).status).toBe(304);
    await world.admin('PATCH /v1/predictions/noon', {
      json: { statement: 'GPT-7 at noon.' },
      headers: { 'if-match': '*' },
    });
    const next = await world.anyone('GET /calendar.ics', held);
    expect(next.status).toBe(200);
    expect(next.text).toContain('DTSTAMP:20260115T130000Z\r\n');
  });

  test('omits deadlines that passed more than 90 days ago', async () => {
    world.clock.set('2026-03-31T23:59:59Z');
    expect(await due('?q=passed')).toEqual(['2025-12-31 Passed, not settled.']);
    world.clock.set('2026-04-01');
    expect(await due('?q=passed')).toEqual([]);
  });

  test('contains a limited number of deadlines, the soonest ones', async () => {
    await world.db.sql`
      with made as (
        insert into predictions (id, slug, statement, made_at, made_from, recorded_at, edited_at, resolve_by)
        select 'pred_many_' || n, 'many-' || n, 'Many ' || n, '2026', '2026-01-01Z', '2026-01-01Z', '2026-01-01Z',
          '2030-01-01Z'::timestamptz + n * interval '1 day' from generate_series(1, 1001) n
        returning *),
      words as (
        insert into prediction_words (prediction_id, edit, edited_at, slug, statement, tags)
        select id, 1, edited_at, slug, statement, tags from made)
      insert into criteria (prediction_id, version, criterion, criterion_hash, polarity, resolve_by, created_at)
      select id, 1, ${JSON.stringify(by('12', '2030-01-01'))}::text::json, 'sha256:0', 'decidable', resolve_by, recorded_at from made`;
    const found = await due('?q=Many');
    expect([found.length, found[0], found.at(-1)]).toEqual([1000, '2030-01-01 Many 1', '2032-09-26 Many 1000']);
  });

  test('is linked from the catalogue, and needs a key if public reads are disabled', async () => {
    const { json } = await world.anyone('GET /.well-known/api-catalog');
    for (const link of json.linkset[0].alternate) {
      const answer = await world.anyone(`GET ${link.href}`);
      expect([answer.status, answer.headers['content-type']?.split(';')[0]]).toEqual([200, link.type]);
    }
    const closed = await openApiWorld({ http: { publicRead: false } });
    expect((await closed.anyone('GET /calendar.ics')).status).toBe(401);
    await closed.close();
  });
});
