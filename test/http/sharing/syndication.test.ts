import { parseAtomFeed } from 'feedsmith';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;
let closed: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  closed = await openApiWorld({ http: { publicRead: false } });
});
afterAll(async () => {
  await world.close();
  await closed.close();
});

async function decide(slug: string, outcome: string): Promise<void> {
  const json = {
    outcome,
    effective_at: '2025-08-07',
    reason_code: 'evidence_reviewed',
    reason: `Seen & "weighed": ${outcome}.`,
  };
  expect((await world.admin(`POST /v1/predictions/${slug}/resolutions`, { json })).status).toBe(201);
}

test('a badge shows the outcome, may be embedded anywhere, and changes with the outcome', async () => {
  await recordClaim(world, { slug: 'badged', statement: 'GPT-5 never released' });
  const open = await world.anyone('GET /badges/badged.svg');
  expect(open.headers).toMatchObject({
    'content-type': 'image/svg+xml',
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'public, max-age=300',
    etag: expect.stringMatching(/^"/),
  });
  expect(open.text).toContain('aria-label="GPT-5 never released: open"');
  const held = { headers: { 'if-none-match': open.headers.etag ?? '' } };
  expect((await world.anyone('GET /badges/badged.svg', held)).status).toBe(304);
  await decide('badged', 'no');
  const resolved = await world.anyone('GET /badges/badged.svg', held);
  expect([resolved.status, resolved.text]).toEqual([200, expect.stringContaining('GPT-5 never released: no')]);
  expect((await world.anyone('GET /badges/badged.svg?label=Never%20%3Cever%3E')).text).toContain(
    'Never &lt;ever&gt;: no',
  );
});

test('a badge is rejected for an unknown prediction, without its suffix or with another method', async () => {
  expect((await world.anyone('GET /badges/nobody.svg')).json).toMatchObject({ status: 404, code: 'not_found' });
  expect((await world.anyone('GET /badges/badged')).json).toMatchObject({ status: 404, code: 'not_found' });
  expect((await world.anyone('GET /badges/.svg')).status).toBe(404);
  expect((await world.anyone('POST /badges/badged.svg')).headers.allow).toBe('GET, HEAD, OPTIONS');
  expect((await world.anyone('GET /badges/badged.svg?label=')).status).toBe(422);
});

test('a feed without resolutions is valid', async () => {
  const { text } = await closed.admin('GET /feeds/resolutions.atom');
  expect(parseAtomFeed(text)).toMatchObject({ title: { value: 'Outturn: resolutions' }, updated: expect.any(String) });
  expect((await closed.admin('GET /feeds/resolutions.json')).json).toMatchObject({
    title: expect.any(String),
    items: [],
  });
});

test('the feeds list resolutions, newest first, and mark corrections', async () => {
  await recordClaim(world, { slug: 'fed', statement: 'Said <b>so</b> & so.' });
  await decide('fed', 'yes');
  world.clock.advance(60_000);
  await decide('fed', 'no');
  const atom = await world.anyone('GET /feeds/resolutions.atom');
  expect(atom.headers).toMatchObject({
    'content-type': 'application/atom+xml',
    'cache-control': 'public, max-age=300',
  });
  const feed = parseAtomFeed(atom.text);
  expect(feed).toMatchObject({
    id: 'tag:outturn.invalid,2025:0/resolutions',
    updated: '2026-01-15T12:01:00.000Z',
    authors: [{ name: 'Outturn' }],
    links: [{ rel: 'self', type: 'application/atom+xml', href: `${world.base}/feeds/resolutions.atom` }],
  });
  expect(feed.entries?.slice(0, 2)).toMatchObject([
    {
      id: expect.stringMatching(/^tag:outturn\.invalid,2025:res_/),
      title: { value: 'no (corrected): Said <b>so</b> & so.' },
      updated: '2026-01-15T12:01:00.000Z',
      categories: [{ term: 'no' }],
      summary: { value: 'Seen & "weighed": no.' },
    },
    { title: { value: 'yes: Said <b>so</b> & so.' } },
  ]);
  // Raw markup would be read as elements.
  expect(atom.text.replaceAll(/<!\[CDATA\[.*?\]\]>/gs, '')).not.toContain('<b>');
  const behind = await world.anyone('GET /feeds/resolutions.json', { headers: { 'x-forwarded-proto': 'https' } });
  expect(behind.headers['content-type']).toBe('application/feed+json');
  expect(behind.json).toMatchObject({ version: 'https://jsonfeed.org/version/1.1' });
  expect(behind.json.items[0]).toMatchObject({
    id: expect.stringMatching(/^tag:outturn\.invalid,2025:res_/),
    url: expect.stringMatching(new RegExp(`^https://127\\.0\\.0\\.1:${world.port}/predictions/fed$`)),
    title: 'no (corrected): Said <b>so</b> & so.',
    date_published: '2026-01-15T12:01:00.000Z',
    tags: ['no'],
  });
  expect(new Set(behind.json.items.map((item: Json) => item.id)).size).toBe(behind.json.items.length);
  const held = { headers: { 'if-none-match': atom.headers.etag ?? '' } };
  expect((await world.anyone('GET /feeds/resolutions.atom', held)).status).toBe(304);
  expect((await world.anyone('GET /feeds/resolutions.atom?limit=1')).status).toBe(422);
});

test('if public reads are disabled, feeds and badges need a key and are not cacheable by shared caches', async () => {
  for (const target of ['GET /feeds/resolutions.atom', 'GET /feeds/resolutions.json', 'GET /badges/any.svg'])
    expect([target, (await closed.anyone(target)).status]).toEqual([target, 401]);
  expect((await closed.admin('GET /feeds/resolutions.atom')).headers['cache-control']).toBe('private, no-cache');
});

test('the API catalogue links to the document and the reference', async () => {
  const answer = await closed.anyone('GET /.well-known/api-catalog');
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/linkset+json']);
  for (const link of [...answer.json.linkset[0]['service-desc'], ...answer.json.linkset[0]['service-doc']])
    expect([link.href, (await closed.anyone(`GET ${link.href}`)).status]).toEqual([link.href, 200]);
  expect((await closed.anyone('HEAD /.well-known/api-catalog')).status).toBe(200);
});
