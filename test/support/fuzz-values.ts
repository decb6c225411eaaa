import fc, { type GeneratorValue } from 'fast-check';
import type { Json } from './http-client.ts';

/** Draws a value. The same seed gives the same values in the same order. */
export type Draw = GeneratorValue;

/** Chances, in percent. */
const hostileValue = 5;
const leftOut = 55;
const unknownField = 4;
const depthMax = 5;

/** Texts that break code with false assumptions about text. */
const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '0x10',
  '-1',
  '1e309',
  'NaN',
  'null',
  'true',
  '9'.repeat(40),
  'x'.repeat(3000),
  '\ud800',
  'a\udfffb',
  '𝒜\u202e\u200b',
  '__proto__',
  'constructor',
  "'; drop table predictions; --",
  '%',
  '\\',
  '../../etc',
  '-271821-04-20T00:00:00Z',
  '294277-01-01T00:00:00Z',
  '2025-02-30',
  '2025-01-01T00:00:00+99:99',
  '0000-01-01',
  '2025-13',
];

const hostileNumbers = [0, -1, 1.5, 1e21, -1e308, Number.MAX_SAFE_INTEGER, 2 ** 31, 2 ** 53, -0];

/** Without the bias of generators towards the bounds, so that the percentages are exact. */
const percents = () => fc.noBias(fc.integer({ min: 1, max: 100 }));

export const chance = (draw: Draw, percent: number): boolean => draw(percents) <= percent;
export const pick = <T>(draw: Draw, values: readonly T[]): T => draw(fc.constantFrom, ...values) as T; // one of them

export function hostileText(draw: Draw): string {
  return chance(draw, 70) ? pick(draw, hostileTexts) : draw(fc.string, { unit: 'binary', maxLength: 40 });
}

/** A value of an arbitrary type. */
export function hostile(draw: Draw): unknown {
  const makers = [
    () => null,
    () => pick(draw, hostileNumbers),
    () => hostileText(draw),
    () => chance(draw, 50),
    () => [],
    () => ({}),
    () => [hostileText(draw)],
    () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}'),
    () => nest(pick(draw, [3, 40, 900]), chance(draw, 50)),
  ];
  return pick(draw, makers)();
}

function nest(depth: number, asCriterion: boolean): unknown {
  let value: unknown = { op: 'judged', question: 'Is it so?' };
  for (let level = 0; level < depth; level += 1) value = asCriterion ? { op: 'not', of: value } : [value];
  return value;
}

/** A value that roughly conforms to a schema: some parts are hostile, missing, or not in the schema. */
export function valueBy(draw: Draw, document: Json, schema: Json, depth = 0): unknown {
  if (schema.$ref !== undefined) return valueBy(draw, document, lookUp(document, schema.$ref), depth);
  if (chance(draw, hostileValue)) return hostile(draw);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return pick(draw, schema.enum);
  const options = schema.oneOf ?? schema.anyOf;
  // From the maximum depth on, only the first option is used, which is a leaf, so that recursion ends.
  if (options !== undefined) return valueBy(draw, document, pick(draw, cut(options, depth)), depth + 1);
  const example = schema.example ?? schema.examples?.[0];
  if (example !== undefined && chance(draw, 60)) return example;
  return ofType(draw, document, schema, depth);
}

const cut = <T>(options: readonly T[], depth: number): readonly T[] =>
  depth < depthMax ? options : options.slice(0, 1);

function ofType(draw: Draw, document: Json, schema: Json, depth: number): unknown {
  const type = pick(draw, [schema.type ?? 'null'].flat());
  switch (type) {
    case 'string':
      return schema.example ?? draw(fc.string, { maxLength: Math.min(schema.maxLength ?? 30, 30) });
    case 'integer':
      return draw(fc.integer, {
        min: Math.max(schema.minimum ?? 0, -1000),
        max: Math.min(schema.maximum ?? 1000, 1000),
      });
    case 'number':
      return draw(fc.double, { noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return chance(draw, 50);
    case 'array':
      return Array.from({ length: depth < depthMax ? draw(fc.integer, { min: 0, max: 3 }) : 1 }, () =>
        valueBy(draw, document, schema.items ?? {}, depth + 1),
      );
    case 'object':
      return objectOf(draw, document, schema, depth);
    default:
      return null;
  }
}

function objectOf(draw: Draw, document: Json, schema: Json, depth: number): unknown {
  const entries = Object.entries<Json>(schema.properties ?? {})
    .filter(([name]) => !chance(draw, schema.required?.includes(name) ? 3 : leftOut))
    .map(([name, inner]) => [name, valueBy(draw, document, inner, depth + 1)] as const);
  const more = chance(draw, unknownField) ? [[hostileText(draw), hostile(draw)] as const] : [];
  return Object.fromEntries([...entries, ...more]);
}

export function lookUp(document: Json, reference: string): Json {
  return reference
    .slice(2)
    .split('/')
    .reduce((at: Json, name) => at[name], document);
}
