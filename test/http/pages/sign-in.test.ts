import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hourMs } from '../../../src/domain/instant.ts';
import { nextOf } from '../../../src/http/pages/sign-in.tsx';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';

let world: ApiWorld;
let slug: string;
beforeAll(async () => {
  world = await openApiWorld({ http: { publicRead: false } });
});
beforeEach(async () => {
  slug = `rain-${world.deps.newId('pred').slice(-8)}`.toLowerCase();
  await recordClaim(world, { slug, criterion: { op: 'judged', question: 'Did it rain?' } });
});
afterAll(() => world?.close());

type Page = {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  readonly cookie: string;
};

/** A browser that follows no redirects and keeps no cookies by itself. */
async function open(path: string, cookie = '', more: RequestInit = {}): Promise<Page> {
  const response = await fetch(`${world.base}${path}`, {
    redirect: 'manual',
    ...more,
    headers: { accept: 'text/html', ...(cookie !== '' && { cookie }), ...(more.headers as Record<string, string>) },
  });
  return {
    status: response.status,
    text: await response.text(),
    location: response.headers.get('location'),
    cookie: response.headers.get('set-cookie') ?? '',
  };
}

function send(path: string, fields: Record<string, string>, cookie = '', headers: Record<string, string> = {}) {
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers };
  return open(path, cookie, { method: 'POST', body: new URLSearchParams(fields).toString(), headers: form });
}

async function signIn(key = world.adminKey): Promise<string> {
  const { cookie } = await send('/sign-in', { key });
  return cookie.split(';')[0] ?? '';
}

async function makeKey(scopes: readonly string[]): Promise<{ id: string; key: string }> {
  const { json } = await world.admin('POST /v1/api-keys', { json: { name: 'Ada', scopes } });
  return { id: String(json.id), key: String(json.key) };
}

const tokenOf = (html: string): string => /name="token" value="([^"]*)"/.exec(html)?.[1] ?? '';

describe('signing in', () => {
  test('opens pages that are not public, and returns to the page that was asked for', async () => {
    expect((await open(`/predictions/${slug}`)).status).toBe(401);
    expect((await open('/sign-in')).status).toBe(200);
    const { status, location, cookie } = await send('/sign-in', { key: world.adminKey, next: `/predictions/${slug}` });
    expect([status, location]).toEqual([303, `./predictions/${slug}`]);
    expect(cookie).toMatch(/^outturn_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const page = await open(`/predictions/${slug}`, cookie.split(';')[0]);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Sign out');
  });

  test.each([
    ['no key', '', /must be|keys start with/],
    ['an unknown key', `ok_${'0'.repeat(40)}`, /checksum|does not exist/],
    ['something else', 'letmein', /keys start with/],
  ])('with %s is refused, with the reason', async (_name, key, reason) => {
    const { status, text, cookie } = await send('/sign-in', { key });
    expect([status, cookie]).toEqual([422, '']);
    expect(text).toMatch(reason);
  });

  test('contains neither the key nor anything that can be changed', async () => {
    const { id, key } = await makeKey(['read']);
    const cookie = await signIn(key);
    expect(Buffer.from(cookie, 'latin1').toString()).not.toContain(key.slice(3, 20));
    expect(cookie).not.toContain(id);
    for (const position of [20, cookie.length - 5]) {
      const other = cookie[position] === 'A' ? 'B' : 'A';
      const changed = cookie.slice(0, position) + other + cookie.slice(position + 1);
      expect((await open('/', changed)).status).toBe(401);
    }
  });

  test('ends when the key is revoked, after twelve hours, and when the person signs out', async () => {
    const { id, key } = await makeKey(['read']);
    const cookie = await signIn(key);
    const page = await open('/', cookie);
    expect(page.status).toBe(200);
    const out = await send('/sign-out', { token: tokenOf(page.text) }, cookie);
    expect([out.status, out.location]).toEqual([303, './']);
    expect(out.cookie).toMatch(/^outturn_session=; Max-Age=0; Path=\/;/);
    world.clock.advance(12 * hourMs);
    expect((await open('/', cookie)).status).toBe(401);
    world.clock.advance(-12 * hourMs);
    await world.admin(`DELETE /v1/api-keys/${id}`);
    expect((await open('/', cookie)).status).toBe(401);
  });

  test('gives no access to the API', async () => {
    const cookie = await signIn();
    const response = await fetch(`${world.base}/v1/predictions`, { headers: { cookie } });
    expect(response.status).toBe(401);
  });

  test.each([
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['/predictions/a\r\nset-cookie:b', '/'],
    ['predictions', '/'],
    ['/models?vendor=openai', '/models?vendor=openai'],
    [null, '/'],
  ])('returns to %j as %j', (next, to) => expect(nextOf(next)).toBe(to));
});

describe('a form that another site sends', () => {
  test.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['by an old browser', { 'sec-fetch-site': 'none', origin: 'https://evil.example' }],
  ])('%s is refused', async (_name, headers) => {
    const cookie = await signIn();
    const { status, cookie: set } = await send('/sign-in', { key: world.adminKey }, '', headers);
    expect([status, set]).toEqual([403, '']);
    const { text } = await open(`/predictions/${slug}/decide`, cookie);
    const sent = await send(`/predictions/${slug}/decide`, { ...decision, token: tokenOf(text) }, cookie, headers);
    expect(sent.status).toBe(403);
  });
});

const decision = {
  outcome: 'yes',
  reason_code: 'judged',
  effective_at: '2025-01-15',
  reason: 'It rained, as the records of the weather service say.',
  supersedes: '',
};

describe('deciding', () => {
  const outcome = async (): Promise<unknown> => (await world.admin(`GET /v1/predictions/${slug}`)).json.outcome;

  test('on the page of a prediction is recorded like a request to the API, with its audit entry', async () => {
    const { id, key } = await makeKey(['read', 'resolve']);
    const cookie = await signIn(key);
    expect((await open(`/predictions/${slug}`, cookie)).text).toContain(`predictions/${slug}/decide"`);
    const { text } = await open(`/predictions/${slug}/decide`, cookie);
    const sent = await send(`/predictions/${slug}/decide`, { ...decision, token: tokenOf(text) }, cookie);
    expect([sent.status, sent.location]).toEqual([303, `../../predictions/${slug}`]);
    const { json } = await world.admin(`GET /v1/predictions/${slug}`);
    expect(json).toMatchObject({ outcome: 'yes', resolution: { decided_by: id, reason: decision.reason } });
    const audit = await world.admin('GET /v1/audit?limit=1');
    expect(JSON.stringify(audit.json)).toContain('createPredictionResolution');
  });

  test('while a panel decides requires that the person overrules it', async () => {
    const panel = { name: 'house', members: [{ key_id: 'admin', name: 'A' }], quorum: 1, allow_interested: true };
    await world.admin('POST /v1/panels', { json: panel });
    const { id } = (await world.admin('POST /v1/cases', { json: { prediction: slug, panel: 'house' } })).json;
    const cookie = await signIn();
    const { text } = await open(`/predictions/${slug}/decide`, cookie);
    expect(text).toContain(`name="supersede_case" value="${id}"`);
    const fields = { ...decision, token: tokenOf(text) };
    const refused = await send(`/predictions/${slug}/decide`, fields, cookie);
    expect([refused.status, await outcome()]).toEqual([422, null]);
    expect(refused.text).toContain(id);
    const sent = await send(`/predictions/${slug}/decide`, { ...fields, supersede_case: id }, cookie);
    expect([sent.status, await outcome()]).toEqual([303, 'yes']);
    const audit = (await world.admin('GET /v1/audit?operation=createPredictionResolution')).json.data[0];
    expect(audit.after.supersede_case).toBe(id);
    expect((await world.admin(`GET /v1/cases/${id}`)).json.state).toBe('superseded');
  });

  test('without the token of the session is refused', async () => {
    const cookie = await signIn();
    const other = tokenOf((await open(`/predictions/${slug}/decide`, await signIn())).text);
    for (const token of ['', 'guess', other]) {
      expect((await send(`/predictions/${slug}/decide`, { ...decision, token }, cookie)).status).toBe(403);
    }
    expect(await outcome()).toBeNull();
  });

  test('with a key that may not decide is refused, and offers nothing', async () => {
    const cookie = await signIn((await makeKey(['read', 'write'])).key);
    expect((await open(`/predictions/${slug}`, cookie)).text).not.toContain(`${slug}/decide"`);
    expect((await open(`/predictions/${slug}/decide`, cookie)).status).toBe(403);
    expect((await send(`/predictions/${slug}/decide`, decision, cookie)).status).toBe(403);
    expect(await outcome()).toBeNull();
  });

  test.each([
    ['a day in the future', { effective_at: '2027-01-01' }, /must not be in the future/],
    ['no reason', { reason: ' ' }, /reason/],
    ['no outcome', { outcome: '' }, /outcome/],
    ['a resolution that is not current', { supersedes: 'res_other' }, /resol/],
  ])('with %s shows the form again, with what was entered', async (_name, change, problem) => {
    const cookie = await signIn();
    const { text } = await open(`/predictions/${slug}/decide`, cookie);
    const fields = { ...decision, ...change, token: tokenOf(text) };
    const sent = await send(`/predictions/${slug}/decide`, fields, cookie);
    expect(sent.status).toBe(422);
    expect(/role="alert">.*?<\/p>/s.exec(sent.text)?.[0]).toMatch(problem);
    expect(sent.text).toContain(`value="${fields.effective_at}"`);
    expect(await outcome()).toBeNull();
  });

  test('asks those who have not signed in to do so', async () => {
    const { status, location } = await open(`/predictions/${slug}/decide`);
    expect([status, location]).toEqual([303, `../../sign-in?next=%2Fpredictions%2F${slug}%2Fdecide`]);
    expect((await send(`/predictions/${slug}/decide`, decision)).status).toBe(303);
    expect(await outcome()).toBeNull();
  });
});
