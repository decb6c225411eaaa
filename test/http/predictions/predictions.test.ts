import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluatorVersion } from '../../../src/domain/evaluation/evaluate.ts';
import { predictionSorts } from '../../../src/services/predictions/lists.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, gpt5Ledger, neverGpt5, recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

/** Of which no evidence in this file speaks. */
const neverClaude9 = {
  op: 'not',
  of: { op: 'released', model: { vendor: 'anthropic', family: 'claude', version: '9', tier: 'any' } },
};

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

describe('POST /v1/predictions', () => {
  test('returns 201 with the documented prediction, its Location and warnings', async () => {
    const json = {
      slug: 'never-gpt-5',
      statement: 'OpenAI never releases GPT-5.',
      made_at: '2025-01',
      criterion: neverGpt5,
      tags: ['agi', 'agi'],
      locator: 'section VI',
    };
    const answer = await world.admin('POST /v1/predictions', { json });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/v1/predictions/${answer.json.id}`);
    expect(answer.headers.etag).toMatch(/^"1-[0-9a-f]{8}"$/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^pred_[0-9a-z]+$/),
      slug: 'never-gpt-5',
      statement: 'OpenAI never releases GPT-5.',
      fine_print: null,
      source: null,
      locator: 'section VI',
      predictor: null,
      case: null,
      from_end: null,
      self_stated: false,
      probability: null,
      made_at: '2025-01',
      recorded_at: '2026-01-15T12:00:00Z',
      hindsight: false,
      criterion: neverGpt5,
      criterion_text: expect.stringContaining('OpenAI GPT model of version 5'),
      criterion_version: 1,
      criterion_hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      polarity: 'refutable_only',
      evaluated_through: '2026-01-15T12:00:00Z',
      evidence_policy: null,
      resolve_by: null,
      status: 'open',
      outcome: null,
      standing: null,
      leaning: null,
      review: null,
      resolution: null,
      errata: [],
      tags: ['agi'],
      as_of: null,
      version: 1,
      created_at: '2026-01-15T12:00:00Z',
      updated_at: '2026-01-15T12:00:00Z',
      withdrawn_at: null,
      warnings: ['never_confirmable', 'matches_nothing_seen', 'not_covered'].map((code) => ({
        code,
        detail: expect.any(String),
        pointer: '#/criterion/of',
      })),
    });
    const again = await world.admin('POST /v1/predictions', { json });
    expect(again.status).toBe(409);
    expect(again.json).toMatchObject({ code: 'conflict', errors: [{ pointer: '#/slug' }] });
  });

  test('embeds source and predictor in the response, and rejects unknown ones', async () => {
    const source = (
      await world.admin('POST /v1/sources', {
        json: { title: 'An essay', url: 'https://example.com/essay', language: 'fr', published_at: '2025-01' },
      })
    ).json;
    const predictor = (await world.admin('POST /v1/predictors', { json: { name: 'Somebody' } })).json;
    const made = await recordClaim(world, { source_id: source.id, predictor_id: predictor.id });
    expect(made.source).toEqual({
      id: source.id,
      title: 'An essay',
      url: 'https://example.com/essay',
      language: 'fr',
      published_at: '2025-01',
    });
    expect(made.predictor).toEqual({ id: predictor.id, name: 'Somebody' });
    const wrong = await world.admin('POST /v1/predictions', {
      json: { statement: 's', made_at: '2025', criterion: neverGpt5, source_id: 'src_none' },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.json.errors).toEqual([{ detail: expect.stringContaining('src_none'), pointer: '#/source_id' }]);
  });

  test('returns the deadline as the last day that counts, or as an instant', async () => {
    const released = (by: string) => ({ criterion: { op: 'released', model: gpt5, by } });
    expect((await recordClaim(world, released('2030-12-31'))).resolve_by).toBe('2030-12-31');
    expect((await recordClaim(world, released('2030-12-31T12:00:00Z'))).resolve_by).toBe('2030-12-31T12:00:00Z');
  });

  test('rejects a claim made in the future', async () => {
    const answer = await world.admin('POST /v1/predictions', {
      json: { statement: 's', made_at: '2027', criterion: neverGpt5 },
    });
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/made_at' }] });
  });
});

describe('GET /v1/predictions', () => {
  const slugsOf = (json: Json): string[] => json.data.map((row: Json) => row.slug);

  test('pages through everything once, in both directions, by next_cursor and by Link', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await recordClaim(world, { slug: `page-${name}`, tags: ['paging'] });
    const first = await world.anyone('GET /v1/predictions?tag=paging&limit=2');
    expect(slugsOf(first.json)).toEqual(['page-e', 'page-d']);
    const link = /^<(.+)>; rel="next"$/.exec(first.headers.link ?? '')?.[1];
    const second = await world.anyone(`GET ${link}`);
    expect(slugsOf(second.json)).toEqual(['page-c', 'page-b']);
    const third = await world.anyone(`GET /v1/predictions?tag=paging&limit=2&cursor=${second.json.next_cursor}`);
    expect(slugsOf(third.json)).toEqual(['page-a']);
    expect(third.json.next_cursor).toBeNull();
    expect(third.headers.link).toBeUndefined();
    const oldest = await world.anyone('GET /v1/predictions?tag=paging&sort=recorded_at&limit=200');
    expect(slugsOf(oldest.json)).toEqual(['page-a', 'page-b', 'page-c', 'page-d', 'page-e']);
  });

  test.each(['tag=paging', 'q=page-', 'q=e-', 'status=open&q=page-', 'vendor=openai&tag=paging'])(
    'pages through a list by %s once, in every order',
    async (filter) => {
      for (const sort of predictionSorts) {
        const whole = slugsOf((await world.anyone(`GET /v1/predictions?${filter}&sort=${sort}&limit=200`)).json);
        const paged: string[] = [];
        for (let cursor: string | null = ''; cursor !== null && paged.length <= whole.length; ) {
          const after = cursor === '' ? '' : `&cursor=${cursor}`;
          const { json } = await world.anyone(`GET /v1/predictions?${filter}&sort=${sort}&limit=2${after}`);
          paged.push(...slugsOf(json));
          cursor = json.next_cursor;
        }
        expect([sort, paged]).toEqual([sort, whole]);
        expect(whole.length).toBeGreaterThanOrEqual(5);
      }
    },
  );

  test('rejects a cursor of other filters or of another list, and a forged or garbled one', async () => {
    const { json } = await world.anyone('GET /v1/predictions?tag=paging&limit=2');
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(json.next_cursor, 'base64url').toString()), at: 'x\u0000' }),
    ).toString('base64url');
    const targets = [
      `/v1/predictions?limit=2&cursor=${json.next_cursor}`,
      `/v1/predictions?tag=paging&sort=recorded_at&cursor=${json.next_cursor}`,
      `/v1/resolutions?cursor=${json.next_cursor}`,
      `/v1/predictions?tag=paging&cursor=${forged}`,
      '/v1/predictions?cursor=garbage',
      '/v1/predictions?cursor=%F0%9F%92%A9',
    ];
    for (const target of targets) {
      const answer = await world.anyone(`GET ${target}`);
      expect([target, answer.status, answer.json.code]).toEqual([target, 400, 'invalid_cursor']);
    }
  });

  test('filters by models, by when a prediction was made and by when it is due', async () => {
    const fields = { slug: 'o4-by-2031', statement: '100% sure_thing', made_at: '2024-06', tags: ['filters'] };
    await recordClaim(world, {
      ...fields,
      criterion: {
        op: 'released',
        model: { vendor: 'openai', family: 'o', version: '4', tier: null },
        by: '2031-06-30',
      },
    });
    await recordClaim(world, {
      slug: 'claude-9',
      tags: ['filters'],
      criterion: { op: 'released', model: { vendor: 'anthropic', family: 'claude', version: '9', tier: 'any' } },
    });
    const found = async (query: string) =>
      slugsOf((await world.anyone(`GET /v1/predictions?tag=filters&${query}`)).json);
    expect(await found('vendor=anthropic')).toEqual(['claude-9']);
    expect(await found('family=o')).toEqual(['o4-by-2031']);
    expect(await found('made_at%5Blt%5D=2025-01-01')).toEqual(['o4-by-2031']);
    expect(await found('made_at[gte]=2025-01-01')).toEqual(['claude-9']);
    expect(await found('resolve_by[gte]=2031-06-30&resolve_by[lt]=2031-07-01')).toEqual(['o4-by-2031']);
    expect(await found('resolve_by[lt]=2031-06-30')).toEqual([]);
    expect(await found('q=100%25+SURE_')).toEqual(['o4-by-2031']);
    expect(await found('q=1__%25')).toEqual([]);
    expect(await found('status=resolved')).toEqual([]);
    expect(await found('status=open&predictor=who_none')).toEqual([]);
  });

  test.each(['0', '-1', '0x10', '1e3', '%205', '', '5.0', 'ten', '%EF%BC%95'])('rejects limit=%s', async (limit) => {
    const answer = await world.anyone(`GET /v1/predictions?limit=${limit}`);
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer: '#/limit' }] });
  });

  test('reduces a limit that is too large', async () => {
    expect((await world.anyone('GET /v1/predictions?limit=99999999')).status).toBe(200);
  });
});

describe('GET /v1/predictions/{id}', () => {
  test('finds by id and by slug, and rejects unknown ones', async () => {
    const made = await recordClaim(world, { slug: 'by-slug' });
    const byId = await world.anyone(`GET /v1/predictions/${made.id}`);
    expect(byId.status).toBe(200);
    expect((await world.anyone('GET /v1/predictions/by-slug')).text).toBe(byId.text);
    for (const id of ['pred_none', 'no%00thing', '%zz', '%E2%82%AC', 'a'.repeat(500)]) {
      const answer = await world.anyone(`GET /v1/predictions/${id}`);
      expect([id, answer.status, answer.json.code]).toEqual([id, 404, 'not_found']);
    }
  });

  test('rejects an as_of in the future, in another format, and out of range', async () => {
    await recordClaim(world, { slug: 'as-of-bounds' });
    for (const asOf of [
      '2026-01-15T12:00:01Z',
      '2026-01-15',
      '2025',
      '2025-01-01T00:00:00',
      '9999-01-01',
      '-000001-01-01',
      'yesterday',
      '',
    ]) {
      const answer = await world.anyone(`GET /v1/predictions/as-of-bounds?as_of=${asOf}`);
      expect([asOf, answer.status, answer.json.errors?.[0]?.pointer]).toEqual([asOf, 422, '#/as_of']);
    }
    expect((await world.anyone('GET /v1/predictions/as-of-bounds?as_of=2026-01-14')).json.as_of.at).toBe(
      '2026-01-15T00:00:00Z',
    );
  });

  test('returns the same bytes for a past as_of, whatever is observed later', async () => {
    const made = await recordClaim(world, { slug: 'frozen-past' });
    await createArchive(world, 'past-archive');
    const target = `GET /v1/predictions/${made.id}?as_of=2026-01-15T12:00:00Z`;
    const before = await world.anyone(target);
    expect(before.json).toMatchObject({
      status: 'open',
      version: 1,
      as_of: { at: '2026-01-15T12:00:00Z', evaluator: evaluatorVersion, identity: expect.any(String) },
    });
    expect(before.headers['cache-control']).toBe('public, max-age=60');
    world.clock.set('2026-01-20T00:00:00Z');
    const sent = await world.admin('POST /v1/feeds/past-archive/snapshots?observed_at=2026-01-18T00:00:00Z', {
      body: gpt5Ledger.replaceAll('2025-08-07', '2026-01-17').replace('2026-01-10', '2026-01-18'),
    });
    expect(sent.json.suspect_reason).toBeNull();
    const now = await world.anyone(`GET /v1/predictions/${made.id}`);
    expect(now.json).toMatchObject({
      status: 'resolved',
      outcome: 'no',
      version: 2,
      resolution: { reason_code: 'released_in_window', decided_by: 'resolver', effective_at: '2026-01-17' },
    });
    const after = await world.anyone(target);
    expect(after.text).toBe(before.text);
    expect(after.headers.etag).toBe(before.headers.etag);
    const list = await world.anyone('GET /v1/predictions?q=frozen-past&status=open&as_of=2026-01-15T12:00:00Z');
    expect(list.json.data).toEqual([before.json]);
    expect((await world.anyone('GET /v1/predictions?q=frozen-past&status=open')).json.data).toEqual([]);
    expect((await world.anyone('GET /v1/predictions?q=frozen-past&outcome=no')).json.data).toHaveLength(1);
  });
});

describe('PATCH /v1/predictions/{id}', () => {
  test('applies a merge patch: given fields change, null removes, the rest remains', async () => {
    const made = await recordClaim(world, {
      criterion: neverClaude9,
      slug: 'to-edit',
      fine_print: 'small',
      tags: ['x'],
      locator: 'p. 1',
    });
    const answer = await world.admin(`PATCH /v1/predictions/${made.id}`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ fine_print: null, tags: null, slug: 'edited' }),
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ fine_print: null, tags: [], slug: 'edited', locator: 'p. 1', version: 2 });
    expect(answer.headers.etag).toMatch(/^"2-/);
    expect((await world.anyone('GET /v1/predictions/to-edit')).json).toEqual(answer.json);
  });

  test('rejects a change of the criterion, the removal of a required field, and an empty patch', async () => {
    await recordClaim(world, { slug: 'not-to-edit' });
    const edit = async (json: object) => (await world.admin('PATCH /v1/predictions/not-to-edit', { json })).json;
    expect(await edit({ criterion: neverGpt5 })).toMatchObject({
      status: 422,
      errors: [{ detail: expect.stringContaining('frozen'), pointer: '#/criterion' }],
    });
    expect(await edit({ statement: null })).toMatchObject({ status: 422, errors: [{ pointer: '#/statement' }] });
    expect(await edit({})).toMatchObject({ status: 422, errors: [{ pointer: '#' }] });
    expect(await edit({ made_at: '2024' })).toMatchObject({ status: 422, errors: [{ pointer: '#/made_at' }] });
    expect((await world.admin('PATCH /v1/predictions/nothing', { json: { tags: [] } })).status).toBe(404);
  });
});
