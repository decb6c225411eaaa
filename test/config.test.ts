import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

describe('the environment', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicRead: true,
      rateLimit: { quota: 600, windowMs: 60_000 },
      trustedProxies: '',
      publicUrl: null,
    });
  });

  it.each([
    ['off', null],
    ['10/1m', { quota: 10, windowMs: 60_000 }],
  ])('reads OUTTURN_RATE_LIMIT=%s', (text, limit) => {
    expect(readConfig({ OUTTURN_RATE_LIMIT: text }).rateLimit).toEqual(limit);
  });

  it.each([
    ['OUTTURN_RATE_LIMIT', 'none'],
    ['OUTTURN_RATE_LIMIT', '0/60s'],
    ['PORT', '0x10'],
    ['DATABASE_READ_URL', 'mysql://replica/outturn'],
    ['DATABASE_READ_URL', 'postgres://replica/outturn'],
    ['OUTTURN_PUBLIC_READ', 'no'],
    ['OUTTURN_PUBLIC_URL', 'outturn.example.com'],
    ['OUTTURN_PUBLIC_URL', 'https://outturn.example.com/?page=1'],
  ])('refuses %s=%s by its name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it('puts the address of the service before paths', () => {
    const { publicUrl } = readConfig({ OUTTURN_PUBLIC_URL: 'https://outturn.example.com/' });
    expect(publicUrl).toBe('https://outturn.example.com');
  });

  it('takes what is empty for unset', () => {
    expect(readConfig({ OUTTURN_RATE_LIMIT: '', PORT: '' })).toMatchObject({ port: 3000, rateLimit: { quota: 600 } });
  });
});
