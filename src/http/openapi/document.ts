import { OpenAPIHono, z } from '@hono/zod-openapi';
import { stringify } from 'yaml';
import { scopes } from '../../domain/access/api-key.ts';
import { eventCursorCharactersMax } from '../../domain/events/event-cursor.ts';
import { deprecationHeaderDocs } from '../operation/deprecation.ts';
import { idCharsMax, idPattern } from '../operation/fields.ts';
import { type Operation, takesIdempotencyKey } from '../operation/operation.ts';
import { registerWebhooks } from '../webhooks/messages.ts';
import { completeSchemas } from './bounds.ts';
import { moveExamples } from './examples.ts';
import { dropRepeatedDescriptions, hideOptionalExamples, shareParameters } from './parameters.ts';
import { shareProperties } from './share-properties.ts';
import { shareSchemas } from './share-schemas.ts';
import {
  alwaysHeaders,
  type HeaderName,
  headers,
  notModified,
  ownHeaders,
  problemResponses,
  rateHeaders,
  registerShared,
} from './shared.ts';
import { tags } from './tags.ts';

type Registry = OpenAPIHono['openAPIRegistry'];
type Spec = Operation['spec'];

/** Adds one operation to the document, with every error that it can return. */
function registerOperation(registry: Registry, spec: Spec): void {
  const params = Object.entries(spec.params).map(
    ([name, described]) => [name, z.string().max(idCharsMax).regex(idPattern).meta(described)] as const,
  );
  registry.registerPath({
    method: spec.method,
    path: spec.path,
    operationId: spec.operationId,
    tags: [spec.tag],
    summary: spec.summary,
    description: describe(spec),
    ...(spec.deprecated === undefined ? {} : { deprecated: true }),
    ...securityOf(spec),
    ...(spec.access === 'open' ? {} : { 'x-required-scope': spec.access }),
    request: {
      ...(params.length > 0 ? { params: z.object(Object.fromEntries(params)) } : {}),
      query: spec.query,
      ...headersOf(spec),
      ...requestBodyOf(spec),
    },
    responses: { ...responsesOf(spec), ...problemResponses(registry, spec) },
  });
}

const headerFields = {
  'If-Match': z.string().optional().meta({
    description: 'ETag of the version to change, or `*` for any. Only the version in the tag is compared.',
    example: '"2-5f3a9c01"',
  }),
  'Last-Event-ID': z.string().max(eventCursorCharactersMax).optional().meta({
    description: 'The `id` of the last message received. The stream continues after it. Takes precedence over `after`.',
    example: 'k3v9x2m4-1042',
  }),
  'Idempotency-Key': z.string().max(512).optional().meta({
    description:
      'Client-generated key that makes the request safe to retry. A request with the same key and the same content within 24 hours returns the stored response of the first and has no further effect. 1 to 255 printable ASCII characters, with or without double quotes.',
    example: '0b7f7a0e-6a0c-4f7e-9d53-3c1e2f4a5b6c',
  }),
};

/** Streams have no ETag. */
function isConditional(spec: Spec): boolean {
  return spec.method === 'get' && spec.streams !== true;
}

function headersOf(spec: Spec) {
  const names: (keyof typeof headerFields)[] = [
    ...(spec.ifMatch === true ? (['If-Match'] as const) : []),
    ...(spec.resumes === true ? (['Last-Event-ID'] as const) : []),
    ...(takesIdempotencyKey(spec) ? (['Idempotency-Key'] as const) : []),
  ];
  if (names.length === 0) return {};
  return { headers: z.strictObject(Object.fromEntries(names.map((name) => [name, headerFields[name]]))) };
}

/** What an operation requires unless it says otherwise: the operator decides whether reading needs a key. */
const defaultSecurity = [{}, { apiKey: [] }];

function securityOf({ access }: Spec): { security?: Record<string, string[]>[] } {
  if (access === 'read') return {};
  return { security: access === 'open' ? [] : [{ apiKey: [] }] };
}

/**
 * OpenAPI can state scopes only for OAuth, so the description and an extension state them. Reading, which most operations
 * do, is described once, in the overview.
 */
function describe({ access, description: whatItDoes, deprecated }: Spec): string {
  const description = deprecated === undefined ? whatItDoes : `${whatItDoes}\n\nDeprecated: ${deprecated.instead}`;
  return access === 'open' || access === 'read'
    ? description
    : `${description}\n\nRequires a key with the scope \`${access}\`.`;
}

function requestBodyOf({ body, raw }: Spec) {
  if (raw !== undefined) {
    const schema = z.string().meta({ description: raw.description, format: 'binary' });
    return {
      body: {
        required: true,
        description: raw.description,
        content: {
          // JSON comes first, because tools preselect the first media type, and only JSON has an example that can be sent.
          'application/json': { schema: z.unknown().openapi({ description: raw.description }), example: raw.example },
          'application/octet-stream': { schema },
        },
      },
    };
  }
  if (body === undefined) return {};
  const media = { schema: body.schema, example: body.example };
  return {
    body: {
      required: body.optional !== true,
      content: Object.fromEntries((body.mediaTypes ?? ['application/json']).map((mediaType) => [mediaType, media])),
    },
  };
}

function responsesOf(spec: Spec) {
  const { status, description, schema, example, mediaType } = spec.response;
  const notices = spec.deprecated === undefined ? {} : deprecationHeaderDocs(spec.deprecated);
  const names: HeaderName[] = [...ownHeaders];
  if (spec.streams !== true && status !== 204 && (spec.method !== 'post' || status === 201)) names.push('ETag');
  if (status === 201) names.push('Location');
  if (takesIdempotencyKey(spec)) names.push('Idempotent-Replayed');
  if (spec.access !== 'open') names.push('RateLimit');
  if ('cursor' in spec.query.shape) names.push('Link');
  const content = schema === undefined ? {} : { content: { [mediaType ?? 'application/json']: { schema, example } } };
  return {
    [status]: { description, headers: { ...headers(...names), ...notices }, ...content },
    ...(spec.creates === undefined
      ? {}
      : { 201: { description: spec.creates, headers: headers(...names, 'Location'), ...content } }),
    ...(spec.moved === undefined ? {} : { 301: moved(spec.moved) }),
    ...(isConditional(spec) ? { 304: notModified(spec.access) } : {}),
  };
}

function moved(description: string) {
  return { description, headers: headers(...alwaysHeaders, 'Location', ...rateHeaders) };
}

const overview = `Outturn records falsifiable predictions about AI models, polls release feeds, and resolves each prediction with evidence.

Many read requests take \`as_of\`: the response then uses only what was known at that moment, and it never changes. Times are in UTC. Dates have the precision that is known: \`2025\`, \`2025-01\` or \`2025-01-12\`.

Every error is \`application/problem+json\` with a \`code\`. Status 400 means that the request could not be parsed, 422 that it is well-formed but invalid. Lists are \`{data, next_cursor}\`; a cursor is opaque and valid only with the same filters.

Operations with the scope \`read\` require a key with this scope, unless reading is public. Responses have a \`Cache-Control\` and, where requests are limited, \`RateLimit\` and \`RateLimit-Policy\`. A GET accepts \`If-None-Match\` with the ETags of cached responses: if one is current, the response is 304.

For what can change within v1 and how removals are announced, see [docs/versioning](docs/versioning).`;

const license = { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' };

/** The contact is the operator of the installation, who is not known here. */
const contact = { name: 'The operator of this service' };

/** The facts about this installation that the document contains. */
type ServiceInfo = { readonly version: string; readonly publicUrl: string | null };

/** The address from which the document was fetched comes first, because the public one may not be reachable from there. */
function serversOf(publicUrl: string | null) {
  const here = {
    url: '.',
    description: 'The production service that publishes this document.',
    'x-internal': false,
  };
  const published = { description: 'The public address of this service, in production.', 'x-internal': false };
  return publicUrl === null ? [here] : [here, { url: publicUrl, ...published }];
}

/** Builds the OpenAPI 3.1 document. The result is deterministic. */
export function buildOpenApi(operations: readonly Operation[], info: ServiceInfo) {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: `A key, \`ok_…\`, with the scope that the operation requires: ${scopes.map((scope) => `\`${scope}\``).join(', ')}. The admin key has all scopes. Reading requires a key only if the operator has disabled public reading.`,
  });
  registerShared(app.openAPIRegistry);
  for (const { spec } of operations) registerOperation(app.openAPIRegistry, spec);
  registerWebhooks(app.openAPIRegistry);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Outturn', version: info.version, description: overview, license, contact },
    servers: serversOf(info.publicUrl),
    security: defaultSecurity,
    externalDocs: { url: 'docs/guides', description: 'Guides' },
    tags,
  });
  hideOptionalExamples(document);
  dropRepeatedDescriptions(document);
  moveExamples(document);
  completeSchemas(document);
  shareParameters(document);
  shareSchemas(document);
  shareProperties(document);
  return document;
}

/** The document as YAML. `yes` and `no` are quoted, because YAML 1.1 parsers read them as booleans. */
export function renderOpenApiYaml(document: object): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}
