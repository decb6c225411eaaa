import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listCodeSamples } from '../../../src/http/openapi/code-samples.ts';
import { buildOpenApi } from '../../../src/http/openapi/document.ts';
import { tagSlug } from '../../../src/http/openapi/tag-document.ts';
import { tags } from '../../../src/http/openapi/tags.ts';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import type { Json } from '../../support/http-client.ts';

const whole: Json = JSON.parse(JSON.stringify(buildOpenApi(operations, { version: '0.0.0', publicUrl: null })));
const slugs = tags.map(({ name }) => [tagSlug(name), name] as const);

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const fetchDocument = async (slug: string): Promise<Json> => (await world.anyone(`GET /openapi/${slug}.json`)).json;

const operationsOf = (document: Json): Json[] =>
  [...Object.values<Json>(document.paths), ...Object.values<Json>(document.webhooks ?? {})].flatMap((item) =>
    Object.values<Json>(item),
  );

/** Every reference in a document: of `$ref` and of the mapping of a discriminator. */
function listReferences(node: Json): string[] {
  if (typeof node === 'string') return node.startsWith('#/') ? [node] : [];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries<Json>(node).flatMap(([name, value]) => {
    // The values of examples are data, but an example itself may be a component.
    if (name === 'examples') return Object.values<Json>(value).flatMap((example) => listReferences(example?.$ref));
    return ['example', 'value', 'pointer'].includes(name) ? [] : listReferences(value);
  });
}

function resolvePointer(document: Json, pointer: string): Json {
  return pointer
    .slice(2)
    .split('/')
    .reduce((node: Json, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

describe.each(slugs)('/openapi/%s.json', (slug, name) => {
  test('has the operations of its tag as the whole document has them', async () => {
    const document = await fetchDocument(slug);
    const expected = operationsOf(whole).filter((operation) => operation.tags.includes(name));
    const shown = operationsOf(document).map(({ 'x-codeSamples': _samples, ...operation }) => operation);
    expect(shown).toEqual(expected);
    expect(document.tags.map((tag: Json) => tag.name)).toEqual([name]);
  });

  test('has every component to which it refers, and no other', async () => {
    const document = await fetchDocument(slug);
    const references = [...new Set(listReferences(document))];
    expect(references.filter((reference) => resolvePointer(document, reference) === undefined)).toEqual([]);
    const present = Object.entries<Json>(document.components).flatMap(([kind, entries]) =>
      kind === 'securitySchemes' ? [] : Object.keys(entries).map((own) => `#/components/${kind}/${own}`),
    );
    expect(present.filter((own) => !references.includes(own))).toEqual([]);
  });

  test('refers to the same addresses as the whole document', async () => {
    const document = await fetchDocument(slug);
    const here = `${world.base}/openapi/${slug}.json`;
    expect(new URL(document.servers[0].url, here).href).toBe(`${world.base}/`);
    const linked = [...document.info.description.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '');
    expect(linked.length).toBeGreaterThan(0);
    const guides = [document.externalDocs.url, document.tags[0].externalDocs.url];
    for (const link of [...linked, ...guides]) {
      const { pathname, hash } = new URL(link, here);
      const { status, text } = await world.anyone(`GET ${pathname}`);
      expect([link, status, hash === '' || text.includes(`id="${hash.slice(1)}"`)]).toEqual([link, 200, true]);
    }
  });
});

test('the whole document and each of its tags link to guides', async () => {
  const links = [whole.externalDocs, ...whole.tags.map((tag: Json) => tag.externalDocs)];
  for (const { url, description } of links) {
    expect([url, description]).toEqual([expect.stringMatching(/^docs\/guides/), expect.stringMatching(/\S/)]);
    const { pathname, hash } = new URL(url, `${world.base}/openapi.json`);
    const { status, text } = await world.anyone(`GET ${pathname}`);
    expect([url, status, hash === '' || text.includes(`id="${hash.slice(1)}"`)]).toEqual([url, 200, true]);
  }
});

test('together they have every operation', async () => {
  const documents = await Promise.all(slugs.map(([slug]) => fetchDocument(slug)));
  const ids = documents.flatMap(operationsOf).map(({ operationId }) => operationId);
  expect(ids.sort()).toEqual(
    operationsOf(whole)
      .map(({ operationId }) => operationId)
      .sort(),
  );
});

test('they have the code samples, and the whole document has none', async () => {
  const documents = await Promise.all(slugs.map(([slug]) => fetchDocument(slug)));
  const samples = documents.flatMap(operationsOf).flatMap(({ operationId, 'x-codeSamples': own }) => {
    return own === undefined ? [] : [[operationId, own] as const];
  });
  expect(new Map(samples)).toEqual(listCodeSamples(operations));
  expect(JSON.stringify(whole)).not.toContain('"x-codeSamples":');
});

test('only that of webhooks has the messages', async () => {
  expect(Object.keys((await fetchDocument('webhooks')).webhooks)).toEqual(Object.keys(whole.webhooks));
  expect(await fetchDocument('predictions')).not.toHaveProperty('webhooks');
});

test('an unknown tag is a problem that lists the tags', async () => {
  const { status, json } = await world.anyone('GET /openapi/nothing.json');
  expect([status, json.code, json.detail]).toEqual([404, 'not_found', expect.stringContaining('keys-and-audit')]);
});
