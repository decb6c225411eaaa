import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, ledgerOf, neverGpt5, recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await createArchive(world, 'archive');
  const body = ledgerOf([
    { id: 'gpt-5', vendor: 'openai', released: '2025-08-07' },
    { id: 'o3', vendor: 'openai', released: '2025-04-16' },
    { id: 'horizon-alpha', vendor: 'openai', released: '2025-07-30' },
  ]);
  await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body });
});
afterAll(() => world.close());

describe('/v1/predictions/{id}/resolutions', () => {
  const decision = {
    outcome: 'ambiguous',
    effective_at: '2025-08-07',
    reason_code: 'reality_unclear',
    reason: 'The sources contradict each other.',
  };

  test("appends a person's decision that supersedes the resolver's, and keeps both", async () => {
    await recordClaim(world, { slug: 'decided' });
    const [byResolver] = (await world.anyone('GET /v1/predictions/decided/resolutions')).json.data;
    expect(byResolver).toMatchObject({ outcome: 'no', decided_by: 'resolver', supersedes: null });
    const answer = await world.admin('POST /v1/predictions/decided/resolutions', {
      json: { ...decision, evidence: byResolver.evidence },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/v1/resolutions/${answer.json.id}`);
    expect(answer.json).toMatchObject({
      ...decision,
      decided_by: 'admin',
      supersedes: byResolver.id,
      known_at: '2026-01-15T12:00:00Z',
    });
    const first = await world.anyone('GET /v1/predictions/decided/resolutions?limit=1');
    expect(first.json.data).toEqual([byResolver]);
    const second = await world.anyone(
      `GET /v1/predictions/decided/resolutions?limit=1&cursor=${first.json.next_cursor}`,
    );
    expect(second.json).toEqual({ data: [answer.json], next_cursor: null });
    expect((await world.anyone('GET /v1/predictions/decided')).json).toMatchObject({
      outcome: 'ambiguous',
      version: 3,
      resolution: { id: answer.json.id },
    });
  });

  test.each([
    [{ outcome: 'maybe' }, '#/outcome'],
    [{ reason_code: 'because' }, '#/reason_code'],
    [{ reason: '  ' }, '#/reason'],
    [{ effective_at: 'soon' }, '#/effective_at'],
    [{ effective_at: '2025-01-01/2025-02-01/2025-03-01' }, '#/effective_at'],
    [{ evidence: ['obs_none'] }, '#/evidence/0'],
    [{ decided_by: 'me' }, '#/decided_by'],
  ])('rejects %j', async (fields, pointer) => {
    await world.admin('POST /v1/predictions', {
      json: { slug: 'undecided', statement: 's', made_at: '2025', criterion: { op: 'judged', question: 'Is it so?' } },
    });
    const answer = await world.admin('POST /v1/predictions/undecided/resolutions', {
      json: { ...decision, ...fields },
    });
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
  });

  test('rejects an event that was over before the claim was made, unless the reason says so', async () => {
    const criterion = { op: 'judged', question: 'Is it so?' };
    await recordClaim(world, { slug: 'late-claim', made_at: '2025-06-15', criterion });
    const decide = async (fields: object) =>
      await world.admin('POST /v1/predictions/late-claim/resolutions', {
        json: { ...decision, outcome: 'yes', reason_code: 'judged', ...fields },
      });
    for (const effective_at of ['2025-06-14', '2025-05', '../2025-06-14', '2025-06-14T23:59:59Z']) {
      const answer = await decide({ effective_at });
      expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/effective_at' }] });
      expect(answer.json.detail).toContain('already_before_window');
    }
    // A month or a range that contains the day of the claim may mean a later day.
    for (const effective_at of ['2025-06-15', '2025-06', '2025-05/2025-06-16'])
      expect((await decide({ effective_at })).status).toBe(201);
    const before = { effective_at: '2025-06-14', reason_code: 'already_before_window', outcome: 'annulled' };
    expect((await decide(before)).status).toBe(201);
  });

  test('rejects a prediction that does not exist', async () => {
    expect((await world.admin('POST /v1/predictions/nothing/resolutions', { json: decision })).status).toBe(404);
    expect((await world.anyone('GET /v1/predictions/nothing/resolutions')).status).toBe(404);
  });
});

describe('GET /v1/resolutions', () => {
  test('lists resolutions in order, and later those since a cursor', async () => {
    const start = await world.anyone('GET /v1/resolutions');
    await recordClaim(world, { slug: 'resolved-later' });
    const since = await world.anyone(`GET /v1/resolutions?cursor=${start.json.last_cursor}`);
    expect(since.json.data).toMatchObject([{ outcome: 'no', prediction: { slug: 'resolved-later' } }]);
    const quiet = await world.anyone(`GET /v1/resolutions?cursor=${since.json.last_cursor}`);
    expect(quiet.json).toEqual({ data: [], next_cursor: null, last_cursor: since.json.last_cursor });
    const filtered = await world.anyone('GET /v1/resolutions?outcome=ambiguous');
    expect(filtered.json.data.map((row: Json) => row.outcome)).toEqual(['ambiguous']);
    expect((await world.anyone('GET /v1/resolutions?outcome=perhaps')).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/outcome' }],
    });
  });
});

describe('ids in resolutions, events and explanations', () => {
  test('lead to the resolution and its evidence, with an ETag', async () => {
    const claim = await recordClaim(world, { slug: 'followed' });
    const { resolution } = (await world.anyone('GET /v1/predictions/followed')).json;
    const found = await world.anyone(`GET /v1/resolutions/${resolution.id}`);
    const { statement } = claim;
    const prediction = { id: claim.id, slug: 'followed', statement };
    expect(found.json).toEqual({ ...resolution, prediction });
    const evidence = await world.anyone(`GET /v1/observations/${resolution.evidence[0]}`);
    expect(evidence.json).toMatchObject({
      id: resolution.evidence[0],
      name: 'gpt-5',
      feed: { slug: 'archive' },
      item: { raw: { id: 'gpt-5' } },
    });
    expect((await world.anyone('GET /v1/observations?name=gpt-5')).json.data).toEqual([evidence.json]);
    for (const path of [`/v1/resolutions/${resolution.id}`, `/v1/observations/${resolution.evidence[0]}`]) {
      const { etag = '' } = (await world.anyone(`GET ${path}`)).headers;
      expect(etag).toMatch(/^"1-[0-9a-f]{8}"$/);
      expect((await world.anyone(`GET ${path}`, { headers: { 'if-none-match': `W/${etag}` } })).status).toBe(304);
    }
  });

  test.each(['/v1/resolutions/res_none', '/v1/observations/obs_none'])('%s does not exist', async (path) => {
    expect((await world.anyone(`GET ${path}`)).json).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('POST /v1/criteria/check', () => {
  test('returns verdict, explanation, polarity and warnings, needs no key, and stores nothing', async () => {
    const count = async () => (await world.anyone('GET /v1/predictions?limit=200')).json.data.length;
    const before = await count();
    const answer = await world.anyone('POST /v1/criteria/check', {
      json: { criterion: neverGpt5, made_at: '2025-01' },
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      verdict: 'no',
      effective_at: '2025-08-07',
      polarity: 'refutable_only',
      criterion: neverGpt5,
      as_of: null,
      explanation: { op: 'not', of: [{ op: 'released', verdict: 'yes' }] },
    });
    expect(answer.json.warnings.map((warning: Json) => warning.code)).toEqual(['never_confirmable', 'already_decided']);
    expect(await count()).toBe(before);
  });

  test('answers as of a moment in the past', async () => {
    const json = { criterion: neverGpt5, made_at: '2025-01', as_of: '2025-08-01' };
    expect((await world.anyone('POST /v1/criteria/check', { json })).json).toMatchObject({
      verdict: 'undetermined',
      as_of: { at: '2025-08-02T00:00:00Z' },
    });
    const later = await world.anyone('POST /v1/criteria/check', { json: { ...json, as_of: '2030-01-01T00:00:00Z' } });
    expect(later.json).toMatchObject({ status: 422, errors: [{ pointer: '#/as_of' }] });
  });
});

describe('/v1/observations', () => {
  test('lists evidence newest first, filtered and limited to as_of', async () => {
    const all = await world.anyone('GET /v1/observations?feed=archive');
    expect(all.json.data).toHaveLength(3);
    const found = await world.anyone('GET /v1/observations?vendor=openai&family=gpt&name=gpt-5');
    expect(found.json.data).toMatchObject([
      {
        name: 'gpt-5',
        feed: { slug: 'archive' },
        model: { vendor: 'openai', family: 'gpt', version: '5', tier: null },
        unrecognised: null,
        observed_at: '2025-08-08T00:00:00Z',
      },
    ]);
    const past = await world.anyone('GET /v1/observations?as_of=2025-07-01');
    expect(past.json.data.map((row: Json) => row.name)).toEqual(['o3']);
    const first = await world.anyone('GET /v1/observations?limit=2');
    const second = await world.anyone(`GET /v1/observations?limit=2&cursor=${first.json.next_cursor}`);
    expect([...first.json.data, ...second.json.data]).toEqual(all.json.data);
    expect((await world.anyone('GET /v1/observations?vendor=')).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/vendor' }],
    });
  });

  test('lists unrecognised names with the reason', async () => {
    const { json } = await world.anyone('GET /v1/observations/unrecognised');
    expect(json.data).toEqual([
      {
        name: 'horizon-alpha',
        reason: expect.any(String),
        vendor: expect.toSatisfy((vendor: unknown) => vendor === null || typeof vendor === 'string'),
        items: 1,
        feeds: ['archive'],
        examples: ['openai/horizon-alpha#general'],
        first_seen_at: '2025-07-31T00:00:00Z',
        listed: true,
        why: expect.stringMatching(/\w/),
        readable: expect.any(Boolean),
      },
    ]);
    const filtered = await world.anyone(`GET /v1/observations/unrecognised?reason=${json.data[0].reason}`);
    expect(filtered.json.data).toEqual(json.data);
    expect((await world.anyone('GET /v1/observations/unrecognised?reason=other')).json.data).toEqual([]);
    expect((await world.anyone('GET /v1/observations/unrecognised?feed=archive')).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/feed' }],
    });
  });
});

describe.each([
  [
    'sources',
    {
      title: 'An essay',
      url: 'https://example.com/essay',
      language: 'pt-BR',
      author: 'A. Author',
      published_at: '2025',
    },
    { title: '' },
    '#/title',
  ],
  [
    'predictors',
    { name: 'A. Author', url: 'https://example.com' },
    { name: 'A. Author', url: 'javascript:alert(1)' },
    '#/url',
  ],
])('/v1/%s', (resource, input, wrong, pointer) => {
  test('creates, finds and lists, and rejects invalid input', async () => {
    const made = await world.admin(`POST /v1/${resource}`, { json: input });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject(input);
    expect(made.headers.location).toBe(`/v1/${resource}/${made.json.id}`);
    expect((await world.anyone(`GET ${made.headers.location}`)).json).toEqual(made.json);
    const other = await world.admin(`POST /v1/${resource}`, { json: input });
    const first = await world.anyone(`GET /v1/${resource}?limit=1`);
    const second = await world.anyone(`GET /v1/${resource}?limit=1&cursor=${first.json.next_cursor}`);
    expect([first.json.data, second.json.data]).toEqual([[made.json], [other.json]]);
    expect((await world.admin(`POST /v1/${resource}`, { json: wrong })).json).toMatchObject({
      status: 422,
      errors: [{ pointer }],
    });
    expect((await world.anyone(`GET /v1/${resource}/none`)).json).toMatchObject({ status: 404, code: 'not_found' });
    expect((await world.anyone(`GET /v1/${resource}?sort=name`)).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/sort' }],
    });
  });
});

test('a judged criterion is recorded with the warning that it needs a person', async () => {
  const made = await recordClaim(world, {
    criterion: {
      op: 'all',
      of: [
        { op: 'judged', question: 'Is it so?' },
        { op: 'released', model: gpt5 },
      ],
    },
  });
  expect(made.warnings.map((warning: Json) => warning.code)).toContain('needs_a_person');
});

test('a payload of another feed with the same origin adds nothing to a resolution', async () => {
  await createArchive(world, 'mirror');
  const answer = await world.admin('POST /v1/feeds/mirror/snapshots?observed_at=2025-09-01T00:00:00Z', {
    body: gpt5Ledger,
  });
  expect(answer.json).toMatchObject({ new: 1, resolutions: 0 });
});
