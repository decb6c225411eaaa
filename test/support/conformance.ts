import type { Json } from './http-client.ts';

/**
 * Validates a value against a schema of an OpenAPI 3.1 document. Supports the parts of JSON Schema that this project
 * uses: types, bounds, required and unknown fields, enums, references and unions. Returns every mismatch with its path.
 */
export function findMismatches(document: Json, schema: Json, value: unknown, at: string): string[] {
  if (schema.$ref !== undefined) return findMismatches(document, lookUp(document, schema.$ref), value, at);
  if (schema.allOf !== undefined) return findMismatches(document, mergeAll(document, schema), value, at);
  const union = schema.oneOf ?? schema.anyOf;
  if (union !== undefined) {
    const fitting = union.filter((option: Json) => findMismatches(document, option, value, at).length === 0);
    if (fitting.length === 0) return [`${at} fits none of ${union.length} schemas`];
    return value === null && fitting.length > 1 ? [`${at} fits ${fitting.length} schemas by null`] : [];
  }
  const types = schema.type === undefined ? null : [schema.type].flat();
  if (types !== null && !types.includes(typeOf(value)) && !(types.includes('number') && typeof value === 'number'))
    return [`${at} is ${typeOf(value)}, not ${types.join(' or ')}`];
  if (schema.enum !== undefined && value !== null && !schema.enum.includes(value))
    return [`${at} is ${String(value)}, not one of ${schema.enum.join(', ')}`];
  if (schema.const !== undefined && value !== schema.const) return [`${at} is not ${schema.const}`];
  const beyond = findBeyond(schema, value);
  if (beyond !== null) return [`${at} ${beyond}`];
  if (Array.isArray(value))
    return schema.items === undefined
      ? []
      : value.flatMap((entry, index) => findMismatches(document, schema.items, entry, `${at}/${index}`));
  if (typeof value === 'object' && value !== null && schema.properties !== undefined)
    return findInObject(document, schema, value, at);
  return [];
}

/** One schema with the properties of all parts of an `allOf`. */
function mergeAll(document: Json, { allOf }: Json): Json {
  const parts = allOf.map((part: Json) => {
    const schema = part.$ref === undefined ? part : lookUp(document, part.$ref);
    return schema.allOf === undefined ? schema : mergeAll(document, schema);
  });
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }: Json) => properties)),
    required: parts.flatMap(({ required = [] }: Json) => required),
  };
}

/** The bound that a string, a number or an array violates, or null. */
function findBeyond(schema: Json, value: unknown): string | null {
  if (typeof value === 'string') {
    if (value.length > (schema.maxLength ?? value.length)) return `is longer than ${schema.maxLength}`;
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) return `is not like ${schema.pattern}`;
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? value)) return `is less than ${schema.minimum}`;
    if (value > (schema.maximum ?? value)) return `is more than ${schema.maximum}`;
  }
  if (Array.isArray(value) && value.length > (schema.maxItems ?? value.length))
    return `has more than ${schema.maxItems}`;
  return null;
}

function findInObject(document: Json, schema: Json, value: object, at: string): string[] {
  const missing = (schema.required ?? [])
    .filter((name: string) => !(name in value))
    .map((name: string) => `${at}/${name} is missing`);
  const entries = Object.entries(value).flatMap(([name, entry]) => {
    const known = schema.properties[name];
    return known === undefined
      ? [`${at}/${name} is not documented`]
      : findMismatches(document, known, entry, `${at}/${name}`);
  });
  return [...missing, ...entries];
}

function lookUp(document: Json, reference: string): Json {
  return reference
    .slice(2)
    .split('/')
    .reduce((at: Json, name) => at[name], document);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
