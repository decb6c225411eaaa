import { pageMax } from '../operation/cursor.ts';
import { glossary } from './glossary.ts';

/** What a schema of the document may hold, as far as bounds go. */
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

/** No text here is longer than the largest payload that is taken in. */
const textCharsMax = 32 * 1024 * 1024;
/** An RFC 3339 instant of a bounded year. */
const instantCharsMax = 40;
/** Entries of a list within an answer that has no bound of its own. */
const entriesMax = 100_000;
/** U+0000 is refused wherever text comes in, so that none is ever answered. */
const storablePattern = '^[^\\x00]*$';

/**
 * States of every schema of the document what holds anyway, where the schema itself says nothing narrower: how long a text
 * is and what it is made of, how large a number is, how many entries a list has. Clients and tools can rely on it.
 */
export function completeSchemas(document: object): void {
  visit(document);
}

/** What looks like a schema there is somebody's data. */
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
    // What stands beside a reference would be lost on older readers, and the component describes itself.
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
  if (types.includes('string')) boundText(schema);
  if (types.includes('integer')) boundInteger(schema);
  if (types.includes('array')) schema.maxItems ??= name === 'data' ? pageMax : entriesMax;
}

function boundText(schema: Schema): void {
  schema.maxLength ??= schema.format === 'date-time' ? instantCharsMax : textCharsMax;
  if (schema.format === undefined) schema.pattern ??= storablePattern;
}

/** Counts, versions, statuses and the like: none of them is negative unless its schema says so. */
function boundInteger(schema: Schema): void {
  schema.format ??= 'int64';
  if (schema.exclusiveMinimum === undefined) schema.minimum ??= 0;
  if (schema.exclusiveMaximum === undefined) schema.maximum ??= Number.MAX_SAFE_INTEGER;
}
