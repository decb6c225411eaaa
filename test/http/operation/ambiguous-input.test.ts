import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findDuplicateKeys } from '../../../src/http/operation/duplicate-keys.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger } from '../../support/claims.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await createArchive(world, 'archive');
});
afterAll(() => world.close());

describe('a member that is given twice', () => {
  test('is refused with its pointer, and nothing is created', async () => {
    const body = '{"name":"First","url":null,"name":"Second"}';
    const headers = { 'content-type': 'application/json' };
    const answer = await world.admin('POST /v1/predictors', { body, headers });
    expect(answer.json).toMatchObject({
      status: 422,
      code: 'validation_failed',
      errors: [{ pointer: '#/name', detail: 'name must be given only once' }],
    });
    expect((await world.anyone('GET /v1/predictors')).json.data).toEqual([]);
  });

  test.each<[string, string[]]>([
    ['{"a":1,"b":{"a":1},"c":["a","a"]}', []],
    ['{"a":{"b":[0,{"c":1,"c":2}]}}', ['#/a/b/1/c']],
    ['[[],{},{"x":[],"y":"\\"x\\":","x":0}]', ['#/2/x']],
    ['{"a":1,"\\u0061":2}', ['#/a']],
    ['{"a/b":1,"a/b":2,"":1,"":2}', ['#/a~1b', '#/']],
    ['{"__proto__":1,"__proto__":2}', ['#/__proto__']],
    [' { "a" : { } , "a" : [ ] } ', ['#/a']],
    ['"a"', []],
  ])('is found in %s', (text, pointers) => {
    expect(findDuplicateKeys(text).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test('is found in deep input without a deep stack', () => {
    const deep = `${'[{"a":'.repeat(100_000)}0${'}]'.repeat(100_000)}`;
    expect(findDuplicateKeys(deep)).toEqual([]);
  });
});

describe('a + in a time that arrived as a space', () => {
  test.each([
    ['GET /v1/predictions?as_of=', '#/as_of'],
    ['GET /v1/predictions?made_at[gte]=', '#/made_at[gte]'],
    ['POST /v1/feeds/archive/snapshots?observed_at=', '#/observed_at'],
  ])('is explained in the error of %s', async (target, pointer) => {
    const body = target.startsWith('POST') ? { body: gpt5Ledger } : {};
    const answer = await world.admin(`${target}2025-09-01T00:00:00+02:00`, body);
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer, detail: expect.stringContaining('%2B') }] });
    expect((await world.admin(`${target}2025-09-01T00:00:00%2B02:00`, body)).status).toBeLessThan(300);
    expect((await world.admin(`${target}2025-09-01T25:00`, body)).json.errors[0].detail).not.toContain('%2B');
  });
});
