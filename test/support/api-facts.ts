import type { Json } from './http-client.ts';
import { deref, parametersOf } from './inline-refs.ts';

/**
 * What clients may rely on, one fact per line. Later versions may add to `has` and remove from `needs`, not the
 * reverse.
 */
export type ApiFacts = { readonly has: ReadonlySet<string>; readonly needs: ReadonlySet<string> };

/**
 * The facts of an OpenAPI document: operations, parameters, bodies, responses, and all properties and values of
 * schemas.
 */
export function factsOf(document: Json): ApiFacts {
  const has = new Set<string>();
  const needs = new Set<string>();
  const inputs = new Set<string>();
  const add = (schema: Json, name: string): void => walk(schema, { document, name, has, inside: [], orNull: false });
  for (const [path, item] of Object.entries<Json>(document.paths)) {
    for (const [method, operation] of Object.entries<Json>(item)) {
      const name = `${method.toUpperCase()} ${path}`;
      has.add(`${name} is ${operation.operationId}`);
      for (const parameter of parametersOf(document, operation)) {
        const { schema, explode, in: place } = parameter;
        add(schema, `${name} ${place} ${parameter.name}`);
        // A comma-separated list also accepts a single value, so the facts of a single value still hold.
        if (schema.type === 'array' && explode === false) add(schema.items, `${name} ${place} ${parameter.name}`);
        if (parameter.required === true) needs.add(`${name} needs ${parameter.name}`);
      }
      for (const [type, media] of Object.entries<Json>(operation.requestBody?.content ?? {})) {
        add(media.schema, `${name} takes ${type}`);
        findComponents(document, media.schema, inputs);
      }
      if (operation.requestBody?.required === true) needs.add(`${name} needs a body`);
      for (const [status, answer] of Object.entries<Json>(operation.responses))
        for (const [type, media] of Object.entries<Json>(answer.content ?? { none: {} }))
          add(media.schema ?? {}, `${name} answers ${status} ${type}`);
    }
  }
  for (const [name, schema] of Object.entries<Json>(document.components.schemas)) {
    add(schema, name);
    if (inputs.has(name)) for (const field of schema.required ?? []) needs.add(`${name} needs ${field}`);
  }
  return { has, needs };
}

/**
 * Adds every property below a schema with its type, and every value of its enumerations. Both a reference and the
 * schema that it refers to are facts, so that a schema may become a component or be inlined.
 */
function walk(schema: Json, at: Place): void {
  const { name, has } = at;
  const nullable = findNullable(schema);
  if (nullable !== null) walkReference(nullable, { ...at, orNull: true });
  if (schema.$ref !== undefined) {
    has.add(`${name}: ${componentName(schema.$ref)}`);
    walkReference(schema.$ref, at);
    return;
  }
  has.add(`${name}: ${typesOf(schema, at.orNull).sort().join('|')}`);
  for (const value of [...(schema.enum ?? []), ...(at.orNull && schema.enum !== undefined ? [null] : [])])
    has.add(`${name} = ${JSON.stringify(value)}`);
  if (schema.const !== undefined) has.add(`${name} = ${JSON.stringify(schema.const)}`);
  const inner = { ...at, orNull: false };
  for (const option of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) walk(option, { ...inner, name: `${name}|` });
  // A schema that extends a component has its properties.
  for (const part of schema.allOf ?? []) walk(part, inner);
  for (const [own, property] of Object.entries<Json>(schema.properties ?? {}))
    walk(property, { ...inner, name: `${name}.${own}` });
  if (schema.items !== undefined) walk(schema.items, { ...inner, name: `${name}[]` });
}

/** The position of a walk. `inside` lists the components that it has entered, because criteria contain criteria. */
type Place = {
  readonly document: Json;
  readonly name: string;
  readonly has: Set<string>;
  readonly inside: readonly string[];
  readonly orNull: boolean;
};

function walkReference(reference: string, at: Place): void {
  if (at.inside.includes(reference)) return;
  walk(deref(at.document, { $ref: reference }), { ...at, inside: [...at.inside, reference] });
}

/** The reference of a union of a component and null, or null. */
function findNullable({ oneOf }: Json): string | null {
  if (oneOf?.length !== 2 || oneOf[1].type !== 'null') return null;
  return oneOf[0].$ref ?? null;
}

function typesOf(schema: Json, orNull: boolean): string[] {
  return [...[schema.type ?? 'any'].flat(), ...(orNull ? ['null'] : [])];
}

function componentName(reference: string): string {
  return reference.split('/').at(-1) ?? '';
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

/** The promises of an earlier version that these facts break: facts that are gone, and new requirements. */
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
