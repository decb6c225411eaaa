import type { Context } from 'hono';
import type { z } from 'zod';
import { readInput } from '../../domain/input.ts';
import { joinPointer } from '../../domain/json-pointer.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { idPattern } from './fields.ts';
import { isStorable } from './text.ts';

/** The most characters of a parameter's name that an error repeats. */
const nameCharsShown = 100;

/** Error texts for fields that do not exist but that callers may expect, by field. */
export type Hints = Readonly<Record<string, string>>;

/** Parses untrusted input. Refuses with `validation_failed`, listing every error. */
export function parseInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: 'body' | 'query',
  hints: Hints = {},
): z.output<S> {
  const member = what === 'query' ? 'query parameter' : 'field';
  const { data, errors } = readInput(schema, value, { name: `the ${what}`, pointer: '#', member, hints });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', `the ${what} is invalid; see errors`, errors);
}

/**
 * The query as an object. The values of a repeated parameter that `lists` contains are joined by commas; any other repetition
 * is refused, because it is unclear which value would count.
 */
export function readQuery(search: URLSearchParams, lists: readonly string[] = []): Record<string, string> {
  const errors: RefusalDetail[] = [];
  const seen = new Map<string, string>();
  for (const [name, value] of search) {
    // An error must not repeat a name that cannot be stored.
    const pointer = isStorable(name) ? joinPointer('#', [name.slice(0, nameCharsShown)]) : '#';
    const before = seen.get(name);
    const isList = lists.includes(name);
    if (before !== undefined && !isList) errors.push({ detail: 'must be given only once', pointer });
    if (!isStorable(name) || !isStorable(value))
      errors.push({ detail: 'text must be well-formed Unicode without U+0000', pointer: '#' });
    seen.set(name, before === undefined || !isList ? value : `${before},${value}`);
  }
  if (errors.length > 0) throw new Refusal('validation_failed', 'the query is invalid; see errors', errors);
  return Object.fromEntries(seen);
}

/** The base URL of this service: the configured one, or that of the request, with the scheme of X-Forwarded-Proto. */
export function baseOf(http: HttpDeps, c: Context<HttpEnv>): string {
  if (http.services.publicUrl !== null) return http.services.publicUrl;
  const { host, protocol } = new URL(c.req.url);
  const secure = protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
  return `${secure ? 'https' : 'http'}://${host}`;
}

/** The query of the request target, as the client sent it. */
export function searchOf(c: Context<HttpEnv>): URLSearchParams {
  const { url } = c.req;
  const start = url.indexOf('?');
  const end = url.indexOf('#');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1, end === -1 ? undefined : end));
}

/** The parameters of the path. Refuses with `not_found` if one is not a valid id, because nothing has such an id. */
export function readPathParameters(c: Context<HttpEnv>): Record<string, string> {
  const parameters: Record<string, string> = c.req.param();
  for (const value of Object.values(parameters)) {
    if (!idPattern.test(value)) throw new Refusal('not_found', 'there is no resource at this address');
  }
  return parameters;
}

/** Removes undefined fields, for types that distinguish absent from undefined. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Object.entries widens the types of the values; removing entries does not change the types of the others.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Refuses an empty patch, which would raise the version without a change. */
export function requireChange(fields: object): void {
  if (Object.values(fields).some((value) => value !== undefined)) return;
  const detail = 'the patch must contain at least one field';
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#' }]);
}
