import { z } from '@hono/zod-openapi';
import { buildOpenApi, renderOpenApiYaml } from './openapi.ts';
import { type Operation, operation } from './operation.ts';

const tag = 'Service';
const yamlType = 'application/yaml';

/** The document of all operations, these two included; hence the list comes as a function. */
export function documentOperations(listOperations: () => readonly Operation[]): Operation[] {
  const rendered = new Map<string, { readonly json: string; readonly yaml: string }>();
  const render = (version: string): { readonly json: string; readonly yaml: string } => {
    const held = rendered.get(version);
    if (held !== undefined) return held;
    const document = buildOpenApi(listOperations(), { version });
    const fresh = { json: JSON.stringify(document), yaml: renderOpenApiYaml(document) };
    rendered.set(version, fresh);
    return fresh;
  };
  const schema = z
    .record(z.string(), z.unknown())
    .meta({ id: 'OpenApiDocument', description: 'An OpenAPI 3.1 document.' });
  const json = operation({
    method: 'get',
    path: '/openapi.json',
    operationId: 'readOpenApiJson',
    tag,
    summary: 'This document, as JSON',
    description: 'The OpenAPI 3.1 document of this service.',
    access: 'open',
    answer: { status: 200, description: 'The document.', schema, example: { openapi: '3.1.0' } },
    handle: async ({ version }) => ({ text: render(version).json }),
  });
  const yaml = operation({
    method: 'get',
    path: '/openapi.yaml',
    operationId: 'readOpenApiYaml',
    tag,
    summary: 'This document, as YAML',
    description: 'The OpenAPI 3.1 document of this service.',
    access: 'open',
    answer: {
      status: 200,
      description: 'The document.',
      schema: z.string(),
      example: 'openapi: 3.1.0',
      mediaType: yamlType,
    },
    handle: async ({ version }) => ({ text: render(version).yaml, mediaType: yamlType }),
  });
  return [json, yaml];
}
