import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyBytesMax, snapshotBytesMax } from '../../../src/http/operation/body.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5, neverGpt5 } from '../../support/claims.ts';
import type { Ask } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await createArchive(world, 'archive');
});
afterAll(() => world.close());

const released = { op: 'released', model: gpt5 };
const claim = { statement: 'A statement.', made_at: '2025-01', criterion: neverGpt5 };

function nested(depth: number): string {
  return `{"statement":"s","made_at":"2025","criterion":${'{"of":'.repeat(depth)}1${'}'.repeat(depth)}}`;
}

describe('an invalid criterion', () => {
  test.each([
    ['an unknown operator', { op: 'maybe' }, 'validation_failed', '#/criterion/op'],
    ['no operator', {}, 'validation_failed', '#/criterion/op'],
    [
      'no tier',
      { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '5' } },
      'validation_failed',
      '#/criterion/model/tier',
    ],
    [
      'no tier, deeply nested',
      { op: 'any', of: [released, { op: 'not', of: { op: 'released', model: { vendor: 'openai', family: 'gpt' } } }] },
      'validation_failed',
      '#/criterion/of/1/of/model/tier',
    ],
    [
      'a deadline before the window opens',
      { ...released, from: '2025-06-01', by: '2025-05-31' },
      'validation_failed',
      '#/criterion/by',
    ],
    ['a year out of range', { ...released, by: '9999-12-31' }, 'validation_failed', '#/criterion/by'],
    [
      'a year with too many digits',
      { ...released, by: '+275760-09-13T00:00:00Z' },
      'validation_failed',
      '#/criterion/by',
    ],
    ['a day that does not exist', { ...released, by: '2025-02-30' }, 'validation_failed', '#/criterion/by'],
    ['an unknown field', { ...released, unless: 'x' }, 'validation_failed', '#/criterion/unless'],
    [
      'a count of zero',
      { op: 'all', of: [released, { op: 'count', model: gpt5, at_least: 0, distinct: 'model' }] },
      'validation_failed',
      '#/criterion/of/1/at_least',
    ],
    [
      'an invalid duration',
      { op: 'within', event: released, after: released, duration: '3 months' },
      'validation_failed',
      '#/criterion/duration',
    ],
    [
      'a comparison without a bound',
      { op: 'attribute', model: gpt5, name: 'context_tokens', is: {} },
      'validation_failed',
      '#/criterion/is',
    ],
    ['no operands', { op: 'all', of: [] }, 'validation_failed', '#/criterion/of'],
    [
      'too many nodes',
      { op: 'all', of: Array.from({ length: 201 }, () => released) },
      'criterion_too_large',
      '#/criterion',
    ],
    ['a text', 'released', 'validation_failed', '#/criterion'],
    ['nothing', null, 'validation_failed', '#/criterion'],
    ['a list', [released], 'validation_failed', '#/criterion'],
  ])('is rejected with a pointer: %s', async (_what, criterion, code, pointer) => {
    for (const target of ['POST /v1/predictions', 'POST /v1/criteria/check']) {
      const json = target.endsWith('check') ? { criterion } : { ...claim, criterion };
      const answer = await world.admin(target, { json });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json).toMatchObject({ status: 422, code });
      expect(answer.json.errors[0].pointer).toBe(pointer);
    }
  });

  test.each([1000, 100_000])('is rejected when it is %d levels deep', async (depth) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await world.admin('POST /v1/predictions', { headers, body: nested(depth) });
    expect(answer.json).toMatchObject({
      status: 422,
      code: 'criterion_too_deep',
      errors: [{ pointer: '#/criterion' }],
    });
  });

  test('is rejected when it is 100000 arrays deep, even inside an unknown field', async () => {
    const lists = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const body of [
      `{"statement":"s","made_at":"2025","criterion":${lists}}`,
      `{"statement":"s","made_at":"2025","criterion":{"op":"judged","question":"q"},"extra":${lists}}`,
    ]) {
      const answer = await world.admin('POST /v1/predictions', {
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed' });
    }
  });
});

describe('a body', () => {
  test.each([
    ['an unknown field', { ...claim, author: 'x' }, '#/author'],
    [
      'a field named __proto__',
      JSON.parse('{"statement":"s","made_at":"2025","criterion":{"op":"judged","question":"q"},"__proto__":{"x":1}}'),
      '#/__proto__',
    ],
    ['a missing statement', { made_at: '2025', criterion: neverGpt5 }, '#/statement'],
    ['a missing criterion', { statement: 's', made_at: '2025' }, '#/criterion'],
    ['a blank statement', { ...claim, statement: ' \n' }, '#/statement'],
    ['a statement that is too long', { ...claim, statement: 'x'.repeat(1001) }, '#/statement'],
    ['a number for a string', { ...claim, statement: 5 }, '#/statement'],
    ['U+0000 in a string', { ...claim, statement: 'a\u0000b' }, '#/statement'],
    ['U+0000 in a key', { ...claim, 'a\u0000b': 1 }, '#'],
    [
      'U+0000 deep in the criterion',
      { ...claim, criterion: { op: 'judged', question: 'a\u0000' } },
      '#/criterion/question',
    ],
    ['a lone surrogate', { ...claim, tags: ['ok', '\ud83d'] }, '#/tags/1'],
    ['a year out of range', { ...claim, made_at: '0001' }, '#/made_at'],
    ['an instant without a zone', { ...claim, made_at: '2025-01-01T00:00:00' }, '#/made_at'],
    ['too many tags', { ...claim, tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, '#/tags'],
    ['an empty tag', { ...claim, tags: [''] }, '#/tags/0'],
    ['a slug with capitals', { ...claim, slug: 'GPT 5' }, '#/slug'],
    ['a weaker evidence policy', { ...claim, evidence_policy: { origins: 1 } }, '#/evidence_policy/origins'],
    ['a list', [claim], '#'],
    ['null', null, '#'],
  ])('with %s is rejected with a pointer', async (_what, json, pointer) => {
    const answer = await world.admin('POST /v1/predictions', { json });
    expect(answer.json).toMatchObject({
      type: '/docs/problems#validation_failed',
      status: 422,
      code: 'validation_failed',
    });
    expect(answer.json.errors[0].pointer).toBe(pointer);
    expect(answer.json.request_id).toBe(answer.headers['x-request-id']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  const asJson = { 'content-type': 'application/json' };
  const wrong: [string, Ask, number, string][] = [
    ['broken JSON', { headers: asJson, body: '{"statement":' }, 400, 'invalid_json'],
    ['no UTF-8', { headers: asJson, body: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'invalid_json'],
    ['nothing in it', { headers: asJson, body: '' }, 400, 'invalid_json'],
    ['nothing at all', {}, 400, 'invalid_json'],
    ['no content type', { body: '{}' }, 415, 'unsupported_media_type'],
    ['another content type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, 'unsupported_media_type'],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' },
      415,
      'unsupported_media_type',
    ],
    [
      'a patch',
      { headers: { 'content-type': 'application/merge-patch+json' }, body: '{}' },
      415,
      'unsupported_media_type',
    ],
    [
      'another charset',
      { headers: { 'content-type': 'application/json; charset=latin1' }, body: '{}' },
      415,
      'unsupported_media_type',
    ],
    ['compression', { headers: { ...asJson, 'content-encoding': 'gzip' }, body: '{}' }, 415, 'unsupported_media_type'],
    ['too many bytes', { headers: asJson, body: `"${'x'.repeat(bodyBytesMax)}"` }, 413, 'body_too_large'],
    [
      'too many bytes in chunks',
      { headers: asJson, body: `"${'x'.repeat(bodyBytesMax)}"`, chunked: true },
      413,
      'body_too_large',
    ],
  ];
  test.each(wrong)('with %s is rejected', async (_what, ask, status, code) => {
    const answer = await world.admin('POST /v1/predictions', ask);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
  });

  test('may be JSON with a charset, in chunks', async () => {
    const headers = { 'content-type': 'Application/JSON; charset="UTF-8"' };
    const answer = await world.admin('POST /v1/predictions', { headers, body: JSON.stringify(claim), chunked: true });
    expect(answer.status).toBe(201);
  });

  test('of a snapshot may be larger, up to a limit', async () => {
    const target = 'POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z';
    const body = new Uint8Array(snapshotBytesMax + 1).fill(0x20);
    for (const chunked of [false, true]) {
      expect((await world.admin(target, { body, chunked })).json).toMatchObject({
        status: 413,
        code: 'body_too_large',
      });
    }
    const fits = await world.admin(target, {
      body: body.subarray(0, 2 * bodyBytesMax),
      headers: { 'content-type': 'text/html' },
    });
    expect([fits.status, fits.json.suspect]).toEqual([200, true]);
  });
});

describe('a query', () => {
  test.each([
    ['/v1/predictions?colour=red', '#/colour'],
    ['/v1/predictions/x?fields=id', '#/fields'],
    ['/healthz?verbose=1', '#/verbose'],
    ['/readyz?verbose=1', '#/verbose'],
    ['/openapi.json?v=3.0', '#/v'],
    ['/openapi.yaml?v=3.0', '#/v'],
    ['/v1/predictions?status=closed', '#/status'],
    ['/v1/predictions?sort=slug', '#/sort'],
    ['/v1/predictions?status=open&status=closed', '#/status'],
    ['/v1/predictions?q=a%00b', '#'],
    ['/v1/predictions?q=%ED%A0%80%00', '#'],
    ['/v1/predictions?resolve_by[gte]=20250', '#/resolve_by[gte]'],
    ['/v1/predictions?made_at[lt]=9999-01-01', '#/made_at[lt]'],
    ['/v1/predictions?__proto__=1', '#/__proto__'],
    [`/v1/predictions?q=${'x'.repeat(201)}`, '#/q'],
  ])('like %s is rejected with a pointer', async (target, pointer) => {
    const answer = await world.anyone(`GET ${target}`);
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(answer.json.errors[0].pointer).toBe(pointer);
  });

  test('of a write is validated too', async () => {
    const answer = await world.admin('POST /v1/predictions?dry_run=true', { json: claim });
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/dry_run' }] });
  });
});

test('a wrong method returns the allowed ones, an unknown path returns 404', async () => {
  const put = await world.admin('PUT /v1/predictions', { json: claim });
  expect([put.status, put.headers.allow, put.json.code]).toEqual([
    405,
    'GET, HEAD, POST, OPTIONS',
    'method_not_allowed',
  ]);
  expect((await world.admin('PUT /v1/predictions/x')).headers.allow).toBe('GET, HEAD, PATCH, DELETE, OPTIONS');
  expect((await world.admin('POST /healthz')).status).toBe(405);
  for (const target of [
    'GET /v1/predictions/',
    'POST /v1/nothing',
    'GET /v2/predictions',
    'GET /v1/predictions/a/b',
    'GET /docs/../package.json',
    'GET /docs/package.json',
  ]) {
    const answer = await world.anyone(target);
    expect([target, answer.status, answer.json.code]).toEqual([target, 404, 'not_found']);
  }
});

test('none of these requests is logged as a bug', () => {
  expect(world.log.filter(({ level }) => level === 'error')).toEqual([]);
});
