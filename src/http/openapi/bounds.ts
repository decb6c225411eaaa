import { cursorCharsMax, pageMax } from '../operation/cursor.ts';
import { finePrintCharsMax, nameCharsMax, reasonCharsMax, statementCharsMax } from '../operation/fields.ts';
import { glossary } from './glossary.ts';

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

/** No string is longer than the largest payload that is accepted. */
const textCharsMax = 32 * 1024 * 1024;
/** An RFC 3339 instant of a bounded year. */
export const instantBounds = { maxLength: 40 };
/** Whole numbers that JSON parsers read exactly. */
export const sequenceBounds = { format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
/** Texts in responses that requests limit, or that have one form, by the name of their property. */
const textBounds: Readonly<Record<string, { readonly maxLength: number; readonly pattern?: string }>> = {
  statement: { maxLength: statementCharsMax },
  fine_print: { maxLength: finePrintCharsMax },
  locator: { maxLength: nameCharsMax },
  reason: { maxLength: reasonCharsMax },
  made_at: { maxLength: instantBounds.maxLength },
  published_at: { maxLength: instantBounds.maxLength },
  next_cursor: { maxLength: cursorCharsMax },
  hash: { maxLength: 71, pattern: '^sha256:[0-9a-f]{64}$' },
  criterion_hash: { maxLength: 71, pattern: '^sha256:[0-9a-f]{64}$' },
  bytes_hash: { maxLength: 71, pattern: '^sha256:[0-9a-f]{64}$' },
};
/** Upper bound for arrays in responses that have no bound of their own. */
const entriesMax = 100_000;
/** Input with U+0000 is rejected, so no response contains it. */
const storablePattern = '^[^\\x00]*$';
/** Ids are made by the service, or of a vendor and a slug. */
export const idBounds = { maxLength: 300, pattern: storablePattern };

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
    if (name === 'schemas') for (const schema of Object.values<Schema>(value)) visitSchema(schema, '');
    else if (name === 'schema') visitSchema(value, '');
    else if (!data.includes(name)) visit(value);
  }
}

function visitSchema(schema: Schema, name: string): void {
  bound(schema, name);
  for (const [own, inner] of Object.entries(schema.properties ?? {})) {
    visitSchema(inner, own);
    // Older tools ignore siblings of $ref, and the component has its own description.
    if (inner.$ref === undefined && Object.hasOwn(glossary, own)) inner.description ??= glossary[own] ?? '';
  }
  if (schema.items !== undefined) visitSchema(schema.items, '');
  if (typeof schema.additionalProperties === 'object') visitSchema(schema.additionalProperties, '');
  for (const option of [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])])
    visitSchema(option, name);
}

function bound(schema: Schema, name: string): void {
  const types = [schema.type].flat();
  if (schema.enum !== undefined || schema.const !== undefined) return;
  if (types.includes('string')) boundText(schema, name);
  if (types.includes('integer')) boundInteger(schema);
  if (types.includes('array')) schema.maxItems ??= name === 'data' ? pageMax : entriesMax;
}

function boundText(schema: Schema, name: string): void {
  const bounds = /(^|_)id$/.test(name) ? idBounds : Object.hasOwn(textBounds, name) ? textBounds[name] : undefined;
  // A text with a bound of its own is one of a request.
  if (schema.maxLength === undefined && bounds?.pattern !== undefined) schema.pattern ??= bounds.pattern;
  schema.maxLength ??= schema.format === 'date-time' ? instantBounds.maxLength : (bounds?.maxLength ?? textCharsMax);
  if (schema.format === undefined) schema.pattern ??= storablePattern;
}

/** Integers are counts, versions and statuses: not negative unless their schema says so. */
function boundInteger(schema: Schema): void {
  schema.format ??= sequenceBounds.format;
  if (schema.exclusiveMinimum === undefined) schema.minimum ??= sequenceBounds.minimum;
  if (schema.exclusiveMaximum === undefined) schema.maximum ??= sequenceBounds.maximum;
}
