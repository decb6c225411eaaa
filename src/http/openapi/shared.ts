import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { buildProblem, type ProblemCode, problemErrorsMax, problemKinds } from '../operation/errors.ts';
import { type Operation, takesIdempotencyKey } from '../operation/operation.ts';
import { headerBytesMax } from '../server/serve.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

const problemSchema = z
  .object({
    type: z.string().meta({
      description: 'Path of the documentation of the code.',
      example: '/docs/problems#validation_failed',
    }),
    title: z.string().meta({ description: 'Meaning of the code.' }),
    status: z.int().meta({ description: 'The HTTP status.', example: 422 }),
    detail: z.string().meta({ description: 'What is wrong with this request.' }),
    code: z.string().meta({ description: 'Machine-readable code, one of a fixed set.', example: 'validation_failed' }),
    request_id: z.string().meta({
      description: 'Value of X-Request-Id, also in the server log.',
      example: 'req_01k21v6xg2k8f4d9s5a1w7e3ru',
    }),
    errors: z
      .array(
        z.object({
          detail: z.string(),
          pointer: z.string().meta({
            description: 'JSON Pointer (RFC 6901) to the field in the body, or to the query parameter.',
            example: '#/criterion/model/tier',
          }),
        }),
      )
      .max(problemErrorsMax)
      .optional()
      .meta({ description: 'All errors in the input.' }),
  })
  .meta({ id: 'Problem', description: 'An error, as problem details (RFC 9457). Every error response has this form.' });

/** Header fields of responses are no longer than those of requests may be. */
const fieldText = { type: 'string' as const, maxLength: headerBytesMax };

const headerDocs = {
  'X-Request-Id': {
    description: 'Id of the request: the one that the client sent, or a new one.',
    schema: fieldText,
    example: 'req_01k21v6xg2k8f4d9s5a1w7e3ru',
  },
  'Cache-Control': {
    description: 'Caching rules of the response.',
    schema: fieldText,
    example: 'no-cache',
  },
  'Access-Control-Allow-Origin': {
    description: 'Any origin may read the response.',
    schema: fieldText,
    example: '*',
  },
  ETag: {
    description: 'Version of the resource and hash of this representation.',
    schema: fieldText,
    example: '"2-5f3a9c01"',
  },
  Location: {
    description: 'Path or URL of the created resource.',
    schema: fieldText,
    example: '/v1/predictions/pred_01jf3mw9x1c6v8b2n4m7q5w3es',
  },
  Link: {
    description: 'Link to the next page, if there is one.',
    schema: fieldText,
    example: '</v1/predictions?cursor=eyJvZiI6Ii4uLiJ9>; rel="next"',
  },
  'WWW-Authenticate': {
    description: 'How to authenticate, and what was wrong with the key that was sent.',
    schema: fieldText,
    example: 'Bearer realm="outturn", error="insufficient_scope", scope="write"',
  },
  'Idempotent-Replayed': {
    description:
      '`true` if this is the stored response to an earlier request with the same Idempotency-Key. Absent otherwise.',
    schema: fieldText,
    example: 'true',
  },
  'RateLimit-Policy': {
    description: 'Quota: number of requests (q) per window in seconds (w), per key or per address.',
    schema: fieldText,
    example: '"default";q=600;w=60',
  },
  RateLimit: {
    description: 'Remaining requests (r) and seconds until the window ends (t).',
    schema: fieldText,
    example: '"default";r=412;t=31',
  },
  'Retry-After': { description: 'Seconds to wait before retrying.', schema: fieldText, example: '2' },
};

export type HeaderName = keyof typeof headerDocs;

/** The header that nearly every response has is referenced by a short name: the references are a large part of the document. */
const headerComponent = (name: string): string => (name === 'Access-Control-Allow-Origin' ? 'Cors' : name);

/** References to header components. */
export function headers(...names: HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${headerComponent(name)}` }]));
}

/** Registers the components that all operations share. */
export function registerShared(registry: Registry): void {
  registry.register('Problem', problemSchema);
  for (const [name, described] of Object.entries(headerDocs))
    registry.registerComponent('headers', headerComponent(name), described);
  const description = 'The cached response is current.';
  registry.registerComponent('responses', 'NotModified', {
    description,
    headers: headers(...alwaysHeaders, 'ETag', ...rateHeaders),
  });
  registry.registerComponent('responses', 'OpenNotModified', {
    description,
    headers: headers(...alwaysHeaders, 'ETag'),
  });
}

/** The response 304, which has the headers of the quota if the operation is limited. */
export function notModified(access: Operation['spec']['access']): { $ref: string } {
  return { $ref: `#/components/responses/${access === 'open' ? 'OpenNotModified' : 'NotModified'}` };
}

/** The error responses of an operation by status. Each combination of codes is one component. */
export function problemResponses(registry: Registry, spec: Operation['spec']): Record<string, { $ref: string }> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodes(spec)) {
    const { status } = problemKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    answers.map(([status, codes]) => {
      const name = codes.map(pascalCase).join('_');
      for (const code of codes) registry.registerComponent('examples', code, problemExample(code));
      registry.registerComponent('responses', name, problemResponse(status, codes));
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function pascalCase(code: string): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_found, letter: string) => letter.toUpperCase());
}

function problemCodes(spec: Operation['spec']): ProblemCode[] {
  const takesPage = 'cursor' in spec.query.shape;
  const codes: ProblemCode[] = ['validation_failed', 'internal_error', ...(spec.refusals ?? [])];
  if (spec.access !== 'open') codes.push('unauthorized', 'forbidden', 'rate_limited', 'service_unavailable');
  if (takesIdempotencyKey(spec)) codes.push('bad_request', 'request_in_progress', 'idempotency_key_reused');
  if (Object.keys(spec.params).length > 0) codes.push('not_found');
  if (spec.ifMatch === true) codes.push('precondition_failed');
  if (spec.resumes === true) codes.push('bad_request');
  if (takesPage) codes.push('invalid_cursor');
  if (spec.body !== undefined) codes.push('invalid_json');
  // A POST without a body schema reads the body as well, to reject it.
  if (spec.body !== undefined || spec.raw !== undefined || spec.method === 'post')
    codes.push('unsupported_media_type', 'body_too_large');
  return [...new Set(codes)];
}

/** Headers of every response. */
export const alwaysHeaders: readonly HeaderName[] = ['X-Request-Id', 'Cache-Control', 'Access-Control-Allow-Origin'];

/** Those that the responses of each operation state; the others are only in shared responses and in the overview. */
export const ownHeaders: readonly HeaderName[] = ['X-Request-Id', 'Access-Control-Allow-Origin'];

/** Headers of rate-limited operations. */
export const rateHeaders: readonly HeaderName[] = ['RateLimit-Policy', 'RateLimit'];

const moreHeaders: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  409: ['Retry-After'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

function problemExample(code: ProblemCode) {
  const value = buildProblem(code, 'What is wrong with this request.', headerDocs['X-Request-Id'].example);
  return { summary: problemKinds[code].title, value };
}

function problemResponse(status: number, codes: readonly ProblemCode[]) {
  const more: HeaderName[] = [...(moreHeaders[status] ?? []), ...(status < 500 ? rateHeaders : [])];
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const);
  const schema = { $ref: '#/components/schemas/Problem' };
  return {
    description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' '),
    headers: headers(...alwaysHeaders, ...more),
    content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
  };
}
