import type { Context } from 'hono';
import type { z } from 'zod';
import { readInput } from '../../domain/input.ts';
import { joinPointer } from '../../domain/json-pointer.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { idPattern } from './fields.ts';
import { isStorable } from './text.ts';

/** Characters of a parameter's name that an error repeats. */
const nameCharsShown = 100;

/** For a field that a caller may expect but that does not exist: the error that says so. */
export type Hints = Readonly<Record<string, string>>;

/** Parses untrusted input. Refuses with `validation_failed` and one error for each fault. */
export function parseInput<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: 'body' | 'query',
  hints: Hints = {},
): z.output<S> {
  const member = what === 'query' ? 'query parameter' : 'field';
  const { data, errors } = readInput(schema, value, { name: `the ${what}`, pointer: '#', member, hints });
  if (errors === undefined) return data;
  throw new Refusal('validation_failed', `the ${what} is not valid; see errors`, errors);
}

/** The query as an object. Each parameter at most once, since what a second one would mean is anybody's guess. */
export function readQuery(search: URLSearchParams): Record<string, string> {
  const errors: RefusalDetail[] = [];
  const seen = new Map<string, string>();
  for (const [name, value] of search) {
    // A name that cannot be stored is not repeated either.
    const pointer = isStorable(name) ? joinPointer('#', [name.slice(0, nameCharsShown)]) : '#';
    if (seen.has(name)) errors.push({ detail: 'is given more than once', pointer });
    if (!isStorable(name) || !isStorable(value))
      errors.push({ detail: 'text must be well-formed Unicode without U+0000', pointer: '#' });
    seen.set(name, value);
  }
  if (errors.length > 0) throw new Refusal('validation_failed', 'the query is not valid; see errors', errors);
  return Object.fromEntries(seen);
}

/** How this service is called: as its operator says, otherwise as the client did, the scheme as a proxy before it says. */
export function baseOf(http: HttpDeps, c: Context<HttpEnv>): string {
  if (http.services.publicUrl !== null) return http.services.publicUrl;
  const { host, protocol } = new URL(c.req.url);
  const secure = protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https';
  return `${secure ? 'https' : 'http'}://${host}`;
}

/** The query part of the request target, as the client wrote it. */
export function searchOf(c: Context<HttpEnv>): URLSearchParams {
  const { url } = c.req;
  const start = url.indexOf('?');
  const end = url.indexOf('#');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1, end === -1 ? undefined : end));
}

/** Parameters of the path. Nothing can be found under an id of another shape, so that is refused with `not_found`. */
export function readPathParameters(c: Context<HttpEnv>): Record<string, string> {
  const parameters: Record<string, string> = c.req.param();
  for (const value of Object.values(parameters)) {
    if (!idPattern.test(value)) throw new Refusal('not_found', 'there is nothing at this address');
  }
  return parameters;
}

/** Without the fields that were not given, for interfaces that tell "absent" from "undefined". */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Object.entries widens the values; leaving entries out cannot change the type of those that stay.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** An empty patch would raise the version and change nothing. */
export function requireChange(fields: object): void {
  if (Object.values(fields).some((value) => value !== undefined)) return;
  const detail = 'the patch is empty: give at least one field to change';
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#' }]);
}
