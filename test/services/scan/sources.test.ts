import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EndAnswer } from '../../../src/domain/scan/end.ts';
import { readUsedId } from '../../../src/domain/scan/used-id.ts';
import { parseCidrs } from '../../../src/net/address.ts';
import { requestApi } from '../../../src/net/api-request.ts';
import { makeClient } from '../../../src/net/client.ts';
import { makeRemoteEnds } from '../../../src/services/scan/remote-ends.ts';
import type { ScanSource } from '../../../src/services/scan/scan.ts';
import { makeStoredEnds } from '../../../src/services/scan/stored-ends.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { announcements, endFeeds, mistralFeed, mistralList, openaiList, prices } from '../../support/end-history.ts';
import { readAt } from '../../support/play.ts';

const newest = 'mistral-large-2512';
let world: ApiWorld;
const client = makeClient({ allow: parseCidrs('127.0.0.0/8'), userAgent: 'outturn/test' });

beforeAll(async () => {
  world = await openApiWorld({ now: '2026-01-01', feeds: [...endFeeds, mistralFeed] });
  const listed = { 'gpt-5-2025-08-07': '2026-12-10', 'gpt-5-mini': '2026-06-10', 'gpt-4.1': null };
  await readAt(world, '2026-01-02', {
    openai: openaiList({ ...listed, 'gpt-5-mini': '2026-05-10' }),
    litellm: prices({ 'azure/gpt-5-2025-08-07': { host: 'azure', ends: '2027-02' }, 'gpt-4.1': {} }),
    deprecations: announcements([
      { provider: 'OpenAI', id: 'gpt-5-2025-08-07', ends: '2026-12-10', successors: ['gpt-4.1'] },
      { provider: 'Google', id: 'gemini-2.5-flash', ends: '2026-06-17', announced: '2026-06-17' },
      { provider: 'OpenAI', id: 'chatgpt-4o-latest', ends: '2026-02-17' },
    ]),
    mistral: mistralList(
      { [newest]: newest, 'mistral-large-latest': newest, 'mistral-large-2411': 'mistral-large-2411' },
      { [newest]: '2026-11-30' },
    ),
  });
  await readAt(world, '2026-02-01', { openai: openaiList(listed) });
  const { 'gpt-5-mini': _mini, ...rest } = listed;
  await readAt(world, '2026-06-12', { openai: openaiList(listed) });
  await readAt(world, '2026-06-20', { openai: openaiList(rest) });
});
afterAll(async () => {
  await client.close();
  await world.close();
});

function remote(key: string | null = world.adminKey, url = world.base): ScanSource {
  const { identity } = world.deps;
  return makeRemoteEnds({ identity, knownIds: [], url, request: (request) => requestApi(client, key, request) });
}

const used = (...ids: string[]) => ids.map((id) => readUsedId(world.deps.identity, id));

describe.each([
  ['the database', () => makeStoredEnds(world.deps, [])],
  ['another Outturn', () => remote()],
])('ends from %s', (_name, open: () => ScanSource) => {
  let found: ReadonlyMap<string, EndAnswer>;
  beforeEach(async () => {
    const ids = [
      'gpt-5',
      'azure/gpt-5-2025-08-07',
      'gpt-5-mini',
      'gpt-4.1',
      'models/gemini-2.5-flash',
      'claude-opus-4-1',
      ...['mistral/mistral-large-latest', 'chatgpt-4o-latest'],
    ];
    found = await open().findEnds(used(...ids));
  });

  test('are those of the service that the id addresses', () => {
    expect(found.get('gpt-5')).toMatchObject({
      end: { id: 'gpt-5-2025-08-07', date: '2026-12-10', kind: 'firm', scope: 'vendor', host: null, hasEnded: false },
      successor: 'gpt-4.1',
    });
    expect(found.get('azure/gpt-5-2025-08-07')?.end).toMatchObject({ date: '2027-02', scope: 'host', host: 'azure' });
    expect(found.get('models/gemini-2.5-flash')?.end).toMatchObject({ date: '2026-06-17', kind: 'earliest' });
  });

  test('say that an id has ended, from which date it moved, and who decides', () => {
    expect(found.get('gpt-5-mini')?.end).toMatchObject({
      ...{ date: '2026-06-10', movedFrom: ['2026-05-10'], hasEnded: true, isContradicted: false },
      sources: [{ name: 'openai', url: null }],
    });
  });

  test('say what an alias stands for, by whose statement, and the end of that', () => {
    expect(found.get('mistral/mistral-large-latest')).toMatchObject({
      alias: { standsFor: newest, model: 'mistral/mistral-3-large', feed: 'mistral', since: '2026-01-02' },
      end: { id: newest, date: '2026-11-30' },
    });
    expect(found.get('chatgpt-4o-latest')).toMatchObject({ end: { id: 'chatgpt-4o-latest', date: '2026-02-17' } });
    expect(found.get('chatgpt-4o-latest')?.alias).toBeUndefined();
  });

  test('are none for an id without a stated end', () => {
    expect([found.get('gpt-4.1')?.end, found.get('claude-opus-4-1')?.end]).toEqual([null, null]);
  });
});

describe.each([
  ['the database', 'stored', () => makeStoredEnds(world.deps, [])],
  ['another Outturn', 'remote', () => remote()],
])('a watch in %s', (_name, watch, open: () => ScanSource) => {
  const read = async () => (await world.anyone(`GET /v1/watches/${watch}`)).json;

  test('is created, replaced, and keeps what somebody else has set', async () => {
    await open().setWatch(watch, ['gpt-5', 'azure/gpt-5']);
    expect((await read()).ids.map((row: { id: string }) => row.id)).toEqual(['gpt-5', 'azure/gpt-5']);
    await world.admin(`PUT /v1/watches/${watch}`, {
      json: { ids: ['gpt-5'], owner: 'payments', notice_days: [14] },
    });
    await open().setWatch(watch, ['gpt-4.1']);
    const { version, ids, owner, notice_days } = await read();
    expect([ids.map((row: { id: string }) => row.id), owner, notice_days]).toEqual([['gpt-4.1'], 'payments', [14]]);
    await open().setWatch(watch, ['gpt-4.1']);
    expect((await read()).version).toBe(version);
  });
});

describe('another Outturn', () => {
  test('that does not allow the request is named, with what to do', async () => {
    await expect(remote(null).setWatch('mine', ['gpt-5'])).rejects.toThrow(
      `${world.base} does not allow this (401): set OUTTURN_KEY to a key with the scope that it needs`,
    );
  });

  test('that cannot be reached is named', async () => {
    const source = remote(null, 'http://127.0.0.1:9');
    await expect(source.findEnds(used('gpt-5'))).rejects.toThrow(/^cannot read http:\/\/127\.0\.0\.1:9: /);
  });

  test.each([
    ['is none', 200, '<html></html>', /does not reply as Outturn does/],
    ['has another list', 200, '{"data": [{"id": 1}], "next_cursor": null}', /does not reply as Outturn does/],
    ['fails', 503, '{"detail": "the database is away"}', /replied with 503: the database is away/],
    ['redirects', 301, '', /replied with 301/],
    ['never ends', 200, '{"data": [], "next_cursor": "again"}', /lists more than 20000 entries of openai/],
  ])('that %s is refused', async (_what, status, body, message) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a server on a port has such an address
    try {
      await expect(remote('key', `http://127.0.0.1:${port}`).findEnds(used('gpt-5'))).rejects.toThrow(message);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
