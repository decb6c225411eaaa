import { parseAtomFeed } from 'feedsmith';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import type { ApiWorld } from '../../support/api-world.ts';
import { openPageWorld } from '../../support/page-world.ts';

/** What this service publishes elsewhere leads to its pages, and to the JSON where the format has room for it. */

let world: ApiWorld;
beforeAll(async () => {
  world = await openPageWorld();
});
afterAll(() => world?.close());

/** Follows redirects of the service, and returns the media type at the end. */
async function typeAt(url: string): Promise<string> {
  const answer = await fetch(url, { headers: { accept: '*/*' } });
  return answer.status === 200 ? (answer.headers.get('content-type') ?? '') : String(answer.status);
}

const html = 'text/html; charset=utf-8';

test('every entry of the Atom feed', async () => {
  const feed = parseAtomFeed((await world.anyone('GET /feeds/resolutions.atom')).text);
  expect(feed.entries?.length).toBeGreaterThan(3);
  for (const { links = [] } of feed.entries ?? []) {
    expect(links.map(({ rel, type }) => [rel, type])).toEqual([
      ['alternate', 'text/html'],
      ['alternate', 'application/json'],
    ]);
    expect(await Promise.all(links.map(({ href = '' }) => typeAt(href)))).toEqual([html, 'application/json']);
  }
});

test('every entry of the JSON Feed', async () => {
  const { json } = await world.anyone('GET /feeds/resolutions.json');
  expect(json.home_page_url).toBe(`${world.base}/`);
  expect(json.items.length).toBeGreaterThan(3);
  for (const { url, attachments } of json.items) {
    expect(await typeAt(url)).toBe(html);
    expect(attachments).toMatchObject([{ mime_type: 'application/json' }]);
    expect(await typeAt(attachments[0].url)).toBe('application/json');
  }
});

test('every event of the calendar', async () => {
  await world.admin('POST /v1/predictions', {
    json: {
      slug: 'due',
      statement: 'It rains.',
      made_at: '2026-11-01',
      criterion: { op: 'judged', question: 'Did it rain?', by: '2027-01-31' },
    },
  });
  const { text } = await world.anyone('GET /calendar.ics');
  const urls = [...text.replaceAll('\r\n ', '').matchAll(/^URL:(.*)\r$/gm)].map((match) => match[1] ?? '');
  expect(urls).toContain(`${world.base}/predictions/due`);
  for (const url of urls) expect(await typeAt(url)).toBe(html);
  expect(text.replaceAll('\r\n ', '')).toMatch(/DESCRIPTION:.*\/predictions\/due\\n.*\/v1\/predictions\/pred_/);
});

test('without pages they lead to the JSON', async () => {
  const app = createApp({ ...world.http, services: { ...world.deps, hasPages: false } });
  const feed = parseAtomFeed(await (await app.request('/feeds/resolutions.atom')).text());
  expect(feed.entries?.[0]?.links).toMatchObject([{ type: 'application/json' }]);
  const items = ((await (await app.request('/feeds/resolutions.json')).json()) as { items: { url: string }[] }).items;
  expect(items[0]?.url).toContain('/v1/predictions/');
  expect(await (await app.request('/calendar.ics')).text()).not.toMatch(/^URL:[^\r]*(?<!v1)\/predictions\//m);
});

describe('oEmbed', () => {
  const oEmbed = (url: string, more = '') => world.anyone(`GET /oembed?url=${encodeURIComponent(url)}${more}`);

  test('is named by the page and describes a frame that answers', async () => {
    const { text } = await world.anyone('GET /predictions/gpt-5-never-released');
    const address =
      /type="application\/json\+oembed"[^>]* href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const answer = await world.anyone(`GET ${address.slice(world.base.length)}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(answer.json).toMatchObject({
      version: '1.0',
      type: 'rich',
      provider_name: 'Outturn',
      title: 'OpenAI never releases GPT-5.',
      author_name: 'Alberto Romero',
      width: 480,
    });
    expect(await typeAt(/src="([^"]+)"/.exec(answer.json.html)?.[1] ?? '')).toBe(html);
  });

  test('fits the size that is asked for, and keeps markup in the statement as text', async () => {
    const { json } = await oEmbed(`${world.base}/predictions/hostile-markup`, '&maxwidth=300&maxheight=100&x=1');
    expect([json.width, json.height]).toEqual([300, 100]);
    expect(json.html).not.toMatch(/<script|<img|<b>/);
  });

  test.each([
    ['https://example.com/predictions/gpt-5-never-released', '', 404],
    ['nothing', '', 422],
    ['http://127.0.0.1/', '&format=xml', 422],
    ['http://127.0.0.1/', '&maxwidth=-1', 422],
  ])('refuses %s%s', async (url, more, status) => {
    expect((await oEmbed(url, more)).status).toBe(status);
  });

  test('refuses a prediction that does not exist', async () => {
    expect((await oEmbed(`${world.base}/predictions/nobody`)).json.code).toBe('not_found');
  });
});
