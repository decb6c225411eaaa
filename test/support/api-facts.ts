import type { Json } from './http-client.ts';
import { parametersOf } from './inline-refs.ts';

/** What a client may rely on, one fact a line: `has` may grow, `needs` may shrink. */
export type ApiFacts = { readonly has: ReadonlySet<string>; readonly needs: ReadonlySet<string> };

/** The facts of an OpenAPI document: operations, parameters, bodies, answers, and every property and value of its schemas. */
export function factsOf(document: Json): ApiFacts {
  const has = new Set<string>();
  const needs = new Set<string>();
  const inputs = new Set<string>();
  for (const [path, item] of Object.entries<Json>(document.paths)) {
    for (const [method, operation] of Object.entries<Json>(item)) {
      const name = `${method.toUpperCase()} ${path}`;
      has.add(`${name} is ${operation.operationId}`);
      for (const parameter of parametersOf(document, operation)) {
        const { schema, explode, in: place } = parameter;
        walk(schema, `${name} ${place} ${parameter.name}`, has);
        // A list separated by commas accepts what a single value did.
        if (schema.type === 'array' && explode === false) walk(schema.items, `${name} ${place} ${parameter.name}`, has);
        if (parameter.required === true) needs.add(`${name} needs ${parameter.name}`);
      }
      for (const [type, media] of Object.entries<Json>(operation.requestBody?.content ?? {})) {
        walk(media.schema, `${name} takes ${type}`, has);
        findComponents(document, media.schema, inputs);
      }
      if (operation.requestBody?.required === true) needs.add(`${name} needs a body`);
      for (const [status, answer] of Object.entries<Json>(operation.responses))
        for (const [type, media] of Object.entries<Json>(answer.content ?? { none: {} }))
          walk(media.schema ?? {}, `${name} answers ${status} ${type}`, has);
    }
  }
  for (const [name, schema] of Object.entries<Json>(document.components.schemas)) {
    walk(schema, name, has);
    if (inputs.has(name)) for (const field of schema.required ?? []) needs.add(`${name} needs ${field}`);
  }
  return { has, needs };
}

/** Every property below a schema with its type, and every value of its lists of values; references are facts and not followed. */
function walk(schema: Json, at: string, has: Set<string>): void {
  const type = schema.$ref?.split('/').at(-1) ?? [schema.type ?? 'any'].flat().sort().join('|');
  has.add(`${at}: ${type}`);
  for (const value of schema.enum ?? []) has.add(`${at} = ${JSON.stringify(value)}`);
  if (schema.const !== undefined) has.add(`${at} = ${JSON.stringify(schema.const)}`);
  for (const option of [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])])
    walk(option, `${at}|`, has);
  for (const [name, property] of Object.entries<Json>(schema.properties ?? {})) walk(property, `${at}.${name}`, has);
  if (schema.items !== undefined) walk(schema.items, `${at}[]`, has);
}

/** The components that a request body refers to, directly or not. */
function findComponents(document: Json, schema: Json, found: Set<string>): void {
  for (const match of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    const name = match[1] ?? '';
    if (found.has(name)) continue;
    found.add(name);
    findComponents(document, document.components.schemas[name], found);
  }
}

/** The facts as text for a golden file. */
export function writeFacts({ has, needs }: ApiFacts): string {
  return `${[...has, ...[...needs].map((need) => `! ${need}`)].sort().join('\n')}\n`;
}

/** What the facts of an earlier version promised and these no longer do. */
export function findBroken(kept: string, now: ApiFacts): string[] {
  const lines = kept.trimEnd().split('\n');
  const promised = lines.filter((line) => !line.startsWith('! '));
  const needed = new Set(lines.filter((line) => line.startsWith('! ')).map((line) => line.slice(2)));
  const isOld = (need: string): boolean => {
    const owner = need.slice(0, need.indexOf(' needs '));
    return promised.some((fact) => fact.startsWith(`${owner} `) || fact.startsWith(`${owner}:`));
  };
  return [
    ...promised.filter((fact) => !now.has.has(fact)).map((fact) => `gone: ${fact}`),
    ...[...now.needs].filter((need) => !needed.has(need) && isOld(need)).map((need) => `newly required: ${need}`),
  ];
}
