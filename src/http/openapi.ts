import { OpenAPIHono, z } from '@hono/zod-openapi';
import { stringify } from 'yaml';
import { buildProblem, type ProblemCode, problemKinds } from './errors.ts';
import type { Operation } from './operation.ts';

type Registry = OpenAPIHono['openAPIRegistry'];
type Spec = Operation['spec'];

const problemSchema = z
  .object({
    type: z
      .string()
      .meta({
        description: 'Where the code is explained, as a path of this service.',
        example: '/docs/problems#validation_failed',
      }),
    title: z.string().meta({ description: 'What the code means.' }),
    status: z.int().meta({ description: 'The HTTP status.', example: 422 }),
    detail: z.string().meta({ description: 'What is wrong this time.' }),
    code: z.string().meta({ description: 'For machines: one of a closed set.', example: 'validation_failed' }),
    request_id: z
      .string()
      .meta({ description: 'As in X-Request-Id; the log has it too.', example: 'req_01k21v6xg2k8f4d9s5a1w7e3ru' }),
    errors: z
      .array(
        z.object({
          detail: z.string(),
          pointer: z
            .string()
            .meta({
              description: 'JSON Pointer (RFC 6901) into the body, or the name of a query parameter.',
              example: '#/criterion/model/tier',
            }),
        }),
      )
      .optional()
      .meta({ description: 'Every fault that was found.' }),
  })
  .meta({ id: 'Problem', description: 'Every error, whoever answers it (RFC 9457).' });

const headerDocs = {
  'X-Request-Id': {
    description: "The caller's id of the request, or a new one.",
    schema: { type: 'string' as const },
    example: 'req_01k21v6xg2k8f4d9s5a1w7e3ru',
  },
  'Cache-Control': {
    description: 'Who may keep the answer, and how long.',
    schema: { type: 'string' as const },
    example: 'no-cache',
  },
  ETag: {
    description: 'The version of the resource and of this representation of it.',
    schema: { type: 'string' as const },
    example: '"2-5f3a9c01"',
  },
  Location: {
    description: 'Where it is.',
    schema: { type: 'string' as const },
    example: '/v1/predictions/pred_01jf3mw9x1c6v8b2n4m7q5w3es',
  },
  Link: {
    description: 'The next page, where there is one.',
    schema: { type: 'string' as const },
    example: '</v1/predictions?cursor=eyJvZiI6Ii4uLiJ9>; rel="next"',
  },
  'WWW-Authenticate': {
    description: 'How to show a key.',
    schema: { type: 'string' as const },
    example: 'Bearer realm="outturn"',
  },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string' as const }, example: '2' },
};

type HeaderName = keyof typeof headerDocs;

function headers(...names: HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, headerDocs[name]]));
}

/** Puts one operation into the document, with every error that its parts bring about. */
export function registerOperation(registry: Registry, spec: Spec): void {
  const params = Object.entries(spec.params).map(([name, described]) => [name, z.string().meta(described)] as const);
  const ifMatch = z.strictObject({
    'If-Match': z
      .string()
      .optional()
      .meta({ description: 'The ETag that was seen, or `*`; only its version counts.', example: '"2-5f3a9c01"' }),
  });
  const ifNoneMatch = z.strictObject({
    'If-None-Match': z
      .string()
      .optional()
      .meta({ description: 'ETags that the caller holds; the answer is then 304.', example: '"2-5f3a9c01"' }),
  });
  registry.registerPath({
    method: spec.method,
    path: spec.path,
    operationId: spec.operationId,
    tags: [spec.tag],
    summary: spec.summary,
    description: spec.description,
    security: securityOf(spec),
    request: {
      ...(params.length > 0 ? { params: z.object(Object.fromEntries(params)) } : {}),
      query: spec.query,
      ...(spec.ifMatch === true ? { headers: ifMatch } : spec.method === 'get' ? { headers: ifNoneMatch } : {}),
      ...requestBodyOf(spec),
    },
    responses: { ...answersOf(spec), ...problemsOf(spec) },
  });
}

function securityOf({ access }: Spec): Record<string, string[]>[] {
  if (access === 'open') return [];
  return access === 'write' ? [{ adminKey: [] }] : [{}, { adminKey: [] }];
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
          'application/json': { schema: z.unknown().openapi({ description: raw.description }) },
        },
      },
    };
  }
  if (body === undefined) return {};
  const media = { schema: body.schema, example: body.example };
  return {
    body: {
      required: true,
      content: Object.fromEntries((body.mediaTypes ?? ['application/json']).map((mediaType) => [mediaType, media])),
    },
  };
}

function answersOf(spec: Spec) {
  const { status, description, schema, example, mediaType } = spec.answer;
  const names: HeaderName[] = ['X-Request-Id', 'Cache-Control'];
  if (status !== 204 && (spec.method !== 'post' || status === 201)) names.push('ETag');
  if (status === 201) names.push('Location');
  if ('cursor' in spec.query.shape) names.push('Link');
  const content = schema === undefined ? {} : { content: { [mediaType ?? 'application/json']: { schema, example } } };
  const notModified = {
    description: 'What the caller holds is current.',
    headers: headers('X-Request-Id', 'Cache-Control', 'ETag'),
  };
  return {
    [status]: { description, headers: headers(...names), ...content },
    ...(spec.method === 'get' ? { 304: notModified } : {}),
  };
}

function problemsOf(spec: Spec) {
  const codes = new Set<ProblemCode>([
    'validation_failed',
    'internal_error',
    'service_unavailable',
    ...(spec.refusals ?? []),
  ]);
  if (spec.access !== 'open') codes.add('unauthorized');
  if (Object.keys(spec.params).length > 0) codes.add('not_found');
  if (spec.ifMatch === true) codes.add('precondition_failed');
  if ('cursor' in spec.query.shape) codes.add('invalid_cursor');
  if (spec.body !== undefined)
    for (const code of ['invalid_json', 'unsupported_media_type', 'body_too_large'] as const) codes.add(code);
  if (spec.raw !== undefined)
    for (const code of ['bad_request', 'unsupported_media_type', 'body_too_large'] as const) codes.add(code);
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes)
    byStatus.set(problemKinds[code].status, [...(byStatus.get(problemKinds[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].sort(([a], [b]) => a - b).map(([status, ofStatus]) => [status, problemAnswer(status, ofStatus)]),
  );
}

function problemAnswer(status: number, codes: readonly ProblemCode[]) {
  const more: HeaderName[] = status === 401 ? ['WWW-Authenticate'] : status === 503 ? ['Retry-After'] : [];
  const examples = codes.map(
    (code) =>
      [
        code,
        {
          summary: problemKinds[code].title,
          value: buildProblem(code, 'What is wrong this time.', headerDocs['X-Request-Id'].example),
        },
      ] as const,
  );
  return {
    description: `${codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' ')}`,
    headers: headers('X-Request-Id', 'Cache-Control', ...more),
    content: { 'application/problem+json': { schema: problemSchema, examples: Object.fromEntries(examples) } },
  };
}

const overview = `Outturn records falsifiable predictions about AI-model releases, reads release feeds, and resolves each prediction with evidence.

Every read may be asked "as of" a moment: \`as_of\` answers from what was known by then, and the answer stays the same. Times are UTC; a date is as exact as it is known.

Every error is \`application/problem+json\` with a \`code\`: 400 could not be parsed, 422 was parsed and is not valid. Lists are \`{data, next_cursor}\`; cursors are opaque and belong to their filters.`;

/** What tags stand for, in the order of the reference. */
export const tags = [
  { name: 'Predictions', description: 'Claims, their criteria, how they stand and why.' },
  { name: 'Criteria', description: 'The criterion language, tried out.' },
  { name: 'Resolutions', description: 'What predictions came to; append-only.' },
  { name: 'Feeds', description: 'What is read, how far it is believed, and how far it has been read.' },
  { name: 'Observations', description: 'Raw evidence, and names that nobody could parse.' },
  { name: 'Sources and predictors', description: 'Where it was said, and who said it.' },
  { name: 'Service', description: 'Health, and this document.' },
];

/** The OpenAPI 3.1 document of the operations: the same for the same operations and version. */
export function buildOpenApi(operations: readonly Operation[], info: { readonly version: string }) {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'adminKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key, `ok_…`. It is needed to write, and to read where reading is not public.',
  });
  for (const { spec } of operations) registerOperation(app.openAPIRegistry, spec);
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Outturn', version: info.version, description: overview, license: { name: 'MIT' } },
    servers: [{ url: '/', description: 'This service.' }],
    tags,
  });
}

/** The document as YAML, as it is committed. */
export function renderOpenApiYaml(document: object): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
