import { expect, test } from 'vitest';
import { buildOpenApi } from '../../../src/http/openapi/document.ts';
import { operations } from '../../../src/http/operations.ts';
import { factsOf, findBroken, writeFacts } from '../../support/api-facts.ts';
import { readGoldenFile } from '../../support/golden.ts';
import type { Json } from '../../support/http-client.ts';

const document: Json = JSON.parse(JSON.stringify(buildOpenApi(operations, { version: '0.0.0', publicUrl: null })));
const kept = readGoldenFile('test/golden/api-v1.txt', () => writeFacts(factsOf(document)));

test('nothing promised in v1 is gone, and nothing is newly required (docs/versioning.md)', () => {
  expect(
    findBroken(kept, factsOf(document)),
    'a client would break. Only before a release: UPDATE_GOLDENS=1 npx vitest run test/http/openapi/versioning.test.ts',
  ).toEqual([]);
});

test.each<[string, (changed: Json) => void, string[]]>([
  ['nothing', () => {}, []],
  [
    'a new operation',
    (api) =>
      Object.assign(api.paths, {
        '/v1/new': { post: { ...api.paths['/v1/predictions'].post, operationId: 'newOne' } },
      }),
    [],
  ],
  [
    'a new response field',
    (api) => Object.assign(api.components.schemas.Prediction.properties, { mood: { type: 'string' } }),
    [],
  ],
  ['a removed operation', (api) => delete api.paths['/v1/audit'], ['gone: GET /v1/audit is listAuditEntries']],
  [
    'a removed parameter',
    (api) => api.paths['/v1/audit'].get.parameters.splice(0, 1),
    ['gone: GET /v1/audit query actor: string'],
  ],
  [
    'a shared parameter with another type',
    (api) => Object.assign(api.components.parameters.Limit.schema, { type: 'string' }),
    ['gone: GET /v1/predictions query limit: integer'],
  ],
  [
    'a removed field',
    (api) => delete api.components.schemas.Prediction.properties.locator,
    ['gone: Prediction.locator: null|string'],
  ],
  [
    'a field with another type',
    (api) => Object.assign(api.components.schemas.Prediction.properties, { statement: { type: 'integer' } }),
    ['gone: Prediction.statement: string'],
  ],
  [
    'a removed enum value',
    (api) => api.components.schemas.Prediction.properties.status.enum.shift(),
    ['gone: Prediction.status = "open"'],
  ],
  [
    'an input that became required',
    (api) => api.components.schemas.PredictionInput.required.push('slug'),
    ['newly required: PredictionInput needs slug'],
  ],
])('the check reports %s', (_what, change, expected) => {
  const changed = structuredClone(document);
  change(changed);
  expect(findBroken(writeFacts(factsOf(document)), factsOf(changed))).toEqual(expect.arrayContaining(expected));
  if (expected.length === 0) expect(findBroken(writeFacts(factsOf(document)), factsOf(changed))).toEqual([]);
});
