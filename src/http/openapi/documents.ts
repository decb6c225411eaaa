import { z } from '@hono/zod-openapi';
import type { HttpDeps } from '../deps.ts';
import { type Operation, operation } from '../operation/operation.ts';
import { buildOpenApi, renderOpenApiYaml } from './document.ts';

const tag = 'Service';
const yamlType = 'application/yaml';

/** The operations are passed as a function because the list includes these two. */
export function documentOperations(listOperations: () => readonly Operation[]): Operation[] {
  const rendered = new Map<string, { readonly json: string; readonly yaml: string }>();
  const render = ({ version, services }: HttpDeps): { readonly json: string; readonly yaml: string } => {
    const { publicUrl } = services;
    const key = JSON.stringify([version, publicUrl]);
    const cached = rendered.get(key);
    if (cached !== undefined) return cached;
    const document = buildOpenApi(listOperations(), { version, publicUrl });
    const fresh = { json: JSON.stringify(document), yaml: renderOpenApiYaml(document) };
    rendered.set(key, fresh);
    return fresh;
  };
  const schema = z
    .record(z.string(), z.unknown())
    .meta({ id: 'OpenApiDocument', description: 'An OpenAPI 3.1 document.' });
  const json = operation({
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApiJson',
    tag,
    summary: 'Get the OpenAPI document as JSON',
    description: 'Returns the OpenAPI 3.1 document of this service.',
    access: 'open',
    response: { status: 200, description: 'The document.', schema, example: { openapi: '3.1.0' } },
    handle: async (http) => ({ text: render(http).json }),
  });
  const yaml = operation({
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
    handle: async (http) => ({ text: render(http).yaml, mediaType: yamlType }),
  });
  return [json, yaml];
}
