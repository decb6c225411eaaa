import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpDeps } from '../../../src/http/deps.ts';
import { fingerprintOf } from '../../../src/http/operation/idempotency.ts';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { findMismatches } from '../../support/conformance.ts';
import { addressOf, askInProcess, askOf, breakDeps, document, type Listed, listed } from '../../support/documented.ts';
import { announcements } from '../../support/end-history.ts';
import { furnish } from '../../support/fuzz-run.ts';
import type { Answer, Ask, Json } from '../../support/http-client.ts';
import { commit } from '../../support/panels.ts';

/** `operationId status` of everything that was answered. */
const produced = new Set<string>();
let world: ApiWorld;
let ids: Readonly<Record<string, readonly string[]>>;
beforeAll(async () => {
  world = await openApiWorld();
  ids = (await furnish(world)).ids;
});
afterAll(() => world.close());

const targetOf = (one: Listed, at: 'known' | 'nothing' = 'known', query = ''): string => addressOf(ids, one, at, query);

/** Asks an application that nobody listens for, with the admin key. */
function inProcess(one: Listed, http: HttpDeps, more: Record<string, string> = {}, sentBody?: string): Promise<Answer> {
  const ask = askOf(one, { authorization: `Bearer ${world.adminKey}`, ...more });
  return askInProcess(http, targetOf(one), sentBody === undefined ? ask : { ...ask, body: sentBody });
}

/** Notes what was answered; every error must be a problem that validates, and every status one that is documented. */
function note({ name, documents }: Listed, answer: Pick<Answer, 'status' | 'headers' | 'json'>): void {
  produced.add(`${name} ${answer.status}`);
  expect([name, answer.status, documents(answer.status)]).toEqual([name, answer.status, true]);
  if (answer.status < 400) return;
  expect([name, answer.headers['content-type']]).toEqual([name, 'application/problem+json']);
  const { properties } = document.components.schemas.Problem;
  const known = Object.fromEntries(Object.entries(answer.json).filter(([key]) => Object.hasOwn(properties, key)));
  expect(findMismatches(document, { $ref: '#/components/schemas/Problem' }, known, name)).toEqual([]);
}

/** Asks each operation that documents the status, and expects just that of each. */
async function expectEach(status: number, among: (one: Listed) => boolean, ask: (one: Listed) => Promise<Answer>) {
  const chosen = listed.filter((one) => one.documents(status) && among(one));
  expect(chosen.length).toBeGreaterThan(0);
  const others: string[] = [];
  for (const one of chosen) {
    const answer = await ask(one);
    note(one, answer);
    if (answer.status !== status) others.push(`${one.name} answers ${answer.status}: ${answer.text.slice(0, 300)}`);
  }
  expect(others).toEqual([]);
}

test('a matching ETag returns 304', () =>
  expectEach(
    304,
    () => true,
    (one) => world.admin(targetOf(one), askOf(one, { 'if-none-match': '*' })),
  ));

test('invalid syntax returns 400: a body, a cursor, an Idempotency-Key, a position in the stream', async () => {
  await expectEach(
    400,
    ({ operation }) => operation.requestBody?.content['application/octet-stream'] === undefined,
    (one) => {
      if (one.has('query', 'cursor')) return world.admin(targetOf(one, 'known', 'cursor=nonsense'), askOf(one));
      if (one.has('header', 'Idempotency-Key'))
        return world.admin(targetOf(one), askOf(one, { 'idempotency-key': '"' }));
      if (one.has('header', 'Last-Event-ID')) return world.admin(targetOf(one), askOf(one, { 'last-event-id': 'x' }));
      return world.admin(targetOf(one), { ...askOf(one), body: '{' });
    },
  );
  const snapshots = listed.filter(({ operation }) => operation.requestBody?.content['application/octet-stream']);
  for (const one of snapshots) note(one, await world.admin(targetOf(one), askOf(one, { 'idempotency-key': '"' })));
});

test('a missing or invalid key returns 401', () =>
  expectEach(
    401,
    () => true,
    (one) => world.anyone(targetOf(one), askOf(one, { authorization: 'Bearer ok_short' })),
  ));

test('an unknown id returns 404', () =>
  expectEach(
    404,
    ({ path }) => path.includes('{'),
    (one) => {
      // Of a moment that is not too long ago, which the document cannot show.
      const ask = one.name === 'recoverWebhookEndpoint' ? { json: { since: '2026-01-14T00:00:00Z' } } : askOf(one);
      return world.admin(targetOf(one, 'nothing'), ask);
    },
  ));

test('an outdated ETag returns 412', () =>
  expectEach(
    412,
    () => true,
    (one) => world.admin(targetOf(one), askOf(one, { 'if-match': '"999"' })),
  ));

test('a body that is too large returns 413, a compressed one 415', async () => {
  const large = String(64 * 1024 * 1024);
  await expectEach(
    413,
    () => true,
    (one) => inProcess(one, world.http, { 'content-length': large }),
  );
  await expectEach(
    415,
    () => true,
    (one) => inProcess(one, world.http, { 'content-encoding': 'gzip' }),
  );
});

test('an unknown parameter returns 422', () =>
  expectEach(
    422,
    () => true,
    (one) => world.admin(targetOf(one, 'known', 'no_such_parameter=1'), askOf(one)),
  ));

test('a request repeated while it is running returns 409', () =>
  expectEach(
    409,
    (one) => one.has('header', 'Idempotency-Key'),
    async (one) => {
      const target = targetOf(one);
      const url = new URL(target.split(' ')[1] ?? '', world.base);
      const sent = askOf(one, { 'idempotency-key': 'under-way' });
      const isRaw = one.operation.requestBody?.content['application/octet-stream'] !== undefined;
      const body = typeof sent.body === 'string' ? sent.body : '';
      const fingerprint = fingerprintOf(url.searchParams, isRaw ? Buffer.from(body) : body);
      await world.db.sql`
      insert into idempotency_keys (caller, method, path, key, fingerprint, holder, lease_until, expires_at, answer)
      values ('admin', ${one.method}, ${url.pathname}, 'under-way', ${fingerprint}, 'another', '2027-01-01', '2027-01-01', null)`;
      return await world.admin(target, sent);
    },
  ));

test('requests above the rate limit return 429', async () => {
  const strict = await openApiWorld({ rateLimit: '1/600s' });
  try {
    await strict.admin('GET /v1/predictions');
    await expectEach(
      429,
      () => true,
      (one) => strict.admin(targetOf(one), askOf(one)),
    );
  } finally {
    await strict.close();
  }
});

test('a key without the scope returns 403', async () => {
  const closed = await openApiWorld({ http: { publicRead: false } });
  try {
    const made = async (scope: string): Promise<string> =>
      (await closed.admin('POST /v1/api-keys', { json: { name: scope, scopes: [scope] } })).json.key;
    const [reads, resolves] = [await made('read'), await made('resolve')];
    await expectEach(
      403,
      () => true,
      (one) => {
        const key = one.operation['x-required-scope'] === 'read' ? resolves : reads;
        return closed.anyone(targetOf(one), askOf(one, { authorization: `Bearer ${key}` }));
      },
    );
  } finally {
    await closed.close();
  }
});

test('a bug returns 500', () =>
  expectEach(
    500,
    () => true,
    (one) => inProcess(one, breakDeps(world.http, one, new Error('a bug'))),
  ));

test('an unavailable database returns 503', () =>
  expectEach(
    503,
    () => true,
    (one) => inProcess(one, breakDeps(world.http, one, Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))),
  ));

type Example = (one: Listed) => Promise<readonly [string, Ask]>;

const exampleOf = (one: Listed): Json => JSON.parse(String(askOf(one).body));
const withFields =
  (fields: () => Promise<object> | object): Example =>
  async (one) => [targetOf(one), { json: { ...exampleOf(one), ...(await fields()) } }];
const first = async (path: string): Promise<Json> => (await world.anyone(`GET ${path}`)).json;

/** A case whose judge, the admin, holds its vote. */
async function openHeldCase(slug: string): Promise<string> {
  await recordClaim(world, { slug, criterion: { op: 'judged', question: 'Is it?' } });
  const rules = { quorum: 1, vote_days: 1, allow_interested: true, vote_mode: 'committed' };
  await world.admin('POST /v1/panels', { json: { name: 'held', members: [{ key_id: 'admin' }], ...rules } });
  return (await world.admin('POST /v1/cases', { json: { prediction: slug, panel: 'held' } })).json.id;
}

const claimedId = { provider: 'OpenAI', id: 'o1-mini-2024-09-12' };
const claimedEnd = { vendor: 'openai', id: claimedId.id };

/** What an operation needs besides the example of the document, where that names what is not there in this world. */
const prepared: Readonly<Record<string, Example>> = {
  createPrediction: withFields(() => ({ predictor_id: ids.predictors?.[0], source_id: ids.sources?.[0] })),
  createPredictionForecast: withFields(() => ({ predictor_id: ids.predictors?.[0] })),
  replacePredictionCriterion: async (one) => {
    const model = { vendor: 'openai', family: 'gpt', version: '9', tier: null };
    await recordClaim(world, { slug: 'still-open', criterion: { op: 'released', model } });
    return ['POST /v1/predictions/still-open/criterion', { json: exampleOf(one) }];
  },
  createPredictionResolution: withFields(async () => ({
    evidence: [(await first('/v1/observations?limit=1')).data[0].id],
  })),
  createPanel: withFields(() => ({ members: [{ key_id: 'admin' }], quorum: 1 })),
  createCase: async () => {
    await recordClaim(world, { slug: 'to-be-judged', criterion: { op: 'judged', question: 'Is it?' } });
    return ['POST /v1/cases', { json: { prediction: 'to-be-judged', panel: 'fuzzed' } }];
  },
  createCaseVote: withFields(() => ({ evidence: [] })),
  createCaseCommitment: async (one) => [
    `POST /v1/cases/${await openHeldCase('committed-to')}/commitments`,
    { json: exampleOf(one) },
  ],
  createCaseReveal: async () => {
    const id = await openHeldCase('revealed');
    const { answer, ballot } = await commit({ id: 'admin', name: 'admin', client: world.admin }, id, 'yes');
    expect(answer.status).toBe(201);
    const now = world.clock.now();
    world.clock.advance(24 * 3_600_000);
    await advanceCases(world.deps);
    world.clock.set(new Date(now).toISOString());
    return [`POST /v1/cases/${id}/reveals`, { json: ballot }];
  },
  createCaseAppeal: async (one) => {
    await recordClaim(world, { slug: 'decided', criterion: { op: 'judged', question: 'Is it?' } });
    const { json } = await world.admin('POST /v1/cases', { json: { prediction: 'decided', panel: 'fuzzed' } });
    const ballot = { vote: 'ambiguous', reason: 'Nothing is known.' };
    await world.admin(`POST /v1/cases/${json.id}/votes`, { json: ballot });
    const now = world.clock.now();
    world.clock.advance(24 * 3_600_000);
    await advanceCases(world.deps);
    world.clock.set(new Date(now).toISOString());
    const members = [{ key_id: 'admin' }, { key_id: ids['api-keys']?.[0] }];
    await world.admin('POST /v1/panels', { json: { name: 'larger', members, quorum: 1, allow_interested: true } });
    return [`POST /v1/cases/${json.id}/appeal`, { json: { ...exampleOf(one), panel: 'larger' } }];
  },
  pollFeed: async () => {
    const url = 'https://feeds.example.com/ledger.json';
    await world.admin('POST /v1/feeds', { json: { slug: 'with-url', adapter: 'ledger', url, covers: ['openai'] } });
    return ['POST /v1/feeds/with-url/polls', {}];
  },
  createFeedSnapshot: async () => [
    'POST /v1/feeds/archive/snapshots?observed_at=2025-10-01T00:00:00Z',
    { body: gpt5Ledger },
  ],
  createEndClaim: async () => {
    await world.admin('POST /v1/feeds', { json: { slug: 'ends', adapter: 'deprecations', url: 'https://ends.test/' } });
    const json = announcements([{ ...claimedId, ends: '2026-10-01', announced: '2025-09-01' }]);
    await world.admin('POST /v1/feeds/ends/snapshots?observed_at=2025-10-01T00:00:00Z', { json });
    return ['POST /v1/ends/claims', { json: claimedEnd }];
  },
  checkIdentityAddition: withFields(() => ({ entry: { kind: 'alias', id: 'gpt-next-but-one', means: 'gpt-5' } })),
  createIdentityAddition: withFields(async () => ({ identity_version: (await first('/v1/identity')).version })),
  recoverWebhookEndpoint: withFields(() => ({ since: '2026-01-14T00:00:00Z' })),
  deleteSource: async () => {
    const { json } = await world.admin('POST /v1/sources', { json: { title: 'Unused' } });
    return [`DELETE /v1/sources/${json.id}`, {}];
  },
  deletePredictor: async () => {
    const { json } = await world.admin('POST /v1/predictors', { json: { name: 'Unused' } });
    return [`DELETE /v1/predictors/${json.id}`, {}];
  },
  withdrawPrediction: async () => {
    await recordClaim(world, { slug: 'to-be-withdrawn', criterion: { op: 'judged', question: 'Is it?' } });
    return ['DELETE /v1/predictions/to-be-withdrawn', {}];
  },
  deleteFeed: async () => {
    await createArchive(world, 'unread');
    return ['DELETE /v1/feeds/unread', {}];
  },
};

test('a conflict with existing data returns 409', async () => {
  const edit = listed.find(({ name }) => name === 'updatePrediction');
  if (edit !== undefined)
    note(edit, await world.admin('PATCH /v1/predictions/fuzzed-too', { json: { slug: 'fuzzed' } }));
  const withdraw = listed.find(({ name }) => name === 'withdrawPrediction');
  if (withdraw !== undefined) note(withdraw, await world.admin('DELETE /v1/predictions/fuzzed'));
  const events = listed.find(({ name }) => name === 'listEvents');
  if (events !== undefined) note(events, await world.admin('GET /v1/events?after=zzzzzzzz-1'));
  const remove = listed.find(({ name }) => name === 'deleteFeed');
  if (remove !== undefined) note(remove, await world.admin('DELETE /v1/feeds/archive'));
  for (const [collection, name, field] of [
    ['sources', 'deleteSource', 'source_id'],
    ['predictors', 'deletePredictor', 'predictor_id'],
  ] as const) {
    const id = ids[collection]?.[0];
    await recordClaim(world, { slug: `of-${collection}`, [field]: id });
    const one = listed.find((candidate) => candidate.name === name);
    if (one !== undefined) note(one, await world.admin(`DELETE /v1/${collection}/${id}`));
  }
  const hook = listed.find(({ name }) => name === 'updateWebhookEndpoint');
  if (hook === undefined) return;
  const headers = { authorization: 'Bearer secret' };
  await world.admin(targetOf(hook), { json: { headers } });
  // What was sealed under another secret cannot be opened, so that nothing can be added to it either.
  const { services } = world.http;
  const vault = { ...services.webhooks.vault, open: () => null };
  const http = { ...world.http, services: { ...services, webhooks: { ...services.webhooks, vault } } };
  note(hook, await inProcess(hook, http, {}, JSON.stringify({ headers })));
});

test('the badge at a former slug returns 301', async () => {
  await recordClaim(world, { slug: 'named-once' });
  const edit = await world.admin('PATCH /v1/predictions/named-once', { json: { slug: 'named-twice' } });
  expect(edit.status).toBe(200);
  await expectEach(
    301,
    () => true,
    () => world.anyone('GET /badges/named-once.svg'),
  );
});

test('a PUT creates what does not exist with 201', async () => {
  const [one] = listed.filter(({ name }) => name === 'replaceWatch');
  if (one === undefined) throw new Error('there is no such operation');
  note(one, await world.admin('PUT /v1/watches/another', askOf(one)));
});

test('metrics with a port of their own return 404 elsewhere', async () => {
  const http = { ...world.http, hasMetricsPort: true };
  await expectEach(
    404,
    ({ path }) => path === '/metrics',
    (one) => inProcess(one, http),
  );
});

test('the calendar of a watch that does not exist returns 404', () =>
  expectEach(
    404,
    ({ path }) => path === '/calendar.ics',
    (one) => world.admin(targetOf(one, 'known', 'watch=none')),
  ));

test('the documented examples succeed', async () => {
  await recordClaim(world, { slug: 'to-be-read' });
  const last = ['DELETE'];
  const inOrder = [...listed].sort((a, b) => Number(last.includes(a.method)) - Number(last.includes(b.method)));
  const failures: string[] = [];
  for (const one of inOrder) {
    const [target, ask] = (await prepared[one.name]?.(one)) ?? [targetOf(one), askOf(one)];
    const answer = await world.admin(target, ask);
    note(one, answer);
    if (answer.status >= 300) failures.push(`${one.name} answers ${answer.status}: ${answer.text.slice(0, 400)}`);
  }
  expect(failures).toEqual([]);
});

test('a claim that was made from an end before is returned with 200', async () => {
  const [one] = listed.filter(({ name }) => name === 'createEndClaim');
  if (one === undefined) throw new Error('there is no such operation');
  note(one, await world.admin('POST /v1/ends/claims', { json: claimedEnd }));
});

test('the ends of a watch that does not exist return 404', () =>
  expectEach(
    404,
    ({ path }) => path === '/v1/ends',
    (one) => world.admin(targetOf(one, 'known', 'watch=none')),
  ));

test('every documented status of every operation was returned here', () => {
  const missing = listed.flatMap(({ name, operation }) =>
    Object.keys(operation.responses)
      .map((status) => `${name} ${status}`)
      .filter((entry) => !produced.has(entry)),
  );
  expect(missing, 'provoke it above, or do not document it').toEqual([]);
});
