import { z } from '@hono/zod-openapi';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps } from '../deps.ts';
import { type Operation, operation } from '../operation/operation.ts';
import { type Asset, makeAsset } from '../server/asset.ts';
import { listCodeSamples } from './code-samples.ts';
import { buildOpenApi, renderOpenApiYaml } from './document.ts';
import { documentOfTag, tagSlug } from './tag-document.ts';
import { tags } from './tags.ts';

const tag = 'Service';
const jsonType = 'application/json';
const yamlType = 'application/yaml';
const suffix = '.json';

/** The documents of a service. Each is rendered when it is first requested. */
type Documents = {
  readonly json: () => Asset;
  readonly yaml: () => Asset;
  /** By the slug of a tag. */
  readonly byTag: ReadonlyMap<string, () => Asset>;
};

function describeService(operations: readonly Operation[], { version, services }: HttpDeps): Documents {
  const document = buildOpenApi(operations, { version, publicUrl: services.publicUrl });
  const samples = listCodeSamples(operations);
  return {
    json: once(() => makeAsset(JSON.stringify(document), jsonType)),
    yaml: once(() => makeAsset(renderOpenApiYaml(document), yamlType)),
    byTag: new Map(
      tags.map(({ name }) => [
        tagSlug(name),
        once(() => makeAsset(JSON.stringify(documentOfTag(document, name, samples)), jsonType)),
      ]),
    ),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The operations are passed as a function because the list includes these. */
export function documentOperations(listOperations: () => readonly Operation[]): Operation[] {
  const described = new Map<string, Documents>();
  const documentsOf = (http: HttpDeps): Documents => {
    const key = JSON.stringify([http.version, http.services.publicUrl]);
    const documents = described.get(key) ?? describeService(listOperations(), http);
    described.set(key, documents);
    return documents;
  };
  return [jsonOperation(documentsOf), yamlOperation(documentsOf), tagOperation(documentsOf)];
}

type DocumentsOf = (http: HttpDeps) => Documents;

const schema = z
  .record(z.string(), z.unknown())
  .meta({ id: 'OpenApiDocument', description: 'An OpenAPI 3.1 document.' });

const tagSchema = z
  .record(z.string(), z.unknown())
  .meta({ id: 'OpenApiTagDocument', description: 'An OpenAPI 3.1 document with the operations of one tag.' });

function jsonOperation(documentsOf: DocumentsOf): Operation {
  return operation({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApiJson',
    tag,
    summary: 'Get the OpenAPI document as JSON',
    description: 'Returns the OpenAPI 3.1 document of this service.',
    access: 'open',
    response: { status: 200, description: 'The document.', schema, example: { openapi: '3.1.0' } },
    handle: async (http) => ({ asset: documentsOf(http).json() }),
  });
}

function yamlOperation(documentsOf: DocumentsOf): Operation {
  return operation({
    method: 'get',
    path: '/openapi.yaml',
    operationId: 'getOpenApiYaml',
    tag,
    summary: 'Get the OpenAPI document as YAML',
    description: 'Returns the OpenAPI 3.1 document of this service.',
    access: 'open',
    response: {
      status: 200,
      description: 'The document.',
      schema: z.string(),
      example: 'openapi: 3.1.0',
      mediaType: yamlType,
    },
    handle: async (http) => ({ asset: documentsOf(http).yaml() }),
  });
}

function tagOperation(documentsOf: DocumentsOf): Operation {
  return operation({
    method: 'get',
    path: '/openapi/{tag}.json',
    operationId: 'getOpenApiTag',
    tag,
    summary: 'Get the OpenAPI document of a tag',
    description:
      'Returns a smaller OpenAPI 3.1 document: the operations with one tag, their code samples (`x-codeSamples`), and the components that they use. `/openapi/webhooks.json` includes the webhook messages.',
    access: 'open',
    params: {
      tag: {
        description: 'The name of a tag in lower case, with hyphens for spaces, such as `keys-and-audit`.',
        example: 'predictions',
      },
    },
    response: {
      status: 200,
      description: 'The document.',
      schema: tagSchema,
      example: { openapi: '3.1.0', info: { title: 'Outturn: Predictions' } },
    },
    handle: async (http, { params }) => {
      const { byTag } = documentsOf(http);
      // The parameter includes the suffix.
      const render = byTag.get(params.tag.slice(0, -suffix.length));
      if (render !== undefined) return { asset: render() };
      throw new Refusal('not_found', `there is no such tag; use one of: ${[...byTag.keys()].join(', ')}`);
    },
  });
}
