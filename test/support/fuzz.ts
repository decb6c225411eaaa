import { findMismatches } from './conformance.ts';
import { chance, type Draw, hostile, hostileText, lookUp, pick, valueBy } from './fuzz-values.ts';
import { gateSeed } from './gate-seed.ts';
import type { Answer, Ask, Client, Json } from './http-client.ts';
import { parametersOf } from './inline-refs.ts';

/** The inputs of requests: the document, the keys of callers, and the ids of existing resources. */
export type FuzzWorld = {
  readonly document: Json;
  readonly ask: Client;
  /** Authorization headers with valid keys. */
  readonly keys: readonly string[];
  /** Ids and slugs that exist, by the second segment of the path. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
};

type Request = {
  readonly method: string;
  readonly target: string;
  readonly operation: Json;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
};

/** The time limit of a response; a request that takes longer counts as hanging. */
const answerMsMax = 30_000;

/**
 * Sends one request that roughly conforms to the document. Returns what is wrong with the response; null if nothing is.
 */
export async function tryOne(draw: Draw, world: FuzzWorld): Promise<string | null> {
  const request = makeRequest(draw, world);
  const { method, target, headers, body, operation } = request;
  const sent: Ask = {
    headers,
    headOnly: operation.operationId === 'streamEvents',
    ...(body === undefined ? {} : { body }),
  };
  const answer = await withinTime(world.ask(`${method} ${target}`, sent));
  const faults = answer === null ? [`no answer within ${answerMsMax} ms`] : findFaults(world.document, request, answer);
  if (faults.length === 0) return null;
  const shown = typeof body === 'string' ? body.slice(0, 2000) : body === undefined ? '' : `${body.length} bytes`;
  const response = answer === null ? '' : `${answer.status} ${answer.text.slice(0, 600)}`;
  return [`${method} ${target}`, JSON.stringify(headers), shown, '→', response, ...faults].join('\n');
}

async function withinTime<T>(promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), answerMsMax);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function makeRequest(draw: Draw, world: FuzzWorld): Request {
  const path = pick(draw, Object.keys(world.document.paths));
  const item = world.document.paths[path];
  const method = pick(draw, Object.keys(item));
  const operation = item[method];
  const { body, type } = chance(draw, 6) ? hostileBody(draw) : bodyOf(draw, world.document, operation);
  const headers = { ...headersOf(draw, world, operation), ...(type === undefined ? {} : { 'content-type': type }) };
  const target = `${pathOf(draw, world, path)}${queryOf(draw, world.document, operation)}`;
  const asked = chance(draw, 4) ? pick(draw, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) : method;
  return { method: asked.toUpperCase(), target, operation: { ...operation, path }, headers, body };
}

/** Percent-encodes text. Lone surrogates become the bytes of U+FFFD, as from a careless client. */
const encode = (text: string): string =>
  Array.from(Buffer.from(text), (byte) =>
    /[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`,
  ).join('');

const hostileSegments = [
  '%00',
  '%ff',
  '%zz',
  '%',
  '%2f',
  '%ed%a0%80',
  'constructor',
  '__proto__',
  '0',
  'a'.repeat(500),
];

function pathOf(draw: Draw, { ids }: FuzzWorld, path: string): string {
  const known = ids[path.split('/')[2] ?? ''] ?? ['any'];
  return path.replaceAll(/\{(\w+)\}/g, (_found, name: string) => {
    if (chance(draw, 15)) return pick(draw, hostileSegments);
    if (chance(draw, 8)) return encode(hostileText(draw)) || 'x';
    return ids[name] === undefined ? encode(pick(draw, known)) : encode(pick(draw, ids[name]));
  });
}

function queryOf(draw: Draw, document: Json, operation: Json): string {
  const parts = parametersOf(document, operation)
    .filter((parameter: Json) => parameter.in === 'query' && (parameter.required ? !chance(draw, 5) : chance(draw, 25)))
    .map(({ name, schema }: Json) => `${encode(name)}=${encode(textOf(valueBy(draw, document, schema)))}`);
  if (chance(draw, 4)) parts.push(`${encode(hostileText(draw))}=${encode(hostileText(draw))}`);
  if (parts.length > 0 && chance(draw, 3)) parts.push(pick(draw, parts));
  if (chance(draw, 2)) parts.push(pick(draw, ['%', '&&&', '=', '%ff=%ff', 'limit', 'a[]=1&a[]=2']));
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** Lists in queries are comma-separated, as the document says. */
const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(textOf).join(',').slice(0, 3000);
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 3000);
};

/** Replaces characters that a client cannot send in a header. */
const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?').trim();

function headersOf(draw: Draw, { document, keys }: FuzzWorld, operation: Json): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!chance(draw, 12)) headers.authorization = chance(draw, 90) ? pick(draw, keys) : headerText(hostileText(draw));
  const tags = ['*', '"1"', '"1-0"', 'W/"1-0"', '"', '"a", "b"', '1', '""', '"999999999999999999999-0"'];
  const values: Record<string, () => string> = {
    'if-match': () => pick(draw, tags),
    'if-none-match': () => pick(draw, tags),
    'idempotency-key': () => pick(draw, ['one', 'two', '"three"', 'x'.repeat(600), '"', '""', 'é']),
    'last-event-id': () => pick(draw, ['0', '1', '-1', '99999999999999999999', 'x']),
  };
  const own = parametersOf(document, operation).filter((parameter: Json) => parameter.in === 'header');
  for (const [name, make] of Object.entries(values)) {
    const isOwn = own.some((parameter: Json) => parameter.name.toLowerCase() === name);
    if (chance(draw, isOwn ? 30 : 3)) headers[name] = chance(draw, 85) ? make() : headerText(hostileText(draw));
  }
  if (chance(draw, 5)) headers['x-request-id'] = headerText(hostileText(draw));
  if (chance(draw, 5)) headers.traceparent = headerText(hostileText(draw));
  return headers;
}

type Body = { readonly body: string | Uint8Array | undefined; readonly type: string | undefined };

function bodyOf(draw: Draw, document: Json, { requestBody }: Json): Body {
  if (requestBody === undefined) return { body: undefined, type: undefined };
  const type = pick(draw, Object.keys(requestBody.content));
  const { schema, example } = requestBody.content[type];
  const value = example !== undefined && chance(draw, 25) ? example : valueBy(draw, document, schema);
  return { body: JSON.stringify(value) ?? '', type };
}

function hostileBody(draw: Draw): Body {
  const bodies: (string | Uint8Array)[] = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '{"a":1,"a":2}',
    '[1,2',
    '\ufeff{}',
    '{"statement":"\\ud800"}',
    '['.repeat(5000),
    `${'[{"a":'.repeat(2000)}1${'}]'.repeat(2000)}`,
    new Uint8Array([0xff, 0xfe, 0x00]),
    JSON.stringify(hostile(draw)) ?? '',
  ];
  const types = [
    'application/json',
    'text/plain',
    'application/json; charset=latin1',
    'multipart/form-data',
    '/',
    undefined,
  ];
  return { body: pick(draw, bodies), type: pick(draw, types) };
}

/** The faults of a response: in its status, its type, its body or its headers. */
function findFaults(document: Json, request: Request, answer: Answer): string[] {
  const { status, headers } = answer;
  const type = headers['content-type']?.split(';')[0];
  if (status >= 500 && !(status === 502 && request.operation.responses['502'] !== undefined))
    return [`answers ${status}`];
  const always = ['x-request-id', 'cache-control', 'access-control-allow-origin'].filter(
    (name) => headers[name] === undefined,
  );
  const missing = always.map((name) => `has no ${name}`);
  if (request.method === 'OPTIONS')
    return status === 204 || status === 404 ? missing : [`answers ${status} to OPTIONS`];
  const isHead = request.method === 'HEAD';
  const method = isHead ? 'get' : request.method.toLowerCase();
  const operation = document.paths[request.operation.path][method];
  const problems = status < 400 || isHead ? [] : findProblemFaults(document, answer);
  // If the path does not have the method, the service must refuse it.
  if (operation === undefined)
    return status === 405 || status === 404 ? [...missing, ...problems] : [`answers ${status} to ${request.method}`];
  const documented = operation.responses[status];
  if (documented === undefined) return [`answers ${status}, which ${operation.operationId} does not document`];
  const { content } = documented.$ref === undefined ? documented : lookUp(document, documented.$ref);
  if (isHead || operation.operationId === 'streamEvents') return [...missing, ...problems];
  if (content === undefined) return [...missing, ...(answer.text === '' ? [] : ['has a body, and documents none'])];
  const media = content[type ?? ''];
  if (media === undefined) return [...missing, `has the type ${type}, not ${Object.keys(content).join(' or ')}`];
  const value = answer.json === undefined ? answer.text : answer.json;
  return [...missing, ...problems, ...(status >= 400 ? [] : findMismatches(document, media.schema, value, 'body'))];
}

/** Problems may have additional members, as those of readiness do. */
function findProblemFaults(document: Json, { status, headers, json }: Answer): string[] {
  if (headers['content-type'] !== 'application/problem+json') return [`is an error of type ${headers['content-type']}`];
  const { properties } = document.components.schemas.Problem;
  const known = Object.fromEntries(Object.entries(json).filter(([name]) => Object.hasOwn(properties, name)));
  return [
    ...findMismatches(document, { $ref: '#/components/schemas/Problem' }, known, 'problem'),
    ...(json.status === status ? [] : [`says ${json.status} in its body and ${status} on the line`]),
    ...(json.request_id === headers['x-request-id'] ? [] : ['names another request']),
  ];
}

/** The number of requests and the seed. A failure prints the environment variables that repeat the run. */
export function fuzzSettings(runsDefault: number): { runs: number; seed: number } {
  const runs = Number(process.env.OUTTURN_FUZZ_RUNS ?? runsDefault);
  const drawn = (): number => Math.floor(Math.random() * 2 ** 31);
  const seed = Number(process.env.OUTTURN_FUZZ_SEED ?? gateSeed() ?? drawn());
  return { runs, seed };
}
