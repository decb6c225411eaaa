import { expect, test } from 'vitest';
import { z } from 'zod';
import { readInput } from '../../../src/domain/input.ts';
import { operations } from '../../../src/http/operations.ts';

/** How zod begins its own messages. */
const rawMessage = /Invalid |Too (small|big)|Unrecognized|expected |received/;

const values = [
  undefined,
  null,
  '',
  ' ',
  'x',
  'X\n',
  '0',
  5,
  -1,
  1.5,
  1e9,
  true,
  [],
  [5],
  ['', ''],
  {},
  { a: 1 },
  { op: 'x' },
  'x'.repeat(5000),
];

/** The fields of a schema of objects, whatever refinements are around it. */
function fieldsOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

const inputs = operations.flatMap(({ spec }) => {
  const query = [`${spec.operationId} query`, spec.query] as const;
  return spec.body === undefined ? [query] : [query, [`${spec.operationId} body`, spec.body.schema] as const];
});

test.each(inputs)('no raw message of the validator reaches a client: %s', (_name, schema) => {
  const tried = [
    ...values,
    ...fieldsOf(schema).flatMap((field) => values.map((value) => ({ [field]: value, unknown: 1 }))),
  ];
  const details = tried.flatMap((value) => readInput(schema, value, { name: 'the body', pointer: '#' }).errors ?? []);
  expect(details.length).toBeGreaterThan(0);
  expect(details.filter(({ detail }) => rawMessage.test(detail) || detail.endsWith('must be valid'))).toEqual([]);
  expect(details.filter(({ detail }) => !/ must |^there is no |; see /.test(detail))).toEqual([]);
});
