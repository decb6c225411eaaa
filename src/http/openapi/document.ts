import { OpenAPIHono, z } from '@hono/zod-openapi';
import { stringify } from 'yaml';
import { scopes } from '../../domain/access/api-key.ts';
import { deprecationHeaderDocs } from '../operation/deprecation.ts';
import { type Operation, takesIdempotencyKey } from '../operation/operation.ts';
import { registerWebhooks } from '../webhooks/messages.ts';
import { completeSchemas } from './bounds.ts';
import { alwaysHeaders, type HeaderName, headers, problemAnswers, rateHeaders, registerShared } from './shared.ts';

type Registry = OpenAPIHono['openAPIRegistry'];
type Spec = Operation['spec'];

/** Puts one operation into the document, with every error that its parts bring about. */
function registerOperation(registry: Registry, spec: Spec): void {
  const params = Object.entries(spec.params).map(([name, described]) => [name, z.string().meta(described)] as const);
  registry.registerPath({
    method: spec.method,
    path: spec.path,
    operationId: spec.operationId,
    tags: [spec.tag],
    summary: spec.summary,
    description: describe(spec),
    ...(spec.deprecated === undefined ? {} : { deprecated: true }),
    security: securityOf(spec),
    ...(spec.access === 'open' ? {} : { 'x-required-scope': spec.access }),
    request: {
      ...(params.length > 0 ? { params: z.object(Object.fromEntries(params)) } : {}),
      query: spec.query,
      ...headersOf(spec),
      ...requestBodyOf(spec),
    },
    responses: { ...answersOf(spec), ...problemAnswers(registry, spec) },
  });
}

const headerFields = {
  'If-Match': z
    .string()
    .optional()
    .meta({ description: 'The ETag that was seen, or `*`; only its version counts.', example: '"2-5f3a9c01"' }),
  'If-None-Match': z
    .string()
    .optional()
    .meta({ description: 'ETags that the caller holds; the answer is then 304.', example: '"2-5f3a9c01"' }),
  'Last-Event-ID': z.string().max(20).optional().meta({
    description:
      'The `id` of the last message that was received: the stream goes on after it. It comes before `after`.',
    example: '1042',
  }),
  'Idempotency-Key': z.string().max(512).optional().meta({
    description:
      'A name for this very request, made up by the caller: sent again with the same key within 24 hours it is answered as the first time, and done once. At most 255 printable ASCII characters, bare or in double quotes.',
    example: '0b7f7a0e-6a0c-4f7e-9d53-3c1e2f4a5b6c',
  }),
};

/** A stream is never the same twice. */
function isConditional(spec: Spec): boolean {
  return spec.method === 'get' && spec.streams !== true;
}

function headersOf(spec: Spec) {
  const names: (keyof typeof headerFields)[] = [
    ...(spec.ifMatch === true ? (['If-Match'] as const) : []),
    ...(isConditional(spec) ? (['If-None-Match'] as const) : []),
    ...(spec.resumes === true ? (['Last-Event-ID'] as const) : []),
    ...(takesIdempotencyKey(spec) ? (['Idempotency-Key'] as const) : []),
  ];
  if (names.length === 0) return {};
  return { headers: z.strictObject(Object.fromEntries(names.map((name) => [name, headerFields[name]]))) };
}

function securityOf({ access }: Spec): Record<string, string[]>[] {
  if (access === 'open') return [];
  // Reading may be open to anybody: that is the operator's choice.
  return access === 'read' ? [{}, { apiKey: [] }] : [{ apiKey: [] }];
}

/** Scopes stand in words, and apart for machines: the document gives them a place under OAuth alone. */
function describe({ access, description: whatItDoes, deprecated }: Spec): string {
  const description = deprecated === undefined ? whatItDoes : `${whatItDoes}\n\nDeprecated: ${deprecated.instead}`;
  if (access === 'open') return description;
  const where = access === 'read' ? ', where reading is not public' : '';
  return `${description}\n\nNeeds a key with the scope \`${access}\`${where}.`;
}

function requestBodyOf({ body, raw }: Spec) {
  if (raw !== undefined) {
    const schema = z.string().meta({ description: raw.description, format: 'binary' });
    return {
      body: {
        required: true,
        description: raw.description,
        content: {
          'application/octet-stream': { schema },
          'application/json': { schema: z.unknown().openapi({ description: raw.description }), example: raw.example },
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

function answersOf(spec: Spec) {
  const { status, description, schema, example, mediaType } = spec.answer;
  const notices = spec.deprecated === undefined ? {} : deprecationHeaderDocs(spec.deprecated);
  const names: HeaderName[] = [...alwaysHeaders];
  if (spec.streams !== true && status !== 204 && (spec.method !== 'post' || status === 201)) names.push('ETag');
  if (status === 201) names.push('Location');
  if (takesIdempotencyKey(spec)) names.push('Idempotent-Replayed');
  if (spec.access !== 'open') names.push(...rateHeaders);
  if ('cursor' in spec.query.shape) names.push('Link');
  const content = schema === undefined ? {} : { content: { [mediaType ?? 'application/json']: { schema, example } } };
  const notModified = {
    description: 'What the caller holds is current.',
    headers: headers(...alwaysHeaders, 'ETag', ...(spec.access === 'open' ? [] : rateHeaders)),
  };
  return {
    [status]: { description, headers: { ...headers(...names), ...notices }, ...content },
    ...(isConditional(spec) ? { 304: notModified } : {}),
  };
}

const overview = `Outturn records falsifiable predictions about AI-model releases, reads release feeds, and resolves each prediction with evidence.

Every read may be asked "as of" a moment: \`as_of\` answers from what was known by then, and the answer stays the same. Times are UTC; a date is as exact as it is known.

Every error is \`application/problem+json\` with a \`code\`: 400 could not be parsed, 422 was parsed and is not valid. Lists are \`{data, next_cursor}\`; cursors are opaque and belong to their filters.

What stays as it is within v1, what may be added, and how anything is announced that is to go: [/docs/versioning](/docs/versioning).`;

/** What tags stand for; the reference has them by the alphabet. */
const tags = [
  { name: 'Criteria', description: 'The criterion language, tried out.' },
  { name: 'Events', description: 'What happened, in one order: as a list and as a stream.' },
  { name: 'Feeds', description: 'What is read, how far it is believed, and how far it has been read.' },
  { name: 'For other sites', description: 'Badges, feeds for readers, and where the API is described.' },
  { name: 'Forecasts', description: 'How probable it was called, and how those who said so did.' },
  { name: 'Identity', description: 'By what data names are read as models, and what curators added to it.' },
  { name: 'Keys and audit', description: 'Who may do what, and who did.' },
  { name: 'Models', description: 'What is known of each model, from whom, and when they came out.' },
  { name: 'Observations', description: 'Raw evidence, and names that nobody could parse.' },
  { name: 'Predictions', description: 'Claims, their criteria, how they stand and why.' },
  { name: 'Resolutions', description: 'What predictions came to; append-only.' },
  { name: 'Service', description: 'Health, and this document.' },
  { name: 'Sources and predictors', description: 'Where it was said, and who said it.' },
  { name: 'Webhooks', description: 'Who is told what, what became of it, and the messages themselves.' },
];

const license = { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' };

/** Whoever installed it answers for it; how to reach them is theirs to say. */
const contact = { name: 'The operator of this service' };

/** What the document says of the service itself. */
type ServiceInfo = { readonly version: string; readonly publicUrl: string | null };

/** The OpenAPI 3.1 document of the operations: the same for the same operations and service. */
export function buildOpenApi(operations: readonly Operation[], info: ServiceInfo) {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: `A key, \`ok_…\`, with the scope that the operation names: ${scopes.map((scope) => `\`${scope}\``).join(', ')}. The admin key holds all of them. Reading needs one only where it is not public.`,
  });
  registerShared(app.openAPIRegistry);
  for (const { spec } of operations) registerOperation(app.openAPIRegistry, spec);
  registerWebhooks(app.openAPIRegistry);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Outturn', version: info.version, description: overview, license, contact },
    servers: [{ url: info.publicUrl ?? '/', description: 'This service, in production.', 'x-internal': false }],
    tags: tags.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  });
  // Readers show a schema inside another by its title, and by a number where it has none.
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    Object.assign(schema, { title: name });
  }
  completeSchemas(document);
  return document;
}

/** The document as YAML, as it is committed; `yes` and `no` are texts for readers of YAML 1.1 as well. */
export function renderOpenApiYaml(document: object): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}
