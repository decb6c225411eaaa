import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pageBytesMax } from '../../../src/domain/cases/copy.ts';
import { fetchCopies } from '../../../src/services/cases/copies.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { Json } from '../../support/http-client.ts';
import { createPanel, type Judge, makeJudges, openCase, recordJudged } from '../../support/panels.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { exported, imported } from '../../support/rich-record.ts';

const minute = 60_000;

let world: ApiWorld;
let publisher: Receiver;
let judge: Judge;
let id: string;
beforeAll(async () => {
  [world, publisher] = await Promise.all([openApiWorld(), openReceiver()]);
});
afterAll(() => Promise.all([world.close(), publisher.close()]));
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  publisher.clear();
  const judges = await makeJudges(world, 3);
  judge = judges[0] as Judge;
  await recordJudged(world);
  await createPanel(world, judges);
  id = (await openCase(world)).id;
});

async function addItem(url: string, fields: object = {}): Promise<Json> {
  const json = { url, quote: 'It was.', stance: 'for', ...fields };
  const answer = await judge.client(`POST /v1/cases/${id}/evidence`, { json });
  expect(answer.status).toBe(201);
  return answer.json;
}

const items = async (): Promise<Json[]> => (await world.anyone(`GET /v1/cases/${id}`)).json.evidence;
const serve =
  (body: string | Buffer, type: string | undefined = 'text/html; charset=utf-8') =>
  (response: ServerResponse) =>
    response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(body);
const redirect = (to: string) => (response: ServerResponse) => response.writeHead(302, { location: to }).end();

/** A page that cannot be archived, and what the case shows instead. */
async function problemOf(url: string): Promise<string> {
  await addItem(url);
  expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 1 });
  const [item] = await items();
  expect(item?.archived).toBeNull();
  return item?.copy_problem;
}

describe('a page', () => {
  test('is archived by the job, not by the request, with the SHA-256 of its text', async () => {
    publisher.answer(serve('<p>Es war so – é</p>\0'));
    const added = await addItem(`${publisher.origin}/interview`);
    expect(added).toMatchObject({ archived: null, copy_problem: null });
    expect(publisher.received).toHaveLength(0);
    world.clock.advance(minute);
    expect(await fetchCopies(world.deps)).toEqual({ archived: 1, failed: 0 });
    const content = '<p>Es war so – é</p>\uFFFD';
    const copy = await world.anyone(`GET /v1/cases/${id}/evidence/${added.id}/copy`);
    expect(copy.json).toEqual({
      origin: 'fetched',
      media_type: 'text/html',
      sha256: createHash('sha256').update(content).digest('hex'),
      archived_at: '2026-01-15T12:01:00Z',
      content,
    });
    const { content: _content, ...archived } = copy.json;
    expect((await items())[0]).toMatchObject({ archived, copy_problem: null });
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 0 });
    expect(publisher.received).toHaveLength(1);
    expect((await world.anyone(`GET /cases/${id}`)).text).toContain(archived.sha256.slice(0, 12));
  });

  test('is archived after a redirect', async () => {
    publisher.answer(redirect('/moved'), serve('It was.', 'text/plain'));
    await addItem(`${publisher.origin}/interview`);
    expect(await fetchCopies(world.deps)).toEqual({ archived: 1, failed: 0 });
    expect(publisher.received.map(({ path }) => path)).toEqual(['/interview', '/moved']);
  });

  test('is not requested for an item with a copy, without an address, or with fetch: false', async () => {
    await addItem(`${publisher.origin}/a`, { copy: { media_type: 'text/plain', content: 'It was.' } });
    await addItem(`${publisher.origin}/b`, { fetch: false });
    await judge.client(`POST /v1/cases/${id}/evidence`, { json: { quote: 'It was.', stance: 'for' } });
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 0 });
    expect(publisher.received).toHaveLength(0);
    expect((await items()).map(({ copy_problem: problem }) => problem)).toEqual([null, null, null]);
  });
});

describe('a page that cannot be archived', () => {
  test.each([
    'http://127.0.0.2/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://a.private.test/',
  ])('because %s is private, is never requested', async (url) => {
    expect(await problemOf(url)).toMatch(/^the page is not at a public address: /);
    world.clock.advance(100 * minute);
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 0 });
  });

  test('because it redirects to a private address, says so, and the address is not requested', async () => {
    publisher.answer(redirect(`http://127.0.0.2:${new URL(publisher.origin).port}/`));
    expect(await problemOf(publisher.origin)).toBe(
      'the page is not at a public address: 127.0.0.2 is not a permitted address',
    );
    expect(publisher.received).toHaveLength(1);
  });

  test('because it redirects in circles, says so', async () => {
    publisher.answer(redirect('/again'));
    expect(await problemOf(publisher.origin)).toBe('the page redirects too often: more than 3 redirects');
    expect(publisher.received).toHaveLength(4);
  });

  test('because it is huge, says so', async () => {
    publisher.answer(serve(Buffer.alloc(pageBytesMax + 1, 'a'), 'text/plain'));
    expect(await problemOf(publisher.origin)).toContain(`larger than ${pageBytesMax} bytes`);
  });

  test('because it never ends, says so', async () => {
    publisher.answer((response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const chunk = Buffer.alloc(65_536, 'a');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more).on('error', () => {});
      more();
    });
    expect(await problemOf(publisher.origin)).toContain('the page is too large');
  });

  test.each([
    ['application/pdf', Buffer.from('%PDF'), 'neither text/plain nor text/html, but application/pdf'],
    ['', Buffer.from('It was.'), 'of no stated type'],
    ['text/plain; charset=utf-8', Buffer.from([0xe9]), 'cannot be decoded as utf-8'],
    ['text/html', Buffer.from(''), 'the page is empty'],
  ])('because it is %s, says so', async (type, body, problem) => {
    publisher.answer(serve(body, type));
    expect(await problemOf(publisher.origin)).toContain(problem);
    expect((await world.anyone(`GET /cases/${id}`)).text).toContain(problem);
  });

  test('because its server says 404, says so', async () => {
    publisher.answer(404);
    expect(await problemOf(publisher.origin)).toBe('the page is not available: the server returned status 404');
  });
});

describe('a page that is away', () => {
  test('is requested again after a minute, ten minutes and an hour, and then its problem is shown', async () => {
    publisher.answer(() => {});
    await addItem(publisher.origin);
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 1 });
    for (const minutes of [1, 10, 60]) {
      expect((await items())[0]?.copy_problem).toBeNull();
      world.clock.advance(minutes * minute - 1);
      expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 0 });
      world.clock.advance(1);
      expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 1 });
    }
    expect((await items())[0]?.copy_problem).toBe('the page was not read in time: not finished after 500 ms');
    world.clock.advance(10_000 * minute);
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 0 });
  });

  test('is archived once it is back', async () => {
    publisher.answer(503, serve('It was.'));
    await addItem(publisher.origin);
    await fetchCopies(world.deps);
    expect((await items())[0]).toMatchObject({ archived: null, copy_problem: null });
    world.clock.advance(minute);
    expect(await fetchCopies(world.deps)).toEqual({ archived: 1, failed: 0 });
    expect((await items())[0]).toMatchObject({ archived: { origin: 'fetched' }, copy_problem: null });
  });
});

describe('several nodes', () => {
  test('fetch every page once', async () => {
    publisher.answer(serve('It was.'));
    for (let index = 0; index < 12; index += 1) await addItem(`${publisher.origin}/${index}`);
    const counts = await Promise.all(['a', 'b', 'c'].map((name) => fetchCopies(world.node(name))));
    expect(counts.reduce((sum, { archived }) => sum + archived, 0)).toBe(12);
    expect(publisher.received).toHaveLength(12);
  });

  test('a node that is killed between the fetch and the copy leaves it to the next one, after its lease', async () => {
    publisher.answer(serve('It was.'));
    await addItem(publisher.origin);
    expect(await fetchCopies(cutOff(world.deps))).toEqual({ archived: 0, failed: 1 });
    world.errors.length = 0;
    expect((await items())[0]).toMatchObject({ archived: null, copy_problem: null });
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 0 });
    await endLeases();
    expect(await fetchCopies(world.deps)).toEqual({ archived: 1, failed: 0 });
  });

  test('a page that kills every node that fetches it is given up', async () => {
    publisher.answer(serve('It was.'));
    await addItem(publisher.origin);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await fetchCopies(cutOff(world.deps));
      await endLeases();
    }
    world.errors.length = 0;
    expect(await fetchCopies(world.deps)).toEqual({ archived: 0, failed: 1 });
    expect((await items())[0]?.copy_problem).toBe('fetching the page was interrupted 4 times');
    expect(publisher.received).toHaveLength(4);
  });

  const endLeases = async () => await world.db.sql`update case_fetches set lease_until = '2000-01-01'`;
});

test('an export contains copies, problems and what is still to be fetched', async () => {
  publisher.answer(serve('It was.'), 404, 503);
  for (const path of ['a', 'b', 'c']) {
    await addItem(`${publisher.origin}/${path}`);
    await fetchCopies(world.deps);
  }
  const copy = await openTestDatabase();
  await imported({ db: copy, webhooks: world.deps.webhooks }, await exported(world.db));
  world.clock.advance(minute);
  publisher.answer(serve('It was.'));
  expect(await fetchCopies(world.node('node_b', copy))).toEqual({ archived: 1, failed: 0 });
  expect(await copy.sql`select problem from case_fetches where problem is not null`).toHaveLength(1);
  expect(await copy.sql`select origin from case_copies`).toHaveLength(2);
  await copy.close();
});

/** A node that loses its transactions just before they commit. */
function cutOff(deps: Deps): Deps {
  const begin: Deps['db']['begin'] = (run) =>
    deps.db.begin(async (tx) => {
      await run(tx);
      throw new Error('the process was killed');
    });
  return { ...deps, db: { ...deps.db, begin } };
}
