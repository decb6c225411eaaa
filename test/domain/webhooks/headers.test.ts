import { describe, expect, it } from 'vitest';
import {
  headerFault,
  headerNameCharsMax,
  headerValueCharsMax,
  isSensitiveHeader,
} from '../../../src/domain/webhooks/headers.ts';

describe('a custom header', () => {
  it.each(['X-Environment', 'authorization', 'x-api-key', 'accept'])('may be %s', (name) => {
    expect(headerFault(name, 'value')).toBeNull();
  });

  it.each([
    'content-length',
    'Content-Type',
    'HOST',
    'transfer-encoding',
    'accept-encoding',
    'user-agent',
    'Webhook-Id',
    'webhook-signature',
    'svix-id',
    'expect',
    'proxy-authorization',
    'x:y',
    'x y',
    'x\ny',
    '',
    'ü',
  ])('may not be %j', (name) => expect(headerFault(name, 'value')).not.toBeNull());

  it.each(['a\r\nb', 'a\0b', ' padded', '', 'ü', '\t'])('may not have the value %j', (value) => {
    expect(headerFault('x-value', value)).not.toBeNull();
  });

  it('has limits', () => {
    expect(headerFault('x'.repeat(headerNameCharsMax), 'v'.repeat(headerValueCharsMax))).toBeNull();
    expect(headerFault('x'.repeat(headerNameCharsMax + 1), 'v')).toMatch(/at most/);
    expect(headerFault('x', 'v'.repeat(headerValueCharsMax + 1))).toMatch(/at most 1000 characters/);
  });

  it('is secret if it carries credentials', () => {
    expect(['Authorization', 'x-api-key', 'Cookie', 'X-Auth', 'x-secret'].every(isSensitiveHeader)).toBe(true);
    expect(['x-environment', 'accept'].some(isSensitiveHeader)).toBe(false);
  });
});
