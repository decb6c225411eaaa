import { describe, expect, it } from 'vitest';
import { classifyError, describeError, parseRetryAfter } from '../../src/net/failure.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['120.1', 121_000],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
    ['Sunday, 22-Nov-26 12:01:00 GMT', 60_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['86401', 86_400_000],
    ['99999999999999999999', 86_400_000],
    ['Wed, 22 Nov 2028 12:00:00 GMT', 86_400_000],
  ])('reads "%s" as %i milliseconds', (value, expected) => {
    expect(parseRetryAfter(value, nowMs)).toBe(expected);
  });

  it.each([undefined, '', '-1', '1.', '1e3', '0x10', 'soon', '2026-11-22', 'Sun, soon'])('ignores %s', (value) => {
    expect(parseRetryAfter(value, nowMs)).toBeUndefined();
  });
});

describe('classifyError', () => {
  it('finds the code in the cause, and in the first of several attempts', () => {
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    expect(classifyError(new Error('outer', { cause: refused }))).toBe('connect');
    expect(classifyError(new AggregateError([refused]))).toBe('connect');
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['EAI_AGAIN', 'dns'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['Z_DATA_ERROR', 'protocol'],
  ])('classifies %s as %s', (code, reason) => {
    expect(classifyError(Object.assign(new Error('x'), { code }))).toBe(reason);
  });

  it.each([
    new TypeError('x is not a function'),
    Object.assign(new Error('x'), { code: 'UND_ERR_INVALID_ARG' }),
    'text',
    null,
  ])('does not classify %s, which is a bug and not a network failure', (error) => {
    expect(classifyError(error)).toBeNull();
  });
});

describe('describeError', () => {
  it('removes credentials from URLs and shortens long messages', () => {
    expect(describeError(new Error('request to https://me:secret@host/x failed'))).toBe(
      'request to https://host/x failed',
    );
    expect(describeError(new Error('x'.repeat(1000)))).toHaveLength(300);
  });
});
