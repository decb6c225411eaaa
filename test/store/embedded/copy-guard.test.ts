import { describe, expect, test } from 'vitest';
import { readsStdin, refuseCopyFromStdin } from '../../../src/store/embedded/copy-guard.ts';
import { encodeMessage, encodeQuery } from '../../../src/store/embedded/wire.ts';

describe('COPY ... FROM STDIN is detected', () => {
  test.each([
    'copy t from stdin',
    'COPY t (a, b)\n FROM  STDIN WITH (format csv)',
    '/* load */ copy "from" from stdin',
    "select 1; copy t from stdin with (null 'x;y')",
    "select 'it''s'; copy t from stdin",
    '-- a comment\ncopy t from stdin',
  ])('in %j', (sql) => {
    expect(readsStdin(sql)).toBe(true);
  });
});

describe('COPY ... FROM STDIN is not detected', () => {
  test.each([
    'select 1',
    'copy t to stdout',
    "copy t from '/tmp/stdin'",
    "select 'copy t from stdin'",
    "select e'\\'; copy t from stdin'",
    'select $$; copy t from stdin$$',
    'select $a$; copy t from stdin; $$ $a$',
    'select 1 -- ; copy t from stdin',
    'select 1 /* ; copy t from stdin */',
    'select copy from stdin',
    'select ";copy t from stdin"',
  ])('in %j', (sql) => {
    expect(readsStdin(sql)).toBe(false);
  });
});

test('only simple queries and Parse messages with the statement are replaced', () => {
  const query = { type: 'Q', bytes: encodeQuery('copy t from stdin') };
  expect(refuseCopyFromStdin(query).bytes.toString()).toContain('not available in the embedded database');
  const parse = { type: 'P', bytes: encodeMessage('P', Buffer.from('s1\0copy t from stdin\0\0\0')) };
  expect(refuseCopyFromStdin(parse).bytes.toString()).toContain('s1\0do $refused$');
  for (const other of [
    { type: 'Q', bytes: encodeQuery('select 1') },
    { ...query, type: 'B' },
  ]) {
    expect(refuseCopyFromStdin(other)).toBe(other);
  }
});
