import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildOpenApi } from '../../../src/http/openapi/document.ts';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { firstRequest } from '../../support/first-requests.ts';
import type { Answer, Json } from '../../support/http-client.ts';
import { parametersOf } from '../../support/inline-refs.ts';
import { startAsNew } from '../../support/new-service.ts';

const document: Json = JSON.parse(JSON.stringify(buildOpenApi(operations, { version: '0.0.0', publicUrl: null })));
const listed = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
  Object.keys(item).map((method) => [`${method.toUpperCase()} ${path}`, { path, method }] as const),
);
const reads = listed.filter(([, { method }]) => method === 'get');
const writes = listed.filter(([, { method }]) => method !== 'get');

/** Resources that a new service has none of, because only its operator creates them. */
const madeByOperators = [
  '/v1/panels',
  '/v1/cases',
  '/v1/webhook-endpoints',
  '/v1/webhook-deliveries',
  '/v1/api-keys',
  '/v1/watches',
];
/** Resources whose ids the service makes. The API reference fills in the id of an existing one. */
const madeByService = ['/v1/resolutions', '/v1/observations'];

let world: ApiWorld;
let ids: Record<string, string>;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-22T12:00:00Z' });
  await startAsNew(world);
  const first = async (list: string) => (await world.anyone(`GET ${list}?limit=1`)).json.data[0].id;
  ids = Object.fromEntries(await Promise.all(madeByService.map(async (list) => [list, await first(list)])));
});
afterAll(() => world.close());

/** A refusal says what to do: which key to send, where to look or what to change. */
function expectAdvice({ status, json }: Answer): void {
  expect([status, json.detail]).toEqual([
    expect.toSatisfy((code: number) => code >= 400 && code < 500),
    expect.stringMatching(/; | must |: send it as/),
  ]);
}

describe('the first request that the API reference sends with the admin key', () => {
  test.each(reads)('%s is answered with 200', async (_name, operation) => {
    const { target, ask } = firstRequest(document, operation, ids);
    const answer = await world.admin(target, ask);
    const list = operation.path.split('/{')[0] ?? '';
    if (operation.path.includes('{') && madeByOperators.includes(list)) {
      expect(answer.json.detail).toMatch(new RegExp(`; GET ${list} lists those that exist$`));
    } else expect([target, answer.status]).toEqual([target, 200]);
  });

  test.each(writes)('%s succeeds or is refused with advice', async (_name, operation) => {
    const { target, ask } = firstRequest(document, operation, ids);
    const answer = await world.admin(target, ask);
    if (answer.status >= 300) expectAdvice(answer);
  });
});

test.each(listed)('without a key %s succeeds, or is refused with advice', async (_name, operation) => {
  const { target, ask } = firstRequest(document, operation, ids);
  const answer = await world.anyone(target, ask);
  if (answer.status >= 300) expectAdvice(answer);
  else expect(answer.status).toBe(200);
});

test('only required parameters have an example that is filled in', () => {
  const filled = listed.flatMap(([name, { path, method }]) =>
    parametersOf(document, document.paths[path][method])
      .filter(({ required, example, examples, schema }: Json) => !required && (example ?? examples ?? schema.example))
      .map((parameter: Json) => `${name}: ${parameter.name}`),
  );
  expect(filled).toEqual([]);
});
