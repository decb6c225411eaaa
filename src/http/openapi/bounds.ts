import { payloadBytesMax } from '../../domain/feeds/adapter.ts';
import { pageMax } from '../operation/cursor.ts';
import { glossary } from './glossary.ts';
import { responseIdCharsMax, textLimitOf } from './text-limits.ts';

/** The parts of a JSON Schema that matter for bounds. */
type Schema = {
  description?: string;
  type?: string | string[];
  $ref?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
};

/** Responses that are not JSON, such as an export or a calendar, have at most as many characters as an accepted payload. */
const documentCharsMax = payloadBytesMax;
/** An RFC 3339 instant of a bounded year. */
export const instantBounds = { maxLength: 40 };
/** Whole numbers that JSON parsers read exactly. */
export const sequenceBounds = { format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
/** The form of hashes. */
const hashBounds = { maxLength: 71, pattern: '^sha256:[0-9a-f]{64}$' };
/** Texts with a form of their own, by the name of the property. */
const formBounds: Readonly<Record<string, { readonly maxLength: number; readonly pattern: string }>> = {
  hash: hashBounds,
  criterion_hash: hashBounds,
  bytes_hash: hashBounds,
};
/** Upper bound for arrays in responses that have no bound of their own. */
const entriesMax = 100_000;
/** Input with U+0000 is rejected, so no response contains it. */
const storablePattern = '^[^\\x00]*$';
export const idBounds = { maxLength: responseIdCharsMax, pattern: storablePattern };

/**
 * Adds the bounds that hold everywhere to schemas that state none: length and characters of strings, range of integers, length of
 * arrays. Linters ask for them, and clients can rely on them.
 */
export function completeSchemas(document: object): void {
  visit(document);
}

/** Keys whose values are data, not schemas. */
const data = ['example', 'examples', 'default', 'enum', 'const'];

function visit(node: unknown): void {
  if (Array.isArray(node)) {
    for (const entry of node) visit(entry);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === 'schemas')
      for (const [component, schema] of Object.entries<Schema>(value)) visitSchema(schema, { component, name: '' });
    else if (name === 'schema') visitSchema(value, { component: '', name: parameterName(node) });
    else if (!data.includes(name)) visit(value);
  }
}

/** The name of a parameter; an empty text for other owners of a schema. */
function parameterName(owner: object): string {
  return 'name' in owner && typeof owner.name === 'string' ? owner.name : '';
}

/** A place of a schema: its component and the property that contains it. Each is empty if there is none. */
type Place = { readonly component: string; readonly name: string };

function visitSchema(schema: Schema, place: Place): void {
  bound(schema, place);
  for (const [own, inner] of Object.entries(schema.properties ?? {})) {
    visitSchema(inner, { ...place, name: own });
    // Older tools ignore siblings of $ref, and the component has its own description.
    if (inner.$ref === undefined && Object.hasOwn(glossary, own)) inner.description ??= glossary[own] ?? '';
  }
  if (schema.items !== undefined) visitSchema(schema.items, place);
  if (typeof schema.additionalProperties === 'object') visitSchema(schema.additionalProperties, place);
  for (const option of [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])])
    visitSchema(option, place);
}

function bound(schema: Schema, place: Place): void {
  const types = [schema.type].flat();
  if (schema.enum !== undefined || schema.const !== undefined) return;
  if (types.includes('string')) boundText(schema, place);
  if (types.includes('integer')) boundInteger(schema);
  if (types.includes('array')) schema.maxItems ??= place.name === 'data' ? pageMax : entriesMax;
}

/** Throws for a property without a limit. */
function boundText(schema: Schema, { component, name }: Place): void {
  const form = Object.hasOwn(formBounds, name) ? formBounds[name] : /(^|_)id$/.test(name) ? idBounds : undefined;
  // A schema with its own maxLength belongs to a request, so the pattern for responses does not apply.
  if (schema.maxLength === undefined && form !== undefined) schema.pattern ??= form.pattern;
  const own =
    form?.maxLength ?? (schema.format === 'date-time' ? instantBounds.maxLength : textLimitOf(component, name));
  const charsMax = schema.maxLength ?? own ?? (name === '' ? documentCharsMax : undefined);
  if (charsMax === undefined) throw new Error(`${component}.${name}: set .max(), or list it in text-limits.ts`);
  schema.maxLength = charsMax;
  if (schema.format === undefined) schema.pattern ??= storablePattern;
}

/** Integers are counts, versions and statuses: not negative unless their schema says so. */
function boundInteger(schema: Schema): void {
  schema.format ??= sequenceBounds.format;
  if (schema.exclusiveMinimum === undefined) schema.minimum ??= sequenceBounds.minimum;
  if (schema.exclusiveMaximum === undefined) schema.maximum ??= sequenceBounds.maximum;
}
