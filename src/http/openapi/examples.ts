import { isDeepStrictEqual } from 'node:util';

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  example?: unknown;
};
type Media = { schema?: Schema; example?: unknown };
type Body = { readonly content?: Readonly<Record<string, Media>> };
type Operation = { readonly requestBody?: Body; readonly responses?: Readonly<Record<string, Body>> };
type Items = Readonly<Record<string, Readonly<Record<string, Operation>>>>;
type Document = {
  readonly paths?: Items;
  readonly webhooks?: Items;
  readonly components?: { readonly schemas?: Record<string, Schema> };
};

/**
 * Moves an example that several responses repeat to the schema of the response, or to that of an entry if it is a list. Tools build
 * the examples of lists from the examples of the entries. A response keeps its example if it differs from that of its schema.
 */
export function moveExamples(document: object): void {
  const { paths = {}, components }: Document = document;
  const schemas = components?.schemas ?? {};
  const media = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ responses }) => Object.values(responses ?? {}))
    .flatMap(({ content }) => Object.values(content ?? {}));
  const uses = new Map<Schema, Use[]>();
  for (const own of media) {
    const use = useOf(own, schemas);
    if (use !== null) uses.set(use.schema, [...(uses.get(use.schema) ?? []), use]);
  }
  for (const [schema, same] of uses) if (same.length > 1) moveExample(schema, same);
}

/** A response whose example, or the only entry in it, can be the example of a schema. */
type Use = { readonly schema: Schema; readonly media: Media; readonly value: unknown };

function useOf(media: Media, schemas: Readonly<Record<string, Schema>>): Use | null {
  const schema = componentOf(media.schema, schemas);
  if (schema?.properties === undefined || media.example === undefined) return null;
  const entry = componentOf(schema.properties?.data?.items, schemas);
  if (entry === undefined) return { schema, media, value: media.example };
  const [value, ...others] = dataOf(media.example);
  return value === undefined || others.length > 0 ? null : { schema: entry, media, value };
}

function moveExample(schema: Schema, uses: readonly Use[]): void {
  // Prefer an example of the object itself, because lists may shorten their entries.
  const first = uses.find(({ media, value }) => media.example === value) ?? uses[0];
  schema.example ??= first?.value;
  for (const { media, value } of uses) if (isDeepStrictEqual(value, schema.example)) delete media.example;
  dropPropertyExamples(schema);
}

/** An example of the whole object replaces those of its properties, except that of `id`, which tools look for. */
function dropPropertyExamples({ properties = {}, example }: Schema): void {
  if (typeof example !== 'object' || example === null) return;
  for (const [name, property] of Object.entries(properties))
    if (name !== 'id' && Object.hasOwn(example, name)) delete property.example;
}

function componentOf(schema: Schema | undefined, schemas: Readonly<Record<string, Schema>>): Schema | undefined {
  return schema?.$ref === undefined ? undefined : schemas[schema.$ref.slice('#/components/schemas/'.length)];
}

function dataOf(example: unknown): readonly unknown[] {
  if (typeof example !== 'object' || example === null || !('data' in example)) return [];
  return Array.isArray(example.data) ? example.data : [];
}
