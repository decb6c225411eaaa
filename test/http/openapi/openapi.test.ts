import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createApp } from '../../../src/http/app.ts';
import { operations, renderOpenApi } from '../../../src/http/operations.ts';
import { guides } from '../../../src/http/server/guides.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { findMismatches } from '../../support/conformance.ts';
import type { Json } from '../../support/http-client.ts';
import { parametersOf } from '../../support/inline-refs.ts';
import { makeJudgedCase } from '../../support/panels.ts';

const version: string = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version;
const document: Json = parse(renderOpenApi(version));
const documented = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]) => ({ path, method, operation })),
);

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

test('openapi.yaml matches the routes; `npm run openapi` writes it', () => {
  const committed = readFileSync(join(packageRoot(), 'openapi.yaml'), 'utf8');
  expect(
    committed === renderOpenApi(version),
    'openapi.yaml differs from the routes: run `npm run openapi` and review the difference',
  ).toBe(true);
});

test('the document is deterministic', () => {
  expect(renderOpenApi(version)).toBe(renderOpenApi(version));
});

test('the document and the running app have the same routes, except for pages', () => {
  const app = createApp({ ...world.http, services: { ...world.deps, hasPages: false } });
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{\.\+\\(\.\w+)\})?/g, '{$1}$2')}`);
  const pages = [
    'GET /',
    'GET /docs',
    'GET /docs/problems',
    'GET /docs/versioning',
    'GET /docs/reference.js',
    'GET /docs/swagger-ui-bundle.js',
    'GET /docs/swagger-ui.css',
    'GET /docs/favicon-32x32.png',
    'GET /llms.txt',
    'GET /docs/guides',
    'GET /docs/guides.css',
    ...guides.flatMap(({ name }) => [`GET /docs/guides/${name}`, `GET /docs/guides/${name}.md`]),
  ];
  expect(routes.filter((route) => !pages.includes(route)).sort()).toEqual(
    documented.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
  );
});

test('predictions come first among the tags, and the others are sorted by name', () => {
  const names = document.tags.map((tag: Json) => tag.name);
  expect(names[0]).toBe('Predictions');
  expect(names.slice(1)).toEqual(names.slice(1).toSorted((a: string, b: string) => a.localeCompare(b)));
});

describe('every operation', () => {
  test.each(documented.map((entry) => [entry.operation.operationId, entry] as const))(
    '%s has a description and examples',
    (operationId, { operation, method }) => {
      expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.summary).toMatch(/\S/);
      expect(operation.description).toMatch(/\S/);
      expect(document.tags.map((tag: Json) => tag.name)).toContain(operation.tags[0]);
      for (const parameter of parametersOf(document, operation)) {
        expect([parameter.name, parameter.description]).toEqual([parameter.name, expect.stringMatching(/\S/)]);
        const { example, examples } = parameter.schema;
        expect([parameter.name, example ?? examples?.[0]]).toEqual([parameter.name, expect.anything()]);
      }
      for (const [status, answer] of Object.entries<Json>(operation.responses)) {
        const { description, headers, content } = resolve(answer);
        expect(description).toMatch(/\S/);
        expect(headers).toHaveProperty('X-Request-Id');
        if (Number(status) >= 400) expect(Object.keys(content)).toEqual(['application/problem+json']);
        for (const media of Object.values<Json>(content ?? {})) expect(exampleOf(media)).toBeDefined();
      }
      const success = resolve(operation.responses[method === 'delete' ? '204' : '201'] ?? operation.responses['200']);
      if (method === 'get' && !['streamEvents', 'exportRecords'].includes(operationId))
        expect(success.headers).toHaveProperty('ETag');
      if (operation.responses['201']) expect(success.headers).toHaveProperty('Location');
    },
  );

  test('has a unique operationId', () => {
    const names = documented.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('has examples that match its own schema', () => {
    const problems = documented.flatMap(({ operation }) =>
      Object.values<Json>(operation.responses)
        .map(resolve)
        .flatMap(({ content }) => Object.values<Json>(content ?? {}))
        .flatMap((media: Json) =>
          [media.example, ...Object.values<Json>(media.examples ?? {}).map((example) => resolve(example).value)]
            .filter((example) => example !== undefined)
            .flatMap((example) => findMismatches(document, media.schema, example, operation.operationId)),
        ),
    );
    const schemas = Object.entries<Json>(document.components.schemas);
    const ofSchemas = schemas.flatMap(([name, schema]) =>
      schema.example === undefined ? [] : findMismatches(document, schema, schema.example, name),
    );
    expect([...problems, ...ofSchemas]).toEqual([]);
  });
});

/** The JSON document is fetched as a whole, by people and by agents: what it repeats costs every one of them. */
const documentBytesMax = 565_000;

test(`the JSON document has at most ${documentBytesMax} bytes`, () => {
  expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThanOrEqual(documentBytesMax);
});

test('no response repeats the example of its schema', () => {
  const schemas = Object.values<Json>(document.components.schemas).flatMap(({ example }) =>
    example === undefined ? [] : [JSON.stringify(example)],
  );
  const texts = documented
    .flatMap(({ operation }) => Object.values<Json>(operation.responses))
    .flatMap(({ content }) => Object.values<Json>(content ?? {}))
    .flatMap(({ example }) => [JSON.stringify(example), JSON.stringify(example?.data?.[0])])
    .filter((text) => text !== undefined && text.length > 200);
  expect(schemas.length).toBeGreaterThan(10);
  expect(texts.filter((text) => schemas.includes(text))).toEqual([]);
});

test('every string, number and list of a body is bounded, and so is every parameter of a path', () => {
  const bodies = documented.flatMap(({ operation }) =>
    Object.values<Json>(operation.requestBody?.content ?? {}).map((media) => media.schema),
  );
  const parameters = documented
    .flatMap(({ operation }) => parametersOf(document, operation))
    .filter((parameter: Json) => parameter.in === 'path');
  const inputs = withComponents({ bodies: bodies.map((schema) => ({ schema })), parameters });
  const faults = listSchemas(inputs).filter(({ schema }) => {
    const types = [schema.type].flat();
    const closed = schema.enum !== undefined || schema.const !== undefined || schema.format === 'binary';
    return (
      !closed &&
      ((types.includes('string') && (schema.maxLength ?? (schema.pattern || schema.format)) === undefined) ||
        (types.includes('integer') && (schema.minimum ?? schema.exclusiveMinimum) === undefined) ||
        (types.includes('array') && schema.maxItems === undefined))
    );
  });
  expect(faults.map(({ at }) => at)).toEqual([]);
});

/** What is not JSON has the limit of a payload: a snapshot, an export, a calendar. */
const payloadCharsMax = 33_554_432;

test('every text of a component has a limit of its own', () => {
  const unlimited = listSchemas(document.components)
    .filter(({ schema }) => schema.maxLength >= payloadCharsMax)
    .map(({ at }) => at);
  expect(unlimited).toEqual([]);
});

test('every property is described, and no `yes` is a YAML 1.1 boolean', () => {
  const faults = listSchemas(document).flatMap(({ schema, at }) => {
    const silent = Object.entries<Json>(schema.properties ?? {}).filter(
      ([, inner]) => (resolve(inner).description ?? inner.description) === undefined,
    );
    return silent.map(
      ([name]) => `${at}/properties/${name} is not described: use .meta, or src/http/openapi/glossary.ts`,
    );
  });
  expect(faults).toEqual([]);
  expect(parse(renderOpenApi(version), { version: '1.1' })).toEqual(document);
});

test('every referenced component exists, and every component is referenced', () => {
  const text = JSON.stringify(document);
  const referred = new Set(
    [...text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)].map((match) => `${match[1]}/${match[2]}`),
  );
  const present = Object.entries<Json>(document.components).flatMap(([kind, entries]) =>
    kind === 'securitySchemes' ? [] : Object.keys(entries).map((name) => `${kind}/${name}`),
  );
  expect([...referred].sort()).toEqual(present.sort());
});

test('responses match the document', async () => {
  await createArchive(world, 'archive');
  const claim = await recordClaim(world, { slug: 'documented' });
  await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
  await world.admin('POST /v1/sources', { json: { title: 'An essay' } });
  await world.admin('POST /v1/predictors', { json: { name: 'Somebody' } });
  const made = await world.admin('POST /v1/api-keys', { json: { name: 'A key', scopes: ['read'] } });
  const hook = await world.admin('POST /v1/webhook-endpoints', { json: { url: 'https://hooks.example.com/' } });
  const watch = await world.admin('POST /v1/watches', { json: { name: 'documented', ids: ['gpt-5', 'nothing'] } });
  const ping = await world.admin(`POST /v1/webhook-endpoints/${hook.json.id}/test`);
  const judged = await makeJudgedCase(world);
  const ids: Record<string, string> = {
    panels: judged.panel,
    cases: judged.id,
    'webhook-endpoints': hook.json.id,
    watches: watch.json.id,
    'webhook-deliveries': ping.json.id,
    predictions: claim.id,
    feeds: 'archive',
    sources: (await first('sources')).id,
    predictors: (await first('predictors')).id,
    observations: (await first('observations')).id,
    resolutions: (await first('resolutions')).id,
    'api-keys': made.json.id,
  };
  for (const { spec } of operations.filter(
    ({ spec: { method, response } }) =>
      method === 'get' && (response.mediaType === undefined || /\bjson$/.test(response.mediaType)),
  )) {
    const id = ids[spec.path.split('/')[2] ?? ''] ?? '';
    const answer = await world.admin(
      `GET ${spec.path.replace('{id}', id).replace('{item}', judged.item).replace('{vendor}/{slug}', 'openai/gpt-5').replace('{tag}', 'models')}`,
    );
    expect([spec.path, answer.status]).toEqual([spec.path, 200]);
    const { schema } =
      document.paths[spec.path].get.responses['200'].content[spec.response.mediaType ?? 'application/json'];
    expect(findMismatches(document, schema, answer.json, spec.path)).toEqual([]);
  }
});

test('the service returns the document as JSON and as YAML', async () => {
  const json = await world.anyone('GET /openapi.json');
  const yaml = await world.anyone('GET /openapi.yaml');
  expect(json.json.info.version).toBe('0.0.0');
  expect(yaml.headers['content-type']).toBe('application/yaml');
  expect(parse(yaml.text)).toEqual(json.json);
  expect(
    (await world.anyone('GET /openapi.json', { headers: { 'if-none-match': json.headers.etag ?? '' } })).status,
  ).toBe(304);
});

/** What a part of the document contains, with the schemas that it refers to. */
function withComponents(part: Json): Json {
  const schemas: Record<string, Json> = {};
  const collect = (node: Json): void => {
    for (const [, name = ''] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (Object.hasOwn(schemas, name)) continue;
      schemas[name] = document.components.schemas[name];
      collect(schemas[name]);
    }
  };
  collect(part);
  return { ...part, schemas };
}

/** Every schema of the document with where it stands. */
function listSchemas(node: Json, at = '#'): { schema: Json; at: string }[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries<Json>(node).flatMap(([name, value]) => {
    const where = `${at}/${name}`;
    if (name === 'example' || name === 'examples') return [];
    const here =
      name === 'schema' || name === 'items'
        ? [{ schema: value, at: where }]
        : name === 'schemas' || name === 'properties'
          ? Object.entries<Json>(value).map(([own, schema]) => ({ schema, at: `${where}/${own}` }))
          : [];
    return [...here, ...listSchemas(value, where)];
  });
}

/** The example of a response or request: its own, or that of its schema or of the entries of the list. */
function exampleOf({ example, examples, schema }: Json): Json {
  const target = resolve(schema);
  return example ?? examples ?? target.example ?? resolve(target.properties?.data?.items)?.example;
}

function resolve(value: Json): Json {
  const match = /^#\/components\/(\w+)\/(.+)$/.exec(value?.$ref ?? '');
  return match === null ? value : document.components[match[1] ?? ''][match[2] ?? ''];
}

async function first(resource: string): Promise<Json> {
  return (await world.anyone(`GET /v1/${resource}?limit=1`)).json.data[0];
}
