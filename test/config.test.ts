import { describe, expect, it } from 'vitest';
import { findUnknownVariables, readConfig } from '../src/config.ts';
import { keyVariables } from '../src/domain/feeds/key-access.ts';
import { configurationTable, environment } from '../src/environment.ts';

describe('the environment', () => {
  it('has a default for every variable', () => {
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
    ['PORT', '65536'],
    ['DATABASE_READ_URL', 'mysql://replica/outturn'],
    ['DATABASE_READ_URL', 'postgres://replica/outturn'],
    ['DATABASE_DIRECT_URL', 'postgres://server/outturn'],
    ['OUTTURN_PUBLIC_READ', 'no'],
    ['OUTTURN_PUBLIC_URL', 'outturn.example.com'],
    ['OUTTURN_PUBLIC_URL', 'https://outturn.example.com/?page=1'],
    ['OUTTURN_WEBHOOK_SCHEDULE', '0s,soon'],
    ['OUTTURN_ROLE', 'web'],
    ['OUTTURN_ADVISER_URL', 'api.example.com/v1/chat/completions'],
    ['OUTTURN_ADVISER_URL', 'https://user:word@api.example.com'],
    ['OUTTURN_ADVISER_URL', 'ftp://api.example.com'],
    ['OUTTURN_ADVISER_KEY', 'sk-1'],
    ['OUTTURN_POLL_CRON', '@hourly'],
    ['OUTTURN_POLL_CRON', '0 0 L * *'],
    ['OUTTURN_POLL_CRON', '61 * * * *'],
  ])('refuses %s=%s by its name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  it.each([
    ['OUTTURN_FEED', 'OUTTURN_FEEDS'],
    ['OUTTURN_DATADIR', 'OUTTURN_DATA_DIR'],
    ['OUTTURN_POLL', 'OUTTURN_POLL_CRON'],
    ['OUTTURN_PORT', 'PORT'],
    ['OUTTURN_DATABASE_URL', 'DATABASE_URL'],
    ['OUTTURN_LOGLEVEL', 'LOG_LEVEL'],
    ['OUTTURN_COLOUR_OF_THE_SKY', null],
  ])('does not know %s; the nearest variable is %s', (name, nearest) => {
    expect(findUnknownVariables({ [name]: '1', OUTTURN_ROLE: 'api', PORTT: '1' })).toEqual([{ name, nearest }]);
  });

  it('accepts names of months and weekdays in OUTTURN_POLL_CRON', () => {
    expect(readConfig({ OUTTURN_POLL_CRON: '0 9 * JAN-JUN MON-FRI' }).pollCron).toBe('0 9 * JAN-JUN MON-FRI');
  });

  it('lists every invalid variable, and what it must be', () => {
    expect(() => readConfig({ PORT: 'http', OUTTURN_ROLE: 'web' })).toThrow(
      'the environment is invalid:\n  PORT: must be a whole number from 0 to 65535\n  OUTTURN_ROLE: must be all, api or worker',
    );
  });

  it.each([
    ['OUTTURN_SECRET and OUTTURN_ADMIN_KEY', {}],
    ['OUTTURN_ADMIN_KEY', { OUTTURN_SECRET: 'x'.repeat(16) }],
  ])('requires %s with DATABASE_URL', (missing, given) => {
    expect(() => readConfig({ DATABASE_URL: 'postgres://localhost/outturn', ...given })).toThrow(
      `DATABASE_URL requires ${missing}, with the same value on every node`,
    );
  });

  it('strips the trailing slash of OUTTURN_PUBLIC_URL, so that paths can be appended', () => {
    const { publicUrl } = readConfig({ OUTTURN_PUBLIC_URL: 'https://outturn.example.com/' });
    expect(publicUrl).toBe('https://outturn.example.com');
  });

  it('treats empty values as unset', () => {
    expect(readConfig({ OUTTURN_RATE_LIMIT: '', PORT: '' })).toMatchObject({ port: 3000, rateLimit: { quota: 600 } });
  });

  it('prefers HTTPS_PROXY to https_proxy', () => {
    const lower = { https_proxy: 'http://lower:8080' };
    expect(readConfig(lower).proxy).toEqual({ httpsProxy: 'http://lower:8080' });
    expect(readConfig({ ...lower, HTTPS_PROXY: 'http://upper:8080' }).proxy).toEqual({
      httpsProxy: 'http://upper:8080',
    });
  });
});

describe('the configuration table', () => {
  it('documents every variable that the program reads', () => {
    expect(configurationTable.map((row) => row.name)).toEqual(Object.keys(environment.shape));
  });

  it('states defaults that change nothing when they are set explicitly', () => {
    const defaults = Object.fromEntries(configurationTable.map((row) => [row.name, row.default ?? undefined]));
    expect(readConfig(defaults)).toEqual(readConfig({}));
  });
});

describe('the adviser', () => {
  const url = 'http://10.0.0.1:8080/v1/chat/completions';

  it('is off by default, may be private, and needs no key', () => {
    expect(readConfig({}).adviser).toBeNull();
    expect(readConfig({ OUTTURN_ADVISER_URL: url }).adviser).toEqual({ url, key: null });
    const given = { OUTTURN_ADVISER_URL: url, OUTTURN_ADVISER_KEY: 'sk-1' };
    expect(readConfig(given).adviser).toEqual({ url, key: 'sk-1' });
  });

  it('has a key that no message repeats', () => {
    const given = { OUTTURN_ADVISER_URL: url, OUTTURN_ADVISER_KEY: 'sk-1 planted' };
    expect(() => readConfig(given)).toThrow(/OUTTURN_ADVISER_KEY: must consist/);
    expect(() => readConfig(given)).not.toThrow('planted');
  });
});

describe('the keys of vendors', () => {
  it.each(keyVariables)('%s is read when it is set, and an empty one counts as unset', (variable) => {
    expect([...readConfig({ [variable]: 'sk-1' }).vendorKeys]).toEqual([[variable, 'sk-1']]);
    expect([...readConfig({ [variable]: '' }).vendorKeys]).toEqual([]);
  });

  it.each(['sk with a space', 'sk-1\nx-evil: 1', 'sk-\u00e9', 'x'.repeat(501)])(
    'a key that no header can carry is refused without being repeated: %j',
    (key) => {
      expect(() => readConfig({ OPENAI_API_KEY: key })).toThrow(
        /OPENAI_API_KEY: must consist of at most 500 printable/,
      );
      expect(() => readConfig({ OPENAI_API_KEY: key })).not.toThrow(key.slice(0, 6));
    },
  );
});
