import { z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { buildOpenApi } from '../../../src/http/openapi/document.ts';
import { deprecationHeaders } from '../../../src/http/operation/deprecation.ts';
import { operation } from '../../../src/http/operation/operation.ts';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import type { Json } from '../../support/http-client.ts';

const instead = 'use `GET /v1/new`.';

describe('the headers of a deprecation', () => {
  test('are a structured date, an HTTP date and a link', () => {
    expect(deprecationHeaders({ since: '2023-06-30T23:59:59Z', sunset: '2024-07-01', instead })).toEqual({
      deprecation: '@1688169599',
      sunset: 'Mon, 01 Jul 2024 00:00:00 GMT',
      link: '</docs/versioning>; rel="deprecation"; type="text/plain"',
    });
    expect(deprecationHeaders({ since: '2026-01-01', instead })).not.toHaveProperty('sunset');
  });

  test('may set the sunset to the day of the deprecation, but not earlier', () => {
    expect(deprecationHeaders({ since: '2026-01-02', sunset: '2026-01-02', instead })).toHaveProperty('sunset');
    expect(() => deprecationHeaders({ since: '2026-01-02', sunset: '2026-01-01', instead })).toThrow(/is before/);
  });

  test.each(['2026', '2026-01', 'soon', '2026-02-30'])('reject the date %s', (since) =>
    expect(() => deprecationHeaders({ since, instead })).toThrow(/neither a day nor an instant/),
  );
});

describe('a deprecated operation', () => {
  const old = operation({
    method: 'get',
    path: '/v1/old',
    operationId: 'listOld',
    tag: 'Service',
    summary: 'A sample',
    description: 'A sample.',
    access: 'read',
    deprecated: { since: '2026-01-01', sunset: '2027-01-01', instead },
    query: { fail: z.literal('no').optional() },
    response: { status: 200, description: 'It.', schema: z.object({}), example: {} },
    handle: async () => ({ body: {}, headers: { link: '</v1/old?cursor=x>; rel="next"' } }),
  });
  let world: ApiWorld;
  beforeAll(async () => {
    world = await openApiWorld();
  });
  afterAll(() => world.close());

  test('sends these headers in every response, next to its own', async () => {
    const app = createApp(world.http, [old, ...operations]);
    const ok = await app.request('/v1/old');
    expect(ok.status).toBe(200);
    expect(ok.headers.get('deprecation')).toBe('@1767225600');
    expect(ok.headers.get('sunset')).toBe('Fri, 01 Jan 2027 00:00:00 GMT');
    expect(ok.headers.get('link')).toBe(
      '</v1/old?cursor=x>; rel="next", </docs/versioning>; rel="deprecation"; type="text/plain"',
    );
    const refused = await app.request('/v1/old?fail=yes');
    expect([refused.status, refused.headers.get('deprecation')]).toEqual([422, '@1767225600']);
    const other = await app.request('/v1/predictions');
    expect([other.status, other.headers.get('deprecation')]).toEqual([200, null]);
  });

  test('is marked in the document, with its replacement', () => {
    const document: Json = buildOpenApi([old, ...operations], { version: '0.0.0', publicUrl: null });
    const shown = document.paths['/v1/old'].get;
    expect(shown.deprecated).toBe(true);
    expect(shown.description).toContain(`Deprecated: ${instead}`);
    expect(shown.responses['200'].headers).toMatchObject({
      Deprecation: { example: '@1767225600' },
      Sunset: { example: 'Fri, 01 Jan 2027 00:00:00 GMT' },
    });
    expect(document.paths['/v1/predictions'].get).not.toHaveProperty('deprecated');
  });

  test('has its page, where the link points', async () => {
    const page = await world.anyone('GET /docs/versioning');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' } });
    expect(page.text).toContain('## Deprecation');
  });
});
