import { createApp } from '../../src/http/app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { buildOpenApi } from '../../src/http/openapi/document.ts';
import { operations } from '../../src/http/operations.ts';
import type { FuzzWorld } from './fuzz.ts';
import type { Answer, Ask, Json } from './http-client.ts';
import { parametersOf } from './inline-refs.ts';

export const document: Json = JSON.parse(
  JSON.stringify(buildOpenApi(operations, { version: '0.0.0', publicUrl: null })),
);
export const listed = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
    name: operation.operationId as string, // every operation has one
    has: (place: string, name: string) =>
      parametersOf(document, operation).some((parameter: Json) => parameter.in === place && parameter.name === name),
    documents: (status: number) => operation.responses[status] !== undefined,
  })),
);
export type Listed = (typeof listed)[number];

/**
 * A request line for the operation: for resources that exist, or that do not, with the documented example of each
 * required query parameter.
 */
export function addressOf(
  ids: FuzzWorld['ids'],
  { method, path, operation }: Listed,
  at: 'known' | 'nothing' = 'known',
  query = '',
): string {
  const known = ids[path.split('/')[2] ?? ''] ?? ids.predictions ?? [];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_found, name: string) =>
    at === 'nothing' ? nothingAt(path) : (ids[name]?.[0] ?? known[0] ?? 'any'),
  );
  const required = parametersOf(document, operation)
    .filter((parameter: Json) => parameter.in === 'query' && parameter.required === true)
    .map(({ name, schema }: Json) => `${name}=${schema.example}`);
  const search = [...required, ...(query === '' ? [] : [query])].join('&');
  return `${method} ${filled}${search === '' ? '' : `?${search}`}`;
}

/** PUT creates a watch of any other name. */
function nothingAt(path: string): string {
  return path.startsWith('/v1/watches/') ? 'wat_nothing' : 'nothing-of-that-name';
}

/** The documented example of the request body. */
export function askOf({ operation }: Listed, headers: Record<string, string> = {}): Ask {
  const content = Object.entries<Json>(operation.requestBody?.content ?? {}).find(
    ([, { example }]) => example !== undefined,
  );
  const headOnly = operation.operationId === 'streamEvents';
  if (content === undefined) return { headers, headOnly };
  const [type, { example }] = content;
  return { headers: { 'content-type': type, ...headers }, body: JSON.stringify(example) };
}

/**
 * A service in which every use of the database throws. For operations that do not use it, every use of the log throws.
 */
export function breakDeps(http: HttpDeps, { operation }: Listed, error: Error): HttpDeps {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw error;
      },
    },
  );
  const log = {
    ...http.log,
    info: () => {
      throw error;
    },
  };
  if (operation['x-required-scope'] === undefined) return { ...http, log };
  // Stands for a database whose every use fails.
  const db = throwing as HttpDeps['services']['db'];
  return { ...http, services: { ...http.services, db } };
}

/** Sends a request to the application without a network connection. */
export async function askInProcess(http: HttpDeps, target: string, { body, headers }: Ask): Promise<Answer> {
  const [method = '', path = ''] = target.split(' ');
  const sent = { method, headers: headers ?? {}, ...(method === 'GET' || body === undefined ? {} : { body }) };
  const answer = await createApp(http).request(path, sent as RequestInit); // fetch accepts bytes as a body
  const text = await answer.text();
  const isJson = /\bjson/.test(answer.headers.get('content-type') ?? '') && text !== '';
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}
