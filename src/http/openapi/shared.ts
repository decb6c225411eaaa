import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { buildProblem, type ProblemCode, problemKinds } from '../operation/errors.ts';
import { type Operation, takesIdempotencyKey } from '../operation/operation.ts';

type Registry = OpenAPIHono['openAPIRegistry'];

const problemSchema = z
  .object({
    type: z.string().meta({
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
          pointer: z.string().meta({
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
  'Access-Control-Allow-Origin': {
    description: 'Pages of every site may read the answer.',
    schema: { type: 'string' as const },
    example: '*',
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
    description: 'How to show a key, and what was wrong with the one that was shown.',
    schema: { type: 'string' as const },
    example: 'Bearer realm="outturn", error="insufficient_scope", scope="write"',
  },
  'Idempotent-Replayed': {
    description:
      'Present, and `true`, where this is the kept answer to an earlier request with the same Idempotency-Key.',
    schema: { type: 'string' as const },
    example: 'true',
  },
  'RateLimit-Policy': {
    description: 'Requests (q) that are let through in a window of seconds (w), for one key or one address.',
    schema: { type: 'string' as const },
    example: '"default";q=600;w=60',
  },
  RateLimit: {
    description: 'Requests left (r), and seconds until the window ends (t).',
    schema: { type: 'string' as const },
    example: '"default";r=412;t=31',
  },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'string' as const }, example: '2' },
};

export type HeaderName = keyof typeof headerDocs;

/** References to the headers that an answer carries. */
export function headers(...names: HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** What operations refer to. */
export function registerShared(registry: Registry): void {
  registry.register('Problem', problemSchema);
  for (const [name, described] of Object.entries(headerDocs)) registry.registerComponent('headers', name, described);
}

/** Every error that an operation can answer, by status; each combination of codes is written down once. */
export function problemAnswers(registry: Registry, spec: Operation['spec']): Record<string, { $ref: string }> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodes(spec)) {
    const { status } = problemKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    answers.map(([status, codes]) => {
      const name = codes.map(pascalCase).join('_');
      registry.registerComponent('responses', name, problemAnswer(status, codes));
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
  // A POST that takes no body reads what it is sent all the same, to refuse it.
  if (spec.body !== undefined || spec.raw !== undefined || spec.method === 'post')
    codes.push('unsupported_media_type', 'body_too_large');
  return codes;
}

/** On every answer. */
export const alwaysHeaders: readonly HeaderName[] = ['X-Request-Id', 'Cache-Control', 'Access-Control-Allow-Origin'];

/** Wherever requests are counted. */
export const rateHeaders: readonly HeaderName[] = ['RateLimit-Policy', 'RateLimit'];

const moreHeaders: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  409: ['Retry-After'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

function problemAnswer(status: number, codes: readonly ProblemCode[]) {
  const more: HeaderName[] = [...(moreHeaders[status] ?? []), ...(status < 500 ? rateHeaders : [])];
  const examples = codes.map((code) => {
    const value = buildProblem(code, 'What is wrong this time.', headerDocs['X-Request-Id'].example);
    return [code, { summary: problemKinds[code].title, value }] as const;
  });
  const schema = { $ref: '#/components/schemas/Problem' };
  return {
    description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(' '),
    headers: headers(...alwaysHeaders, ...more),
    content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
  };
}
