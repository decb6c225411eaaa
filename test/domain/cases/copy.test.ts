import { describe, expect, test } from 'vitest';
import { fetchAttemptsMax, nextFetchAt, pageBytesMax, readCopyText } from '../../../src/domain/cases/copy.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))));
const utf16le = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, 'utf16le');

describe('the text of a page', () => {
  test.each([
    ['without a stated character set is UTF-8', bytes('é'), 'text/plain', 'é'],
    ['with a stated character set is decoded by it', bytes([0xe9]), 'text/plain; charset=ISO-8859-1', 'é'],
    ['with a quoted character set is decoded by it', bytes([0xe9]), 'TEXT/HTML ; Charset="windows-1252"', 'é'],
    ['begins after its byte order mark', bytes([0xef, 0xbb, 0xbf], 'é'), 'text/plain', 'é'],
    ['is decoded by its byte order mark, not by what is stated', utf16le('é'), 'text/plain; charset=latin1', 'é'],
    [
      'in HTML is decoded by its meta element',
      bytes('<meta charset="latin1">', [0xe9]),
      'text/html',
      '<meta charset="latin1">é',
    ],
    ['has U+FFFD in place of U+0000', bytes('a\0b'), 'text/plain', 'a\uFFFDb'],
  ])('%s', (_what, page, contentType, content) => {
    expect(readCopyText(page, contentType)).toMatchObject({ ok: true, content });
  });

  test.each([
    ['not UTF-8', bytes([0xe9]), 'text/plain', 'cannot be decoded as utf-8'],
    ['in an unknown character set', bytes('a'), 'text/plain; charset=klingon', 'cannot be decoded as klingon'],
    ['of another type', bytes('a'), 'application/pdf', 'neither text/plain nor text/html, but application/pdf'],
    ['of no stated type', bytes('a'), null, 'of no stated type'],
    ['empty', bytes(' \n'), 'text/plain', 'is empty'],
    [
      'too large once it is decoded',
      Buffer.alloc(pageBytesMax / 2 + 1, 0xe9),
      'text/plain; charset=latin1',
      `larger than ${pageBytesMax} bytes in UTF-8`,
    ],
  ])('is refused if it is %s', (_what, page, contentType, problem) => {
    expect(readCopyText(page, contentType)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});

describe('the next attempt', () => {
  const failure = (reason: string, status: number | null = null, retryAfterMs: number | null = null) => ({
    reason,
    status,
    retryAfterMs,
  });

  test('waits longer each time, and there is none after the last', () => {
    const waits = [1, 2, 3, 4].map((attempt) => nextFetchAt(failure('timeout'), attempt, 0));
    expect(waits).toEqual([60_000, 600_000, 3_600_000, null]);
    expect(waits).toHaveLength(fetchAttemptsMax);
  });

  test.each(['refused_address', 'bad_url', 'too_large', 'bad_redirect', 'too_many_redirects', 'protocol'])(
    'does not come after %s',
    (reason) => {
      expect(nextFetchAt(failure(reason), 1, 0)).toBeNull();
    },
  );

  test('comes after the statuses that may pass, and waits as long as the server asks for', () => {
    const next = (status: number) => nextFetchAt(failure('bad_status', status), 1, 0);
    expect([404, 403, 408, 429, 500, 503].map((status) => next(status) !== null)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(nextFetchAt(failure('bad_status', 503, 7_200_000), 1, 0)).toBe(7_200_000);
  });
});
